"""Which signature algorithm a key signs with, and how CMS names it (RFC 5754, RFC 4056, RFC 8419, RFC 9882).

What SignerInfo says for a key of a national suite is its maker's to say: Russia writes the key OID, Kazakhstan and
Belarus the signature OID, each with its own digest.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, get_args

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ops.platform import der
from ops.platform.keys import DIGEST_OIDS, Sha2Name, UnsupportedKeyError, kind_of
from policies.algorithms import CryptoResult
from policies.algorithms import digest as digest_value
from policies.algorithms import digest_algorithm as registered_digest
from policies.algorithms.making import UnknownMakerError, maker, makers
from policies.algorithms.registry import verify_cms
from signer.errors import AlgorithmRefusedError, SignatureValueError

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

    `digest` is the hash of the content and, except for Ed25519 and ML-DSA, of the signed attributes (a name of
    `ops.platform.keys.DIGEST_OIDS`); `digest_algorithm` and `signature_algorithm` are DER AlgorithmIdentifiers;
    `padding` is "pkcs1v15" or "pss" for RSA and "" otherwise; `signs_message` says that the key takes the whole message
    and no digest of it.
    """

    digest: str
    digest_algorithm: bytes
    signature_algorithm: bytes
    padding: str = ""
    signs_message: bool = False

    @property
    def reference_digest(self) -> str:
        """The digest of what the signature refers to (its certificate, its archive): SHA-256, but a national signature
        stands on no other state's digest."""
        return "sha256" if self.digest in get_args(Sha2Name) else self.digest


@cache
def digest_algorithm(name: str) -> bytes:
    """AlgorithmIdentifier of a digest as its suite writes it, for SHA-2 with parameters absent (RFC 5754 2);
    AlgorithmRefusedError for another digest."""
    oid = _digest_oid(name)
    for found in makers().values():
        if found.digest_oid == oid and name not in get_args(Sha2Name):
            return found.digest_algorithm_der
    return der.algorithm(oid)


def digest_of(name: str, data: bytes) -> bytes:
    """The digest value of `data`; AlgorithmRefusedError for a digest that is not used."""
    return digest_value(_digest_oid(name), data)


@cache
def digest_octets(name: str) -> int:
    """The length of a digest value; AlgorithmRefusedError for a digest that is not used."""
    return registered_digest(_digest_oid(name)).bits // 8


def _digest_oid(name: str) -> str:
    if name not in DIGEST_OIDS:
        raise AlgorithmRefusedError(f"The digest {name} is not used for signing.")
    return DIGEST_OIDS[name]


@lru_cache(maxsize=1024)
def scheme_of(spki: bytes, *, pss: bool = False) -> SignatureScheme:
    """The scheme for a key, from its SubjectPublicKeyInfo (DER). `pss` chooses RSASSA-PSS for RSA keys.

    AlgorithmRefusedError for a kind or size of key that this signer does not use.
    """
    key = _library_key(spki)
    if key is None:
        return _national_scheme(spki)
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
        der.explicit(2, der.integer(digest_octets(name))),
    )
    return SignatureScheme(name, digest_algorithm(name), der.algorithm("1.2.840.113549.1.1.10", parameters), "pss")


def _national_scheme(spki: bytes) -> SignatureScheme:
    try:
        kind = kind_of(spki)
        found = maker(kind.value)
    except (UnsupportedKeyError, UnknownMakerError) as error:
        raise AlgorithmRefusedError("The certificate's public key cannot be used here.") from error
    return SignatureScheme(
        kind.natural_digest, found.digest_algorithm_der, found.cms_signature_algorithm_der, signs_message=True
    )


def _library_key(spki: bytes) -> object | None:
    """The key when the library knows its kind."""
    try:
        return load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        return None


def check_value(scheme: SignatureScheme, spki: bytes, message: bytes, value: bytes) -> None:
    """Raise SignatureValueError unless `value` is the signature of `message` under the key `spki` and `scheme`."""
    if verify_cms(scheme.signature_algorithm, scheme.digest_algorithm, spki, message, value) is not CryptoResult.VALID:
        raise SignatureValueError("The key holder's answer does not verify with the certificate's key.")
