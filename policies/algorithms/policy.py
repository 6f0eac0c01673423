"""Loads the dated catalogues of algorithms (`catalogues/*.toml`), each date with its source."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from policies.algorithms.model import AlgorithmPolicy
from policies.errors import TrustspaceError


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
    text = files("policies.algorithms").joinpath("catalogues").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return policy_from_toml(name, text)


def policy_from_toml(name: str, text: str) -> AlgorithmPolicy:
    """A catalogue from its text. Raises ValueError when a row is incomplete, unordered or undated by a source."""
    entries: dict[tuple[str, str], tuple[tuple[int, datetime | None], ...]] = {}
    sources: dict[tuple[str, str, int], str] = {}
    table = tomllib.loads(text)
    fingerprint = sha256(text.encode("utf-8")).hexdigest()
    for purpose in ("digest", "signature"):
        for algorithm, rows in table.get(purpose, {}).items():
            entries[purpose, algorithm] = tuple(_row(row) for row in rows)
            sources |= {(purpose, algorithm, row["bits"]): row["source"] for row in rows}
            minima = [row["bits"] for row in rows]
            if minima != sorted(set(minima)):
                raise ValueError(f"{name}: rows of {algorithm} are not ascending by bits")
    return AlgorithmPolicy(name, MappingProxyType(entries), MappingProxyType(sources), fingerprint)


def _row(row: Mapping[str, Any]) -> tuple[int, datetime | None]:
    if set(row) - {"bits", "until", "source"} or not row["source"]:
        raise ValueError(f"unexpected row {row}")
    until = row.get("until")
    if until is not None and not isinstance(until, datetime):
        raise ValueError(f"until must be a date and time: {row}")
    return row["bits"], None if until is None else until.astimezone(UTC)
