"""Proofs of existence: what is proven to have existed by when (EN 319 102-1 clause 5.6.2.3)."""

from collections.abc import Iterable
from datetime import datetime

from validator.evidence import CoveredObject


class ProofsOfExistence:
    """The earliest proven time of every object; everything at hand exists at least now (5.6.3 step 2)."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._times: dict[CoveredObject, tuple[datetime, str | None]] = {}

    def add(self, objects: Iterable[CoveredObject], at: datetime, proof: str) -> None:
        """`proof` (a time-stamp's id) proves that the objects existed at `at`."""
        for item in objects:
            known = self._times.get(item)
            if known is None or at < known[0]:
                self._times[item] = (at, proof)

    def time(self, kind: str, name: str) -> datetime:
        """The earliest time proven for an object; the validation time when nothing proves an earlier one."""
        return self._times.get(CoveredObject(kind=kind, id=name), (self._now, None))[0]

    def proof(self, kind: str, name: str) -> str | None:
        """The id of the time-stamp that proves it, None when only the validation time does."""
        return self._times.get(CoveredObject(kind=kind, id=name), (self._now, None))[1]
