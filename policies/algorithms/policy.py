"""Loads the dated catalogues of algorithms (`catalogues/*.toml`), each date with its source.

A catalogue may extend another one: what it lists about an algorithm replaces everything that the base says about that
algorithm, an empty list strikes it out, and the rest stands as in the base. A state's file therefore holds only what
its own law says; a foreign algorithm that it does not name is judged as the base judges it.
"""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from policies.algorithms.model import AlgorithmPolicy, CatalogueRow, policy_of_rows
from policies.errors import TrustspaceError

PURPOSES = ("digest", "signature")
_TOP = frozenset(("title", "extends", *PURPOSES))
_ROW = frozenset(("bits", "until", "source", "deprecated", "recognised_until", "recognised_source"))

Lines = dict[tuple[str, str], tuple[CatalogueRow, ...]]


class UnknownPolicyError(TrustspaceError):
    """A catalogue of algorithms that does not exist was asked for."""

    code = "TS-POLICY-UNKNOWN"
    next_step = "Choose one of the names that `trustspace policy algorithms` lists."
    exit_status = 2
    http_status = 422


@cache
def policy_names() -> tuple[str, ...]:
    """The names of all catalogues, sorted."""
    folder = files("policies.algorithms").joinpath("catalogues")
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))


@cache
def load_policy(name: str) -> AlgorithmPolicy:
    """The catalogue `name`, the same object each time. Raises UnknownPolicyError."""
    if name not in policy_names():
        raise UnknownPolicyError(f"There is no algorithm policy named {name!r}.")
    return policy_from_toml(name, _text(name))


def policy_from_toml(name: str, text: str) -> AlgorithmPolicy:
    """A catalogue from its text and those that it extends. Raises ValueError when a row is incomplete, unordered or
    undated by a source, or when the extended catalogue does not exist or extends this one."""
    title, lines = _read(name, text, ())
    return policy_of_rows(name, title, lines)


def _text(name: str) -> str:
    return files("policies.algorithms").joinpath("catalogues").joinpath(f"{name}.toml").read_text(encoding="utf-8")


def _read(name: str, text: str, above: tuple[str, ...]) -> tuple[str, Lines]:
    table = tomllib.loads(text)
    if set(table) - _TOP:
        raise ValueError(f"{name}: unknown members {sorted(set(table) - _TOP)}")
    base = table.get("extends")
    if base is not None and (base in above or base == name or base not in policy_names()):
        raise ValueError(f"{name}: cannot extend {base!r}")
    lines: Lines = {} if base is None else dict(_read(base, _text(base), (*above, name))[1])
    for purpose in PURPOSES:
        for algorithm, rows in table.get(purpose, {}).items():
            lines[purpose, algorithm] = tuple(_row(row, name) for row in rows)
    return str(table.get("title", name)), {key: rows for key, rows in lines.items() if rows}


def _row(row: Mapping[str, Any], name: str) -> CatalogueRow:
    if set(row) - _ROW or not row.get("source"):
        raise ValueError(f"{name}: unexpected row {row}")
    if ("recognised_until" in row) != bool(row.get("recognised_source")):
        raise ValueError(f"{name}: a recognition beyond the end needs its own date and source: {row}")
    return CatalogueRow(
        bits=row["bits"],
        until=_moment(row.get("until")),
        source=row["source"],
        deprecated=_moment(row.get("deprecated")),
        recognised_until=_moment(row.get("recognised_until")),
        recognised_source=row.get("recognised_source", ""),
        catalogue=name,
    )


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError(f"a date and time with an offset is needed, not {value!r}")
    return value.astimezone(UTC)
