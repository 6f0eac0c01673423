"""Decides whether a head was signed by the log's key."""

from functools import lru_cache

from ops.platform.audit.entry import SignedHead
from ops.platform.keys import natural_signature_algorithm
from policies.algorithms import CryptoResult, verify

_algorithm = lru_cache(maxsize=16)(natural_signature_algorithm)


def head_is_signed(head: SignedHead, spki: bytes) -> bool:
    """Whether the signature verifies under the trusted key, SubjectPublicKeyInfo DER.

    The algorithm follows from the key alone, never from the data under test. Raises UnsupportedKeyError when `spki` is
    not a key that a key store makes.
    """
    return verify(_algorithm(spki), spki, head.signed_octets, head.signature) is CryptoResult.VALID
