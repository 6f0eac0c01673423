"""Who may sign an OCSP response: 59 cases that other people made (see the corpus for origin and licence)."""

import base64
import dataclasses
import json
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from validator.path.certificate import Certificate, parse_certificate
from validator.revocation.context import StatusContext
from validator.revocation.ocsp import OcspResponse, parse_ocsp
from validator.revocation.status import certificate_status
from validator.revocation.types import RevocationEvidence

CASES = Path(__file__).resolve().parents[3].parent / "shared" / "corpus" / "ocsp-responders" / "cases.json"
LOADED = json.loads(CASES.read_text())["cases"] if CASES.is_file() else []


def _certificate(text: str) -> Certificate:
    parsed = parse_certificate(base64.b64decode(text))
    assert isinstance(parsed, Certificate)
    return parsed


def leads_to(certificate: Certificate, pool: list[Certificate], trusted: list[Certificate]) -> bool:
    """By names alone: the cases' intermediate certificates are good or missing."""
    if certificate in trusted:
        return True
    parents = [item for item in (*pool, *trusted) if item.subject == certificate.issuer and item != certificate]
    return any(leads_to(parent, [item for item in pool if item != parent], trusted) for parent in parents)


@pytest.mark.skipif(not LOADED, reason="no ../shared/corpus/ocsp-responders beside the checkout")
@pytest.mark.parametrize("case", LOADED, ids=[case["id"] for case in LOADED])
def test_responder(case: dict, pki: SimpleNamespace):
    response = parse_ocsp(base64.b64decode(case["ocsp_response"]))
    assert isinstance(response, OcspResponse)
    trusted = [_certificate(text) for text in case["trusted"]]
    others = [_certificate(text) for text in case["other_certs"]]
    issuer = [*others, *trusted][0]
    at = datetime.fromisoformat(case["time"])
    # The subject's own certificate is not part of a case; its issuer and serial number are all that is needed.
    serial = response.responses[0].cert_id.serial_octets
    subject = dataclasses.replace(issuer, issuer=issuer.subject, serial_octets=serial, not_after=at, _memo=[])
    anchor = SimpleNamespace(subject=issuer.subject.der, label="", certificate=issuer)
    evidence = RevocationEvidence.of([response])
    engine = pki.SmallEngine((anchor,), (), evidence, ask_status=False)
    context = StatusContext(engine=engine, freshness=timedelta(days=3650))
    answer = certificate_status(subject, issuer, at, evidence, context)
    # Whether the issuer itself leads to a trusted certificate is the path engine's part of the question.
    issuer_trusted = leads_to(issuer, others, trusted)
    accepted = answer.source == response.sha256 and issuer_trusted
    assert accepted == (case["expected"] == "valid"), answer
