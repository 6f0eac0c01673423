"""Multiples of points that are met again: no doublings are left, only one addition per window of the scalar.

A table costs about four uses of its point, so it is built for a point that comes back, and only so many are kept.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Generic, TypeVar

from policies.algorithms.curves.arithmetic import Arithmetic
from policies.algorithms.curves.jacobian import Affine, Jacobian, affine, doubled, inverses

Key = TypeVar("Key")
WIDTH = 6
"""Bits per window: 1 376 points and about 0.4 MB for 256 bits, twice as many and 1.2 MB for 512."""


class PointTable:
    """d · 2^(WIDTH · i) · P for every window i and 1 ≤ d ≤ 2^(WIDTH − 1).

    Digits are signed. Adding `offset` to the scalar beforehand makes each window, less half its range, the signed digit
    without carrying; the highest window has no offset, because nothing could take its borrow.
    """

    __slots__ = ("_offset", "_p", "_rows")

    def __init__(self, point: Affine, bits: int, a: int, p: int, arithmetic: Arithmetic) -> None:
        """Of `point`, which has a large prime order, for scalars of up to `bits` bits."""
        windows = bits // WIDTH + 1
        self._p = p
        self._offset = sum(1 << (WIDTH * index + WIDTH - 1) for index in range(windows - 1))
        self._rows = _rows(point, windows, a, p, arithmetic)

    def summands(self, scalar: int) -> Iterator[Affine]:
        """The points whose sum is scalar · P."""
        half, mask, p = 1 << (WIDTH - 1), (1 << WIDTH) - 1, self._p
        rest, rows = scalar + self._offset, self._rows
        for row in rows[:-1]:
            digit = (rest & mask) - half
            rest >>= WIDTH
            if digit > 0:
                yield row[digit - 1]
            elif digit:
                x, y = row[-digit - 1]
                yield x, p - y
        if rest:
            yield rows[-1][rest - 1]


def _rows(point: Affine, windows: int, a: int, p: int, arithmetic: Arithmetic) -> list[list[Affine]]:
    step: Jacobian = (*point, arithmetic.number(1))
    steps = [step]
    for _ in range(windows - 1):
        step = doubled(step, WIDTH, a, p)
        steps.append(step)
    bases = affine(steps, p, arithmetic)
    rows = [[base] for base in bases]
    slopes = [2 * y % p for _, y in bases]
    for inverse, (x, y), row in zip(inverses(slopes, p, arithmetic), bases, rows, strict=True):
        row.append(_third((3 * x * x + a) * inverse % p, x, y, x, p))
    for _ in range((1 << (WIDTH - 1)) - 2):
        runs = [row[-1][0] - row[0][0] for row in rows]
        for inverse, row in zip(inverses(runs, p, arithmetic), rows, strict=True):
            (x1, y1), (x2, y2) = row[0], row[-1]
            row.append(_third((y2 - y1) * inverse % p, x1, y1, x2, p))
    return rows


def _third(slope: int, x1: int, y1: int, x2: int, p: int) -> Affine:
    """The sum of the points with the abscissas x1 and x2 on the line with this slope through (x1, y1)."""
    x = (slope * slope - x1 - x2) % p
    return x, (slope * (x1 - x) - y1) % p


class KnownPoints(Generic[Key]):
    """Tables of points that were asked for `threshold` times, at most `tables` of them, least recently used first out.
    A point is known by any key that tells it from all others.

    A point whose table was dropped starts counting again, so that a crowd of keys in turns costs less than twice what
    it would without tables.
    """

    def __init__(self, tables: int, counted: int, threshold: int) -> None:
        self._limits = (tables, counted, threshold)
        self._tables: OrderedDict[Key, PointTable] = OrderedDict()
        self._uses: OrderedDict[Key, int] = OrderedDict()
        self._lock = Lock()

    def table(self, key: Key, build: Callable[[], PointTable]) -> PointTable | None:
        """The table of the point `key`, built now when it is due; None when it was not asked for often enough yet."""
        tables, counted, threshold = self._limits
        with self._lock:
            found = self._tables.get(key)
            if found is not None:
                self._tables.move_to_end(key)
                return found
            uses = self._uses.pop(key, 0) + 1
            if uses < threshold:
                self._uses[key] = uses
                if len(self._uses) > counted:
                    self._uses.popitem(last=False)
                return None
        built = build()
        with self._lock:
            self._tables[key] = built
            if len(self._tables) > tables:
                self._tables.popitem(last=False)
        return built
