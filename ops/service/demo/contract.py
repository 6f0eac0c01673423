"""Writes the demonstration's trade contract: two languages side by side, two parties, as an ordinary PDF."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Literal

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from ops.service.demo.contract_text import CLAUSES, GOODS, HEADING, SIGNATURES

_FONT = "DejaVuSans"


def _register_font(font_file: Path) -> None:
    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(_FONT, str(font_file)))


def _style(size: float, alignment: Literal[0, 1] = 0) -> ParagraphStyle:
    # 0 and 1 are reportlab's TA_LEFT and TA_CENTER, which its types do not know by name.
    return ParagraphStyle(f"text-{size}", fontName=_FONT, fontSize=size, leading=size * 1.35, alignment=alignment)


def _clauses(values: dict[str, str]) -> Table:
    text = _style(8)
    rows = [[Paragraph(side.format_map(values), text) for side in clause] for clause in CLAUSES]
    table = Table(rows, colWidths=[85 * mm, 85 * mm])
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEAFTER", (0, 0), (0, -1), 0.4, colors.grey)]))
    return table


def _goods() -> Table:
    text = _style(7.5)
    table = Table(
        [[Paragraph(cell, text) for cell in row] for row in GOODS], colWidths=[70 * mm, 30 * mm, 35 * mm, 35 * mm]
    )
    table.setStyle(
        TableStyle([("GRID", (0, 0), (-1, -1), 0.4, colors.grey), ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke)])
    )
    return table


def write_contract(font_file: Path, *, number: str, signed_on: date, seller: str, buyer: str) -> bytes:
    """The contract as PDF octets. `seller` and `buyer` are printed as given; `font_file` is a TrueType font.

    The output depends on the arguments alone (no time of day, no random identifier), so that the demonstration signs
    the same file each time.
    """
    _register_font(font_file)
    values = {"number": number, "date": signed_on.isoformat(), "seller": seller, "buyer": buyer}
    out = BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=18 * mm, bottomMargin=18 * mm,
        title=f"Contract {number}", author=seller, subject="Supply of goods", invariant=1,
    )  # fmt: skip
    title = _style(12, 1)
    document.build(
        [
            *(Paragraph(line.format_map(values), title) for line in HEADING),
            Spacer(1, 5 * mm),
            _clauses(values),
            Spacer(1, 4 * mm),
            _goods(),
            Spacer(1, 8 * mm),
            *(Paragraph(line.format_map(values), _style(8.5)) for line in SIGNATURES),
        ]
    )
    return out.getvalue()
