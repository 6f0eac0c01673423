"""What a full report holds beside the answer line: the nine questions answered as data, the trust that was used, the
rules that were evaluated, and what replays it. No language: codes and parameters, worded when a page is made.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from policies.recognition import Mechanism
from policies.vocabulary import (
    DocumentKind,
    Indication,
    PartyKind,
    RecognitionDecision,
    SignatureLevel,
    SubIndication,
)
from validator.evidence import DocumentFacts, TrustMode
from validator.judge.rules.model import Level, RuleContext
from validator.judge.verdict import Verdict
from validator.report.rows import AnswerLine, BasisRow, ReasonRow
from validator.report.shape import CANONICAL

FORMAT = "urn:trustspace:report"
VERSION = 1


class Technical(StrEnum):
    """The five words of the first axis, for people."""

    CONFIRMED = "confirmed"
    CONFIRMED_LIMITS = "confirmed_limits"
    OPEN = "open"
    FAILED = "failed"
    NONE = "none"


class ProofOfTime(StrEnum):
    """What stands behind the best signature time: a time-stamp, or nothing but this check."""

    TIME_STAMP = "time-stamp"
    TIME_OF_CHECK = "time-of-check"


class Limit(StrEnum):
    """What no report of this kind proves."""

    CONTENT_TRUTH = "content-truth"
    CAPACITY = "capacity"
    DURESS = "duress"


# --- the nine questions ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class InForum:
    """Question 1, second axis: one signature in one forum."""

    signature: str
    forum: str
    decision: RecognitionDecision
    level: SignatureLevel | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """Question 1: the verdict on two axes that are never merged."""

    technical: Technical
    indication: Indication
    sub_indication: SubIndication | None
    recognition: tuple[InForum, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Question 2: who signed, as the certificate says. `authority` is the source of the power to act for somebody else;
    a signature alone shows none."""

    signature: str
    name: str | None
    identifier: str | None
    organisation: str | None
    organisation_identifier: str | None
    country: str | None
    party: str
    pseudonym: bool
    certificate: str | None
    authority: str = "not-shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Question 3: the best proven time, what proves it (`time_stamp`, its `authority`), and what the signer claims."""

    signature: str
    best_signature_time: datetime | None
    proof: ProofOfTime
    time_stamp: str | None
    authority: str | None
    claimed_time: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What one signature covers: `whole` is null where the form does not tell; changes are those after signing."""

    signature: str
    intact: bool
    whole: bool | None
    changes: int
    forbidden_changes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """Question 4: which octets were signed."""

    documents: tuple[DocumentFacts, ...] = field(metadata={CANONICAL: True})
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LawInForum:
    """Question 5 in one forum: the decision and its legal basis."""

    forum: str
    decision: RecognitionDecision
    level: SignatureLevel | None
    basis: BasisRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """Question 5: home regime and legal level; `qualification_basis` says whether trust lists decided it ("list") or
    the certificate only claims it ("claim")."""

    signature: str
    home: str | None
    legal_level: SignatureLevel | None
    qualification: str
    qualification_basis: str
    forums: tuple[LawInForum, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Question 9: what names this report and its inputs. `instruments` is the digest of the recognition law, `maker`
    of the software's own words and forms."""

    verdict: str
    at: datetime
    evidence: str
    policy: str
    policy_hash: str
    instruments: str
    trust_lists: tuple[str, ...]
    maker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The nine questions that a judge or clerk asks: verdict, who, when, what, under which law, why (the decisive
    reasons first), what next, what is not proven, and about this report."""

    verdict: Conclusion
    who: tuple[Who, ...]
    when: tuple[When, ...]
    what: What
    law: tuple[Law, ...]
    why: tuple[ReasonRow, ...]
    next: tuple[ReasonRow, ...]
    limits: tuple[Limit, ...]
    about: About


# --- trust, rules, replay ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """A trust list that was used: digest of its file, sequence number, and its age in whole seconds at the validation
    time (null when nobody knows when it was fetched)."""

    name: str
    digest: str
    source: str
    territory: str | None
    sequence: int | None
    issued: datetime | None
    next_update: datetime | None
    loaded: datetime | None
    age_seconds: int | None
    signature: str
    signer: str | None
    parent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorRow:
    """A trust anchor that counted: its certificate's SHA-256, where it came from and whose it is."""

    certificate: str
    source: str
    territory: str | None
    sunset: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustRow:
    """The pinned inputs of trust."""

    mode: TrustMode
    anchors: tuple[AnchorRow, ...]
    lists: tuple[ListRow, ...]
    offered: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One rule of the policy in one building block of one signature or time-stamp (`object`). `held` is null where a
    reason stands in the block that several of its rules can give; `reasons` are those codes."""

    object: str
    rule: str
    block: str
    clause: str
    context: RuleContext
    level: Level
    held: bool | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRow:
    """What was told when recognition of one signature in one forum was asked."""

    signature: str
    forum: str
    evaluation_time: datetime
    signer: PartyKind | None
    relying: PartyKind | None
    document: DocumentKind | None
    mechanisms: tuple[Mechanism, ...]
    admit_illustrative: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRow:
    """What has to be equal for the same verdict: the inputs by their digests, what was asked, and the digest of the
    verdict that came out."""

    evidence: str
    policy: str
    policy_hash: str
    instruments: str
    at: datetime
    asked: tuple[AskedRow, ...]
    verdict: str
    maker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(AnswerLine):
    """The full report. `format` and `version` fix the shape: within a version members are only added. `notices` are
    what whoever made it has to tell every reader first, such as that the asker handed in the trust anchors."""

    format: str
    version: int
    notices: tuple[str, ...]
    documents: tuple[DocumentFacts, ...] = field(metadata={CANONICAL: True})
    answers: Answers
    trust: TrustRow
    rules: tuple[RuleRow, ...]
    verdict: Verdict = field(metadata={CANONICAL: True})
    replay: ReplayRow
