"""ECDSA on the Brainpool curves that this house computes itself, made by OpenSSL."""

import subprocess
from collections.abc import Callable

import pytest

from policies.algorithms import AlgorithmUse, CryptoResult, describe_key, verify
from policies.algorithms.curves import Arithmetic
from policies.algorithms.ecdsa import DER_DIGESTS, EC_PUBLIC_KEY, PLAIN_DIGESTS
from policies.algorithms.ecdsa_computed import CURVES
from policies.algorithms.encoding import (
    BIT_STRING,
    SEQUENCE,
    elements,
    encode,
    encode_integer,
    encode_object_identifier,
    sequence,
)
from policies.algorithms.identifiers import encode_algorithm

VALID, INVALID, UNSUPPORTED, MALFORMED = CryptoResult
SIZES = {"sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512", "sha3-384": "SHA3-384"}


@pytest.fixture(scope="module")
def made(
    require: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], tuple[bytes, bytes]]:
    """Public key octets (uncompressed) and a signature over b"message" for a curve and a digest of OpenSSL."""
    openssl, folder = require("openssl"), tmp_path_factory.mktemp("brainpool")
    (folder / "message").write_bytes(b"message")

    def make(curve: str, digest: str) -> tuple[bytes, bytes]:
        key = folder / f"{curve}.pem"
        if not key.exists():
            run("ecparam", "-name", curve, "-genkey", "-noout", "-out", str(key))
        public = run("pkey", "-in", str(key), "-pubout", "-outform", "DER")
        return sequence(public)[1][1][1:], run("dgst", f"-{digest}", "-sign", str(key), "message")

    def run(*arguments: str) -> bytes:
        return subprocess.run([openssl, *arguments], cwd=folder, check=True, capture_output=True).stdout

    return make


def spki(oid: str, point: bytes) -> bytes:
    return encode(
        SEQUENCE, encode_algorithm(EC_PUBLIC_KEY, encode_object_identifier(oid)) + encode(BIT_STRING, b"\0" + point)
    )


def oid_of(table: dict[str, str], digest: str) -> bytes:
    return encode_algorithm(next(oid for oid, name in table.items() if name == digest))


@pytest.mark.parametrize("oid", CURVES, ids=lambda oid: CURVES[oid].name)
def test_what_openssl_signs_verifies_in_every_form(
    oid: str, made: Callable[[str, str], tuple[bytes, bytes]], arithmetic: Arithmetic
) -> None:
    domain, size = CURVES[oid], CURVES[oid].octets
    for tool, name in SIZES.items():
        point, signature = made(domain.name, tool)
        key, der, plain = spki(oid, point), oid_of(DER_DIGESTS, name), oid_of(PLAIN_DIGESTS, name)
        compressed = spki(oid, bytes([2 + (point[-1] & 1)]) + point[1 : size + 1])
        opposite = spki(oid, bytes([3 - (point[-1] & 1)]) + point[1 : size + 1])
        r, s = (int.from_bytes(value, "big") for _, value in sequence(signature))
        halves = r.to_bytes(size, "big") + s.to_bytes(size, "big")
        assert verify(der, key, b"message", signature) is VALID
        assert verify(der, compressed, b"message", signature) is VALID
        assert verify(plain, key, b"message", halves) is VALID
        for algorithm, wrong_key, message, value in (
            (der, opposite, b"message", signature),
            (der, key, b"massage", signature),
            (der, key, b"message", signature + b"\0"),
            (der, key, b"message", halves),
            (der, key, b"message", encode(SEQUENCE, encode_integer(r))),
            (der, key, b"message", encode(SEQUENCE, encode_integer(r) + encode_integer(s + domain.q))),
            (der, key, b"message", encode(SEQUENCE, encode_integer(0) + encode_integer(s))),
            (plain, key, b"message", signature),
            (plain, key, b"message", halves[size:] + halves[:size]),
            (plain, key, b"message", halves[:-1]),
        ):
            assert verify(algorithm, wrong_key, message, value) is INVALID
        assert describe_key(key) == AlgorithmUse("ECDSA", domain.p.bit_length(), "signature")


@pytest.mark.parametrize("oid", CURVES, ids=lambda oid: CURVES[oid].name)
def test_points_off_the_curve_are_malformed(oid: str) -> None:
    domain, size = CURVES[oid], CURVES[oid].octets
    x, y = (number.to_bytes(size, "big") for number in (domain.x, domain.y))
    algorithm = oid_of(DER_DIGESTS, "SHA-256")
    assert verify(algorithm, spki(oid, b"\4" + x + y), b"", b"") is INVALID
    no_square = next(
        n for n in range(2, 100) if pow(n**3 + domain.a * n + domain.b, (domain.p - 1) // 2, domain.p) != 1
    )
    for point in (
        b"",
        b"\0",
        b"\4" + x + x,
        b"\4" + x,
        b"\6" + x + y,
        b"\4" + x + y + b"\0",
        b"\2" + x + y,
        b"\4" + bytes(2 * size),
        b"\2" + no_square.to_bytes(size, "big"),
        b"\2" + domain.p.to_bytes(size, "big"),
        b"\4" + b"\xff" * 2 * size,
    ):
        assert verify(algorithm, spki(oid, point), b"", b"") is MALFORMED
    assert (
        verify(encode(SEQUENCE, elements(algorithm)[0][1] + b"\5\0"), spki(oid, b"\4" + x + y), b"", b"") is MALFORMED
    )
