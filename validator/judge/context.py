"""What every building block is given: the evidence, the answers about certificates, the policy, the time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from policies.algorithms import AlgorithmStatus, AlgorithmUse, CatalogueRow
from policies.reasons import Reason
from validator.evidence import Evidence, SignatureFacts, TimestampFacts
from validator.judge.chains import Chains
from validator.judge.conclusion import Finding
from validator.judge.policy import JudgementPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The inputs of EN 319 102-1 clause 5.1.4; `at` is the validation time."""

    evidence: Evidence
    chains: Chains
    policy: JudgementPolicy
    at: datetime

    def timestamps(self, owner: SignatureFacts) -> tuple[TimestampFacts, ...]:
        """The tokens that belong to a signature, in their order."""
        return tuple(item for item in self.evidence.timestamps if item.owner == owner.id)

    def unreliable(self, uses: Iterable[AlgorithmUse], at: datetime, of: str) -> tuple[Finding, ...]:
        """The uses that the policy's catalogue does not accept at `at`."""
        found = (self.policy.algorithms.finding(use, at) for use in uses)
        return tuple(Finding(object=of, finding=item) for item in found if item is not None)

    def remarks(self, uses: Iterable[AlgorithmUse], at: datetime) -> tuple[Reason, ...]:
        """What the policy's catalogue says about uses that it accepts at `at`: that one should no longer be chosen, or
        counts only because the law still recognises what is broken."""
        catalogue = self.policy.algorithms
        known = ((use, catalogue.row(use)) for use in uses)
        return tuple(dict.fromkeys(item for use, row in known if row for item in _remark(use, row, at)))


def _remark(use: AlgorithmUse, row: CatalogueRow, at: datetime) -> tuple[Reason, ...]:
    status = row.status(at)
    if status is AlgorithmStatus.DEPRECATED and row.deprecated is not None:
        since = row.deprecated.isoformat()
        return (Reason.of("TS-ALG-DEPRECATED", algorithm=use.name, bits=use.bits, since=since),)
    if status is AlgorithmStatus.RECOGNISED and row.until is not None and row.end is not None:
        until, recognised = row.until.isoformat(), row.end.isoformat()
        parts = {"algorithm": use.name, "bits": use.bits, "until": until, "recognised": recognised}
        return (Reason.of("TS-ALG-RECOGNISED", **parts),)
    return ()
