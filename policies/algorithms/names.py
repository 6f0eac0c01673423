"""What the formats call an algorithm: OIDs, XML identifiers (RFC 9231) and JOSE names (RFC 7518), both ways.

A row of `names.toml` is one identifier. XML and JOSE carry some signature values in another form than X.509 and CMS do,
so an XML or JOSE identifier leads to the row whose AlgorithmIdentifier the registry takes the value under: for ECDSA
the plain form of BSI TR-03111, for the fixed PSS identifiers the parameters written out. A verifier never guesses.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from policies.algorithms.digests import digest_by_name
from policies.algorithms.encoding import SEQUENCE, encode, encode_integer
from policies.algorithms.identifiers import DER_NULL, encode_algorithm
from policies.algorithms.rsa import encode_pss_parameters
from policies.tables import checked


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestNames:
    """One digest: `name` of the catalogues; `oids`, dotted, the first is the one to write; `xml` the Algorithm URIs of
    ds:DigestMethod, the first is the one to write; `jose` the name in JAdES (ETSI TS 119 182-1), None without one."""

    name: str
    oids: tuple[str, ...]
    xml: tuple[str, ...] = ()
    jose: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureNames:
    """One identifier of a signature.

    `name` as its standard writes it; `use` the catalogue name of the algorithm; `digest` that of the digest, None where
    the scheme has its own or the parameters name it; `oids`, `xml` (ds:SignatureMethod) and `jose` (JWS "alg") as they
    are met, the first of each to be written. `written` is False for XML identifiers that are nobody's standard: read,
    never written. `curve` is the OID of the one curve that the JOSE name may be met with (RFC 7518 3.4). `halves`: XML
    carries r and s side by side, X.509 in DER (see `der_of_halves`). `signs`: this house can sign with it.
    """

    name: str
    use: str
    oids: tuple[str, ...]
    parameters: str
    signs: bool
    digest: str | None = None
    xml: tuple[str, ...] = ()
    jose: tuple[str, ...] = ()
    curve: str | None = None
    halves: bool = False
    written: bool = True

    @property
    def algorithm(self) -> bytes | None:
        """The DER AlgorithmIdentifier under which `registry.verify` takes a value of this identifier; None where the
        parameters have to come from the document (id-RSASSA-PSS, bign-with-hspec)."""
        if self.parameters == "digest":
            return None
        if self.parameters == "pss":
            return None if self.digest is None else _pss(self.oids[0], self.digest)
        return encode_algorithm(self.oids[0], DER_NULL if self.parameters == "null" else None)


def _pss(oid: str, digest: str) -> bytes:
    """RFC 9231 2.3.10 and RFC 7518 3.5: MGF1 with the same digest, a salt as long as the digest."""
    return encode_algorithm(oid, encode_pss_parameters(digest, digest, digest_by_name(digest).bits // 8))


@cache
def digest_names() -> tuple[DigestNames, ...]:
    """Every digest."""
    return tuple(_digest(row) for row in _table()["digest"])


@cache
def signature_names() -> tuple[SignatureNames, ...]:
    """Every identifier of a signature."""
    return tuple(_signature(row) for row in _table()["signature"])


def names_of_digest(oid: str) -> DigestNames | None:
    """The digest with this dotted OID."""
    return _digests_by("oids").get(oid)


def digest_of_xml(uri: str) -> DigestNames | None:
    """The digest that a ds:DigestMethod names."""
    return _digests_by("xml").get(uri)


def digest_of_jose(name: str) -> DigestNames | None:
    """The digest that JAdES calls so ("S256")."""
    return _digests_by("jose").get(name)


def names_of_signature(oid: str) -> tuple[SignatureNames, ...]:
    """The identifiers with this dotted OID: more than one where parameters (PSS) or the curve tell them apart."""
    return _signatures_by("oids").get(oid, ())


def signature_of_xml(uri: str) -> SignatureNames | None:
    """The identifier that a ds:SignatureMethod names."""
    return next(iter(_signatures_by("xml").get(uri, ())), None)


def signature_of_jose(name: str, key_oid: str | None = None) -> SignatureNames | None:
    """The identifier that a JWS "alg" names. "EdDSA" (RFC 8037) stands for two: `key_oid`, dotted, tells which."""
    rows = _signatures_by("jose").get(name, ())
    if len(rows) == 1:
        return rows[0]
    return next((row for row in rows if key_oid in row.oids), None)


def der_of_halves(value: bytes) -> bytes | None:
    """The DER SEQUENCE of r and s from the two halves of an XML signature value (RFC 9231 2.3.6, XMLDSig 6.4.1), each
    unsigned and big-endian; None for a value that has no halves."""
    if not value or len(value) % 2:
        return None
    middle = len(value) // 2
    halves = (int.from_bytes(half, "big") for half in (value[:middle], value[middle:]))
    return encode(SEQUENCE, b"".join(encode_integer(half) for half in halves))


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files("policies.algorithms").joinpath("names.toml").read_text(encoding="utf-8"))


def _digest(row: Mapping[str, Any]) -> DigestNames:
    checked(row, ("name", "oids"), ("xml", "jose"))
    return DigestNames(name=row["name"], oids=tuple(row["oids"]), xml=tuple(row.get("xml", ())), jose=row.get("jose"))


def _signature(row: Mapping[str, Any]) -> SignatureNames:
    checked(row, ("name", "use", "oids", "parameters", "sign"), ("digest", "xml", "jose", "curve", "value", "written"))
    if row["parameters"] not in ("absent", "null", "pss", "digest"):
        raise ValueError(f"{row['name']}: parameters {row['parameters']}")
    return SignatureNames(
        name=row["name"],
        use=row["use"],
        oids=tuple(row["oids"]),
        parameters=row["parameters"],
        signs=row["sign"],
        digest=row.get("digest"),
        xml=tuple(row.get("xml", ())),
        jose=tuple(row.get("jose", ())),
        curve=row.get("curve"),
        halves=row.get("value") == "halves",
        written=row.get("written", True),
    )


@cache
def _digests_by(member: str) -> Mapping[str, DigestNames]:
    found: dict[str, DigestNames] = {}
    for item in digest_names():
        for key in _many(getattr(item, member)):
            if found.setdefault(key, item) is not item:
                raise ValueError(f"{key} names two digests")
    return MappingProxyType(found)


@cache
def _signatures_by(member: str) -> Mapping[str, tuple[SignatureNames, ...]]:
    found: dict[str, tuple[SignatureNames, ...]] = {}
    for item in signature_names():
        for key in getattr(item, member):
            found[key] = (*found.get(key, ()), item)
    return MappingProxyType(found)


def _many(value: str | Iterable[str] | None) -> Iterable[str]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value
