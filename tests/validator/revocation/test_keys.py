"""Digests of keys, by which OCSP names issuers and responders, and keys that have none."""

from hashlib import sha1, sha256

import pytest

from ops.platform import der
from validator.asn1.der import DerError
from validator.revocation.keys import SHA_1, issuer_digests, key_sha1, public_key_octets

SHA_256 = "2.16.840.1.101.3.4.2.1"
ALGORITHM = der.algorithm("1.2.840.10045.2.1", der.oid("1.2.840.10045.3.1.7"))
GOOD = der.sequence(ALGORITHM, der.bit_string(b"\x04" + b"k" * 64))
NAME = der.sequence()


def test_the_key_is_hashed_without_tag_length_and_unused_bits() -> None:
    octets = b"\x04" + b"k" * 64
    assert public_key_octets(GOOD) == octets
    assert key_sha1(GOOD) == sha1(octets).digest()
    assert issuer_digests(SHA_1, NAME, GOOD) == (sha1(NAME).digest(), sha1(octets).digest())
    assert issuer_digests(SHA_256, NAME, GOOD) == (sha256(NAME).digest(), sha256(octets).digest())
    assert issuer_digests("1.2.3.4", NAME, GOOD) is None


@pytest.mark.parametrize(
    "spki",
    [
        b"",
        b"\x30\x00",
        der.sequence(ALGORITHM),
        der.sequence(ALGORITHM, der.octet_string(b"k")),
        der.sequence(ALGORITHM, der.tlv(0x03, b"")),
        der.sequence(ALGORITHM, der.tlv(0x03, b"\x01\x80")),
        GOOD + b"\x00",
    ],
)
def test_a_key_that_cannot_be_read_has_no_digest(spki: bytes) -> None:
    with pytest.raises(DerError):
        public_key_octets(spki)
    assert key_sha1(spki) is None
    assert issuer_digests(SHA_1, NAME, spki) is None
    assert issuer_digests(SHA_256, NAME, spki) is None
