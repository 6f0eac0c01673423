"""Finds paths from the trust anchors down to the end entity, in the direction of RFC 5280 6.1.

From below nobody knows which names and policies will be allowed further up; from above the state of 6.1.2 says so for
every certificate that comes next. Needed where a constraint on intermediate certificates closes the short ways. An
entity (a name with a key) that was reached in a state in which at least as much is allowed makes another way to it
superfluous, so the cost grows with certificates and constraints, not with paths. A path found is validated in full.
"""

import heapq
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from validator.path.certificate import Certificate
from validator.path.links import Link
from validator.path.name_constraints import ConstraintIndex, constraint_index
from validator.path.search import Search
from validator.path.types import TrustAnchor
from validator.path.validation import PathState, next_state, state_above


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """A path from an anchor down to `certificate`, which stands below `above` (None: it is the anchor); `state` is what
    6.1.4 leaves for the next certificate, `policies` those that it may assert, empty where nobody minds."""

    certificate: Certificate
    above: "_Way | None"
    anchor: TrustAnchor
    length: int
    state: PathState
    constraints: dict[str, ConstraintIndex]
    policies: frozenset[str]

    def covers(self, other: "_Way") -> bool:
        """Whatever may stand below `other` may stand below this."""
        if self.length > other.length or not self.constraints.keys() <= other.constraints.keys():
            return False
        return self.policies >= other.policies and self.state.allows_as_much_as(other.state)

    def holds(self, certificate: Certificate) -> bool:
        """The same entity is on the path already."""
        way: _Way | None = self
        while way is not None and way.above is not None:
            one = way.certificate
            if one == certificate or (one.spki == certificate.spki and one.subject.key == certificate.subject.key):
                return True
            way = way.above
        return False

    def authorities(self) -> Iterator[Certificate]:
        """The certificates from the lowest up, the anchor left out."""
        way: _Way | None = self
        while way is not None and way.above is not None:
            yield way.certificate
            way = way.above


def top_down(search: Search, *, minding_policies: bool) -> Iterator[tuple[Link, TrustAnchor]]:
    """Paths from anchors, the shortest first."""
    return _TopDown(search, minding_policies).paths()


class _TopDown:
    def __init__(self, search: Search, minding_policies: bool) -> None:
        self._search = search
        self._minding = minding_policies
        self._below = _distances_from_leaf(search)
        self._heap: list[tuple[int, int, _Way]] = []
        self._arrivals = count()
        self._ways: dict[tuple[bytes, bytes], list[_Way]] = {}

    def paths(self) -> Iterator[tuple[Link, TrustAnchor]]:
        """Everything between the anchors and the end entity."""
        search = self._search
        for anchors in search.anchors.values():
            for anchor in anchors:
                self._put(self._start(anchor))
        while self._heap:
            way = heapq.heappop(self._heap)[-1]
            if self._issued(search.leaf, way) and self._admits(way, search.leaf):
                link = Link.of(search.leaf)
                for authority in way.authorities():
                    link = link.extended(authority)
                yield link, way.anchor
            if way.length < search.limit():
                for candidate in sorted(search.pool.issued_by(way.certificate.subject), key=_order):
                    self._step(way, candidate)

    def _start(self, anchor: TrustAnchor) -> _Way:
        settings, certificate = self._search.settings, anchor.certificate
        state = state_above((certificate,), settings)
        index = constraint_index(certificate) if settings.anchor_constraints else None
        constraints = {} if index is None else {certificate.fingerprint: index}
        return _Way(certificate, None, anchor, 1, state, constraints, self._allowed(state))

    def _allowed(self, state: PathState) -> frozenset[str]:
        return state.graph.expected(state.acceptable) if self._minding else frozenset()

    def _put(self, way: _Way) -> None:
        distance = self._below.get(way.certificate.subject.key)
        if distance is not None:
            heapq.heappush(self._heap, (way.length + distance, next(self._arrivals), way))

    def _step(self, above: _Way, candidate: Certificate) -> None:
        """Put the way with `candidate` below `above` in the queue, when it may stand there and leads to new places."""
        search = self._search
        search.budget.step()
        if candidate.subject.key not in self._below or candidate is search.leaf or above.holds(candidate):
            return
        if search.edges.ca(candidate).reasons:
            return
        if not self._issued(candidate, above) or not (candidate.self_issued or self._admits(above, candidate)):
            return
        state = next_state(above.state, candidate)
        if state.reasons:
            return
        index = constraint_index(candidate)
        constraints = above.constraints if index is None else {**above.constraints, candidate.fingerprint: index}
        way = _Way(candidate, above, above.anchor, above.length + 1, state, constraints, self._allowed(state))
        known = self._ways.setdefault((candidate.subject.key, candidate.spki), [])
        if not any(one.anchor == way.anchor and one.covers(way) for one in known):
            known.append(way)
            self._put(way)

    def _issued(self, child: Certificate, above: _Way) -> bool:
        issuer, edges = above.certificate, self._search.edges
        if child.issuer.key != issuer.subject.key:
            return False
        pair = child.fingerprint, issuer.subject.key, issuer.spki
        if pair in edges.broken or (pair, above.anchor.certificate.fingerprint) in edges.broken_under:
            return False
        return edges.waits_for_parameters(issuer) or not edges.signature(child, issuer)

    def _admits(self, above: _Way, certificate: Certificate) -> bool:
        for index in above.constraints.values():
            self._search.budget.check()
            if index.violation(certificate) is not None:
                return False
        return True


def _order(certificate: Certificate) -> tuple[float, str]:
    return -certificate.not_after.timestamp(), certificate.fingerprint


def _distances_from_leaf(search: Search) -> dict[bytes, int]:
    """Certificates between a name and the end entity, by names alone."""
    distances = {search.leaf.issuer.key: 0}
    frontier = deque([search.leaf.issuer])
    while frontier:
        name = frontier.popleft()
        for certificate in search.pool.of(name):
            if certificate.issuer.key not in distances:
                distances[certificate.issuer.key] = distances[name.key] + 1
                frontier.append(certificate.issuer)
    return distances
