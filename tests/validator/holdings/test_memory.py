"""Judging very many kept Evidences leaves nothing behind that grows with their number."""

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from validator.evidence import Evidence
from validator.holdings import Held, Holdings, open_holdings, outcome
from validator.judge import Verdict, judge, judgement_policy
from validator.recognise import RecognitionContext
from validator.rejudging import Change, rejudge_one

SETTLED, MANY = 1_000, 3_000


def another(evidence: Evidence, number: int) -> Evidence:
    """The facts of another document of the same signer: another moment of its time-stamp, and so another time for which
    everything about the certificates is asked."""
    (token,) = evidence.timestamps
    assert token.gen_time is not None
    return replace(evidence, timestamps=(replace(token, gen_time=token.gen_time + timedelta(milliseconds=number)),))


@pytest.fixture(scope="module")
def many(
    world: Any, evidence_of: Callable[..., Evidence], now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Holdings]:
    lists = world.crls(now)
    first = evidence_of(world.pdf(stamp=now - timedelta(hours=1)), anchors=[world.root], crls=lists)
    verdict = judge(first, judgement_policy("default"), now)
    folder: Path = tmp_path_factory.mktemp("holdings")
    holdings = open_holdings(str(folder / "holdings.sqlite"))
    holdings.keep((held(another(first, number), verdict) for number in range(MANY)), now)
    yield holdings
    holdings.close()


def held(evidence: Evidence, verdict: Verdict) -> Held:
    return Held(name="contract.pdf", evidence=evidence, outcome=outcome(verdict, (), RecognitionContext(), ()))


def objects() -> int:
    """Everything that is alive and may hold something else."""
    gc.collect()
    return len(gc.get_objects())


def test_judging_many_leaves_no_more_objects_than_judging_some(many: Holdings) -> None:
    reading = many.read()

    def judged(count: int) -> int:
        found = [rejudge_one(item, Change()) for item in islice(reading, count) if isinstance(item, Held)]
        assert not any(item.changed for item in found)
        assert {item.after.indication for item in found} == {"TOTAL-PASSED"}
        return len(found)

    assert judged(SETTLED) == SETTLED
    before = objects()
    assert judged(MANY - SETTLED) == MANY - SETTLED
    # Fewer than one for every tenth document: pages and memories that are not full yet, and nothing for each.
    assert objects() - before < (MANY - SETTLED) // 10
