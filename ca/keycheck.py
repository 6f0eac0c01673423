"""Whether a public key may be certified: kind, strength, known weaknesses, and the profile's list of kinds.

NIST SP 800-89 5.3.3 (exponent, small factors), CVE-2017-15361 (ROCA), close primes (Fermat), RFC 7748 6 (points of
small order). Whether the key is blocked or belongs to somebody else is asked of the database elsewhere.
"""

import math
from functools import cache
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from ca.errors import RequestRefusedError, WeakKeyError
from ops.platform.keys import KeyAlgorithm, UnsupportedKeyError, is_rsa_key, kind_of
from policies.algorithms import gost_ru, spki_leniencies

Canonical = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey

_LEAST_RSA_BITS, _MOST_RSA_BITS = 2048, 8192
_FERMAT_ROUNDS = 100
# What OpenSSL and Bouncy Castle write otherwise than RFC 9215 4.1 asks; the digest follows the size of the key anyway.
_HARMLESS: Final = frozenset({gost_ru.SUPERFLUOUS_DIGEST, gost_ru.MISSING_DIGEST, gost_ru.OLD_DIGEST})
# The primes whose residues the ROCA generator confines to the powers of 65537.
_ROCA_PRIMES = (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)
# y coordinates of the points of small order on edwards25519, little endian, sign bit cleared.
_SMALL_ORDER = frozenset(
    bytes.fromhex(text)
    for text in (
        "00" * 32,
        "01" + "00" * 31,
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    )
)


def check_key(spki: bytes, allowed: frozenset[str]) -> str:
    """The kind of a public key (DER SubjectPublicKeyInfo) that may be certified: see `key_kind`.

    `allowed` are `KeyAlgorithm` values; `rsa-3072` admits RSA of 3072 bits and more. Raises WeakKeyError, or
    RequestRefusedError when the kind is sound but not in the profile.
    """
    kind = key_kind(spki)
    _require_sound(spki, kind)
    require_admitted(kind, allowed)
    return kind


def key_kind(spki: bytes) -> str:
    """The kind of a key that can be read: a `KeyAlgorithm` value, or `rsa-<bits>`. WeakKeyError for any other."""
    if is_rsa_key(spki):
        key = _library_key(spki)
        return f"rsa-{key.key_size if isinstance(key, rsa.RSAPublicKey) else 0}"
    try:
        return kind_of(spki).value
    except UnsupportedKeyError as error:
        raise WeakKeyError("The public key is damaged or of a kind that cannot be checked.") from error


def require_admitted(kind: str, allowed: frozenset[str]) -> None:
    """RequestRefusedError unless `allowed` names the kind, or for RSA a size that is not larger."""
    if kind.startswith("rsa-"):
        admitted = any(name.startswith("rsa-") and int(kind[4:]) >= int(name[4:]) for name in allowed)
    else:
        admitted = kind in allowed
    if not admitted:
        raise RequestRefusedError(f"The profile does not admit a key of the kind {kind}.")


def _require_sound(spki: bytes, kind: str) -> None:
    if kind.startswith(("rsa-", "ec-", KeyAlgorithm.ED25519)):
        key = _library_key(spki)
        if isinstance(key, rsa.RSAPublicKey):
            _require_strong_rsa(key)
        elif isinstance(key, ed25519.Ed25519PublicKey) and _y_coordinate(key) in _SMALL_ORDER:
            raise WeakKeyError("The Ed25519 key is a point of small order; anybody can sign for it.")
    elif set(spki_leniencies(spki)) - _HARMLESS:
        raise WeakKeyError("The public key is not encoded as its standard demands.")


def _library_key(spki: bytes) -> Canonical:
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise WeakKeyError("The public key is damaged or of a kind that cannot be checked.") from error
    assert isinstance(key, Canonical)
    # RFC 5280 4.1.2.7 and RFC 5480 2.2: what is certified is exactly this encoding, so it has to be the canonical one.
    if key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != spki:
        raise WeakKeyError("The public key is not encoded in its one canonical form.")
    return key


def _y_coordinate(key: ed25519.Ed25519PublicKey) -> bytes:
    raw = key.public_bytes_raw()
    return raw[:31] + bytes((raw[31] & 0x7F,))


def _require_strong_rsa(key: rsa.RSAPublicKey) -> None:
    numbers = key.public_numbers()
    modulus, exponent = numbers.n, numbers.e
    if not _LEAST_RSA_BITS <= modulus.bit_length() <= _MOST_RSA_BITS:
        raise WeakKeyError(
            f"The RSA key has {modulus.bit_length()} bits; {_LEAST_RSA_BITS} to {_MOST_RSA_BITS} are accepted."
        )
    if exponent % 2 == 0 or not 65537 <= exponent < 1 << 256:
        raise WeakKeyError("The RSA public exponent has to be odd and between 65537 and 2^256.")
    if math.gcd(modulus, _primorial()) != 1:
        raise WeakKeyError("The RSA modulus has a small prime factor.")
    if is_roca(modulus):
        raise WeakKeyError("The RSA modulus comes from the ROCA generator (CVE-2017-15361); its factors can be found.")
    if _has_close_factors(modulus):
        raise WeakKeyError("The two primes of the RSA modulus are close to each other; they can be found.")


@cache
def _primorial() -> int:
    """The product of all primes below 2^14."""
    limit = 1 << 14
    sieve = bytearray([1]) * limit
    for number in range(2, math.isqrt(limit) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, limit, number)))
    return math.prod(number for number in range(2, limit) if sieve[number])


@cache
def _roca_residues() -> tuple[tuple[int, frozenset[int]], ...]:
    return tuple((prime, frozenset(pow(65537, power, prime) for power in range(prime))) for prime in _ROCA_PRIMES)


def is_roca(modulus: int) -> bool:
    """Whether the modulus carries the fingerprint of the ROCA generator: false positives about one in 2^27."""
    return all(modulus % prime in residues for prime, residues in _roca_residues())


def _has_close_factors(modulus: int) -> bool:
    root = math.isqrt(modulus)
    root += root * root < modulus
    for step in range(_FERMAT_ROUNDS):
        rest = (root + step) ** 2 - modulus
        if math.isqrt(rest) ** 2 == rest:
            return True
    return False
