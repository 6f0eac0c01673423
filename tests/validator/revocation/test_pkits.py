"""The revocation sections of NIST PKITS through the path engine: the verdict and, where it is "no", the reason."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from validator.path.certificate import parse_certificate
from validator.path.engine import build_path
from validator.path.types import PathOutcome, PathRequest, PathSettings, TrustAnchor
from validator.revocation.crl import parse_crl
from validator.revocation.types import RevocationEvidence, Status

PKITS = Path(__file__).resolve().parents[3].parent / "shared" / "corpus" / "pkits"
SUITE = json.loads((PKITS / "cases.json").read_text()) if PKITS.is_dir() else {"cases": []}
SECTIONS = ("4.4.", "4.5.", "4.14.", "4.15.")
CASES = [case for case in SUITE["cases"] if case["id"].startswith(SECTIONS)]

# Why the status was not good: from the wording of each test in the PKITS document.
REASONS = {
    "4.4.1": "TS-REV-NO-EVIDENCE",
    "4.4.2": "TS-REV-REVOKED",
    "4.4.3": "TS-REV-REVOKED",
    "4.4.4": "TS-REV-MALFORMED",  # the signature's BIT STRING is damaged where it says how many bits are unused
    "4.4.5": "TS-REV-NO-EVIDENCE",
    "4.4.6": "TS-REV-NO-EVIDENCE",
    "4.4.8": "TS-REV-CRITICAL-EXTENSION",
    "4.4.9": "TS-REV-CRITICAL-EXTENSION",
    "4.4.10": "TS-REV-CRITICAL-EXTENSION",
    "4.4.11": "TS-REV-STALE",
    "4.4.12": "TS-REV-STALE",
    "4.4.15": "TS-REV-REVOKED",
    "4.4.18": "TS-REV-REVOKED",
    "4.4.20": "TS-REV-REVOKED",
    "4.4.21": "TS-REV-SIGNER-UNTRUSTED",
    "4.5.2": "TS-REV-REVOKED",
    "4.5.5": "TS-REV-REVOKED",
    "4.5.7": "TS-REV-REVOKED",
    "4.14.2": "TS-REV-REVOKED",
    "4.14.3": "TS-REV-SCOPE",
    "4.14.6": "TS-REV-REVOKED",
    "4.14.8": "TS-REV-SCOPE",
    "4.14.9": "TS-REV-SCOPE",
    "4.14.11": "TS-REV-SCOPE",
    "4.14.12": "TS-REV-SCOPE",
    "4.14.14": "TS-REV-SCOPE",
    "4.14.15": "TS-REV-REVOKED",
    "4.14.16": "TS-REV-ON-HOLD",
    "4.14.17": "TS-REV-REASONS-NOT-COVERED",
    "4.14.20": "TS-REV-REVOKED",
    "4.14.21": "TS-REV-REVOKED",
    "4.14.23": "TS-REV-REVOKED",
    "4.14.26": "TS-REV-NO-EVIDENCE",
    "4.14.27": "TS-REV-SCOPE",
    "4.14.31": "TS-REV-REVOKED",
    "4.14.32": "TS-REV-REVOKED",
    "4.14.34": "TS-REV-REVOKED",
    "4.14.35": "TS-REV-SCOPE",
    "4.15.1": "TS-REV-DELTA-WITHOUT-BASE",
    "4.15.3": "TS-REV-REVOKED",
    "4.15.4": "TS-REV-REVOKED",
    "4.15.6": "TS-REV-REVOKED",
    "4.15.9": "TS-REV-REVOKED",
    "4.15.10": "TS-REV-STALE",
}


def outcome(case: dict, *, everything: bool) -> PathOutcome:
    def read(folder: str, names: list[str]) -> list[bytes]:
        return [(PKITS / folder / name).read_bytes() for name in names]

    def names(folder: str, own: list[str]) -> list[str]:
        return sorted(path.name for path in (PKITS / folder).iterdir()) if everything else own

    anchor, leaf = (parse_certificate(item) for item in read("certs", [case["certs"][0], case["certs"][-1]]))
    request = PathRequest(
        leaf=leaf,
        anchors=(TrustAnchor(anchor),),
        pool=tuple(parse_certificate(item) for item in read("certs", names("certs", case["certs"][1:-1]))),
        evidence=RevocationEvidence.of(parse_crl(item) for item in read("crls", names("crls", case["crls"]))),
        at=datetime.fromisoformat(SUITE["validation_time"]),
        settings=PathSettings(),
    )
    return build_path(request)


@pytest.mark.skipif(not CASES, reason="no ../shared/corpus/pkits beside the checkout")
@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict):
    found = outcome(case, everything=False)
    assert found.valid == (case["expected"] == "valid"), found.reasons
    if case["id"] in REASONS:
        said = [
            reason.code for answer in found.statuses for reason in answer.reasons if answer.status is not Status.GOOD
        ]
        assert said[0] == REASONS[case["id"]]


@pytest.mark.skipif(not CASES, reason="no ../shared/corpus/pkits beside the checkout")
def test_the_whole_suite_as_one_pool_changes_no_verdict():
    for case in CASES:
        assert outcome(case, everything=True).valid == (case["expected"] == "valid"), case["id"]
