"""One path question while it is being worked on: searches, has every path that is proposed validated and its status
asked for, and decides which passes of the search are worth making."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.reasons import Reason
from validator.path.best_first import best_first
from validator.path.budget import Budget, BudgetExceededError
from validator.path.certificate import Certificate
from validator.path.checks import Findings, anchor_findings, end_entity_findings
from validator.path.edges import Edges, inherited_parameters
from validator.path.every_path import every_path
from validator.path.expected_names import expectation_reasons
from validator.path.fetching import fetch_issuers
from validator.path.known_issuer import answer_below
from validator.path.links import Link
from validator.path.outcome import best_rejected, order_reasons
from validator.path.pool import Pool
from validator.path.remembered import Key, UpperPath, question_key, remember_upper_path, upper_path
from validator.path.search import Search
from validator.path.signers import SignerEngine, status_context
from validator.path.statuses import BrokenPair, broken_siblings, path_statuses
from validator.path.top_down import top_down
from validator.path.types import CandidatePath, PathOutcome, PathRequest, RevocationMode, TrustAnchor
from validator.path.validation import PathValidation, validate
from validator.revocation.context import StatusContext
from validator.revocation.types import StatusAnswer

MAX_RESTARTS = 50


@dataclass(frozen=True, slots=True)
class _Verdict:
    """The verdict on one complete path. `final`: no other way between the same ends could be better, because what
    failed is the length, the trust anchor, or a pair that is remembered as broken."""

    candidate: CandidatePath
    validation: PathValidation
    leniencies: frozenset[str]
    final: bool


class PathQuestion:
    """One request while it is being worked on; `key` is what it may be remembered by, `context` is given when the
    question is about a CRL or OCSP signer."""

    def __init__(
        self, request: PathRequest, budget: Budget, key: Key | None = None, context: StatusContext | None = None
    ) -> None:
        self._request = request
        self._budget = budget
        self._context = context
        self._leaf = request.leaf
        certificates = tuple(anchor.certificate for anchor in request.anchors)
        self._pool = Pool(request.pool, certificates)
        self._edges = Edges(request.settings, request.at, budget)
        self._key = key
        self._contexts: dict[str, StatusContext] = {}
        self._tried: dict[tuple[str, ...], _Verdict] = {}
        self._dropped: list[CandidatePath] = []
        self._fetched: set[str] = set()

    def answer(self) -> PathOutcome:
        """The outcome; a budget that runs out is a reason among the others."""
        try:
            return self.answer_in_time()
        except BudgetExceededError as error:
            return self._refusal(self._own_findings(), (Reason.of("TS-PATH-BUDGET", limit=error.limit),))

    def _own_findings(self) -> Findings:
        """What speaks against the end entity itself, and what it was expected to be."""
        request = self._request
        own = end_entity_findings(request.leaf, request.settings, request.at)
        return Findings((*own.reasons, *expectation_reasons(request.leaf, request.settings)), own.leniencies)

    def answer_in_time(self) -> PathOutcome:
        """The outcome. Raises BudgetExceededError."""
        leaf = self._own_findings()
        if not self._request.anchors:
            return self._refusal(leaf, (Reason.of("TS-PATH-NO-ANCHORS"),))
        accepted = self._anchor_itself(leaf) or self._search(leaf)
        if accepted is None:
            return self._refusal(leaf, ())
        if len(accepted.candidate.certificates) > 1 and self._key is not None:
            self._remember(accepted, leaf)
        return self._acceptance(accepted, leaf)

    def close(self) -> None:
        """Let go of the contexts."""
        self._contexts.clear()

    def _anchor_itself(self, leaf: Findings) -> _Verdict | None:
        """The certificate asked about is a trust anchor (EN 319 102-1 5.2.6 step 1): nothing stands above it."""
        for anchor in self._request.anchors:
            if anchor.certificate != self._leaf:
                continue
            findings = anchor_findings(anchor, self._request.settings, self._request.at)
            candidate = CandidatePath(certificates=(self._leaf,), reasons=(*leaf.reasons, *findings.reasons))
            self._dropped.append(candidate)
            if not candidate.reasons:
                own = self._leaf.details.policies or ()
                policies = frozenset(item.policy for item in own)
                return _Verdict(candidate, PathValidation((), policies, ()), findings.leniencies, final=True)
        return None

    def _remember(self, verdict: _Verdict, leaf: Findings) -> None:
        """Keep the upper part of an accepted path, if it was the first that the search proposed, and what is known of
        the status of its CAs."""
        request, chain = self._request, verdict.candidate.certificates
        upper = upper_path(self._key)
        if upper is None:
            if len(self._tried) > 1 or self._dropped or self._edges.waits_for_parameters(chain[1]):
                return
            anchor = next(one for one in request.anchors if one.certificate == chain[-1])
            own = verdict.leniencies - leaf.leniencies
            upper = UpperPath(chain[1:], anchor, request, own, self._budget.explored)
            remember_upper_path(self._key, upper)
        if upper.certificates == chain[1:] and verdict.candidate.statuses:
            key = upper.statuses_key(self._leaf, request.evidence)
            upper.remember_statuses(key, request.pool, verdict.candidate.statuses[1:])

    def _search(self, leaf: Findings) -> _Verdict | None:
        for _ in range(MAX_RESTARTS):
            search = self._new_search()
            known = len(self._edges.broken)
            accepted = self._first_good(search, best_first(search), leaf)
            if accepted is not None or (leaf.reasons and self._tried):
                return accepted
            if len(self._edges.broken) > known:
                # What was found out about a pair may open another way to a certificate that was passed already.
                continue
            if self._fetch(search):
                continue
            return self._search_further(search, leaf)
        return None

    def _search_further(self, first: Search, leaf: Findings) -> _Verdict | None:
        """Paths that the first pass may have hidden behind a shorter one; none when nothing was hidden."""
        if not first.blind and all(verdict.final for verdict in self._tried.values()):
            return None
        blind = first.blind
        if any(self._policy_failed(verdict) for verdict in self._tried.values()):
            search = self._new_search()
            accepted = self._first_good(search, best_first(search, minding_policies=True), leaf)
            if accepted is not None:
                return accepted
            blind = blind or search.blind or search.proposed > 0
            if not blind and self._request.settings.require_explicit_policy:
                # Every way ended where no policy could be valid any more.
                return None
        accepted = self._search_from_above(leaf)
        if accepted is not None:
            return accepted
        last = self._new_search()
        return self._first_good(last, every_path(last), leaf)

    def _search_from_above(self, leaf: Findings) -> _Verdict | None:
        edges = self._edges
        for _ in range(MAX_RESTARTS):
            known = len(edges.broken) + len(edges.broken_under)
            minding = any(self._policy_failed(verdict) for verdict in self._tried.values())
            search = self._new_search()
            accepted = self._first_good(search, top_down(search, minding_policies=minding), leaf)
            if accepted is not None or len(edges.broken) + len(edges.broken_under) == known:
                return accepted
        return None

    @staticmethod
    def _policy_failed(verdict: _Verdict) -> bool:
        return any(reason.code == "TS-PATH-POLICY" for reason in verdict.validation.reasons)

    def _new_search(self) -> Search:
        anchors: dict[bytes, list[TrustAnchor]] = {}
        for anchor in self._request.anchors:
            anchors.setdefault(anchor.certificate.subject.key, []).append(anchor)
        return Search(
            leaf=self._leaf,
            anchors=anchors,
            pool=self._pool,
            edges=self._edges,
            budget=self._budget,
            settings=self._request.settings,
        )

    def _first_good(
        self, search: Search, proposals: Iterator[tuple[Link, TrustAnchor]], leaf: Findings
    ) -> _Verdict | None:
        try:
            for link, anchor in proposals:
                search.proposed += 1
                verdict = self._judge((*link.chain(), anchor.certificate), anchor, leaf)
                if verdict is not None and not verdict.candidate.reasons:
                    return verdict
                if leaf.reasons:
                    # No path makes the certificate itself good; one is enough to show.
                    return None
        finally:
            seen = {(one.certificates, one.reasons) for one in self._dropped}
            self._dropped += [one for one in search.dropped if (one.certificates, one.reasons) not in seen]
        return None

    def _fetch(self, search: Search) -> bool:
        if self._request.fetch is None:
            return False
        links = [link for link in search.reached if link.certificate.fingerprint not in self._fetched]
        self._fetched.update(link.certificate.fingerprint for link in links)
        found = fetch_issuers((link.certificate for link in links), self._request.fetch)
        return self._pool.add(found)

    def _judge(self, chain: tuple[Certificate, ...], anchor: TrustAnchor, leaf: Findings) -> _Verdict | None:
        """The verdict on a complete path; None when it was judged before."""
        key = tuple(certificate.fingerprint for certificate in chain)
        if key in self._tried:
            return None
        settings = self._request.settings
        top = anchor_findings(anchor, settings, self._request.at)
        validation = validate(chain, settings, self._budget.check)
        late = self._late_signatures(chain)
        reasons = [*leaf.reasons, *top.reasons, *validation.reasons, *late]
        passable = bool(late) or any(reason.code != "TS-PATH-PATH-LENGTH" for reason in validation.reasons)
        statuses: tuple[StatusAnswer, ...] = ()
        if settings.revocation is not RevocationMode.NONE and not top.reasons and not validation.reasons:
            statuses, found, broken = path_statuses(chain, self._request, self.status_context(anchor))
            reasons += found
            if broken is not None and self._remember_broken(chain, broken, anchor):
                found = []
            passable = passable or bool(found)
        above = (self._edges.ca(certificate).leniencies for certificate in chain[1:-1])
        leniencies = leaf.leniencies.union(top.leniencies, *above)
        candidate = CandidatePath(certificates=chain, reasons=order_reasons(reasons), statuses=statuses)
        verdict = self._tried[key] = _Verdict(candidate, validation, leniencies, not passable)
        return verdict

    def _remember_broken(self, chain: tuple[Certificate, ...], broken: BrokenPair, anchor: TrustAnchor) -> bool:
        """Keep what is known of the pair and of its likes. True when no other path can make the pair good."""
        edges, request, only = self._edges, self._request, len(self._request.anchors) == 1
        likes = self._pool.of(next(one.subject for one in chain if one.fingerprint == broken.pair[0]))
        unknown = (one for one in likes if (one.fingerprint, *broken.pair[1:]) not in edges.broken)
        for one in (broken, *broken_siblings(chain, broken, unknown, request, self.status_context(anchor))):
            if one.final or only:
                edges.broken[one.pair] = one.reasons
            else:
                edges.broken_under.add((one.pair, anchor.certificate.fingerprint))
        return broken.final or only

    def _late_signatures(self, chain: tuple[Certificate, ...]) -> tuple[Reason, ...]:
        """Signatures by keys that inherit their DSA parameters from above (RFC 5280 6.1.4 (f))."""
        reasons: tuple[Reason, ...] = ()
        for position in range(1, len(chain) - 1):
            if self._edges.waits_for_parameters(chain[position]):
                parameters = inherited_parameters(chain[position:])
                reasons += self._edges.signature(chain[position - 1], chain[position], parameters)
        return reasons

    def status_context(self, anchor: TrustAnchor) -> StatusContext:
        """The context of status questions on paths to this anchor; for a signer, that of who asks about it."""
        if self._context is not None:
            return self._context
        name = anchor.certificate.fingerprint
        if name not in self._contexts:
            engine = SignerEngine(self._request, anchor, self._pool, self._signer_outcome)
            self._contexts[name] = status_context(self._request.settings, engine, self._budget.check)
        return self._contexts[name]

    def _signer_outcome(self, request: PathRequest, context: StatusContext) -> PathOutcome:
        # What is remembered of CAs stands on their issuers' own evidence, whoever is pending.
        key = question_key(request)
        upper = upper_path(key)
        known = None if upper is None else answer_below(upper, request, lambda: context)
        # A signer that was not looked at in time is not one that may not be relied on: nobody knows.
        return known or PathQuestion(request, self._budget, key, context).answer_in_time()

    def _acceptance(self, verdict: _Verdict, leaf: Findings) -> PathOutcome:
        return PathOutcome(
            valid=True,
            certificates=verdict.candidate.certificates,
            reasons=(),
            policies=tuple(sorted(verdict.validation.policies)),
            qualifiers=verdict.validation.qualifiers,
            statuses=verdict.candidate.statuses,
            leniencies=tuple(sorted(verdict.leniencies)),
            explored=self._budget.explored,
            candidates=(*self._judged(), *self._dropped),
        )

    def _judged(self) -> tuple[CandidatePath, ...]:
        return tuple(verdict.candidate for verdict in self._tried.values())

    def _signed(self, candidate: CandidatePath) -> bool:
        """The topmost certificate of a dropped path made the signature on the one below it."""
        if len(candidate.certificates) < 2:
            return False
        try:
            return not self._edges.signature(candidate.certificates[-2], candidate.certificates[-1])
        except BudgetExceededError:
            return False

    def _with_statuses(self, rejected: CandidatePath) -> CandidatePath:
        """A path that failed otherwise, with the revocation answers it would have had: they may weigh more."""
        chain = rejected.certificates
        anchor = next((one for one in self._request.anchors if one.certificate == chain[-1]), None)
        if self._request.settings.revocation is RevocationMode.NONE or anchor is None or len(chain) < 2:
            return rejected
        try:
            statuses, found, _ = path_statuses(chain, self._request, self.status_context(anchor))
        except BudgetExceededError:
            return rejected
        return rejected._replace(reasons=order_reasons((*rejected.reasons, *found)), statuses=statuses)

    def _refusal(self, leaf: Findings, reasons: tuple[Reason, ...]) -> PathOutcome:
        judged = self._judged()
        known = bool(self._pool.of(self._leaf.issuer))
        best = best_rejected(self._leaf, judged, self._dropped, leaf.reasons, reasons, self._signed, known)
        if not best.statuses and best.certificates in {candidate.certificates for candidate in judged}:
            best = self._with_statuses(best)
        return PathOutcome(
            valid=False,
            certificates=best.certificates,
            reasons=best.reasons,
            statuses=best.statuses,
            leniencies=tuple(sorted(leaf.leniencies)),
            explored=self._budget.explored,
            candidates=(*judged, *self._dropped),
        )
