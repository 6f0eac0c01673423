"""Kyrgyzstan: GOST R 34.10 keys of TUMAR-CSP as the state CA writes them, with GOST 34.311-95 (arc 1.3.6.1.4.1.6801).

The public key is a CryptoAPI PUBLICKEYBLOB without an OCTET STRING around it: header, key magic, size in bits, then
x ‖ y little-endian. Signatures are r ‖ s little-endian. Old objects of Kazakhstan carry the same identifiers.
"""

from policies.algorithms import gost
from policies.algorithms.curves import domains
from policies.algorithms.encoding import MalformedError, UnsupportedError
from policies.algorithms.identifiers import SubjectPublicKeyInfo
from policies.algorithms.model import AlgorithmUse
from policies.algorithms.suite import LoadedKey, Suite

KEY, SIGNATURE, DIGEST = "1.3.6.1.4.1.6801.1.5.8", "1.3.6.1.4.1.6801.1.2.2", "1.3.6.1.4.1.6801.1.2.1"
DOMAIN = domains.CRYPTOPRO_A

# Type 6 = public key, version 2, reserved; algorithm 0xAA3A; magic; 512 bits of coordinates.
_BLOB_HEADER, _ALGORITHM, _BITS = bytes.fromhex("06020000"), bytes.fromhex("3AAA0000"), bytes.fromhex("00020000")
# The state CA writes the magic with its zero octet first; descriptions of the blob print it last. Both mean "EC1".
_MAGICS = (bytes.fromhex("00454331"), bytes.fromhex("45433100"))
HEADER = _BLOB_HEADER + _ALGORITHM + _MAGICS[0] + _BITS


def encode_blob(point: bytes) -> bytes:
    """The blob around x ‖ y, as the state CA writes it."""
    return HEADER + point


def load_key(info: SubjectPublicKeyInfo, _inherited: bytes | None) -> LoadedKey:
    """The blob of 80 octets."""
    if not info.algorithm.parameters_absent_or_null:
        raise MalformedError("TUMAR key parameters must be NULL")
    header, octets = info.key[: len(HEADER)], info.key[len(HEADER) :]
    if header[:4] != _BLOB_HEADER:
        raise MalformedError("public key blob")
    if header[4:8] != _ALGORITHM:
        raise UnsupportedError("algorithm of the public key blob")
    if header[8:12] not in _MAGICS or header[12:] != _BITS:
        raise MalformedError("the public key blob contradicts the key algorithm")
    return LoadedKey(AlgorithmUse("TUMAR", 256, "signature"), gost.load_point(DOMAIN, octets))


SUITE = Suite(
    name="gost-kg",
    keys={KEY: load_key},
    signatures={SIGNATURE: gost.scheme(KEY, "GOST94-Test", gost.kazakh_numbers)},
    cms={},
    cms_digests={SIGNATURE: frozenset({"GOST94-Test"})},
)
