"""PDF files made to exhaust their reader, and the replaced reading of hexadecimal strings against pyHanko's own."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic

from validator.pdf.fields import signature_dictionaries
from validator.pdf.reader import Budget, PdfFaultError, open_pdf
from validator.pdf.stream import BoundedStream, ReadBudgetError, _octet_by_octet

PAGES = b"<</Type/Pages/Count 0/Kids[]>>"
CATALOG = b"<</Type/Catalog/Pages 2 0 R%s>>"


def pdf(catalog: bytes, *objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of a catalog's entries, an empty page tree and more objects from number 3 on."""
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate((CATALOG % catalog, PAGES, *objects), 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    extra = trailer.replace(b"HERE", b"%d" % at)
    return out + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, extra, at)


SIGNATURE = b"<</T(a)/FT/Sig/V<</ByteRange[0 1 2 3]/Contents<%s>>>>>"
CASES = {
    "arrays nested beyond reason": (pdf(b"/AcroForm<</Fields " + b"[" * 50_000 + b"]" * 50_000 + b">>"), "COMPLEX"),
    "reference to itself": (pdf(b"/AcroForm 3 0 R", b"3 0 R"), "COMPLEX"),
    "cross-reference chain in a circle": (pdf(b"", trailer=b"/Prev HERE"), "DAMAGED"),
    "table of a billion entries": (
        b"%PDF-1.7\nxref\n0 999999999\ntrailer<</Size 999999999/Root 1 0 R>>\nstartxref\n9\n%%EOF",
        "DAMAGED",
    ),
    "more signatures than anybody makes": (pdf(b"/AcroForm<</Fields[" + SIGNATURE % b"00" * 400 + b"]>>"), "COMPLEX"),
}


@pytest.mark.parametrize("name", CASES)
def test_reading_ends_with_a_reason(name: str, evidence_of: Any, judged: Any) -> None:
    data, word = CASES[name]
    verdict = judged(evidence_of(data))
    assert verdict.indication == "TOTAL-FAILED"
    assert any(reason.code.endswith(word) for reason in verdict.reasons)


def test_field_that_is_its_own_value_and_kid_is_a_broken_signature(evidence_of: Any, judged: Any) -> None:
    data = pdf(b"/AcroForm<</Fields[3 0 R]>>", b"<</T(a)/FT/Sig/V 3 0 R/Kids[3 0 R]>>")
    verdict = judged(evidence_of(data))
    assert [item.sub_indication for item in verdict.signatures] == ["FORMAT_FAILURE"]


def test_signature_of_millions_of_digits_is_refused(evidence_of: Any, judged: Any) -> None:
    data = pdf(b"/AcroForm<</Fields[" + SIGNATURE % (b"30" * 17_000_000) + b"]>>")
    verdict = judged(evidence_of(data))
    assert "TS-PDF-DICTIONARY" in [reason.code for reason in verdict.signatures[0].reasons]


def test_reads_are_counted() -> None:
    stream = BoundedStream(b"abc", seconds=60, reads=3)
    assert [stream.read(1) for _ in range(3)] == [b"a", b"b", b"c"]
    with pytest.raises(ReadBudgetError):
        stream.read(1)


def test_object_reads_are_counted(world: Any) -> None:
    with pytest.raises(PdfFaultError) as caught:
        signature_dictionaries(open_pdf(world.pdf(), Budget(reads=3)))
    assert caught.value.rule == "budget"


def read(reader: Any, stream: Any) -> Any:
    try:
        found = reader(stream)
    except Exception as fault:
        return type(fault).__name__
    return type(found), found.original_bytes, stream.tell()


@given(inside=st.one_of(st.text("0123456789abcdefABCDEF \n\t", max_size=60), st.text("0aZ<>(% \r", max_size=20)))
def test_hexadecimal_strings_read_as_pyhanko_reads_them(inside: str) -> None:
    octets = b"<" + inside.encode("ascii") + b"> rest"
    ours = read(generic.read_hex_string_from_stream, BoundedStream(octets, seconds=60))
    theirs = read(_octet_by_octet, io.BytesIO(octets))
    assert ours == theirs or "%" in inside, "a comment inside is refused here and there, at another octet"
