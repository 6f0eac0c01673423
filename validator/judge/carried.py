"""Whether a file carries the revocation data for the path of its signature (EN 319 102-1 5.6.3, EN 319 142-1 6)."""

from collections.abc import Iterable

from validator.evidence import StoredObject
from validator.judge.basic import Basic
from validator.judge.chains import PathFacts
from validator.judge.context import Context
from validator.revocation.types import Status

_INSIDE = frozenset(("cms", "dss", "vri", "time-stamp"))


class Carried:
    """What the file itself carries for the path of one signature."""

    def __init__(self, context: Context, basic: Basic) -> None:
        path = basic.certificate.path if basic.certificate else None
        self._context = context
        self._path = None if path is None or path.anchor is None else path
        self._names = frozenset([item.sha256 for item in context.evidence.objects if _embedded(item)])
        self._known: dict[int, bool] = {}

    def complete(self) -> bool:
        """The revocation data that answered for every certificate of the path; any at all where there is no path."""
        path = self._path
        if path is None:
            return any(_embedded(item) and item.kind != "certificate" for item in self._context.evidence.objects)
        return self._answered(path, range(len(path.certificates) - 1))

    def form(self) -> bool:
        """The same for the certificates that the file carries: which forum asks, and over which cross-certificates its
        own path then leads, says nothing about the level at which the file was signed."""
        path = self._path
        if path is None:
            return self.complete()
        inside = [position for position, name in enumerate(path.certificates[:-1]) if name in self._names]
        return bool(inside) and self._answered(path, inside)

    def _answered(self, path: PathFacts, positions: Iterable[int]) -> bool:
        for position in positions:
            known = self._known.get(position)
            if known is None:
                known = self._known[position] = self._one_answered(path, position)
            if not known:
                return False
        return True

    def _one_answered(self, path: PathFacts, position: int) -> bool:
        chains = self._context.chains
        if chains.status(path, position, self._context.at).status is Status.NOT_REQUIRED:
            return True
        return any(item.source in self._names for item in chains.statements(path, position))


def _embedded(item: StoredObject) -> bool:
    return not _INSIDE.isdisjoint(item.origins)
