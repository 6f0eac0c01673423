"""What one building block concludes, with what later blocks need of it (EN 319 102-1 clause 5.1.3)."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from policies.algorithms import AlgorithmFinding
from policies.reasons import Reason
from policies.vocabulary import Indication, SubIndication
from validator.judge.chains import PathFacts
from validator.judge.verdict import Block
from validator.revocation.types import StatusAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One algorithm that is not reliable: of what (`object` is "signature", "attributes", "certificate:…" or
    "revocation:…"), which, until when."""

    object: str
    finding: AlgorithmFinding


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """PASSED, FAILED or INDETERMINATE with its reason. `revoked_at` is set for REVOKED…; `on_hold` tells TRY_LATER
    for a suspended certificate from TRY_LATER for stale knowledge; `statuses[i]` belongs to `path.certificates[i]`."""

    indication: Indication
    sub_indication: SubIndication | None = None
    reasons: tuple[Reason, ...] = ()
    path: PathFacts | None = None
    statuses: tuple[StatusAnswer, ...] = ()
    revoked_at: datetime | None = None
    on_hold: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        """The block passed."""
        return self.indication is Indication.PASSED

    def block(self, name: str, clause: str) -> Block:
        """This conclusion as it stands in a verdict."""
        if self is _PASSED:
            return _passed_block(name, clause)
        return Block(
            name=name,
            clause=clause,
            indication=self.indication,
            sub_indication=self.sub_indication,
            reasons=self.reasons,
        )


_PASSED = Conclusion(indication=Indication.PASSED)


@lru_cache(maxsize=256)
def _passed_block(name: str, clause: str) -> Block:
    return Block(name=name, clause=clause, indication=Indication.PASSED)


def passed(*reasons: Reason) -> Conclusion:
    """PASSED, perhaps with remarks."""
    return Conclusion(indication=Indication.PASSED, reasons=reasons) if reasons else _PASSED


def failed(sub: SubIndication, *reasons: Reason) -> Conclusion:
    """FAILED with its sub-indication."""
    return Conclusion(indication=Indication.FAILED, sub_indication=sub, reasons=tuple(reasons))


def indeterminate(sub: SubIndication, *reasons: Reason) -> Conclusion:
    """INDETERMINATE with its sub-indication."""
    return Conclusion(indication=Indication.INDETERMINATE, sub_indication=sub, reasons=tuple(reasons))
