"""The report as PDF/A-3 and PDF/UA-1, with the machine's reports and the evidence attached."""

from validator.report.pdf.render import ATTACHED_EVIDENCE, ATTACHED_REPORT, ATTACHED_XML, pdf_report

__all__ = ["ATTACHED_EVIDENCE", "ATTACHED_REPORT", "ATTACHED_XML", "pdf_report"]
