"""Answers the nine questions that a judge or clerk asks of a verdict, as data in no language. Pure but for the digest
of the recognition law that it names.
"""

from policies.reasons import Reason, severity
from policies.recognition import instruments_digest
from policies.vocabulary import Indication, RecognitionDecision, Severity
from validator.evidence import Evidence, digest
from validator.judge.verdict import SignatureVerdict, Verdict
from validator.recognise import Recognition
from validator.report.content import (
    About,
    Answers,
    Conclusion,
    Coverage,
    InForum,
    Law,
    LawInForum,
    Limit,
    ProofOfTime,
    Technical,
    What,
    When,
    Who,
)
from validator.report.line import basis_row, reason_rows
from validator.report.maker import maker

MAX_REASONS = 5
_GRAVITY = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFORMATION: 2}


def answers(evidence: Evidence, verdict: Verdict, recognitions: tuple[Recognition, ...] = ()) -> Answers:
    """The nine answers."""
    return Answers(
        verdict=_conclusion(verdict, recognitions),
        who=tuple(map(_who, verdict.signatures)),
        when=tuple(_when(verdict, item) for item in verdict.signatures),
        what=What(documents=evidence.documents, coverage=tuple(map(_coverage, verdict.signatures))),
        law=tuple(_law(item, recognitions) for item in verdict.signatures),
        why=reason_rows(decisive(verdict)),
        next=reason_rows(every_reason(verdict, recognitions)),
        limits=tuple(Limit),
        about=_about(evidence, verdict),
    )


def technical(verdict: Verdict) -> Technical:
    """The word of the first axis; "with limits" when something was added after signing or a warning stands."""
    if verdict.indication in (Indication.TOTAL_PASSED, Indication.PASSED):
        changes = [change for item in verdict.signatures for change in item.changes]
        changes += [change for item in verdict.timestamps for change in item.changes]
        limited = bool(changes) or any(
            severity(reason) is not Severity.INFORMATION
            for reason in (*verdict.reasons, *(reason for item in verdict.signatures for reason in item.reasons))
        )
        return Technical.CONFIRMED_LIMITS if limited else Technical.CONFIRMED
    if verdict.indication is Indication.NO_SIGNATURE:
        return Technical.NONE
    return Technical.OPEN if verdict.indication is Indication.INDETERMINATE else Technical.FAILED


def by_gravity(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Each once, errors before warnings before information, otherwise in the order of the verdict (the decisive
    first)."""
    found: dict[tuple[object, ...], Reason] = {}
    for item in sorted(reasons, key=lambda reason: _GRAVITY[severity(reason)]):
        # Two rules may give one reason different weights: a reader is told it once, with the heavier.
        found.setdefault((item.code, item.params), item)
    return tuple(found.values())


def decisive(verdict: Verdict) -> tuple[Reason, ...]:
    """The few reasons that a reader has to see first."""
    return every_reason(verdict, ())[:MAX_REASONS]


def every_reason(verdict: Verdict, recognitions: tuple[Recognition, ...]) -> tuple[Reason, ...]:
    """All that stands for or against the file and its recognition, the gravest first. Time-stamps and evidence records
    speak for themselves where the file has no signature."""
    alone: tuple[Reason, ...] = ()
    if not verdict.signatures:
        alone = tuple(reason for item in verdict.timestamps for reason in item.reasons)
        alone += tuple(reason for item in verdict.evidence_records for reason in item.reasons)
    found = (
        *verdict.reasons,
        *(reason for item in verdict.signatures for reason in item.reasons),
        *alone,
        *(reason for item in recognitions for reason in item.answer.reasons),
    )
    return by_gravity(found)


def _conclusion(verdict: Verdict, recognitions: tuple[Recognition, ...]) -> Conclusion:
    forums = tuple(
        InForum(signature=item.signature, forum=item.forum, decision=item.answer.decision, level=item.answer.level)
        for item in recognitions
    )
    return Conclusion(
        technical=technical(verdict),
        indication=verdict.indication,
        sub_indication=verdict.sub_indication,
        recognition=forums,
    )


def _who(item: SignatureVerdict) -> Who:
    signer = item.signer
    return Who(
        signature=item.id,
        name=signer.name if signer else None,
        identifier=signer.identifier if signer else None,
        organisation=signer.organisation if signer else None,
        organisation_identifier=signer.organisation_identifier if signer else None,
        country=signer.country if signer else None,
        party=signer.party if signer else "unknown",
        pseudonym=signer.pseudonym if signer else False,
        certificate=signer.certificate if signer else None,
    )


def _when(verdict: Verdict, item: SignatureVerdict) -> When:
    proof = next((one for one in verdict.timestamps if one.id == item.best_time_proof), None)
    return When(
        signature=item.id,
        best_signature_time=item.best_signature_time,
        proof=ProofOfTime.TIME_STAMP if item.best_time_proof else ProofOfTime.TIME_OF_CHECK,
        time_stamp=item.best_time_proof,
        authority=proof.authority if proof else None,
        claimed_time=item.claimed_time,
    )


def _coverage(item: SignatureVerdict) -> Coverage:
    return Coverage(
        signature=item.id,
        intact=item.intact and item.digests_intact,
        whole=item.covers_whole,
        changes=len(item.changes),
        forbidden_changes=sum(not change.permitted for change in item.changes),
    )


def _law(item: SignatureVerdict, recognitions: tuple[Recognition, ...]) -> Law:
    return Law(
        signature=item.id,
        home=item.home,
        legal_level=item.legal_level,
        qualification=item.qualification,
        qualification_basis=str(item.qualification_basis),
        forums=tuple(_in_forum(one) for one in recognitions if one.signature == item.id),
    )


def _in_forum(item: Recognition) -> LawInForum:
    recognised = item.answer.decision is RecognitionDecision.RECOGNISED
    return LawInForum(
        forum=item.forum,
        decision=item.answer.decision,
        level=item.answer.level,
        basis=basis_row(item) if recognised else None,
    )


def _about(evidence: Evidence, verdict: Verdict) -> About:
    return About(
        verdict=digest(verdict),
        at=verdict.at,
        evidence=verdict.evidence,
        policy=verdict.policy,
        policy_hash=verdict.policy_hash,
        instruments=instruments_digest(),
        trust_lists=tuple(item.name for item in evidence.trust.lists),
        maker=maker(),
    )
