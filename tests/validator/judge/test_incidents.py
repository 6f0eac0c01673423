"""A key in other hands since a moment: what is proven before it stands, everything else is open."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from validator.evidence import Evidence, IncidentFacts, import_evidence
from validator.evidence.bundle import export_evidence

DAY = timedelta(days=1)


def with_incident(evidence: Evidence, der: bytes, since: datetime) -> Evidence:
    fact = IncidentFacts(certificate=sha256(der).hexdigest(), since=since, source="notice 7 of the supervisory body")
    return replace(evidence, trust=replace(evidence.trust, incidents=(fact,)))


@pytest.fixture
def stamped(world: Any, evidence_of: Callable[..., Evidence], now: datetime) -> Evidence:
    """Signed and time-stamped five days ago; the status of everybody is known from then and from now."""
    lists = [*world.crls(now - 4.5 * DAY), *world.crls(now)]
    return evidence_of(world.pdf(stamp=now - 5 * DAY), anchors=[world.root], crls=lists)


@pytest.mark.parametrize(
    ("who", "days_ago", "indication", "sub"),
    [
        ("signer", 3, "TOTAL-PASSED", None),
        ("signer", 6, "INDETERMINATE", "REVOKED_NO_POE"),
        ("root", 3, "INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND_NO_POE"),
        ("ca", 3, "INDETERMINATE", "REVOKED_CA_NO_POE"),
    ],
)
def test_what_falls_with_a_key(
    stamped: Evidence, world: Any, judged: Callable[..., Any], now: datetime, who: str, days_ago: int,
    indication: str, sub: str | None,
) -> None:  # fmt: skip
    verdict = judged(with_incident(stamped, getattr(world, who).der, now - days_ago * DAY))
    assert (str(verdict.indication), verdict.sub_indication and str(verdict.sub_indication)) == (indication, sub)


def test_without_an_incident_the_document_stands(stamped: Evidence, judged: Callable[..., Any]) -> None:
    assert judged(stamped).indication == "TOTAL-PASSED"


def test_the_reason_names_key_moment_and_source(
    stamped: Evidence, world: Any, judged: Callable[..., Any], now: datetime
) -> None:
    verdict = judged(with_incident(stamped, world.signer.der, now - 6 * DAY))
    reasons = {item.code: item for block in verdict.signatures[0].blocks for item in block.reasons}
    reasons |= {item.code: item for item in verdict.signatures[0].reasons}
    assert "TS-CHAIN-REVOKED" in reasons or "TS-CHAIN-INCIDENT" in reasons
    assert verdict.signatures[0].chain[0].status_kind == "incident"


def test_a_list_signed_by_a_stolen_key_says_nothing(
    world: Any, evidence_of: Callable[..., Evidence], judged: Callable[..., Any], now: datetime
) -> None:
    """The only list that calls the signer good was issued after the issuer's key was lost."""
    evidence = evidence_of(world.pdf(), anchors=[world.root], crls=world.crls(now))
    assert judged(evidence).indication == "TOTAL-PASSED"
    verdict = judged(with_incident(evidence, world.ca.der, now - DAY))
    assert verdict.sub_indication == "REVOKED_CA_NO_POE"
    assert verdict.signatures[0].chain[0].status == "unknown"


def test_an_incident_belongs_to_the_identity_of_the_evidence(stamped: Evidence, world: Any, now: datetime) -> None:
    changed = with_incident(stamped, world.ca.der, now)
    again = import_evidence(export_evidence(changed))
    assert again == changed
    assert again.trust.incidents == changed.trust.incidents
