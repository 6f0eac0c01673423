"""Input that is no signed document, or tries to be one that cannot be read: a stable code, never an exception."""

import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from validator.cms import ber
from validator.cms.signed_data import CmsError, parse
from validator.evidence import export_evidence, import_evidence


def encrypted(pdf: bytes) -> bytes:
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(pdf)))
    writer.encrypt("owner", "user")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


CASES = {
    "empty": (lambda pdf, cms: b"", "NO-SIGNATURE", "TS-DOC-EMPTY"),
    "text": (lambda pdf, cms: b"just text", "NO-SIGNATURE", "TS-DOC-NOT-SIGNED-FORM"),
    "zeros": (lambda pdf, cms: bytes(1_000_000), "NO-SIGNATURE", "TS-DOC-NOT-SIGNED-FORM"),
    "xml": (lambda pdf, cms: b"<?xml version='1.0'?><a/>", "NO-SIGNATURE", "TS-DOC-FORMAT-UNSUPPORTED"),
    "zip": (lambda pdf, cms: b"PK\x03\x04" + bytes(30), "NO-SIGNATURE", "TS-DOC-FORMAT-UNSUPPORTED"),
    "json": (lambda pdf, cms: b'{"payload":""}', "NO-SIGNATURE", "TS-DOC-FORMAT-UNSUPPORTED"),
    "header only": (lambda pdf, cms: b"%PDF-1.7\n", "TOTAL-FAILED", "TS-PDF-DAMAGED"),
    "truncated pdf": (lambda pdf, cms: pdf[: len(pdf) // 2], "TOTAL-FAILED", "TS-PDF-DAMAGED"),
    "encrypted pdf": (lambda pdf, cms: encrypted(pdf), "TOTAL-FAILED", "TS-PDF-ENCRYPTED"),
    "truncated cms": (lambda pdf, cms: cms[: len(cms) // 2], "TOTAL-FAILED", "TS-CMS-UNREADABLE"),
    "other asn.1": (lambda pdf, cms: b"\x30\x03\x02\x01\x05", "TOTAL-FAILED", "TS-CMS-UNREADABLE"),
    "cms with a tail": (lambda pdf, cms: cms + b"tail", "TOTAL-FAILED", "TS-CMS-TRAILING-DATA"),
    "nested beyond reason": (lambda pdf, cms: b"\x30\x80" * 5000, "TOTAL-FAILED", "TS-CMS-UNREADABLE"),
}


@pytest.mark.parametrize("name", CASES)
def test_code(name: str, world: Any, evidence_of: Any, judged: Any) -> None:
    make, indication, code = CASES[name]
    verdict = judged(evidence_of(make(world.pdf(), world.cms(b"x", detached=False))))
    assert verdict.indication == indication
    assert code in [reason.code for reason in verdict.reasons]


def test_unsigned_pdf_is_no_signature(unsigned_pdf: bytes, evidence_of: Any, judged: Any) -> None:
    verdict = judged(evidence_of(unsigned_pdf))
    assert verdict.indication == "NO-SIGNATURE"
    assert [reason.code for reason in verdict.reasons] == ["TS-DOC-NO-SIGNATURE"]


SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SETTINGS
@given(data=st.data())
def test_broken_pdf_never_raises_and_never_passes(data: Any, world: Any, evidence_of: Any, judged: Any) -> None:
    signed = _signed_pdf(world)
    at = data.draw(st.integers(0, len(signed) - 1))
    width = data.draw(st.integers(1, 60))
    broken = signed[:at] + data.draw(st.binary(max_size=60)) + signed[at + width :]
    verdict = judged(evidence_of(broken, anchors=[world.root], crls=world.crls()))
    if broken != signed and verdict.indication == "TOTAL-PASSED":
        assert broken.strip(b"\x00\t\n\x0c\r ") == signed.strip(b"\x00\t\n\x0c\r "), "a changed file passed"


@SETTINGS
@given(data=st.data())
def test_broken_cms_never_raises_and_never_passes_for_other_data(
    data: Any, world: Any, evidence_of: Any, judged: Any
) -> None:
    signed = _signed_cms(world)
    at = data.draw(st.integers(0, len(signed) - 1))
    broken = signed[:at] + data.draw(st.binary(min_size=1, max_size=8)) + signed[at + data.draw(st.integers(0, 8)) :]
    evidence = evidence_of(broken, anchors=[world.root], crls=world.crls(), detached=[b"other"])
    assert judged(evidence).indication != "TOTAL-PASSED"
    assert "TS-DOC-TOO-COMPLEX" not in [reason.code for reason in evidence.structure], "the last wall was hit"
    assert import_evidence(export_evidence(evidence)) == evidence


_made: dict[str, bytes] = {}


def _signed_pdf(world: Any) -> bytes:
    return _made.setdefault("pdf", world.pdf())


def _signed_cms(world: Any) -> bytes:
    return _made.setdefault("cms", world.cms(b"data"))


@given(octets=st.binary(max_size=300))
def test_parser_names_the_rule(octets: bytes) -> None:
    with pytest.raises(CmsError) as caught:
        parse(b"\x30\x80" + octets)
    assert caught.value.rule


@given(octets=st.recursive(st.binary(max_size=20).map(lambda item: ber.wrap(4, item)), lambda inner: st.lists(
    inner, max_size=4).map(lambda items: ber.wrap(0x30, b"".join(items))), max_leaves=12))  # fmt: skip
def test_der_stays_as_it_is_and_indefinite_lengths_become_der(octets: bytes) -> None:
    assert ber.to_der(octets) == octets
    indefinite = b"\x30\x80" + octets + b"\x00\x00"
    assert ber.element_length(indefinite) == len(indefinite)
    assert ber.to_der(indefinite) == ber.wrap(0x30, octets)


def test_string_in_pieces_becomes_one() -> None:
    pieces = b"\x24\x80" + ber.wrap(4, b"ab") + b"\x24\x80" + ber.wrap(4, b"c") + b"\x00\x00" + b"\x00\x00"
    assert ber.to_der(pieces) == ber.wrap(4, b"abc")
