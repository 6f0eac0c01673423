"""`trustspace judge`: the pure judgement alone, over stored evidence or over facts that another system recorded."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from validator.cli.options import Forum, Html, Language, Out, Report, Seal, SealTsa
from validator.cli.outputs import check_outputs, exit_status, print_report, write_reports

if TYPE_CHECKING:
    from validator.evidence import Evidence

app = typer.Typer(help="Judge stored evidence again, without any input or output.")
# What the recorded facts of another system are judged by, unless a policy is named: that system's own default.
RECORDED_POLICY = "diagnostic"
AS_RECORDED = (
    "Judged from recorded facts, as whoever recorded them wrote them down: the document was not opened, and its digests"
    " and signature values were not computed again. If the record does not come from a source that you trust, validate"
    " the document itself."
)

_Stored = Annotated[Path | None, typer.Argument(help="Evidence as `validate --evidence` wrote it.")]
_Recorded = Annotated[Path | None, typer.Option("--diagnostic-data", help="Recorded facts (XML) in place of evidence.")]
_Policy = Annotated[str | None, typer.Option("--policy", help="The judgement policy.")]
_At = Annotated[str | None, typer.Option("--at", help="The validation time, ISO 8601; else now, or as recorded.")]
_Export = Annotated[Path | None, typer.Option("--evidence", help="Write the evidence here, for a later judgement.")]
_Json = Annotated[bool, typer.Option("--json", help="Print the full report as one line of JSON.")]


@app.command()
def judge(
    context: typer.Context,
    stored: _Stored = None,
    diagnostic_data: _Recorded = None,
    policy: _Policy = None,
    at: _At = None,
    forum: Forum = None,
    html: Html = None,
    evidence: _Export = None,
    report: Report = None,
    out: Out = None,
    seal: Seal = None,
    seal_tsa: SealTsa = None,
    language: Language = "en",
    as_json: _Json = False,
) -> None:
    """Judge evidence again under a policy at a time: no file is opened besides it, nothing is fetched."""
    from validator.cli.reports import ReportOptions, check_report, languages_of, write_report
    from validator.service import rejudge

    source = stored or diagnostic_data
    if source is None or (stored and diagnostic_data):
        raise typer.BadParameter("name an evidence file, or one with --diagnostic-data")
    languages = languages_of(language)
    wanted = ReportOptions(form=report, out=out, seal=seal, authority=seal_tsa, languages=languages)
    check_outputs(html, evidence, 1)
    check_report(wanted, 1)
    facts = _read(source, recorded=diagnostic_data is not None)
    name = policy or (RECORDED_POLICY if diagnostic_data else "default")
    found = rejudge(facts, name, _moment(at, facts), tuple(forum or ()))
    # Whoever wrote the facts could write any; what rests on them must not pass for a check of the document.
    found = replace(found, notices=(AS_RECORDED,))
    write_reports(found, html, evidence, languages)
    write_report(wanted, source.name, found, context.obj)
    print_report(source.name, found, languages[0], as_json)
    raise typer.Exit(exit_status(found))


def _read(source: Path, *, recorded: bool) -> "Evidence":
    from validator.diagnostic import import_diagnostic_data
    from validator.evidence import import_evidence
    from validator.gather import read_source

    octets = read_source(str(source)).octets
    return import_diagnostic_data(octets) if recorded else import_evidence(octets)


def _moment(at: str | None, facts: "Evidence") -> datetime:
    """The time that was asked for, else that of the recording, else now."""
    from ops.platform.clock import SystemClock
    from validator.cli.validate_question import moment

    if at is not None:
        return moment(at)
    return facts.recorded.at if facts.recorded else SystemClock().now()
