"""Kazakhstan: GOST 34.310-2004 with GOST 34.311-95, and GOST 34.10-2015 with GOST 34.11-2015 (NCA of Kazakhstan).

The mathematics and the hash functions are the Russian ones; every identifier is Kazakhstan's own, every
AlgorithmIdentifier carries NULL, and signatures are r ‖ s little-endian. A SignerInfo names the signature algorithm.
"""

from dataclasses import dataclass

from policies.algorithms import gost
from policies.algorithms.curves import Domain, domains
from policies.algorithms.encoding import (
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    MalformedError,
    UnsupportedError,
    object_identifier,
    only,
    sequence,
)
from policies.algorithms.identifiers import SubjectPublicKeyInfo
from policies.algorithms.model import AlgorithmUse
from policies.algorithms.suite import LoadedKey, Suite

_ARC = "1.2.398.3.10.1"
DIGEST_95, DIGEST_2015_256, DIGEST_2015_512 = (f"{_ARC}.3.{last}" for last in (1, 2, 3))

KEY_2004, KEY_2015_256, KEY_2015_512 = f"{_ARC}.1.1.1", f"{_ARC}.1.2.1", f"{_ARC}.1.2.2"


@dataclass(frozen=True, slots=True)
class KazakhKind:
    """One kind of key: OIDs of key, signature, parameter set and digest set; the curve; names for the catalogue."""

    key: str
    signature: str
    curve: str
    digest_parameters: str
    domain: Domain
    name: str
    digest: str


KINDS = {
    kind.key: kind
    for kind in (
        KazakhKind(
            KEY_2004,
            f"{_ARC}.1.1.2",
            f"{_ARC}.1.1.1.1",
            f"{DIGEST_95}.1.0",
            domains.CRYPTOPRO_A,
            "GOST 34.310-2004",
            "GOST94-Test",
        ),
        # No public object of this kind is at hand; other implementations agree on its identifiers and its curve.
        KazakhKind(
            KEY_2015_256,
            f"{_ARC}.1.2.3.1",
            f"{_ARC}.1.2.1.1",
            DIGEST_2015_256,
            domains.TC26_256_A,
            "GOST 34.10-2015 KZ",
            "Streebog-256",
        ),
        KazakhKind(
            KEY_2015_512,
            f"{_ARC}.1.2.3.2",
            f"{_ARC}.1.2.2.1",
            DIGEST_2015_512,
            domains.TC26_512_A,
            "GOST 34.10-2015 KZ",
            "Streebog-512",
        ),
    )
}


def load_key(info: SubjectPublicKeyInfo, _inherited: bytes | None) -> LoadedKey:
    """An OCTET STRING of x ‖ y little-endian under the one parameter set and digest that its kind has."""
    kind = KINDS[info.algorithm.oid]
    if info.algorithm.parameters is None:
        raise MalformedError("GOST key parameters")
    elements = sequence(info.algorithm.parameters)
    if len(elements) != 2 or any(tag != OBJECT_IDENTIFIER for tag, _ in elements):
        raise MalformedError("GOST key parameters")
    curve, digest = (object_identifier(contents) for _, contents in elements)
    if any(curve == other.curve for other in KINDS.values() if other is not kind):
        raise MalformedError("the parameter set belongs to keys of another kind")
    if curve != kind.curve:
        raise UnsupportedError(curve)
    if digest != kind.digest_parameters:
        raise MalformedError("digest parameters contradict the key")
    key = gost.load_point(kind.domain, only(info.key, OCTET_STRING))
    return LoadedKey(AlgorithmUse(kind.name, 8 * kind.domain.octets, "signature"), key)


SUITE = Suite(
    name="gost-kz",
    keys=dict.fromkeys(KINDS, load_key),
    signatures={kind.signature: gost.scheme(kind.key, kind.digest, gost.kazakh_numbers) for kind in KINDS.values()},
    cms={},
    cms_digests={kind.signature: frozenset({kind.digest}) for kind in KINDS.values()},
)
