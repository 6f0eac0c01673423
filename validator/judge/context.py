"""What every building block is given: the evidence, the answers about certificates, the policy, the time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from policies.algorithms import AlgorithmFinding, AlgorithmStatus, AlgorithmUse, CatalogueRow
from policies.reasons import Reason
from validator.asn1.memory import Generations
from validator.evidence import Evidence, SignatureFacts, TimestampFacts
from validator.judge.chains import Chains
from validator.judge.conclusion import Conclusion, Finding
from validator.judge.policy import JudgementPolicy
from validator.judge.rules.model import Level


class Memory(Protocol):
    """Conclusions that other Evidences share."""

    def conclusions(self, name: str) -> Generations[tuple[object, ...], Conclusion]:
        """Those about the certificate `name` under the same policy, at the same time, with the same anchors, and with
        the same objects at hand that can bear on it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The inputs of EN 319 102-1 clause 5.1.4; `at` is the validation time."""

    evidence: Evidence
    chains: Chains
    policy: JudgementPolicy
    at: datetime
    memory: Memory | None = None

    def remembered(
        self, certificate: str, question: tuple[object, ...], answer: Callable[[], Conclusion]
    ) -> Conclusion:
        """What `answer` concludes, remembered across Evidences. It must depend on nothing but the question, the
        incidents, and what the chains, the policy and the time say about the certificate and those above it."""
        if self.memory is None:
            return answer()
        conclusions = self.memory.conclusions(certificate)
        key = (*question, self.evidence.trust.incidents)
        known = conclusions.get(key)
        if known is None:
            known = answer()
            conclusions.put(key, known)
        return known

    def timestamps(self, owner: SignatureFacts) -> tuple[TimestampFacts, ...]:
        """The tokens that belong to a signature, in their order."""
        return tuple(item for item in self.evidence.timestamps if item.owner == owner.id)

    def unreliable(self, uses: Iterable[AlgorithmUse], at: datetime, of: str) -> tuple[Finding, ...]:
        """The uses that the policy's catalogue does not accept at `at`, those aside that the policy weighs less."""
        finding = self.policy.algorithms.finding
        found = [item for use in uses if (item := finding(use, at)) is not None]
        return tuple([Finding(object=of, finding=item) for item in found if self._decides(item)])

    def _decides(self, finding: AlgorithmFinding) -> bool:
        """An end that lies after the policy's own update is a forecast; the policy says how much it weighs."""
        policy = self.policy
        if policy.algorithm_update is None or policy.level_after_update is Level.FAIL or finding.until is None:
            return True
        return finding.until <= policy.algorithm_update

    def remarks(self, uses: Iterable[AlgorithmUse], at: datetime, code: str = "TS-SIG-ALGORITHM") -> tuple[Reason, ...]:
        """What the policy's catalogue says about uses that it accepts at `at`: that one should no longer be chosen, or
        counts only because the law still recognises what is broken; and, as `code`, what is beyond an end that the
        policy weighs less."""
        catalogue, asked = self.policy.algorithms, tuple(uses)
        said: list[Reason] = []
        for use in asked:
            row = catalogue.row(use)
            if row is not None:
                said += _remark(use, row, at)
        return tuple(dict.fromkeys((*said, *self._foreseen(asked, at, code))))

    def _foreseen(self, uses: tuple[AlgorithmUse, ...], at: datetime, code: str) -> Iterator[Reason]:
        level = self.policy.level_after_update
        if level in (Level.FAIL, Level.IGNORE):
            return
        for use in uses:
            found = self.policy.algorithms.finding(use, at)
            if found is not None and found.until is not None and not self._decides(found):
                reason = Reason.of(code, algorithm=use.name, bits=use.bits, until=found.until.isoformat())
                yield reason.weighing(level.severity)


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
