"""EN 319 102-1 case by case: one signature, one circumstance, the indication that the clause prescribes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
DATA = b"One hundred tonnes of wheat."
REASONS = x509.ReasonFlags


@dataclass(frozen=True)
class Case:
    """`revoke` label → (days before now, reason); `stamp` days before now; `crl` (days before now, days of life);
    `more_crl` a second issue; `signer_ends` days before now at which the signer's certificate ended."""

    name: str
    expected: str
    sub: str | None = None
    clause: str = "5.3"
    stamp: float | None = None
    revoke: dict[str, tuple[float, REASONS]] = field(default_factory=dict)
    crl: tuple[float, float] | None = (0, 7)
    more_crl: tuple[float, float] | None = None
    signer_ends: float | None = None
    anchor: str = "root"
    sunset: float | None = None
    policy: str = "default"
    process: str | None = None


CASES = [
    Case("good", "TOTAL-PASSED", process="Basic"),
    Case("good with time", "TOTAL-PASSED", stamp=5, process="LTVM"),
    Case("no revocation data", "INDETERMINATE", "TRY_LATER", crl=None, clause="5.2.6.4 4b"),
    Case("stale list", "INDETERMINATE", "TRY_LATER", crl=(30, 7), clause="5.2.5"),
    Case("stale now, fresh at the time-stamp", "TOTAL-PASSED", stamp=5, crl=(6, 3), clause="5.5.4 step 6"),
    Case("the same under a policy that wants fresh status of the TSA", "INDETERMINATE", "TRY_LATER", stamp=5,
         crl=(6, 3), policy="strict"),
    Case("stale at the time-stamp too", "INDETERMINATE", "TRY_LATER", stamp=1, crl=(6, 3), clause="5.5.4 step 6"),
    Case("anchor of another state", "INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND", anchor="other"),
    Case("no anchor", "INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND", anchor="none"),
    Case("anchor past its sunset", "INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND_NO_POE", sunset=1),
    Case("revoked", "INDETERMINATE", "REVOKED_NO_POE", revoke={"signer": (3, REASONS.superseded)}),
    Case("revoked after the time-stamp", "TOTAL-PASSED", stamp=5, revoke={"signer": (3, REASONS.superseded)},
         clause="5.5.4 step 4"),
    Case("revoked for compromise after the time-stamp", "TOTAL-PASSED", stamp=5,
         revoke={"signer": (3, REASONS.key_compromise)}),
    Case("revoked before the time-stamp", "INDETERMINATE", "REVOKED_NO_POE", stamp=1,
         revoke={"signer": (3, REASONS.superseded)}),
    Case("suspended", "INDETERMINATE", "TRY_LATER", revoke={"signer": (3, REASONS.certificate_hold)}),
    Case("suspended after the time-stamp", "TOTAL-PASSED", stamp=5, revoke={"signer": (3, REASONS.certificate_hold)},
         clause="5.5.4 step 7"),
    Case("suspended before the time-stamp", "INDETERMINATE", "TRY_LATER", stamp=1,
         revoke={"signer": (3, REASONS.certificate_hold)}),
    Case("authority revoked", "INDETERMINATE", "REVOKED_CA_NO_POE", revoke={"ca": (3, REASONS.ca_compromise)}),
    Case("authority of signer and TSA revoked after the time-stamp", "INDETERMINATE", "REVOKED_CA_NO_POE", stamp=5,
         revoke={"ca": (3, REASONS.ca_compromise)}),
    Case("expired", "INDETERMINATE", "OUT_OF_BOUNDS_NO_POE", signer_ends=2),
    Case("expired, known not revoked while valid", "INDETERMINATE", "OUT_OF_BOUNDS_NOT_REVOKED", signer_ends=2,
         crl=(4, 7)),
    Case("expired after the time-stamp, status from then", "TOTAL-PASSED", stamp=5, signer_ends=2, crl=(4, 7)),
    Case("the same with a newer list that is silent", "TOTAL-PASSED", stamp=5, signer_ends=2, crl=(4, 7),
         more_crl=(0, 7)),
    Case("expired after the time-stamp, only later lists", "INDETERMINATE", "OUT_OF_BOUNDS_NO_POE", stamp=5,
         signer_ends=2),
    Case("expired before the time-stamp", "INDETERMINATE", "OUT_OF_BOUNDS_NOT_REVOKED", stamp=1, signer_ends=2,
         crl=(4, 7)),
    Case("TSA revoked", "TOTAL-PASSED", stamp=5, revoke={"tsa": (3, REASONS.superseded)},
         clause="5.5.4 step 3: token dropped, signature good now"),
    Case("TSA revoked and signer expired", "INDETERMINATE", "OUT_OF_BOUNDS_NOT_REVOKED", stamp=5, signer_ends=2,
         revoke={"tsa": (3, REASONS.superseded)}, crl=(4, 7), more_crl=(0, 7)),
    Case("expired key for encipherment, everything else proven in time", "INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE",
         stamp=5, signer_ends=2, crl=(4, 7)),
    Case("key for encipherment only is not for signatures", "INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE",
         clause="5.2.6.4 step 5"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_case(case: Case, make_world: Any, evidence_of: Any, judged: Any, now: Any) -> None:
    world = make_world()
    if case.signer_ends is not None:
        world.signer = world.issue("signer", world.ca, end=now - case.signer_ends * DAY)
    if "encipherment" in case.name:
        end = None if case.signer_ends is None else now - case.signer_ends * DAY
        world.signer = world.issue("signer", world.ca, usage="key_encipherment", end=end)
    for label, (days, reason) in case.revoke.items():
        world.revoked[getattr(world, label).label] = (now - days * DAY, reason)
    data = world.cms(DATA, stamp=None if case.stamp is None else now - case.stamp * DAY)
    lists = [item for item in (case.crl, case.more_crl) if item is not None]
    crls = [crl for days, life in lists for crl in world.crls(now - days * DAY, life)]
    anchors = {"root": [world.root], "other": [make_world(country="BY").root], "none": []}[case.anchor]
    sunset = None if case.sunset is None else now - case.sunset * DAY
    evidence = evidence_of(data, anchors=anchors, crls=crls, detached=[DATA], sunset=sunset)

    verdict = judged(evidence, policy=case.policy)

    assert (verdict.indication, verdict.sub_indication) == (case.expected, case.sub)
    if case.expected != "TOTAL-PASSED":
        assert verdict.signatures[0].reasons, "a refusal without a reason"
    if case.process:
        assert verdict.signatures[0].process == case.process


def test_altered_data_and_value_fail_whatever_the_chain_says(
    make_world: Any, evidence_of: Any, judged: Any, broken_value: Callable[[bytes], bytes]
) -> None:
    world = make_world()
    data = world.cms(DATA)
    for file, document, sub in (
        (data, b"Two hundred tonnes of wheat.", "HASH_FAILURE"),
        (broken_value(data), DATA, "SIG_CRYPTO_FAILURE"),
    ):
        for anchors in ([world.root], []):
            evidence = evidence_of(file, anchors=anchors, crls=world.crls(), detached=[document])
            verdict = judged(evidence)
            assert (verdict.indication, verdict.sub_indication) == ("TOTAL-FAILED", sub)


def test_archive_time_stamp_carries_a_signature_over_the_end_of_all_its_certificates(
    make_world: Any, evidence_of: Any, judged: Any, now: Any
) -> None:
    world = make_world()
    world.ca = world.issue("ca", world.root, ca=True, end=now - DAY)
    world.tsa = world.issue("tsa", world.ca, eku=True, end=now - DAY)
    world.signer = world.issue("signer", world.ca, end=now - 2 * DAY)
    long_term = world.with_store(world.pdf(stamp=now - 5 * DAY), world.crls(now - 4 * DAY))
    renewed = world.with_document_stamp(long_term, now - 3 * DAY, world.issue("tsa2", world.root, eku=True))

    bare = judged(evidence_of(long_term, anchors=[world.root], crls=world.crls()))
    kept = judged(evidence_of(renewed, anchors=[world.root], crls=world.crls()))

    assert (bare.indication, bare.sub_indication) == ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")
    assert kept.indication == "TOTAL-PASSED"
    assert (kept.signatures[0].process, kept.signatures[0].level) == ("LTA", "PAdES-BASELINE-LTA")
    assert kept.signatures[0].best_signature_time == now - 5 * DAY


def test_archive_time_stamp_made_after_the_end_proves_nothing(
    make_world: Any, evidence_of: Any, judged: Any, now: Any
) -> None:
    world = make_world()
    world.signer = world.issue("signer", world.ca, end=now - 2 * DAY)
    late = world.with_document_stamp(world.with_store(world.pdf(), world.crls(now - 4 * DAY)), now - DAY)

    verdict = judged(evidence_of(late, anchors=[world.root], crls=world.crls()))

    assert verdict.indication == "INDETERMINATE"
    assert verdict.sub_indication == "OUT_OF_BOUNDS_NOT_REVOKED"


def test_anchor_for_signatures_only_does_not_vouch_for_a_time_stamp(
    world: Any, evidence_of: Any, judged: Any, now: Any
) -> None:
    data = world.cms(DATA, stamp=now - 5 * DAY)
    evidence = evidence_of(data, anchors=[world.root], crls=world.crls(), detached=[DATA], purposes=("signature",))

    verdict = judged(evidence)

    assert verdict.indication == "TOTAL-PASSED"
    assert verdict.signatures[0].best_time_proof is None
    assert verdict.timestamps[0].sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"


def test_certificate_that_is_not_for_time_stamping_alone_makes_no_time_stamp(
    make_world: Any, evidence_of: Any, judged: Any, now: Any
) -> None:
    world = make_world()
    world.tsa = world.issue("tsa", world.ca, eku=False, usage="digital_signature")
    data = world.cms(DATA, stamp=now - 5 * DAY)

    verdict = judged(evidence_of(data, anchors=[world.root], crls=world.crls(), detached=[DATA]))

    assert verdict.timestamps[0].sub_indication == "CHAIN_CONSTRAINTS_FAILURE"
    assert verdict.signatures[0].best_time_proof is None


def test_equal_inputs_give_equal_octets(world: Any, evidence_of: Any, judged: Any, encoded: Any) -> None:
    evidence = evidence_of(world.pdf(), anchors=[world.root], crls=world.crls())
    again = evidence_of(world.pdf(), anchors=[world.root], crls=world.crls())

    assert encoded(judged(evidence)) == encoded(judged(evidence))
    assert evidence != again, "a new signature is new evidence"


def test_crl_signed_under_another_anchor_says_nothing(make_world: Any, evidence_of: Any, judged: Any, now: Any) -> None:
    """RFC 5280 6.3.3 (f): the signer of a CRL leads to the anchor of the path; two states are both trusted here."""
    home = make_world()
    other = make_world(country="BY")
    impostor = make_world(country="KZ")
    impostor.ca = other.issue("ca", other.root, ca=True)
    forged = impostor.crl(impostor.ca)
    data = home.cms(DATA)

    evidence = evidence_of(
        data,
        anchors=[home.root, other.root],
        certificates=[other.ca, impostor.ca],
        crls=[home.crl(home.root), other.crl(other.root), forged],
        detached=[DATA],
    )

    assert judged(evidence).sub_indication == "TRY_LATER"


def test_delay_between_claim_and_proof(make_world: Any, evidence_of: Any, judged: Any, now: Any) -> None:
    """5.5.4 step 5 under the strict policy: no claim of time, no acceptance."""
    world = make_world()
    data = world.cms(DATA, stamp=now - HOUR)
    verdict = judged(evidence_of(data, anchors=[world.root], crls=world.crls(), detached=[DATA]), policy="strict")
    assert (verdict.indication, verdict.sub_indication) == ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE")


def test_newer_time_stamp_mends_no_authority_that_may_not_stamp(
    make_world: Any, evidence_of: Any, judged: Any, now: Any
) -> None:
    """The first authority has expired and never was one; a proper newer stamp covers its token."""
    world = make_world()
    world.signer = world.issue("signer", world.ca, end=now - 2 * DAY)
    world.tsa = world.issue("tsa", world.ca, usage="digital_signature", end=now - DAY)
    data = world.with_store(world.pdf(stamp=now - 5 * DAY), world.crls(now - 4 * DAY))
    renewed = world.with_document_stamp(data, now - 12 * HOUR, world.issue("tsa2", world.root, eku=True))

    verdict = judged(evidence_of(renewed, anchors=[world.root], crls=world.crls()))

    assert verdict.timestamps[0].sub_indication == "CHAIN_CONSTRAINTS_FAILURE"
    assert verdict.indication == "INDETERMINATE"


def test_revocation_behind_another_is_not_overlooked(make_world: Any, evidence_of: Any, judged: Any, now: Any) -> None:
    """The signer was revoked after the time-stamp, its authority before; the stamp comes from elsewhere."""
    world, other = make_world(), make_world(country="BY")
    world.revoked[world.signer.label] = (now - 3 * DAY, REASONS.superseded)
    world.revoked[world.ca.label] = (now - 8 * DAY, REASONS.ca_compromise)
    world.tsa = other.issue("tsa", other.root, eku=True)
    data = world.cms(DATA, stamp=now - 5 * DAY)
    crls = [*world.crls(), other.crl(other.root)]

    verdict = judged(evidence_of(data, anchors=[world.root, other.root], crls=crls, detached=[DATA]))

    assert verdict.timestamps[0].indication == "PASSED"
    assert verdict.indication == "INDETERMINATE"
