"""The inner loops: sums and doublings on y² = x³ + ax + b over GF(p) in Jacobian coordinates.

A point (X, Y, Z) stands for x = X/Z², y = Y/Z³, Z = 0 for the point at infinity. Every exceptional case of the
addition formulas (equal points, opposite points, infinity) is decided, because hostile input can bring each about.
"""

from collections.abc import Iterable, Sequence

from policies.algorithms.curves.arithmetic import Arithmetic

Affine = tuple[int, int]
Jacobian = tuple[int, int, int]


def doubled(point: Jacobian, times: int, a: int, p: int) -> Jacobian:
    """2^times · point. `a` is the curve's coefficient, −3 where it is p − 3 (which saves two multiplications)."""
    x, y, z = point
    for _ in range(times):
        if not z or not y:
            return 0, 1, 0
        yy = y * y % p
        zz = z * z % p
        s = 4 * x * yy % p
        m = 3 * (x - zz) * (x + zz) % p if a == -3 else (3 * x * x + a * zz * zz) % p
        z = 2 * y * z % p
        x = (m * m - 2 * s) % p
        y = (m * (s - x) - 8 * yy * yy) % p
    return x, y, z


def added(point: Jacobian, summands: Iterable[Affine], a: int, p: int) -> Jacobian:
    """The sum of a point and of affine points, none of them at infinity."""
    x, y, z = point
    for x2, y2 in summands:
        if not z:
            x, y, z = x2, y2, 1
            continue
        zz = z * z % p
        h = (x2 * zz - x) % p
        r = (y2 * z % p * zz - y) % p
        if not h:
            x, y, z = (0, 1, 0) if r else doubled((x, y, z), 1, a, p)
            continue
        hh = h * h % p
        v = x * hh % p
        hhh = h * hh % p
        x = (r * r - hhh - 2 * v) % p
        y = (r * (v - x) - y * hhh) % p
        z = z * h % p
    return x, y, z


def inverses(values: Sequence[int], p: int, arithmetic: Arithmetic) -> list[int]:
    """The inverses modulo p of values none of which is 0, for the price of one inversion (Montgomery)."""
    products, product = [], arithmetic.number(1)
    for value in values:
        products.append(product)
        product = product * value % p
    inverse = arithmetic.inverse(product, p)
    found = []
    for value, before in zip(reversed(values), reversed(products), strict=True):
        found.append(inverse * before % p)
        inverse = inverse * value % p
    found.reverse()
    return found


def affine(points: Sequence[Jacobian], p: int, arithmetic: Arithmetic) -> list[Affine]:
    """Affine forms of points none of which is at infinity."""
    found = []
    for (x, y, _), inverse in zip(points, inverses([z for _, _, z in points], p, arithmetic), strict=True):
        square = inverse * inverse % p
        found.append((x * square % p, y * square * inverse % p))
    return found
