"""A bounded memory in two generations: what is asked for again stays, what is not goes, and nothing is ever swept.

Looking up costs one or two dictionary look-ups and no bookkeeping; when the young generation is full it becomes the
old one, and what of the old one was not asked for meanwhile is let go.
"""

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Generations(Generic[K, V]):
    """Values by key, never None. `limit` bounds the sum of the weights kept, in whatever unit `put` is told."""

    __slots__ = ("_half", "_limit", "_old", "_old_weight", "_weight", "_young")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._half = limit // 2
        self._young: dict[K, tuple[V, int]] = {}
        self._old: dict[K, tuple[V, int]] = {}
        self._weight = self._old_weight = 0

    def get(self, key: K) -> V | None:
        """The value remembered for `key`."""
        found = self._young.get(key)
        if found is not None:
            return found[0]
        found = self._old.get(key)
        if found is None:
            return None
        self.put(key, *found)
        return found[0]

    def put(self, key: K, value: V, weight: int = 1) -> None:
        """Remember `value`, which was not remembered; what weighs more than the limit is not kept."""
        total = self._weight + weight
        if total > self._half or total + self._old_weight > self._limit:
            if weight > self._limit:
                return
            self._age(weight)
            total = self._weight + weight
        self._young[key] = (value, weight)
        self._weight = total

    def _age(self, weight: int) -> None:
        """Make room for a value of this weight."""
        if self._young:
            self._old, self._old_weight = self._young, self._weight
            self._young, self._weight = {}, 0
        if self._old_weight + weight > self._limit:
            self._old, self._old_weight = {}, 0

    def clear(self) -> None:
        """Forget everything."""
        self._young, self._old = {}, {}
        self._weight = self._old_weight = 0

    def __len__(self) -> int:
        return len(self._young.keys() | self._old.keys())
