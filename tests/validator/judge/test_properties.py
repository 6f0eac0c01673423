"""What must hold for every Evidence: order never matters, proofs never harm, revocation data never redeems."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.vocabulary import Indication
from validator.evidence import Evidence, TimestampKind, encode
from validator.judge import Verdict, judge, judgement_policy

T = TypeVar("T")
PROPERTIES = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
RANK = {Indication.TOTAL_FAILED: 0, Indication.INDETERMINATE: 1, Indication.TOTAL_PASSED: 2}
PROVING = (TimestampKind.SIGNATURE, TimestampKind.ARCHIVE)

days = st.integers(-60, 10)
reasons = st.sampled_from((None, 0, 1, 4, 5, 6))
worlds = st.fixed_dictionaries(
    {
        "signer": st.tuples(st.just(-1000), st.integers(-50, 50)),
        "ca": st.tuples(st.just(-3000), st.integers(-50, 500)),
        "tsa": st.tuples(st.just(-2000), st.integers(-50, 500)),
        "sunset": st.none() | days,
        "revoked": st.none() | st.tuples(days, reasons),
        "ca_revoked": st.none() | st.tuples(days, reasons),
        "lists": st.lists(st.tuples(days, days), max_size=3).map(tuple),
        "responder": st.none() | days,
        "record": st.just(()) | st.lists(days, min_size=1, max_size=2).map(lambda found: tuple(sorted(found))),
        "digest": st.sampled_from(("SHA-256", "SHA-256", "SHA-1")),
        "intact": st.sampled_from((True, True, True, False)),
    }
)
kinds = st.sampled_from((TimestampKind.CONTENT, TimestampKind.SIGNATURE, TimestampKind.ARCHIVE, TimestampKind.DOCUMENT))
stamps = st.lists(st.tuples(kinds, days), max_size=3).map(tuple)


def judged(evidence: Evidence, at: datetime, policy: str = "default") -> Verdict:
    return judge(evidence, judgement_policy(policy), at)


def shuffled(evidence: Evidence, seed: int) -> Evidence:
    """The same facts in another order."""
    mixed = random.Random(seed)

    def any_order(items: Sequence[T]) -> tuple[T, ...]:
        return tuple(mixed.sample(items, len(items)))

    recorded = evidence.recorded
    if recorded is not None:
        certificates = (replace(item, statuses=any_order(item.statuses)) for item in recorded.certificates)
        recorded = replace(
            recorded, certificates=any_order(tuple(certificates)), revocations=any_order(recorded.revocations)
        )
    tokens = (replace(item, covers=any_order(item.covers)) for item in evidence.timestamps)
    return replace(
        evidence,
        timestamps=any_order(tuple(tokens)),
        objects=any_order(evidence.objects),
        trust=replace(evidence.trust, anchors=any_order(evidence.trust.anchors)),
        recorded=recorded,
    )


def octets(verdict: Verdict) -> bytes:
    """The verdict, the name of its Evidence aside: in another order the same facts have another name."""
    return encode(replace(verdict, evidence=""))


@PROPERTIES
@given(world=worlds, tokens=stamps, seed=st.integers(0, 1 << 16), policy=st.sampled_from(("default", "RU/court")))
def test_order_never_matters(
    world: dict[str, Any], tokens: Any, seed: int, policy: str, make_facts: Callable[..., Any], facts_time: datetime
) -> None:
    evidence = make_facts(**world, stamps=tokens).evidence()
    again = shuffled(evidence, seed)
    assert octets(judged(again, facts_time, policy)) == octets(judged(evidence, facts_time, policy))


@PROPERTIES
@given(world=worlds, kind=st.sampled_from(PROVING), at=st.integers(-999, -1), tokens=stamps)
def test_a_further_proof_of_existence_never_harms(
    world: dict[str, Any], kind: Any, at: int, tokens: Any, make_facts: Callable[..., Any], facts_time: datetime
) -> None:
    """Not before the certificate, which proves a forgery (5.5.4 step 4), nor before a content time-stamp."""
    known = tuple(item for item in tokens if item[0] in PROVING)
    less = judged(make_facts(**world, stamps=known).evidence(), facts_time)
    more = judged(make_facts(**world, stamps=(*known, (kind, at))).evidence(), facts_time)
    assert RANK[more.indication] >= RANK[less.indication]


@PROPERTIES
@given(world=worlds, tokens=stamps, added=st.lists(st.tuples(days, days), min_size=1, max_size=2))
def test_more_revocation_data_never_redeems_what_failed(
    world: dict[str, Any], tokens: Any, added: Any, make_facts: Callable[..., Any], facts_time: datetime
) -> None:
    less = judged(make_facts(**world, stamps=tokens).evidence(), facts_time)
    world["lists"] = (*world["lists"], *added)
    more = judged(make_facts(**world, stamps=tokens).evidence(), facts_time)
    if less.indication is Indication.TOTAL_FAILED:
        assert more.indication is not Indication.TOTAL_PASSED


def test_order_never_matters_in_files_that_others_signed(
    make_world: Any, evidence_of: Any, judged: Any, now: datetime
) -> None:
    world = make_world()
    stamped = world.with_store(world.pdf(stamp=now), world.crls())
    evidence = evidence_of(world.with_document_stamp(stamped, now), anchors=[world.root], crls=world.crls())
    first = judged(evidence)
    assert first.indication == "TOTAL-PASSED"
    for seed in range(5):
        assert octets(judged(shuffled(evidence, seed))) == octets(first)
