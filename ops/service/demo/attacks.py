"""What an adversary does to a signed file: one octet changed in place, and an edit hidden in a later revision."""

from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

_COVER = b"q 1 1 1 rg 300 250 200 24 re f 0 0 0 rg BT /TsF 9 Tf 306 258 Td (18,450.00) Tj ET Q\n"


def change_one_octet(signed: bytes) -> bytes:
    """The file with one octet of the signed range changed, so that it still opens in every viewer.

    The comment behind the header is covered by every signature and read by no viewer.
    """
    start = signed.index(b"\n") + 2
    changed = bytearray(signed)
    changed[start] ^= 0x01
    return bytes(changed)


def shadow_edit(signed: bytes) -> bytes:
    """The file with a later revision that paints another amount over the first page.

    Every signed octet stays as it was, so each signature value still verifies: only the analysis of what changed
    after signing can tell.
    """
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    font = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Font"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Type1"),
            generic.pdf_name("/BaseFont"): generic.pdf_name("/Helvetica"),
        }
    )
    overlay = writer.add_object(generic.StreamObject(stream_data=_COVER))
    fonts = generic.DictionaryObject({generic.pdf_name("/TsF"): writer.add_object(font)})
    writer.add_stream_to_page(0, overlay, resources=generic.DictionaryObject({generic.pdf_name("/Font"): fonts}))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
