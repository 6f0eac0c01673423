"""Values of the algorithm rooms: a result of a cryptographic check, a use of an algorithm, a dated policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType


class CryptoResult(StrEnum):
    """Outcome of one signature check. UNSUPPORTED and MALFORMED are never "forged"."""

    VALID = "valid"
    INVALID = "invalid"
    UNSUPPORTED = "unsupported"
    MALFORMED = "malformed"


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


@dataclass(frozen=True, slots=True)
class AlgorithmPolicy:
    """A named catalogue of dates. `entries` maps (purpose, name) to rows (minimum bits, last reliable moment or None
    for no end), ascending by bits; what is not listed is not reliable at any time. `sources` tells for
    (purpose, name, minimum bits) who set the date; `digest` is the SHA-256 of the catalogue's text, hexadecimal, which
    pins it as an input of a verdict. Hashable, so that it can key a cache."""

    name: str
    entries: Mapping[tuple[str, str], tuple[tuple[int, datetime | None], ...]] = field(hash=False, repr=False)
    sources: Mapping[tuple[str, str, int], str] = field(default_factory=dict, hash=False, compare=False, repr=False)
    digest: str = ""

    def finding(self, use: AlgorithmUse, at: datetime) -> AlgorithmFinding | None:
        """None when the use is reliable at `at` (an aware UTC time), else the finding. The end moment is inclusive."""
        row: tuple[int, datetime | None] | None = None
        for minimum, until in self.entries.get((use.purpose, use.name), ()):
            if use.bits >= minimum:
                row = (minimum, until)
        if row is None:
            return AlgorithmFinding(use, None)
        until = row[1]
        return None if until is None or at <= until else AlgorithmFinding(use, until)

    def ending(self, purpose: str, name: str, until: datetime) -> "AlgorithmPolicy":
        """This catalogue with every row of one algorithm ended at `until` (aware UTC) at the latest: a ban, real or
        simulated. KeyError when the algorithm is not listed."""
        rows = tuple((bits, until if end is None else min(end, until)) for bits, end in self.entries[purpose, name])
        change = f"{self.digest} {purpose} {name} {until.isoformat()}"
        return replace(
            self,
            name=f"{self.name}, {name} ended {until.date().isoformat()}",
            entries=MappingProxyType({**self.entries, (purpose, name): rows}),
            digest=sha256(change.encode("utf-8")).hexdigest(),
        )
