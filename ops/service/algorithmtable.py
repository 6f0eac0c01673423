"""Which table of algorithms a command means, and how it is shown, written and read (`trustspace policy algorithms`)."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from ops.platform.clock import SystemClock
from policies.algorithms import AlgorithmPolicy, load_policy, policy_names
from policies.algorithms.ts119322 import policy_of_suite, read_suite, suite_of_policy, write_json, write_xml
from policies.algorithms.ts119322.model import MAX_OCTETS
from policies.errors import TrustspaceError, UnreadableInputError
from policies.jurisdictions import jurisdictions, load_jurisdiction
from policies.times import utc_time

Row = dict[str, object]
EXPORTS = {"ts119322": write_json, "ts119322-xml": write_xml}
PUBLISHER = "trustspace"


class TableChoiceError(TrustspaceError):
    """Options that name no table, or more than one."""

    code = "TS-POLICY-UNKNOWN"
    exit_status = 2


def moment(text: str | None) -> datetime:
    """The moment that an option names (aware UTC; a bare one counts as UTC), now without one. Raises."""
    if text is None:
        return SystemClock().now()
    try:
        return utc_time(text)
    except ValueError:
        raise TableChoiceError(
            f"{text!r} is not a moment.", next_step="Give a date or a time in ISO 8601, for example 2026-11-21."
        ) from None


def chosen_policy(
    catalogue: str | None, jurisdiction: str | None, table: Path | None
) -> tuple[AlgorithmPolicy, tuple[str, ...]]:
    """The one policy that the options mean, `default` without any, and remarks for the person. Raises."""
    if sum(choice is not None for choice in (catalogue, jurisdiction, table)) > 1:
        raise TableChoiceError(
            "A catalogue, a jurisdiction and an imported table cannot be shown at once.", next_step="Give one of them."
        )
    if table is not None:
        return _imported(table)
    if jurisdiction is not None:
        return load_policy(_jurisdiction_catalogue(jurisdiction)), ()
    name = catalogue or "default"
    if name not in policy_names():
        raise TableChoiceError(f"There is no catalogue {name}.", next_step=f"Use: {', '.join(policy_names())}.")
    return load_policy(name), ()


def _jurisdiction_catalogue(code: str) -> str:
    if code not in jurisdictions():
        known = ", ".join(sorted(jurisdictions()))
        raise TableChoiceError(f"There is no jurisdiction {code}.", next_step=f"Use: {known}.")
    return load_jurisdiction(code).algorithm_policy


def _imported(table: Path) -> tuple[AlgorithmPolicy, tuple[str, ...]]:
    try:
        with table.open("rb") as file:
            octets = file.read(MAX_OCTETS + 1)
    except OSError as error:
        raise UnreadableInputError(f"{table.name} cannot be read: {error.strerror}.") from None
    suite = read_suite(octets)
    found = policy_of_suite(suite, table.stem)
    remarks = [f"{suite.name}, published by {suite.publisher}, issued {suite.issued.date().isoformat()}."]
    if suite.signed:
        remarks.append("The file is signed; the signature is not checked here.")
    if found.ignored:
        remarks.append(f"Left out, because this product does not know them: {', '.join(found.ignored)}.")
    return found.policy, tuple(remarks)


def exported(policy: AlgorithmPolicy, form: str, issued: datetime) -> str:
    """The policy in one of the forms of `EXPORTS`. Raises TableChoiceError."""
    if form not in EXPORTS:
        raise TableChoiceError(f"There is no form {form}.", next_step=f"Use: {', '.join(EXPORTS)}.")
    suite = suite_of_policy(policy, publisher=PUBLISHER, issued=issued.replace(microsecond=0))
    return EXPORTS[form](suite).decode("utf-8")


def text_lines(rows: Iterable[Row]) -> list[str]:
    """The rows for a terminal: what counts in columns, the source of the date on a line of its own."""
    cells = [_cells(row) for row in rows]
    widths = [max(len(line[at]) for line in cells) for at in range(_COLUMNS)] if cells else []
    found = []
    for line in cells:
        columns = [text.ljust(width) for text, width in zip(line, widths, strict=False)]
        found += [f"{'  '.join(columns)}  {line[_COLUMNS]}", f"    {line[_COLUMNS + 1]}"]
    return found


_COLUMNS = 5


def _cells(row: Row) -> tuple[str, ...]:
    return (
        str(row["name"]),
        f"from {row['bits']} bits" if row["purpose"] == "signature" else f"{row['bits']} bits",
        f"strength {row['strength']}",
        _here(row),
        str(row["backend"]),
        _status(row),
        str(row["source"]),
    )


def _here(row: Row) -> str:
    if row["purpose"] == "digest":
        return "digest"
    return "sign, verify" if row["signs"] else "verify only"


def _status(row: Row) -> str:
    said = [str(row["status"])]
    if row["deprecated"] and row["status"] == "deprecated":
        said.append(f"since {str(row['deprecated'])[:10]}")
    if row["until"]:
        said.append(f"until {str(row['until'])[:10]}")
    if row["recognisedUntil"]:
        said.append(f"recognised until {str(row['recognisedUntil'])[:10]}: {row['recognisedSource']}")
    return ", ".join(said)
