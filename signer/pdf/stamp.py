"""The visible card: who signed, why and when, drawn in a font that has every script of the space.

The card is drawn by reportlab and imported as it is, because the layout of the PDF library's own text stamps is not
reliable. It is a picture for people and proves nothing; the signature does.
"""

from binascii import hexlify
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Final
from uuid import uuid4

from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.content import ImportedPdfPage
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.cms_embedder import SigAppearanceSetup
from pyhanko.stamp import StaticStampStyle
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ops.platform.fonts import font_file
from signer.model import SigningIdentity, SigningOptions, VisibleStamp

FONT: Final = "DejaVuSans"
_PADDING: Final = 5.0
_LARGEST, _SMALLEST, _STEP = 11.0, 3.0, 0.5
_LEADING: Final = 1.25


class _ImportedPage(ImportedPdfPage):
    """A page imported from octets instead of a path."""

    def __init__(self, octets: bytes) -> None:
        super().__init__(file_name=None)  # type: ignore[no-untyped-call]
        self._octets = octets

    def render(self) -> bytes:
        writer = self._ensure_writer
        page = writer.import_page_as_xobject(PdfFileReader(BytesIO(self._octets)), page_ix=0)
        name = b"/Import" + hexlify(uuid4().bytes)
        self.resources.xobject[name.decode("ascii")] = page
        left, bottom, right, top = page.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return name + b" Do"


@cache
def _register_font() -> None:
    with font_file() as path:
        pdfmetrics.registerFont(TTFont(FONT, str(path)))


def appearance(
    stamp: VisibleStamp, identity: SigningIdentity, options: SigningOptions, at: datetime
) -> SigAppearanceSetup:
    """What the PDF library needs to draw the card into the signature's widget."""
    lines = stamp.lines or default_lines(identity, options, at)
    card = draw_card(lines, stamp.box[2] - stamp.box[0], stamp.box[3] - stamp.box[1])
    style = StaticStampStyle(background=_ImportedPage(card), border_width=0)
    return SigAppearanceSetup(style=style, timestamp=at, name=None)


def default_lines(identity: SigningIdentity, options: SigningOptions, at: datetime) -> tuple[str, ...]:
    """Name, organisation, reason, place, claimed time: no words of any one language."""
    subject = identity.facts.parsed.subject
    names = [
        str(attribute.value)
        for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
        for attribute in subject.get_attributes_for_oid(kind)[:1]
    ]
    texts = (*dict.fromkeys(names), options.reason, options.location, at.strftime("%Y-%m-%d %H:%M:%S UTC"))
    return tuple(text for text in texts if text)


def draw_card(lines: tuple[str, ...], width: float, height: float) -> bytes:
    """A one-page PDF of `width` by `height` points with the lines in the largest size that fits."""
    _register_font()
    output = BytesIO()
    canvas = Canvas(output, pagesize=(width, height), invariant=True)
    canvas.setStrokeColorRGB(0.1, 0.25, 0.5)
    canvas.setLineWidth(0.8)
    canvas.roundRect(0.5, 0.5, width - 1, height - 1, 3)
    size, wrapped = _fit(lines, width - 2 * _PADDING, height - 2 * _PADDING)
    canvas.setFont(FONT, size)
    for number, line in enumerate(wrapped):
        canvas.drawString(_PADDING, height - _PADDING - size - number * size * _LEADING, line)
    canvas.showPage()
    canvas.save()
    return output.getvalue()


def _fit(lines: tuple[str, ...], width: float, height: float) -> tuple[float, list[str]]:
    size = _LARGEST
    while True:
        wrapped = [part for line in lines for part in simpleSplit(line, FONT, size, width)]
        if len(wrapped) * size * _LEADING <= height or size <= _SMALLEST:
            return size, wrapped[: max(1, int(height / (size * _LEADING)))]
        size -= _STEP
