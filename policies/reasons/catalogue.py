"""Reads the definitions of all reasons from the package's own data, once."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from policies.reasons.model import Reason
from policies.tables import Row, checked
from policies.vocabulary import Severity, SubIndication


@dataclass(frozen=True, slots=True)
class ReasonDefinition:
    """What is fixed about a reason code, in no language.

    `clause` names the standard's clause; `sub_indication` is the EN 319 102-1 value the reason leads to when it
    decides a verdict (None when it never decides one); `params` are the names its sentence may use.
    """

    code: str
    area: str
    severity: Severity
    clause: str
    sub_indication: SubIndication | None
    params: tuple[str, ...]


@cache
def catalogue() -> Mapping[str, ReasonDefinition]:
    """All definitions by code. Raises ValueError on a code defined twice."""
    folder = files("policies.reasons").joinpath("definitions")
    entries = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    return read_definitions((item.name.removesuffix(".toml"), item.read_text(encoding="utf-8")) for item in entries)


def read_definitions(areas: Iterable[tuple[str, str]]) -> Mapping[str, ReasonDefinition]:
    """The definitions in (area, TOML text) pairs. Raises ValueError on a code defined twice or an unknown key."""
    found: dict[str, ReasonDefinition] = {}
    for area, text in areas:
        for code, row in tomllib.loads(text).items():
            if code in found:
                raise ValueError(f"reason {code} is defined in {found[code].area} and in {area}")
            found[code] = _definition(area, code, row)
    return MappingProxyType(found)


def _definition(area: str, code: str, row: Row) -> ReasonDefinition:
    checked(row, ("severity", "clause"), ("sub_indication", "params"))
    sub = row.get("sub_indication")
    return ReasonDefinition(
        code=code,
        area=area,
        severity=Severity(row["severity"]),
        clause=row["clause"],
        sub_indication=SubIndication(sub) if sub else None,
        params=tuple(row.get("params", ())),
    )


def definition(code: str) -> ReasonDefinition:
    """The definition of one code; KeyError when there is none."""
    return catalogue()[code]


def severity(reason: Reason) -> Severity:
    """How much a reason weighs: as the policy says where it speaks, else as the definition does."""
    return reason.severity or definition(reason.code).severity
