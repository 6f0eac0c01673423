"""CAdES at every level and with every kind of key, judged by openssl and pyHanko, and taken apart by asn1crypto."""

import asyncio
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, tsp, x509
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext

from ops.platform import der
from ops.platform.clock import SystemClock
from signer import archive, flow
from signer.cms import read_signed_data
from signer.errors import DocumentRefusedError, EmptyDocumentError
from signer.material import MaterialCollector
from signer.model import AdesLevel, Material, SignatureFormat, SigningOptions, SigningServices, VisibleStamp

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
DOCUMENT = "Договор № 7\n".encode() * 1000
KINDS = [("ec256", False), ("ec384", False), ("rsa3072", False), ("rsa3072", True), ("ed25519", False)]
# OpenSSL 3.0 insists on a digest and so has no Ed25519 in CMS; pyHanko judges it.
OPENSSL_KINDS = KINDS[:-1]
LEVELS = list(AdesLevel)


def sign(issued: Any, services: SigningServices, level: AdesLevel, *, pss: bool = False, **options: Any) -> bytes:
    now = NOW if issued.certificate.not_valid_before_utc < NOW else SystemClock().now()
    return flow.sign(
        SignatureFormat.CADES,
        DOCUMENT,
        issued.identity(pss=pss),
        SigningOptions(level=level, **options),
        services,
        lambda message: issued.sign(message, pss=pss),
        lambda: now,
    )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("kind", "pss"), OPENSSL_KINDS)
def test_openssl_verifies_as_cades(
    real_signers: dict[str, Any],
    real_services: SigningServices,
    real_pki: Any,
    require: Callable[[str], str],
    tmp_path: Path,
    kind: str,
    pss: bool,
    level: AdesLevel,
) -> None:
    signature, content = tmp_path / "s.p7s", tmp_path / "content"
    signature.write_bytes(
        flow.sign(
            SignatureFormat.CADES,
            DOCUMENT,
            real_signers[kind].identity(pss=pss),
            SigningOptions(level=level),
            real_services,
            lambda message: real_signers[kind].sign(message, pss=pss),
            SystemClock().now,
        )
    )
    content.write_bytes(DOCUMENT)
    command = [require("openssl"), "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", signature]
    trust = ["-content", content, "-CAfile", real_pki.pem(tmp_path), "-purpose", "any", "-out", tmp_path / "out"]
    result = subprocess.run([*command, *trust], capture_output=True, text=True)
    assert "CAdES Verification successful" in result.stderr
    assert (tmp_path / "out").read_bytes() == DOCUMENT
    content.write_bytes(DOCUMENT + b".")
    assert subprocess.run([*command, *trust], capture_output=True).returncode != 0


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("kind", "pss"), KINDS)
def test_pyhanko_verifies(
    signers: dict[str, Any], services: SigningServices, pki: Any, kind: str, pss: bool, level: AdesLevel
) -> None:
    signed = cms.ContentInfo.load(sign(signers[kind], services, level, pss=pss))["content"]
    root = x509.Certificate.load(pki.root.der)

    def context() -> ValidationContext:
        crls = [pki.crl(pki.root), pki.crl(pki.issuing)]
        return ValidationContext(
            trust_roots=[root], moment=NOW, crls=crls, revocation_mode="hard-fail", allow_fetching=False
        )

    status = asyncio.run(
        async_validate_detached_cms(
            BytesIO(DOCUMENT), signed, signer_validation_context=context(), ts_validation_context=context()
        )
    )
    assert status.bottom_line, status.pretty_print_details()
    assert (status.timestamp_validity is not None) == level.has_timestamp
    if status.timestamp_validity is not None:
        assert status.timestamp_validity.valid
        assert status.timestamp_validity.trusted


def test_signed_attributes_are_those_of_the_baseline(signers: dict[str, Any], services: SigningServices) -> None:
    encoded = sign(signers["ec256"], services, AdesLevel.B, commitment="proof-of-approval")
    signed = cms.ContentInfo.load(encoded, strict=True)["content"]
    info = signed["signer_infos"][0]
    attributes = {attribute["type"].native: attribute["values"] for attribute in info["signed_attrs"]}
    assert {attribute["type"].dotted for attribute in info["signed_attrs"]} == {
        "1.2.840.113549.1.9.3",
        "1.2.840.113549.1.9.4",
        "1.2.840.113549.1.9.5",
        "1.2.840.113549.1.9.16.2.47",
        "1.2.840.113549.1.9.52",
        "1.2.840.113549.1.9.16.2.16",
    }
    assert attributes["content_type"][0].native == "data"
    assert attributes["message_digest"][0].native == sha256(DOCUMENT).digest()
    assert attributes["signing_time"][0].native == NOW
    identifier = attributes["signing_certificate_v2"][0]["certs"][0]
    assert identifier["cert_hash"].native == sha256(signers["ec256"].der).digest()
    assert identifier["issuer_serial"]["serial_number"].native == signers["ec256"].certificate.serial_number
    protection = attributes["cms_algorithm_protection"][0]
    assert protection["digest_algorithm"].native == info["digest_algorithm"].native
    assert protection["signature_algorithm"].native == info["signature_algorithm"].native
    encodings = [attribute.dump() for attribute in info["signed_attrs"]]
    assert encodings == sorted(encodings)
    assert (signed["version"].native, info["version"].native) == ("v1", "v1")
    assert isinstance(signed["encap_content_info"]["content"].native, type(None))
    certificates = [item.dump() for item in signed["certificates"]]
    assert certificates == sorted(certificates)
    assert signers["ec256"].der in certificates


@pytest.mark.parametrize("year", [2049, 2050])
def test_signing_time_changes_its_type_in_2050(pki: Any, year: int) -> None:
    issued = pki.issue("Long-lived", days=(-30, 366 * 30))
    at = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    prepared = flow.prepare(SignatureFormat.CADES, DOCUMENT, issued.identity(), SigningOptions(), at)
    assert (b"\x17\x0d491231235959Z" in prepared.to_be_signed) == (year == 2049)
    assert (b"\x18\x0f20501231235959Z" in prepared.to_be_signed) == (year == 2050)


def test_the_time_stamp_covers_the_value_of_the_signature(signers: dict[str, Any], services: SigningServices) -> None:
    signed = cms.ContentInfo.load(sign(signers["ec384"], services, AdesLevel.T))["content"]
    info = signed["signer_infos"][0]
    (token,) = [
        item["values"][0] for item in info["unsigned_attrs"] if item["type"].native == "signature_time_stamp_token"
    ]
    imprint = tsp.TSTInfo.load(token["content"]["encap_content_info"]["content"].contents)["message_imprint"]
    import hashlib

    assert imprint["hashed_message"].native == hashlib.sha384(info["signature"].native).digest()


def test_long_term_material_is_in_signed_data_and_nowhere_else(
    signers: dict[str, Any], services: SigningServices
) -> None:
    signed = read_signed_data(sign(signers["ec256"], services, AdesLevel.LT))
    assert len(signed.certificates) == 4
    assert len(signed.revocation) == 2
    kinds = {attribute[2:15] for attribute in signed.signers[0].unsigned_attributes}
    assert len(kinds) == 1


def test_ocsp_responses_are_other_revocation_info(pki: Any, signers: dict[str, Any]) -> None:
    issued = signers["ec256"]
    response = pki.ocsp(issued)
    source = MaterialCollector(given=Material((), (pki.crl(pki.root), pki.crl(pki.issuing)), (response,)))
    encoded = sign(issued, SigningServices(timestamper=pki.authority(), material=source), AdesLevel.LT)
    parsed = cms.ContentInfo.load(encoded)["content"]
    assert parsed["version"].native == "v5"
    kinds = {item.name: item.chosen for item in parsed["crls"]}
    assert kinds["other"]["other_rev_info_format"].native == "ocsp_response"
    assert kinds["other"]["other_rev_info"].dump() == response


def test_an_archive_time_stamp_covers_what_its_index_says(signers: dict[str, Any], services: SigningServices) -> None:
    """EN 319 122-1 5.5.3, computed here a second time from asn1crypto's view of the file."""
    parsed = cms.ContentInfo.load(sign(signers["ec256"], services, AdesLevel.LTA))["content"]
    info = parsed["signer_infos"][0]
    unsigned = {attribute["type"].dotted: attribute for attribute in info["unsigned_attrs"]}
    token = cms.ContentInfo.load(unsigned[archive.ARCHIVE_TIME_STAMP_V3]["values"][0].dump())["content"]
    (index,) = [
        item["values"][0].dump()
        for item in token["signer_infos"][0]["unsigned_attrs"]
        if item["type"].dotted == archive.ATS_HASH_INDEX_V3
    ]
    stamp = unsigned["1.2.840.113549.1.9.16.2.14"]
    expected_index = der.sequence(
        der.algorithm("2.16.840.1.101.3.4.2.1"),
        _hashes(item.dump() for item in parsed["certificates"]),
        _hashes(item.dump() for item in parsed["crls"]),
        _hashes([stamp["type"].dump() + value.dump() for value in stamp["values"]]),
    )
    assert index == expected_index
    fields = ("version", "sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature")
    covered = parsed["encap_content_info"]["content_type"].dump() + sha256(DOCUMENT).digest()
    covered += b"".join(info[name].dump() for name in fields) + index
    imprint = tsp.TSTInfo.load(token["encap_content_info"]["content"].contents)["message_imprint"]
    assert imprint["hashed_message"].native == sha256(covered).digest()


def _hashes(items: Any) -> bytes:
    return der.sequence(*(der.octet_string(sha256(item).digest()) for item in items))


def test_the_archive_can_be_renewed(signers: dict[str, Any], services: SigningServices, pki: Any) -> None:
    from signer import cades

    once = read_signed_data(sign(signers["ec256"], services, AdesLevel.LTA))
    twice = cades.add_archive_timestamp(once, DOCUMENT, pki.authority())
    assert len(cades.timestamp_certificates(twice)) == 3


def test_what_was_written_is_read_back_the_same(signers: dict[str, Any], services: SigningServices) -> None:
    encoded = sign(signers["ec256"], services, AdesLevel.LTA)
    assert read_signed_data(encoded).encode() == encoded


def test_an_empty_document_is_refused(signers: dict[str, Any]) -> None:
    with pytest.raises(EmptyDocumentError):
        flow.prepare(SignatureFormat.CADES, b"", signers["ec256"].identity(), SigningOptions(), NOW)


@pytest.mark.parametrize("options", [SigningOptions(reason="I agree"), SigningOptions(stamp=VisibleStamp())])
def test_what_only_a_pdf_has_is_refused(signers: dict[str, Any], options: SigningOptions) -> None:
    with pytest.raises(DocumentRefusedError):
        flow.prepare(SignatureFormat.CADES, b"x", signers["ec256"].identity(), options, NOW)
