"""XCV, X.509 certificate validation, and revocation freshness (EN 319 102-1 clauses 5.2.6 and 5.2.5)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from policies.reasons import Reason, definition
from policies.vocabulary import Indication, SubIndication
from validator.evidence import TrustMode
from validator.judge.chain_algorithms import chain_algorithms
from validator.judge.chains import CertificateFacts, PathFacts, Purpose
from validator.judge.conclusion import Conclusion, indeterminate, passed
from validator.judge.context import Context
from validator.judge.models import counts, is_chained, issued
from validator.judge.rules.evaluate import together
from validator.judge.rules.model import Level, Position, RuleContext, Setting
from validator.judge.rules.paths import heard_about_path, heard_about_statuses
from validator.path.types import RevocationMode
from validator.revocation.types import Status, StatusAnswer

KNOWN = frozenset((Status.GOOD, Status.NOT_REQUIRED))
RELIED = {Purpose.SIGNATURE: RuleContext.SIGNATURE, Purpose.TIME_STAMP: RuleContext.TIME_STAMP}
_INFORMANT = "XCV.status-signer-in-validity"
_UNACCEPTABLE = "TS-REV-UNACCEPTABLE"
_CONCLUSIVE = KNOWN | {Status.REVOKED, Status.ON_HOLD}


def validate_certificate(
    context: Context,
    leaf: str,
    purpose: Purpose,
    known_at: datetime | None = None,
    relied: RuleContext | None = None,
) -> Conclusion:
    """The conclusion for `leaf` at the validation time, with the path and the statuses it rests on. Where the policy
    asks for knowledge of another time than the validation time, that is `known_at`; `relied` is the context whose rules
    apply, by default that of the purpose."""
    if not context.evidence.trust.anchors:
        return _without_anchors(context, leaf)
    rules = relied or RELIED[purpose]
    usual = context.remembered(leaf, (leaf, purpose, rules), lambda: _validate(context, leaf, purpose, rules, None))
    # Knowledge of another time only ever resolves that of the validation time.
    return usual if known_at is None or usual.passed else _validate(context, leaf, purpose, rules, known_at)


def _validate(
    context: Context, leaf: str, purpose: Purpose, relied: RuleContext, known_at: datetime | None
) -> Conclusion:
    own = context.chains.anchored(leaf, purpose)
    path = PathFacts(certificates=(leaf,), valid=True, anchor=own) if own else _search(context, leaf, purpose)
    if path.anchor is None:
        return replace(indeterminate(SubIndication.NO_CERTIFICATE_CHAIN_FOUND, *_no_chain(path)), path=path)
    if path.anchor.sunset is not None and context.at > path.anchor.sunset:
        reason = Reason.of("TS-CHAIN-SUNSET", sunset=path.anchor.sunset.isoformat())
        return replace(indeterminate(SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE, reason), path=path)
    statuses = path_statuses(context, path, context.at)
    return _conclude(context, path, statuses, relied, known_at)


def _without_anchors(context: Context, leaf: str) -> Conclusion:
    """Nobody is trusted; that the certificates at hand cannot form a path for anybody is said all the same."""
    asked = context.evidence.trust.mode is TrustMode.GIVEN
    reason = Reason.of("TS-CHAIN-NO-ANCHORS" if asked else "TS-CHAIN-NOT-ASKED")
    unsound = context.chains.unsound(leaf)
    if unsound:
        return indeterminate(SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, *unsound, reason)
    return indeterminate(SubIndication.NO_CERTIFICATE_CHAIN_FOUND, reason)


def _search(context: Context, leaf: str, purpose: Purpose) -> PathFacts:
    if context.policy.revocation is RevocationMode.NONE:
        return context.chains.path(leaf, context.at, purpose, revocation=False)
    best = context.chains.path(leaf, context.at, purpose, revocation=True)
    if not best.valid:
        best = context.chains.path(leaf, context.at, purpose, revocation=False)
    if is_chained(context) and not best.valid:
        return _when_issued(context, leaf, purpose) or best
    return best if best.anchor is not None else _outlived(context, leaf, purpose) or best


def _when_issued(context: Context, leaf: str, purpose: Purpose) -> PathFacts | None:
    """The chain model: a path whose authorities were in order when the leaf was issued."""
    facts = context.chains.certificate(leaf)
    if facts is None or facts.not_before > context.at:
        return None
    path = context.chains.path(leaf, facts.not_before, purpose, revocation=False)
    return path if path.valid else None


def _outlived(context: Context, leaf: str, purpose: Purpose) -> PathFacts | None:
    """A path that held while the leaf was valid and holds no more, because an authority on it has expired since."""
    facts = context.chains.certificate(leaf)
    if facts is None:
        return None
    for at in (min(facts.not_after, context.at), facts.not_before):
        path = context.chains.path(leaf, at, purpose, revocation=False)
        if path.valid and any(not _inside(context, name, context.at) for name in path.certificates[1:-1]):
            return replace(path, valid=False, reasons=tuple(_expiries(context, path)))
    return None


def _expiries(context: Context, path: PathFacts) -> Iterator[Reason]:
    for name in path.certificates[1:-1]:
        facts = context.chains.certificate(name)
        if facts is not None and not _inside(context, name, context.at):
            yield _outside(facts, context.at)


def _outside(facts: CertificateFacts, at: datetime) -> Reason:
    return Reason.of(
        "TS-CHAIN-EXPIRED" if at > facts.not_after else "TS-CHAIN-NOT-YET-VALID",
        subject=facts.subject,
        not_before=facts.not_before.isoformat(),
        not_after=facts.not_after.isoformat(),
    )


def _no_chain(path: PathFacts) -> tuple[Reason, ...]:
    return (Reason.of("TS-CHAIN-NONE", certificates=len(path.certificates)), *path.reasons)


def path_statuses(
    context: Context, path: PathFacts, at: datetime, *, until: datetime | None = None
) -> tuple[StatusAnswer, ...]:
    """Revocation status at `at` of every certificate of the path but the anchor, from evidence issued by `until`."""
    names = path.certificates
    if context.policy.revocation is RevocationMode.NONE:
        return tuple(StatusAnswer(status=Status.NOT_REQUIRED) for _ in names[1:])
    return tuple(_status(context, path, position, at, until) for position in range(len(names) - 1))


def _status(context: Context, path: PathFacts, position: int, at: datetime, until: datetime | None) -> StatusAnswer:
    """The status; where newer lists are silent because the certificate had expired by then (5.2.6.4), what was issued
    while it was valid answers for a time inside its validity."""
    answer = context.chains.status(path, position, at, until=until)
    moment = issued(context, path, position)
    if moment is not None and not (answer.status is Status.REVOKED and counts(answer, moment)):
        return context.chains.status(path, position, min(at, moment), until=until or at)
    facts = context.chains.certificate(path.certificates[position])
    if facts is None or until is None or not at <= facts.not_after < until or answer.status in _CONCLUSIVE:
        return answer
    return context.chains.status(path, position, at, until=facts.not_after)


def _conclude(
    context: Context,
    path: PathFacts,
    statuses: tuple[StatusAnswer, ...],
    relied: RuleContext,
    known_at: datetime | None,
) -> Conclusion:
    # What no proof of existence can mend comes first, so that a later process never resolves one fault and overlooks
    # another behind it; the rest in the order of 5.2.6.4.
    checks = (
        _structure(context, path),
        _constraints(context, path, statuses, relied),
        _revocation(context, path, statuses),
        _refused(context, path, statuses, relied),
        chain_algorithms(context, path, statuses),
        _outlived_authorities(context, path),
        _validity(context, path, statuses, relied),
        _knowledge(context, path, statuses, known_at, relied),
        _informant(context, path, statuses, relied),
    )
    found = [item for item in checks if item is not None and not item.passed]
    if not found:
        remarks = tuple(reason for item in checks if item is not None for reason in item.reasons)
        return Conclusion(indication=Indication.PASSED, reasons=remarks, path=path, statuses=statuses)
    # The first decides; all are reported.
    reasons = tuple(dict.fromkeys(reason for item in found for reason in item.reasons))
    first = found[0]
    return replace(first, reasons=reasons, path=path, statuses=statuses)


def _structure(context: Context, path: PathFacts) -> Conclusion | None:
    """RFC 5280 path validation failed for another reason than the leaf's validity or revocation."""
    if path.valid or _authorities_outside(context, path):
        return None
    decisive = [definition(reason.code).sub_indication for reason in path.reasons]
    sub = next((item for item in decisive if item is not None), SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE)
    return indeterminate(sub, *path.reasons)


def _authorities_outside(context: Context, path: PathFacts) -> bool:
    return any(not _inside(context, name, context.at) for name in path.certificates[1:-1])


def _outlived_authorities(context: Context, path: PathFacts) -> Conclusion | None:
    """An authority on the path is outside its validity by now: proofs of existence may show that it was not then."""
    if path.valid or not _authorities_outside(context, path):
        return None
    return indeterminate(SubIndication.OUT_OF_BOUNDS_NO_POE, *path.reasons)


def _revocation(context: Context, path: PathFacts, statuses: tuple[StatusAnswer, ...]) -> Conclusion | None:
    for at, answer in enumerate(statuses):
        if answer.status is not Status.REVOKED:
            continue
        sub = SubIndication.REVOKED_CA_NO_POE if at else SubIndication.REVOKED_NO_POE
        code = "TS-CHAIN-CA-REVOKED" if at else "TS-CHAIN-REVOKED"
        reason = Reason.of(code, subject=_subject(context, path, at), since=_text(answer.revocation_time))
        return Conclusion(
            indication=Indication.INDETERMINATE,
            sub_indication=sub,
            reasons=(reason, *answer.reasons),
            revoked_at=answer.revocation_time,
        )
    for at, answer in enumerate(statuses):
        if answer.status is Status.ON_HOLD:
            reason = Reason.of(
                "TS-CHAIN-ON-HOLD", subject=_subject(context, path, at), since=_text(answer.revocation_time)
            )
            return Conclusion(
                indication=Indication.INDETERMINATE,
                sub_indication=SubIndication.TRY_LATER,
                reasons=(reason, *answer.reasons),
                revoked_at=answer.revocation_time,
                on_hold=True,
            )
    return None


def _subject(context: Context, path: PathFacts, at: int) -> str:
    facts = context.chains.certificate(path.certificates[at])
    return facts.subject if facts else path.certificates[at]


def _text(at: datetime | None) -> str:
    return at.isoformat() if at else "-"


def _inside(context: Context, name: str, at: datetime) -> bool:
    facts = context.chains.certificate(name)
    # Inclusive bounds: RFC 5280 4.1.2.5.
    return facts is not None and facts.not_before <= at <= facts.not_after


def _validity(
    context: Context, path: PathFacts, statuses: tuple[StatusAnswer, ...], relied: RuleContext
) -> Conclusion | None:
    """The validation time lies outside the leaf's validity; what is known of revocation decides which word. An anchor
    has none but its sunset date (5.2.6.4 step 1)."""
    leaf = path.certificates[0]
    facts = context.chains.certificate(leaf)
    if facts is None or len(path.certificates) == 1 or facts.not_before <= context.at <= facts.not_after:
        return None
    reason = _outside(facts, context.at)
    known = not_revoked_within_validity(context, path) and _informant(context, path, statuses, relied) is None
    sub = SubIndication.OUT_OF_BOUNDS_NOT_REVOKED if known else SubIndication.OUT_OF_BOUNDS_NO_POE
    return indeterminate(sub, reason)


def not_revoked_within_validity(context: Context, path: PathFacts) -> bool:
    """Some authentic statement, issued inside the leaf's validity, says that it is not revoked (5.2.6.4 step 4)."""
    facts = context.chains.certificate(path.certificates[0])
    if facts is None:
        return False
    if context.policy.revocation is RevocationMode.NONE:
        return True
    if context.chains.status(path, 0, facts.not_after, until=context.at).status in KNOWN:
        return True
    return any(
        item.answer.status in KNOWN
        and (item.answer.this_update is None or facts.not_before <= item.answer.this_update <= facts.not_after)
        for item in context.chains.statements(path, 0)
    )


def _knowledge(
    context: Context,
    path: PathFacts,
    statuses: tuple[StatusAnswer, ...],
    known_at: datetime | None,
    relied: RuleContext,
) -> Conclusion | None:
    """Status information that is missing or too old: TRY_LATER, unless the policy asks for knowledge of another time
    and that is at hand."""
    heard = heard_about_statuses(context, path, statuses, context.at, relied)
    if path.valid and context.policy.revocation is RevocationMode.IF_DECLARED:
        return heard.conclusion()
    unknown = [at for at, item in enumerate(statuses) if item.status in (Status.STALE, Status.UNKNOWN)]
    decisive = [at for at in unknown if _decides(context, at, relied)]
    if (decisive or not heard.passed) and known_at is not None and fresh_at(context, path, known_at, relied):
        return passed(Reason.of("TS-TSP-STATUS-AGED", time=known_at.isoformat()))
    if decisive:
        first = decisive[0]
        return indeterminate(
            SubIndication.TRY_LATER, _unknown(context, path, statuses, first), *statuses[first].reasons
        )
    if not heard.passed:
        return heard.conclusion()
    said = (_unknown(context, path, statuses, at).weighing(_known_setting(context, at, relied).level.severity)
            for at in unknown if _known_setting(context, at, relied).level is not Level.IGNORE)  # fmt: skip
    return passed(*said, *heard.remarks)


def _unknown(context: Context, path: PathFacts, statuses: tuple[StatusAnswer, ...], at: int) -> Reason:
    code = "TS-CHAIN-STATUS-STALE" if statuses[at].status is Status.STALE else "TS-CHAIN-STATUS-UNKNOWN"
    return Reason.of(code, subject=_subject(context, path, at))


def _known_setting(context: Context, at: int, relied: RuleContext) -> Setting:
    """How much it weighs for the policy that the status of the certificate at this place of the path is known."""
    return context.policy.setting(f"XCV.{Position.CA if at else Position.SIGNING}.status-known", relied)


def _decides(context: Context, at: int, relied: RuleContext) -> bool:
    return _known_setting(context, at, relied).level is Level.FAIL


def _refused(
    context: Context, path: PathFacts, statuses: tuple[StatusAnswer, ...], relied: RuleContext
) -> Conclusion | None:
    """Revocation data is at hand, none of it may be relied on: neither waiting nor a proof of existence mends that."""
    for at, answer in enumerate(statuses):
        refused = answer.status is Status.UNKNOWN and any(item.code == _UNACCEPTABLE for item in answer.reasons)
        if refused and _decides(context, at, relied):
            reason = Reason.of("TS-CHAIN-STATUS-UNKNOWN", subject=_subject(context, path, at))
            return indeterminate(SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, reason, *answer.reasons)
    return None


def _informant(
    context: Context, path: PathFacts, statuses: tuple[StatusAnswer, ...], relied: RuleContext
) -> Conclusion | None:
    """Who signed what is known of the leaf's status must still be inside its own validity, or be an anchor: what a key
    signs after its certificate has ended counts for nothing, and without proof nobody knows when it signed. In the
    chain model it only had to be in force when it signed."""
    if not statuses or is_chained(context) or context.policy.setting(_INFORMANT, relied).level is not Level.FAIL:
        return None
    signer = statuses[0].signer_path[:1]
    facts = context.chains.certificate(signer[0]) if signer else None
    if facts is None or _inside(context, facts.name, context.at) or _is_anchor(context, facts.name):
        return None
    return indeterminate(
        SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE,
        Reason.of("TS-CHAIN-INFORMANT-OUTSIDE", signer=facts.subject, not_after=facts.not_after.isoformat()),
    )


def _is_anchor(context: Context, name: str) -> bool:
    return any(context.chains.anchored(name, purpose) is not None for purpose in Purpose)


def fresh_at(context: Context, path: PathFacts, at: datetime, relied: RuleContext = RuleContext.SIGNATURE) -> bool:
    """Revocation freshness of the whole path at `at`, with everything issued until the validation time, as the clause
    and the rules of the policy have it."""
    statuses = path_statuses(context, path, at, until=context.at)
    undecided = (place for place, item in enumerate(statuses) if item.status not in KNOWN)
    for place in undecided:
        if statuses[place].status in (Status.REVOKED, Status.ON_HOLD) or _decides(context, place, relied):
            return False
    return heard_about_statuses(context, path, statuses, at, relied).passed


def _constraints(
    context: Context, path: PathFacts, statuses: tuple[StatusAnswer, ...], relied: RuleContext
) -> Conclusion:
    """Constraints of the policy on the chain and on its revocation data (5.2.6.4 step 5)."""
    own = heard_about_path(context, path.certificates, statuses, relied)
    signers = (
        heard_about_path(context, answer.signer_path, (), RuleContext.REVOCATION)
        for answer in statuses
        if answer.signer_path and answer.source_kind == "ocsp"
    )
    return together((own, *signers)).conclusion()
