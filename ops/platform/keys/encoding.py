"""Encodings around a signature: AlgorithmIdentifier, DigestInfo, and the DER form of an ECDSA value.

RFC 5758 3.2 (ECDSA, no parameters), RFC 4055 3.1 and 5 (RSASSA-PSS with explicit parameters; PKCS #1 v1.5 with NULL),
RFC 8410 3 (Ed25519, no parameters), RFC 9881 2 (ML-DSA, no parameters), RFC 8017 9.2 note 1 (DigestInfo). What a
national suite writes is its maker's to say.
"""

from types import MappingProxyType
from typing import Final, cast, get_args

from ops.platform import der
from ops.platform.keys.errors import LabelError, UnsupportedKeyError
from ops.platform.keys.kinds import is_rsa_key, kind_of
from ops.platform.keys.model import DigestName, KeyAlgorithm, SchemeName, Sha2Name
from policies.algorithms import describe_key
from policies.algorithms.making import UnknownMakerError, maker

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
_FIXED = {
    KeyAlgorithm.ED25519: der.algorithm("1.3.101.112"),
    KeyAlgorithm.ML_DSA_44: der.algorithm("2.16.840.1.101.3.4.3.17"),
    KeyAlgorithm.ML_DSA_65: der.algorithm("2.16.840.1.101.3.4.3.18"),
    KeyAlgorithm.ML_DSA_87: der.algorithm("2.16.840.1.101.3.4.3.19"),
}


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


def sha2(name: str) -> Sha2Name:
    """The name itself when it is one of the SHA-2 digests that RSA and ECDSA sign with, else UnsupportedKeyError."""
    for known in get_args(Sha2Name):
        if name == known:
            return cast(Sha2Name, known)
    raise UnsupportedKeyError(f"The digest {name!r} is not supported for signing with RSA or ECDSA.")


def algorithm_identifier(algorithm: KeyAlgorithm, digest: DigestName, scheme: SchemeName) -> bytes:
    """DER AlgorithmIdentifier of a signature. UnsupportedKeyError for an unknown digest or scheme."""
    if algorithm in _FIXED:
        return _FIXED[algorithm]
    if algorithm.is_made_here:
        return _made_here(algorithm, digest)
    name = sha2(digest)
    if not algorithm.is_rsa:
        return _ECDSA[name]
    if scheme == "pkcs1v15":
        return _RSA[name]
    if scheme == "pss":
        return _PSS[name]
    raise UnsupportedKeyError(f"The RSA signature scheme {scheme!r} is not supported.")


def _made_here(algorithm: KeyAlgorithm, digest: DigestName) -> bytes:
    if algorithm.is_national and digest != algorithm.natural_digest:
        raise UnsupportedKeyError(f"A key {algorithm.value} signs with its own digest only, not with {digest!r}.")
    try:
        return maker(algorithm.value).signature_algorithm_der
    except UnknownMakerError as error:
        raise UnsupportedKeyError(f"Keys of the kind {algorithm.value} cannot be used by this version.") from error


def require_digest_signing(algorithm: KeyAlgorithm) -> None:
    """UnsupportedKeyError for a kind of key that signs whole messages only."""
    if algorithm.signs_messages_only:
        raise UnsupportedKeyError(f"A key {algorithm.value} signs whole messages only, not digests.")


def digest_info(name: Sha2Name, value: bytes) -> bytes:
    """DER DigestInfo, the input of RSASSA-PKCS1-v1_5 (RFC 8017 9.2)."""
    return der.sequence(_DIGEST[name], der.octet_string(value))


def ecdsa_der(raw: bytes) -> bytes:
    """DER ``SEQUENCE { r, s }`` from the token's ``r ‖ s``, each half big-endian (PKCS #11 2.40, 2.3.1)."""
    half = len(raw) // 2
    return der.sequence(der.integer(int.from_bytes(raw[:half], "big")), der.integer(int.from_bytes(raw[half:], "big")))


def _pss_algorithm(digest: Sha2Name) -> bytes:
    hash_algorithm = _DIGEST[digest]
    mask_generation = der.algorithm("1.2.840.113549.1.1.8", hash_algorithm)
    parameters = der.sequence(
        der.explicit(0, hash_algorithm),
        der.explicit(1, mask_generation),
        der.explicit(2, der.integer(DIGEST_LENGTH[digest])),
    )
    return der.algorithm("1.2.840.113549.1.1.10", parameters)


_PSS = {digest: _pss_algorithm(digest) for digest in get_args(Sha2Name)}


def natural_signature_algorithm(spki: bytes) -> bytes:
    """DER AlgorithmIdentifier of what `KeyStore.sign` makes by default with the key of this SubjectPublicKeyInfo.

    UnsupportedKeyError when it is not a key that a store makes. A verifier takes the algorithm from the key it trusts
    and never from the data under test.
    """
    if is_rsa_key(spki) and describe_key(spki).bits > 0:
        return _RSA["sha256"]
    kind = kind_of(spki)
    return algorithm_identifier(kind, kind.natural_digest, "pkcs1v15")
