"""ECDSA over the NIST, Brainpool and secp256k1 curves (RFC 5480, RFC 5639, RFC 5758, RFC 8692; BSI TR-03111 plain).

Only named curves (RFC 5480 2.1.1 forbids the others), points not hybrid, parameters of the signature algorithm absent.
"""

from functools import cache, lru_cache, partial
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from policies.algorithms import ecdsa_computed, sm2
from policies.algorithms.digests import DigestAlgorithm, digest_by_name
from policies.algorithms.encoding import (
    OBJECT_IDENTIFIER,
    SEQUENCE,
    MalformedError,
    MismatchError,
    UnsupportedError,
    elements,
    encode,
    encode_integer,
    object_identifier,
)
from policies.algorithms.identifiers import AlgorithmIdentifier, SubjectPublicKeyInfo
from policies.algorithms.model import AlgorithmUse, CryptoResult
from policies.algorithms.suite import Check, LoadedKey, SignatureScheme, Suite

EC_PUBLIC_KEY = "1.2.840.10045.2.1"

CURVES: dict[str, ec.EllipticCurve] = {
    "1.2.840.10045.3.1.1": ec.SECP192R1(),
    "1.3.132.0.33": ec.SECP224R1(),
    "1.2.840.10045.3.1.7": ec.SECP256R1(),
    "1.3.132.0.34": ec.SECP384R1(),
    "1.3.132.0.35": ec.SECP521R1(),
    "1.3.132.0.10": ec.SECP256K1(),
    "1.3.36.3.3.2.8.1.1.7": ec.BrainpoolP256R1(),
    "1.3.36.3.3.2.8.1.1.11": ec.BrainpoolP384R1(),
    "1.3.36.3.3.2.8.1.1.13": ec.BrainpoolP512R1(),
}
DER_DIGESTS = {
    "1.2.840.10045.4.1": "SHA-1",
    "1.2.840.10045.4.3.1": "SHA-224",
    "1.2.840.10045.4.3.2": "SHA-256",
    "1.2.840.10045.4.3.3": "SHA-384",
    "1.2.840.10045.4.3.4": "SHA-512",
    "2.16.840.1.101.3.4.3.9": "SHA3-224",
    "2.16.840.1.101.3.4.3.10": "SHA3-256",
    "2.16.840.1.101.3.4.3.11": "SHA3-384",
    "2.16.840.1.101.3.4.3.12": "SHA3-512",
    "1.3.6.1.5.5.7.6.32": "SHAKE128",
    "1.3.6.1.5.5.7.6.33": "SHAKE256",
}
PLAIN_DIGESTS = {
    "0.4.0.127.0.7.1.1.4.1.1": "SHA-1",
    "0.4.0.127.0.7.1.1.4.1.2": "SHA-224",
    "0.4.0.127.0.7.1.1.4.1.3": "SHA-256",
    "0.4.0.127.0.7.1.1.4.1.4": "SHA-384",
    "0.4.0.127.0.7.1.1.4.1.5": "SHA-512",
    "0.4.0.127.0.7.1.1.4.1.8": "SHA3-224",
    "0.4.0.127.0.7.1.1.4.1.9": "SHA3-256",
    "0.4.0.127.0.7.1.1.4.1.10": "SHA3-384",
    "0.4.0.127.0.7.1.1.4.1.11": "SHA3-512",
}


_DIGESTS = DER_DIGESTS | PLAIN_DIGESTS


def load_key(info: SubjectPublicKeyInfo, _inherited: bytes | None) -> LoadedKey:
    """A point on a named curve, compressed or not (RFC 5480 2.2); it must lie on the curve."""
    oid = _curve_oid(info.algorithm.parameters)
    kind = _KINDS.get(oid)
    if kind is None:
        return _load_other_key(oid, info)
    octets = info.key
    if not octets or octets[0] not in (2, 3, 4):
        raise MalformedError("elliptic curve point")
    curve, use, equation = kind
    point = _Point(curve, octets)
    if equation is None or octets[0] != 4:
        point.public_key()
    elif not equation.holds(octets):
        raise MalformedError("elliptic curve point")
    return LoadedKey(use, point)


def _load_other_key(oid: str, info: SubjectPublicKeyInfo) -> LoadedKey:
    """A key on a curve that the library does not compute with."""
    if oid == sm2.CURVE:
        return sm2.load_key(info)
    if oid in ecdsa_computed.CURVES:
        return ecdsa_computed.load_key(oid, info.key)
    raise UnsupportedError(oid)


def _use(curve: ec.EllipticCurve) -> AlgorithmUse:
    # secp256k1 is in no agreed-mechanism list of the EU: a name of its own lets a catalogue tell it apart.
    name = "ECDSA-secp256k1" if isinstance(curve, ec.SECP256K1) else "ECDSA"
    return AlgorithmUse(name, curve.key_size, "signature")


class _Point(NamedTuple):
    """A public key that is handed to the library when it has to verify something: most keys are end entities', of
    which only the size and that they are keys is asked."""

    curve: ec.EllipticCurve
    octets: bytes

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The library's key; a point off the curve is refused with MalformedError."""
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(self.curve, self.octets)
        except UnsupportedAlgorithm:
            raise UnsupportedError(self.curve.name) from None
        except ValueError:
            raise MalformedError("elliptic curve point") from None


class _Equation(NamedTuple):
    """y² = x³ − 3x + b over the integers modulo p (FIPS 186-4 D.1.2), coordinates of `size` octets."""

    p: int
    b: int
    size: int

    def holds(self, point: bytes) -> bool:
        """The uncompressed point (SEC 1 2.3.4) has reduced coordinates and lies on the curve."""
        size, p = self.size, self.p
        x, y = int.from_bytes(point[1 : size + 1], "big"), int.from_bytes(point[size + 1 :], "big")
        return len(point) == 2 * size + 1 and x < p and y < p and ((x * x - 3) * x + self.b - y * y) % p == 0


_EQUATIONS = {
    "secp256r1": _Equation(
        2**256 - 2**224 + 2**192 + 2**96 - 1,
        0x5AC635D8_AA3A93E7_B3EBBD55_769886BC_651D06B0_CC53B0F6_3BCE3C3E_27D2604B,
        32,
    ),
    "secp384r1": _Equation(
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        0xB3312FA7_E23EE7E4_988E056B_E3F82D19_181D9C6E_FE814112_0314088F_5013875A_C656398D_8A2ED19D_2A85C8ED_D3EC2AEF,
        48,
    ),
}


# What a key on each of the library's curves is; the equation, where it is written out, saves loading the key.
_KINDS = {oid: (curve, _use(curve), _EQUATIONS.get(curve.name)) for oid, curve in CURVES.items()}


@lru_cache(maxsize=256)
def _curve_oid(parameters: bytes | None) -> str:
    if parameters is None:
        raise MalformedError("curve is missing")
    tag, contents = elements(parameters)[0]
    if tag != OBJECT_IDENTIFIER:
        raise MalformedError("curve is not named (RFC 5480 2.1.1)")
    return object_identifier(contents)


def _verify(key: ec.EllipticCurvePublicKey, scheme: ec.ECDSA, message: bytes, signature: bytes) -> CryptoResult:
    try:
        key.verify(signature, message, scheme)
    except (InvalidSignature, ValueError):
        return CryptoResult.INVALID
    except UnsupportedAlgorithm:
        return CryptoResult.UNSUPPORTED
    return CryptoResult.VALID


# The library is told the length of a digest by naming another one of that length (RFC 8692 3: 256 and 512 bits).
_LENGTHS: dict[int, hashes.HashAlgorithm] = {256: hashes.SHA256(), 512: hashes.SHA512()}


def _verify_digest(
    key: ec.EllipticCurvePublicKey, digest: DigestAlgorithm, message: bytes, signature: bytes
) -> CryptoResult:
    """For SHAKE, which the library computes but does not sign with."""
    running = digest.new()
    running.update(message)
    return _verify(key, ec.ECDSA(Prehashed(_LENGTHS[digest.bits])), running.digest(), signature)


def _verify_plain(key: ec.EllipticCurvePublicKey, scheme: ec.ECDSA, message: bytes, signature: bytes) -> CryptoResult:
    octets = order_octets(key)
    if len(signature) != 2 * octets:
        return CryptoResult.INVALID
    r, s = int.from_bytes(signature[:octets], "big"), int.from_bytes(signature[octets:], "big")
    return _verify(key, scheme, message, encode(SEQUENCE, encode_integer(r) + encode_integer(s)))


def order_octets(key: ec.EllipticCurvePublicKey) -> int:
    """Octets of r and of s in the plain form (TR-03111 5.2.2): every known curve has an order as long as its field."""
    return (key.curve.key_size + 7) // 8


def _digests(identifier: AlgorithmIdentifier) -> tuple[DigestAlgorithm, ...]:
    if identifier.parameters is not None:
        raise MalformedError("ECDSA parameters must be absent (RFC 5758 3.2)")
    return (digest_by_name(_DIGESTS[identifier.oid]),)


def _prepare(identifier: AlgorithmIdentifier, key: LoadedKey) -> Check:
    digest, der = _digests(identifier)[0], identifier.oid in DER_DIGESTS
    if isinstance(key.material, ecdsa_computed.ComputedKey):
        return partial(ecdsa_computed.check_der if der else ecdsa_computed.check_plain, key.material, digest)
    if not isinstance(key.material, _Point):
        raise MismatchError("an ECDSA signature with an SM2 key")
    scheme = _scheme(digest.name)
    if scheme is None:
        return partial(_verify_digest, key.material.public_key(), digest)
    return partial(_verify if der else _verify_plain, key.material.public_key(), scheme)


@cache
def _scheme(digest_name: str) -> ec.ECDSA | None:
    """The library's object for ECDSA with this digest, None when the library does not sign with it."""
    primitive = digest_by_name(digest_name).primitive
    return None if primitive is None else ec.ECDSA(primitive)


_SCHEME = SignatureScheme(frozenset({EC_PUBLIC_KEY}), _digests, _prepare)

SUITE = Suite(
    name="ecdsa",
    keys={EC_PUBLIC_KEY: load_key},
    signatures=dict.fromkeys((*DER_DIGESTS, *PLAIN_DIGESTS), _SCHEME),
    cms={(EC_PUBLIC_KEY, name): oid for oid, name in DER_DIGESTS.items()},
    cms_digests={},
)
