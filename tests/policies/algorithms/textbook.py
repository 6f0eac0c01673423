"""The group of a curve as the textbooks write it: slow, short, and independent of the room under test."""

from collections.abc import Iterator

from policies.algorithms.curves import Affine, Domain


def add(domain: Domain, one: Affine | None, other: Affine | None) -> Affine | None:
    """Chord and tangent; None is the point at infinity."""
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2), p = one, other, domain.p
    if x1 == x2 and (y1 + y2) % p == 0:
        return None
    slope = (3 * x1 * x1 + domain.a) * pow(2 * y1, -1, p) if one == other else (y2 - y1) * pow(x2 - x1, -1, p)
    x = (slope * slope - x1 - x2) % p
    return x, (slope * (x1 - x) - y1) % p


def multiple(domain: Domain, scalar: int, point: Affine | None) -> Affine | None:
    """Double and add."""
    result = None
    for bit in bin(scalar)[2:]:
        result = add(domain, result, result)
        result = add(domain, result, point) if bit == "1" else result
    return result


def points_from(domain: Domain, first_x: int) -> Iterator[Affine]:
    """Points on the curve with rising x, for p = 3 modulo 4."""
    assert domain.p % 4 == 3
    x = first_x
    while True:
        square = (x**3 + domain.a * x + domain.b) % domain.p
        y = pow(square, (domain.p + 1) // 4, domain.p)
        if y * y % domain.p == square:
            yield x, y
        x += 1


def in_group(domain: Domain, point: Affine) -> bool:
    """The base point's order kills the point."""
    return multiple(domain, domain.q, point) is None
