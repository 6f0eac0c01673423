"""PrivateKeyInfo (RFC 5208, PKCS#8) around the raw private keys of the suites, and numbers drawn at random."""

from hashlib import shake_256

from policies.algorithms.encoding import (
    BIT_STRING,
    INTEGER,
    OCTET_STRING,
    SEQUENCE,
    MalformedError,
    encode,
    encode_integer,
    integer,
    sequence,
)
from policies.algorithms.making.model import Random, UnreadableKeyError

_ATTRIBUTES = 0xA0
_HEDGE_OCTETS = 64
MAX_PRIVATE_KEY = 65_536


def private_key_info(algorithm_der: bytes, key: bytes) -> bytes:
    """The DER PrivateKeyInfo of version 0 with these contents of its OCTET STRING."""
    return encode(SEQUENCE, encode_integer(0) + algorithm_der + encode(OCTET_STRING, key))


def read(pkcs8_der: bytes) -> tuple[bytes, bytes]:
    """The DER AlgorithmIdentifier and the contents of the OCTET STRING of a DER PrivateKeyInfo of version 0, whose
    attributes are passed over. Raises UnreadableKeyError."""
    if len(pkcs8_der) > MAX_PRIVATE_KEY:
        raise UnreadableKeyError("The private key is too long.")
    try:
        parts = sequence(pkcs8_der)
        tags = tuple(tag for tag, _ in parts)
        if tags[:3] != (INTEGER, SEQUENCE, OCTET_STRING) or tags[3:] not in ((), (_ATTRIBUTES,)):
            raise MalformedError("PrivateKeyInfo")
        if integer(parts[0][1]) != 0:
            raise MalformedError("version of PrivateKeyInfo")
    except MalformedError as error:
        raise UnreadableKeyError(f"The private key is not a DER PrivateKeyInfo: {error}.") from None
    return encode(*parts[1]), parts[2][1]


def subject_public_key_info(algorithm_der: bytes, key: bytes) -> bytes:
    """The DER SubjectPublicKeyInfo with these octets in its BIT STRING."""
    return encode(SEQUENCE, algorithm_der + encode(BIT_STRING, b"\0" + key))


def number_below(order: int, random: Random) -> int:
    """A number from 1 to order − 1. 64 bits more than needed are drawn, so that the remainder's bias is below 2⁻⁶⁴
    (FIPS 186-5 A.2.1)."""
    octets = (order.bit_length() + 7) // 8 + 8
    return int.from_bytes(random(octets), "big") % (order - 1) + 1


def nonce_below(order: int, private: int, digest: bytes, random: Random) -> int:
    """A nonce from 1 to order − 1 out of fresh randomness, the private key and the digest that is signed.

    With a sound generator it is as random as the generator; with one that repeats itself two messages still get two
    nonces, so that the private key stays hidden (the hedge of RFC 6979 3.6).
    """
    octets = (order.bit_length() + 7) // 8
    seed = private.to_bytes(octets, "big") + digest + random(_HEDGE_OCTETS)
    return int.from_bytes(shake_256(seed).digest(octets + 8), "big") % (order - 1) + 1


def private_number(octets: bytes, order: int, length: int) -> int:
    """The little-endian number of a raw private key of `length` octets. Raises UnreadableKeyError unless
    0 < number < order."""
    number = int.from_bytes(octets, "little")
    if len(octets) != length or not 0 < number < order:
        raise UnreadableKeyError("The private key has a wrong length or is out of range.")
    return number
