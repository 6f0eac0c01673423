"""What every search of a question shares: the anchors, the order of promise, and what was left and why."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from policies.reasons import Reason
from validator.path.budget import Budget
from validator.path.certificate import Certificate
from validator.path.edges import Edges
from validator.path.links import MAX_PATH_CERTIFICATES, Link, issuer_hint
from validator.path.pool import Pool
from validator.path.types import CandidatePath, PathSettings, TrustAnchor

MAX_REPORTED = 200


@dataclass(slots=True)
class Search:
    """One search. `dropped` are paths, complete or not, with the reason why they were left; `blind` says that a
    certificate was left for a reason that another way to it might not have; `proposed` counts the paths that reached a
    trust anchor; `reached` are the tops of all paths."""

    leaf: Certificate
    anchors: dict[bytes, list[TrustAnchor]]
    pool: Pool
    edges: Edges
    budget: Budget
    settings: PathSettings
    dropped: list[CandidatePath] = field(default_factory=list)
    blind: bool = False
    proposed: int = 0
    reached: list[Link] = field(default_factory=list)

    def drop(self, link: Link, reasons: tuple[Reason, ...], issuer: Certificate | None = None) -> None:
        """Remember a path that was left, with `issuer` on top of it if given; at most MAX_REPORTED are."""
        if len(self.dropped) < MAX_REPORTED:
            chain = link.chain() if issuer is None else (*link.chain(), issuer)
            self.dropped.append(CandidatePath(certificates=chain, reasons=reasons))

    def limit(self) -> int:
        """The greatest number of certificates below the anchor: `max_depth` counts intermediates."""
        asked = self.settings.max_depth
        return MAX_PATH_CERTIFICATES if asked is None else min(asked + 1, MAX_PATH_CERTIFICATES)

    def too_deep(self, link: Link) -> bool:
        """No certificate may be put on top of `link` any more; noted when there would be one."""
        if link.length < self.limit():
            return False
        if self.pool.of(link.certificate.issuer):
            self.drop(link, (Reason.of("TS-PATH-TOO-DEEP", limit=self.limit() - 1),))
        return True

    def anchored(self, link: Link) -> Iterator[TrustAnchor]:
        """The anchors whose name and key issued the certificate on top of `link`."""
        anchors = self.anchors.get(link.certificate.issuer.key, [])
        if len(anchors) > 1:
            anchors = sorted(anchors, key=lambda anchor: issuer_hint(link.certificate, anchor.certificate))
        for anchor in anchors:
            self.budget.step()
            if self.issued(link, anchor.certificate, is_anchor=True):
                yield anchor

    def issued(self, link: Link, issuer: Certificate, *, is_anchor: bool) -> bool:
        """The key of `issuer` signed the certificate on top, and nothing is known to be wrong with that pair."""
        child = link.certificate
        reasons = self.edges.broken.get((child.fingerprint, issuer.subject.key, issuer.spki), ())
        if not reasons and (is_anchor or not self.edges.waits_for_parameters(issuer)):
            reasons = self.edges.signature(child, issuer)
        if reasons:
            self.drop(link, reasons, issuer)
        return not reasons

    def fit_for_ca(self, link: Link, candidate: Certificate) -> bool:
        """Nothing about `candidate` itself forbids it to stand on top of `link`."""
        findings = self.edges.ca(candidate)
        if findings.reasons:
            self.drop(link, findings.reasons, candidate)
        return not findings.reasons

    def near_and_far(self, link: Link, candidates: list[Certificate]) -> tuple[list[Certificate], list[Certificate]]:
        """Candidates whose issuer is a trust anchor by name, in order of promise, and all others as they come."""
        near: list[Certificate] = []
        far: list[Certificate] = []
        for candidate in candidates:
            (near if candidate.issuer.key in self.anchors else far).append(candidate)
        if len(near) > 1:
            near.sort(key=lambda candidate: self._near_promise(link, candidate))
        return near, far

    def _near_promise(self, link: Link, candidate: Certificate) -> tuple[int, bool, float]:
        hint, life = promise(link, candidate)
        return hint, not self._names_anchor(candidate), life

    def _names_anchor(self, candidate: Certificate) -> bool:
        """The key identifier of an anchor that bears the issuer's name is in the candidate (4.2.1.1).

        Looked for in the encoding: ten thousand decoys that only claim to come from an anchor are not decoded.
        """
        identifiers = [anchor.certificate.details.subject_key_id for anchor in self.anchors[candidate.issuer.key]]
        return any(identifier is not None and identifier in candidate.der for identifier in identifiers)

    def ranked(self, link: Link, candidates: list[Certificate]) -> list[tuple[int, Certificate]]:
        """(distance to an anchor, candidate), the most promising first; without those that no anchor stands above."""
        ranked = []
        for candidate in candidates:
            distance = self.pool.distance(candidate.issuer)
            if distance is not None:
                ranked.append((distance, candidate))
        ranked.sort(key=lambda item: (item[0], *promise(link, item[1])))
        return ranked


def promise(link: Link, candidate: Certificate) -> tuple[int, float]:
    """How well the candidate fits the top of `link`, the least first. Of two that fit equally, the one that lives
    longer comes first: it is more likely to be in force."""
    return issuer_hint(link.certificate, candidate), -candidate.not_after.timestamp()
