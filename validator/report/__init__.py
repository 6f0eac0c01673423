"""Reports: the machine's line and full JSON, and one self-contained page for people."""

from validator.report.full import full_report, report_octets
from validator.report.line import answer_line
from validator.report.page import html_report, noticed
from validator.report.text import plain_text

__all__ = ["answer_line", "full_report", "html_report", "noticed", "plain_text", "report_octets"]
