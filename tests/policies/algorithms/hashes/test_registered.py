"""The identifiers by which the national digests are known."""

import pytest

from policies.algorithms import digest, digest_algorithm, digest_algorithms, digest_by_name, hashes, new_digest
from policies.algorithms.digests import DigestAlgorithm, digest_of_identifier, register
from policies.algorithms.encoding import MalformedError, UnsupportedError, encode_object_identifier
from policies.algorithms.identifiers import encode_algorithm

OIDS = {
    "1.2.643.7.1.1.2.2": "Streebog-256",
    "1.2.643.7.1.1.2.3": "Streebog-512",
    "1.2.398.3.10.1.3.2": "Streebog-256",
    "1.2.398.3.10.1.3.3": "Streebog-512",
    "1.2.643.2.2.9": "GOST94-CryptoPro",
    "1.2.398.3.10.1.3.1": "GOST94-Test",
    "1.3.6.1.4.1.6801.1.2.1": "GOST94-Test",
    "1.2.112.0.2.0.34.101.31.81": "belt-hash",
    "1.2.112.0.2.0.34.101.77.11": "bash256",
    "1.2.112.0.2.0.34.101.77.12": "bash384",
    "1.2.112.0.2.0.34.101.77.13": "bash512",
    "1.2.156.10197.1.401": "SM3",
}


@pytest.mark.parametrize("oid", OIDS)
def test_each_identifier_means_its_digest(oid: str) -> None:
    running = hashes.new(OIDS[oid])
    running.update(b"abc")
    assert digest_algorithm(oid) is digest_by_name(OIDS[oid])
    assert digest(oid, b"abc") == running.digest()
    assert 8 * len(new_digest(oid).digest()) == digest_algorithm(oid).bits
    assert digest_of_identifier(encode_algorithm(oid)).name == OIDS[oid]
    assert digest_of_identifier(encode_algorithm(oid, b"\x05\x00")).name == OIDS[oid]


def test_every_national_digest_is_registered_once() -> None:
    names = [item.name for item in digest_algorithms()]
    assert len(names) == len(set(names))
    assert set(hashes.NAMES) <= set(names)
    assert set(hashes.NAMES) == set(OIDS.values())


def test_an_identifier_keeps_its_meaning() -> None:
    streebog = digest_by_name("Streebog-256")
    register(streebog)
    for other in (
        DigestAlgorithm("1.2.3.4", "Streebog-256", 256, streebog.new, None),
        DigestAlgorithm("1.2.398.3.10.1.3.2", "New", 256, streebog.new, None),
        DigestAlgorithm("1.2.3.4", "New", 256, streebog.new, None, ("1.2.3.5", "1.2.398.3.10.1.3.2")),
    ):
        with pytest.raises(ValueError, match="already registered"):
            register(other)
    assert digest_algorithm("1.2.398.3.10.1.3.2") is streebog
    with pytest.raises(KeyError):
        hashes.new("New")


def test_the_digest_of_1994_may_name_its_substitution() -> None:
    oid = "1.2.643.2.2.9"
    cryptopro, test = (encode_object_identifier(f"1.2.643.2.2.30.{number}") for number in (1, 0))
    assert digest_of_identifier(encode_algorithm(oid, cryptopro)).name == "GOST94-CryptoPro"
    with pytest.raises(UnsupportedError):
        digest_of_identifier(encode_algorithm(oid, test))
    with pytest.raises(MalformedError):
        digest_of_identifier(encode_algorithm("1.2.643.7.1.1.2.2", cryptopro))
