"""The group arithmetic against schoolbook addition: on real sets, and on curves small enough for every exception."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.algorithms.curves import Affine, Arithmetic, Curve, Domain, arithmetics, brainpool, domains
from policies.algorithms.curves.tables import KnownPoints, PointTable
from policies.algorithms.encoding import MalformedError
from tests.policies.algorithms.textbook import add, multiple

SETS = [item for table in (domains, brainpool) for item in vars(table).values() if isinstance(item, Domain)]
KINDS = pytest.mark.parametrize("arithmetic", arithmetics(), ids=lambda item: item.name)
ALL_SETS = pytest.mark.parametrize("domain", SETS, ids=lambda item: item.name)

# y² = x³ + 3x + b over GF(1009), of prime order; and one with cofactor 4 that has points of order 2 and 4.
SMALL_P = 1009


def points(a: int, b: int) -> list[Affine]:
    roots: dict[int, list[int]] = {}
    for y in range(SMALL_P):
        roots.setdefault(y * y % SMALL_P, []).append(y)
    return [(x, y) for x in range(SMALL_P) for y in roots.get((x**3 + a * x + b) % SMALL_P, [])]


def is_prime(number: int) -> bool:
    return number > 1 and all(number % small for small in range(2, int(number**0.5) + 1))


def small_domain(a: int, cofactor: int) -> Domain:
    for b in range(1, SMALL_P):
        found = points(a, b)
        order, rest = divmod(len(found) + 1, cofactor)
        if rest == 0 and is_prime(order) and order != SMALL_P:
            bare = Domain("small", SMALL_P, a, b, order, 0, 0, cofactor)
            x, y = next(point for point in found if multiple(bare, order, point) is None)
            return Domain("small", SMALL_P, a, b, order, x, y, cofactor)
    raise AssertionError


PRIME, MINUS_THREE, COFACTOR = small_domain(3, 1), small_domain(SMALL_P - 3, 1), small_domain(3, 4)


@ALL_SETS
def test_parameter_sets_are_sound(domain: Domain) -> None:
    """The base point is on the curve and q kills it; p and q pass a Fermat test; q is in Hasse's interval."""
    p, q = domain.p, domain.q
    assert (domain.y**2 - domain.x**3 - domain.a * domain.x - domain.b) % p == 0
    assert pow(2, p - 1, p) == 1
    assert pow(2, q - 1, q) == 1
    assert (4 * domain.a**3 + 27 * domain.b**2) % p
    assert (domain.cofactor * q - p - 1) ** 2 <= 4 * p
    assert multiple(domain, q, (domain.x, domain.y)) is None


@KINDS
@ALL_SETS
def test_multiples_agree_with_the_textbook(domain: Domain, arithmetic: Arithmetic) -> None:
    curve, base, q = Curve(domain, arithmetic), (domain.x, domain.y), domain.q
    key = multiple(domain, q // 3, base)
    assert key is not None
    point = curve.point(*key)
    for u, v in (
        (0, 0),
        (1, 0),
        (0, 1),
        (1, 1),
        (q - 1, q - 1),
        (2, q // 2),
        (q // 7, q // 5),
        (q - 3, 3),
        (q // 3, q - 1),
    ):
        expected = add(domain, multiple(domain, u, base), multiple(domain, v, key))
        assert curve.base_multiple(u) == multiple(domain, u, base)
        assert curve.combination(u, v, point) == expected


@KINDS
@pytest.mark.parametrize("domain", [PRIME, MINUS_THREE, COFACTOR], ids=["prime", "a=-3", "cofactor"])
def test_every_exceptional_case_of_a_small_curve(domain: Domain, arithmetic: Arithmetic) -> None:
    curve, base, q = Curve(domain, arithmetic), (domain.x, domain.y), domain.q
    wanted = [None, base]
    while len(wanted) < q:
        wanted.append(add(domain, wanted[-1], base))
    assert [curve.base_multiple(scalar) for scalar in range(q)] == wanted
    for scalar in (1, 2, 3, q - 1, q // 2):
        assert wanted[scalar] is not None
        key = curve.point(*wanted[scalar])  # type: ignore[misc]
        for u, v in itertools.product((0, 1, 2, 3, q // 2, q - 2, q - 1), range(0, q, 5)):
            assert curve.combination(u, v, key) == wanted[(u + v * scalar) % q]


@KINDS
def test_only_the_points_of_prime_order_are_admitted(arithmetic: Arithmetic) -> None:
    curve = Curve(COFACTOR, arithmetic)
    admitted = {point for point in points(COFACTOR.a, COFACTOR.b) if accepts(curve, point)}
    assert admitted == {
        point for point in points(COFACTOR.a, COFACTOR.b) if multiple(COFACTOR, COFACTOR.q, point) is None
    }
    assert len(admitted) == COFACTOR.q - 1


def accepts(curve: Curve, point: Affine) -> bool:
    try:
        curve.point(*point)
    except MalformedError:
        return False
    return True


@ALL_SETS
def test_points_off_the_curve_and_coordinates_not_below_p_are_refused(domain: Domain) -> None:
    curve = Curve(domain, arithmetics()[0])
    assert curve.point(domain.x, domain.y)
    for x, y in (
        (domain.x, domain.y + 1),
        (domain.x + domain.p, domain.y),
        (domain.x, domain.y + domain.p),
        (domain.p, domain.p),
        (0, 0),
        (-1, 1),
    ):
        assert not accepts(curve, (x, y))


@settings(max_examples=60)
@given(st.sampled_from(SETS), st.integers(0, 1 << 520), st.integers(0, 1 << 520), st.integers(1, 1 << 520))
def test_a_combination_is_the_multiple_of_the_sum(domain: Domain, u: int, v: int, secret: int) -> None:
    for arithmetic in arithmetics():
        curve, q = Curve(domain, arithmetic), domain.q
        key = curve.base_multiple(secret % (q - 1) + 1)
        assert key is not None
        expected = curve.base_multiple((u + v * (secret % (q - 1) + 1)) % q)
        assert [curve.combination(u % q, v % q, curve.point(*key)) for _ in range(4)] == [expected] * 4


def test_tables_are_built_on_the_third_use_and_bounded() -> None:
    curve = Curve(PRIME, arithmetics()[0])
    built: list[Affine] = []

    def build(point: Affine) -> PointTable:
        built.append(point)
        return PointTable(point, PRIME.q.bit_length(), PRIME.a, PRIME.p, curve.arithmetic)

    known = KnownPoints(tables=2, counted=3, threshold=3)
    keys = points(PRIME.a, PRIME.b)[:5]
    for key in keys[:3]:
        answers = [known.table(key, lambda key=key: build(key)) for _ in range(4)]  # type: ignore[misc]
        assert [answer is None for answer in answers] == [True, True, False, False]
    assert known.table(keys[0], lambda: build(keys[0])) is None  # dropped for the third, counts again
    assert built == keys[:3]
