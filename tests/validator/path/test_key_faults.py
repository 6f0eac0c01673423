"""The key of an end entity, which no signature on the path puts to the test: what its standard forbids is refused, what
no suite here computes with is not."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from ops.platform import der
from policies.algorithms import load_policy

EC, P256 = der.oid("1.2.840.10045.2.1"), der.oid("1.2.840.10045.3.1.7")
RSA, PSS = der.oid("1.2.840.113549.1.1.1"), der.oid("1.2.840.113549.1.1.10")
ED25519, X25519, X448 = der.oid("1.3.101.112"), der.oid("1.3.101.110"), der.oid("1.3.101.111")
MODULUS = (1 << 2047) + 1
NUMBERS = der.sequence(der.integer(MODULUS), der.integer(65537))


def key(algorithm: tuple[bytes, ...], octets: bytes) -> bytes:
    return der.sequence(der.sequence(*algorithm), der.bit_string(octets))


def rsa(modulus: int = MODULUS, exponent: int = 65537, *more: bytes, null: bytes = b"\x05\x00") -> bytes:
    return key((RSA, null), der.sequence(der.integer(modulus), der.integer(exponent), *more))


def point(forge: SimpleNamespace) -> bytes:
    octets: bytes = forge.spki("leaf")[-65:]
    return octets


def compressed(forge: SimpleNamespace) -> bytes:
    return bytes([2 + (point(forge)[-1] & 1)]) + point(forge)[1:33]


def hybrid(forge: SimpleNamespace) -> bytes:
    return bytes([6 + (point(forge)[-1] & 1)]) + point(forge)[1:]


# Fault → clause, the SubjectPublicKeyInfo.
FAULTS: dict[str, tuple[str, Callable[[SimpleNamespace], bytes]]] = {
    "off-the-curve": ("RFC 5480 2.2", lambda f: key((EC, P256), point(f)[:-1] + bytes([point(f)[-1] ^ 1]))),
    "at-infinity": ("RFC 5480 2.2", lambda _: key((EC, P256), b"\x00")),
    "hybrid-point": ("RFC 5480 2.2", lambda f: key((EC, P256), hybrid(f))),
    "no-square-root": ("RFC 5480 2.2", lambda _: key((EC, P256), b"\x02" + b"\xff" * 32)),
    "short-point": ("RFC 5480 2.2", lambda f: key((EC, P256), point(f)[:-1])),
    "octets-after-point": ("RFC 5480 2.2", lambda f: key((EC, P256), point(f) + b"\x00")),
    "no-curve": ("RFC 5480 2.1.1", lambda f: key((EC,), point(f))),
    "implicit-curve": ("RFC 5480 2.1.1", lambda f: key((EC, der.null()), point(f))),
    "explicit-curve": ("RFC 5480 2.1.1", lambda f: key((EC, der.sequence(der.integer(1))), point(f))),
    "even-modulus": ("RFC 3279 2.3.1", lambda _: rsa(MODULUS + 1)),
    "modulus-zero": ("RFC 3279 2.3.1", lambda _: rsa(0)),
    "negative-modulus": ("RFC 3279 2.3.1", lambda _: rsa(-MODULUS)),
    "exponent-one": ("RFC 8017 3.1", lambda _: rsa(exponent=1)),
    "exponent-even": ("RFC 8017 3.1", lambda _: rsa(exponent=65536)),
    "exponent-negative": ("RFC 8017 3.1", lambda _: rsa(exponent=-3)),
    "third-number": ("RFC 8017 A.1.1", lambda _: rsa(MODULUS, 3, der.integer(1))),
    "parameters-absent": ("RFC 3279 2.3.1", lambda _: rsa(null=b"")),
    "parameters-other": ("RFC 3279 2.3.1", lambda _: rsa(null=P256)),
    "pss-parameters-null": ("RFC 4055 3.1", lambda _: key((PSS, der.null()), NUMBERS)),
    "ed25519-short": ("RFC 8410 3", lambda _: key((ED25519,), bytes(31))),
    "ed25519-parameters": ("RFC 8410 3", lambda _: key((ED25519, der.null()), bytes(32))),
    "x25519-long": ("RFC 8410 3", lambda _: key((X25519,), bytes(33))),
    "x448-parameters": ("RFC 8410 3", lambda _: key((X448, der.null()), bytes(56))),
}
SOUND: dict[str, Callable[[SimpleNamespace], bytes]] = {
    "compressed-point": lambda f: key((EC, P256), compressed(f)),
    "exponent-three": lambda _: rsa(exponent=3),
    "greatest-modulus": lambda _: rsa((1 << 16383) + 1),
    "modulus-beyond-computing": lambda _: rsa((1 << 32767) + 1),
    "x25519": lambda _: key((X25519,), bytes([9] + [0] * 31)),
    "x448": lambda _: key((X448,), bytes([5] + [0] * 55)),
    "algorithm-nobody-knows": lambda _: key((der.oid("1.2.3.4"),), b"key"),
    "longer-than-any-suite-reads": lambda _: key((der.oid("1.2.3.4"),), bytes(262_144)),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_what_is_no_key_of_its_algorithm_is_refused(forge: SimpleNamespace, fault: str) -> None:
    clause, made = FAULTS[fault]
    leaf = forge.end_entity(public_key=made(forge))
    outcome = forge.ask(leaf, [forge.root()], [forge.authority()])
    assert forge.codes(outcome) == ("KEY-MALFORMED",), clause


@pytest.mark.parametrize("kind", sorted(SOUND))
def test_what_is_well_formed_is_accepted(forge: SimpleNamespace, kind: str) -> None:
    leaf = forge.end_entity(public_key=SOUND[kind](forge))
    assert forge.ask(leaf, [forge.root()], [forge.authority()]).valid


def test_no_catalogue_finds_a_curve_reliable_that_nobody_knows(forge: SimpleNamespace) -> None:
    # Nor would anybody be able to verify what such a key signs.
    leaf = forge.end_entity(public_key=key((EC, der.oid("1.2.3.4")), point(forge)))
    outcome = forge.ask(leaf, [forge.root()], [forge.authority()], algorithms=load_policy("default"))
    assert forge.codes(outcome) == ("ALGORITHM",)
