"""PAdES files with every change and attack that a signed PDF can suffer (ISO 32000-2 12.8; shadow attacks)."""

import io
import re
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

NAME = pdf_name


def updated(data: bytes, change: Any) -> bytes:
    """`data` with an incremental update that `change(writer)` makes."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def first_page(writer: IncrementalPdfFileWriter) -> Any:
    return writer.root["/Pages"]["/Kids"][0]


def replace_content(writer: IncrementalPdfFileWriter) -> None:
    page = first_page(writer)
    reference = page.raw_get("/Contents").reference
    stream = generic.StreamObject(stream_data=b"BT /F1 12 Tf 72 720 Td (Pay 9000000) Tj ET")
    writer.objects[(reference.generation, reference.idnum)] = stream


def add_content(writer: IncrementalPdfFileWriter) -> None:
    page = first_page(writer)
    extra = writer.add_object(generic.StreamObject(stream_data=b"BT /F1 12 Tf 72 600 Td (PS: free) Tj ET"))
    page[NAME("/Contents")] = generic.ArrayObject([page.raw_get("/Contents"), extra])
    writer.update_container(page)


def add_annotation(writer: IncrementalPdfFileWriter) -> None:
    page = first_page(writer)
    note = generic.DictionaryObject(
        {
            NAME("/Type"): NAME("/Annot"),
            NAME("/Subtype"): NAME("/FreeText"),
            NAME("/Rect"): generic.ArrayObject([generic.NumberObject(n) for n in (10, 10, 400, 300)]),
            NAME("/Contents"): generic.TextStringObject("paid"),
        }
    )
    page[NAME("/Annots")] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(page)


def swap_page_tree(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    other = writer.add_object(
        generic.DictionaryObject(
            {
                NAME("/Type"): NAME("/Page"),
                NAME("/Parent"): writer.root.raw_get("/Pages"),
                NAME("/MediaBox"): generic.ArrayObject([generic.NumberObject(n) for n in (0, 0, 595, 842)]),
            }
        )
    )
    pages[NAME("/Kids")] = generic.ArrayObject([other])
    writer.update_container(pages)


@pytest.mark.parametrize("attack", [replace_content, add_content, add_annotation, swap_page_tree])
def test_later_change_of_what_is_shown_never_passes(attack: Any, world: Any, evidence_of: Any, judged: Any) -> None:
    data = updated(world.pdf(), attack)

    verdict = judged(evidence_of(data, anchors=[world.root], crls=world.crls()))

    signature = verdict.signatures[0]
    assert (verdict.indication, verdict.sub_indication) == ("TOTAL-FAILED", "FORMAT_FAILURE")
    assert signature.intact
    assert signature.digests_intact, "the signed bytes themselves are untouched"
    assert any(not change.permitted for change in signature.changes)
    assert not signature.covers_whole


def test_object_that_was_signed_as_undefined_may_not_be_defined_later(
    world: Any, evidence_of: Any, judged: Any, unsigned_pdf: bytes
) -> None:
    """The "hide" attack: the signed page refers to a stream that does not exist yet."""

    def prepare(writer: IncrementalPdfFileWriter) -> None:
        page = first_page(writer)
        nowhere = generic.IndirectObject(900, 0, writer)
        page[NAME("/Contents")] = generic.ArrayObject([page.raw_get("/Contents"), nowhere])
        writer.update_container(page)

    def reveal(writer: IncrementalPdfFileWriter) -> None:
        writer.objects[(0, 900)] = generic.StreamObject(stream_data=b"BT /F1 12 Tf 72 600 Td (PS: free) Tj ET")
        writer._lastobj_id = 900

    signed = world.pdf(updated(unsigned_pdf, prepare))
    assert judged(evidence_of(signed, anchors=[world.root], crls=world.crls())).indication == "TOTAL-PASSED"

    verdict = judged(evidence_of(updated(signed, reveal), anchors=[world.root], crls=world.crls()))

    assert (verdict.indication, verdict.sub_indication) == ("TOTAL-FAILED", "FORMAT_FAILURE")


def test_data_after_the_end_is_not_overlooked(world: Any, evidence_of: Any, judged: Any) -> None:
    signed = world.pdf()
    harmless = judged(evidence_of(signed + b"\r\n\n", anchors=[world.root], crls=world.crls()))
    extended = judged(evidence_of(signed + b"900 0 obj\n<<>>\nendobj\n", anchors=[world.root], crls=world.crls()))

    assert harmless.indication == "TOTAL-PASSED"
    assert (extended.indication, extended.sub_indication) == ("TOTAL-FAILED", "FORMAT_FAILURE")


def test_old_end_repeated_over_new_objects_is_not_a_revision(world: Any, evidence_of: Any, judged: Any) -> None:
    signed = world.pdf()
    startxref = re.findall(rb"startxref\s+(\d+)\s+%%EOF", signed)[-1]
    data = signed + b"5 0 obj\n(x)\nendobj\nstartxref\n" + startxref + b"\n%%EOF\n"

    verdict = judged(evidence_of(data, anchors=[world.root], crls=world.crls()))

    assert verdict.indication == "TOTAL-FAILED"
    assert [change.category for change in verdict.signatures[0].changes] == ["trailing-data"]


def test_long_term_material_and_time_stamps_are_permitted_even_after_a_certification_that_forbids_changes(
    world: Any, evidence_of: Any, judged: Any, now: Any
) -> None:
    signed = world.pdf(certify=fields.MDPPerm.NO_CHANGES)
    data = world.with_document_stamp(world.with_store(signed, world.crls()), now)

    verdict = judged(evidence_of(data, anchors=[world.root], crls=world.crls()))

    assert verdict.indication == "TOTAL-PASSED"
    assert {change.category for change in verdict.signatures[0].changes} >= {"dss", "time-stamp"}


@pytest.mark.parametrize(
    ("permission", "expected"),
    [(fields.MDPPerm.NO_CHANGES, "TOTAL-FAILED"), (None, "TOTAL-PASSED")],
)
def test_second_signature_after_certification(
    permission: Any, expected: str, world: Any, evidence_of: Any, judged: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # pyHanko itself refuses to make the forbidden one.
    monkeypatch.setattr(signers.PdfSigner, "_enforce_certification_constraints", lambda *_: None)
    data = world.pdf(world.pdf(certify=permission), field_name="Signature2")

    verdict = judged(evidence_of(data, anchors=[world.root], crls=world.crls()))

    assert [item.indication for item in verdict.signatures] == [expected, "TOTAL-PASSED"]
    assert verdict.indication == expected


def test_security_store_may_be_rewritten(world: Any, evidence_of: Any, judged: Any) -> None:
    """Producers drop entries when they renew the store; nothing of it is displayed."""

    def forget(writer: IncrementalPdfFileWriter) -> None:
        store = writer.root["/DSS"]
        del store["/VRI"]
        writer.update_container(store)

    data = world.pdf(world.with_store(world.pdf(), world.crls()), field_name="Signature2")

    verdict = judged(evidence_of(updated(data, forget), anchors=[world.root], crls=world.crls()))

    assert verdict.indication == "TOTAL-PASSED"


def byte_range(data: bytes) -> tuple[int, int, int, int]:
    found = re.search(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)", data)
    assert found is not None
    return tuple(int(item) for item in found.groups())  # type: ignore[return-value]


def with_byte_range(data: bytes, ranges: tuple[int, ...]) -> bytes:
    found = re.search(rb"/ByteRange\s*\[[^\]]*\]", data)
    assert found is not None
    text = b"/ByteRange [" + b" ".join(b"%d" % item for item in ranges)
    return data[: found.start()] + text.ljust(found.end() - found.start() - 1) + b"]" + data[found.end() :]


@pytest.mark.parametrize("shape", ["start", "overlap", "beyond", "negative", "three", "wide-gap", "empty"])
def test_byte_range_that_leaves_room_never_passes(shape: str, world: Any, evidence_of: Any, judged: Any) -> None:
    data = world.pdf()
    start, length, second, rest = byte_range(data)
    shapes = {
        "start": (1, length - 1, second, rest),
        "overlap": (start, length, length - 5, rest),
        "beyond": (start, length, second, rest + 10),
        "negative": (start, length, second, -1),
        "three": (start, length, second),
        "wide-gap": (start, length - 20, second, rest),
        "empty": (),
    }

    verdict = judged(evidence_of(with_byte_range(data, shapes[shape]), anchors=[world.root], crls=world.crls()))

    assert verdict.indication == "TOTAL-FAILED"
    assert verdict.signatures[0].blocks[0].sub_indication == "FORMAT_FAILURE"


def test_changed_octet_anywhere_in_the_signed_part_never_passes(world: Any, evidence_of: Any, judged: Any) -> None:
    data = world.pdf()
    _, length, second, _ = byte_range(data)
    for at in (10, length // 2, length - 30, second + 5):
        altered = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
        verdict = judged(evidence_of(altered, anchors=[world.root], crls=world.crls()))
        assert verdict.indication not in ("TOTAL-PASSED", "PASSED"), at


def test_signature_removed_by_an_update_is_noticed(world: Any, evidence_of: Any, judged: Any) -> None:
    def remove(writer: IncrementalPdfFileWriter) -> None:
        form = writer.root["/AcroForm"]
        form[NAME("/Fields")] = generic.ArrayObject()
        writer.update_container(form)

    verdict = judged(evidence_of(updated(world.pdf(), remove), anchors=[world.root], crls=world.crls()))

    assert verdict.indication == "NO-SIGNATURE"
    assert "TS-PDF-UNREACHABLE" in [reason.code for reason in verdict.reasons]
