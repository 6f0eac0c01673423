"""PAdES at every level and with every kind of key, judged by poppler and pyHanko."""

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.validation import (
    SignatureCoverageLevel,
    validate_pdf_signature,
    validate_pdf_timestamp,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from ops.platform.clock import SystemClock
from signer import flow
from signer.errors import DocumentRefusedError
from signer.model import AdesLevel, SignatureFormat, SigningOptions, SigningServices, VisibleStamp
from signer.pdf.intake import open_writer
from signer.pdf.longterm import add_document_timestamp

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
KINDS = [("ec256", False), ("ec384", False), ("rsa3072", False), ("rsa3072", True), ("ed25519", False)]
# poppler's NSS knows neither Ed25519 nor, in this version, RSASSA-PSS in CMS.
POPPLER_KINDS = KINDS[:3]
LEVELS = list(AdesLevel)


def sign(
    document: bytes,
    issued: Any,
    services: SigningServices,
    level: AdesLevel,
    *,
    pss: bool = False,
    at: datetime = NOW,
    **options: Any,
) -> bytes:
    return flow.sign(
        SignatureFormat.PADES,
        document,
        issued.identity(pss=pss),
        SigningOptions(level=level, **options),
        services,
        lambda message: issued.sign(message, pss=pss),
        lambda: at,
    )


def context(pki: Any) -> ValidationContext:
    return ValidationContext(
        trust_roots=[x509.Certificate.load(pki.root.der)],
        moment=NOW,
        crls=[pki.crl(pki.root), pki.crl(pki.issuing)],
        revocation_mode="hard-fail",
        allow_fetching=False,
    )


def judged(document: bytes, pki: Any) -> list[Any]:
    reader = PdfFileReader(BytesIO(document))
    return [
        validate_pdf_signature(found, signer_validation_context=context(pki), ts_validation_context=context(pki))
        for found in reader.embedded_regular_signatures
    ]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("kind", "pss"), KINDS)
def test_pyhanko_verifies(
    pdf: bytes, signers: dict[str, Any], services: SigningServices, pki: Any, kind: str, pss: bool, level: AdesLevel
) -> None:
    signed = sign(pdf, signers[kind], services, level, pss=pss)
    assert signed.startswith(pdf)
    (status,) = judged(signed, pki)
    assert status.bottom_line, status.pretty_print_details()
    expected = (
        SignatureCoverageLevel.ENTIRE_FILE
        if level in (AdesLevel.B, AdesLevel.T)
        else SignatureCoverageLevel.ENTIRE_REVISION
    )
    assert status.coverage is expected
    assert (status.timestamp_validity is not None) == level.has_timestamp
    reader = PdfFileReader(BytesIO(signed))
    assert len(reader.embedded_timestamp_signatures) == (1 if level is AdesLevel.LTA else 0)
    for stamp in reader.embedded_timestamp_signatures:
        found = validate_pdf_timestamp(stamp, context(pki))
        assert found.intact
        assert found.valid
        assert found.trusted
        assert found.coverage is SignatureCoverageLevel.ENTIRE_FILE


@pytest.mark.parametrize("level", [AdesLevel.LT, AdesLevel.LTA])
def test_the_long_term_levels_need_nothing_from_outside(
    pdf: bytes, signers: dict[str, Any], services: SigningServices, pki: Any, level: AdesLevel
) -> None:
    """pyHanko judges with the root and the document alone, and revocation is hard-fail."""
    signed = sign(pdf, signers["ec256"], services, level)
    reader = PdfFileReader(BytesIO(signed))
    inside = {
        "trust_roots": [x509.Certificate.load(pki.root.der)],
        "moment": NOW,
        "revocation_mode": "hard-fail",
        "allow_fetching": False,
    }
    contexts = [DocumentSecurityStore.read_dss(reader).as_validation_context(inside) for _ in range(2)]
    (signature,) = reader.embedded_regular_signatures
    status = validate_pdf_signature(signature, *contexts)
    assert status.bottom_line, status.pretty_print_details()
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.trusted


def test_the_security_store_holds_chain_and_revocation_data(
    pdf: bytes, signers: dict[str, Any], services: SigningServices
) -> None:
    reader = PdfFileReader(BytesIO(sign(pdf, signers["ec256"], services, AdesLevel.LT)))
    store = DocumentSecurityStore.read_dss(reader)
    assert (len(store.certs), len(store.crls), len(store.ocsps)) == (4, 2, 0)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("kind", "pss"), POPPLER_KINDS)
def test_poppler_verifies(
    pdf: bytes,
    real_signers: dict[str, Any],
    real_services: SigningServices,
    require: Callable[[str], str],
    tmp_path: Path,
    kind: str,
    pss: bool,
    level: AdesLevel,
) -> None:
    path = tmp_path / "signed.pdf"
    path.write_bytes(sign(pdf, real_signers[kind], real_services, level, pss=pss, at=SystemClock().now()))
    result = subprocess.run([require("pdfsig"), "-nocert", path], capture_output=True, text=True, check=False)
    first = result.stdout.split("Signature #2")[0]
    assert "Signature Type: ETSI.CAdES.detached" in first
    assert "Signature Validation: Signature is Valid." in first
    assert ("Total document signed" in first) == (level in (AdesLevel.B, AdesLevel.T))


@pytest.mark.parametrize("second", LEVELS)
@pytest.mark.parametrize("first", LEVELS)
def test_a_counter_signature_breaks_nothing(
    pdf: bytes, signers: dict[str, Any], services: SigningServices, pki: Any, first: AdesLevel, second: AdesLevel
) -> None:
    once = sign(pdf, signers["ec256"], services, first, stamp=VisibleStamp())
    twice = sign(once, signers["ec384"], services, second, stamp=VisibleStamp(box=(300, 36, 540, 106)))
    assert twice.startswith(once)
    statuses = judged(twice, pki)
    assert len(statuses) == 2
    for status in statuses:
        assert status.bottom_line, status.pretty_print_details()
        assert status.docmdp_ok
    # What came after the first signature is another signature and long-term data, nothing else.
    assert statuses[0].modification_level <= ModificationLevel.FORM_FILLING


def test_the_signature_dictionary_is_that_of_the_baseline(
    pdf: bytes, signers: dict[str, Any], services: SigningServices
) -> None:
    signed = sign(pdf, signers["ec256"], services, AdesLevel.B, reason="Бекітемін", location="Астана")
    (signature,) = PdfFileReader(BytesIO(signed)).embedded_regular_signatures
    found = signature.sig_object
    assert found["/Type"] == "/Sig"
    assert found["/SubFilter"] == "/ETSI.CAdES.detached"
    assert found["/Reason"] == "Бекітемін"
    assert found["/Location"] == "Астана"
    assert "/Cert" not in found
    assert "/M" in found
    first, start, end, rest = found["/ByteRange"]
    assert (first, end + rest) == (0, len(signed))
    # The only gap is the value of /Contents with its brackets.
    assert re.fullmatch(rb"<[0-9A-F]+>", signed[start:end])
    attributes = {item["type"].native for item in signature.signed_data["signer_infos"][0]["signed_attrs"]}
    assert attributes == {"content_type", "message_digest", "signing_certificate_v2", "cms_algorithm_protection"}
    assert len(signature.signed_data["signer_infos"]) == 1
    assert isinstance(
        cms.ContentInfo.load(signature.pkcs7_content)["content"]["encap_content_info"]["content"].native, type(None)
    )


def test_a_commitment_replaces_the_reason(
    pdf: bytes, signers: dict[str, Any], services: SigningServices, pki: Any
) -> None:
    signed = sign(pdf, signers["ec256"], services, AdesLevel.B, commitment="proof-of-approval")
    assert judged(signed, pki)[0].bottom_line
    with pytest.raises(DocumentRefusedError, match="not both"):
        sign(pdf, signers["ec256"], services, AdesLevel.B, commitment="proof-of-approval", reason="x")


def test_a_waiting_field_is_filled(pdf: bytes, signers: dict[str, Any], services: SigningServices, pki: Any) -> None:
    writer = open_writer(pdf)
    append_signature_field(writer, SigFieldSpec("Buyer", box=(50, 50, 250, 120)))
    output = BytesIO()
    writer.write(output)
    signed = sign(output.getvalue(), signers["ec256"], services, AdesLevel.B, field="Buyer")
    assert [item.field_name for item in PdfFileReader(BytesIO(signed)).embedded_regular_signatures] == ["Buyer"]
    assert judged(signed, pki)[0].bottom_line


@pytest.mark.parametrize("field", ["Seller", "Signature1"])
def test_a_field_that_does_not_wait_is_refused(
    pdf: bytes, signers: dict[str, Any], services: SigningServices, field: str
) -> None:
    signed = sign(pdf, signers["ec256"], services, AdesLevel.B)
    with pytest.raises(DocumentRefusedError, match="no empty signature field"):
        sign(signed, signers["ec256"], services, AdesLevel.B, field=field)


def test_a_page_that_does_not_exist_is_refused(pdf: bytes, signers: dict[str, Any], services: SigningServices) -> None:
    with pytest.raises(DocumentRefusedError, match="no page 3"):
        sign(pdf, signers["ec256"], services, AdesLevel.B, stamp=VisibleStamp(page=2))


def test_the_card_shows_every_script_and_other_software_reads_it(
    pdf: bytes, signers: dict[str, Any], services: SigningServices, require: Callable[[str], str], tmp_path: Path
) -> None:
    lines = ("Айгүл Серікқызы", "Հայաստան", "Кыргызстан", "Беларусь ў", "Việt Nam", "Größe")
    signed = sign(
        pdf, signers["ec256"], services, AdesLevel.B, stamp=VisibleStamp(page=1, lines=lines, box=(36, 36, 300, 150))
    )
    path = tmp_path / "card.pdf"
    path.write_bytes(signed)
    text = subprocess.run(
        [require("pdftotext"), "-f", "2", path, "-"], capture_output=True, text=True, check=True
    ).stdout
    for line in lines:
        assert line in text


def test_long_lines_stay_in_the_card() -> None:
    from signer.pdf.stamp import _fit, _register_font

    _register_font()
    size, wrapped = _fit(("ж" * 400, "слово " * 100), 200, 60)
    assert len(wrapped) * size * 1.25 <= 60 + size * 1.25


def test_the_archive_can_be_renewed(pdf: bytes, signers: dict[str, Any], services: SigningServices, pki: Any) -> None:
    signed = sign(pdf, signers["ec256"], services, AdesLevel.LTA)
    renewed = add_document_timestamp(signed, pki.authority())
    assert renewed.startswith(signed)
    stamps = PdfFileReader(BytesIO(renewed)).embedded_timestamp_signatures
    assert [item.field_name for item in stamps] == ["DocTimeStamp1", "DocTimeStamp2"]
    assert judged(renewed, pki)[0].bottom_line


def test_a_file_with_cross_reference_streams_is_signed(
    pdf: bytes, signers: dict[str, Any], services: SigningServices, pki: Any
) -> None:
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    output = BytesIO()
    copy_into_new_writer(PdfFileReader(BytesIO(pdf)), writer_kwargs={"stream_xrefs": True}).write(output)
    assert b"/XRef" in output.getvalue()
    assert judged(sign(output.getvalue(), signers["ec256"], services, AdesLevel.LTA), pki)[0].bottom_line
