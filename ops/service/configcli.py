"""`trustspace config`: is this configuration fit to run?"""

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ops.platform.config import Finding
    from ops.platform.settings import Settings

app = typer.Typer(name="config", no_args_is_help=True, help="Check the configuration.")


@app.callback()
def _group() -> None:
    """Check the configuration."""


@app.command()
def check(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Look at settings, files and the database; change nothing. Exit status 1 on an error, 2 if it cannot be read."""
    from ops.platform.config import findings
    from ops.platform.settings import load_settings
    from policies.vocabulary import Severity

    settings = load_settings()
    found = (*findings(settings), *_database_findings(settings), *_digest_findings())
    good = all(finding.severity is not Severity.ERROR for finding in found)
    if as_json:
        values = {"good": good, "findings": [finding.as_dict() for finding in found]}
        typer.echo(json.dumps(values, ensure_ascii=False))
    else:
        for finding in found:
            typer.echo(f"{finding.severity.upper()} {finding.code}: {finding.sentence}\n  Next: {finding.next_step}")
        typer.echo("The configuration can be used." if good else "The configuration cannot be used as it is.")
    if not good:
        raise typer.Exit(1)


def _database_findings(settings: "Settings") -> "tuple[Finding, ...]":
    from ops.platform.config import Finding
    from ops.platform.database import parse_database_url
    from ops.platform.errors import DatabaseError, DatabaseOlderError
    from ops.service import schema
    from policies.vocabulary import Severity

    url = parse_database_url(settings.database_url)
    if settings.database_address is None and not settings.data_dir.joinpath("trustspace.sqlite").exists():
        # Looking would create the file. A database that is not there yet is not an error before the first upgrade.
        new = DatabaseOlderError("The database does not exist yet.")
        return (Finding(new.code, Severity.WARNING, new.sentence, new.next_step),)
    database = settings.open_database()
    try:
        schema.require_current(database)
    except DatabaseError as error:
        name = url.render_as_string(hide_password=True)
        return (Finding(error.code, Severity.ERROR, f"{error.sentence} ({name})", error.next_step),)
    finally:
        database.close()
    return ()


def _digest_findings() -> "tuple[Finding, ...]":
    """National digests that are computed in Python, and faster forms that are there but give wrong digests."""
    from ops.platform.config import Finding
    from policies.algorithms import hashes
    from policies.vocabulary import Severity

    known = [hashes.status(name) for name in hashes.NAMES]
    wrong = ", ".join(f"{item.name} ({form})" for item in known for form in item.refused)
    slow = ", ".join(item.name for item in known if item.backend == hashes.PYTHON)
    found = []
    if wrong:
        sentence = f"These digests of a library or the compiled part are wrong and are not used: {wrong}."
        step = "Reinstall with bash ops/deploy/install, update the system's libraries, and report it."
        found.append(Finding("TS-CONFIG-DIGESTS-WRONG", Severity.WARNING, sentence, step))
    if slow:
        sentence = f"These digests are computed in Python, two seconds for a megabyte: {slow}."
        step = "Install a C compiler and Python's headers, then run bash ops/deploy/install again."
        found.append(Finding("TS-CONFIG-DIGESTS-SLOW", Severity.WARNING, sentence, step))
    return tuple(found)
