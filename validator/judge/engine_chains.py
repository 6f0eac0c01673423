"""Answers of the path and revocation engines over certificates and revocation data. Pure; remembers its answers."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from policies.algorithms import AlgorithmUse
from policies.jurisdictions import Jurisdiction, jurisdictions
from policies.reasons import Reason
from validator.asn1.memory import Generations
from validator.evidence import OCSP_RESPONDER, AnchorFacts
from validator.judge.certificate_facts import known_facts
from validator.judge.chains import CertificateFacts, PathFacts, Purpose, Statement
from validator.judge.conclusion import Conclusion
from validator.judge.policy import JudgementPolicy
from validator.judge.surroundings import Objects
from validator.path.certificate import Certificate
from validator.path.engine import build_path
from validator.path.name import Name
from validator.path.types import PathOutcome, PathRequest, PathSettings, RevocationMode, TrustAnchor
from validator.revocation.context import SignerPurpose, SignerVerdict, StatusContext
from validator.revocation.memory import SignatureMemory
from validator.revocation.status import certificate_status
from validator.revocation.types import RevocationEvidence, Status, StatusAnswer

# A verdict must not depend on how busy the machine is: the step budgets decide, the deadline is the last resort.
DEADLINE = 20.0
MAX_STATEMENTS = 200
_KEPT, _KEPT_CHECKS = 128, 2_000
# Whoever may be trusted: who issued the certificate was not allowed to issue any (RFC 5280 6.1.4 (k) to (n)).
_NO_AUTHORITY = frozenset(("TS-PATH-NOT-A-CA", "TS-PATH-PATH-LENGTH", "TS-PATH-KEY-USAGE"))


class EngineChains:
    """`Chains` over parsed objects (see there for what each method answers). May outlive one judgement: what it keeps
    is bounded, and belongs to its policy and its time."""

    def __init__(
        self,
        objects: Objects,
        pool: tuple[Certificate, ...],
        anchors: tuple[AnchorFacts, ...],
        policy: JudgementPolicy,
        at: datetime,
    ) -> None:
        """`objects` are all that may be asked about, the certificates of the `anchors` among them; `pool` the
        certificates that may stand above others or sign for them."""
        self._policy = policy
        self._validation_time = at
        self._objects = objects
        self._certificates = objects.certificates
        self._pool = pool
        self._anchors = anchors
        self._evidence = objects.evidence
        self._by_subject: dict[bytes, list[Certificate]] = {}
        self._by_issuer: dict[bytes, list[Certificate]] = {}
        for item in self._pool:
            self._by_subject.setdefault(item.subject.key, []).append(item)
            self._by_issuer.setdefault(item.issuer.key, []).append(item)
        self._paths: Generations[tuple[str, datetime, Purpose, bool], PathFacts] = Generations(_KEPT)
        self._statuses: Generations[tuple[object, ...], StatusAnswer] = Generations(_KEPT)
        self._statements: Generations[tuple[object, ...], tuple[Statement, ...]] = Generations(_KEPT)
        self._signatures = SignatureMemory(_KEPT_CHECKS)
        self.conclusions: Generations[tuple[object, ...], Conclusion] = Generations(_KEPT)

    def knows(self, names: Iterable[str]) -> bool:
        """All these certificates may be asked about here."""
        return self._certificates.keys() >= set(names)

    def certificate(self, name: str) -> CertificateFacts | None:
        found = self._certificates.get(name)
        return None if found is None else known_facts(found)

    def anchored(self, name: str, purpose: Purpose) -> AnchorFacts | None:
        return next((item for item in self._anchors_for(purpose) if item.certificate == name), None)

    def _anchors_for(self, purpose: Purpose) -> Iterable[AnchorFacts]:
        return (item for item in self._anchors if not item.purposes or purpose in item.purposes)

    def path(self, leaf: str, at: datetime, purpose: Purpose, *, revocation: bool) -> PathFacts:
        key = (leaf, at, purpose, revocation)
        known = self._paths.get(key)
        if known is None:
            known = self._path(leaf, at, purpose, revocation)
            self._paths.put(key, known)
        return known

    def _path(self, leaf: str, at: datetime, purpose: Purpose, revocation: bool) -> PathFacts:
        certificate = self._certificates.get(leaf)
        if certificate is None:
            return PathFacts(certificates=(leaf,), valid=False)
        anchors = tuple(
            TrustAnchor(self._certificates[item.certificate], item.sunset) for item in self._anchors_for(purpose)
        )
        mode = self._policy.revocation if revocation else RevocationMode.NONE
        outcome = build_path(self._request(certificate, anchors, at, mode, purpose))
        names = tuple(item.fingerprint for item in outcome.certificates)
        return PathFacts(
            certificates=names,
            valid=outcome.valid,
            anchor=self.anchored(names[-1], purpose),
            reasons=outcome.reasons,
            policies=outcome.policies,
            leniencies=outcome.leniencies,
        )

    def _request(
        self,
        leaf: Certificate,
        anchors: tuple[TrustAnchor, ...],
        at: datetime,
        mode: RevocationMode,
        purpose: Purpose,
    ) -> PathRequest:
        signing = purpose is Purpose.SIGNATURE
        settings = PathSettings(
            initial_policies=self._policy.initial_policies if signing else None,
            require_explicit_policy=signing and self._policy.initial_policies is not None,
            revocation=mode,
            leniencies=self._leniencies(leaf),
            check_leaf_validity=False,
            deadline_seconds=DEADLINE,
        )
        return PathRequest(
            leaf=leaf, anchors=anchors, pool=self._pool, evidence=self._evidence, at=at, settings=settings
        )

    def _home(self, leaf: Certificate) -> Jurisdiction | None:
        facts = self.certificate(leaf.fingerprint)
        return jurisdictions().get(facts.country.upper()) if facts and facts.country else None

    def _leniencies(self, leaf: Certificate) -> frozenset[str]:
        home = self._home(leaf)
        return home.leniency_names if home else frozenset()

    def unsound(self, leaf: str) -> tuple[Reason, ...]:
        certificate = self._certificates.get(leaf)
        tops = tuple(TrustAnchor(item) for item in self._pool if item.fingerprint != leaf and self._is_top(item))
        if certificate is None or not tops or not self.subjects(certificate.issuer):
            return ()
        request = self._request(certificate, tops, certificate.not_before, RevocationMode.NONE, Purpose.TIME_STAMP)
        outcome = build_path(request._replace(settings=replace(request.settings, anchor_basic_constraints=True)))
        return () if outcome.valid else tuple(item for item in outcome.reasons if item.code in _NO_AUTHORITY)

    def _is_top(self, certificate: Certificate) -> bool:
        return certificate.self_issued or not self.subjects(certificate.issuer)

    def status(self, path: PathFacts, position: int, at: datetime, *, until: datetime | None = None) -> StatusAnswer:
        key = (*path.certificates[position : position + 2], path.certificates[-1], path.anchor, at, until)
        known = self._statuses.get(key)
        if known is None:
            known = self._status(path, position, at, until)
            self._statuses.put(key, known)
        return known

    def _pair(self, path: PathFacts, position: int) -> tuple[Certificate, Certificate] | None:
        found = [self._certificates.get(name) for name in path.certificates[position : position + 2]]
        return (found[0], found[1]) if len(found) == 2 and found[0] and found[1] else None

    def _status(self, path: PathFacts, position: int, at: datetime, until: datetime | None) -> StatusAnswer:
        pair = self._pair(path, position)
        if pair is None:
            return StatusAnswer(status=Status.UNKNOWN)
        one, other = pair
        strict = self._policy.freshness_seconds
        age = None if strict is None or one.details.ca else timedelta(seconds=strict)
        context = self._context(path, one, age, until)
        answer = certificate_status(one, other, at, self._evidence, context)
        home = self._home(one)
        granted = home.revocation_freshness_seconds if home else None
        if answer.status is not Status.STALE or answer.next_update is not None or age is not None or granted is None:
            return answer
        # The source states no nextUpdate; the jurisdiction's own interval stands in for it (5.2.5).
        context = self._context(path, one, timedelta(seconds=granted), until)
        return certificate_status(one, other, at, self._evidence, context)

    def _context(
        self, path: PathFacts, leaf: Certificate, age: timedelta | None, until: datetime | None
    ) -> StatusContext:
        return StatusContext(
            engine=_Signers(self, path.certificates[-1]),
            signatures=self._signatures,
            freshness=age,
            known_until=until,
            leniencies=self._leniencies(leaf),
            trusted_responders=self._responders(path),
        )

    def _responders(self, path: PathFacts) -> frozenset[str]:
        """The responders for which the list vouches that the path's anchor comes from, while it does not withdraw
        them: another state's list has no say."""
        listed = path.anchor
        return frozenset(
            item.certificate
            for item in self._anchors
            if listed is not None
            and OCSP_RESPONDER in item.purposes
            and item.source == listed.source
            and item.sunset is None
        )

    def statements(self, path: PathFacts, position: int) -> tuple[Statement, ...]:
        key = (*path.certificates[position : position + 2], path.certificates[-1], path.anchor)
        known = self._statements.get(key)
        if known is None:
            known = self._all_statements(path, position)
            self._statements.put(key, known)
        return known

    def _all_statements(self, path: PathFacts, position: int) -> tuple[Statement, ...]:
        pair = self._pair(path, position)
        if pair is None:
            return ()
        found: list[tuple[datetime, Statement]] = []
        for source, issued, evidence in self._alone(*pair):
            # A responder that answers from a cache produces the response after the thisUpdate that it states.
            answer = certificate_status(
                *pair, issued, evidence, self._context(path, pair[0], None, self._validation_time)
            )
            if answer.status in (Status.GOOD, Status.REVOKED, Status.ON_HOLD):
                found.append((issued, Statement(source=source, answer=answer)))
        return tuple(item for _, item in sorted(found, key=lambda row: (row[0], row[1].source)))

    def _alone(self, one: Certificate, issuer: Certificate) -> Iterable[tuple[str, datetime, RevocationEvidence]]:
        crls = [item for item in self._evidence.crls if not item.is_delta][:MAX_STATEMENTS]
        for crl in crls:
            if crl.issuer.key == issuer.subject.key or crl.scope is not None:
                yield crl.sha256, crl.this_update, RevocationEvidence(crls=(crl,))
        for response in self._evidence.index.ocsps.get(one.serial_octets, ())[:MAX_STATEMENTS]:
            for single in response.responses:
                if single.cert_id.serial_octets == one.serial_octets:
                    yield response.sha256, single.this_update, RevocationEvidence(ocsps=(response,))

    def signature_uses(self, certificate: str, issuer: str | None) -> tuple[AlgorithmUse, ...]:
        return self._objects.signature_uses(certificate, issuer)

    def evidence_uses(self, answer: StatusAnswer) -> tuple[AlgorithmUse, ...]:
        return self._objects.evidence_uses(answer)

    def subjects(self, subject: Name) -> tuple[Certificate, ...]:
        """Certificates at hand with this subject."""
        return tuple(self._by_subject.get(subject.key, ()))

    def issued_by(self, issuer: Name) -> tuple[Certificate, ...]:
        """Certificates at hand with this issuer."""
        return tuple(self._by_issuer.get(issuer.key, ()))

    def signer_path(self, certificate: Certificate, anchor: str, at: datetime) -> PathOutcome:
        """The path of a CRL or OCSP signer to one anchor at `at`, its own validity and status included."""
        anchors = (TrustAnchor(self._certificates[anchor]),)
        mode = RevocationMode.NONE if self._policy.revocation is RevocationMode.NONE else RevocationMode.REQUIRE
        request = self._request(certificate, anchors, at, mode, Purpose.TIME_STAMP)
        # Whether the signer was in force then may be known from later information too: the cross-certificates of a
        # forum's own path are never in the signature, and no statement of that day about them may be at hand.
        settings = replace(request.settings, check_leaf_validity=True, known_until=self._validation_time)
        return build_path(request._replace(settings=settings))


class _Signers:
    """What a revocation check asks back (validator.revocation.context.PathEngine), for one trust anchor."""

    def __init__(self, chains: EngineChains, anchor: str) -> None:
        self._chains = chains
        self._anchor = anchor

    def certificates_of(self, subject: Name) -> Iterable[Certificate]:
        return self._chains.subjects(subject)

    def certificates_issued_by(self, issuer: Name) -> Iterable[Certificate]:
        return self._chains.issued_by(issuer)

    def validate_signer(
        self, certificate: Certificate, purpose: SignerPurpose, at: datetime, context: StatusContext
    ) -> SignerVerdict:
        if certificate.fingerprint == self._anchor:
            return SignerVerdict(True, (self._anchor,))
        outcome = self._chains.signer_path(certificate, self._anchor, at)
        names = tuple(item.fingerprint for item in outcome.certificates)
        return SignerVerdict(outcome.valid, names, outcome.reasons)
