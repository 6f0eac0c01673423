"""`trustspace db`: upgrade, back up, restore and verify the database that the settings name."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ops.platform.database import Database
    from ops.service.dbverify import DatabaseReport

app = typer.Typer(name="db", no_args_is_help=True, help="Upgrade, back up, restore and verify the database.")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def upgrade(as_json: Json = False) -> None:
    """Bring the database's schema to this version of the software."""
    from ops.service import schema

    with _database() as database:
        version = schema.upgrade(database)
    _say(as_json, {"schema": version}, f"The database is at schema version {version}.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The new file; never overwritten.")], as_json: Json = False
) -> None:
    """Write a consistent copy of the database, also while it is in use."""
    from ops.service import dbfiles

    with _database() as database:
        size = dbfiles.backup(database, file)
    _say(as_json, {"file": str(file), "octets": size}, f"Backed up to {file} ({size} octets).")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A copy made by backup.")], as_json: Json = False) -> None:
    """Fill an empty database from a copy, and bring its schema to this version."""
    from ops.service import dbfiles, schema

    with _database() as database:
        dbfiles.restore(database, file)
        version = schema.upgrade(database)
    _say(as_json, {"file": str(file), "schema": version}, f"Restored from {file}, schema version {version}.")


@app.command()
def verify(
    audit_key: Annotated[
        Path | None, typer.Option(help="The audit key's public half (PEM or DER SubjectPublicKeyInfo).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check storage, schema version and audit logs. Exit status 1 if anything is wrong.

    The audit logs are held to the key given, else to the one in this installation's key store.
    """
    from ops.service import dbverify

    key = _installed_key() if audit_key is None else _public_key(audit_key)
    with _database() as database:
        report = dbverify.verify(database, key)
    _say(as_json, _report_values(report, key is not None), _report_text(report, key is not None))
    if not report.is_good:
        raise typer.Exit(1)


@contextmanager
def _database() -> "Iterator[Database]":
    from ops.platform.settings import load_settings

    database = load_settings().open_database()
    try:
        yield database
    finally:
        database.close()


def _installed_key() -> bytes | None:
    """The audit key of this installation; None where no key store is set up, or none can be opened from here."""
    from contextlib import closing

    from ops.platform.installation import AUDIT_KEY_LABEL, KeyStoreSecretMissingError, open_key_store
    from ops.platform.keys import KeyStoreError
    from ops.platform.settings import load_settings

    settings = load_settings()
    if settings.key_store == "software" and not settings.key_directory.is_dir():
        # Opening would make one. A copy is often checked on another machine, which has no keys.
        return None
    try:
        with closing(open_key_store(settings)) as keys:
            return keys.public_key(AUDIT_KEY_LABEL)
    except (KeyStoreSecretMissingError, KeyStoreError):
        return None


def _public_key(path: Path) -> bytes:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_der_public_key,
        load_pem_public_key,
    )

    from policies.errors import UnreadableInputError

    try:
        data = path.read_bytes()
        key = load_pem_public_key(data) if data.startswith(b"-----") else load_der_public_key(data)
    except (OSError, ValueError) as error:
        raise UnreadableInputError("The audit key cannot be read.") from error
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _report_values(report: "DatabaseReport", pinned: bool) -> dict[str, Any]:
    return {
        "good": report.is_good,
        "schema": report.schema_version,
        "schemaError": report.schema_error,
        "faults": list(report.faults),
        "auditKeyGiven": pinned,
        "auditLogs": [
            {
                "log": name,
                "good": log.is_good,
                "entries": log.entries,
                "heads": log.heads,
                "keySha256": log.key_hash,
                "reasons": [finding.code for finding in log.findings],
            }
            for name, log in report.logs
        ],
    }


def _report_text(report: "DatabaseReport", pinned: bool) -> str:
    lines = [f"Schema: {report.schema_version or 'none'}{f' ({report.schema_error})' if report.schema_error else ''}"]
    lines += [f"Storage: {fault}" for fault in report.faults] or ["Storage: sound"]
    for name, log in report.logs:
        codes = ", ".join(dict.fromkeys(finding.code for finding in log.findings))
        state = "whole" if log.is_good else f"NOT whole: {codes}"
        lines.append(f"Audit log {name}: {log.entries} entries, {log.heads} signed heads, {state}")
    if report.logs and not pinned:
        lines.append("The audit logs were held to the key that they name themselves; give --audit-key to pin it.")
    return "\n".join(lines)


def _say(as_json: bool, values: dict[str, Any], sentence: str) -> None:
    typer.echo(json.dumps(values, ensure_ascii=False) if as_json else sentence)
