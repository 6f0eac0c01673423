"""Which trust lists may lend trust anchors under a policy (TS 119 615 4.1): the rules about lists decide."""

from dataclasses import replace
from datetime import datetime

from policies.reasons import Reason
from policies.trustlists.state import SignatureCheck, unusable
from validator.evidence import Evidence
from validator.evidence.lists import ListFacts
from validator.judge.policy import JudgementPolicy
from validator.judge.qualified import list_state
from validator.judge.rules.evaluate import Hearing, hear, together
from validator.judge.rules.model import RuleContext
from validator.judge.rules.subjects import ListSubject

_SIGNED = {SignatureCheck.UNCHECKED: None, SignatureCheck.GOOD: True}


def without_refused_lists(evidence: Evidence, policy: JudgementPolicy, at: datetime) -> Evidence:
    """The Evidence without the anchors of lists that the policy refuses at `at`, and of those that only such a list
    points to; itself when there are none."""
    found = {item.name: _heard(item, policy, at).failures for item in evidence.trust.lists}
    refused = unusable({item.name: list_state(item) for item in evidence.trust.lists}, found)
    if not refused:
        return evidence
    anchors = tuple(item for item in evidence.trust.anchors if item.source not in refused)
    return replace(evidence, trust=replace(evidence.trust, anchors=anchors))


def about_lists(evidence: Evidence, policy: JudgementPolicy, at: datetime) -> tuple[Reason, ...]:
    """What the policy says against the lists of the Evidence, those that it refuses first."""
    heard = together(_heard(item, policy, at) for item in evidence.trust.lists)
    return (*heard.failures, *heard.remarks)


def _heard(item: ListFacts, policy: JudgementPolicy, at: datetime) -> Hearing:
    subject = ListSubject(
        name=item.name,
        at=at,
        age_seconds=None if item.loaded is None else int((at - item.loaded).total_seconds()),
        next_update=item.next_update,
        signed=_SIGNED.get(item.signature, False),
        version=item.version,
    )
    return hear(policy, "TL", RuleContext.TRUST_LIST, subject)
