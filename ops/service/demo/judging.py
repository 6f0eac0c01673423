"""Judges the story's documents before their forums and holds the verdicts against what was expected, on both axes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from ops.platform.fetch import Fetcher
from ops.service.demo.scenarios import SCENARIOS, Scenario
from ops.service.demo.space import root_of
from ops.service.demo.story import BAN_DAYS_AGO
from ops.service.demo.world import World
from policies.vocabulary import Indication, RecognitionDecision
from validator.evidence import Evidence
from validator.gather import AnchorInput, GatherRequest, Source, gather
from validator.judge import JudgementPolicy, Verdict, judge, judgement_policy
from validator.recognise import Recognition, RecognitionContext, recognise


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One document of a scenario with everything that was found about it."""

    scenario: Scenario
    document: str
    evidence: Evidence
    verdict: Verdict
    recognitions: tuple[Recognition, ...]

    @property
    def decision(self) -> RecognitionDecision:
        """The document's recognition: RECOGNISED only when every signature is; otherwise the weakest answer."""
        decisions = {item.answer.decision for item in self.recognitions}
        order = (RecognitionDecision.NOT_RECOGNISED, RecognitionDecision.NOT_DECIDED, RecognitionDecision.RECOGNISED)
        return next((decision for decision in order if decision in decisions), RecognitionDecision.NOT_ASKED)

    @property
    def as_expected(self) -> bool:
        """Whether both axes came out as the scenario says."""
        wanted = (self.scenario.indication, self.scenario.sub_indication, self.scenario.decision)
        return (self.verdict.indication, self.verdict.sub_indication, self.decision) == wanted


def judge_all(world: World, documents: dict[str, bytes]) -> Iterator[Judged]:
    """Every document of every scenario, in the scenarios' order. Status and issuers are fetched from the servers."""
    fetcher = world.space.installation.fetcher()
    for scenario in SCENARIOS:
        for name in documents:
            if name == scenario.document or (scenario.document.endswith("/") and name.startswith(scenario.document)):
                yield _judge(world, documents, scenario, name, fetcher)


def _judge(world: World, documents: dict[str, bytes], scenario: Scenario, name: str, fetcher: Fetcher) -> Judged:
    anchor = world.space.ca.authority(root_of(scenario.forum)).certificate
    assert anchor is not None
    detached = (Source(scenario.detached, documents[scenario.detached]),) if scenario.detached else ()
    evidence = gather(
        GatherRequest(
            document=Source(name, documents[name]),
            detached=detached,
            anchors=(AnchorInput(source=Source(f"root of {scenario.forum}", anchor), territory=scenario.forum),),
            fetch=fetcher,
        )
    )
    verdict = judge(evidence, _policy(scenario, world), world.now)
    # The space's own instruments are illustrative: outside of a demonstration nothing is recognised under them.
    context = RecognitionContext(relying=scenario.relying, document=scenario.kind, admit_illustrative=True)
    recognitions = recognise(verdict, scenario.forum, context)
    return Judged(scenario=scenario, document=name, evidence=evidence, verdict=verdict, recognitions=recognitions)


def _policy(scenario: Scenario, world: World) -> JudgementPolicy:
    usual = judgement_policy("default")
    if not scenario.banned:
        return usual
    # What the seller signs with.
    ended = "GOST 34.10-2015 KZ" if world.space.national else "ECDSA"
    banned = usual.algorithms.ending("signature", ended, world.now - timedelta(days=BAN_DAYS_AGO))
    return usual.with_algorithms(banned, f"default, {ended} ended")


def technical(indication: Indication, sub_indication: object) -> str:
    """The technical axis as one text."""
    return f"{indication}/{sub_indication}" if sub_indication else str(indication)
