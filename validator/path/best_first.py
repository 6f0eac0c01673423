"""Finds paths from the end entity to a trust anchor, the best first (RFC 4158), each certificate looked at once.

A name with a key is one entity, however many certificates it has. An entity that was reached with fewer
intermediates below it (and, in the pass that minds policies, with all the policies of another way) makes the other way
superfluous: whatever could stand above the one can stand above the other. So a search costs as much as there are
certificates, not as there are paths. Only name constraints on an intermediate certificate, and policies inhibited on
the way, escape that rule; `Search.blind` and the verdicts on the paths proposed tell the caller when they got in the
way. Every path proposed is fully validated by the caller.
"""

import heapq
from collections.abc import Iterator
from itertools import count

from policies.reasons import Reason
from validator.path.certificate import Certificate
from validator.path.links import Link
from validator.path.pool import Entity
from validator.path.search import Search, promise
from validator.path.types import TrustAnchor

MAX_HINTS = 4


def best_first(search: Search, *, minding_policies: bool = False) -> Iterator[tuple[Link, TrustAnchor]]:
    """Paths to anchors, the shortest and most promising first."""
    return _BestFirst(search).paths(Link.of(search.leaf, search.settings if minding_policies else None))


_Waiting = Certificate | Entity | list[Certificate]


class _BestFirst:
    def __init__(self, search: Search) -> None:
        self._search = search
        self._heap: list[tuple[int, int, int, Link, _Waiting]] = []
        self._arrivals = count()
        self._ways: dict[tuple[bytes, bytes], list[Link]] = {}

    def paths(self, start: Link) -> Iterator[tuple[Link, TrustAnchor]]:
        """Everything above `start`."""
        yield from self._arrive(start)
        while self._heap:
            *_, link, waiting = heapq.heappop(self._heap)
            if isinstance(waiting, Certificate):
                above = self._stepped(link, waiting)
                if above is not None:
                    yield from self._arrive(above)
            elif isinstance(waiting, Entity):
                self._open(link, waiting)
            else:
                for rank, (distance, candidate) in enumerate(self._search.ranked(link, waiting)):
                    self._put(link.length + distance, rank, link, candidate)

    def _put(self, length: int, rank: int, link: Link, waiting: _Waiting) -> None:
        # Estimated length of the path, then promise, then arrival.
        heapq.heappush(self._heap, (length, rank, next(self._arrivals), link, waiting))

    def _arrive(self, link: Link) -> Iterator[tuple[Link, TrustAnchor]]:
        """Paths that end here, and the entities that may stand above."""
        search = self._search
        search.reached.append(link)
        for anchor in search.anchored(link):
            yield link, anchor
        if search.too_deep(link):
            return
        entities = search.pool.entities(link.certificate.issuer)
        if len(entities) > 1:
            entities = sorted(entities, key=lambda entity: _best_promise(link, entity))
        for rank, entity in enumerate(entities):
            if not self._superfluous(link, entity):
                near = any(one.issuer.key in search.anchors for one in entity.certificates)
                self._put(link.length + (not near), rank, link, entity)

    def _open(self, link: Link, entity: Entity) -> None:
        """Put the certificates of an entity in the queue, once it is known to have issued the top of `link`."""
        search = self._search
        search.budget.step()
        candidates = entity.certificates
        if entity.identity == (search.leaf.subject.key, search.leaf.spki):
            # Another certificate of the end entity's own name and key may stand above it, only not it itself.
            candidates = [one for one in candidates if one != search.leaf]
        if not candidates or self._superfluous(link, entity) or link.passes(*entity.identity):
            return
        if not search.issued(link, candidates[0], is_anchor=False):
            return
        self._ways.setdefault(entity.identity, []).append(link)
        near, far = search.near_and_far(link, candidates)
        for rank, candidate in enumerate(near):
            self._put(link.length, rank, link, candidate)
        if far:
            # Distances are worked out only when nothing nearer has led to an anchor.
            self._put(link.length + 1, 0, link, far)

    def _superfluous(self, link: Link, entity: Entity) -> bool:
        """The entity was reached with at most as many intermediates and at least the policies that it has now."""
        intermediates = link.intermediates_below_next()
        for known in self._ways.get(entity.identity, ()):
            if known.intermediates_below_next() <= intermediates and known.covers(link):
                return True
        return False

    def _stepped(self, below: Link, candidate: Certificate) -> Link | None:
        """The path with `candidate` on top, None (and a note) when it cannot stand there."""
        search = self._search
        search.budget.step()
        if not search.fit_for_ca(below, candidate):
            return None
        link = below.extended(candidate)
        if search.settings.require_explicit_policy and link.reach is not None and link.reach.empty:
            search.drop(link, (Reason.of("TS-PATH-POLICY"),))
            return None
        obstacle = link.obstacle(search.budget.check)
        if obstacle is not None:
            # The end entity is on every path; only another certificate could be gone round.
            search.blind = search.blind or obstacle.certificate not in (None, search.leaf)
            search.drop(link, (obstacle.reason(),))
            return None
        return link


def _best_promise(link: Link, entity: Entity) -> tuple[int, float]:
    return min(promise(link, certificate) for certificate in entity.certificates[:MAX_HINTS])
