"""Maker of SM2 signatures with SM3 (GB/T 32918.2) under the default identity.

The private key is an ECPrivateKey (RFC 5915) in PKCS#8, as OpenSSL writes it. NOT CONSTANT-TIME: see
`policies.algorithms.making`.
"""

from policies.algorithms import sm2
from policies.algorithms.curves import curve_of
from policies.algorithms.encoding import (
    BIT_STRING,
    INTEGER,
    OCTET_STRING,
    SEQUENCE,
    MalformedError,
    encode,
    encode_integer,
    encode_object_identifier,
    integer,
    sequence,
)
from policies.algorithms.identifiers import encode_algorithm
from policies.algorithms.making.model import FaultySignatureError, Maker, Random, UnreadableKeyError
from policies.algorithms.making.pkcs8 import nonce_below, number_below, private_key_info, read, subject_public_key_info

_ALGORITHM = encode_algorithm(sm2.EC_PUBLIC_KEY, encode_object_identifier(sm2.CURVE))
_PUBLIC_KEY = 0xA1
_OPTIONAL = (0xA0, _PUBLIC_KEY)
_OCTETS, _ORDER = sm2.DOMAIN.octets, sm2.DOMAIN.q
_ATTEMPTS = 64


def _point(private: int) -> tuple[int, int]:
    found = curve_of(sm2.DOMAIN).base_multiple(private)
    assert found is not None  # 0 < private < n
    return found


def _point_octets(point: tuple[int, int]) -> bytes:
    return b"\x04" + b"".join(number.to_bytes(_OCTETS, "big") for number in point)


def _generate(random: Random) -> bytes:
    # 1 ≤ d ≤ n − 2: 1 + d must have an inverse (GB/T 32918.1 6.1).
    private = number_below(_ORDER - 1, random)
    public = encode(_PUBLIC_KEY, encode(BIT_STRING, b"\0" + _point_octets(_point(private))))
    inner = encode_integer(1) + encode(OCTET_STRING, private.to_bytes(_OCTETS, "big")) + public
    return private_key_info(_ALGORITHM, encode(SEQUENCE, inner))


def _private(pkcs8_der: bytes) -> int:
    algorithm_der, octets = read(pkcs8_der)
    if algorithm_der != _ALGORITHM:
        raise UnreadableKeyError("The private key is of another kind.")
    try:
        parts = sequence(octets)
        if [tag for tag, _ in parts[:2]] != [INTEGER, OCTET_STRING] or integer(parts[0][1]) != 1:
            raise MalformedError("ECPrivateKey")
        if any(tag not in _OPTIONAL for tag, _ in parts[2:]) or len(parts) > 4:
            raise MalformedError("ECPrivateKey")
    except MalformedError as error:
        raise UnreadableKeyError(f"The private key is not an RFC 5915 structure: {error}.") from None
    private = int.from_bytes(parts[1][1], "big")
    if len(parts[1][1]) != _OCTETS or not 0 < private < _ORDER - 1:
        raise UnreadableKeyError("The private key has a wrong length or is out of range.")
    return private


def _public_key_info(pkcs8_der: bytes) -> bytes:
    return subject_public_key_info(_ALGORITHM, _point_octets(_point(_private(pkcs8_der))))


def sign_number(private: int, number: int, nonce: int) -> tuple[int, int] | None:
    """(r, s) over the message number e (GB/T 32918.2 6.1); None where the standard asks for another nonce."""
    r = (number + _point(nonce)[0]) % _ORDER
    s = pow(1 + private, -1, _ORDER) * (nonce - r * private) % _ORDER
    return (r, s) if r and s and r + nonce != _ORDER else None


def _sign(pkcs8_der: bytes, message: bytes, random: Random) -> bytes:
    private = _private(pkcs8_der)
    number = sm2.message_number(sm2.identity_digest(_point(private), sm2.DEFAULT_IDENTITY), message)
    for _ in range(_ATTEMPTS):
        nonce = nonce_below(_ORDER, private, number.to_bytes(_OCTETS, "big"), random)
        found = sign_number(private, number, nonce)
        if found is not None:
            return sm2.encode_signature(*found)
    raise FaultySignatureError("No usable nonce was drawn: the source of randomness is broken.")


MAKERS: tuple[Maker, ...] = (
    Maker(
        name="sm2",
        key_algorithm=sm2.EC_PUBLIC_KEY,
        digest_oid=sm2.DIGEST,
        digest_algorithm_der=encode_algorithm(sm2.DIGEST),
        signature_algorithm_der=encode_algorithm(sm2.SIGNATURE),
        cms_signature_algorithm_der=encode_algorithm(sm2.SIGNATURE),
        generate=_generate,
        public_key_info=_public_key_info,
        signature=_sign,
    ),
)
