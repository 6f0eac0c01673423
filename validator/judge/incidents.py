"""What it means that a certificate's key is in other hands since a moment, whatever its issuer publishes.

The certificate counts as revoked from then on (EN 319 102-1 5.2.6.4), an anchor ends then (its sunset date, 5.2.6.1),
and what its key signed from then on about the status of others says nothing any more. Everything else, above all which
proofs of existence come before that moment, is left to the processes of the standard.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from policies.algorithms import AlgorithmUse
from policies.reasons import Reason
from validator.evidence import AnchorFacts, IncidentFacts
from validator.judge.chains import CertificateFacts, Chains, PathFacts, Purpose, Statement
from validator.revocation.types import Status, StatusAnswer

_KEY_COMPROMISE = 1


class IncidentChains:
    """`Chains` over other ones, with the incidents applied (see there for what each method answers)."""

    def __init__(self, inner: Chains, incidents: Iterable[IncidentFacts]) -> None:
        self._inner = inner
        # Of several notices about one certificate the earliest counts.
        self._incidents = {item.certificate: item for item in sorted(incidents, key=lambda item: item.since)[::-1]}

    def certificate(self, name: str) -> CertificateFacts | None:
        return self._inner.certificate(name)

    def unsound(self, leaf: str) -> tuple[Reason, ...]:
        return self._inner.unsound(leaf)

    def signature_uses(self, certificate: str, issuer: str | None) -> tuple[AlgorithmUse, ...]:
        return self._inner.signature_uses(certificate, issuer)

    def evidence_uses(self, answer: StatusAnswer) -> tuple[AlgorithmUse, ...]:
        return self._inner.evidence_uses(answer)

    def anchored(self, name: str, purpose: Purpose) -> AnchorFacts | None:
        anchor = self._inner.anchored(name, purpose)
        return None if anchor is None else self._ended(anchor)

    def _ended(self, anchor: AnchorFacts) -> AnchorFacts:
        incident = self._incidents.get(anchor.certificate)
        if incident is None:
            return anchor
        return replace(anchor, sunset=min(anchor.sunset or incident.since, incident.since))

    def path(self, leaf: str, at: datetime, purpose: Purpose, *, revocation: bool) -> PathFacts:
        path = self._inner.path(leaf, at, purpose, revocation=revocation)
        if path.anchor is not None:
            path = replace(path, anchor=self._ended(path.anchor))
        fallen = [item for item in self._of(path.certificates[:-1]) if item.since <= at] if revocation else []
        if not fallen:
            return path
        return replace(path, valid=False, reasons=(*path.reasons, *(self._reason(item) for item in fallen)))

    def _of(self, names: Iterable[str]) -> list[IncidentFacts]:
        return [self._incidents[name] for name in names if name in self._incidents]

    def _reason(self, incident: IncidentFacts) -> Reason:
        facts = self._inner.certificate(incident.certificate)
        return Reason.of(
            "TS-CHAIN-INCIDENT",
            subject=facts.subject if facts else incident.certificate,
            since=incident.since.isoformat(),
            source=incident.source,
        )

    def status(self, path: PathFacts, position: int, at: datetime, *, until: datetime | None = None) -> StatusAnswer:
        incident = self._incidents.get(path.certificates[position])
        if incident is not None and incident.since <= at:
            return self._revoked(incident)
        answer = self._inner.status(path, position, at, until=until)
        forged = self._forgeable(answer)
        return StatusAnswer(status=Status.UNKNOWN, reasons=tuple(map(self._reason, forged))) if forged else answer

    def _forgeable(self, answer: StatusAnswer) -> list[IncidentFacts]:
        """The incidents after which the signer of what an answer stands on could have been anybody."""
        issued = answer.this_update
        return [item for item in self._of(answer.signer_path) if issued is not None and item.since <= issued]

    def _revoked(self, incident: IncidentFacts) -> StatusAnswer:
        return StatusAnswer(
            status=Status.REVOKED,
            reasons=(self._reason(incident),),
            source=incident.certificate,
            sources=(incident.certificate,),
            source_kind="incident",
            this_update=incident.since,
            revocation_time=incident.since,
            reason_code=_KEY_COMPROMISE,
            fresh=True,
        )

    def statements(self, path: PathFacts, position: int) -> tuple[Statement, ...]:
        found = [item for item in self._inner.statements(path, position) if not self._forgeable(item.answer)]
        incident = self._incidents.get(path.certificates[position])
        if incident is not None:
            # Part of the trust state, so no proof is asked that it existed: it goes by the certificate's own name.
            found.append(Statement(source=incident.certificate, answer=self._revoked(incident)))
        return tuple(found)
