"""The group of one curve: which points belong to it, multiples of its base point, sums of two multiples."""

from collections.abc import Iterator
from functools import lru_cache

from policies.algorithms.curves.arithmetic import Arithmetic, chosen
from policies.algorithms.curves.domains import Domain
from policies.algorithms.curves.jacobian import Affine, Jacobian, added, affine, doubled
from policies.algorithms.curves.tables import KnownPoints, PointTable
from policies.algorithms.encoding import MalformedError

INFINITY: Jacobian = (0, 1, 0)
NAF_WIDTH = 5
TABLES, COUNTED, THRESHOLD = 64, 4_096, 3

__all__ = ["Affine", "Curve", "curve_of"]


class Curve:
    """A domain made ready to compute with one kind of integers. Points go in and out as affine pairs (x, y)."""

    __slots__ = ("_a", "_p", "_table", "arithmetic", "base", "domain")

    def __init__(self, domain: Domain, arithmetic: Arithmetic) -> None:
        number = arithmetic.number
        self.domain, self.arithmetic = domain, arithmetic
        self._p = number(domain.p)
        self._a = -3 if domain.a == domain.p - 3 else number(domain.a)
        self.base: Affine = (number(domain.x), number(domain.y))
        self._table: PointTable | None = None

    def point(self, x: int, y: int) -> Affine:
        """The public key point (x, y), proven to lie in the group of prime order.

        Raises MalformedError when a coordinate is not below p, the point is not on the curve, or, where the cofactor
        is not 1, its order is not q.
        """
        p = self._p
        if not (0 <= x < p and 0 <= y < p):
            raise MalformedError("a coordinate of the public key is not below p")
        if (y * y - (x * x + self.domain.a) * x - self.domain.b) % p:
            raise MalformedError("the public key is not a point of its curve")
        found = (self.arithmetic.number(x), self.arithmetic.number(y))
        if self.domain.cofactor != 1 and self._multiple(self.domain.q, found)[2]:
            raise MalformedError("the public key has another order than the base point")
        return found

    def inverse(self, value: int) -> int:
        """The inverse modulo q of a value that is not 0 modulo q."""
        return int(self.arithmetic.inverse(value, self.domain.q))

    def base_multiple(self, scalar: int) -> Affine | None:
        """scalar · G for 0 ≤ scalar < q; None for the point at infinity."""
        return self._affine(added(INFINITY, self._base_table().summands(scalar), self._a, self._p))

    def combination(self, base_scalar: int, scalar: int, point: Affine) -> Affine | None:
        """base_scalar · G + scalar · point, both scalars at least 0 and below q; None for the point at infinity."""
        base = self._base_table().summands(base_scalar)
        table = _known.table((self, point), lambda: self._new_table(point))
        if table is None:
            start = self._multiple(scalar, point)
        else:
            start = added(INFINITY, table.summands(scalar), self._a, self._p)
        return self._affine(added(start, base, self._a, self._p))

    def _base_table(self) -> PointTable:
        if self._table is None:
            self._table = self._new_table(self.base)
        return self._table

    def _new_table(self, point: Affine) -> PointTable:
        return PointTable(point, self.domain.q.bit_length(), self._a, self._p, self.arithmetic)

    def _affine(self, point: Jacobian) -> Affine | None:
        if not point[2]:
            return None
        x, y = affine([point], self._p, self.arithmetic)[0]
        return int(x), int(y)

    def _multiple(self, scalar: int, point: Affine) -> Jacobian:
        """scalar · point of a point on the curve, whatever its order, by signed digits with gaps (width-5 NAF)."""
        a, p = self._a, self._p
        twice = doubled((*point, self.arithmetic.number(1)), 1, a, p)
        odd = self._odd_multiples(point, twice)
        if odd is None:
            return self._ladder(scalar, point)
        result, position = INFINITY, scalar.bit_length() + 1
        for at, digit in _sparse_digits(scalar):
            x, y = odd[abs(digit) >> 1]
            result = added(doubled(result, position - at, a, p), ((x, y if digit > 0 else p - y),), a, p)
            position = at
        return doubled(result, position, a, p)

    def _odd_multiples(self, point: Affine, twice: Jacobian) -> list[Affine] | None:
        """point, 3·point … 15·point; None when one of them is at infinity, which only a point of small order brings."""
        if not twice[2]:
            return None
        step = affine([twice], self._p, self.arithmetic)
        found: list[Jacobian] = [(*point, self.arithmetic.number(1))]
        for _ in range((1 << (NAF_WIDTH - 2)) - 1):
            found.append(added(found[-1], step, self._a, self._p))
            if not found[-1][2]:
                return None
        return affine(found, self._p, self.arithmetic)

    def _ladder(self, scalar: int, point: Affine) -> Jacobian:
        result = INFINITY
        for bit in bin(scalar)[2:]:
            result = doubled(result, 1, self._a, self._p)
            if bit == "1":
                result = added(result, (point,), self._a, self._p)
        return result


# One store for all curves, so that no mix of curves outgrows it: 64 tables of 512 bits take 75 MB.
_known: KnownPoints[tuple[Curve, Affine]] = KnownPoints(TABLES, COUNTED, THRESHOLD)


def _sparse_digits(scalar: int) -> Iterator[tuple[int, int]]:
    """Positions and odd digits below 2^(NAF_WIDTH − 1) in absolute value whose sum is `scalar`, highest first."""
    found, position = [], 0
    while scalar:
        zeros = (scalar & -scalar).bit_length() - 1
        scalar >>= zeros
        position += zeros
        digit = scalar & ((1 << NAF_WIDTH) - 1)
        if digit >> (NAF_WIDTH - 1):
            digit -= 1 << NAF_WIDTH
        found.append((position, digit))
        scalar -= digit
    return reversed(found)


@lru_cache(maxsize=64)
def _curve(domain: Domain, arithmetic: Arithmetic) -> Curve:
    return Curve(domain, arithmetic)


def curve_of(domain: Domain) -> Curve:
    """The curve of a parameter set over the chosen integers; one object, so that keys share its tables."""
    return _curve(domain, chosen())
