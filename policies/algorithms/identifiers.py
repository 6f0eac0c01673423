"""Reads AlgorithmIdentifier and SubjectPublicKeyInfo (RFC 5280 4.1.1.2, 4.1.2.7), each once per distinct octets."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from policies.algorithms.encoding import (
    BIT_STRING,
    NULL,
    OBJECT_IDENTIFIER,
    SEQUENCE,
    MalformedError,
    elements,
    encode,
    encode_object_identifier,
    object_identifier,
    sequence,
)

MAX_ALGORITHM = 1_024
MAX_PUBLIC_KEY = 16_384
DER_NULL = b"\x05\x00"


@dataclass(frozen=True, slots=True)
class AlgorithmIdentifier:
    """An algorithm: dotted OID and the DER of its parameters, None when they are absent."""

    oid: str
    parameters: bytes | None

    @property
    def parameters_absent_or_null(self) -> bool:
        """True when there are no parameters or an explicit NULL."""
        return self.parameters is None or self.parameters == DER_NULL


class SubjectPublicKeyInfo(NamedTuple):
    """A public key as a certificate carries it: its algorithm and the octets of the BIT STRING (no unused bits)."""

    algorithm: AlgorithmIdentifier
    key: bytes


@lru_cache(maxsize=1_024)
def algorithm_identifier(der: bytes) -> AlgorithmIdentifier:
    """The AlgorithmIdentifier in `der`. Raises MalformedError."""
    if len(der) > MAX_ALGORITHM:
        raise MalformedError("algorithm identifier is too long")
    return _algorithm(sequence(der))


def _algorithm(parts: list[tuple[int, bytes]]) -> AlgorithmIdentifier:
    if not 1 <= len(parts) <= 2 or parts[0][0] != OBJECT_IDENTIFIER:
        raise MalformedError("algorithm identifier")
    parameters: bytes | None = None
    if len(parts) == 2:
        tag, contents = parts[1]
        if tag == NULL and contents:
            raise MalformedError("NULL with contents")
        parameters = encode(tag, contents)
    return AlgorithmIdentifier(object_identifier(parts[0][1]), parameters)


# By length and first octets: what the encodings of one kind of key begin with, up to the key's own octets, and its
# algorithm. Two encodings of one length that begin so differ in nothing but the key.
_heads: dict[tuple[int, bytes], tuple[bytes, AlgorithmIdentifier]] = {}
_BEGINNING, _MAX_HEAD, _MAX_HEADS = 12, 64, 1_024


def subject_public_key_info(der: bytes) -> SubjectPublicKeyInfo:
    """The SubjectPublicKeyInfo in `der`. Raises MalformedError."""
    known = _heads.get((len(der), der[:_BEGINNING]))
    if known is not None and der.startswith(known[0]):
        return SubjectPublicKeyInfo(known[1], der[len(known[0]) :])
    info = _read_key_info(der)
    head = len(der) - len(info.key)
    if head <= _MAX_HEAD and info.key:
        if len(_heads) >= _MAX_HEADS:
            _heads.clear()
        _heads[len(der), der[:_BEGINNING]] = (der[:head], info.algorithm)
    return info


def _read_key_info(der: bytes) -> SubjectPublicKeyInfo:
    if len(der) > MAX_PUBLIC_KEY:
        raise MalformedError("public key is too long")
    parts = sequence(der)
    if len(parts) != 2 or parts[0][0] != SEQUENCE or parts[1][0] != BIT_STRING:
        raise MalformedError("subject public key info")
    bits = parts[1][1]
    if not bits or bits[0] != 0:
        raise MalformedError("public key with unused bits")
    if len(parts[0][1]) > MAX_ALGORITHM:
        # A DSA or historic key may carry long parameters; too many octets to be worth remembering.
        return SubjectPublicKeyInfo(_algorithm(elements(parts[0][1])), bits[1:])
    return SubjectPublicKeyInfo(_key_algorithm(parts[0][1]), bits[1:])


@lru_cache(maxsize=1_024)
def _key_algorithm(contents: bytes) -> AlgorithmIdentifier:
    return _algorithm(elements(contents))


def encode_algorithm(oid: str, parameters: bytes | None = None) -> bytes:
    """The DER of an AlgorithmIdentifier."""
    return encode(SEQUENCE, encode_object_identifier(oid) + (parameters or b""))
