"""RSA: PKCS #1 v1.5 and PSS (RFC 8017, RFC 4055, RFC 5754, RFC 8702).

Sizes are bounded so that a certificate cannot make anyone compute for long: modulus 512 to 16 384 bits, exponent at
most 256 bits and at most 64 bits above 3 072 (beyond is "unsupported", not "forged").
"""

from functools import partial

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from policies.algorithms.digests import DigestAlgorithm, digest_by_name, digest_of_identifier
from policies.algorithms.encoding import (
    INTEGER,
    SEQUENCE,
    MalformedError,
    UnsupportedError,
    encode,
    encode_integer,
    integer,
    only,
    sequence,
)
from policies.algorithms.identifiers import (
    DER_NULL,
    AlgorithmIdentifier,
    SubjectPublicKeyInfo,
    algorithm_identifier,
    encode_algorithm,
)
from policies.algorithms.model import AlgorithmUse, CryptoResult
from policies.algorithms.suite import Check, LoadedKey, SignatureScheme, Suite

RSA_ENCRYPTION = "1.2.840.113549.1.1.1"
MGF1 = "1.2.840.113549.1.1.8"
RSASSA_PSS = "1.2.840.113549.1.1.10"
NEGATIVE_MODULUS = "negative-rsa-modulus"
MIN_MODULUS_BITS, MAX_MODULUS_BITS = 512, 16_384
MAX_EXPONENT_BITS, MAX_EXPONENT_BITS_LARGE, LARGE_MODULUS_BITS = 256, 64, 3_072
_TAGGED = {0xA0: 0, 0xA1: 1, 0xA2: 2, 0xA3: 3}

PKCS1_DIGESTS = {
    "1.2.840.113549.1.1.4": "MD5",
    "1.2.840.113549.1.1.5": "SHA-1",
    "1.3.14.3.2.29": "SHA-1",
    "1.2.840.113549.1.1.14": "SHA-224",
    "1.2.840.113549.1.1.11": "SHA-256",
    "1.2.840.113549.1.1.12": "SHA-384",
    "1.2.840.113549.1.1.13": "SHA-512",
    "1.2.840.113549.1.1.15": "SHA-512/224",
    "1.2.840.113549.1.1.16": "SHA-512/256",
    "2.16.840.1.101.3.4.3.13": "SHA3-224",
    "2.16.840.1.101.3.4.3.14": "SHA3-256",
    "2.16.840.1.101.3.4.3.15": "SHA3-384",
    "2.16.840.1.101.3.4.3.16": "SHA3-512",
}


def load_key(info: SubjectPublicKeyInfo, _inherited: bytes | None) -> LoadedKey:
    """An RSAPublicKey structure (RFC 8017 A.1.1). A modulus that was encoded as a negative number is read as the
    unsigned octets that were meant, and named as a leniency (found in Estonian cards)."""
    if info.algorithm.oid == RSA_ENCRYPTION and not info.algorithm.parameters_absent_or_null:
        raise MalformedError("RSA parameters must be NULL (RFC 3279 2.3.1)")
    parts = sequence(info.key)
    if len(parts) != 2 or parts[0][0] != INTEGER or parts[1][0] != INTEGER:
        raise MalformedError("RSA public key")
    modulus, exponent = integer(parts[0][1]), integer(parts[1][1])
    leniencies: tuple[str, ...] = ()
    if modulus < 0:
        modulus, leniencies = int.from_bytes(parts[0][1], "big"), (NEGATIVE_MODULUS,)
    _check_numbers(modulus, exponent)
    name = "RSASSA-PSS" if info.algorithm.oid == RSASSA_PSS else "RSA"
    restriction = info.algorithm.parameters if info.algorithm.oid == RSASSA_PSS else None
    if restriction is not None:
        pss_parameters(restriction)
    key = RSAPublicNumbers(exponent, modulus).public_key()
    return LoadedKey(AlgorithmUse(name, modulus.bit_length(), "signature"), (key, restriction), leniencies)


def _check_numbers(modulus: int, exponent: int) -> None:
    bits, limit = modulus.bit_length(), MAX_EXPONENT_BITS
    if bits > MAX_MODULUS_BITS:
        raise UnsupportedError("RSA modulus is too large")
    if bits > LARGE_MODULUS_BITS:
        limit = MAX_EXPONENT_BITS_LARGE
    if exponent.bit_length() > limit:
        raise UnsupportedError("RSA exponent is too large")
    if bits < MIN_MODULUS_BITS or modulus % 2 == 0 or exponent < 3 or exponent % 2 == 0 or exponent >= modulus:
        raise MalformedError("RSA numbers")


def _verify(
    key: RSAPublicKey, pad: padding.AsymmetricPadding, digest: DigestAlgorithm, message: bytes, signature: bytes
) -> CryptoResult:
    assert digest.primitive is not None
    try:
        key.verify(signature, message, pad, digest.primitive)
    except (InvalidSignature, ValueError):
        return CryptoResult.INVALID
    except UnsupportedAlgorithm:
        return CryptoResult.UNSUPPORTED
    return CryptoResult.VALID


def _pkcs1_digests(identifier: AlgorithmIdentifier) -> tuple[DigestAlgorithm, ...]:
    if not identifier.parameters_absent_or_null:
        raise MalformedError("PKCS #1 v1.5 parameters must be NULL (RFC 4055 5)")
    return (digest_by_name(PKCS1_DIGESTS[identifier.oid]),)


def _prepare_pkcs1(identifier: AlgorithmIdentifier, key: LoadedKey) -> Check:
    public, _ = _material(key)
    return partial(_verify, public, padding.PKCS1v15(), _pkcs1_digests(identifier)[0])


def _material(key: LoadedKey) -> tuple[RSAPublicKey, bytes | None]:
    assert isinstance(key.material, tuple)
    return key.material


def pss_parameters(der: bytes) -> tuple[DigestAlgorithm, DigestAlgorithm, int]:
    """Digest, mask-generation digest and salt length in octets of RSASSA-PSS-params (RFC 4055 3.1).

    Absent fields mean SHA-1, MGF1 with SHA-1 and 20; a default that is written out is accepted. Raises MalformedError,
    UnsupportedError.
    """
    digest = mask = digest_by_name("SHA-1")
    salt, previous = 20, -1
    for tag, contents in sequence(der):
        index = _TAGGED.get(tag, -1)
        if index <= previous:
            raise MalformedError("PSS parameters")
        previous = index
        if index == 0:
            digest = _known(contents)
        elif index == 1:
            mask = _mask(contents)
        elif index == 2:
            salt = integer(only(contents, INTEGER))
        elif integer(only(contents, INTEGER)) != 1:
            raise MalformedError("PSS trailer field must be 1 (RFC 4055 3.1)")
    if not 0 <= salt <= MAX_MODULUS_BITS // 8:
        raise MalformedError("PSS salt length")
    return digest, mask, salt


def _mask(contents: bytes) -> DigestAlgorithm:
    generator = algorithm_identifier(contents)
    if generator.oid != MGF1:
        raise UnsupportedError(generator.oid)
    if generator.parameters is None:
        raise MalformedError("MGF1 without a digest")
    return _known(generator.parameters)


def _known(der: bytes) -> DigestAlgorithm:
    found = digest_of_identifier(der)
    if found.primitive is None:
        raise UnsupportedError(found.oid)
    return found


def _signature_parameters(identifier: AlgorithmIdentifier) -> tuple[DigestAlgorithm, DigestAlgorithm, int]:
    if identifier.parameters is None:
        raise MalformedError("PSS parameters must be present in a signature (RFC 4055 3.1)")
    return pss_parameters(identifier.parameters)


def _pss_digests(identifier: AlgorithmIdentifier) -> tuple[DigestAlgorithm, ...]:
    digest, mask, _ = _signature_parameters(identifier)
    return (digest,) if digest == mask else (digest, mask)


def _prepare_pss(identifier: AlgorithmIdentifier, key: LoadedKey) -> Check:
    public, restriction = _material(key)
    digest, mask, salt = _signature_parameters(identifier)
    if restriction is not None:
        allowed_digest, allowed_mask, least_salt = pss_parameters(restriction)
        if (digest, mask) != (allowed_digest, allowed_mask) or salt < least_salt:
            raise MalformedError("PSS parameters are outside of those of the key (RFC 4055 3.3)")
    assert mask.primitive is not None
    return partial(_verify, public, padding.PSS(padding.MGF1(mask.primitive), salt), digest)


def encode_pss_parameters(digest: str, mask: str, salt: int) -> bytes:
    """DER RSASSA-PSS-params with every field that is not the default; digests by catalogue name."""
    inner = b""
    if digest != "SHA-1":
        inner += encode(0xA0, encode_algorithm(digest_by_name(digest).oid, DER_NULL))
    if mask != "SHA-1":
        inner += encode(0xA1, encode_algorithm(MGF1, encode_algorithm(digest_by_name(mask).oid, DER_NULL)))
    if salt != 20:
        inner += encode(0xA2, encode_integer(salt))
    return encode(SEQUENCE, inner)


_PKCS1 = SignatureScheme(frozenset({RSA_ENCRYPTION}), _pkcs1_digests, _prepare_pkcs1)
_PSS = SignatureScheme(frozenset({RSA_ENCRYPTION, RSASSA_PSS}), _pss_digests, _prepare_pss)

SUITE = Suite(
    name="rsa",
    keys={RSA_ENCRYPTION: load_key, RSASSA_PSS: load_key},
    signatures={**dict.fromkeys(PKCS1_DIGESTS, _PKCS1), RSASSA_PSS: _PSS},
    cms={(RSA_ENCRYPTION, name): oid for oid, name in PKCS1_DIGESTS.items() if oid != "1.3.14.3.2.29"},
    cms_digests={},
)
