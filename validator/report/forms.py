"""The forms in which a report is handed out, and the seal that makes it one of this service's own.

A PDF carries its seal inside (PAdES); every other form has it beside (CAdES, detached). Who seals is not the
validator's business: whoever can is handed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from validator.evidence import Evidence
from validator.judge.verdict import Verdict
from validator.recognise import Recognition
from validator.report.etsi import Maker, etsi_report
from validator.report.full import report_octets
from validator.report.page import html_report, noticed


class Form(StrEnum):
    """Portable document for people, XML after ETSI TS 119 102-2, JSON for machines, page for a browser."""

    PDF = "pdf"
    XML = "xml"
    JSON = "json"
    HTML = "html"


MEDIA_TYPES: Mapping[Form, str] = {
    Form.PDF: "application/pdf",
    Form.XML: "application/xml",
    Form.JSON: "application/json",
    Form.HTML: "text/html; charset=utf-8",
}


class Sealer(Protocol):
    """Makes the service's own seal with a time-stamp, or raises; never something weaker."""

    @property
    def certificate(self) -> bytes:
        """The seal's certificate, DER."""
        ...

    def seal_pdf(self, document: bytes) -> bytes:
        """The PDF with the seal as an incremental update."""
        ...

    def seal_beside(self, octets: bytes) -> bytes:
        """A detached seal (CMS SignedData, DER) over `octets`."""
        ...


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A report ready to be handed out; `seal` stands in a file of its own where the form has no place for it."""

    octets: bytes
    seal: bytes | None = None


def made_report(
    form: Form,
    identifier: str,
    evidence: Evidence,
    verdict: Verdict,
    recognitions: tuple[Recognition, ...] = (),
    languages: tuple[str, ...] = ("en",),
    sealer: Sealer | None = None,
    notices: tuple[str, ...] = (),
) -> MadeReport:
    """The report in one form, sealed when there is a sealer; `notices` stand above everything else in it. Raises
    ReportError and what the sealer raises."""
    maker = Maker(certificate=sealer.certificate) if sealer is not None else None
    if form is Form.PDF:
        from validator.report.pdf import pdf_report  # typst is slow to load

        octets = pdf_report(identifier, evidence, verdict, recognitions, languages, maker, notices)
        return MadeReport(octets if sealer is None else sealer.seal_pdf(octets))
    if form is Form.XML:
        octets = etsi_report(identifier, evidence, verdict, recognitions, maker, notices)
    elif form is Form.JSON:
        octets = report_octets(identifier, evidence, verdict, recognitions, notices)
    else:
        octets = noticed(html_report(evidence, verdict, recognitions, *languages), notices).encode()
    return MadeReport(octets, None if sealer is None else sealer.seal_beside(octets))
