"""Which signature algorithm a key signs with, and how CMS names it (RFC 5754, RFC 4056, RFC 8419, RFC 9882)."""

from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import new as new_hash
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ops.platform import der
from policies.algorithms import CryptoResult, verify
from signer.errors import AlgorithmRefusedError, SignatureValueError

DIGEST_OIDS: Final = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_ECDSA: Final = {
    "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4",
}
_RSA: Final = {
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
}
_MLDSA: Final = {
    mldsa.MLDSA44PublicKey: "2.16.840.1.101.3.4.3.17",
    mldsa.MLDSA65PublicKey: "2.16.840.1.101.3.4.3.18",
    mldsa.MLDSA87PublicKey: "2.16.840.1.101.3.4.3.19",
}
_MINIMUM_RSA_BITS: Final = 2048
_MAXIMUM_RSA_BITS: Final = 8192


@dataclass(frozen=True, slots=True)
class SignatureScheme:
    """How one key signs in CMS.

    `digest` is the hash of the content and, except for Ed25519 and ML-DSA, of the signed attributes ("sha256",
    "sha384", "sha512"); `digest_algorithm` and `signature_algorithm` are DER AlgorithmIdentifiers; `padding` is
    "pkcs1v15" or "pss" for RSA and "" otherwise; `signs_message` says that the key takes the whole message and no
    digest of it.
    """

    digest: str
    digest_algorithm: bytes
    signature_algorithm: bytes
    padding: str = ""
    signs_message: bool = False


@cache
def digest_algorithm(name: str) -> bytes:
    """AlgorithmIdentifier of a digest, parameters absent (RFC 5754 2); AlgorithmRefusedError for another digest."""
    if name not in DIGEST_OIDS:
        raise AlgorithmRefusedError(f"The digest {name} is not used for signing.")
    return der.algorithm(DIGEST_OIDS[name])


def digest_of(name: str, data: bytes | memoryview) -> bytes:
    """The digest value of `data`; AlgorithmRefusedError for a digest that is not used."""
    if name not in DIGEST_OIDS:
        raise AlgorithmRefusedError(f"The digest {name} is not used for signing.")
    return new_hash(name, data).digest()


@lru_cache(maxsize=1024)
def scheme_of(spki: bytes, *, pss: bool = False) -> SignatureScheme:
    """The scheme for a key, from its SubjectPublicKeyInfo (DER). `pss` chooses RSASSA-PSS for RSA keys.

    AlgorithmRefusedError for a kind or size of key that this signer does not use.
    """
    key = _public_key(spki)
    if isinstance(key, rsa.RSAPublicKey):
        return _rsa_scheme(key, pss)
    if isinstance(key, ec.EllipticCurvePublicKey):
        name = "sha256" if key.key_size <= 256 else "sha384" if key.key_size <= 384 else "sha512"
        if key.key_size < 256:
            raise AlgorithmRefusedError(f"A curve of {key.key_size} bits is too small.")
        return SignatureScheme(name, digest_algorithm(name), der.algorithm(_ECDSA[name]))
    if isinstance(key, ed25519.Ed25519PublicKey):
        # RFC 8419 3.1: with Ed25519 the digest is SHA-512 and the signed attributes are signed whole.
        return SignatureScheme("sha512", digest_algorithm("sha512"), der.algorithm("1.3.101.112"), signs_message=True)
    for kind, dotted in _MLDSA.items():
        if isinstance(key, kind):
            return SignatureScheme("sha512", digest_algorithm("sha512"), der.algorithm(dotted), signs_message=True)
    raise AlgorithmRefusedError("The key's kind is not one that this signer uses.")


def _rsa_scheme(key: rsa.RSAPublicKey, pss: bool) -> SignatureScheme:
    if not _MINIMUM_RSA_BITS <= key.key_size <= _MAXIMUM_RSA_BITS:
        raise AlgorithmRefusedError(f"An RSA key of {key.key_size} bits is not used for signing.")
    name = "sha256" if key.key_size <= 3072 else "sha512"
    if not pss:
        return SignatureScheme(name, digest_algorithm(name), der.algorithm(_RSA[name], der.null()), "pkcs1v15")
    # RFC 4055 3.1: inside the parameters the hash carries NULL; the salt is as long as the hash.
    inner = der.algorithm(DIGEST_OIDS[name], der.null())
    parameters = der.sequence(
        der.explicit(0, inner),
        der.explicit(1, der.algorithm("1.2.840.113549.1.1.8", inner)),
        der.explicit(2, der.integer(new_hash(name).digest_size)),
    )
    return SignatureScheme(name, digest_algorithm(name), der.algorithm("1.2.840.113549.1.1.10", parameters), "pss")


def _public_key(spki: bytes) -> object:
    try:
        return load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise AlgorithmRefusedError("The certificate's public key cannot be used here.") from error


def check_value(scheme: SignatureScheme, spki: bytes, message: bytes, value: bytes) -> None:
    """Raise SignatureValueError unless `value` is the signature of `message` under the key `spki` and `scheme`."""
    if verify(scheme.signature_algorithm, spki, message, value) is not CryptoResult.VALID:
        raise SignatureValueError("The key holder's answer does not verify with the certificate's key.")
