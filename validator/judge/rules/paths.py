"""Hears the rules about every certificate of a path, and about the age of what is known of their status."""

from datetime import datetime

from validator.judge.chains import PathFacts
from validator.judge.context import Context
from validator.judge.rules.evaluate import NOTHING, Hearing, hear, together
from validator.judge.rules.model import Position, RuleContext
from validator.judge.rules.subjects import CertificateSubject, StatusSubject
from validator.revocation.types import StatusAnswer


def heard_about_path(
    context: Context, certificates: tuple[str, ...], statuses: tuple[StatusAnswer, ...], relied: RuleContext
) -> Hearing:
    """Block XCV for a path of certificates, leaf first; its last is the trust anchor and not looked at, unless the path
    has no other. `statuses[i]` belongs to `certificates[i]`; empty where they were not asked."""
    looked_at = max(1, len(certificates) - 1)
    return together(
        _certificate(context, certificates, at, statuses[at] if at < len(statuses) else None, relied)
        for at in range(looked_at)
    )


def _certificate(
    context: Context, certificates: tuple[str, ...], at: int, answer: StatusAnswer | None, relied: RuleContext
) -> Hearing:
    position = Position.CA if at else Position.SIGNING
    if not context.policy.evaluated("XCV", relied, position):
        return NOTHING
    facts = context.chains.certificate(certificates[at])
    if facts is None:
        return NOTHING
    issuer = context.chains.certificate(certificates[at + 1]) if at + 1 < len(certificates) else None
    above = max(0, len(certificates) - 2 - at)
    subject = CertificateSubject(certificate=facts, issuer=issuer, above=above, answer=answer)
    return hear(context.policy, "XCV", relied, subject, position)


def heard_about_statuses(
    context: Context, path: PathFacts, statuses: tuple[StatusAnswer, ...], at: datetime, relied: RuleContext
) -> Hearing:
    """Block RFC at `at` for the statuses of a path; `statuses[i]` belongs to `path.certificates[i]`."""
    return together(_status(context, path, position, answer, at, relied) for position, answer in enumerate(statuses))


def _status(
    context: Context, path: PathFacts, place: int, answer: StatusAnswer, at: datetime, relied: RuleContext
) -> Hearing:
    position = Position.CA if place else Position.SIGNING
    if not context.policy.evaluated("RFC", relied, position):
        return NOTHING
    facts = context.chains.certificate(path.certificates[place])
    if facts is None:
        return NOTHING
    subject = StatusSubject(certificate=facts, answer=answer, at=at)
    return hear(context.policy, "RFC", relied, subject, position)
