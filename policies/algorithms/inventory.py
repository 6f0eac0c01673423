"""What this house has of each algorithm: identifiers, sizes, strength, whether it signs, and what computes it here."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from policies.algorithms import hashes, slhdsa
from policies.algorithms.curves.arithmetic import chosen
from policies.algorithms.digests import digest_by_name
from policies.algorithms.model import AlgorithmUse
from policies.algorithms.names import digest_names, signature_names
from policies.algorithms.sizes import SIZES, strength

OPENSSL = "openssl"
# Suites whose arithmetic is this room's own, over the integers that are chosen.
_OWN_CURVES = frozenset(
    ("GOST R 34.10-2012", "GOST R 34.10-2001", "GOST 34.10-2015 KZ", "GOST 34.310-2004", "TUMAR", "bign", "SM2")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One algorithm by its catalogue name. `sizes` in bits, ascending, empty where the key decides; `oids`, `xml` and
    `jose` of all its identifiers; `signs`: this house makes signatures with it (a digest: it is computed)."""

    purpose: str
    name: str
    sizes: tuple[int, ...]
    oids: tuple[str, ...]
    xml: tuple[str, ...]
    jose: tuple[str, ...]
    signs: bool

    @property
    def backend(self) -> str:
        """What computes it in this process: "openssl", "c", "libgcrypt", "gmpy2", "python", the name of an optional
        package, or "missing: " and the optional part that would bring it."""
        if self.purpose == "digest":
            return hashes.backend(self.name) if self.name in hashes.NAMES else OPENSSL
        if self.name == "SLH-DSA":
            return "slh-dsa" if slhdsa.available() else f"missing: {slhdsa.EXTRA}"
        return chosen().name if self.name in _OWN_CURVES else OPENSSL

    def strength(self, bits: int) -> int:
        """Bits of security at this size, at least; a digest's against collisions."""
        return strength(AlgorithmUse(self.name, bits, self.purpose))


@cache
def inventory() -> tuple[Entry, ...]:
    """Every algorithm that has a name: digests, then signatures, in the order of the names."""
    return (*_digests(), *_signatures())


def entry(purpose: str, name: str) -> Entry | None:
    """The algorithm with this catalogue name."""
    return next((item for item in inventory() if (item.purpose, item.name) == (purpose, name)), None)


def _digests() -> Iterable[Entry]:
    for item in digest_names():
        yield Entry(
            purpose="digest",
            name=item.name,
            sizes=(digest_by_name(item.name).bits,),
            oids=item.oids,
            xml=item.xml,
            jose=(item.jose,) if item.jose else (),
            signs=True,
        )


def _signatures() -> Iterable[Entry]:
    for use in dict.fromkeys(item.use for item in signature_names()):
        rows = [item for item in signature_names() if item.use == use]
        oids = dict.fromkeys(oid for row in rows for oid in row.oids)
        yield Entry(
            purpose="signature",
            name=use,
            sizes=tuple(sorted({SIZES[oid] for oid in oids if oid in SIZES})),
            oids=tuple(oids),
            xml=tuple(uri for row in rows for uri in row.xml),
            jose=tuple(dict.fromkeys(name for row in rows for name in row.jose)),
            signs=any(row.signs for row in rows),
        )
