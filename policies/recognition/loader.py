"""Reads the instruments of this package and adds each jurisdiction's own law as the instrument that always exists."""

import tomllib
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType

from policies.jurisdictions import Jurisdiction, JurisdictionKind, jurisdictions
from policies.recognition.model import ANYWHERE, Exclusion, Instrument, InstrumentKind, Mechanism, Period
from policies.tables import Row, checked, instant, optional_instant
from policies.vocabulary import DocumentKind, Mark, PartyKind, SignatureLevel

_REQUIRED = ("id", "kind", "title", "citation", "article", "homes", "forums", "in_force", "mechanisms", "levels",
             "mark", "dates_mark", "source")  # fmt: skip
_OPTIONAL = ("suspended", "keeps_effect", "signers", "relying", "documents", "exclusions", "note")


@cache
def instruments() -> tuple[Instrument, ...]:
    """All instruments: domestic laws, real acts, model space, each in order of id. Raises ValueError on a fault."""
    found = sorted((*_domestic(), *_from_files()), key=_order)
    if len({item.id for item in found}) != len(found):
        raise ValueError("an instrument is listed twice")
    return tuple(found)


@cache
def instruments_digest() -> str:
    """SHA-256 over the instrument and jurisdiction files, hexadecimal: pins the law that an answer was given under."""
    hashed = sha256()
    for entry in _files():
        hashed.update(sha256(entry[1].encode("utf-8")).digest())
    for code in sorted(jurisdictions()):
        hashed.update(bytes.fromhex(jurisdictions()[code].digest))
    return hashed.hexdigest()


def instruments_from_toml(text: str) -> tuple[Instrument, ...]:
    """The instruments in the text of one file. Raises ValueError."""
    table = checked(tomllib.loads(text), ("instrument",))
    return tuple(_instrument(row) for row in table["instrument"])


def _order(item: Instrument) -> tuple[bool, bool, str]:
    """Of two that give the same level the first is cited: domestic law, then real acts, then the model space."""
    return item.kind is not InstrumentKind.DOMESTIC_LAW, item.mark is Mark.ILLUSTRATIVE, item.id


def _files() -> list[tuple[str, str]]:
    entries = sorted(files("policies.recognition").iterdir(), key=lambda item: item.name)
    return [(item.name, item.read_text(encoding="utf-8")) for item in entries if item.name.endswith(".toml")]


def _from_files() -> list[Instrument]:
    return [item for _, text in _files() for item in instruments_from_toml(text)]


def _instrument(row: Row) -> Instrument:
    checked(row, _REQUIRED, _OPTIONAL)
    built = Instrument(
        id=row["id"],
        kind=InstrumentKind(row["kind"]),
        title=row["title"],
        citation=row["citation"],
        article=row["article"],
        homes=frozenset(row["homes"]),
        forums=frozenset(row["forums"]),
        in_force=tuple(_period(item) for item in row["in_force"]),
        suspended=tuple(_period(item) for item in row.get("suspended", ())),
        keeps_effect=row.get("keeps_effect", False),
        signers=_parties(row, "signers"),
        relying=_parties(row, "relying"),
        documents=_documents(row),
        exclusions=tuple(_exclusion(item) for item in row.get("exclusions", ())),
        mechanisms=tuple(frozenset(Mechanism(name) for name in names) for names in row["mechanisms"]),
        levels=_levels(row["levels"]),
        mark=Mark(row["mark"]),
        dates_mark=Mark(row["dates_mark"]),
        source=row["source"],
        note=row.get("note", ""),
    )
    _check(built)
    return built


def _check(built: Instrument) -> None:
    unknown = (built.homes | built.forums) - set(jurisdictions()) - {ANYWHERE}
    if unknown or ANYWHERE in built.forums:
        raise ValueError(f"{built.id}: unknown jurisdictions {sorted(unknown)}")
    if not built.mechanisms or not all(built.mechanisms):
        raise ValueError(f"{built.id}: no mechanism")
    if built.kind is InstrumentKind.MODEL and built.mark is not Mark.ILLUSTRATIVE:
        raise ValueError(f"{built.id}: an instrument of the model space must say that it is illustrative")


def _period(row: Row) -> Period:
    checked(row, ("from",), ("until",))
    period = Period(instant(row["from"]), optional_instant(row.get("until")))
    if period.end is not None and period.end <= period.start:
        raise ValueError(f"a period that ends before it begins: {row}")
    return period


def _parties(row: Row, key: str) -> frozenset[PartyKind]:
    return frozenset(PartyKind(name) for name in row.get(key, ()))


def _documents(row: Row) -> frozenset[DocumentKind]:
    return frozenset(DocumentKind(name) for name in row.get("documents", ()))


def _exclusion(row: Row) -> Exclusion:
    checked(row, ("article", "text"), ("signers", "relying", "documents"))
    if not (row.get("signers") or row.get("relying") or row.get("documents")):
        raise ValueError("an exclusion that excludes everything")
    return Exclusion(
        signers=_parties(row, "signers"),
        relying=_parties(row, "relying"),
        documents=_documents(row),
        article=row["article"],
        text=row["text"],
    )


def _levels(row: Mapping[str, str]) -> Mapping[SignatureLevel, SignatureLevel]:
    return MappingProxyType({SignatureLevel(home): SignatureLevel(forum) for home, forum in row.items()})


def _domestic() -> list[Instrument]:
    """Home is forum: recognition is the domestic law's own matter, at the level at home."""
    return [
        _domestic_instrument(item, item.domestic_basis)
        for item in jurisdictions().values()
        if item.kind is not JurisdictionKind.PROFILE and item.domestic_basis is not None
    ]


def _domestic_instrument(jurisdiction: Jurisdiction, basis: str) -> Instrument:
    text = jurisdiction.legal_text(basis)
    code = frozenset({jurisdiction.code})
    start = text.in_force_from
    return Instrument(
        id=f"domestic-{jurisdiction.code.lower()}",
        kind=InstrumentKind.DOMESTIC_LAW,
        title=text.title,
        citation=text.citation,
        article=text.article,
        homes=code,
        forums=code,
        in_force=() if start is None else (Period(start),),
        mechanisms=(frozenset({Mechanism.DOMESTIC}),),
        levels=MappingProxyType({level: level for level in SignatureLevel}),
        mark=text.mark,
        dates_mark=text.mark,
        source=text.source,
    )
