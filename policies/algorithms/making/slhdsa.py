"""Makes SLH-DSA keys and signatures (FIPS 205 9.1, 9.2; keys as RFC 9909 6 writes them) with the optional part.

Signatures are deterministic, as FIPS 205 9.2 allows: this room draws no randomness, and the optional part takes none
from its caller. A faulty computation, which a deterministic scheme betrays most about, is caught by `Maker.sign`.
"""

from functools import partial

from policies.algorithms.digests import digest_by_name
from policies.algorithms.encoding import (
    BIT_STRING,
    INTEGER,
    OCTET_STRING,
    SEQUENCE,
    MalformedError,
    UnsupportedError,
    encode,
    encode_integer,
    integer,
    sequence,
)
from policies.algorithms.identifiers import algorithm_identifier, encode_algorithm
from policies.algorithms.making.model import Maker, Random, UnreadableKeyError
from policies.algorithms.slhdsa import PURE_OIDS, available, bits_of, parameter_set

# FIPS 205 10.2: the pure form signs 0, the length of the context (none), the message.
_PURE_PREFIX = b"\x00\x00"


def _generate(oid: str, name: str, random: Random) -> bytes:
    """FIPS 205 algorithm 21 from three fresh seeds."""
    parameters = parameter_set(name)
    from slhdsa.lowlevel.addresses import Address
    from slhdsa.lowlevel.xmss import XMSS

    octets = parameters.n
    secret_seed, prf_seed, public_seed = (random(octets) for _ in range(3))
    top = Address(parameters.d - 1, 0)
    root = XMSS(parameters).node(secret_seed, 0, parameters.h_m, public_seed, top)
    key = encode(OCTET_STRING, secret_seed + prf_seed + public_seed + root)
    return encode(SEQUENCE, encode_integer(0) + encode_algorithm(oid) + key)


def _parts(oid: str, name: str, pkcs8_der: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """SK.seed, SK.prf, PK.seed, PK.root. Raises UnreadableKeyError."""
    octets = bits_of(name) // 8
    try:
        version, algorithm, key = sequence(pkcs8_der)[:3]
        sound = (
            version[0] == INTEGER
            and integer(version[1]) in (0, 1)
            and algorithm_identifier(encode(*algorithm)).oid == oid
            and key[0] == OCTET_STRING
            and len(key[1]) == 4 * octets
        )
    except (MalformedError, ValueError):
        sound = False
    if not sound:
        raise UnreadableKeyError(f"This is not a private key of the kind SLH-DSA {name}.")
    value = key[1]
    first, second, third, fourth = (value[at * octets : (at + 1) * octets] for at in range(4))
    return first, second, third, fourth


def _public(oid: str, name: str, pkcs8_der: bytes) -> bytes:
    _, _, seed, root = _parts(oid, name, pkcs8_der)
    return encode(SEQUENCE, encode_algorithm(oid) + encode(BIT_STRING, b"\x00" + seed + root))


def _sign(oid: str, name: str, pkcs8_der: bytes, message: bytes, _random: Random) -> bytes:
    parts = _parts(oid, name, pkcs8_der)
    try:
        parameters = parameter_set(name)
    except UnsupportedError as error:
        raise UnreadableKeyError(str(error)) from None
    from slhdsa.lowlevel.slhdsa import sign

    return sign(_PURE_PREFIX + message, parts, parameters, False)


def _maker(oid: str, name: str) -> Maker:
    digest = digest_by_name("SHA-256" if bits_of(name) == 128 else "SHA-512")
    return Maker(
        name=f"slh-dsa-{name.replace('_', '-')}",
        key_algorithm=oid,
        digest_oid=digest.oid,
        digest_algorithm_der=encode_algorithm(digest.oid),
        signature_algorithm_der=encode_algorithm(oid),
        cms_signature_algorithm_der=encode_algorithm(oid),
        generate=partial(_generate, oid, name),
        public_key_info=partial(_public, oid, name),
        signature=partial(_sign, oid, name),
    )


MAKERS = tuple(_maker(oid, name) for oid, name in PURE_OIDS.items()) if available() else ()
