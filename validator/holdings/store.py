"""Keeps Evidences and gives them back: durable when `keep` returns, read in order of identity without loading them all.

Octets that many Evidences share (an issuer's certificate, a list) are stored once. What is read back is held to its
hash, so that a damaged or edited store is noticed and never judged.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from ops.platform.database import Database
from validator.errors import EvidenceError
from validator.evidence import Evidence, digest, encode, read_evidence
from validator.evidence.bundle import checked
from validator.evidence.codec import read_json, remember_digest
from validator.holdings.models import HeldEvidenceRow, HeldOctetsRow
from validator.holdings.outcome import Outcome, read_outcome

_TABLES: tuple[Table, ...] = (
    SQLModel.metadata.tables[str(HeldOctetsRow.__tablename__)],
    SQLModel.metadata.tables[str(HeldEvidenceRow.__tablename__)],
)
_OCTETS, _EVIDENCE = _TABLES
_READ = tuple(_EVIDENCE.c[name] for name in ("identity", "name", "facts", "outcome"))
_PAGE = 400
# So many are parsed at a time: few enough to stay in the processor's cache, enough to read their octets together.
_CHUNK = 20
_AT_ONCE = 5_000
_SMALL = 64 * 1024
_KEPT_OCTETS = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One kept Evidence with the name of its file and the outcome that was kept with it."""

    name: str
    evidence: Evidence
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """What stands under an identity in the store and is not what was kept there."""

    identity: str
    name: str
    fault: str


def open_holdings(place: str) -> "Holdings":
    """The holdings in a file of their own (a path; created when it is not there) or in an installation's database (an
    address with `://`). Raises the errors of `Database`."""
    if "://" in place:
        return Holdings(Database(place))
    database = Database(f"sqlite:///{Path(place).resolve()}")
    with database.connect_for_write() as connection:
        SQLModel.metadata.create_all(connection, tables=list(_TABLES))
    return Holdings(database)


class Holdings:
    """Evidences in one database; may be shared between threads, not across a fork."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._octets = _Octets(database)

    def close(self) -> None:
        """Close every idle connection."""
        self._database.close()

    def keep(self, held: Iterable[Held], at: datetime) -> None:
        """Store Evidences with their outcomes in one transaction; `at` is the moment of keeping. An Evidence that is
        there already gets the newer outcome."""
        stored: set[str] = set()
        with self._database.write() as session:
            for item in held:
                self._keep(session, item, at, stored)

    def _keep(self, session: Session, held: Held, at: datetime, stored: set[str]) -> None:
        """`stored` are the names of the octets that this transaction has stored already."""
        for item in held.evidence.objects:
            if item.sha256 not in stored:
                stored.add(item.sha256)
                self._insert(session, _OCTETS, {"sha256": item.sha256, "octets": item.der}, replaced=())
        row = {
            "identity": digest(held.evidence),
            "name": held.name,
            "kept_at": at,
            "facts": encode(held.evidence),
            "outcome": encode(held.outcome).decode(),
        }
        self._insert(session, _EVIDENCE, row, replaced=("name", "kept_at", "outcome"))

    def _insert(self, session: Session, table: Table, row: dict[str, Any], replaced: tuple[str, ...]) -> None:
        dialect = postgresql if self._database.is_postgresql else sqlite
        statement = dialect.insert(table).values(**row)
        key = [column.name for column in table.primary_key]
        if replaced:
            changed = {name: row[name] for name in replaced}
            session.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))
        else:
            session.execute(statement.on_conflict_do_nothing(index_elements=key))

    def count(self) -> int:
        """How many Evidences are kept."""
        with self._database.read() as session:
            return int(session.execute(select(func.count()).select_from(_EVIDENCE)).scalar_one())

    def boundaries(self, size: int) -> Iterator[tuple[str, str | None]]:
        """Cuts the identities into ranges of `size`: (first, first of the next range or None), for parallel work."""
        with self._database.read() as session:
            names = session.execute(select(_EVIDENCE.c.identity).order_by(_EVIDENCE.c.identity)).scalars()
            starts = [name for at, name in enumerate(names) if at % size == 0]
        return iter(zip(starts, [*starts[1:], None], strict=True))

    def read(self, first: str = "", end: str | None = None) -> Iterator[Held | Damaged]:
        """Every kept Evidence from the identity `first` up to but without `end`, in order of identity; one that does
        not hold what its hashes say comes as Damaged."""
        after: str | None = None
        while rows := self._page(first, after, end):
            yield from self._held(rows)
            after = rows[-1].identity

    def find(self, identity: str) -> Held | Damaged | None:
        """The Evidence of that identity, None when there is none."""
        with self._database.read() as session:
            rows = session.execute(select(*_READ).where(_EVIDENCE.c.identity == identity)).all()
        return next(self._held(rows), None)

    def _page(self, first: str, after: str | None, end: str | None) -> Sequence[Any]:
        wanted = select(*_READ).order_by(_EVIDENCE.c.identity).limit(_PAGE)
        wanted = wanted.where(_EVIDENCE.c.identity >= first if after is None else _EVIDENCE.c.identity > after)
        if end is not None:
            wanted = wanted.where(_EVIDENCE.c.identity < end)
        with self._database.read() as session:
            return session.execute(wanted).all()

    def _held(self, rows: Sequence[Any]) -> Iterator[Held | Damaged]:
        for at in range(0, len(rows), _CHUNK):
            yield from self._chunk(rows[at : at + _CHUNK])

    def _chunk(self, rows: Sequence[Any]) -> Iterator[Held | Damaged]:
        facts = [_facts(row) for row in rows]
        self._octets.load({name for item in facts for name in _named(item)})
        for row, item in zip(rows, facts, strict=True):
            try:
                if item is None:
                    raise EvidenceError("The facts are not those that were kept.")
                evidence = read_evidence(item, self._octets.of)
                remember_digest(evidence, row.identity)
                yield Held(name=row.name, evidence=evidence, outcome=read_outcome(row.outcome))
            except EvidenceError as fault:
                yield Damaged(identity=row.identity, name=row.name, fault=str(fault))


class _Octets:
    """Octets by their SHA-256: small ones are read many at once and the latest of them kept, so that what Evidences
    share is read once; large ones are read when they are asked for and not kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def load(self, names: set[str]) -> None:
        """Read those that are not at hand yet."""
        missing = [name for name in names if name not in self._kept]
        for at in range(0, len(missing), _AT_ONCE):
            wanted = select(_OCTETS).where(_OCTETS.c.sha256.in_(missing[at : at + _AT_ONCE]))
            with self._database.read() as session:
                for row in session.execute(wanted.where(func.length(_OCTETS.c.octets) <= _SMALL)):
                    self._keep(row.sha256, bytes(row.octets))

    def _keep(self, name: str, octets: bytes) -> None:
        if hashlib.sha256(octets).hexdigest() != name:
            return
        self._kept[name] = octets
        self._size += len(octets)
        while self._size > _KEPT_OCTETS:
            self._size -= len(self._kept.popitem(last=False)[1])

    def of(self, sha256: str) -> bytes:
        """The octets of that name. Raises KeyError when there are none, ValueError when they were changed."""
        known = self._kept.get(sha256)
        if known is not None:
            self._kept.move_to_end(sha256)
            return known
        with self._database.read() as session:
            found = session.execute(select(_OCTETS.c.octets).where(_OCTETS.c.sha256 == sha256)).scalar_one_or_none()
        if found is None:
            raise KeyError(sha256)
        return checked(sha256, bytes(found))


def _facts(row: Any) -> dict[str, Any] | None:
    """The JSON of a row, None when it is not the one that has this identity."""
    octets = bytes(row.facts)
    if hashlib.sha256(octets).hexdigest() != row.identity:
        return None
    facts = read_json(octets)
    return facts if isinstance(facts, dict) else None


def _named(facts: dict[str, Any] | None) -> Iterator[str]:
    objects = (facts or {}).get("objects")
    rows = objects if isinstance(objects, list) else ()
    return (str(item.get("sha256")) for item in rows if isinstance(item, dict))
