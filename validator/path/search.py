"""Finds paths from the end entity to a trust anchor, the best first (RFC 4158), under a budget.

The ordinary passes look at each certificate once, or once more for each really different way to it, so their cost
grows with the edges of the graph. A certificate that was reached with fewer intermediates below it (and, in the pass
that minds policies, with all the policies of another way) makes the other way superfluous: whatever could stand above
that one can stand above this one. Only name constraints on an intermediate certificate, and policies inhibited on the
way, escape that rule; when they got in the way, the last pass enumerates paths and learns from each dead end which
certificates below made it one. Every path proposed is fully validated by the caller.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from policies.reasons import Reason
from validator.path.budget import Budget
from validator.path.certificate import Certificate
from validator.path.edges import Edges
from validator.path.links import MAX_PATH_CERTIFICATES, Link, Obstacle, issuer_hint
from validator.path.pool import Pool
from validator.path.types import CandidatePath, PathSettings, TrustAnchor

MAX_REPORTED = 200


@dataclass(slots=True)
class Search:
    """One search. `dropped` are paths, complete or not, with the reason why they were left; `blind` says that a
    certificate was left for a reason that another way to it might not have."""

    leaf: Certificate
    anchors: dict[bytes, list[TrustAnchor]]
    pool: Pool
    edges: Edges
    budget: Budget
    settings: PathSettings
    dropped: list[CandidatePath] = field(default_factory=list)
    blind: bool = False
    reached: list[Link] = field(default_factory=list)

    def drop(self, link: Link, reasons: tuple[Reason, ...], anchor: Certificate | None = None) -> None:
        """Remember a path that was left; at most MAX_REPORTED are."""
        if len(self.dropped) < MAX_REPORTED:
            chain = link.chain() if anchor is None else (*link.chain(), anchor)
            self.dropped.append(CandidatePath(certificates=chain, reasons=reasons))

    def limit(self) -> int:
        """The greatest number of certificates below the anchor: `max_depth` counts intermediates."""
        asked = self.settings.max_depth
        return MAX_PATH_CERTIFICATES if asked is None else min(asked + 1, MAX_PATH_CERTIFICATES)

    def anchored(self, link: Link) -> Iterator[TrustAnchor]:
        """The anchors whose name and key issued the certificate on top of `link`."""
        for anchor in self.anchors.get(link.certificate.issuer.key, ()):
            self.budget.step()
            if self._issued(link, anchor.certificate, is_anchor=True):
                yield anchor

    def issuers(self, link: Link) -> list[Certificate]:
        """Certificates that may have issued the one on top, the most promising first, anchors left out."""
        near, far = self._near_and_far(link)
        return [*near, *(candidate for _, candidate in self._ranked(link, far))]

    def _near_and_far(self, link: Link) -> tuple[list[Certificate], list[Certificate]]:
        """Candidates whose issuer is a trust anchor by name, in order of promise, and all others as they come."""
        near: list[Certificate] = []
        far: list[Certificate] = []
        for candidate in self.pool.of(link.certificate.issuer):
            (near if candidate.issuer.key in self.anchors else far).append(candidate)
        if len(near) > 1:
            near.sort(key=lambda candidate: self._promise(link, candidate))
        return near, far

    def _promise(self, link: Link, candidate: Certificate) -> tuple[int, float]:
        # Of two that fit equally, the one that lives longer: it is more likely to be in force.
        return issuer_hint(link.certificate, candidate), -candidate.not_after.timestamp()

    def _ranked(self, link: Link, candidates: list[Certificate]) -> list[tuple[int, Certificate]]:
        """(distance to an anchor, candidate), the most promising first; without those that no anchor stands above."""
        ranked = []
        for candidate in candidates:
            distance = self.pool.distance(candidate.issuer)
            if distance is not None:
                ranked.append((distance, candidate))
        ranked.sort(key=lambda item: (item[0], *self._promise(link, item[1])))
        return ranked

    def admitted(self, link: Link, candidate: Certificate) -> bool:
        """`candidate` may stand on top of `link`: no loop, a CA's certificate, and it made the signature."""
        self.budget.step()
        if link.holds(candidate):
            return False
        findings = self.edges.ca(candidate)
        if findings.reasons:
            self.drop(link.extended(candidate), findings.reasons)
            return False
        return self._issued(link, candidate, is_anchor=False)

    def _issued(self, link: Link, issuer: Certificate, *, is_anchor: bool) -> bool:
        child = link.certificate
        reasons = self.edges.broken.get((child.fingerprint, issuer.fingerprint), ())
        if not reasons and not (self.edges.waits_for_parameters(issuer) and not is_anchor):
            reasons = self.edges.signature(child, issuer)
        if reasons:
            self.drop(link, reasons, issuer)
        return not reasons

    def best_first(self, *, minding_policies: bool = False) -> Iterator[tuple[Link, TrustAnchor]]:
        """Paths to anchors, a certificate used again only when the way to it is better in some respect."""
        queue = _Queue()
        ways = _Ways()
        queue.put(0, 0, Link.of(self.leaf, minding_policies), None)
        while queue:
            link, waiting = queue.get()
            if isinstance(waiting, list):
                for rank, (distance, candidate) in enumerate(self._ranked(link, waiting)):
                    queue.put(link.length + distance, rank, link, candidate)
                continue
            if waiting is not None:
                if ways.superfluous(link, waiting) or not self.admitted(link, waiting):
                    continue
                link = link.extended(waiting)
                if not self._unobstructed(link):
                    continue
                ways.add(link)
            self.reached.append(link)
            for anchor in self.anchored(link):
                yield link, anchor
            self._expand(link, queue)

    def _unobstructed(self, link: Link) -> bool:
        if self.settings.require_explicit_policy and link.reach is not None and link.reach.empty:
            self.drop(link, (Reason.of("TS-PATH-POLICY"),))
            return False
        obstacle = link.obstacle()
        if obstacle is not None:
            # The end entity is on every path; only another certificate could be gone round.
            self.blind = self.blind or obstacle.certificate not in (None, self.leaf)
            self.drop(link, (obstacle.reason(),))
        return obstacle is None

    def _expand(self, link: Link, queue: "_Queue") -> None:
        if link.length >= self.limit():
            self._too_deep(link)
            return
        near, far = self._near_and_far(link)
        for rank, candidate in enumerate(near):
            queue.put(link.length, rank, link, candidate)
        if far:
            # Distances are worked out only when nothing nearer has led to an anchor.
            queue.put(link.length + 1, 0, link, far)

    def _too_deep(self, link: Link) -> None:
        if self.pool.of(link.certificate.issuer):
            self.drop(link, (Reason.of("TS-PATH-TOO-DEEP", limit=self.limit() - 1),))

    def every_path(self) -> Iterator[tuple[Link, TrustAnchor]]:
        """Every path, depth first, without those that a learned dead end rules out."""
        dead: dict[str, list[DeadEnd]] = {}
        stack: list[_Frame] = [self._frame(Link.of(self.leaf))]
        while stack:
            frame = stack[-1]
            if frame.anchors:
                yield frame.link, frame.anchors.pop(0)
                # Whatever is wrong with a complete path may be due to anything on it, so nothing is learned.
                frame.end.whole = True
                continue
            candidate = next(frame.issuers, None)
            if candidate is None:
                stack.pop()
                if not frame.end.whole:
                    dead.setdefault(frame.link.certificate.fingerprint, []).append(frame.end)
                if stack:
                    stack[-1].end.inherit(frame.end, frame.link)
                continue
            if frame.link.holds(candidate):
                frame.end.loop(candidate)
                continue
            if not self.admitted(frame.link, candidate):
                continue
            link = frame.link.extended(candidate)
            known = next((end for end in dead.get(candidate.fingerprint, ()) if end.applies(link)), None)
            if known is not None:
                frame.end.inherit(known, link)
                continue
            obstacle = link.obstacle()
            if obstacle is not None:
                frame.end.blocked(link, obstacle)
                self.drop(link, (obstacle.reason(),))
                continue
            stack.append(self._frame(link))

    def _frame(self, link: Link) -> "_Frame":
        self.budget.step()
        end = DeadEnd()
        deep = link.length >= self.limit()
        if deep:
            end.length = link.length
        issuers = iter(()) if deep else iter(self.issuers(link))
        return _Frame(link, list(self.anchored(link)), issuers, end)


class _Queue:
    """Links to look at, in order of estimated length of path, then of promise, then of arrival."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, int, Link, Certificate | list[Certificate] | None]] = []
        self._arrivals = count()

    def __bool__(self) -> bool:
        return bool(self._heap)

    def put(self, length: int, rank: int, link: Link, waiting: Certificate | list[Certificate] | None) -> None:
        heapq.heappush(self._heap, (length, rank, next(self._arrivals), link, waiting))

    def get(self) -> tuple[Link, Certificate | list[Certificate] | None]:
        return heapq.heappop(self._heap)[3:]


class _Ways:
    """The ways by which certificates were reached: a way that is no better than a known one is superfluous."""

    def __init__(self) -> None:
        self._known: dict[str, list[Link]] = {}

    def superfluous(self, link: Link, candidate: Certificate) -> bool:
        """`candidate` was reached with at most as many intermediates and at least the policies that it has now."""
        intermediates = link.intermediates_below_next()
        for known in self._known.get(candidate.fingerprint, ()):
            below = known.below
            if known.intermediates <= intermediates and below is not None and below.covers(link):
                return True
        return False

    def add(self, link: Link) -> None:
        """The certificate on top of `link` was reached."""
        self._known.setdefault(link.certificate.fingerprint, []).append(link)


@dataclass(slots=True)
class DeadEnd:
    """Why no path went on above a certificate: all of these have to hold again for the dead end to apply again.

    `certificates` (fingerprints) and `entities` (subject key and public key) have to be on the path below;
    `intermediates` and `length` have to be at least as many. `whole`: a complete path failed, nothing is learned.
    """

    certificates: set[str] = field(default_factory=set)
    entities: set[tuple[bytes, bytes]] = field(default_factory=set)
    intermediates: int = 0
    length: int = 0
    whole: bool = False

    def applies(self, link: Link) -> bool:
        """The conditions hold for the path `link`, whose top is the certificate that this dead end is about."""
        if link.intermediates < self.intermediates or link.length < self.length:
            return False
        below = link.chain()[:-1]
        if not self.certificates <= {certificate.fingerprint for certificate in below}:
            return False
        return self.entities <= {(certificate.subject.key, certificate.spki) for certificate in below}

    def loop(self, candidate: Certificate) -> None:
        """A way was closed because the candidate, or its entity, is below already."""
        self.entities.add((candidate.subject.key, candidate.spki))

    def blocked(self, link: Link, obstacle: Obstacle) -> None:
        """A way was closed by the top of `link`, which stands directly above the certificate this is about."""
        if obstacle.intermediates is not None:
            counted = link.intermediates - (link.below.intermediates if link.below else 0)
            self.intermediates = max(self.intermediates, obstacle.intermediates - counted)
        if obstacle.certificate is not None:
            self.certificates.add(obstacle.certificate.fingerprint)

    def inherit(self, end: "DeadEnd", link: Link) -> None:
        """Take over the conditions of the dead end of the top of `link`, one certificate further up."""
        top = link.certificate
        counted = link.intermediates - (link.below.intermediates if link.below else 0)
        self.certificates |= end.certificates
        self.entities |= end.entities - {(top.subject.key, top.spki)}
        self.intermediates = max(self.intermediates, end.intermediates - counted)
        self.length = max(self.length, end.length - 1)
        self.whole = self.whole or end.whole


@dataclass(slots=True)
class _Frame:
    link: Link
    anchors: list[TrustAnchor]
    issuers: Iterator[Certificate]
    end: DeadEnd
