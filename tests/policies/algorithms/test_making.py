"""What the makers sign verifies under their own identifiers; a fault or a foreign key gives nothing."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from hashlib import shake_256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.algorithms import CryptoResult, describe_signature, digest, spki_leniencies, verify, verify_cms
from policies.algorithms.curves import Arithmetic, domains
from policies.algorithms.digests import digest_by_name
from policies.algorithms.encoding import OCTET_STRING, SEQUENCE, elements, encode, encode_integer, sequence
from policies.algorithms.hashes.constants import BELT_H
from policies.algorithms.making import (
    FaultySignatureError,
    Maker,
    Random,
    UnknownMakerError,
    UnreadableKeyError,
    maker,
    makers,
)
from policies.algorithms.making import bign as bign_making
from policies.algorithms.making.pkcs8 import number_below
from tests.policies.algorithms.objects import load

NATIONAL = tuple(item for item in makers().values() if item.name.startswith(("gost", "tumar", "bign", "sm2")))
EACH = pytest.mark.parametrize("kind", NATIONAL, ids=lambda kind: kind.name)
BELT_HASH = "1.2.112.0.2.0.34.101.31.81"


def stream(seed: bytes) -> Random:
    """Octets that follow from a seed, others with every call."""
    calls = 0

    def random(count: int) -> bytes:
        nonlocal calls
        calls += 1
        return shake_256(seed + calls.to_bytes(4, "big")).digest(count)

    return random


@EACH
def test_a_signature_verifies_in_a_certificate_and_in_cms(kind: Maker, arithmetic: Arithmetic) -> None:
    random = stream(kind.name.encode("ascii"))
    private = kind.generate(random)
    spki = kind.public_key_info(private)
    for message in (b"", b"\0", b"content" * 1_000):
        value = kind.sign(private, message, random)
        assert verify(kind.signature_algorithm_der, spki, message, value) is CryptoResult.VALID
        assert verify(kind.signature_algorithm_der, spki, message + b"\0", value) is CryptoResult.INVALID
        algorithms = (kind.cms_signature_algorithm_der, kind.digest_algorithm_der)
        assert verify_cms(*algorithms, spki, message, value) is CryptoResult.VALID
    assert describe_signature(kind.signature_algorithm_der, spki)[-1].bits >= 256
    assert spki_leniencies(spki) == ()
    assert digest(kind.digest_oid, b"")
    assert not kind.constant_time


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(NATIONAL), st.binary(min_size=8, max_size=8), st.binary(max_size=80), st.integers(0, 1 << 20))
def test_whatever_is_signed_verifies_and_no_other_octets_do(kind: Maker, seed: bytes, message: bytes, at: int) -> None:
    random = stream(seed)
    private = kind.generate(random)
    spki, value = kind.public_key_info(private), kind.sign(private, message, random)
    bit = at % (8 * len(value))
    wrong = bytearray(value)
    wrong[bit // 8] ^= 1 << bit % 8
    assert verify(kind.signature_algorithm_der, spki, message, value) is CryptoResult.VALID
    assert verify(kind.signature_algorithm_der, spki, message, bytes(wrong)) is CryptoResult.INVALID


@EACH
def test_private_keys_out_of_range_or_of_another_kind_are_unreadable(kind: Maker) -> None:
    random = stream(b"keys")
    private = kind.generate(random)
    version, algorithm, (_, octets) = (item for item in sequence(private))
    head = encode(*version) + encode(*algorithm)
    inner = sequence(octets) if kind.name == "sm2" else None
    if kind.name.startswith("gost-kz"):
        octets = elements(octets)[0][1]
    if inner is None:
        bodies = [bytes(len(octets)), b"\xff" * len(octets), octets[:-1], octets + b"\0", b""]
    else:
        numbers = (bytes(32), b"\xff" * 32, inner[1][1][:-1])
        bodies = [encode(SEQUENCE, encode_integer(1) + encode(OCTET_STRING, number)) for number in numbers]
        bodies += [encode(SEQUENCE, encode_integer(2) + encode(*inner[1])), encode(SEQUENCE, encode_integer(1)), b""]
    other = next(item for item in NATIONAL if item.key_algorithm != kind.key_algorithm)
    wrong = [encode(SEQUENCE, head + encode(OCTET_STRING, body)) for body in bodies]
    wrong += [
        b"",
        b"\x30\x80",
        private[:-1],
        private + b"\0",
        encode(SEQUENCE, encode_integer(1) + encode(*algorithm) + encode(OCTET_STRING, octets)),
        encode(SEQUENCE, head + encode(OCTET_STRING, octets) + encode_integer(1)),
        encode(SEQUENCE, head + encode(OCTET_STRING, b"\0" * 70_000)),
        other.generate(random),
    ]
    for item in wrong:
        with pytest.raises(UnreadableKeyError):
            kind.public_key_info(item)
        with pytest.raises(UnreadableKeyError):
            kind.sign(item, b"", random)
    attributes = encode(SEQUENCE, head + encode(OCTET_STRING, octets) + encode(0xA0, b""))
    assert kind.public_key_info(attributes) == kind.public_key_info(private)
    if kind.name.startswith(("gost", "tumar")):
        wrapped = encode(SEQUENCE, head + encode(OCTET_STRING, encode(OCTET_STRING, octets)))
        assert kind.public_key_info(wrapped) == kind.public_key_info(private)


@EACH
def test_a_faulty_signature_is_never_given_out(kind: Maker) -> None:
    random = stream(b"fault")
    private = kind.generate(random)

    def struck(pkcs8: bytes, message: bytes, source: Random) -> bytes:
        value = bytearray(kind.signature(pkcs8, message, source))
        value[len(value) // 2] ^= 0x10
        return bytes(value)

    with pytest.raises(FaultySignatureError) as caught:
        replace(kind, signature=struck).sign(private, b"message", random)
    assert caught.value.code == "TS-MAKER-FAULT"


@EACH
def test_a_generator_that_repeats_itself_does_not_repeat_a_nonce(kind: Maker) -> None:
    """r (S0 for bign) comes from the nonce: two messages never share one."""
    private = kind.generate(stream(b"key"))
    values = [kind.sign(private, message, bytes) for message in (b"one", b"two", b"one")]
    assert values[0] == values[2]
    size = len(values[0])
    for part in (slice(0, size // 3), slice(size // 3, size // 2), slice(2 * size // 3, size)):
        assert values[0][part] != values[1][part]


def test_the_nonces_of_stb_34_101_45() -> None:
    table = load("bign.json")
    if not table:
        pytest.skip("corpus is absent")
    private = int.from_bytes(bytes.fromhex(table["private_key"]), "little")
    for row in table["deterministic_k"]:
        hedge = b"" if not row["t"] else bytes(BELT_H[192:215])
        hashed = digest(BELT_HASH, bytes.fromhex(row["message"]))
        nonce = bign_making.deterministic_nonce(private, domains.BIGN_256.q, BELT_HASH, hashed, hedge)
        assert nonce.to_bytes(32, "little").hex().upper() == row["k"]


def test_the_signatures_of_stb_34_101_45_are_made_again() -> None:
    """The private key of the tables gives back the nonce of a signature, and the nonce the same octets."""
    table = load("bign.json")
    if not table:
        pytest.skip("corpus is absent")
    private = int.from_bytes(bytes.fromhex(table["private_key"]), "little")
    kind = bign_making.BignKind(domains.BIGN_256, b"", digest_by_name("belt-hash"))
    made = 0
    for row in table["verify"]:
        if "signature" not in row:
            continue
        value, hashed = bytes.fromhex(row["signature"]), digest(BELT_HASH, bytes.fromhex(row["message"]))
        first, second = (int.from_bytes(part, "little") for part in (value[:16], value[16:]))
        nonce = (second + int.from_bytes(hashed, "little") + (first + (1 << 128)) * private) % domains.BIGN_256.q
        assert bign_making.signature_octets(kind, private, hashed, nonce) == value
        made += 1
    assert made == 2


def test_numbers_cover_their_range_and_nothing_else() -> None:
    def ending(last: int) -> Random:
        return lambda count: bytes(count - 1) + bytes([last])

    assert {number_below(5, ending(last)) for last in range(8)} == {1, 2, 3, 4}
    assert number_below(5, lambda count: b"\xff" * count) in range(1, 5)


def test_unknown_makers() -> None:
    with pytest.raises(UnknownMakerError) as caught:
        maker("rot13")
    assert caught.value.exit_status == 2
    assert len(makers()) == len({id(item) for item in makers().values()})


def test_an_sm2_key_of_ours_signs_and_verifies_in_openssl(tmp_path: Path, require: Callable[[str], str]) -> None:
    openssl, kind = require("openssl"), maker("sm2")
    private = kind.generate(stream(b"sm2"))
    (tmp_path / "key.der").write_bytes(private)
    (tmp_path / "public.der").write_bytes(kind.public_key_info(private))
    (tmp_path / "message").write_bytes(b"message")
    (tmp_path / "ours").write_bytes(kind.sign(private, b"message", stream(b"nonce")))

    def run(*arguments: str) -> None:
        identity = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678")
        command = [openssl, "pkeyutl", *arguments, *identity, "-in", "message"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    public = ("-pubin", "-keyform", "DER", "-inkey", "public.der")
    run("-verify", *public, "-sigfile", "ours")
    run("-sign", "-keyform", "DER", "-inkey", "key.der", "-out", "theirs")
    value = (tmp_path / "theirs").read_bytes()
    assert verify(kind.signature_algorithm_der, kind.public_key_info(private), b"message", value) is CryptoResult.VALID
