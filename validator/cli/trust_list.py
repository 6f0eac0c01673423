"""`trustspace trust-list …`: what a published list says, and what is wrong with it."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from policies.errors import TrustspaceError
from policies.times import utc_time

if TYPE_CHECKING:
    from policies.reasons import Reason
    from policies.trustlists import TrustList
    from validator.gather.lists import GivenList

app = typer.Typer(no_args_is_help=True, help="Trust lists: what they say, and what is wrong with them.")

_File = Annotated[str, typer.Argument(help="A trust list (TS 119 612 XML).")]
_Above = Annotated[list[str] | None, typer.Option("--list-of-lists", help="A list of lists that may point to it.")]
_At = Annotated[str | None, typer.Option(help="For this moment, ISO 8601; now when missing.")]
_Previous = Annotated[str | None, typer.Option(help="The list before it: number and history must follow.")]
_Language = Annotated[str, typer.Option("--lang", help="Language of sentences.")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
Row = dict[str, Any]


class ChoiceError(TrustspaceError):
    """An option has a value that does not exist."""

    code = "TS-USAGE"
    next_step = "Run: trustspace trust-list --help"
    exit_status = 2


@app.command()
def show(file: _File, at: _At = None, as_json: _Json = False) -> None:
    """The services of a list with their status at a moment."""
    moment = _moment(at)
    given = _given(file, ())
    rows = [_head(given), *_rows(given.read.listed, moment)]
    for row in rows:
        typer.echo(json.dumps(row, ensure_ascii=False) if as_json else _line(row))


@app.command()
def check(
    file: _File,
    list_of_lists: _Above = None,
    previous: _Previous = None,
    at: _At = None,
    lang: _Language = "en",
    as_json: _Json = False,
) -> None:
    """Whether a list can be used, and where it departs from the standard. Exit status 1 when it cannot be used."""
    from policies.reasons import LANGUAGES

    if lang not in LANGUAGES:
        raise ChoiceError(f"There are no sentences in the language {lang!r}.")
    given = _given(file, tuple(list_of_lists or ()))
    decisive = _decisive(given, _moment(at))
    remarks = _remarks(given, file, previous)
    for weight, reasons in (("unusable", decisive), ("remark", remarks)):
        for reason in reasons:
            typer.echo(_told(reason, weight, lang, as_json))
    if not as_json and not decisive:
        typer.echo(f"{given.facts.name}: the list can be used.")
    raise typer.Exit(1 if decisive else 0)


def _given(file: str, above: tuple[str, ...]) -> "GivenList":
    from validator.gather import read_source
    from validator.gather.lists import given_lists

    source = read_source(file)
    found = given_lists((source, *(read_source(item) for item in above)))
    return next(item for item in found if item.facts.digest == source.sha256)


def _decisive(given: "GivenList", at: datetime) -> "tuple[Reason, ...]":
    from policies.trustlists.state import problems
    from validator.judge.qualified import list_state

    return problems(list_state(given.facts), at)


def _remarks(given: "GivenList", file: str, previous: str | None) -> "tuple[Reason, ...]":
    from policies.reasons import Reason
    from policies.trustlists.checks import compare, examine
    from policies.trustlists.xml_order import structure_faults
    from validator.gather import read_source

    name, listed = given.facts.name, given.read.listed
    faults = structure_faults(read_source(file).octets)
    found = [Reason.of("TS-TL-STRUCTURE", list=name, detail=item) for item in faults]
    found += examine(listed, name, _key)
    if previous is not None:
        found += compare(_given(previous, ()).read.listed, listed, name, _key)
    return tuple(dict.fromkeys(found))


def _key(octets: bytes) -> bytes | None:
    from validator.path.certificate import Certificate, parse_certificate

    certificate = parse_certificate(octets)
    return certificate.spki if isinstance(certificate, Certificate) else None


def _moment(text: str | None) -> datetime:
    from ops.platform.clock import SystemClock

    if text is None:
        return SystemClock().now()
    try:
        return utc_time(text)
    except ValueError:
        raise ChoiceError(f"The time {text[:60]!r} is not one that ISO 8601 and the calendar know.") from None


# --- rows --------------------------------------------------------------------------------------------------------


def _head(given: "GivenList") -> Row:
    from validator.evidence import time_text

    facts = given.facts
    return {
        "list": facts.name,
        "territory": facts.territory,
        "sequence": facts.sequence,
        "version": facts.version,
        "issued": time_text(facts.issued) if facts.issued else None,
        "nextUpdate": time_text(facts.next_update) if facts.next_update else None,
        "signature": str(facts.signature),
        "sha256": facts.digest,
        "pointers": len(given.read.listed.scheme.pointers),
    }


def _rows(listed: "TrustList", at: datetime) -> Iterator[Row]:
    from policies.trustlists.facts import in_english
    from validator.evidence import time_text

    for provider, service in listed.services():
        period = service.at(at)
        yield {
            "provider": in_english(provider.names),
            "service": in_english((period or service.current).names),
            "type": _short((period or service.current).type),
            "status": _short(period.status) if period else None,
            "since": time_text(period.start) if period else None,
        }


def _short(uri: str) -> str:
    return uri.partition("Svctype/")[2] or uri.rpartition("/")[2]


def _line(row: Row) -> str:
    if "list" in row:
        return " · ".join(f"{name} {value}" for name, value in row.items() if value is not None)
    return f"{row['status'] or '-':28} {row['type']:24} {row['service']} ({row['provider']})"


def _told(reason: "Reason", weight: str, language: str, as_json: bool) -> str:
    from policies.reasons import definition, sentence

    if as_json:
        row = {"weight": weight, "code": reason.code, "clause": definition(reason.code).clause}
        return json.dumps(row | {"params": reason.mapping()}, ensure_ascii=False)
    return f"{reason.code} [{definition(reason.code).clause}] {sentence(reason, language)}"
