"""What a policy demands of a signature's proofs of time and long-term material (EN 319 102-1 5.5.4, 5.6.3)."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from validator.evidence import SignatureFacts, TimestampFacts, TimestampKind
from validator.judge.conclusion import Conclusion
from validator.judge.context import Context
from validator.judge.rules.evaluate import Hearing, hear, together
from validator.judge.rules.subjects import TimeSubject, context_of
from validator.judge.tokens import JudgedToken

_ORDERED = frozenset((TimestampKind.CONTENT, TimestampKind.SIGNATURE, TimestampKind.REFERENCES, TimestampKind.DOCUMENT))
_ARCHIVING = frozenset((TimestampKind.DOCUMENT, TimestampKind.ARCHIVE, TimestampKind.EVIDENCE_RECORD))


def heard_about_time(
    context: Context, signature: SignatureFacts, tokens: Iterable[JudgedToken], best: datetime, proof: str | None
) -> Hearing:
    """Block LTV: order, delay and presence of the time-stamps over a signature. `best` is the best signature time,
    `proof` the id of what proves it, None when only the validation time does."""
    return hear(context.policy, "LTV", context_of(signature), time_subject(signature, tuple(tokens), best, proof=proof))


def heard_about_material(
    context: Context,
    signature: SignatureFacts,
    tokens: Iterable[JudgedToken],
    best: datetime,
    proof: str | None,
    long_term: Callable[[], bool],
) -> Hearing:
    """Blocks LTV and LTA, when all processes have run; `long_term` tells whether the file carries the material for its
    own path, and is only asked where a rule wants to know."""
    relied = context_of(signature)
    asked = bool(context.policy.evaluated("LTA", relied)) and long_term()
    subject = time_subject(signature, tuple(tokens), best, proof=proof, long_term=asked)
    return together(hear(context.policy, block, relied, subject) for block in ("LTV", "LTA"))


def demanded(conclusion: Conclusion, heard: Hearing) -> Conclusion:
    """A conclusion after the demands: what had passed and does not meet them is left open, remarks are kept."""
    if conclusion.passed and not heard.passed:
        return replace(heard.conclusion(), path=conclusion.path, statuses=conclusion.statuses)
    reasons = tuple(dict.fromkeys((*conclusion.reasons, *heard.remarks)))
    return conclusion if len(reasons) == len(conclusion.reasons) else replace(conclusion, reasons=reasons)


def time_subject(
    signature: SignatureFacts,
    tokens: tuple[JudgedToken, ...],
    best: datetime,
    *,
    proof: str | None = None,
    long_term: bool = False,
) -> TimeSubject:
    """What the rules look at."""
    return TimeSubject(
        signature=signature,
        best=best,
        proven=proof is not None,
        invalid=sum(1 for item in tokens if not item.final.passed),
        disorder=disorder(tokens),
        long_term=long_term,
        archived=any(item.facts.kind in _ARCHIVING and item.final.passed for item in tokens),
    )


def disorder(tokens: Iterable[JudgedToken]) -> tuple[str, str] | None:
    """5.5.4 step 4e: two time-stamps that contradict each other, accuracies considered (RFC 3161 2.4.2): a content
    time-stamp after one over the signature, or one after a time-stamp that covers it. Archive time-stamps belong to a
    later process (5.6.3). None when there are none."""
    valid = {item.facts.id: item.facts for item in tokens if item.final.passed and item.facts.kind in _ORDERED}
    content = [item for item in valid.values() if item.kind is TimestampKind.CONTENT]
    for second in valid.values():
        covered = [valid[item.id] for item in second.covers if item.kind == "timestamp" and item.id in valid]
        earlier = covered if second.kind is TimestampKind.CONTENT else (*covered, *content)
        for first in earlier:
            if _contradicts(first, second):
                return first.id, second.id
    return None


def _contradicts(first: TimestampFacts, second: TimestampFacts) -> bool:
    if first.gen_time is None or second.gen_time is None or first.id == second.id:
        return False
    slack = (first.accuracy_microseconds or 0) + (second.accuracy_microseconds or 0)
    return (first.gen_time - second.gen_time) // timedelta(microseconds=1) > slack
