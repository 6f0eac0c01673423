"""The rows of the machine's answer: what stands in a line of `validate --batch` and at the head of every report.

The members and their order are an interface (DESIGN §6). Equal verdicts give equal rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from policies.vocabulary import Indication, Mark, RecognitionDecision, Severity, SignatureLevel, SubIndication
from validator.report.shape import OMITTED


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """One reason: its stable code, what it weighs in this verdict, the clause behind it, and its parameters."""

    code: str
    severity: Severity
    clause: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """Something that is different after the signed revision; `revision` counts from 1."""

    category: str
    permitted: bool
    sentence: str
    revision: int | None = field(default=None, metadata={OMITTED: True})


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRow:
    """One signature: what the standard's algorithm says, who signed, when at the latest, of which legal quality."""

    id: str
    format: str
    level: str
    indication: Indication
    sub_indication: SubIndication | None
    intact: bool
    digests_intact: bool
    signer: str | None
    claimed_time: datetime | None
    best_signature_time: datetime | None
    qualification: str
    qualification_basis: str
    changes_after_signing: tuple[ChangeRow, ...]
    reasons: tuple[ReasonRow, ...]
    parent: str | None
    home: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampRow:
    """One time-stamp token; `owner` is the signature it belongs to, null for one over the document."""

    id: str
    kind: str
    owner: str | None
    indication: Indication
    sub_indication: SubIndication | None
    intact: bool
    digests_intact: bool
    imprint_intact: bool | None
    qualification: str
    time: datetime | None
    authority: str | None
    changes_after_signing: tuple[ChangeRow, ...]
    reasons: tuple[ReasonRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecordRow:
    """One evidence record; `time` is that of its first archive time-stamp."""

    id: str
    form: str
    owner: str | None
    indication: Indication
    sub_indication: SubIndication | None
    time: datetime | None
    reasons: tuple[ReasonRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisRow:
    """The legal basis of a recognition; `mark` says how the instrument is known."""

    instrument: str
    title: str
    citation: str
    article: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionRow:
    """Whether one signature is given effect in one forum; `level` and `basis` exactly when it is recognised."""

    signature: str
    forum: str
    decision: RecognitionDecision
    level: SignatureLevel | None
    basis: BasisRow | None
    reasons: tuple[ReasonRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLine:
    """The answer to one file: technical validity of everything in it, and recognition where that was asked."""

    id: str
    indication: Indication
    sub_indication: SubIndication | None
    signatures: tuple[SignatureRow, ...]
    timestamps: tuple[TimestampRow, ...]
    evidence_records: tuple[EvidenceRecordRow, ...]
    recognition: tuple[RecognitionRow, ...]
    reasons: tuple[ReasonRow, ...]
