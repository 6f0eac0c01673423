"""Belarus: bign (STB 34.101.45) on its three curves with belt-hash, bash or a hash that the identifier names.

All octet strings are little-endian. The public key is x ‖ y without an OCTET STRING around it; the signature is S0 ‖ S1
of l/8 and l/4 octets for the strength l.
"""

from dataclasses import dataclass
from functools import partial

from policies.algorithms import gost
from policies.algorithms.curves import Affine, Curve, domains
from policies.algorithms.digests import DigestAlgorithm, digest_algorithm, digest_by_name, digest_supported
from policies.algorithms.encoding import (
    OBJECT_IDENTIFIER,
    MalformedError,
    MismatchError,
    UnsupportedError,
    elements,
    encode_object_identifier,
    object_identifier,
    only,
)
from policies.algorithms.identifiers import AlgorithmIdentifier, SubjectPublicKeyInfo
from policies.algorithms.model import AlgorithmUse, CryptoResult
from policies.algorithms.suite import Check, LoadedKey, SignatureScheme, Suite

_ARC = "1.2.112.0.2.0.34.101"
KEY = f"{_ARC}.45.2.1"
HSPEC = f"{_ARC}.45.11"
CURVES = {
    f"{_ARC}.45.3.1": domains.BIGN_256,
    f"{_ARC}.45.3.2": domains.BIGN_384,
    f"{_ARC}.45.3.3": domains.BIGN_512,
}
DIGESTS = {
    f"{_ARC}.45.12": "belt-hash",
    f"{_ARC}.45.13": "bash256",
    f"{_ARC}.45.14": "bash384",
    f"{_ARC}.45.15": "bash512",
}


@dataclass(frozen=True, slots=True)
class BignKey:
    """A public key point with its curve, whose strength l in bits is half the size of the field."""

    curve: Curve
    point: Affine

    @property
    def level(self) -> int:
        """The strength l: 128, 192 or 256."""
        return 4 * self.curve.domain.octets


def load_key(info: SubjectPublicKeyInfo, _inherited: bytes | None) -> LoadedKey:
    """The raw octets x ‖ y, each little-endian, on the named curve (STB 34.101.45 D)."""
    if info.algorithm.parameters_absent_or_null:
        # DomainParameters has three forms; `implicit` leaves the curve to an agreement outside of the certificate.
        raise UnsupportedError("bign parameters agreed elsewhere")
    assert info.algorithm.parameters is not None
    tag, contents = elements(info.algorithm.parameters)[0]
    if tag != OBJECT_IDENTIFIER:
        raise UnsupportedError("bign parameters that are not named")
    oid = object_identifier(contents)
    if oid not in CURVES:
        raise UnsupportedError(oid)
    key = gost.load_point(CURVES[oid], info.key)
    return LoadedKey(AlgorithmUse("bign", 8 * CURVES[oid].octets, "signature"), BignKey(key.curve, key.point))


def commitment(level: int, digest_oid: str, x: int, digest: bytes) -> bytes:
    """S0: the first l/8 octets of belt-hash over the DER of the digest's OID, x_R and the digest. The outer hash is
    belt-hash for every h (STB 34.101.45 7.1.3)."""
    outer = digest_by_name("belt-hash").new()
    outer.update(encode_object_identifier(digest_oid) + x.to_bytes(level // 4, "little") + digest)
    return outer.digest()[: level // 8]


def verify(key: BignKey, digest_oid: str, digest: bytes, signature: bytes) -> bool:
    """Whether S0 ‖ S1 signs `digest`, l/4 octets as the hash function gives them (STB 34.101.45 7.1.4)."""
    level, q = key.level, key.curve.domain.q
    first, second = signature[: level // 8], int.from_bytes(signature[level // 8 :], "little")
    if len(signature) != 3 * level // 8 or second >= q:
        return False
    base_scalar = (second + int.from_bytes(digest, "little")) % q
    scalar = int.from_bytes(first, "little") + (1 << level)
    found = key.curve.combination(base_scalar, scalar, key.point)
    return found is not None and commitment(level, digest_oid, found[0], digest) == first


def _check(key: BignKey, digest: DigestAlgorithm, digest_oid: str, message: bytes, signature: bytes) -> CryptoResult:
    running = digest.new()
    running.update(message)
    good = verify(key, digest_oid, running.digest(), signature)
    return CryptoResult.VALID if good else CryptoResult.INVALID


def _digest_oid(identifier: AlgorithmIdentifier) -> str:
    """The OID of the hash: fixed by the algorithm, or for bign-with-hspec the parameters themselves."""
    if identifier.oid == HSPEC:
        return object_identifier(only(identifier.parameters or b"", OBJECT_IDENTIFIER))
    if not identifier.parameters_absent_or_null:
        raise MalformedError("bign signature parameters must be NULL (STB 34.101.45 D)")
    return digest_by_name(DIGESTS[identifier.oid]).oid


def _digests(identifier: AlgorithmIdentifier) -> tuple[DigestAlgorithm, ...]:
    oid = _digest_oid(identifier)
    if not digest_supported(oid):
        raise UnsupportedError(oid)
    return (digest_algorithm(oid),)


def _prepare(identifier: AlgorithmIdentifier, key: LoadedKey) -> Check:
    assert isinstance(key.material, BignKey)
    digest = _digests(identifier)[0]
    if digest.bits != 2 * key.material.level:
        # Any hash as long as the order of the curve may be named, no other (STB 34.101.45 5.4).
        raise MismatchError("a bign hash of another size than the key")
    return partial(_check, key.material, digest, _digest_oid(identifier))


_SCHEME = SignatureScheme(frozenset({KEY}), _digests, _prepare)

SUITE = Suite(
    name="bign",
    keys={KEY: load_key},
    signatures=dict.fromkeys((HSPEC, *DIGESTS), _SCHEME),
    cms={},
    cms_digests={oid: frozenset({name}) for oid, name in DIGESTS.items()},
)
