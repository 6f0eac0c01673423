"""Sets the report with typst: PDF/A-3a and PDF/UA-1, fonts embedded, the machine's reports and the evidence attached.

The same verdict in the same languages gives the same octets: the only time in the file is the validation time, and the
only fonts are those of the package. What strangers wrote comes in as data and is never read as markup. The reports and
the evidence are associated files (ISO 19005-3 6.8), so that whoever has the page has what it was made from.
"""

import json
from datetime import UTC
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

from ops.platform.fonts import BOLD, REGULAR, font_folder
from validator.errors import ReportError
from validator.evidence import Evidence, export_evidence
from validator.judge.verdict import Verdict
from validator.recognise import Recognition
from validator.report.etsi import Maker, etsi_report
from validator.report.full import report_octets
from validator.report.pdf.view import view
from validator.report.safe_text import shown

if TYPE_CHECKING:
    from typst import Fonts

ATTACHED_REPORT = "report.json"
ATTACHED_XML = "report.xml"
ATTACHED_EVIDENCE = "evidence.json"
MAX_ATTACHED = 64 * 2**20


def pdf_report(
    identifier: str,
    evidence: Evidence,
    verdict: Verdict,
    recognitions: tuple[Recognition, ...] = (),
    languages: tuple[str, ...] = ("en",),
    maker: Maker | None = None,
    notices: tuple[str, ...] = (),
) -> bytes:
    """The PDF. `languages` are one or two of policies.reasons.LANGUAGES; with two, both stand side by side; `notices`
    stand above everything else. Raises
    ReportError when it would be too large to be read, or the fonts are missing."""
    attached = {
        ATTACHED_REPORT: report_octets(identifier, evidence, verdict, recognitions, notices),
        ATTACHED_XML: etsi_report(identifier, evidence, verdict, recognitions, maker, notices),
        ATTACHED_EVIDENCE: export_evidence(evidence),
    }
    if sum(map(len, attached.values())) > MAX_ATTACHED:
        raise ReportError(
            f"The report with its evidence would be larger than {MAX_ATTACHED // 2**20} MiB.",
            next_step="Ask for the report as HTML, JSON or XML and keep the evidence beside it.",
        )
    placed = view(evidence, verdict, recognitions, languages) | {"notices": [shown(item) for item in notices]}
    inputs = {name: octets.decode("utf-8") for name, octets in attached.items()}
    inputs["view"] = json.dumps(placed, ensure_ascii=False)
    return _set(inputs, int(verdict.at.astimezone(UTC).timestamp()))


def _set(inputs: dict[str, str], at: int) -> bytes:
    from typst import Compiler, TypstError

    template = files("validator.report").joinpath("templates")
    try:
        with as_file(template) as folder:
            compiler = Compiler(root=str(folder), font_paths=_fonts())
            found: Any = compiler.compile(
                (folder / "report.typ").read_bytes(),
                format="pdf",
                sys_inputs=inputs,
                pdf_standards=["a-3a", "ua-1"],
                timestamp=at,
            )
    except TypstError as error:
        raise ReportError(f"The report cannot be set as PDF: {error.message}.") from error
    return bytes(found)


@cache
def _fonts() -> "Fonts":
    """The package's own fonts and no others: a page must not look different on another machine."""
    from typst import Fonts

    with font_folder() as folder:
        if not all((folder / name).is_file() for name in (REGULAR, BOLD)):
            raise ReportError(
                "The fonts of the reports are missing.", next_step="Install the package again: its fonts belong to it."
            )
        # Read at once: the folder may be gone with the context.
        return Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
