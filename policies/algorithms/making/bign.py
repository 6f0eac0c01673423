"""Makers of bign signatures (STB 34.101.45) with belt-hash and bash.

The private key is the raw little-endian number in the OCTET STRING of PKCS#8. The nonce is that of the standard's
6.3.3, which needs no randomness and takes some as a hedge. NOT CONSTANT-TIME: see `policies.algorithms.making`.
"""

from dataclasses import dataclass
from functools import partial

from policies.algorithms import bign, gost
from policies.algorithms.curves import Domain, curve_of
from policies.algorithms.digests import DigestAlgorithm, digest_by_name
from policies.algorithms.encoding import encode_object_identifier
from policies.algorithms.hashes import belt
from policies.algorithms.identifiers import DER_NULL, encode_algorithm
from policies.algorithms.making.model import Maker, Random, UnreadableKeyError
from policies.algorithms.making.pkcs8 import (
    number_below,
    private_key_info,
    private_number,
    read,
    subject_public_key_info,
)

_BLOCK = 16
_HEDGE_OCTETS = 32


@dataclass(frozen=True, slots=True)
class BignKind:
    """A curve with the identifier of its keys and the hash of its signatures."""

    domain: Domain
    key_algorithm_der: bytes
    digest: DigestAlgorithm

    def private(self, pkcs8_der: bytes) -> int:
        """The private number of a key of this kind. Raises UnreadableKeyError."""
        algorithm_der, octets = read(pkcs8_der)
        if algorithm_der != self.key_algorithm_der:
            raise UnreadableKeyError("The private key is of another kind.")
        return private_number(octets, self.domain.q, self.domain.octets)


def deterministic_nonce(private: int, order: int, digest_oid: str, digest: bytes, hedge: bytes) -> int:
    """k of STB 34.101.45 6.3.3: the digest, encrypted by belt as one wide block under a key made of the digest's OID,
    the private key and `hedge` (t, any octets), again until it lies between 0 and `order`."""
    outer = digest_by_name("belt-hash").new()
    outer.update(encode_object_identifier(digest_oid) + private.to_bytes(len(digest), "little") + hedge)
    key = int.from_bytes(outer.digest(), "little")
    blocks = [int.from_bytes(digest[at : at + _BLOCK], "little") for at in range(0, len(digest), _BLOCK)]
    turn = 0
    while True:
        for _ in range(2 * len(blocks)):
            turn += 1
            mixed = 0
            for block in blocks[:-1]:
                mixed ^= block
            blocks = [*blocks[1:-1], blocks[-1] ^ belt.encrypt_block(key, mixed) ^ turn, mixed]
        nonce = sum(block << 8 * _BLOCK * at for at, block in enumerate(blocks))
        if 0 < nonce < order:
            return nonce


def signature_octets(kind: BignKind, private: int, digest: bytes, nonce: int, digest_oid: str | None = None) -> bytes:
    """S0 ‖ S1 over a digest of l/4 octets (STB 34.101.45 7.1.3), whose OID is the kind's unless another is given."""
    level, q = 4 * kind.domain.octets, kind.domain.q
    point = curve_of(kind.domain).base_multiple(nonce)
    assert point is not None  # 0 < nonce < q
    first = bign.commitment(level, digest_oid or kind.digest.oid, point[0], digest)
    multiplier = int.from_bytes(first, "little") + (1 << level)
    second = (nonce - int.from_bytes(digest, "little") - multiplier * private) % q
    return first + second.to_bytes(level // 4, "little")


def _sign(kind: BignKind, pkcs8_der: bytes, message: bytes, random: Random) -> bytes:
    private = kind.private(pkcs8_der)
    running = kind.digest.new()
    running.update(message)
    digest = running.digest()
    nonce = deterministic_nonce(private, kind.domain.q, kind.digest.oid, digest, random(_HEDGE_OCTETS))
    return signature_octets(kind, private, digest, nonce)


def _generate(kind: BignKind, random: Random) -> bytes:
    number = number_below(kind.domain.q, random)
    return private_key_info(kind.key_algorithm_der, number.to_bytes(kind.domain.octets, "little"))


def _public_key_info(kind: BignKind, pkcs8_der: bytes) -> bytes:
    point = curve_of(kind.domain).base_multiple(kind.private(pkcs8_der))
    assert point is not None  # 0 < private < q
    return subject_public_key_info(kind.key_algorithm_der, gost.encode_point(kind.domain, point))


def _maker(name: str, curve: str, signature: str) -> Maker:
    digest = digest_by_name(bign.DIGESTS[signature])
    parameters = encode_object_identifier(curve)
    kind = BignKind(bign.CURVES[curve], encode_algorithm(bign.KEY, parameters), digest)
    algorithm = encode_algorithm(signature, DER_NULL)
    return Maker(
        name=name,
        key_algorithm=bign.KEY,
        digest_oid=digest.oid,
        digest_algorithm_der=encode_algorithm(digest.oid, DER_NULL),
        signature_algorithm_der=algorithm,
        cms_signature_algorithm_der=algorithm,
        generate=partial(_generate, kind),
        public_key_info=partial(_public_key_info, kind),
        signature=partial(_sign, kind),
    )


_CURVE_256, _CURVE_384, _CURVE_512 = bign.CURVES
_WITH_BELT, _WITH_BASH_256, _WITH_BASH_384, _WITH_BASH_512 = bign.DIGESTS
MAKERS: tuple[Maker, ...] = (
    _maker("bign-256", _CURVE_256, _WITH_BELT),
    _maker("bign-256-bash", _CURVE_256, _WITH_BASH_256),
    _maker("bign-384", _CURVE_384, _WITH_BASH_384),
    _maker("bign-512", _CURVE_512, _WITH_BASH_512),
)
