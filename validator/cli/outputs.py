"""What the commands `validate` and `judge` write and print, and how they end."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from validator.service import ValidationResult


def write_reports(
    found: "ValidationResult", html: Path | None, evidence: Path | None, languages: tuple[str, ...]
) -> None:
    """Write the readable report and the evidence where that is asked."""
    from ops.platform.output import write_output_file
    from validator.evidence import export_evidence
    from validator.report import html_report, noticed

    if evidence is not None:
        write_output_file(evidence, export_evidence(found.evidence))
    if html is not None:
        page = html_report(found.evidence, found.verdict, found.recognitions, *languages)
        write_output_file(html, noticed(page, found.notices).encode())


def check_outputs(html: Path | None, evidence: Path | None, files: int) -> None:
    """Before anything is read or fetched: can what was asked for be written at all?"""
    from ops.platform.output import check_output_file
    from validator.errors import OptionError

    if files > 1 and (html or evidence):
        raise OptionError(
            "One report file cannot hold the judgements of several documents.",
            next_step="Judge each document by a call of its own, or use --json or --batch.",
        )
    check_output_file(html)
    check_output_file(evidence)


def print_report(name: str, found: "ValidationResult", language: str, as_json: bool) -> None:
    """One line of JSON, or text for people, on standard output."""
    import json

    from validator.report import full_report, plain_text

    if as_json:
        report = full_report(name, found.evidence, found.verdict, found.recognitions, found.notices)
        typer.echo(json.dumps(report, ensure_ascii=False, separators=(",", ":")))
    else:
        for notice in found.notices:
            typer.echo(notice)
        typer.echo(plain_text(name, found.verdict, found.recognitions, language))


def exit_status(found: "ValidationResult") -> int:
    """0 good and, where asked, recognised; 1 not good; 2 a file that cannot be read as what it claims to be."""
    from policies.vocabulary import Indication, RecognitionDecision

    verdict = found.verdict
    if found.evidence.structure and not verdict.signatures and not verdict.timestamps:
        return 2
    good = verdict.indication in (Indication.TOTAL_PASSED, Indication.PASSED)
    recognised = all(item.answer.decision is RecognitionDecision.RECOGNISED for item in found.recognitions)
    return 0 if good and recognised else 1
