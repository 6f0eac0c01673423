"""Reads one policy file strictly: every member known, every value of its type, every refusal with its line.

title = "…"                      plain members (see MEMBERS), a value or { value = …, source = "…" }
extends = "default"
[every]                          settings for every context of a rule
"SAV.signing-time" = "fail"      a level, or { level = "…", parameter = …, source = "…" }
[time-stamp]                     settings for one context; it wins over [every] of the same file
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from validator.errors import PolicyRefusedError
from validator.judge.rules.catalogue import MAX_NUMBER, rules, value
from validator.judge.rules.lines import lines_of
from validator.judge.rules.model import Kind, Level, Origin, Rule, RuleContext, Value

MAX_CHARACTERS = 256 * 1024
EVERY = "every"
MEMBERS: Mapping[str, type | tuple[str, ...]] = {
    "title": str,
    "extends": str,
    "purpose": ("court", "agency", "contract"),
    "jurisdiction": str,
    "algorithm_policy": str,
    "algorithm_update": datetime,
    "level_after_update": ("fail", "warn", "inform", "ignore"),
    "revocation": ("require", "if-declared", "none"),
    "freshness_seconds": int,
    "initial_policies": list,
    "clock_skew_seconds": int,
    "timestamp_status": ("now", "gen-time"),
    "signature_model": ("shell", "chain", "hybrid"),
}
_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A plain member as it was written."""

    value: Any
    origin: Origin
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One setting as it was written; `level` None where only parameters are given. Contexts as they apply."""

    rule: Rule
    contexts: tuple[RuleContext, ...]
    level: Level | None
    parameters: tuple[tuple[str, Value], ...]
    origin: Origin
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """One file, read but not yet merged with what it extends. Entries for every context come first."""

    file: str
    members: Mapping[str, Member]
    entries: tuple[Entry, ...]


def read_policy_file(file: str, text: str) -> PolicyFile:
    """The content of a policy file. Raises PolicyRefusedError with file and line."""
    if len(text) > MAX_CHARACTERS:
        raise PolicyRefusedError(f"{file}: the file is longer than {MAX_CHARACTERS} characters.")
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        line = _LINE.search(str(fault))
        where = line.group(1) if line else max(1, len(text.splitlines()))
        raise PolicyRefusedError(f"{file}:{where}: this is not TOML ({_LINE.sub('', str(fault)).strip()}).") from fault
    places = _Places(file, lines_of(text))
    sections = {EVERY, *RuleContext}
    members = {name: _member(name, row, places) for name, row in table.items() if name not in sections}
    order = sorted(sections & table.keys(), key=lambda name: name != EVERY)
    entries = tuple(entry for section in order for entry in _entries(section, table[section], places))
    return PolicyFile(file=file, members=members, entries=entries)


@dataclass(frozen=True, slots=True)
class _Places:
    """Lines of one file, and refusals that name them."""

    file: str
    lines: Mapping[tuple[str, ...], int]

    def origin(self, *path: str) -> Origin:
        return Origin(file=self.file, line=self.lines.get(path, self.lines.get(path[:1], 1)))

    def refuse(self, sentence: str, *path: str) -> PolicyRefusedError:
        return PolicyRefusedError(f"{self.origin(*path)}: {sentence}")


def _member(name: str, row: Any, places: _Places) -> Member:
    if name not in MEMBERS:
        known = ", ".join((*MEMBERS, EVERY, *RuleContext))
        raise places.refuse(f"there is no member {name!r}; there are: {known}.", name)
    written, source = (row, "")
    if isinstance(row, dict):
        if row.keys() - {"value", "source"} or "value" not in row or not isinstance(row.get("source", ""), str):
            raise places.refuse(f"{name} is a value, or a table with value and source.", name)
        written, source = row["value"], row.get("source", "")
    wanted = MEMBERS[name]
    if isinstance(wanted, tuple):
        if written not in wanted:
            raise places.refuse(f"{name} is one of: {', '.join(wanted)}.", name)
    elif not _is(written, wanted):
        raise places.refuse(f"{name} is {_WORDS[wanted]}.", name)
    return Member(value=written, origin=places.origin(name), source=source)


_WORDS = {
    datetime: "a date and time with offset",
    str: "a text",
    int: f"a whole number from 0 to {MAX_NUMBER}",
    list: "a list of texts",
}


def _is(written: Any, wanted: type) -> bool:
    if wanted is int:
        return type(written) is int and 0 <= written <= MAX_NUMBER
    if wanted is list:
        return isinstance(written, list) and all(isinstance(item, str) for item in written)
    if wanted is datetime:
        return isinstance(written, datetime) and written.tzinfo is not None and _in_calendar(written)
    return isinstance(written, wanted) and bool(written)


def _in_calendar(written: datetime) -> bool:
    try:
        written.astimezone(UTC)
    except OverflowError:
        return False
    return True


def _entries(section: str, table: Any, places: _Places) -> Iterable[Entry]:
    if not isinstance(table, dict):
        raise places.refuse(f"[{section}] is a table of rules.", section)
    for name, row in table.items():
        rule = rules().get(name)
        if rule is None:
            raise places.refuse(f"there is no rule {name!r}; `trustspace policy rules` lists them.", section, name)
        if section != EVERY and section not in rule.contexts:
            contexts = ", ".join(rule.contexts)
            raise places.refuse(f"the rule {name} is not evaluated for {section}, only for: {contexts}.", section, name)
        yield _entry(rule, section, row, places)


def _entry(rule: Rule, section: str, row: Any, places: _Places) -> Entry:
    table = row if isinstance(row, dict) else {"level": row}
    level, source = table.get("level"), table.get("source", "")
    if not isinstance(source, str):
        raise places.refuse("source is a text.", section, rule.id)
    if level is not None and level not in tuple(Level):
        raise places.refuse(f"{level!r} is no level; there are: {', '.join(Level)}.", section, rule.id)
    given = tuple(
        _parameter(rule, name, item, section, places)
        for name, item in sorted(table.items())
        if name not in ("level", "source")
    )
    if rule.mandatory and level not in (None, Level.FAIL):
        raise places.refuse(f"the standard leaves no choice about {rule.id} ({rule.clause}).", section, rule.id)
    if level == Level.IGNORE and given:
        raise places.refuse(f"{rule.id} is ignored and has parameters all the same.", section, rule.id)
    if level is None and not given:
        raise places.refuse(f"{rule.id} has neither level nor parameter.", section, rule.id)
    contexts = rule.contexts if section == EVERY else (RuleContext(section),)
    return Entry(
        rule=rule,
        contexts=contexts,
        level=None if level is None else Level(level),
        parameters=given,
        origin=places.origin(section, rule.id),
        source=source,
    )


def _parameter(rule: Rule, name: str, written: Any, section: str, places: _Places) -> tuple[str, Value]:
    known = rule.parameter(name)
    if known is None:
        names = ", ".join(item.name for item in rule.parameters) or "none"
        raise places.refuse(f"{rule.id} has no parameter {name!r}; it has: {names}.", section, rule.id)
    try:
        found = value(written)
    except ValueError as fault:
        raise places.refuse(f"the parameter {name} of {rule.id} is wrong: {fault}.", section, rule.id) from fault
    if isinstance(found, tuple) is not (known.kind is Kind.TEXTS):
        wanted = "a list of texts" if known.kind is Kind.TEXTS else "a whole number"
        raise places.refuse(f"the parameter {name} of {rule.id} is {wanted}.", section, rule.id)
    return name, found
