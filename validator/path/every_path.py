"""Enumerates paths, depth first, learning from each dead end which certificates below made it one.

The last resort, needed only where name constraints on an intermediate certificate or policies inhibited on the way
make a longer path good when a shorter one is not. Bounded by the budget of the question.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from validator.path.certificate import Certificate
from validator.path.links import Link, Obstacle
from validator.path.search import Search
from validator.path.types import TrustAnchor


def every_path(search: Search) -> Iterator[tuple[Link, TrustAnchor]]:
    """Every path, depth first, without those that a learned dead end rules out."""
    dead: dict[str, list[DeadEnd]] = {}
    stack: list[_Frame] = [_frame(search, Link.of(search.leaf))]
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
        search.budget.step()
        if not search.fit_for_ca(frame.link, candidate) or not search.issued(frame.link, candidate, is_anchor=False):
            continue
        link = frame.link.extended(candidate)
        known = next((end for end in dead.get(candidate.fingerprint, ()) if end.applies(link)), None)
        if known is not None:
            frame.end.inherit(known, link)
            continue
        obstacle = link.obstacle(search.budget.check)
        if obstacle is not None:
            frame.end.blocked(link, obstacle)
            search.drop(link, (obstacle.reason(),))
            continue
        stack.append(_frame(search, link))


def _frame(search: Search, link: Link) -> "_Frame":
    search.budget.step()
    end = DeadEnd()
    deep = search.too_deep(link)
    if deep:
        end.length = link.length
    issuers = iter(()) if deep else iter(_issuers(search, link))
    return _Frame(link, list(search.anchored(link)), issuers, end)


def _issuers(search: Search, link: Link) -> list[Certificate]:
    near, far = search.near_and_far(link, search.pool.of(link.certificate.issuer))
    return [*near, *(candidate for _, candidate in search.ranked(link, far))]


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
