"""Reads the definitions of all reasons from the package's own data, once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

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
    found: dict[str, ReasonDefinition] = {}
    for entry in sorted(files("policies.reasons").joinpath("definitions").iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".toml"):
            continue
        area = entry.name.removesuffix(".toml")
        for code, row in tomllib.loads(entry.read_text(encoding="utf-8")).items():
            if code in found:
                raise ValueError(f"reason {code} is defined in {found[code].area} and in {area}")
            sub = row.get("sub_indication")
            found[code] = ReasonDefinition(
                code=code,
                area=area,
                severity=Severity(row["severity"]),
                clause=row["clause"],
                sub_indication=SubIndication(sub) if sub else None,
                params=tuple(row.get("params", ())),
            )
    return MappingProxyType(found)


def definition(code: str) -> ReasonDefinition:
    """The definition of one code; KeyError when there is none."""
    return catalogue()[code]
