"""Digests of names and keys, as OCSP names issuers and responders by them (RFC 6960 4.1.1, 4.2.1)."""

from functools import lru_cache

from policies.algorithms import digest, digest_supported
from policies.algorithms.encoding import MalformedError
from policies.algorithms.identifiers import subject_public_key_info
from validator.asn1 import der

SHA_1 = "1.3.14.3.2.26"


def public_key_octets(spki: bytes) -> bytes:
    """The contents of subjectPublicKey without tag, length and count of unused bits. Raises DerError."""
    try:
        return subject_public_key_info(spki).key
    except MalformedError:
        raise der.DerError("bad-key", 0) from None


@lru_cache(maxsize=4096)
def key_sha1(spki: bytes) -> bytes | None:
    """KeyHash of a responder (RFC 6960 4.2.1), None when the key cannot be read."""
    try:
        # The standard fixes SHA-1 here; it names a key and proves nothing.
        return digest(SHA_1, public_key_octets(spki))
    except der.DerError:
        return None


@lru_cache(maxsize=4096)
def issuer_digests(algorithm: str, name: bytes, spki: bytes) -> tuple[bytes, bytes] | None:
    """(issuerNameHash, issuerKeyHash) by digest OID, None when the digest is unknown or the key cannot be read."""
    if not digest_supported(algorithm):
        return None
    if algorithm == SHA_1:
        hashed = key_sha1(spki)
        return None if hashed is None else (digest(SHA_1, name), hashed)
    try:
        return digest(algorithm, name), digest(algorithm, public_key_octets(spki))
    except der.DerError:
        return None
