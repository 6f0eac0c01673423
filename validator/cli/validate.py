"""`trustspace validate`: signed documents on the command line, singly or in batches."""

from pathlib import Path
from typing import Annotated, Any

import typer

from validator.cli.outputs import check_outputs, exit_status, print_report, write_reports

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
_Forum = Annotated[list[str] | None, typer.Option("--forum", help="Where recognition is asked (country code).")]
_Policy = Annotated[str | None, typer.Option("--policy", help="A judgement policy (default, BY/court …) or its file.")]
_Offline = Annotated[bool, typer.Option("--offline", help="Fetch nothing.")]
_Trust = Annotated[str, typer.Option("--trust", help="given, or none for cryptographic and structural truth only.")]
_Document = Annotated[str | None, typer.Option("--document", help="Kind of document, for recognition.")]
_Relying = Annotated[str | None, typer.Option("--relying", help="Kind of relying party, for recognition.")]
_Html = Annotated[Path | None, typer.Option("--html", help="Write the readable report here.")]
_Evidence = Annotated[Path | None, typer.Option("--evidence", help="Write the evidence here, for a later judgement.")]
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
_Language = Annotated[str, typer.Option("--language", help="Language of the readable report.")]
_Json = Annotated[bool, typer.Option("--json", help="Print the full report as JSON, one line per file.")]


@app.command()
def validate(
    files: _Files = None,
    batch: _Batch = None,
    detached: _Detached = None,
    anchor: _Anchors = None,
    cert: _Certs = None,
    crl: _Crls = None,
    ocsp: _Ocsps = None,
    trust_list: _Lists = None,
    at: _At = None,
    forum: _Forum = None,
    policy: _Policy = None,
    offline: _Offline = False,
    trust: _Trust = "given",
    document: _Document = None,
    relying: _Relying = None,
    html: _Html = None,
    evidence: _Evidence = None,
    keep: _Keep = None,
    rejudge: _Rejudge = None,
    incident: _Incidents = None,
    without_anchor: _Without = None,
    language: _Language = "en",
    as_json: _Json = False,
) -> None:
    """Say whether signed files are valid, and whether the forums named recognise them."""
    if rejudge is not None:
        from validator.cli.rejudge import RejudgeOptions, run_rejudge

        options = RejudgeOptions(
            holdings=rejudge,
            policy=policy,
            at=at,
            forums=tuple(forum) if forum else None,
            incidents=tuple(incident or ()),
            anchors=tuple(anchor or ()),
            without=tuple(without_anchor or ()),
        )
        raise typer.Exit(run_rejudge(options, as_json))
    if batch is not None:
        import sys

        from validator.cli.validate_batch import run_batch

        raise typer.Exit(run_batch(batch, sys.stdout, keep))
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
    check_outputs(html, evidence, language, len(files))
    status = [_one({**row, "file": file, "id": file}, html, evidence, keep, language, as_json) for file in files]
    raise typer.Exit(max(status))


def _one(
    row: dict[str, Any], html: Path | None, evidence: Path | None, keep: str | None, language: str, as_json: bool
) -> int:
    from validator.cli.validate_answer import run
    from validator.cli.validate_question import question

    asked = question(row)
    found = run(asked)
    write_reports(found, html, evidence, language)
    if keep is not None:
        from validator.cli.keep import keep_result

        keep_result(keep, asked, found)
    print_report(asked.id, found, language, as_json)
    return exit_status(found)
