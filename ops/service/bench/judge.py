"""Judging stored Evidences again: many signers, one signature with long-term data each, read from their holdings.

The reference is the rate at which one core would only repeat the signature checks that such a verdict rests on. Checks
are remembered by content, so a verdict may cost less; the first pass, when nothing is remembered, is reported apart.
"""

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from ops.service.bench.measure import Figure, once, rate, resident_memory_mib
from ops.service.bench.sign import SigningBench, contract, signing_bench
from ops.service.bench.validate import CHECKS, judging_request, raw_checks
from policies.vocabulary import Indication
from signer.model import AdesLevel, SignatureFormat
from validator.cli.path_batch import settle_collector
from validator.gather import gather
from validator.holdings import Damaged, Held, Holdings, open_holdings, outcome
from validator.judge import judge as judge_evidence
from validator.judge import judgement_policy
from validator.recognise import RecognitionContext
from validator.rejudging import Change, rejudge_one

SIGNERS = 300
MANY = 100_000
SETTLED = 3_000


def judge() -> tuple[Figure, ...]:
    """Verdicts a second from stored Evidence, the first time and again, and what a hundred thousand do to memory."""
    with signing_bench() as bench, TemporaryDirectory(prefix="trustspace-bench-") as folder:
        place = str(Path(folder) / "holdings.sqlite")
        _fill(bench, open_holdings(place))
        reference = f"raw, {CHECKS} checks"
        raw = raw_checks() / CHECKS
        # Opened again, so that the first pass reads octets from the file and parses them for the first time.
        holdings = open_holdings(place)
        # As a process that judges holdings again does.
        settle_collector()
        first = SIGNERS / once(lambda: _all(holdings))
        again = _rate(_endless(holdings), SETTLED)
        held = next(_stored(holdings))
        policy = judgement_policy("default")
        alone = rate(lambda: judge_evidence(held.evidence, policy, held.outcome.at))
        settled = resident_memory_mib()
        bulk = _rate(_endless(holdings), MANY)
        grown = resident_memory_mib() - settled
        detail = {"documents": float(SIGNERS)}
        memory = {"verdicts": float(MANY), "settled_mib": round(settled, 1), "growth_mib": round(grown, 1)}
        return (
            Figure(name="first pass over holdings", rate=first, reference=reference, reference_rate=raw, detail=detail),
            Figure(name="read and judged again", rate=again, reference=reference, reference_rate=raw, detail=detail),
            Figure(name="judgement alone, one evidence", rate=alone, reference=reference, reference_rate=raw),
            Figure(name="bulk", rate=bulk, reference=reference, reference_rate=raw, detail=memory),
        )


def _fill(bench: SigningBench, holdings: Holdings) -> None:
    document, policy, at = contract(), judgement_policy("default"), bench.now()
    kept = []
    for number in range(SIGNERS):
        signer = bench.another(f"signer-{number}")
        octets = signer.signature(SignatureFormat.PADES, document, AdesLevel.LT, judged=False)()
        evidence = gather(judging_request(signer, octets))
        verdict = judge_evidence(evidence, policy, at)
        if verdict.indication is not Indication.TOTAL_PASSED:
            raise RuntimeError(f"The benchmark's document was judged {verdict.indication}.")
        kept.append(
            Held(name=f"{number}.pdf", evidence=evidence, outcome=outcome(verdict, (), RecognitionContext(), ()))
        )
    holdings.keep(kept, at)
    holdings.close()


def _stored(holdings: Holdings) -> Iterator[Held]:
    for item in holdings.read():
        if isinstance(item, Damaged):
            raise RuntimeError(f"The benchmark's holdings are damaged: {item.fault}")
        yield item


def _endless(holdings: Holdings) -> Iterator[Held]:
    while True:
        yield from _stored(holdings)


def _all(holdings: Holdings) -> None:
    for item in _stored(holdings):
        _again(item)


def _again(held: Held) -> None:
    if rejudge_one(held, Change()).changed:
        raise RuntimeError("The same question about the same evidence had another answer.")


def _rate(items: Iterator[Held], count: int) -> float:
    start = time.perf_counter()
    for item in islice(items, count):
        _again(item)
    return count / (time.perf_counter() - start)
