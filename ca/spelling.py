"""The several encodings that one public key can have: whoever writes a blocked key another way has still the same key.

RSA, ECDSA and EdDSA keys are certified in their one canonical form. GOST keys are met under two or three names of a
curve, with and without digestParamSet (RFC 9215 4.2, RFC 7836 A); TUMAR keys with and without NULL and with either
order of the octets of the blob's magic.
"""

from functools import lru_cache
from hashlib import sha256
from typing import Final

from ca import reader
from ops.platform import der
from ops.platform.keys import UnsupportedKeyError, kind_of
from policies.algorithms import gost_kg, gost_ru

# The same curve under the names of tc26 and of CryptoPro.
_CURVES: Final = (
    ("1.2.643.7.1.2.1.1.2", "1.2.643.2.2.35.1", "1.2.643.2.2.36.0"),
    ("1.2.643.7.1.2.1.1.3", "1.2.643.2.2.35.2"),
    ("1.2.643.7.1.2.1.1.4", "1.2.643.2.2.35.3", "1.2.643.2.2.36.1"),
    ("1.2.643.7.1.2.1.1.1",),
    ("1.2.643.7.1.2.1.2.1",),
    ("1.2.643.7.1.2.1.2.2",),
    ("1.2.643.7.1.2.1.2.3",),
)
_DIGESTS: Final = {
    gost_ru.KEY_256: (gost_ru.DIGEST_256, gost_ru.DIGEST_94),
    gost_ru.KEY_512: (gost_ru.DIGEST_512,),
}
_MAGICS: Final = (bytes.fromhex("00454331"), bytes.fromhex("45433100"))


@lru_cache(maxsize=4096)
def spelling_hashes(spki: bytes) -> tuple[str, ...]:
    """SHA-256, hex, of each SubjectPublicKeyInfo (DER) that would be taken for the same key here; its own first."""
    try:
        kind = kind_of(spki)
        others = _others(spki) if kind.value.startswith(("gost-2012-", "tumar-")) else ()
    except (UnsupportedKeyError, reader.ReadError):
        others = ()
    return tuple(dict.fromkeys(sha256(item).hexdigest() for item in (spki, *others)))


def _others(spki: bytes) -> tuple[bytes, ...]:
    algorithm, bits = reader.children(reader.one(spki, 0x30), minimum=2, limit=2)
    oid, *parameters = reader.children(algorithm, minimum=1, limit=2)
    key = reader.oid_text(oid)
    if key == gost_kg.KEY:
        return _tumar(bits.contents[1:])
    curve = reader.oid_text(reader.children(parameters[0])[0])
    names = next(group for group in _CURVES if curve in group)
    suffixes = (b"", *(der.oid(digest) for digest in _DIGESTS[key]))
    return tuple(
        der.sequence(der.algorithm(key, der.sequence(der.oid(name), suffix)), bits.whole)
        for name in names
        for suffix in suffixes
    )


def _tumar(blob: bytes) -> tuple[bytes, ...]:
    blobs = (blob[:8] + magic + blob[12:] for magic in _MAGICS)
    bits = [der.bit_string(item) for item in blobs]
    return tuple(
        der.sequence(der.algorithm(gost_kg.KEY, parameters), item) for parameters in (der.null(), b"") for item in bits
    )
