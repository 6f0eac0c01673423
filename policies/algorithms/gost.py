"""GOST R 34.10 (RFC 7091): the mathematics, and what the suites of Russia, Kazakhstan and Kyrgyzstan share.

The three states sign alike and write differently. The order of the octets belongs to the signature OID and the key OID
of a suite (`gost_ru`, `gost_kz`, `gost_kg`); nothing here ever tries one order after another.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from policies.algorithms.curves import Affine, Curve, Domain, curve_of, domains
from policies.algorithms.digests import DigestAlgorithm, digest_by_name
from policies.algorithms.encoding import MalformedError, UnsupportedError
from policies.algorithms.identifiers import AlgorithmIdentifier
from policies.algorithms.model import CryptoResult
from policies.algorithms.suite import Check, LoadedKey, SignatureScheme

Numbers = Callable[[bytes], tuple[int, int]]
"""Takes signature octets of the exact length, gives (r, s)."""

TEST_PARAMETERS = "gost-test-parameter-set"
"""Leniency: the key is on a set that the standards publish for examples (R 34.10-2012 A.1, A.2)."""
TEST_DOMAINS = frozenset({domains.GOST_256_TEST, domains.GOST_512_TEST})


@dataclass(frozen=True, slots=True)
class GostKey:
    """A public key point with its curve."""

    curve: Curve
    point: Affine


def load_point(domain: Domain, octets: bytes) -> GostKey:
    """The key whose octets are x ‖ y, each little-endian over the whole field (RFC 9215 4). Raises MalformedError."""
    half = domain.octets
    if len(octets) != 2 * half:
        raise MalformedError("length of the public key")
    curve = curve_of(domain)
    x, y = int.from_bytes(octets[:half], "little"), int.from_bytes(octets[half:], "little")
    return GostKey(curve, curve.point(x, y))


def encode_point(domain: Domain, point: Affine) -> bytes:
    """The octets that `load_point` reads."""
    return b"".join(int(number).to_bytes(domain.octets, "little") for number in point)


def domain_leniencies(domain: Domain) -> tuple[str, ...]:
    """The tolerance that a key of this set needs, if any."""
    return (TEST_PARAMETERS,) if domain in TEST_DOMAINS else ()


def known_domain(sets: Mapping[str, Domain], oid: str, octets: int) -> Domain:
    """The parameter set `oid` out of `sets`, for coordinates of `octets`.

    Raises UnsupportedError for a set that no suite knows, MalformedError for one that belongs to keys of another size.
    """
    if oid not in sets:
        raise UnsupportedError(oid)
    domain = sets[oid]
    if domain.octets != octets:
        raise MalformedError("the parameter set belongs to keys of another size")
    return domain


def russian_numbers(signature: bytes) -> tuple[int, int]:
    """s ‖ r, both big-endian (RFC 9215 2)."""
    half = len(signature) // 2
    return int.from_bytes(signature[half:], "big"), int.from_bytes(signature[:half], "big")


def kazakh_numbers(signature: bytes) -> tuple[int, int]:
    """r ‖ s, both little-endian: the Russian block reversed octet by octet (Kazakhstan and Kyrgyzstan)."""
    return russian_numbers(signature[::-1])


def encode_russian(r: int, s: int, octets: int) -> bytes:
    """The octets that `russian_numbers` reads, each number over `octets`."""
    return s.to_bytes(octets, "big") + r.to_bytes(octets, "big")


def encode_kazakh(r: int, s: int, octets: int) -> bytes:
    """The octets that `kazakh_numbers` reads, each number over `octets`."""
    return encode_russian(r, s, octets)[::-1]


def _digest_number(digest: bytes, q: int) -> int:
    # RFC 7091 6.1 step 2: 0 is replaced by 1. Digest octets are little-endian as every tool writes them.
    return int.from_bytes(digest, "little") % q or 1


def verify(key: GostKey, digest: bytes, r: int, s: int) -> bool:
    """Whether (r, s) signs `digest`, octets as the hash function gives them (RFC 7091 6.2)."""
    q = key.curve.domain.q
    if not (0 < r < q and 0 < s < q):
        return False
    inverse = key.curve.inverse(_digest_number(digest, q))
    found = key.curve.combination(s * inverse % q, -r * inverse % q, key.point)
    return found is not None and found[0] % q == r


def sign(curve: Curve, private: int, digest: bytes, nonce: int) -> tuple[int, int] | None:
    """(r, s) for 0 < private < q and 0 < nonce < q (RFC 7091 6.1); None where the standard asks for another nonce.

    NOT CONSTANT-TIME: whoever can measure the duration learns about `nonce`, and through it about `private`.
    """
    q, point = curve.domain.q, curve.base_multiple(nonce)
    r = point[0] % q if point else 0
    s = (r * private + nonce * _digest_number(digest, q)) % q
    return (r, s) if r and s else None


def _check(key: GostKey, digest: DigestAlgorithm, numbers: Numbers, message: bytes, signature: bytes) -> CryptoResult:
    if len(signature) != 2 * key.curve.domain.octets:
        return CryptoResult.INVALID
    running = digest.new()
    running.update(message)
    good = verify(key, running.digest(), *numbers(signature))
    return CryptoResult.VALID if good else CryptoResult.INVALID


def scheme(key_oid: str, digest_name: str, numbers: Numbers) -> SignatureScheme:
    """The signature algorithm of one suite: its key OID, the digest that it fixes, its order of octets."""

    def digests(identifier: AlgorithmIdentifier) -> tuple[DigestAlgorithm, ...]:
        # RFC 9215 2 asks for absence; the GOST engine of OpenSSL and the states' own tools write NULL.
        if not identifier.parameters_absent_or_null:
            raise MalformedError("GOST signature parameters must be absent (RFC 9215 2)")
        return (digest_by_name(digest_name),)

    def prepare(identifier: AlgorithmIdentifier, key: LoadedKey) -> Check:
        assert isinstance(key.material, GostKey)
        return partial(_check, key.material, digests(identifier)[0], numbers)

    return SignatureScheme(frozenset({key_oid}), digests, prepare)
