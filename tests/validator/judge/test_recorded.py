"""The algorithm of EN 319 102-1 over recorded facts: what each proof, end and revocation leads to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from validator.evidence import CoveredObject, Evidence, TimestampKind, TrustMode, TrustState, decode, encode
from validator.evidence.recorded import RecordedRevocation
from validator.judge import JudgementPolicy, Verdict, judge, judgement_policy
from validator.judge.policy import policy_from_toml

SIGNATURE, ARCHIVE, CONTENT = TimestampKind.SIGNATURE, TimestampKind.ARCHIVE, TimestampKind.CONTENT
DOCUMENT = TimestampKind.DOCUMENT
WIDE = ((-300, 7), (-1, 6))
PASSED = ("TOTAL-PASSED", None)

OUTLIVED: dict[str, Any] = {"signer": (-900, -10), "ca": (-3000, -8), "lists": ((-25, 6),)}
# SHA-1 ended in 2012 (default catalogue).
OLD: dict[str, Any] = {
    "digest": "SHA-1",
    "signer": (-5000, 1000),
    "ca": (-6000, 3000),
    "tsa": (-6000, 3000),
    "stamps": ((SIGNATURE, -4600), (ARCHIVE, -4570)),
}

CASES: list[tuple[str, dict[str, Any], tuple[str, str | None]]] = [
    ("good", {}, PASSED),
    ("a digest that differs", {"intact": False}, ("TOTAL-FAILED", "HASH_FAILURE")),
    ("a value that does not verify", {"value": False}, ("TOTAL-FAILED", "SIG_CRYPTO_FAILURE")),
    ("no revocation data", {"lists": ()}, ("INDETERMINATE", "TRY_LATER")),
    ("stale revocation data", {"lists": ((-30, -20),)}, ("INDETERMINATE", "TRY_LATER")),
    ("stale now, fresh at the time-stamp", {"lists": ((-30, -20),), "stamps": ((SIGNATURE, -25),)}, PASSED),
    ("revoked", {"revoked": (-10, 4)}, ("INDETERMINATE", "REVOKED_NO_POE")),
    ("revoked after the time-stamp", {"revoked": (-10, 4), "stamps": ((SIGNATURE, -20),), "lists": WIDE}, PASSED),
    ("revoked before the content time-stamp", {"revoked": (-10, 4), "stamps": ((CONTENT, -5),)},
     ("TOTAL-FAILED", "REVOKED")),
    ("expired before the content time-stamp", {"signer": (-900, -10), "stamps": ((CONTENT, -5),)},
     ("TOTAL-FAILED", "EXPIRED")),
    ("expired", {"signer": (-900, -10)}, ("INDETERMINATE", "OUT_OF_BOUNDS_NOT_REVOKED")),
    ("expired after the time-stamp", {"signer": (-900, -10), "stamps": ((SIGNATURE, -20),), "lists": ((-30, -15),)},
     PASSED),
    ("time-stamped before the certificate existed",
     {"signer": (-50, -10), "stamps": ((SIGNATURE, -60),), "lists": ((-30, -15),)}, ("TOTAL-FAILED", "NOT_YET_VALID")),
    ("authority expired", {"ca": (-3000, -5), "lists": ((-6, 6),)}, ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")),
    ("authority expired before it signed the list", {"ca": (-3000, -5)},
     ("INDETERMINATE", "CERTIFICATE_CHAIN_GENERAL_FAILURE")),
    ("authority revoked", {"ca_revoked": (-10, 2)}, ("INDETERMINATE", "REVOKED_CA_NO_POE")),
    ("anchor past its sunset", {"sunset": -5}, ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND_NO_POE")),
    ("anchor past its sunset, evidence record from before", {"sunset": -5, "record": (-9,), "lists": ((-10, 6),),
     "stamps": ((SIGNATURE, -10),)}, ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND_NO_POE")),
    ("weak digest", {"digest": "SHA-1"}, ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")),
    ("weak digest counts before expiry", {"digest": "SHA-1", "signer": (-900, -10)},
     ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")),
    ("weak digest, archived while it was good", {**OLD, "lists": ((-4590, -4580),)}, PASSED),
    ("the same with stale status then", {**OLD, "lists": ((-4700, -4690),)}, ("INDETERMINATE", "TRY_LATER")),
    ("the same after the certificate's end", {**OLD, "signer": (-5000, -4610), "lists": ((-4620, -4600),)},
     ("INDETERMINATE", "OUT_OF_BOUNDS_NOT_REVOKED")),
    ("the same archived too late",
     {**OLD, "stamps": ((SIGNATURE, -4000), (ARCHIVE, -3990)), "lists": ((-4001, -3995),)},
     ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")),
    ("who signed the status has ended", {"responder": -1, "lists": ((-5, 6),)},
     ("INDETERMINATE", "REVOCATION_OUT_OF_BOUNDS_NO_POE")),
    ("who signed the status has ended, archived before",
     {"responder": -1, "lists": ((-5, 6),), "stamps": ((SIGNATURE, -4), (ARCHIVE, -3))}, PASSED),
    ("who signed the status has ended, and the signer",
     {"responder": -1, "signer": (-900, -2), "lists": ((-5, 6),), "stamps": ((SIGNATURE, -4),)},
     ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")),
    ("expired with its authority, archived before",
     {**OUTLIVED, "stamps": ((SIGNATURE, -20), (ARCHIVE, -19))}, PASSED),
    ("expired with its authority, in an evidence record",
     {**OUTLIVED, "stamps": ((SIGNATURE, -20),), "record": (-19, -5)}, PASSED),
    ("the same with a record over other data",
     {**OUTLIVED, "stamps": ((SIGNATURE, -20),), "record": (-19, -5), "record_intact": False},
     ("INDETERMINATE", "REVOCATION_OUT_OF_BOUNDS_NO_POE")),
    ("a time-stamp over a later one", {"stamps": ((SIGNATURE, -5), (DOCUMENT, -1), (DOCUMENT, -3))},
     ("INDETERMINATE", "TIMESTAMP_ORDER_FAILURE")),
    ("content time-stamp after the signature's", {"stamps": ((CONTENT, -3), (SIGNATURE, -5))},
     ("INDETERMINATE", "TIMESTAMP_ORDER_FAILURE")),
    ("two in the same second", {"stamps": ((CONTENT, -5), (SIGNATURE, -5), (DOCUMENT, -5))}, PASSED),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_each_circumstance_has_its_indication(
    changes: dict[str, Any], expected: tuple[str, str | None], make_facts: Callable[..., Any], facts_time: datetime
) -> None:
    verdict = judged(make_facts(**changes).evidence(), facts_time)
    assert (verdict.indication, verdict.sub_indication) == expected
    if expected != PASSED:
        assert verdict.signatures[0].reasons, "a refusal without a reason"


def judged(evidence: Evidence, at: datetime, policy: JudgementPolicy | None = None) -> Verdict:
    return judge(evidence, policy or judgement_policy("default"), at)


def test_evidence_of_recorded_facts_can_be_stored_and_judged_elsewhere(
    make_facts: Callable[..., Any], facts_time: datetime
) -> None:
    evidence = make_facts(stamps=((SIGNATURE, -4), (ARCHIVE, -3)), record=(-2,)).evidence()
    again = decode(Evidence, encode(evidence))
    assert again == evidence
    assert encode(judged(again, facts_time)) == encode(judged(evidence, facts_time))


def chained() -> JudgementPolicy:
    return policy_from_toml("chained", 'title = "chain"\nextends = "default"\nsignature_model = "chain"\n')


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ca": (-3000, -5), "lists": ((-20, 6),)}, PASSED),
        ({"ca": (-3000, -25), "lists": ((-20, 6),)}, ("INDETERMINATE", "CERTIFICATE_CHAIN_GENERAL_FAILURE")),
        ({"ca_revoked": (-10, 5)}, PASSED),
        ({"ca_revoked": (-10, 1)}, ("INDETERMINATE", "REVOKED_CA_NO_POE")),
        ({"ca_revoked": (-10, None)}, ("INDETERMINATE", "REVOKED_CA_NO_POE")),
        ({"ca_revoked": (-1500, 5)}, ("INDETERMINATE", "REVOKED_CA_NO_POE")),
        ({"revoked": (-10, 5)}, ("INDETERMINATE", "REVOKED_NO_POE")),
        ({"signer": (-900, -10)}, ("INDETERMINATE", "OUT_OF_BOUNDS_NOT_REVOKED")),
    ],
)
def test_in_the_chain_model_an_authority_answers_for_when_it_signed(
    changes: dict[str, Any], expected: tuple[str, str | None], make_facts: Callable[..., Any], facts_time: datetime
) -> None:
    """The shell model is stricter about all of these."""
    evidence = make_facts(**changes).evidence()
    verdict = judged(evidence, facts_time, chained())
    assert (verdict.indication, verdict.sub_indication) == expected
    assert judged(evidence, facts_time).indication != "TOTAL-PASSED"


def test_revocation_data_must_be_believable(make_facts: Callable[..., Any], facts_time: datetime) -> None:
    evidence = make_facts(responder=3000).evidence()
    assert evidence.recorded is not None
    for change in (
        {"signature": replace(evidence.recorded.revocations[0].signature, intact=False)},
        {"signature": replace(evidence.recorded.revocations[0].signature, signer="signer")},
        {"signature": replace(evidence.recorded.revocations[0].signature, signer="tsa")},
        {"signature": replace(evidence.recorded.revocations[0].signature, signer=None)},
        {"certificate_hash": False},
        {"responder_matches": False},
        {"this_update": facts_time - timedelta(days=1001)},
        {"this_update": None},
    ):
        first, *rest = evidence.recorded.revocations
        changed = (replace(first, **change), *rest)  # type: ignore[arg-type]
        verdict = judged(with_revocations(evidence, changed), facts_time)
        assert (verdict.indication, verdict.sub_indication) == ("INDETERMINATE", "CERTIFICATE_CHAIN_GENERAL_FAILURE")


def test_a_list_is_signed_by_an_authority(make_facts: Callable[..., Any], facts_time: datetime) -> None:
    evidence = make_facts().evidence()
    assert evidence.recorded is not None
    first, *rest = evidence.recorded.revocations
    for signer, expected in (("root", "TOTAL-PASSED"), ("tsa", "INDETERMINATE"), ("signer", "INDETERMINATE")):
        changed = replace(first, signature=replace(first.signature, signer=signer))
        assert judged(with_revocations(evidence, (changed, *rest)), facts_time).indication == expected


def with_revocations(evidence: Evidence, revocations: tuple[RecordedRevocation, ...]) -> Evidence:
    assert evidence.recorded is not None
    return replace(evidence, recorded=replace(evidence.recorded, revocations=revocations))


# --- bad input ----------------------------------------------------------------------------------------------------


def test_no_lists_and_no_anchors_loaded_never_passes(make_facts: Callable[..., Any], facts_time: datetime) -> None:
    evidence = replace(make_facts().evidence(), trust=TrustState(mode=TrustMode.GIVEN))
    verdict = judged(evidence, facts_time)
    assert (verdict.indication, verdict.sub_indication) == ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND")
    assert "TS-CHAIN-NO-ANCHORS" in {item.code for item in verdict.signatures[0].reasons}


def test_dangling_references_leave_the_question_open(make_facts: Callable[..., Any], facts_time: datetime) -> None:
    evidence = make_facts(stamps=((SIGNATURE, -4),)).evidence()
    recorded = evidence.recorded
    assert recorded is not None
    for certificates in ((), recorded.certificates[1:], recorded.certificates[:2]):
        changed = replace(evidence, recorded=replace(recorded, certificates=certificates))
        assert judged(changed, facts_time).indication == "INDETERMINATE"
    assert judged(with_revocations(evidence, ()), facts_time).indication == "INDETERMINATE"
    gone = replace(evidence.signatures[0], signing_certificate="nobody", certificate_references=())
    assert judged(replace(evidence, signatures=(gone,)), facts_time).indication == "INDETERMINATE"
    lost = replace(evidence.timestamps[0], covers=(CoveredObject(kind="signature", id="nobody"),), owner="nobody")
    assert judged(replace(evidence, timestamps=(lost,)), facts_time).indication == "TOTAL-PASSED"


def test_cycles_end(make_facts: Callable[..., Any], facts_time: datetime) -> None:
    evidence = make_facts(signer=(-900, -10), stamps=((ARCHIVE, -5), (ARCHIVE, -5))).evidence()
    one, two = evidence.timestamps
    itself = replace(one, covers=(*one.covers, *(CoveredObject(kind="timestamp", id=name) for name in ("T0", "T1"))))
    looped = replace(evidence, timestamps=(itself, replace(two, covers=itself.covers)))
    assert judged(looped, facts_time).indication == "INDETERMINATE"
    recorded = evidence.recorded
    assert recorded is not None
    root, ca, *rest = recorded.certificates
    crossed = replace(root, self_signed=False, signature=replace(root.signature, signer="ca"))
    nobody = TrustState(mode=TrustMode.GIVEN, anchors=(replace(evidence.trust.anchors[0], certificate="nobody"),))
    cycle = replace(evidence, recorded=replace(recorded, certificates=(crossed, ca, *rest)), trust=nobody)
    assert judged(cycle, facts_time).indication == "INDETERMINATE"
    sig = evidence.signatures[0]
    loops = (replace(sig, id="A", parent="B", packaging="counter-signature"), replace(sig, id="B", parent="A"))
    assert judged(replace(evidence, signatures=loops), facts_time).indication == "INDETERMINATE"


FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize("policy", ["default", "strict", "archive", "diagnostic", "RU/court"])
@pytest.mark.parametrize("at", [FIRST, LAST])
def test_the_ends_of_the_calendar_are_times_like_others(
    make_facts: Callable[..., Any], policy: str, at: datetime
) -> None:
    stamps = ((TimestampKind.SIGNATURE, -400), (TimestampKind.ARCHIVE, -300))
    evidence = make_facts(stamps=stamps).evidence()
    (signature,) = evidence.signatures
    accuracy = 10**30
    for claimed in (FIRST, signature.claimed_time, LAST):
        for recorded in (FIRST, LAST):
            changed = replace(
                evidence,
                signatures=(replace(signature, claimed_time=claimed),),
                timestamps=tuple(
                    replace(item, gen_time=claimed, accuracy_microseconds=accuracy) for item in evidence.timestamps
                ),
                recorded=replace(evidence.recorded, at=recorded),
            )  # fmt: skip
            assert judged(changed, at, judgement_policy(policy)).indication != "TOTAL-PASSED"


def test_times_in_the_future_prove_nothing(make_facts: Callable[..., Any], facts_time: datetime) -> None:
    later = judged(make_facts(signer=(-900, -10), stamps=((SIGNATURE, 5),)).evidence(), facts_time)
    assert later.indication == "INDETERMINATE"
    assert later.timestamps[0].indication == "INDETERMINATE"
    fetched = judged(make_facts(lists=((300, 307),)).evidence(), facts_time)
    assert (fetched.indication, fetched.sub_indication) == ("INDETERMINATE", "TRY_LATER")
