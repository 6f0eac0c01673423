"""Composite ML-DSA: all eighteen combinations, made half by half as the document says, and each way to be wrong."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from policies.algorithms import AlgorithmUse, CryptoResult, describe_signature, digest, verify, verify_cms
from policies.algorithms.composite import COMPOSITES, NAME, PREFIX
from policies.algorithms.digests import digest_by_name
from policies.algorithms.encoding import BIT_STRING, SEQUENCE, encode
from policies.algorithms.identifiers import DER_NULL, encode_algorithm

MESSAGE = b"the octets that are signed"
LATTICE = {44: mldsa.MLDSA44PrivateKey, 65: mldsa.MLDSA65PrivateKey, 87: mldsa.MLDSA87PrivateKey}
CURVES = {
    "P256": (ec.SECP256R1(), hashes.SHA256()),
    "P384": (ec.SECP384R1(), hashes.SHA384()),
    "P521": (ec.SECP521R1(), hashes.SHA512()),
    "BP256": (ec.BrainpoolP256R1(), hashes.SHA256()),
    "BP384": (ec.BrainpoolP384R1(), hashes.SHA384()),
}
_rsa: dict[int, rsa.RSAPrivateKey] = {}


def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    if bits not in _rsa:
        _rsa[bits] = rsa.generate_private_key(65537, bits)
    return _rsa[bits]


def traditional(label: str, message: bytes) -> tuple[bytes, bytes]:
    """Public key and signature of the half that the label names, in the encodings of the document."""
    parts = label.split("-")[2:]
    if parts[0].startswith("RSA"):
        bits = int(parts[0][3:])
        kind = hashes.SHA384() if bits == 4096 else hashes.SHA256()
        pss = padding.PSS(padding.MGF1(kind), kind.digest_size)
        key = rsa_key(bits)
        value = key.sign(message, pss if parts[1] == "PSS" else padding.PKCS1v15(), kind)
        return key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1), value
    if parts[0] == "ECDSA":
        curve, kind = CURVES[parts[1]]
        key = ec.generate_private_key(curve)
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return point, key.sign(message, ec.ECDSA(kind))
    own = ed448.Ed448PrivateKey.generate() if parts[0] == "Ed448" else ed25519.Ed25519PrivateKey.generate()
    return own.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), own.sign(message)


def signed(oid: str) -> tuple[bytes, bytes, bytes, bytes]:
    """The two halves of the key and of the signature."""
    item = COMPOSITES[oid]
    octets = PREFIX + item.label + b"\0" + digest(digest_by_name(item.digest).oid, MESSAGE)
    key = LATTICE[item.level].generate()
    public, value = traditional(item.label.decode(), octets)
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return raw, public, key.sign(octets, item.label), value


def spki(oid: str, key: bytes) -> bytes:
    return encode(SEQUENCE, encode_algorithm(oid) + encode(BIT_STRING, b"\0" + key))


def flipped(octets: bytes, at: int = -1) -> bytes:
    changed = bytearray(octets)
    changed[at] ^= 1
    return bytes(changed)


@pytest.mark.parametrize("oid", COMPOSITES)
def test_both_halves_have_to_verify(oid: str) -> None:
    lattice, other, first, second = signed(oid)
    algorithm, key = encode_algorithm(oid), spki(oid, lattice + other)
    assert verify(algorithm, key, MESSAGE, first + second) is CryptoResult.VALID
    for wrong in (
        flipped(first) + second,
        first + flipped(second),
        first,
        second,
        b"",
        second + first,
        first + second + b"\0",
        first + bytes(len(second)),
    ):
        assert verify(algorithm, key, MESSAGE, wrong) is CryptoResult.INVALID
    assert verify(algorithm, key, MESSAGE[1:], first + second) is CryptoResult.INVALID
    level = COMPOSITES[oid].level
    assert describe_signature(algorithm, key)[-1] == AlgorithmUse(NAME, level, "signature")


def test_every_label_and_identifier_is_there_once() -> None:
    assert [oid.rpartition(".")[2] for oid in COMPOSITES] == [str(last) for last in range(37, 55)]
    assert len({item.label for item in COMPOSITES.values()}) == 18


ED25519_44, ED25519_65, P256_44 = "1.3.6.1.5.5.7.6.39", "1.3.6.1.5.5.7.6.48", "1.3.6.1.5.5.7.6.40"


def test_a_signature_of_one_half_alone_is_none_of_the_whole() -> None:
    lattice, other, _, _ = signed(ED25519_44)
    key, own = mldsa.MLDSA44PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
    whole = spki(ED25519_44, lattice + other)
    for value in (key.sign(MESSAGE) + own.sign(MESSAGE), key.sign(MESSAGE), own.sign(MESSAGE)):
        assert verify(encode_algorithm(ED25519_44), whole, MESSAGE, value) is CryptoResult.INVALID


def test_another_combination_has_another_label() -> None:
    lattice, other, first, second = signed(ED25519_44)
    key = spki(ED25519_44, lattice + other)
    assert verify(encode_algorithm(ED25519_65), key, MESSAGE, first + second) is CryptoResult.INVALID
    assert verify(encode_algorithm("1.3.101.112"), key, MESSAGE, second) is CryptoResult.INVALID


@pytest.mark.parametrize(
    "change",
    [
        lambda lattice, other: lattice,
        lambda lattice, other: lattice[:-1],
        lambda lattice, other: other,
        lambda lattice, other: b"",
        lambda lattice, other: lattice + other + b"\0",
        lambda lattice, other: lattice + b"\x02" + other[1:33],
        lambda lattice, other: lattice + flipped(other),
    ],
)
def test_a_key_that_breaks_the_document_is_malformed(change: object) -> None:
    lattice, other, first, second = signed(P256_44)
    key = spki(P256_44, change(lattice, other))  # type: ignore[operator]
    assert verify(encode_algorithm(P256_44), key, MESSAGE, first + second) is CryptoResult.MALFORMED


def test_an_rsa_half_has_the_size_that_its_identifier_says() -> None:
    oid = "1.3.6.1.5.5.7.6.38"
    lattice, _, first, second = signed(oid)
    other = rsa_key(3072).public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    assert verify(encode_algorithm(oid), spki(oid, lattice + other), MESSAGE, first + second) is CryptoResult.MALFORMED


def test_parameters_are_absent() -> None:
    lattice, other, first, second = signed(ED25519_44)
    key = spki(ED25519_44, lattice + other)
    algorithm = encode_algorithm(ED25519_44, DER_NULL)
    assert verify(algorithm, key, MESSAGE, first + second) is CryptoResult.MALFORMED


def test_beside_signed_attributes_the_digest_is_as_strong_as_the_key() -> None:
    lattice, other, first, second = signed(ED25519_65)
    key = spki(ED25519_65, lattice + other)
    for oid, expected in (
        ("2.16.840.1.101.3.4.2.1", CryptoResult.MALFORMED),
        ("2.16.840.1.101.3.4.2.3", CryptoResult.VALID),
    ):
        result = verify_cms(encode_algorithm(ED25519_65), encode_algorithm(oid), key, MESSAGE, first + second)
        assert result is expected
