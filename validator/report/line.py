"""The machine's answer: the line of `validate --batch`, and the full report with everything needed to replay it."""

from typing import Any

from policies.reasons import Reason, definition, severity
from policies.recognition import instruments_digest
from policies.vocabulary import RecognitionDecision
from validator.evidence import Change, Evidence, digest, time_text
from validator.evidence.codec import plain
from validator.judge.verdict import EvidenceRecordVerdict, SignatureVerdict, TimestampVerdict, Verdict
from validator.recognise import Recognition

Json = dict[str, Any]


def answer_line(identifier: str, verdict: Verdict, recognitions: tuple[Recognition, ...] = ()) -> Json:
    """The members that the interface fixes, in its order."""
    return {
        "id": identifier,
        "indication": str(verdict.indication),
        "subIndication": _text(verdict.sub_indication),
        "signatures": [_signature(item) for item in verdict.signatures],
        "timestamps": [_timestamp(item) for item in verdict.timestamps],
        "evidenceRecords": [_evidence_record(item) for item in verdict.evidence_records],
        "recognition": [_recognition(item) for item in recognitions],
        "reasons": [reason_json(item) for item in verdict.reasons],
    }


def full_report(
    identifier: str, evidence: Evidence, verdict: Verdict, recognitions: tuple[Recognition, ...] = ()
) -> Json:
    """The answer line, the documents, the verdict with every block, and the hashes that pin its inputs."""
    return {
        **answer_line(identifier, verdict, recognitions),
        "documents": [plain(item) for item in evidence.documents],
        "verdict": plain(verdict),
        "replay": {
            "evidence": verdict.evidence,
            "policy": verdict.policy,
            "policyHash": verdict.policy_hash,
            "instruments": instruments_digest(),
            "at": time_text(verdict.at),
            "verdict": digest(verdict),
        },
    }


def reason_json(reason: Reason) -> Json:
    """A reason with what its definition fixes, and the weight it has in this verdict."""
    known = definition(reason.code)
    return {
        "code": reason.code,
        "severity": str(severity(reason)),
        "clause": known.clause,
        "params": dict(reason.params),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _change(change: Change) -> Json:
    found: Json = {"category": change.category, "permitted": change.permitted, "sentence": change_sentence(change)}
    if change.revision is not None:
        found["revision"] = change.revision
    return found


_CHANGES = {
    "dss": "Validation material was added",
    "signature": "A signature was added",
    "time-stamp": "A time-stamp was added",
    "form": "Form fields were filled in or changed",
    "annotation": "An annotation was added or changed",
    "metadata": "Metadata were changed",
    "content": "The content was changed",
    "trailing-data": "Data that belongs to no revision was appended",
    "undefined": "The file was changed in a way that cannot be explained",
}


def change_sentence(change: Change) -> str:
    """One sentence about a change after signing."""
    where = f" in revision {change.revision}" if change.revision is not None else ""
    verdict = "the signature allows this" if change.permitted else "the signature does not allow this"
    return f"{_CHANGES.get(change.category, change.category)}{where}; {verdict}."


def _signature(item: SignatureVerdict) -> Json:
    return {
        "id": item.id,
        "format": item.format,
        "level": item.level,
        "indication": str(item.indication),
        "subIndication": _text(item.sub_indication),
        "intact": item.intact,
        "digestsIntact": item.digests_intact,
        "signer": item.signer.name if item.signer else None,
        "claimedTime": time_text(item.claimed_time) if item.claimed_time else None,
        "bestSignatureTime": time_text(item.best_signature_time) if item.best_signature_time else None,
        "qualification": item.qualification,
        "qualificationBasis": item.qualification_basis,
        "changesAfterSigning": [_change(change) for change in item.changes],
        "reasons": [reason_json(reason) for reason in item.reasons],
        "parent": item.parent,
        "home": item.home,
    }


def _timestamp(item: TimestampVerdict) -> Json:
    return {
        "id": item.id,
        "kind": item.kind,
        "owner": item.owner,
        "indication": str(item.indication),
        "subIndication": _text(item.sub_indication),
        "intact": item.intact,
        "digestsIntact": item.digests_intact,
        "imprintIntact": item.imprint_intact,
        "qualification": item.qualification,
        "time": time_text(item.time) if item.time else None,
        "authority": item.authority,
        "changesAfterSigning": [_change(change) for change in item.changes],
        "reasons": [reason_json(reason) for reason in item.reasons],
    }


def _evidence_record(item: EvidenceRecordVerdict) -> Json:
    return {
        "id": item.id,
        "form": item.form,
        "owner": item.owner,
        "indication": str(item.indication),
        "subIndication": _text(item.sub_indication),
        "time": time_text(item.time) if item.time else None,
        "reasons": [reason_json(reason) for reason in item.reasons],
    }


def _recognition(item: Recognition) -> Json:
    answer = item.answer
    recognised = answer.decision is RecognitionDecision.RECOGNISED
    return {
        "signature": item.signature,
        "forum": item.forum,
        "decision": str(answer.decision),
        "level": _text(answer.level),
        "basis": plain(answer.basis) if recognised else None,
        "reasons": [reason_json(reason) for reason in answer.reasons],
    }
