"""Answers about certificates, paths and revocation out of recorded facts (validator.evidence.recorded). Pure.

The same rules as over octets, as far as facts allow: RFC 5280 clause 6 for paths, RFC 5280 6.3 and RFC 6960 for
revocation data. What nobody recorded is not assumed.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from policies.algorithms import AlgorithmUse
from policies.reasons import Reason
from validator.evidence import AnchorFacts, Evidence
from validator.evidence.recorded import RecordedCertificate, RecordedFacts
from validator.judge.chains import CertificateFacts, PathFacts, Purpose, Statement
from validator.judge.policy import JudgementPolicy
from validator.judge.recorded_certificates import certificate_facts
from validator.judge.recorded_status import RecordedStatements, answer
from validator.path.types import RevocationMode
from validator.revocation.types import Status, StatusAnswer

COLLECTING = timedelta(days=1)
_LAST = datetime.max.replace(tzinfo=UTC)
MAX_DEPTH = 20
MAX_STEPS = 20_000
_KNOWN = frozenset((Status.GOOD, Status.NOT_REQUIRED))
# What RFC 5280 and the profiles of this field define; another critical extension means that the path fails (6.1.4 (o)).
_UNDERSTOOD = frozenset(
    (
        *(f"2.5.29.{arc}" for arc in (9, 14, 15, 16, 17, 18, 19, 30, 31, 32, 33, 35, 36, 37, 46, 54, 56)),
        *(f"1.3.6.1.5.5.7.1.{arc}" for arc in (1, 3, 11)),
        "1.3.6.1.5.5.7.48.1.5",
        "0.4.0.194121.2.1",
    )
)


class RecordedChains:
    """`Chains` over recorded facts (see there for what each method answers)."""

    def __init__(self, evidence: Evidence, policy: JudgementPolicy, at: datetime) -> None:
        recorded = evidence.recorded or RecordedFacts(origin="none", at=at)
        self._policy = policy
        self._at = at
        self._recorded_at = recorded.at
        self._certificates = {item.name: item for item in recorded.certificates}
        self._by_key = _by_key(recorded.certificates)
        self._anchors = tuple(item for item in evidence.trust.anchors if item.certificate in self._certificates)
        self._data = {item.name: item for item in recorded.revocations}
        self._facts: dict[str, CertificateFacts] = {}
        self._found: dict[tuple[str, datetime, Purpose, bool], PathFacts] = {}
        self._tops: dict[tuple[str, Purpose], tuple[tuple[str, ...], ...]] = {}
        self._statements = RecordedStatements(self, recorded, at)

    def certificate(self, name: str) -> CertificateFacts | None:
        if name not in self._facts:
            found = self._certificates.get(name)
            if found is None:
                return None
            self._facts[name] = certificate_facts(found)
        return self._facts[name]

    def recorded(self, name: str) -> RecordedCertificate | None:
        """Everything recorded about a certificate."""
        return self._certificates.get(name)

    def anchored(self, name: str, purpose: Purpose) -> AnchorFacts | None:
        return next(
            (
                item
                for item in self._anchors
                if item.certificate == name and (not item.purposes or purpose in item.purposes)
            ),
            None,
        )

    # --- paths ----------------------------------------------------------------------------------------------------

    def path(self, leaf: str, at: datetime, purpose: Purpose, *, revocation: bool) -> PathFacts:
        key = (leaf, at, purpose, revocation)
        if key not in self._found:
            self._found[key] = self._path(leaf, at, purpose, revocation)
        return self._found[key]

    def _path(self, leaf: str, at: datetime, purpose: Purpose, revocation: bool) -> PathFacts:
        ways = self._ways(leaf, purpose)
        found = [self._walked(names, at, purpose, revocation) for names in ways]
        if not found:
            return PathFacts(certificates=(leaf,), valid=False)
        return min(found, key=self._preference)

    def _preference(self, path: PathFacts) -> tuple[bool, bool, bool, int]:
        ended = path.anchor is not None and self._past_sunset(path.anchor)
        return path.anchor is None, ended, not path.valid, len(path.certificates)

    def _ways(self, leaf: str, purpose: Purpose) -> tuple[tuple[str, ...], ...]:
        """Every way up from `leaf` to an anchor, or the longest without one; bounded in depth and steps."""
        key = (leaf, purpose)
        if key not in self._tops:
            ways = sorted(self._climb(leaf, purpose), key=lambda names: (len(names), names))
            reached = tuple(names for names in ways if self.anchored(names[-1], purpose))
            self._tops[key] = reached or tuple(ways[-1:])
        return self._tops[key]

    def _climb(self, leaf: str, purpose: Purpose) -> Iterator[tuple[str, ...]]:
        open_ways: list[tuple[str, ...]] = [(leaf,)] if leaf in self._certificates else []
        for _ in range(MAX_STEPS):
            if not open_ways:
                return
            names = open_ways.pop()
            anchor = self.anchored(names[-1], purpose)
            # Behind an anchor past its sunset date there may stand another one (5.2.6.4 step 3).
            above = self._issuers(names[-1]) if anchor is None or self._past_sunset(anchor) else ()
            further = [(*names, name) for name in above if name not in names and len(names) < MAX_DEPTH]
            open_ways += further
            if anchor is not None or not further:
                yield names

    def _past_sunset(self, anchor: AnchorFacts) -> bool:
        return anchor.sunset is not None and self._at > anchor.sunset

    def _issuers(self, name: str) -> tuple[str, ...]:
        """The certificate that the signature was checked with, and others of the same key and subject."""
        one = self._certificates[name]
        signer = self._certificates.get(one.signature.signer or "")
        if signer is None or one.self_signed:
            return ()
        twins = (item.name for item in self._by_key.get(signer.key or "", ()) if item.subject == signer.subject)
        return tuple(sorted({signer.name, *twins}))

    def _walked(self, names: tuple[str, ...], at: datetime, purpose: Purpose, revocation: bool) -> PathFacts:
        anchor = self.anchored(names[-1], purpose)
        reasons = list(self._faults(names, at))
        found = PathFacts(certificates=names, valid=anchor is not None and not reasons, anchor=anchor)
        if anchor and revocation:
            reasons += self._not_good(found, at)
        policies = tuple(sorted(self._certificates[names[0]].extensions.policies))
        return PathFacts(
            certificates=names,
            valid=anchor is not None and not reasons,
            anchor=anchor,
            reasons=tuple(dict.fromkeys(reasons)),
            policies=policies,
        )

    def _faults(self, names: tuple[str, ...], at: datetime) -> Iterator[Reason]:
        """RFC 5280 6.1.3 and 6.1.4, the anchor's own certificate and the leaf's validity aside."""
        below = 0
        for position, name in enumerate(names[:-1]):
            one, issuer = self._certificates[name], self._certificates[names[position + 1]]
            if not one.signature.intact:
                yield Reason.of("TS-PATH-SIGNATURE", subject=one.subject, issuer=issuer.subject)
            for extension in sorted(set(one.extensions.critical) - _UNDERSTOOD):
                yield Reason.of("TS-PATH-UNKNOWN-CRITICAL-EXTENSION", extension=extension)
            if position:
                yield from _authority_faults(one, at, below)
                below += one.subject != one.issuer

    def _not_good(self, path: PathFacts, at: datetime) -> Iterator[Reason]:
        for position in range(len(path.certificates) - 1):
            found = self.status(path, position, at)
            if found.status not in _KNOWN:
                yield from found.reasons or (Reason.of("TS-REV-NO-EVIDENCE"),)

    def unsound(self, leaf: str) -> tuple[Reason, ...]:
        return ()

    # --- revocation -----------------------------------------------------------------------------------------------

    def status(self, path: PathFacts, position: int, at: datetime, *, until: datetime | None = None) -> StatusAnswer:
        one = self._certificates.get(path.certificates[position])
        if one is None:
            return StatusAnswer(status=Status.UNKNOWN)
        exempt = _exempt(one)
        if exempt is not None or self._policy.revocation is RevocationMode.NONE:
            return StatusAnswer(status=Status.NOT_REQUIRED, reasons=(exempt,) if exempt else ())
        known, notes = self._statements.about(one.name)
        return answer(known, notes, at, self._collected(until or at), self._policy)

    def _collected(self, until: datetime) -> datetime:
        """Until when data counts as known: what a recording holds was at hand for it, although collecting took time."""
        if not timedelta(0) <= until - self._recorded_at < COLLECTING:
            return until
        return self._recorded_at + min(COLLECTING, _LAST - self._recorded_at)

    def statements(self, path: PathFacts, position: int) -> tuple[Statement, ...]:
        known, _ = self._statements.about(path.certificates[position])
        return tuple(Statement(source=item.source, answer=item.answer()) for item in known)

    def signature_uses(self, certificate: str, issuer: str | None) -> tuple[AlgorithmUse, ...]:
        found = self._certificates.get(certificate)
        return found.signature.uses if found else ()

    def evidence_uses(self, answer: StatusAnswer) -> tuple[AlgorithmUse, ...]:
        found = self._data.get(answer.source or "")
        return found.signature.uses if found else ()


def _by_key(certificates: Iterable[RecordedCertificate]) -> dict[str, list[RecordedCertificate]]:
    found: dict[str, list[RecordedCertificate]] = {}
    for item in certificates:
        if item.key:
            found.setdefault(item.key, []).append(item)
    return found


def _authority_faults(one: RecordedCertificate, at: datetime, below: int) -> Iterator[Reason]:
    """6.1.3 (a) (2) and 6.1.4 (k) to (n) for a certificate that issued another one; `below` counts what stands between
    it and the leaf, self-issued certificates aside."""
    if at < one.not_before:
        yield Reason.of("TS-PATH-NOT-YET-VALID", subject=one.subject, begins=one.not_before.isoformat())
    if at > one.not_after:
        yield Reason.of("TS-PATH-EXPIRED", subject=one.subject, until=one.not_after.isoformat())
    extensions = one.extensions
    if not extensions.ca:
        yield Reason.of("TS-PATH-NOT-A-CA", subject=one.subject)
    if extensions.path_length is not None and below > extensions.path_length:
        yield Reason.of("TS-PATH-PATH-LENGTH")
    if extensions.key_usage is not None and "keyCertSign" not in extensions.key_usage:
        yield Reason.of("TS-PATH-KEY-USAGE", subject=one.subject)


def _exempt(one: RecordedCertificate) -> Reason | None:
    """Whose status nobody needs to know (RFC 9608 4; EN 319 412-1 5.2)."""
    if one.extensions.no_revocation_available:
        return Reason.of("TS-REV-NO-REV-AVAIL")
    return Reason.of("TS-REV-SHORT-TERM") if one.extensions.validity_assured else None
