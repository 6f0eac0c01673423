"""Checks signatures that this room made or asked for: it verifies or raises, it never answers with a bare bool."""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding

from ca.keycheck import load_key

_NATURAL = {384: hashes.SHA384()}


class SignatureMismatchError(ValueError):
    """The value is not a signature of that key over those octets."""


# The few keys that sign here are asked for again and again; a key that was found sound stays so.
_known_key = lru_cache(maxsize=64)(load_key)


def require_signature(spki: bytes, signature: bytes, message: bytes) -> None:
    """Pass when `signature` verifies with the key and its natural digest (SHA-384 on P-384, else SHA-256).

    ECDSA values are DER, RSA is PKCS #1 v1.5. Raises SignatureMismatchError, and WeakKeyError for an unusable key.
    """
    key = _known_key(spki)
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(_NATURAL.get(key.key_size, hashes.SHA256())))
        else:
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise SignatureMismatchError("the signature does not verify") from error
