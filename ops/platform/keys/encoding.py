"""Encodings around a signature: AlgorithmIdentifier, DigestInfo, and the DER form of an ECDSA value.

RFC 5758 3.2 (ECDSA, no parameters), RFC 4055 3.1 and 5 (RSASSA-PSS with explicit parameters; PKCS #1 v1.5 with NULL),
RFC 8410 3 (Ed25519, no parameters), RFC 8017 9.2 note 1 (DigestInfo).
"""

from types import MappingProxyType
from typing import Final, get_args

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ops.platform import der
from ops.platform.keys.errors import LabelError, UnsupportedKeyError
from ops.platform.keys.model import DigestName, KeyAlgorithm, SchemeName

DIGEST_LENGTH: Final[MappingProxyType[str, int]] = MappingProxyType({"sha256": 32, "sha384": 48, "sha512": 64})

_LABEL_FIRST = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
_LABEL_REST = _LABEL_FIRST | frozenset("._:/@-")

_DIGEST = {
    "sha256": der.algorithm("2.16.840.1.101.3.4.2.1", der.null()),
    "sha384": der.algorithm("2.16.840.1.101.3.4.2.2", der.null()),
    "sha512": der.algorithm("2.16.840.1.101.3.4.2.3", der.null()),
}
_ECDSA = {
    "sha256": der.algorithm("1.2.840.10045.4.3.2"),
    "sha384": der.algorithm("1.2.840.10045.4.3.3"),
    "sha512": der.algorithm("1.2.840.10045.4.3.4"),
}
_RSA = {
    "sha256": der.algorithm("1.2.840.113549.1.1.11", der.null()),
    "sha384": der.algorithm("1.2.840.113549.1.1.12", der.null()),
    "sha512": der.algorithm("1.2.840.113549.1.1.13", der.null()),
}
_ED25519 = der.algorithm("1.3.101.112")


def checked_label(label: str) -> str:
    """The label itself when every store can hold it, else LabelError."""
    if 1 <= len(label) <= 100 and label[0] in _LABEL_FIRST and _LABEL_REST.issuperset(label):
        return label
    raise LabelError(f"The key label {label[:120]!r} is not allowed.")


def checked_digest(name: str, value: bytes) -> bytes:
    """The digest value itself when its length is the digest's, else UnsupportedKeyError."""
    if len(value) != DIGEST_LENGTH.get(name, -1):
        raise UnsupportedKeyError(f"A digest of {len(value)} octets is not a value of {name}.")
    return value


def algorithm_identifier(algorithm: KeyAlgorithm, digest: DigestName, scheme: SchemeName) -> bytes:
    """DER AlgorithmIdentifier of a signature. UnsupportedKeyError for an unknown digest or scheme."""
    if algorithm is KeyAlgorithm.ED25519:
        return _ED25519
    if digest not in DIGEST_LENGTH:
        raise UnsupportedKeyError(f"The digest {digest!r} is not supported for signing.")
    if not algorithm.is_rsa:
        return _ECDSA[digest]
    if scheme == "pkcs1v15":
        return _RSA[digest]
    if scheme == "pss":
        return _PSS[digest]
    raise UnsupportedKeyError(f"The RSA signature scheme {scheme!r} is not supported.")


def digest_info(name: DigestName, value: bytes) -> bytes:
    """DER DigestInfo, the input of RSASSA-PKCS1-v1_5 (RFC 8017 9.2)."""
    return der.sequence(_DIGEST[name], der.octet_string(value))


def ecdsa_der(raw: bytes) -> bytes:
    """DER ``SEQUENCE { r, s }`` from the token's ``r ‖ s``, each half big-endian (PKCS #11 2.40, 2.3.1)."""
    half = len(raw) // 2
    return der.sequence(der.integer(int.from_bytes(raw[:half], "big")), der.integer(int.from_bytes(raw[half:], "big")))


def _pss_algorithm(digest: DigestName) -> bytes:
    hash_algorithm = _DIGEST[digest]
    mask_generation = der.algorithm("1.2.840.113549.1.1.8", hash_algorithm)
    parameters = der.sequence(
        der.explicit(0, hash_algorithm),
        der.explicit(1, mask_generation),
        der.explicit(2, der.integer(DIGEST_LENGTH[digest])),
    )
    return der.algorithm("1.2.840.113549.1.1.10", parameters)


_PSS = {digest: _pss_algorithm(digest) for digest in get_args(DigestName)}


def natural_signature_algorithm(spki: bytes) -> bytes:
    """DER AlgorithmIdentifier of what `KeyStore.sign` makes by default with the key of this SubjectPublicKeyInfo.

    UnsupportedKeyError when it is not a key that a store makes. A verifier takes the algorithm from the key it trusts
    and never from the data under test.
    """
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnsupportedKeyError("This is not a public key that a key store makes.") from error
    if isinstance(key, rsa.RSAPublicKey):
        return _RSA["sha256"]
    if isinstance(key, ed25519.Ed25519PublicKey):
        return _ED25519
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _NATURAL_ECDSA:
        return _NATURAL_ECDSA[key.curve.name]
    raise UnsupportedKeyError("This is not a public key that a key store makes.")


_NATURAL_ECDSA = {"secp256r1": _ECDSA["sha256"], "secp384r1": _ECDSA["sha384"]}
