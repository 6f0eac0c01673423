"""Answers over the objects of an Evidence, shared with all Evidences in which the same objects bear on a certificate.

The documents of a thousand signers have an issuer, its lists and a time-stamping authority in common. Each certificate
is asked about among what can bear on it (`validator.judge.surroundings`), and who answers is remembered by the content
of that, the anchors, the policy and the validation time: a change of any of them is another one, never a hit. Where
there is so much that the limits on the work may decide, the Evidence is answered for alone, so that no answer depends
on what was asked before.
"""

from datetime import datetime

from policies.algorithms import AlgorithmUse
from policies.reasons import Reason
from validator.asn1.memory import Generations
from validator.evidence import AnchorFacts, Evidence
from validator.judge.certificate_facts import known_facts
from validator.judge.chains import CertificateFacts, PathFacts, Purpose, Statement
from validator.judge.conclusion import Conclusion
from validator.judge.engine_chains import EngineChains
from validator.judge.policy import JudgementPolicy
from validator.judge.surroundings import Objects, Surroundings, objects_of
from validator.revocation.types import StatusAnswer

_MAX_KEPT_OCTETS = 64 * 1024 * 1024
_OVERHEAD = 16_000

_engines: Generations[tuple[object, ...], EngineChains] = Generations(_MAX_KEPT_OCTETS)


class SharedChains:
    """`Chains` over stored octets (see there for what each method answers)."""

    def __init__(self, evidence: Evidence, policy: JudgementPolicy, at: datetime) -> None:
        self._policy = policy
        self._at = at
        self._objects = objects_of(evidence.objects)
        certificates = self._objects.certificates
        self._anchors = tuple([item for item in evidence.trust.anchors if item.certificate in certificates])
        self._tops = tuple([item.certificate for item in self._anchors])
        self._engines: dict[str, EngineChains] = {}
        self._facts: dict[str, CertificateFacts] = {}
        self._alone: EngineChains | None = None

    def _engine(self, name: str) -> EngineChains:
        """Who answers about a certificate."""
        known = self._engines.get(name)
        if known is None:
            around = self._objects.around(name, self._tops)
            found = None if around is None or around.much else self._shared(around)
            known = self._engines[name] = found or self._whole()
        return known

    def _shared(self, around: Surroundings) -> EngineChains:
        # The policy is named by its identity: what is remembered keeps it, so that no other one has that name.
        key = (around.key, self._anchors, id(self._policy), self._at)
        known = _engines.get(key)
        if known is None:
            objects = Objects((around.certificate, *around.pool), around.evidence)
            known = EngineChains(objects, around.pool, self._anchors, self._policy, self._at)
            _engines.put(key, known, _OVERHEAD + around.octets)
        return known

    def _whole(self) -> EngineChains:
        """Who answers for this Evidence alone."""
        if self._alone is None:
            found = self._objects
            self._alone = EngineChains(found, found.pool, self._anchors, self._policy, self._at)
        return self._alone

    def _about(self, path: PathFacts, position: int) -> EngineChains:
        engine = self._engine(path.certificates[position])
        return engine if engine.knows(path.certificates[position:]) else self._whole()

    def conclusions(self, name: str) -> Generations[tuple[object, ...], Conclusion]:
        """As `validator.judge.context.Memory` says."""
        return self._engine(name).conclusions

    def certificate(self, name: str) -> CertificateFacts | None:
        known = self._facts.get(name)
        if known is None and name in self._objects.certificates:
            known = self._facts[name] = known_facts(self._objects.certificates[name])
        return known

    def anchored(self, name: str, purpose: Purpose) -> AnchorFacts | None:
        return self._engine(name).anchored(name, purpose)

    def path(self, leaf: str, at: datetime, purpose: Purpose, *, revocation: bool) -> PathFacts:
        return self._engine(leaf).path(leaf, at, purpose, revocation=revocation)

    def unsound(self, leaf: str) -> tuple[Reason, ...]:
        return self._whole().unsound(leaf)

    def status(self, path: PathFacts, position: int, at: datetime, *, until: datetime | None = None) -> StatusAnswer:
        return self._about(path, position).status(path, position, at, until=until)

    def statements(self, path: PathFacts, position: int) -> tuple[Statement, ...]:
        return self._about(path, position).statements(path, position)

    def signature_uses(self, certificate: str, issuer: str | None) -> tuple[AlgorithmUse, ...]:
        return self._objects.signature_uses(certificate, issuer)

    def evidence_uses(self, answer: StatusAnswer) -> tuple[AlgorithmUse, ...]:
        return self._objects.evidence_uses(answer)
