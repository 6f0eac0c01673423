"""What recorded CRLs and OCSP responses say about a certificate, and which of them may be believed.

RFC 5280 6.3.3 and RFC 6960 3.2 over facts: the signature verified, the signer had the right to say it and was in force
when it did, and the data speaks about this certificate in its lifetime or says that it covers what has expired.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from policies.reasons import Reason
from validator.evidence.recorded import (
    RecordedCertificate,
    RecordedFacts,
    RecordedRevocation,
    RecordedStatus,
)
from validator.judge.chains import PathFacts, Purpose
from validator.judge.policy import JudgementPolicy
from validator.revocation.types import Status, StatusAnswer

OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
MAX_STATEMENTS = 1_000
_WAITING = "TS-CHAIN-STATUS-UNKNOWN"
_WORDS = {"good": Status.GOOD, "revoked": Status.REVOKED, "on-hold": Status.ON_HOLD}
_KNOWN = frozenset((Status.GOOD, Status.NOT_REQUIRED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One statement that may be believed."""

    status: Status
    source: str
    kind: str
    issued: datetime
    next_update: datetime | None
    signer: str
    revoked: datetime | None = None
    reason_code: int | None = None

    def answer(
        self, status: Status | None = None, *, fresh: bool = False, reasons: tuple[Reason, ...] = ()
    ) -> StatusAnswer:
        """As an answer of its own, at the time at which it was issued."""
        given = status or self.status
        standing = given in (Status.REVOKED, Status.ON_HOLD)
        return StatusAnswer(
            status=given,
            reasons=reasons,
            source=self.source,
            sources=(self.source,),
            source_kind=self.kind,
            this_update=self.issued,
            next_update=self.next_update,
            revocation_time=self.revoked if standing else None,
            reason_code=self.reason_code if standing else None,
            signer_path=(self.signer,),
            fresh=fresh,
        )


class Paths(Protocol):
    """What a check of revocation data asks back."""

    def recorded(self, name: str) -> RecordedCertificate | None: ...

    def path(self, leaf: str, at: datetime, purpose: Purpose, *, revocation: bool) -> PathFacts: ...

    def status(
        self, path: PathFacts, position: int, at: datetime, *, until: datetime | None = None
    ) -> StatusAnswer: ...


class RecordedStatements:
    """Everything recorded about the status of certificates, checked once per certificate."""

    def __init__(self, paths: Paths, recorded: RecordedFacts, at: datetime) -> None:
        self._paths = paths
        self._data = {item.name: item for item in recorded.revocations}
        self._at = at
        self._known: dict[str, tuple[tuple[Found, ...], tuple[Reason, ...]]] = {}
        self._open: set[str] = set()

    def about(self, name: str) -> tuple[tuple[Found, ...], tuple[Reason, ...]]:
        """Statements about a certificate that may be believed, oldest first, and why others may not."""
        if name in self._known:
            return self._known[name]
        one = self._paths.recorded(name)
        if one is None or name in self._open:
            # Whoever answers for the status of a certificate cannot rest on that certificate.
            return (), ()
        self._open.add(name)
        found: list[Found] = []
        notes: list[Reason] = []
        for said in sorted(one.statuses, key=_order)[:MAX_STATEMENTS]:
            item = self._data.get(said.revocation)
            faults = list(self._faults(one, said, item))
            notes += faults
            if item is not None and item.this_update is not None and not faults:
                found.append(_found(said, item, item.this_update))
        self._open.discard(name)
        found.sort(key=lambda item: (item.issued, item.source))
        result = tuple(found), tuple(dict.fromkeys(notes))
        if not self._open:
            self._known[name] = result
        return result

    def _faults(
        self, one: RecordedCertificate, said: RecordedStatus, item: RecordedRevocation | None
    ) -> Iterator[Reason]:
        """Why a statement about `one` may not be believed; nothing when it may."""
        source = said.revocation
        if item is None or item.this_update is None:
            yield Reason.of("TS-REV-SCOPE", source=source)
            return
        if said.word not in _WORDS:
            yield Reason.of("TS-REV-OCSP-UNKNOWN", source=source)
        if not item.signature.intact:
            yield Reason.of("TS-REV-SIGNATURE", kind=item.kind, source=source)
        if item.certificate_hash is False:
            yield Reason.of("TS-REV-OTHER-CERTIFICATE", source=source)
        if said.word == "good" and not _speaks_in_time(one, item, item.this_update, self._kept(one)):
            yield Reason.of("TS-REV-EXPIRED-NOT-COVERED", source=source, issued=item.this_update.isoformat())
        yield from self._signer_faults(one, item)

    def _kept(self, one: RecordedCertificate) -> tuple[datetime, ...]:
        """Since when the services that stand above a certificate keep the status of what has expired."""
        found: list[datetime] = []
        seen: set[str] = set()
        above: RecordedCertificate | None = one
        while above is not None and above.name not in seen:
            seen.add(above.name)
            found += (item.expired_since for item in above.services if item.expired_since is not None)
            above = None if above.trusted else self._paths.recorded(above.signature.signer or "")
        return tuple(found)

    def _signer_faults(self, one: RecordedCertificate, item: RecordedRevocation) -> Iterator[Reason]:
        signer = self._paths.recorded(item.signature.signer or "")
        if signer is None or item.responder_matches is False:
            yield Reason.of("TS-REV-SIGNER-UNKNOWN", kind=item.kind, source=item.name)
            return
        issued = item.produced_at or item.this_update or self._at
        path = self._paths.path(signer.name, issued, Purpose.SIGNATURE, revocation=False)
        why = self._distrust(signer, path, issued) or _unauthorised(one, signer, item, self._paths)
        if why is not None:
            yield Reason.of("TS-REV-SIGNER-UNTRUSTED", signer=signer.subject, source=item.name, why=why)
        elif not self._status_known(signer, path, issued):
            yield Reason.of("TS-CHAIN-STATUS-UNKNOWN", subject=signer.subject)

    def _distrust(self, signer: RecordedCertificate, path: PathFacts, issued: datetime) -> str | None:
        if path.anchor is None:
            return "no path to a trust anchor"
        if len(path.certificates) == 1:
            return None
        if not path.valid:
            return ", ".join(sorted(item.code for item in path.reasons))
        if not signer.not_before <= issued <= signer.not_after:
            return "outside its validity when it signed"
        return None

    def _status_known(self, signer: RecordedCertificate, path: PathFacts, issued: datetime) -> bool:
        if len(path.certificates) == 1 or signer.extensions.ocsp_no_check or signer.extensions.ca:
            # 4.2.2.2.1; the status of a CA is looked at where it stands on the path of the certificate itself.
            return True
        return self._paths.status(path, 0, issued, until=self._at).status in _KNOWN


def _order(said: RecordedStatus) -> tuple[str, str]:
    return said.revocation, said.word


def _found(said: RecordedStatus, item: RecordedRevocation, issued: datetime) -> Found:
    return Found(
        status=_WORDS[said.word],
        source=item.name,
        kind=item.kind,
        issued=issued,
        next_update=item.next_update,
        signer=item.signature.signer or "",
        revoked=said.time,
        reason_code=said.reason,
    )


def _speaks_in_time(
    one: RecordedCertificate, item: RecordedRevocation, issued: datetime, kept: tuple[datetime, ...]
) -> bool:
    """ "Good" speaks about a certificate that has expired only where the issuer keeps such entries: X.509 9.5.2.8
    expiredCertsOnCRL, RFC 6960 4.4.4 archive cutoff, TS 119 612 5.5.9.1 ExpiredCertsRevocationInfo."""
    if issued < one.not_before:
        return False
    if issued <= one.not_after:
        return True
    # What the data itself states is about this very data; the service's statement stands in where it states nothing.
    own = [moment for moment in (item.expired_certs_on_crl, item.archive_cutoff) if moment is not None]
    return any(moment <= one.not_after for moment in own or kept)


def _unauthorised(
    one: RecordedCertificate, signer: RecordedCertificate, item: RecordedRevocation, paths: Paths
) -> str | None:
    """RFC 6960 4.2.2.2 and RFC 5280 6.3.3 (b), (f): the CA itself, somebody whom it authorised, or a trust anchor."""
    issuer = paths.recorded(one.signature.signer or "")
    if issuer is None or signer.trusted or _same_key(signer, issuer):
        usage = signer.extensions.key_usage
        barred = item.kind == "crl" and usage is not None and "crlSign" not in usage and not signer.trusted
        return "its key is not for signing CRLs" if barred else None
    extensions = signer.extensions
    if item.kind == "crl" and (extensions.ca or "crlSign" in (extensions.key_usage or ())):
        # An indirect CRL, or one of a CA that changed its key (6.3.3 (f)).
        return None
    if _same_key(signer, one):
        return "it answers for its own certificate"
    delegate = paths.recorded(signer.signature.signer or "")
    usages = extensions.extended_key_usage
    # Whom the issuer authorised to sign status information may be recorded with either kind of it; for a CRL the
    # authorisation has to be explicit.
    if OCSP_SIGNING not in (usages or ()) and (usages is not None or item.kind == "crl"):
        return "its key is not for signing status information"
    return None if delegate is not None and _same_line(delegate, issuer) else "not authorised by the issuer"


def _same_key(one: RecordedCertificate, other: RecordedCertificate) -> bool:
    return one.name == other.name or (one.key is not None and one.key == other.key)


def _same_line(one: RecordedCertificate, other: RecordedCertificate) -> bool:
    return _same_key(one, other) or one.trusted


def answer(
    known: tuple[Found, ...], notes: tuple[Reason, ...], at: datetime, until: datetime, policy: JudgementPolicy
) -> StatusAnswer:
    """The status at `at` from statements issued by `until`: a revocation decides, a hold until something newer lifts
    it, "good" where the knowledge is fresh (5.2.5)."""
    usable = [item for item in known if item.issued <= until]
    if not usable:
        return StatusAnswer(status=Status.UNKNOWN, reasons=_unusable(known, notes))
    standing = [item for item in usable if _stands(item, at)]
    revoked = [item for item in standing if item.status is Status.REVOKED]
    if revoked:
        first = min(revoked, key=lambda item: (item.revoked or item.issued, item.source))
        return first.answer(Status.REVOKED, fresh=True)
    newest = usable[-1]
    held = [item for item in standing if item.status is Status.ON_HOLD and item.issued >= newest.issued]
    if held:
        return held[0].answer(Status.ON_HOLD, fresh=True)
    fresh = [item for item in usable if is_fresh(item.issued, item.next_update, at, policy)]
    if fresh:
        return fresh[-1].answer(Status.GOOD, fresh=True)
    return newest.answer(Status.STALE, reasons=(_stale(newest),))


def _stands(item: Found, at: datetime) -> bool:
    return item.status in (Status.REVOKED, Status.ON_HOLD) and (item.revoked is None or item.revoked <= at)


def _unusable(known: tuple[Found, ...], notes: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Nothing at hand, something at hand that may not be believed, or only knowledge of a later time."""
    if known:
        return (Reason.of("TS-REV-NOT-YET-ISSUED", source=known[0].source, issued=known[0].issued.isoformat()),)
    if not notes:
        return (Reason.of("TS-REV-NO-EVIDENCE"),)
    # Where only the status of its signer is missing, waiting may mend it.
    waiting = any(item.code == _WAITING for item in notes)
    return notes if waiting else (Reason.of("TS-REV-UNACCEPTABLE"), *notes)


def is_fresh(issued: datetime, following: datetime | None, at: datetime, policy: JudgementPolicy) -> bool:
    """5.2.5 for one statement: within the policy's interval, else until the issuer's own next update."""
    if policy.freshness_seconds is not None:
        return at - issued < timedelta(seconds=policy.freshness_seconds)
    return following is not None and at < following


def _stale(item: Found) -> Reason:
    if item.next_update is None:
        return Reason.of("TS-REV-NO-NEXT-UPDATE", source=item.source, issued=item.issued.isoformat())
    return Reason.of(
        "TS-REV-STALE", source=item.source, issued=item.issued.isoformat(), next=item.next_update.isoformat()
    )
