"""Reads the definitions of all rules from the package's own data (`definitions/*.toml`), once.

A definition whose id holds `*` is about a certificate of the path and stands for two rules: one for the signing
certificate, one for the CA certificates above it (the trust anchor aside).
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from policies.tables import Row, checked
from policies.vocabulary import SubIndication
from validator.judge.rules.lines import lines_of
from validator.judge.rules.model import Kind, Level, Origin, Parameter, Position, Rule, RuleContext, Setting, Value

_REQUIRED = ("title", "clause", "contexts", "default")
_OPTIONAL = ("check", "mandatory", "sub_indication", "reasons", "parameters", "excludes")


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by id, in the order of the definitions. Raises ValueError on a definition that is not whole."""
    folder = files("validator.judge.rules").joinpath("definitions")
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".toml"))
    return read_rules((f"rules/{name}", folder.joinpath(name).read_text(encoding="utf-8")) for name in names)


def read_rules(sources: Iterable[tuple[str, str]]) -> Mapping[str, Rule]:
    """The rules in (file name, TOML text) pairs. Raises ValueError on an id defined twice or an unknown member."""
    found: dict[str, Rule] = {}
    for file, text in sources:
        lines = lines_of(text)
        for identifier, row in tomllib.loads(text).items():
            for rule in _rules(identifier, row, Origin(file=file, line=lines[(identifier,)])):
                if rule.id in found:
                    raise ValueError(f"rule {rule.id} is defined twice")
                found[rule.id] = rule
    return MappingProxyType(found)


def _rules(identifier: str, row: Row, origin: Origin) -> Iterable[Rule]:
    checked(row, _REQUIRED, _OPTIONAL)
    if "*" not in identifier:
        yield _rule(identifier, row, None, origin)
        return
    for position in Position:
        if isinstance(row["default"], str) or position in row["default"]:
            yield _rule(identifier.replace("*", position), row, position, origin)


def _rule(identifier: str, row: Row, position: Position | None, origin: Origin) -> Rule:
    sub = row.get("sub_indication")
    parameters = tuple(_parameter(name, item) for name, item in sorted(row.get("parameters", {}).items()))
    contexts = tuple(RuleContext(item) for item in row["contexts"])
    excludes = row.get("excludes")
    return Rule(
        id=identifier,
        block=identifier.partition(".")[0],
        title=row["title"],
        clause=row["clause"],
        contexts=contexts,
        position=position,
        check=row.get("check"),
        mandatory=row.get("mandatory", False),
        sub_indication=SubIndication(sub) if sub else None,
        reasons=tuple(row.get("reasons", ())),
        parameters=parameters,
        defaults=MappingProxyType(
            {item: _default(row["default"], item, position, parameters, origin) for item in contexts}
        ),
        excludes=excludes.replace("*", position) if excludes and position else excludes,
    )


def _parameter(name: str, row: Row) -> Parameter:
    checked(row, ("kind",), ("default",))
    default = row.get("default")
    return Parameter(name=name, kind=Kind(row["kind"]), default=None if default is None else value(default))


# Three centuries in seconds: longer than any signature is kept, shorter than what a calendar can count.
MAX_NUMBER = 10_000_000_000


def value(written: Any) -> Value:
    """A parameter as TOML has it: a list of texts or a whole number. Raises ValueError on anything else."""
    if isinstance(written, list) and all(isinstance(item, str) for item in written):
        return tuple(written)
    if isinstance(written, int) and not isinstance(written, bool) and 0 <= written <= MAX_NUMBER:
        return written
    raise ValueError(f"a list of texts or a whole number up to {MAX_NUMBER} is wanted")


def _default(
    written: Any, context: RuleContext, position: Position | None, parameters: tuple[Parameter, ...], origin: Origin
) -> Setting:
    """`default` is one level, or a table by context or by certificate; one by certificate may hold one by context."""
    while not isinstance(written, str):
        key = position if position in written else context if context in written else "other"
        written = written[key]
        position = None
    given = tuple((item.name, item.default) for item in parameters if item.default is not None)
    return Setting(level=Level(written), parameters=given, origin=origin)
