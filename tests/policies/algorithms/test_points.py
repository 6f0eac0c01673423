"""Keys that only have to be described are read here; what is read must be what the library would say of them."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.algorithms import describe_key, ecdsa, identifiers
from policies.algorithms.encoding import MalformedError

CURVES = (ec.SECP256R1(), ec.SECP384R1())


def encoded_point(curve: ec.EllipticCurve, secret: int) -> bytes:
    key = ec.derive_private_key(secret, curve).public_key()
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
@settings(max_examples=300, deadline=None)
@given(secret=st.integers(1, 2**200), flipped=st.none() | st.integers(8, 8 * 97 - 1), less=st.integers(0, 2))
def test_the_equation_says_what_the_library_says(
    curve: ec.EllipticCurve, secret: int, flipped: int | None, less: int
) -> None:
    point = bytearray(encoded_point(curve, secret))
    if flipped is not None:
        point[flipped // 8 % len(point) or 1] ^= 1 << flipped % 8
    octets = bytes(point[: len(point) - less])
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(curve, octets)
        on_curve = True
    except ValueError:
        on_curve = False
    assert ecdsa._EQUATIONS[curve.name].holds(octets) is on_curve


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_coordinates_are_reduced(curve: ec.EllipticCurve) -> None:
    equation = ecdsa._EQUATIONS[curve.name]
    # Where x = 0 lies on the curve, x = p would too, were coordinates not bounded (SEC 1 2.3.4).
    root = pow(equation.b, (equation.p + 1) // 4, equation.p)
    assert root * root % equation.p == equation.b
    sides = [value.to_bytes(equation.size, "big") for value in (0, equation.p, root)]
    assert equation.holds(b"\4" + sides[0] + sides[2])
    assert not equation.holds(b"\4" + sides[1] + sides[2])


SPKI = ec.derive_private_key(7, ec.SECP256R1()).public_key()
KEY = SPKI.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def read(octets: bytes) -> object:
    try:
        return identifiers.subject_public_key_info(octets)
    except MalformedError as error:
        return str(error)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255), st.booleans()), min_size=1, max_size=3))
def test_a_key_is_read_as_if_nothing_had_been_read_before(changes: list[tuple[int, int, bool]]) -> None:
    octets = bytearray(KEY)
    for position, value, inserted in changes:
        if inserted:
            octets.insert(position % len(octets), value)
        else:
            octets[position % min(len(octets), 32)] = value
    read(KEY)
    after = read(bytes(octets))
    identifiers._heads.clear()
    assert after == read(bytes(octets))


def test_a_point_off_the_curve_is_described_as_unknown() -> None:
    assert describe_key(KEY).bits == 256
    assert describe_key(KEY[:-1] + bytes([KEY[-1] ^ 1])).bits == 0
