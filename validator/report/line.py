"""The machine's answer: the line of `validate --batch`, with the members that the interface fixes."""

from typing import Any

from policies.reasons import Reason, definition, severity
from policies.vocabulary import RecognitionDecision
from validator.evidence import Change
from validator.judge.verdict import EvidenceRecordVerdict, SignatureVerdict, TimestampVerdict, Verdict
from validator.recognise import Recognition
from validator.report.rows import (
    AnswerLine,
    BasisRow,
    ChangeRow,
    EvidenceRecordRow,
    ReasonRow,
    RecognitionRow,
    SignatureRow,
    TimestampRow,
)
from validator.report.shape import as_json
from validator.report.words import changed

Json = dict[str, Any]


def answer_line(identifier: str, verdict: Verdict, recognitions: tuple[Recognition, ...] = ()) -> Json:
    """The members that the interface fixes, in its order."""
    found: Json = as_json(answer_rows(identifier, verdict, recognitions))
    return found


def answer_rows(identifier: str, verdict: Verdict, recognitions: tuple[Recognition, ...] = ()) -> AnswerLine:
    """The same as values."""
    return AnswerLine(
        id=identifier,
        indication=verdict.indication,
        sub_indication=verdict.sub_indication,
        signatures=tuple(map(_signature, verdict.signatures)),
        timestamps=tuple(map(_timestamp, verdict.timestamps)),
        evidence_records=tuple(map(_evidence_record, verdict.evidence_records)),
        recognition=tuple(map(_recognition, recognitions)),
        reasons=reason_rows(verdict.reasons),
    )


def reason_row(reason: Reason) -> ReasonRow:
    """A reason with what its definition fixes, and the weight it has in this verdict."""
    clause = definition(reason.code).clause
    return ReasonRow(code=reason.code, severity=severity(reason), clause=clause, params=dict(reason.params))


def reason_rows(reasons: tuple[Reason, ...]) -> tuple[ReasonRow, ...]:
    """Several, in their order."""
    return tuple(map(reason_row, reasons))


def _changes(changes: tuple[Change, ...]) -> tuple[ChangeRow, ...]:
    return tuple(
        ChangeRow(
            category=item.category,
            permitted=item.permitted,
            sentence=changed(item),
            revision=item.revision,
        )
        for item in changes
    )


def _signature(item: SignatureVerdict) -> SignatureRow:
    return SignatureRow(
        id=item.id,
        format=item.format,
        level=item.level,
        indication=item.indication,
        sub_indication=item.sub_indication,
        intact=item.intact,
        digests_intact=item.digests_intact,
        signer=item.signer.name if item.signer else None,
        claimed_time=item.claimed_time,
        best_signature_time=item.best_signature_time,
        qualification=item.qualification,
        qualification_basis=item.qualification_basis,
        changes_after_signing=_changes(item.changes),
        reasons=reason_rows(item.reasons),
        parent=item.parent,
        home=item.home,
    )


def _timestamp(item: TimestampVerdict) -> TimestampRow:
    return TimestampRow(
        id=item.id,
        kind=item.kind,
        owner=item.owner,
        indication=item.indication,
        sub_indication=item.sub_indication,
        intact=item.intact,
        digests_intact=item.digests_intact,
        imprint_intact=item.imprint_intact,
        qualification=item.qualification,
        time=item.time,
        authority=item.authority,
        changes_after_signing=_changes(item.changes),
        reasons=reason_rows(item.reasons),
    )


def _evidence_record(item: EvidenceRecordVerdict) -> EvidenceRecordRow:
    return EvidenceRecordRow(
        id=item.id,
        form=item.form,
        owner=item.owner,
        indication=item.indication,
        sub_indication=item.sub_indication,
        time=item.time,
        reasons=reason_rows(item.reasons),
    )


def _recognition(item: Recognition) -> RecognitionRow:
    answer = item.answer
    recognised = answer.decision is RecognitionDecision.RECOGNISED
    return RecognitionRow(
        signature=item.signature,
        forum=item.forum,
        decision=answer.decision,
        level=answer.level,
        basis=basis_row(item) if recognised else None,
        reasons=reason_rows(answer.reasons),
    )


def basis_row(item: Recognition) -> BasisRow | None:
    """The legal basis that an answer rests on, None when there is none."""
    basis = item.answer.basis
    if basis is None:
        return None
    return BasisRow(
        instrument=basis.instrument,
        title=basis.title,
        citation=basis.citation,
        article=basis.article,
        mark=basis.mark,
    )
