"""`trustspace validate`: signed documents on the command line, singly or in batches."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from validator.cli.options import Forum, Html, Language, Out, Report, Seal, SealTsa
from validator.cli.outputs import check_outputs, exit_status, print_report, write_reports

if TYPE_CHECKING:
    from validator.cli.reports import ReportOptions
    from validator.service import ValidationResult

app = typer.Typer(help="Judge signed documents.", no_args_is_help=True)

_Files = Annotated[list[str] | None, typer.Argument(help="Signed files.")]
_Batch = Annotated[str | None, typer.Option("--batch", help="Questions as JSON lines; - is standard input.")]
_Detached = Annotated[list[str] | None, typer.Option("--detached", help="A document that a detached signature covers.")]
_Anchors = Annotated[list[str] | None, typer.Option("--anchor", help="A trust anchor's certificate; may be repeated.")]
_Certs = Annotated[list[str] | None, typer.Option("--cert", help="A certificate that may be used on a path.")]
_Crls = Annotated[list[str] | None, typer.Option("--crl", help="A CRL.")]
_Ocsps = Annotated[list[str] | None, typer.Option("--ocsp", help="An OCSP response.")]
_Lists = Annotated[list[str] | None, typer.Option("--trust-list", help="A trust list.")]
_At = Annotated[str | None, typer.Option("--at", help="The validation time, ISO 8601; now when missing.")]
_Policy = Annotated[str | None, typer.Option("--policy", help="A judgement policy (default, BY/court …) or its file.")]
_Offline = Annotated[bool, typer.Option("--offline", help="Fetch nothing.")]
_Trust = Annotated[str, typer.Option("--trust", help="given, or none for cryptographic and structural truth only.")]
_Document = Annotated[str | None, typer.Option("--document", help="Kind of document, for recognition.")]
_Relying = Annotated[str | None, typer.Option("--relying", help="Kind of relying party, for recognition.")]
_Evidence = Annotated[
    Path | None, typer.Option("--evidence", help="Write the evidence here; with --replay: read it here.")
]
_Keep = Annotated[str | None, typer.Option("--keep", help="Keep the evidence here (a file), for --rejudge.")]
_Rejudge = Annotated[str | None, typer.Option("--rejudge", help="Judge what --keep kept again; prints what changes.")]
_Incidents = Annotated[
    list[str] | None,
    typer.Option(
        "--incident", help="With --rejudge: SHA256@TIME of a compromised certificate or key, or a file of them."
    ),
]
_Without = Annotated[
    list[str] | None, typer.Option("--without-anchor", help="With --rejudge: SHA-256 of an anchor that counts no more.")
]
_Replay = Annotated[str | None, typer.Option("--replay", help="Judge a report again: same, or what differs.")]
_Holdings = Annotated[str | None, typer.Option("--holdings", help="With --replay: where its evidence is kept.")]
_Json = Annotated[bool, typer.Option("--json", help="Print the full report as JSON, one line per file.")]


@app.command()
def validate(
    context: typer.Context,
    files: _Files = None,
    batch: _Batch = None,
    detached: _Detached = None,
    anchor: _Anchors = None,
    cert: _Certs = None,
    crl: _Crls = None,
    ocsp: _Ocsps = None,
    trust_list: _Lists = None,
    at: _At = None,
    forum: Forum = None,
    policy: _Policy = None,
    offline: _Offline = False,
    trust: _Trust = "given",
    document: _Document = None,
    relying: _Relying = None,
    html: Html = None,
    evidence: _Evidence = None,
    keep: _Keep = None,
    rejudge: _Rejudge = None,
    incident: _Incidents = None,
    without_anchor: _Without = None,
    replay: _Replay = None,
    holdings: _Holdings = None,
    report: Report = None,
    out: Out = None,
    seal: Seal = None,
    seal_tsa: SealTsa = None,
    language: Language = "en",
    as_json: _Json = False,
) -> None:
    """Say whether signed files are valid, and whether the forums named recognise them."""
    if replay is not None:
        raise typer.Exit(_replayed(replay, evidence, holdings, policy, anchor, as_json))
    if rejudge is not None:
        raise typer.Exit(_rejudged(rejudge, policy, at, forum, incident, anchor, without_anchor, as_json))
    if batch is not None:
        raise typer.Exit(_batch(batch, keep))
    if not files:
        raise typer.BadParameter("name a file, or use --batch")
    row = {
        "detached": detached,
        "anchors": anchor,
        "certs": cert,
        "crls": crl,
        "ocsps": ocsp,
        "trustLists": trust_list,
        "at": at,
        "forums": forum,
        "policy": policy,
        "offline": offline,
        "trust": trust,
        "document": document,
        "relying": relying,
    }
    from validator.cli.reports import ReportOptions, languages_of

    wanted = ReportOptions(form=report, out=out, seal=seal, authority=seal_tsa, languages=languages_of(language))
    raise typer.Exit(_files_judged(files, row, wanted, _Outputs(html, evidence, keep, as_json), context.obj))


@dataclass(frozen=True, slots=True)
class _Outputs:
    """Where the judgement of a file goes besides a report: a page, the evidence, the holdings, and JSON on the
    standard output."""

    html: Path | None
    evidence: Path | None
    keep: str | None
    as_json: bool


def _files_judged(
    files: list[str], row: dict[str, Any], wanted: "ReportOptions", outputs: _Outputs, installation: Any
) -> int:
    from validator.cli.reports import check_report, write_report

    check_outputs(outputs.html, outputs.evidence, len(files))
    check_report(wanted, len(files))
    worst = 0
    for file in files:
        found = _judged({**row, "file": file, "id": file}, outputs.keep)
        write_reports(found, outputs.html, outputs.evidence, wanted.languages)
        write_report(wanted, Path(file).name, found, installation)
        print_report(file, found, wanted.languages[0], outputs.as_json)
        worst = max(worst, exit_status(found))
    return worst


def _judged(row: dict[str, Any], keep: str | None) -> "ValidationResult":
    from validator.cli.validate_answer import run
    from validator.cli.validate_question import question

    asked = question(row)
    found = run(asked)
    if keep is not None:
        from validator.cli.keep import keep_result

        keep_result(keep, asked, found)
    return found


def _batch(batch: str, keep: str | None) -> int:
    import sys

    from validator.cli.validate_batch import run_batch

    return run_batch(batch, sys.stdout, keep)


def _replayed(
    report: str,
    evidence: Path | None,
    holdings: str | None,
    policy: str | None,
    anchors: list[str] | None,
    as_json: bool,
) -> int:
    from validator.cli.replay import ReplayOptions, run_replay

    asked = ReplayOptions(
        report=report, evidence=evidence, holdings=holdings, policy=policy, anchors=tuple(anchors or ())
    )
    return run_replay(asked, as_json)


def _rejudged(
    holdings: str,
    policy: str | None,
    at: str | None,
    forums: list[str] | None,
    incidents: list[str] | None,
    anchors: list[str] | None,
    without: list[str] | None,
    as_json: bool,
) -> int:
    from validator.cli.rejudge import RejudgeOptions, run_rejudge

    options = RejudgeOptions(
        holdings=holdings,
        policy=policy,
        at=at,
        forums=tuple(forums) if forums else None,
        incidents=tuple(incidents or ()),
        anchors=tuple(anchors or ()),
        without=tuple(without or ()),
    )
    return run_rejudge(options, as_json)
