"""Values of the algorithm rooms: a result of a cryptographic check, a use of an algorithm, a dated policy.

Three outcomes that are never merged: a value that does not verify (INVALID, MALFORMED), an algorithm that nothing
here can check (UNSUPPORTED), and one that verifies but that a policy does not accept at a time (`AlgorithmFinding`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType

UNVERIFIED = "(unverified)"
"""Ends the source of a date that nobody has read in the text it is said to come from."""


class CryptoResult(StrEnum):
    """Outcome of one signature check. UNSUPPORTED and MALFORMED are never "forged"."""

    VALID = "valid"
    INVALID = "invalid"
    UNSUPPORTED = "unsupported"
    MALFORMED = "malformed"


class AlgorithmStatus(StrEnum):
    """What a catalogue says of a use at a time. RECOGNISED: no longer reliable by cryptography, but the law of the
    jurisdiction still gives it effect. NOT_LISTED: the catalogue does not know it, or not at this size."""

    ALLOWED = "allowed"
    DEPRECATED = "deprecated"
    RECOGNISED = "broken but still recognised"
    BROKEN = "broken"
    NOT_LISTED = "not listed"

    @property
    def accepted(self) -> bool:
        """Whether reliance is justified."""
        return self in (AlgorithmStatus.ALLOWED, AlgorithmStatus.DEPRECATED, AlgorithmStatus.RECOGNISED)


@dataclass(frozen=True, slots=True)
class AlgorithmUse:
    """One use of an algorithm: `name` is the catalogue's name (for example "RSA", "ECDSA", "SHA-256"), `bits` the
    key or digest size in bits, `purpose` "signature" or "digest"."""

    name: str
    bits: int
    purpose: str


@dataclass(frozen=True, slots=True)
class AlgorithmFinding:
    """A use that a policy does not accept at the asked time. `until` is the last reliable moment, None when it never
    was reliable or is not in the catalogue."""

    use: AlgorithmUse
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueRow:
    """One line of a catalogue, for sizes from `bits` up to the next line's. All times aware UTC, all ends inclusive.

    `until`: last moment at which new reliance is justified, None for no known end. `deprecated`: from then on the
    algorithm should no longer be chosen. `recognised_until`: until then the law keeps giving effect to what is broken;
    it counts only when `recognised_source` was read (does not end with `UNVERIFIED`), so that no rumour makes a broken
    algorithm pass. `catalogue` is the file that the line stands in.
    """

    bits: int
    until: datetime | None
    source: str
    deprecated: datetime | None = None
    recognised_until: datetime | None = None
    recognised_source: str = ""
    catalogue: str = ""

    @property
    def end(self) -> datetime | None:
        """The last moment at which a policy accepts the use, None for no end."""
        if self.until is None or self.recognised_until is None or self.recognised_source.endswith(UNVERIFIED):
            return self.until
        return max(self.until, self.recognised_until)

    def status(self, at: datetime) -> AlgorithmStatus:
        """What the line says at `at` (aware UTC)."""
        if self.until is not None and at > self.until:
            end = self.end
            return AlgorithmStatus.RECOGNISED if end is not None and at <= end else AlgorithmStatus.BROKEN
        return AlgorithmStatus.DEPRECATED if self.deprecated and at >= self.deprecated else AlgorithmStatus.ALLOWED


@dataclass(frozen=True, slots=True)
class AlgorithmPolicy:
    """A named catalogue of dates. `entries` maps (purpose, name) to rows (minimum bits, last accepted moment or None
    for no end), ascending by bits; what is not listed is not reliable at any time. `sources` tells for
    (purpose, name, minimum bits) who set the date and `rows` everything that is known of the line; `digest` is the
    SHA-256 over the effective lines, hexadecimal, which pins it as an input of a verdict. Hashable, so that it can key
    a cache."""

    name: str
    entries: Mapping[tuple[str, str], tuple[tuple[int, datetime | None], ...]] = field(hash=False, repr=False)
    sources: Mapping[tuple[str, str, int], str] = field(default_factory=dict, hash=False, compare=False, repr=False)
    digest: str = ""
    rows: Mapping[tuple[str, str, int], CatalogueRow] = field(
        default_factory=dict, hash=False, compare=False, repr=False
    )
    title: str = field(default="", compare=False)

    def finding(self, use: AlgorithmUse, at: datetime) -> AlgorithmFinding | None:
        """None when the use is reliable at `at` (an aware UTC time), else the finding. The end moment is inclusive."""
        row = self._entry(use)
        if row is None:
            return AlgorithmFinding(use, None)
        until = row[1]
        return None if until is None or at <= until else AlgorithmFinding(use, until)

    def row(self, use: AlgorithmUse) -> CatalogueRow | None:
        """The line that speaks about this use; None when the catalogue has none."""
        entry = self._entry(use)
        return None if entry is None else self.rows.get((use.purpose, use.name, entry[0]))

    def status(self, use: AlgorithmUse, at: datetime) -> AlgorithmStatus:
        """What the catalogue says about the use at `at` (aware UTC); accepted exactly when there is no `finding`."""
        row = self.row(use)
        return AlgorithmStatus.NOT_LISTED if row is None else row.status(at)

    def _entry(self, use: AlgorithmUse) -> tuple[int, datetime | None] | None:
        row: tuple[int, datetime | None] | None = None
        for entry in self.entries.get((use.purpose, use.name), ()):
            if use.bits >= entry[0]:
                row = entry
        return row

    def ending(self, purpose: str, name: str, until: datetime) -> "AlgorithmPolicy":
        """This catalogue with every row of one algorithm ended at `until` (aware UTC) at the latest: a ban, real or
        simulated. KeyError when the algorithm is not listed."""
        ended = tuple((bits, until if end is None else min(end, until)) for bits, end in self.entries[purpose, name])
        rows = {key: _ended(row, until) if key[:2] == (purpose, name) else row for key, row in self.rows.items()}
        change = f"{self.digest} {purpose} {name} {until.isoformat()}"
        return replace(
            self,
            name=f"{self.name}, {name} ended {until.date().isoformat()}",
            entries=MappingProxyType({**self.entries, (purpose, name): ended}),
            rows=MappingProxyType(rows),
            digest=sha256(change.encode("utf-8")).hexdigest(),
        )


def _ended(row: CatalogueRow, until: datetime) -> CatalogueRow:
    end = until if row.until is None else min(row.until, until)
    recognised = None if row.recognised_until is None else min(row.recognised_until, until)
    return replace(row, until=end, recognised_until=recognised)


def policy_of_rows(name: str, title: str, lines: Mapping[tuple[str, str], tuple[CatalogueRow, ...]]) -> AlgorithmPolicy:
    """The policy that these lines make, by (purpose, algorithm), each ascending by bits. Raises ValueError when they
    are not."""
    for (_, algorithm), rows in lines.items():
        minima = [row.bits for row in rows]
        if minima != sorted(set(minima)):
            raise ValueError(f"{name}: rows of {algorithm} are not ascending by bits")
    rows_by_key = {(*key, row.bits): row for key, rows in lines.items() for row in rows}
    return AlgorithmPolicy(
        name=name,
        entries=MappingProxyType({key: tuple((row.bits, row.end) for row in rows) for key, rows in lines.items()}),
        sources=MappingProxyType({key: row.source for key, row in rows_by_key.items()}),
        digest=_digest(rows_by_key),
        rows=MappingProxyType(rows_by_key),
        title=title,
    )


def _digest(rows: Mapping[tuple[str, str, int], CatalogueRow]) -> str:
    """Over what the lines say, not over the text of the files: an import that says the same has the same digest."""
    listed = [
        [*key, _text(row.until), _text(row.deprecated), _text(row.recognised_until), row.source, row.recognised_source]
        for key, row in sorted(rows.items())
    ]
    return sha256(json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode("utf-8")).hexdigest()


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
