"""China: SM2 with SM3 (GB/T 32918.2, GM/T 0003, GM/T 0009).

The digest is over Z ‖ message, where Z binds the signer's identity and public key, so a signature cannot be checked
from a digest of the message alone. The key shares its OID with ECDSA keys; the curve tells them apart.
"""

from dataclasses import dataclass
from functools import partial

from policies.algorithms.curves import Affine, Curve, coordinates, curve_of, domains
from policies.algorithms.digests import DigestAlgorithm, digest_by_name
from policies.algorithms.encoding import (
    SEQUENCE,
    MalformedError,
    MismatchError,
    encode,
    encode_integer,
    positive,
    sequence,
)
from policies.algorithms.identifiers import AlgorithmIdentifier, SubjectPublicKeyInfo
from policies.algorithms.model import AlgorithmUse, CryptoResult
from policies.algorithms.suite import Check, LoadedKey, SignatureScheme, Suite

EC_PUBLIC_KEY, CURVE = "1.2.840.10045.2.1", "1.2.156.10197.1.301"
SIGNATURE, DIGEST = "1.2.156.10197.1.501", "1.2.156.10197.1.401"
# What GM/T 0010 writes as the signature algorithm of a SignerInfo: the SM2 signature scheme without its digest.
BARE_SIGNATURE = "1.2.156.10197.1.301.1"
DOMAIN = domains.SM2
# The identity of every signer unless it was agreed otherwise (GM/T 0009 10).
DEFAULT_IDENTITY = b"1234567812345678"


@dataclass(frozen=True, slots=True)
class Sm2Key:
    """A public key point with its curve, and Z under the default identity."""

    curve: Curve
    point: Affine
    identity_digest: bytes


def load_key(info: SubjectPublicKeyInfo, _inherited: bytes | None = None) -> LoadedKey:
    """04 ‖ x ‖ y over 32 octets each, big-endian, or the compressed form of the same (GB/T 32918.1 4.2.9), on the SM2
    curve; the caller has seen the curve's OID."""
    curve = curve_of(DOMAIN)
    point = curve.point(*coordinates(DOMAIN, info.key))
    key = Sm2Key(curve, point, identity_digest(point, DEFAULT_IDENTITY))
    return LoadedKey(AlgorithmUse("SM2", 256, "signature"), key)


def identity_digest(point: Affine, identity: bytes) -> bytes:
    """Z: SM3 over the length of the identity in bits (2 octets), the identity, a, b, the base point and the public
    key, numbers big-endian (GB/T 32918.2 5.5)."""
    numbers = (DOMAIN.a, DOMAIN.b, DOMAIN.x, DOMAIN.y, *point)
    octets = b"".join(int(number).to_bytes(DOMAIN.octets, "big") for number in numbers)
    return _sm3((8 * len(identity)).to_bytes(2, "big") + identity + octets)


def message_number(identity: bytes, message: bytes) -> int:
    """e: SM3 over Z ‖ message as a number. `identity` is Z."""
    running = digest_by_name("SM3").new()
    running.update(identity)
    running.update(message)
    return int.from_bytes(running.digest(), "big")


def _sm3(data: bytes) -> bytes:
    running = digest_by_name("SM3").new()
    running.update(data)
    return running.digest()


def verify(curve: Curve, point: Affine, number: int, r: int, s: int) -> bool:
    """Whether (r, s) signs the message number e (GB/T 32918.2 7.1)."""
    n = curve.domain.q
    if not (0 < r < n and 0 < s < n):
        return False
    t = (r + s) % n
    if not t:
        return False
    found = curve.combination(s, t, point)
    return found is not None and (number + found[0]) % n == r


def encode_signature(r: int, s: int) -> bytes:
    """The DER SEQUENCE of r and s (GM/T 0009 7.3)."""
    return encode(SEQUENCE, encode_integer(r) + encode_integer(s))


def _check(key: Sm2Key, message: bytes, signature: bytes) -> CryptoResult:
    try:
        numbers = [positive(element) for element in sequence(signature)]
    except MalformedError:
        return CryptoResult.INVALID
    if len(numbers) != 2:
        return CryptoResult.INVALID
    good = verify(key.curve, key.point, message_number(key.identity_digest, message), *numbers)
    return CryptoResult.VALID if good else CryptoResult.INVALID


def _digests(identifier: AlgorithmIdentifier) -> tuple[DigestAlgorithm, ...]:
    if not identifier.parameters_absent_or_null:
        raise MalformedError("SM2 signature parameters")
    return (digest_by_name("SM3"),)


def _prepare(identifier: AlgorithmIdentifier, key: LoadedKey) -> Check:
    _digests(identifier)
    if not isinstance(key.material, Sm2Key):
        raise MismatchError("an SM2 signature with a key on another curve")
    return partial(_check, key.material)


SUITE = Suite(
    name="sm2",
    keys={},  # `ecdsa.load_key` reads every id-ecPublicKey and hands those on the SM2 curve over
    signatures={SIGNATURE: SignatureScheme(frozenset({EC_PUBLIC_KEY}), _digests, _prepare)},
    cms={(EC_PUBLIC_KEY, "SM3"): SIGNATURE, (BARE_SIGNATURE, "SM3"): SIGNATURE},
    cms_digests=dict.fromkeys((SIGNATURE, BARE_SIGNATURE), frozenset({"SM3"})),
)
