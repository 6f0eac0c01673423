"""Chooses which of many rejected paths explains a refusal best, and in which order its reasons are told."""

from collections.abc import Callable, Iterable, Sequence

from policies.reasons import Reason
from validator.path.certificate import Certificate, who
from validator.path.types import CandidatePath

MAX_COMPARED = 20

# A revocation and a forged signature are worse news than a formality found on the way; that a certificate is no CA's
# says more than what follows from it.
_FIRST = ("TS-PATH-REVOKED", "TS-PATH-ON-HOLD", "TS-PATH-SIGNATURE", "TS-PATH-NOT-A-CA", "TS-PATH-KEY-USAGE")


def order_reasons(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons without repetition, the gravest first, else in the order of the checks."""
    return tuple(sorted(dict.fromkeys(reasons), key=_weight))


def _weight(reason: Reason) -> int:
    if reason.code in _FIRST:
        return _FIRST.index(reason.code)
    return len(_FIRST)


def best_rejected(
    leaf: Certificate,
    complete: Sequence[CandidatePath],
    parts: Sequence[CandidatePath],
    own: tuple[Reason, ...],
    further: tuple[Reason, ...],
    signed: Callable[[CandidatePath], bool],
    issuer_known: bool,
) -> CandidatePath:
    """The path to show for a refusal: a complete one before a part of one, the longest part before shorter ones.

    `own` are reasons of the end entity alone, `further` those of the search as a whole. `signed` says whether the
    topmost certificate of a part really issued the one below, for a namesake with another key explains nothing;
    `issuer_known` whether any certificate of the issuer's name was at hand.
    """
    best = min(complete, key=lambda one: len(one.reasons), default=None)
    if best is None:
        looked_at = sorted(parts, key=_progress, reverse=True)[:MAX_COMPARED]
        best = next((one for one in looked_at if signed(one)), looked_at[0] if looked_at else None)
    if best is None:
        missing = Reason.of("TS-PATH-NO-ISSUER", subject=who(leaf), issuer=leaf.issuer.brief())
        rest = () if further else (Reason.of("TS-PATH-NO-ANCHOR-REACHED") if issuer_known else missing,)
        return CandidatePath(certificates=(leaf,), reasons=order_reasons((*further, *own, *rest)))
    reasons = order_reasons((*own, *best.reasons, *further))
    return CandidatePath(certificates=best.certificates, reasons=reasons, statuses=best.statuses)


def _progress(candidate: CandidatePath) -> tuple[int, int]:
    return len(candidate.certificates), -len(candidate.reasons)
