"""Checks signatures that this room made or asked for: it verifies or raises, it never answers with a bare bool."""

from functools import lru_cache

from ca.errors import WeakKeyError
from ops.platform.keys import UnsupportedKeyError, natural_signature_algorithm
from policies.algorithms import CryptoResult, verify


class SignatureMismatchError(ValueError):
    """The value is not a signature of that key over those octets."""


@lru_cache(maxsize=64)
def natural_algorithm(spki: bytes) -> bytes:
    """AlgorithmIdentifier of the signatures that this key makes here, DER. WeakKeyError for an unusable key.

    The algorithm comes from the key that is trusted, never from what is to be checked.
    """
    try:
        return natural_signature_algorithm(spki)
    except UnsupportedKeyError as error:
        raise WeakKeyError("The public key is damaged or of a kind that cannot be checked.") from error


def require_signature(spki: bytes, signature: bytes, message: bytes) -> None:
    """Pass when `signature` verifies with the key and its natural algorithm (`natural_signature_algorithm`).

    `signature` is encoded as in a certificate's BIT STRING. Raises SignatureMismatchError, and WeakKeyError for an
    unusable key.
    """
    if verify(natural_algorithm(spki), spki, message, signature) is not CryptoResult.VALID:
        raise SignatureMismatchError("the signature does not verify")
