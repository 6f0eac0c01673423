"""Reads the jurisdiction files of this package, each once, and refuses one that is incomplete or contradicts itself."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType

from policies.algorithms import policy_names
from policies.errors import TrustspaceError
from policies.jurisdictions.model import (
    IdentifierRule,
    Jurisdiction,
    JurisdictionKind,
    LegalText,
    Legislation,
    Leniency,
    LevelProof,
    LevelRule,
    ProfileFact,
)
from policies.tables import Row, checked, optional_instant
from policies.vocabulary import Mark, SignatureLevel


class UnknownJurisdictionError(TrustspaceError):
    """A jurisdiction without a file was asked for."""

    code = "TS-JURISDICTION-UNKNOWN"
    next_step = "Choose one of the codes that `trustspace policy jurisdictions` lists."
    exit_status = 2
    http_status = 422


_KNOWN_BY = ("mark", "source")


@cache
def jurisdictions() -> Mapping[str, Jurisdiction]:
    """All jurisdictions and profiles by code. Raises ValueError when a file is wrong (a fault of the package)."""
    found = {}
    for entry in sorted(files("policies.jurisdictions").iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            jurisdiction = jurisdiction_from_toml(entry.read_text(encoding="utf-8"))
            found[jurisdiction.code] = jurisdiction
    return MappingProxyType(found)


def load_jurisdiction(code: str) -> Jurisdiction:
    """The jurisdiction or profile with this code, the same object each time. Raises UnknownJurisdictionError."""
    try:
        return jurisdictions()[code]
    except KeyError:
        raise UnknownJurisdictionError(f"There is no jurisdiction with the code {code!r}.") from None


@cache
def unions_of(code: str) -> frozenset[str]:
    """The codes of the unions that a state is a member of. A hub does not count: naming it means its own body."""
    return frozenset(
        other.code
        for other in jurisdictions().values()
        if other.kind is JurisdictionKind.UNION and code in other.members
    )


def jurisdiction_from_toml(text: str) -> Jurisdiction:
    """A jurisdiction from the text of its file. Raises ValueError."""
    row = checked(
        tomllib.loads(text),
        ("code", "kind", "names", "algorithm_policy"),
        ("members", "domestic_basis", "revocation_freshness_seconds", "legal", "level", "identifier", "fact",
         "leniency"),
    )  # fmt: skip
    built = Jurisdiction(
        code=row["code"],
        kind=JurisdictionKind(row["kind"]),
        names=MappingProxyType(dict(row["names"])),
        members=frozenset(row.get("members", ())),
        legal_texts=tuple(_legal(item) for item in row.get("legal", ())),
        domestic_basis=row.get("domestic_basis"),
        levels=tuple(_level(item) for item in row.get("level", ())),
        identifiers=tuple(_identifier(item) for item in row.get("identifier", ())),
        facts=tuple(_fact(item) for item in row.get("fact", ())),
        leniencies=tuple(_leniency(item) for item in row.get("leniency", ())),
        revocation_freshness_seconds=row.get("revocation_freshness_seconds"),
        algorithm_policy=row["algorithm_policy"],
        digest=sha256(text.encode("utf-8")).hexdigest(),
    )
    _check(built)
    return built


def _check(built: Jurisdiction) -> None:
    if built.algorithm_policy not in policy_names():
        raise ValueError(f"{built.code}: no algorithm policy {built.algorithm_policy}")
    known = [text.id for text in built.legal_texts]
    if len(known) != len(set(known)):
        raise ValueError(f"{built.code}: an act is listed twice")
    used = {rule.legal_text for rule in built.levels} | ({built.domestic_basis} if built.domestic_basis else set())
    if used - set(known):
        raise ValueError(f"{built.code}: no act {sorted(used - set(known))}")
    if built.kind is not JurisdictionKind.PROFILE and "en" not in built.names:
        raise ValueError(f"{built.code}: no English name")


def _legal(row: Row) -> LegalText:
    checked(row, ("id", "citation", "title", *_KNOWN_BY), ("article", "in_force_from"))
    return LegalText(
        id=row["id"],
        citation=row["citation"],
        title=row["title"],
        article=row.get("article", ""),
        in_force_from=optional_instant(row.get("in_force_from")),
        mark=Mark(row["mark"]),
        source=row["source"],
    )


def _level(row: Row) -> LevelRule:
    checked(row, ("name", "level", "proofs", "legal_text", *_KNOWN_BY))
    return LevelRule(
        name=row["name"],
        level=SignatureLevel(row["level"]),
        proofs=tuple(_proof(item) for item in row["proofs"]),
        legal_text=row["legal_text"],
        mark=Mark(row["mark"]),
        source=row["source"],
    )


def _proof(row: Row) -> LevelProof:
    checked(row, (), ("policies", "qc_statements", "extended_key_usages", "legislation"))
    proof = LevelProof(
        policies=frozenset(row.get("policies", ())),
        qc_statements=frozenset(row.get("qc_statements", ())),
        extended_key_usages=frozenset(row.get("extended_key_usages", ())),
        legislation=Legislation(row.get("legislation", "any")),
    )
    if not (proof.policies or proof.qc_statements or proof.extended_key_usages):
        raise ValueError("a proof that proves nothing")
    return proof


def _identifier(row: Row) -> IdentifierRule:
    checked(row, ("name", "holder", "attribute", "place", "pattern", *_KNOWN_BY))
    if row["holder"] not in ("natural", "trader", "legal") or row["place"] not in ("subject", "extension"):
        raise ValueError(f"identifier {row['name']}")
    if "id" not in re.compile(row["pattern"]).groupindex:
        raise ValueError(f"the pattern of {row['name']} has no group id")
    return IdentifierRule(**{**row, "mark": Mark(row["mark"])})


def _fact(row: Row) -> ProfileFact:
    checked(row, ("name", "text", *_KNOWN_BY))
    return ProfileFact(**{**row, "mark": Mark(row["mark"])})


def _leniency(row: Row) -> Leniency:
    checked(row, ("name", "description", *_KNOWN_BY))
    return Leniency(**{**row, "mark": Mark(row["mark"])})
