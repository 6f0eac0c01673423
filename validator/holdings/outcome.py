"""What was asked of an Evidence and concluded from it: short enough to be kept and compared very many times."""

from dataclasses import dataclass
from datetime import datetime

from policies.vocabulary import DocumentKind, PartyKind
from validator.evidence import decode
from validator.judge import Verdict
from validator.recognise import Recognition, RecognitionContext


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOutcome:
    """The conclusion about one signature, time-stamp or evidence record; `qualification` None where there is none.
    `reasons` are the codes of the reasons, in the order of the verdict."""

    id: str
    indication: str
    sub_indication: str | None = None
    qualification: str | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionOutcome:
    """The decision about one signature in one forum."""

    signature: str
    forum: str
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One judgement: under which policy, for which time, forums and occasion, and what came out of it. `relying` to
    `illustrative` are what the asker told for recognition (`RecognitionContext`)."""

    policy: str
    policy_hash: str
    at: datetime
    forums: tuple[str, ...] = ()
    relying: PartyKind | None = None
    document: DocumentKind | None = None
    signer: PartyKind | None = None
    contract: bool = False
    illustrative: bool = False
    indication: str
    sub_indication: str | None = None
    parts: tuple[PartOutcome, ...] = ()
    recognitions: tuple[RecognitionOutcome, ...] = ()

    @property
    def context(self) -> RecognitionContext:
        """What the asker told, for asking again."""
        return RecognitionContext(
            relying=self.relying,
            document=self.document,
            signer=self.signer,
            contract=self.contract,
            admit_illustrative=self.illustrative,
        )

    @property
    def conclusion(self) -> tuple[object, ...]:
        """What two judgements are compared by: everything that came out, nothing that was asked, and not the reasons,
        which may name a day without changing anything."""
        parts = tuple((item.id, item.indication, item.sub_indication, item.qualification) for item in self.parts)
        return (self.indication, self.sub_indication, parts, self.recognitions)


def outcome(
    verdict: Verdict, forums: tuple[str, ...], context: RecognitionContext, recognitions: tuple[Recognition, ...]
) -> Outcome:
    """The outcome of a judgement in `forums` under what the asker told (`context`)."""
    signatures = tuple(
        PartOutcome(
            id=item.id,
            indication=str(item.indication),
            sub_indication=_text(item.sub_indication),
            qualification=item.qualification,
            reasons=tuple(reason.code for reason in item.reasons),
        )
        for item in verdict.signatures
    )
    stamps = tuple(
        PartOutcome(
            id=item.id,
            indication=str(item.indication),
            sub_indication=_text(item.sub_indication),
            reasons=tuple(reason.code for reason in item.reasons),
        )
        for item in verdict.timestamps
    )
    return Outcome(
        policy=verdict.policy,
        policy_hash=verdict.policy_hash,
        at=verdict.at,
        forums=forums,
        relying=context.relying,
        document=context.document,
        signer=context.signer,
        contract=context.contract,
        illustrative=context.admit_illustrative,
        indication=str(verdict.indication),
        sub_indication=_text(verdict.sub_indication),
        parts=(*signatures, *stamps),
        recognitions=tuple(
            RecognitionOutcome(signature=item.signature, forum=item.forum, decision=str(item.answer.decision))
            for item in recognitions
        ),
    )


def read_outcome(text: str) -> Outcome:
    """The outcome whose canonical form is `text`. Raises EvidenceError."""
    return decode(Outcome, text.encode())


def _text(value: object) -> str | None:
    return None if value is None else str(value)
