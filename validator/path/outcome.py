"""Chooses which of many rejected paths explains a refusal best, and in which order its reasons are told."""

from collections.abc import Iterable, Sequence

from policies.reasons import Reason
from validator.path.certificate import Certificate, who
from validator.path.types import CandidatePath

# A revocation and a forged signature are worse news than a formality found on the way.
_FIRST = ("TS-PATH-REVOKED", "TS-PATH-ON-HOLD", "TS-PATH-SIGNATURE")
_LAST = ("TS-PATH-NO-ISSUER", "TS-PATH-NO-ANCHOR-REACHED")


def order_reasons(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons without repetition, the gravest first, else in the order of the checks."""
    return tuple(sorted(dict.fromkeys(reasons), key=_weight))


def _weight(reason: Reason) -> int:
    if reason.code in _FIRST:
        return _FIRST.index(reason.code)
    return len(_FIRST) + (reason.code in _LAST)


def best_rejected(
    leaf: Certificate, candidates: Sequence[CandidatePath], own: tuple[Reason, ...], further: tuple[Reason, ...]
) -> CandidatePath:
    """The path to show for a refusal: a complete one before a part of one, the longest part before shorter ones.

    `own` are reasons of the end entity alone, `further` those of the search as a whole.
    """
    best: CandidatePath | None = None
    for candidate in candidates:
        if candidate.reasons and (best is None or _progress(candidate) > _progress(best)):
            best = candidate
    if best is None:
        missing = (Reason.of("TS-PATH-NO-ISSUER", subject=who(leaf), issuer=leaf.issuer.text()[:200]),)
        return CandidatePath(
            certificates=(leaf,), reasons=order_reasons((*further, *own, *(() if further else missing)))
        )
    reasons = order_reasons((*own, *best.reasons, *further))
    return CandidatePath(certificates=best.certificates, reasons=reasons, statuses=best.statuses)


def _progress(candidate: CandidatePath) -> tuple[bool, int, int]:
    return bool(candidate.statuses), -len(candidate.reasons), len(candidate.certificates)
