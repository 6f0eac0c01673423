"""What every building block is given: the evidence, the answers about certificates, the policy, the time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from policies.algorithms import AlgorithmUse
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
