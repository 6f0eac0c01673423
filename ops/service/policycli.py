"""`trustspace policy …`: prints the law and the rules that verdicts follow, each with how it is known."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from policies.errors import TrustspaceError

app = typer.Typer(
    no_args_is_help=True, help="Jurisdictions, instruments, algorithm dates, judgement policies and reasons."
)

_Json = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
_Language = Annotated[str, typer.Option("--lang", help="Language of names and sentences.")]
Rows = Sequence[dict[str, object]]
_COLUMNS = 7


class UnknownChoiceError(TrustspaceError):
    """An option names something that does not exist."""

    code = "TS-POLICY-UNKNOWN"
    exit_status = 2


def _show(rows: Rows, as_json: bool) -> None:
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False, default=str))
        return
    if rows and len(rows[0]) > _COLUMNS:
        _show_blocks(rows)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(show_lines=False)
    for name in rows[0] if rows else ():
        table.add_column(str(name), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    Console().print(table)


def _show_blocks(rows: Rows) -> None:
    """One paragraph a row: so many columns would leave a terminal a letter or two for each."""
    for row in rows:
        (_, heading), *others = row.items()
        typer.echo(_cell(heading))
        for name, value in others:
            if told := _cell(value):
                typer.echo(f"  {name}: {told}")
        typer.echo()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple | set | frozenset):
        between = "; " if any(isinstance(item, dict) for item in value) else ", "
        return between.join(_cell(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {_cell(item)}" for name, item in value.items() if _cell(item))
    return str(value)


_Languages = Annotated[
    str | None, typer.Option("--language", "--lang", help="One language, or several as in be,kk; all when missing.")
]
_Code = Annotated[str | None, typer.Option("--code", help="One reason only.")]
_Markdown = Annotated[bool, typer.Option("--markdown", help="Print the catalogue as Markdown.")]
_Page = Annotated[bool, typer.Option("--html", help="Print the catalogue as a page.")]


@app.command()
def reasons(
    language: _Languages = None,
    code: _Code = None,
    markdown: _Markdown = False,
    html: _Page = False,
    as_json: _Json = False,
) -> None:
    """Every reason that a verdict can give: severity, clause, sub-indication; sentence and next step per language."""
    from ops.service import reasoncatalogue

    found, spoken = reasoncatalogue.chosen(code), reasoncatalogue.languages(language)
    if as_json:
        for row in reasoncatalogue.rows(found, spoken):
            typer.echo(json.dumps(row, ensure_ascii=False))
        return
    write = reasoncatalogue.page if html else reasoncatalogue.markdown if markdown else reasoncatalogue.text
    for part in write(found, spoken):
        typer.echo(part, nl=not html)


_Catalogue = Annotated[str | None, typer.Option(help="A catalogue by its name, for example default or legacy.")]
_Jurisdiction = Annotated[str | None, typer.Option(help="The catalogue of this jurisdiction, for example RU.")]
_Import = Annotated[Path | None, typer.Option("--import", help="A table of ETSI TS 119 322 (JSON or XML) instead.")]
_Export = Annotated[str | None, typer.Option(help="Print the table as ts119322 (JSON) or ts119322-xml.")]


@app.command()
def algorithms(
    catalogue: _Catalogue = None,
    jurisdiction: _Jurisdiction = None,
    table: _Import = None,
    at: Annotated[str | None, typer.Option(help="For this moment, ISO 8601; now when missing.")] = None,
    identifiers: Annotated[bool, typer.Option("--identifiers", help="With OIDs, XML and JOSE identifiers.")] = False,
    export: _Export = None,
    as_json: _Json = False,
) -> None:
    """What each algorithm counts for at a moment and who says so; whether this product signs with it or only checks."""
    from ops.service.algorithmtable import chosen_policy, exported, moment, text_lines
    from policies.listing import algorithm_rows

    when = moment(at)
    policy, remarks = chosen_policy(catalogue, jurisdiction, table)
    for remark in remarks:
        typer.echo(remark, err=True)
    if export is not None:
        typer.echo(exported(policy, export, when), nl=False)
        return
    rows = algorithm_rows(policy, when)
    if as_json or identifiers:
        _show(rows, as_json)
        return
    typer.echo("\n".join((f"{policy.title} ({policy.name}), {when.isoformat(timespec='seconds')}", *text_lines(rows))))


@app.command()
def jurisdictions(lang: _Language = "en", as_json: _Json = False) -> None:
    """States and unions with their levels, law and tolerances."""
    from policies.listing import jurisdiction_rows

    _show(jurisdiction_rows(_known(lang)), as_json)


@app.command()
def instruments(as_json: _Json = False) -> None:
    """Instruments of recognition: direction, dates, scope, mechanism, and how each is known."""
    from policies.listing import instrument_rows

    _show(instrument_rows(), as_json)


@app.command(name="list")
def list_policies(as_json: _Json = False) -> None:
    """The judgement policies that are shipped."""
    from ops.service.policyrules import policy_rows

    _show(policy_rows(), as_json)


@app.command()
def rules(as_json: _Json = False) -> None:
    """Every rule that a judgement policy can weigh: clause, contexts, level without a policy, reasons."""
    from ops.service.policyrules import rule_rows

    _show(rule_rows(), as_json)


@app.command()
def explain(
    name: Annotated[str | None, typer.Argument(help="A policy, or the path of a policy file.")] = None,
    forum: Annotated[str | None, typer.Option(help="The policy of this jurisdiction (country code).")] = None,
    purpose: Annotated[str | None, typer.Option(help="With --forum: court, agency or contract.")] = None,
    context: Annotated[str | None, typer.Option(help="Only the rules of one context, such as time-stamp.")] = None,
    as_json: _Json = False,
) -> None:
    """The effective rules of a judgement policy, each with the file and line that it comes from."""
    from ops.service.policyrules import asked_policy, explained, told
    from validator.judge.rules import RuleContext

    if context is not None and context not in tuple(RuleContext):
        raise UnknownChoiceError(f"There is no context {context}.", next_step=f"Use: {', '.join(RuleContext)}.")
    rows = explained(asked_policy(name, forum, purpose), RuleContext(context) if context else None)
    for line in (json.dumps(row, ensure_ascii=False) for row in rows) if as_json else told(rows):
        typer.echo(line)


@app.command()
def check(file: Annotated[str, typer.Argument(help="A policy file (.toml).")], as_json: _Json = False) -> None:
    """Whether a policy file can be used; what is wrong is told with file and line."""
    from ops.service.policyrules import checked_file

    found = checked_file(file)
    good = {"file": file, "title": found.title, "digest": found.digest}
    typer.echo(json.dumps(good, ensure_ascii=False) if as_json else f"{file} is a good policy: {found.title}")


def _known(lang: str) -> str:
    from policies.reasons import LANGUAGES

    if lang not in LANGUAGES:
        raise UnknownChoiceError(f"There is no language {lang}.", next_step=f"Use: {', '.join(LANGUAGES)}.")
    return lang
