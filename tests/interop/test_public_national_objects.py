"""Objects that states themselves published: their paths are built and their signatures verified by the validator's own
readers, and one changed octet ends it. What no state's rules allow is told apart from what does not verify."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from ca.pem import der_of
from policies.algorithms import CryptoResult, verify
from tests.conftest import PROJECT
from validator.cli.path_batch import answer_text
from validator.cli.validate_answer import answer
from validator.cms.signed_data import parse
from validator.path.certificate import Certificate, parse_certificate
from validator.revocation.crl import CertificateList, parse_crl
from validator.revocation.ocsp import OcspResponse, parse_ocsp

PUBLISHED: Final = PROJECT.parent / "shared" / "specs" / "vectors" / "national"
pytestmark = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="no ../shared/specs beside the checkout")

# leaf, anchor, lists, time, profile
PATHS: Final = [
    ("by/gossuok-ruc.cer", "by/gossuok-kuc.cer", (), "2016-01-01T00:00:00Z", "BY"),
    ("by/bign512-bash512-root.crt", "by/bign512-bash512-root.crt", (), "2025-01-01T00:00:00Z", "rfc5280"),
    ("kz/test-subject-gost2004.crt", "kz/test-ca-gost2004.crt", ("kz/test-ca-gost2004.crl",), "2022-05-01T00:00:00Z",
     "rfc5280"),
    ("kg/infocom-ca-2025.crt", "kg/infocom-ca-2025.crt", (), "2026-01-01T00:00:00Z", "KG"),
    ("rfc9215/test256.crt", "rfc9215/test256.crt", ("rfc9215/test256.crl",), "2026-01-01T00:00:00Z", "rfc5280"),
    ("rfc9215/test512.crt", "rfc9215/test512.crt", ("rfc9215/test512.crl",), "2026-01-01T00:00:00Z", "rfc5280"),
    ("rfc9215/tc26-256-A.crt", "rfc9215/tc26-256-A.crt", ("rfc9215/tc26-256-A.crl",), "2026-01-01T00:00:00Z",
     "rfc5280"),
]  # fmt: skip
CMS: Final = "kz/cms-gost2015-with-tst-gost2004.p7m"
# What is true of a signature of 2024 under a list of 2022, and of nothing that is broken.
AGED: Final = {"TS-CHAIN-STATUS-STALE", "TS-REV-STALE", "TS-CHAIN-STATUS-UNKNOWN", "TS-CHAIN-EXPIRED"}


def _now() -> datetime:
    return datetime(2026, 6, 1, tzinfo=UTC)


def _path(leaf: Path, anchor: str, lists: tuple[str, ...], at: str, profile: str) -> dict[str, Any]:
    line = {
        "id": "1",
        "leaf": str(leaf),
        "anchors": [str(PUBLISHED / anchor)],
        "crls": [str(PUBLISHED / name) for name in lists],
        "at": at,
        "profile": profile,
        "revocation": "require" if lists and leaf != PUBLISHED / anchor else "none",
    }
    return dict(answer_text(json.dumps(line), _now))


def _changed(octets: bytes) -> bytes:
    return octets[:-1] + bytes((octets[-1] ^ 1,))


def _der(name: str) -> bytes:
    octets = (PUBLISHED / name).read_bytes()
    if octets.startswith(b"-----"):
        return der_of(octets)
    return octets


@pytest.mark.parametrize(("leaf", "anchor", "lists", "at", "profile"), PATHS)
def test_path_of_a_published_certificate(
    tmp_path: Path, leaf: str, anchor: str, lists: tuple[str, ...], at: str, profile: str
) -> None:
    assert _path(PUBLISHED / leaf, anchor, lists, at, profile)["valid"] is True
    if leaf == anchor:
        return
    (tmp_path / "changed").write_bytes(_changed(_der(leaf)))
    found = _path(tmp_path / "changed", anchor, lists, at, profile)
    assert (found["valid"], found["reason"]) == (False, "TS-PATH-SIGNATURE")


@pytest.mark.parametrize(
    ("certificate", "signer"),
    [(leaf, anchor) for leaf, anchor, *_ in PATHS if not leaf.startswith("kg/")],
)
def test_signature_of_a_published_certificate(certificate: str, signer: str) -> None:
    read, issuer = parse_certificate(_der(certificate)), parse_certificate(_der(signer))
    assert isinstance(read, Certificate)
    assert isinstance(issuer, Certificate)
    arguments = (read.outer_algorithm, issuer.spki, read.tbs)
    assert verify(*arguments, read.signature) is CryptoResult.VALID
    assert verify(*arguments, _changed(read.signature)) is CryptoResult.INVALID


@pytest.mark.parametrize(
    ("published", "signer"),
    [(name, name.replace(".crl", ".crt")) for name in (
        "kz/test-ca-gost2004.crl", "kz/test-ca-gost2015.crl", "rfc9215/test256.crl", "rfc9215/test512.crl",
        "rfc9215/tc26-256-A.crl",
    )],
)  # fmt: skip
def test_published_list(published: str, signer: str) -> None:
    crl, issuer = parse_crl(_der(published)), parse_certificate(_der(signer))
    assert isinstance(crl, CertificateList)
    assert isinstance(issuer, Certificate)
    assert verify(crl.outer_algorithm, issuer.spki, crl.tbs, crl.signature) is CryptoResult.VALID
    assert verify(crl.outer_algorithm, issuer.spki, crl.tbs, _changed(crl.signature)) is CryptoResult.INVALID


@pytest.mark.parametrize("name", ["ocsp-gost2004-revoked", "ocsp-gost2015-revoked", "ocsp-gost2015-revoked-2"])
def test_published_status_answer(name: str) -> None:
    response = parse_ocsp(_der(f"kz/{name}.der"))
    assert isinstance(response, OcspResponse)
    responder = parse_certificate(response.certificates[0])
    assert isinstance(responder, Certificate)
    assert response.responses[0].status == "revoked"
    assert verify(response.algorithm, responder.spki, response.tbs, response.signature) is CryptoResult.VALID
    assert verify(response.algorithm, responder.spki, response.tbs + b".", response.signature) is CryptoResult.INVALID


def _validated(file: Path) -> dict[str, Any]:
    line = {
        "id": "1",
        "file": str(file),
        "anchors": [str(PUBLISHED / f"kz/test-ca-gost{year}.crt") for year in (2004, 2015)],
        "crls": [str(PUBLISHED / f"kz/test-ca-gost{year}.crl") for year in (2004, 2015)],
        "at": "2024-08-01T00:00:00Z",
        "offline": True,
    }
    return answer(json.dumps(line))


def test_signature_of_2015_with_a_timestamp_of_2004_in_one_file() -> None:
    found = _validated(PUBLISHED / CMS)
    (signature,), (stamp,) = found["signatures"], found["timestamps"]
    assert (signature["intact"], signature["digestsIntact"], stamp["intact"], stamp["digestsIntact"]) == (True,) * 4
    assert {reason["code"] for reason in signature["reasons"]} <= AGED


@pytest.mark.parametrize("part", ["signature", "timestamp", "content"])
def test_changed_octet_in_it(tmp_path: Path, part: str) -> None:
    octets = (PUBLISHED / CMS).read_bytes()
    signed = parse(octets)
    signer = signed.signers[0]
    assert signed.content is not None
    token = signer.unsigned_values("1.2.840.113549.1.9.16.2.14")[0]
    old = {
        "signature": signer.signature,
        "timestamp": parse(token).signers[0].signature,
        "content": signed.content,
    }[part]
    assert octets.count(old) == 1
    (tmp_path / "changed").write_bytes(octets.replace(old, _changed(old)))
    found = _validated(tmp_path / "changed")
    (signature,), (stamp,) = found["signatures"], found["timestamps"]
    assert signature["intact"] is (part != "signature")
    assert signature["digestsIntact"] is (part != "content")
    assert stamp["intact"] is (part != "timestamp")
    assert (found["indication"] == "TOTAL-FAILED") is (part != "timestamp")


def test_published_timestamp() -> None:
    line = {
        "id": "1",
        "file": str(PUBLISHED / "kz/tsp-gost2004-token.der"),
        "anchors": [str(PUBLISHED / "kz/test-ca-gost2004.crt")],
        "crls": [str(PUBLISHED / "kz/test-ca-gost2004.crl")],
        "at": "2022-09-19T00:00:00Z",
        "offline": True,
    }
    (stamp,) = answer(json.dumps(line))["timestamps"]
    assert stamp["intact"] is True
    # Only what it was made over is not at hand.
    assert {reason["code"] for reason in stamp["reasons"] if reason["severity"] == "error"} == {"TS-TSP-DATA-NOT-FOUND"}
