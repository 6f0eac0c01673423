"""`trustspace log`: export the audit log, keep its heads elsewhere, verify an export."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sqlmodel import Session

    from ops.platform.audit.entry import SignedHead
    from ops.platform.audit.verify import VerificationReport

app = typer.Typer(name="log", no_args_is_help=True, help="Export and verify the audit log.")

_Log = Annotated[str | None, typer.Option("--log", help="Name of the log; not needed where there is only one.")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_Key = Annotated[Path, typer.Option("--key", help="The log's public key, PEM.")]


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", help="File to write.")], log: _Log = None, as_json: _Json = False
) -> None:
    """Write every entry and signed head to a file that anybody can verify."""
    from ops.platform.audit.export import export_lines
    from ops.platform.audit.files import write_lines

    with _reading() as session:
        name = _name(session, log)
        lines, digest = write_lines(out, export_lines(session, name))
        head = _last_head(session, name)
    values = {"log": name, "file": str(out), "lines": lines, "sha256": digest, "head": head and _head_values(head)}
    _show(values, as_json, f"{lines} lines of the log {name} written to {out} (SHA-256 {digest}).")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="An exported log.")],
    key: _Key,
    head: Annotated[Path | None, typer.Option("--head", help="A head kept from earlier; the last of the file.")] = None,
    as_json: _Json = False,
) -> None:
    """Judge an exported log. Exit status 0 when it is good, 1 when it is not, 2 when it cannot be read."""
    from ops.platform.audit.errors import AuditUnreadableError
    from ops.platform.audit.files import read_kept_head, read_lines, read_public_key
    from ops.platform.audit.verify import verify_export

    kept = None if head is None else read_kept_head(head)
    report = verify_export(read_lines(file), read_public_key(key), expected_head=kept)
    if report.entries == 0 and report.heads == 0:
        raise AuditUnreadableError(f"The file {file} is not an exported audit log.")
    _show(_report_values(report), as_json, _report_text(report))
    if not report.is_good:
        raise typer.Exit(1)


@app.command()
def head(log: _Log = None, as_json: _Json = False) -> None:
    """Print the last signed head, one line to keep and to give to a later `verify --head`."""
    from ops.platform.audit.errors import AuditMissingError

    with _reading() as session:
        name = _name(session, log)
        last = _last_head(session, name)
    if last is None:
        raise AuditMissingError(f"The audit log {name!r} has no signed head.")
    _show({"log": name, "head": _head_values(last)}, as_json, last.line())


@app.command()
def keep(
    file: Annotated[Path, typer.Argument(help="File outside the database, one head per line.")],
    key: _Key,
    log: _Log = None,
    as_json: _Json = False,
) -> None:
    """Append the new signed heads to a file, after checking that the log still contains the last one kept there."""
    from ops.platform.audit.files import read_public_key
    from ops.platform.audit.witness import keep_heads

    spki = read_public_key(key)
    with _reading() as session:
        name = _name(session, log)
        count = keep_heads(session, name, spki, file)
    _show({"log": name, "file": str(file), "kept": count}, as_json, f"{count} new heads of the log {name} kept.")


@app.command("key")
def public_key(log: _Log = None, as_json: _Json = False) -> None:
    """Print the public key that the log's first entry names, PEM. Publish it: strangers must not take it from here."""
    from ops.platform.audit import store
    from ops.platform.audit.errors import AuditBrokenError
    from ops.platform.audit.files import pem

    with _reading() as session:
        name = _name(session, log)
        first = next(store.entries(session, name), None)
    details = None if first is None else first.content()["details"]
    named = details.get("publicKey") if isinstance(details, dict) else None
    if not isinstance(named, str):
        raise AuditBrokenError(f"The first entry of the audit log {name!r} does not name its key.")
    text = pem(bytes.fromhex(named))
    _show({"log": name, "publicKey": text}, as_json, text.rstrip())


@contextmanager
def _reading() -> Iterator["Session"]:
    from ops.platform.settings import load_settings

    database = load_settings().open_database()
    try:
        with database.read() as session:
            yield session
    finally:
        database.close()


def _name(session: "Session", log: str | None) -> str:
    from ops.platform.audit import store
    from ops.platform.audit.errors import AuditMissingError

    names = store.log_ids(session)
    if log is None and len(names) == 1:
        return names[0]
    if log is None or log not in names:
        listed = ", ".join(names) or "none"
        raise AuditMissingError(
            "Name one of the audit logs." if log is None else f"There is no audit log {log!r}.",
            next_step=f"Give --log with one of: {listed}.",
        )
    return log


def _last_head(session: "Session", name: str) -> "SignedHead | None":
    from ops.platform.audit import store

    end = store.read_end(session, name, lock=False)
    return None if end is None else store.last_head(session, name, end.origin)


def _head_values(head: "SignedHead") -> dict[str, Any]:
    values: dict[str, Any] = json.loads(head.line())
    return values


def _report_values(report: "VerificationReport") -> dict[str, Any]:
    from policies.reasons import definition, sentence

    return {
        "good": report.is_good,
        "log": report.log_id,
        "entries": report.entries,
        "heads": report.heads,
        "keySha256": report.key_hash,
        "lastHead": report.last_head and _head_values(report.last_head),
        "findings": [
            {
                "code": reason.code,
                "severity": definition(reason.code).severity.value,
                "clause": definition(reason.code).clause,
                "params": dict(reason.mapping()),
                "message": sentence(reason),
            }
            for reason in report.findings
        ],
        "omitted": report.omitted,
    }


def _report_text(report: "VerificationReport") -> str:
    from policies.reasons import definition, next_step, sentence

    lines = [f"Log {report.log_id}: {report.entries} entries, {report.heads} signed heads."]
    for reason in report.findings:
        lines.append(f"{definition(reason.code).severity.upper()} {reason.code}: {sentence(reason)}")
        lines.append(f"  Next: {next_step(reason)}")
    if report.omitted:
        lines.append(f"… and {report.omitted} more.")
    if report.is_good and report.last_head is not None:
        lines.append(f"Good: complete and unchanged up to {report.last_head.time}. Keep this head:")
        lines.append(report.last_head.line())
    else:
        lines.append("Not good: do not rely on this log before the findings are explained.")
    return "\n".join(lines)


def _show(values: dict[str, Any], as_json: bool, text: str) -> None:
    typer.echo(json.dumps(values, ensure_ascii=False) if as_json else text)
