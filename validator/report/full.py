"""Builds the full report of a judgement: every member of `validator.report.content.Report` from evidence, verdict and
recognition, and nothing else, so that the same three give the same octets.
"""

import json
from dataclasses import fields
from typing import Any

from policies.recognition import instruments_digest
from validator.evidence import Evidence, digest
from validator.evidence.lists import ListFacts
from validator.judge.policy import JudgementPolicy
from validator.judge.verdict import Verdict
from validator.policy_files import policy_used
from validator.recognise import Recognition
from validator.report.answers import answers
from validator.report.content import (
    FORMAT,
    VERSION,
    AnchorRow,
    AskedRow,
    ListRow,
    ReplayRow,
    Report,
    RuleRow,
    TrustRow,
)
from validator.report.line import answer_rows
from validator.report.maker import maker
from validator.report.rules import rule_rows
from validator.report.shape import as_json

Json = dict[str, Any]


def full_report(
    identifier: str,
    evidence: Evidence,
    verdict: Verdict,
    recognitions: tuple[Recognition, ...] = (),
    notices: tuple[str, ...] = (),
) -> Json:
    """The answer line, the documents, the nine answers, the trust that was used, the rules that were evaluated, the
    verdict with every block, and the hashes that pin its inputs."""
    found: Json = as_json(report(identifier, evidence, verdict, recognitions, notices))
    return found


def report_octets(
    identifier: str,
    evidence: Evidence,
    verdict: Verdict,
    recognitions: tuple[Recognition, ...] = (),
    notices: tuple[str, ...] = (),
) -> bytes:
    """The full report as one line of JSON, UTF-8; what is sealed and kept. Half of a surrogate pair stays escaped."""
    found = full_report(identifier, evidence, verdict, recognitions, notices)
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(found, separators=(",", ":")).encode()


def report(
    identifier: str,
    evidence: Evidence,
    verdict: Verdict,
    recognitions: tuple[Recognition, ...] = (),
    notices: tuple[str, ...] = (),
) -> Report:
    """The same as values."""
    line = answer_rows(identifier, verdict, recognitions)
    return Report(
        **{item.name: getattr(line, item.name) for item in fields(line)},
        format=FORMAT,
        version=VERSION,
        notices=notices,
        documents=evidence.documents,
        answers=answers(evidence, verdict, recognitions),
        trust=_trust(evidence, verdict),
        rules=_rules(verdict),
        verdict=verdict,
        replay=replay(verdict, recognitions),
    )


def replay(verdict: Verdict, recognitions: tuple[Recognition, ...]) -> ReplayRow:
    """What replays a verdict and the recognition that was asked with it."""
    return ReplayRow(
        evidence=verdict.evidence,
        policy=verdict.policy,
        policy_hash=verdict.policy_hash,
        instruments=instruments_digest(),
        at=verdict.at,
        asked=tuple(map(_asked, recognitions)),
        verdict=digest(verdict),
        maker=maker(),
    )


def _asked(item: Recognition) -> AskedRow:
    asked = item.question
    return AskedRow(
        signature=item.signature,
        forum=item.forum,
        evaluation_time=asked.evaluation_time,
        signer=asked.signer,
        relying=asked.relying,
        document=asked.document,
        mechanisms=tuple(sorted(asked.mechanisms)),
        admit_illustrative=asked.admit_illustrative,
    )


def used_policy(verdict: Verdict) -> JudgementPolicy | None:
    """The policy of a verdict, None when what carries its name now is another one, or nothing."""
    return policy_used(verdict.policy, verdict.policy_hash)


def _rules(verdict: Verdict) -> tuple[RuleRow, ...]:
    policy = used_policy(verdict)
    return () if policy is None else rule_rows(verdict, policy)


def _trust(evidence: Evidence, verdict: Verdict) -> TrustRow:
    trust = evidence.trust
    return TrustRow(
        mode=trust.mode,
        anchors=tuple(
            AnchorRow(certificate=item.certificate, source=item.source, territory=item.territory, sunset=item.sunset)
            for item in trust.anchors
        ),
        lists=tuple(_list(item, verdict) for item in trust.lists),
        offered=trust.offered,
    )


def _list(item: ListFacts, verdict: Verdict) -> ListRow:
    return ListRow(
        name=item.name,
        digest=item.digest,
        source=item.source,
        territory=item.territory,
        sequence=item.sequence,
        issued=item.issued,
        next_update=item.next_update,
        loaded=item.loaded,
        age_seconds=None if item.loaded is None else int((verdict.at - item.loaded).total_seconds()),
        signature=str(item.signature),
        signer=item.signer,
        parent=item.parent,
    )
