"""Validation in the past: PCV, VTS and PSV (EN 319 102-1 clauses 5.6.2.1, 5.6.2.2 and 5.6.2.4)."""

from dataclasses import dataclass, replace
from datetime import datetime

from policies.reasons import Reason
from policies.vocabulary import SubIndication
from validator.judge.chains import CertificateFacts, PathFacts, Purpose, Statement
from validator.judge.conclusion import Conclusion, failed, indeterminate, passed
from validator.judge.context import Context
from validator.judge.models import counts, issued
from validator.judge.poe import ProofsOfExistence
from validator.judge.x509 import RELIED, fresh_at
from validator.path.types import RevocationMode
from validator.revocation.types import Status, StatusAnswer

_DECIDED = frozenset((Status.GOOD, Status.REVOKED, Status.ON_HOLD))


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Result of PCV: the path and the control time, or the conclusion that ended it (`control` None)."""

    conclusion: Conclusion
    path: PathFacts | None = None
    control: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What PSV is about: the kind and id of the proof of existence of its value, its certificate, its purpose, its
    status so far, and the objects whose algorithms were found wanting."""

    kind: str
    name: str
    certificate: str
    purpose: Purpose
    current: Conclusion


def validate_past_certificate(context: Context, proofs: ProofsOfExistence, leaf: str, purpose: Purpose) -> Past:
    """PCV: a path that was valid at a moment inside all validities (in the chain model: when the leaf was issued, which
    is inside its own), then the control time."""
    facts = context.chains.certificate(leaf)
    if facts is None:
        return Past(
            conclusion=indeterminate(
                SubIndication.NO_CERTIFICATE_CHAIN_FOUND, Reason.of("TS-CHAIN-NONE", certificates=0)
            )
        )
    own = context.chains.anchored(leaf, purpose)
    if own is not None:
        return Past(
            conclusion=passed(), path=PathFacts(certificates=(leaf,), valid=True, anchor=own), control=context.at
        )
    path = _path_then(context, facts, purpose)
    if path.anchor is None:
        reason = Reason.of("TS-CHAIN-NONE", certificates=len(path.certificates))
        return Past(conclusion=indeterminate(SubIndication.NO_CERTIFICATE_CHAIN_FOUND, reason))
    if not path.valid:
        return Past(conclusion=indeterminate(SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, *path.reasons))
    slid = slide(context, proofs, path)
    if isinstance(slid, Conclusion):
        return Past(conclusion=slid, path=path)
    return Past(conclusion=passed(), path=path, control=slid)


def _path_then(context: Context, facts: CertificateFacts, purpose: Purpose) -> PathFacts:
    """A path at the end of the leaf's validity, or at its beginning when its issuers ended before it."""
    moments = (min(facts.not_after, context.at), facts.not_before)
    found = [context.chains.path(facts.name, at, purpose, revocation=False) for at in moments]
    return next((item for item in found if item.valid), found[0])


def slide(context: Context, proofs: ProofsOfExistence, path: PathFacts) -> datetime | Conclusion:
    """VTS: the latest time at which the path's revocation knowledge, proven to have existed, still answered."""
    sunset = path.anchor.sunset if path.anchor else None
    control = min(context.at, sunset) if sunset else context.at
    for position in range(len(path.certificates) - 2, -1, -1):
        certificate, issuer = path.certificates[position : position + 2]
        if context.policy.revocation is RevocationMode.NONE:
            continue
        if context.chains.status(path, position, control).status is Status.NOT_REQUIRED:
            continue
        answer = _candidate(context, proofs, path, position, control)
        if answer is None:
            return indeterminate(
                SubIndication.NO_POE, Reason.of("TS-POE-REVOCATION", certificate=_subject(context, certificate))
            )
        control = _slid(context, answer, control, issued(context, path, position))
        uses = (*context.chains.signature_uses(certificate, issuer), *context.chains.evidence_uses(answer))
        for item in context.unreliable(uses, control, certificate):
            if item.finding.until is None:
                return indeterminate(
                    SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
                    Reason.of("TS-CHAIN-ALGORITHM-NEVER", algorithm=item.finding.use.name),
                )
            control = min(control, item.finding.until)
    return control


def _subject(context: Context, name: str) -> str:
    facts = context.chains.certificate(name)
    return facts.subject if facts else name


def _candidate(
    context: Context, proofs: ProofsOfExistence, path: PathFacts, position: int, control: datetime
) -> StatusAnswer | None:
    """Step a: data about the certificate, issued before the control time, both proven to have existed by then."""
    if proofs.time("object", path.certificates[position]) > control:
        return None
    usable = [item for item in context.chains.statements(path, position) if _usable(item, proofs, control)]
    revoked = [item.answer for item in usable if item.answer.status in (Status.REVOKED, Status.ON_HOLD)]
    return revoked[-1] if revoked else usable[-1].answer if usable else None


def _usable(item: Statement, proofs: ProofsOfExistence, control: datetime) -> bool:
    answer = item.answer
    issued = answer.this_update is not None and answer.this_update <= control
    return answer.status in _DECIDED and issued and proofs.time("object", item.source) <= control


def _slid(context: Context, answer: StatusAnswer, control: datetime, moment: datetime | None) -> datetime:
    """Steps b and c; `moment` see `validator.judge.models.issued`."""
    if answer.status in (Status.REVOKED, Status.ON_HOLD) and counts(answer, moment):
        return min(control, answer.revocation_time or control)
    if answer.this_update is None or _fresh(context, answer, control):
        return control
    return min(control, answer.this_update)


def _fresh(context: Context, answer: StatusAnswer, at: datetime) -> bool:
    """5.2.5 for one statement."""
    if answer.this_update is None:
        return False
    if context.policy.freshness_seconds is not None:
        return (at - answer.this_update).total_seconds() < context.policy.freshness_seconds
    return answer.next_update is not None and at < answer.next_update


def validate_past_signature(context: Context, proofs: ProofsOfExistence, subject: Subject) -> tuple[Conclusion, Past]:
    """PSV: PASSED when the value is proven to have existed while everything was in order, else the current status; what
    the revocation data itself rests on may still leave it open (step 1)."""
    found, past = _past_signature(context, proofs, subject)
    if not found.passed or past.path is None or _informed(context, proofs, past.path):
        return found, past
    reason = Reason.of("TS-POE-REVOCATION", certificate=_subject(context, subject.certificate))
    return indeterminate(SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE, reason), past


def _informed(context: Context, proofs: ProofsOfExistence, path: PathFacts) -> bool:
    """Step 1: some revocation data about the certificate was signed by somebody who is proven to have been in force."""
    if len(path.certificates) < 2 or context.policy.revocation is RevocationMode.NONE:
        return True
    if context.chains.status(path, 0, context.at).status is Status.NOT_REQUIRED:
        return True
    return any(_signer_proven(context, proofs, item) for item in context.chains.statements(path, 0))


def _signer_proven(context: Context, proofs: ProofsOfExistence, item: Statement) -> bool:
    """The signer's certificate existed inside its validity, by its own proof or by that of what it signed."""
    name = item.answer.signer_path[0] if item.answer.signer_path else None
    facts = context.chains.certificate(name) if name else None
    if name is None or facts is None:
        return False
    if any(context.chains.anchored(name, purpose) is not None for purpose in Purpose):
        return True
    moments = (proofs.time("object", name), proofs.time("object", item.source))
    return any(facts.not_before <= moment <= facts.not_after for moment in moments)


def _past_signature(context: Context, proofs: ProofsOfExistence, subject: Subject) -> tuple[Conclusion, Past]:
    past = validate_past_certificate(context, proofs, subject.certificate, subject.purpose)
    if past.control is None or past.path is None:
        return _kept(subject, past.conclusion.reasons), past
    best = proofs.time(subject.kind, subject.name)
    facts = context.chains.certificate(subject.certificate)
    if facts is None:
        return subject.current, past
    if best <= past.control:
        decided = _by_time(subject, past, facts, best, context, proofs)
        if decided is not None:
            return decided, past
    sub = subject.current.sub_indication
    if sub is SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE and _algorithms_proven(subject, proofs):
        return _proven_otherwise(context, subject, past, facts, best), past
    if (
        sub is SubIndication.TRY_LATER
        and not subject.current.on_hold
        and fresh_at(context, past.path, best, RELIED[subject.purpose])
    ):
        return _now(past), past
    return subject.current, past


def _proven_otherwise(
    context: Context, subject: Subject, past: Past, facts: CertificateFacts, best: datetime
) -> Conclusion:
    """Behind a weak algorithm there may stand an expiry or stale knowledge: the proof has to hold for those too."""
    if best < facts.not_before:
        return failed(SubIndication.NOT_YET_VALID, Reason.of("TS-SIG-BEFORE-VALIDITY", time=best.isoformat()))
    if best > facts.not_after:
        reason = Reason.of("TS-POE-AFTER-EXPIRY", time=best.isoformat())
        return indeterminate(SubIndication.OUT_OF_BOUNDS_NOT_REVOKED, reason, *subject.current.reasons)
    if past.path is not None and not fresh_at(context, past.path, best, RELIED[subject.purpose]):
        reason = Reason.of("TS-CHAIN-STATUS-NOT-FRESH", time=best.isoformat())
        return indeterminate(SubIndication.TRY_LATER, reason, *subject.current.reasons)
    return _now(past)


def _kept(subject: Subject, reasons: tuple[Reason, ...]) -> Conclusion:
    return replace(subject.current, reasons=tuple(dict.fromkeys((*subject.current.reasons, *reasons))))


def _now(past: Past) -> Conclusion:
    return replace(passed(), path=past.path)


_REVOKED_LIKE = (
    SubIndication.REVOKED_NO_POE,
    SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE,
    SubIndication.REVOKED_CA_NO_POE,
)
_OUTSIDE = (
    SubIndication.OUT_OF_BOUNDS_NO_POE,
    SubIndication.OUT_OF_BOUNDS_NOT_REVOKED,
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE,
)


def _by_time(
    subject: Subject,
    past: Past,
    facts: CertificateFacts,
    best: datetime,
    context: Context,
    proofs: ProofsOfExistence,
) -> Conclusion | None:
    """Step 3, for a value that is proven to have existed by the control time; None when another step decides."""
    sub = subject.current.sub_indication
    suspended = sub is SubIndication.TRY_LATER and subject.current.on_hold
    if sub not in (*_REVOKED_LIKE, *_OUTSIDE) and not suspended:
        return None
    if best < facts.not_before:
        return failed(SubIndication.NOT_YET_VALID, Reason.of("TS-SIG-BEFORE-VALIDITY", time=best.isoformat()))
    if best <= facts.not_after:
        if sub is SubIndication.REVOKED_CA_NO_POE and not _known_before_ca(subject, past, context, proofs):
            return subject.current
        return _now(past)
    if sub in (*_REVOKED_LIKE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE) or suspended:
        kind = (
            SubIndication.OUT_OF_BOUNDS_NO_POE
            if sub is SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE
            else SubIndication.OUT_OF_BOUNDS_NOT_REVOKED
        )
        return indeterminate(kind, Reason.of("TS-POE-AFTER-EXPIRY", time=best.isoformat()), *subject.current.reasons)
    return None


def _known_before_ca(subject: Subject, past: Past, context: Context, proofs: ProofsOfExistence) -> bool:
    """The signer's revocation data is proven to have existed when its CA was not revoked yet."""
    if past.path is None or subject.current.revoked_at is None or len(past.path.certificates) < 2:
        return False
    known = (item for item in context.chains.statements(past.path, 0) if item.answer.status in _DECIDED)
    return any(proofs.time("object", item.source) <= subject.current.revoked_at for item in known)


def _algorithms_proven(subject: Subject, proofs: ProofsOfExistence) -> bool:
    """Step 4: every object concerned is proven to have existed while its algorithm was reliable."""
    if not subject.current.findings:
        return False
    for item in subject.current.findings:
        if item.finding.until is None:
            return False
        kind, _, name = item.object.partition(":")
        known = proofs.time("object", name) if name else proofs.time(subject.kind, subject.name)
        if known > item.finding.until or kind not in ("signature", "certificate", "revocation"):
            return False
    return True
