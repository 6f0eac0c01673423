"""The judgement over an Evidence: indication, sub-indication, building blocks with clause, reasons (EN 319 102-1 5.1).

Codes and parameters only; language is applied when a report is made. Equal inputs give equal octets
(`validator.evidence.encode`), so a verdict is named by its hash too.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from policies.reasons import Reason
from policies.vocabulary import Indication, SignatureLevel, SubIndication
from validator.evidence import Change


class Process(StrEnum):
    """The highest validation process that was run (TS 119 102-2: urn:etsi:019102:validationprocess:…)."""

    BASIC = "Basic"
    LTVM = "LTVM"
    LTA = "LTA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Conclusion of one building block. `name` is FC, ISC, VCI, XCV, CV, SAV, TSV, ERV, PCV, VTS or PSV."""

    name: str
    clause: str
    indication: Indication
    sub_indication: SubIndication | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLink:
    """One certificate of the path that the judgement rests on, leaf first. `status` is the revocation status word;
    `anchor_source` says where an anchor came from (last link only)."""

    certificate: str
    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    country: str | None = None
    policies: tuple[str, ...] = ()
    status: str | None = None
    status_source: str | None = None
    status_kind: str | None = None
    status_issued: datetime | None = None
    revocation_time: datetime | None = None
    revocation_reason: int | None = None
    cross: bool = False
    anchor_source: str | None = None
    anchor_territory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signed, from the signing certificate: names as written there, identifiers unmasked."""

    name: str
    certificate: str
    subject: str
    country: str | None = None
    identifier: str | None = None
    organisation: str | None = None
    organisation_identifier: str | None = None
    party: str = "unknown"
    pseudonym: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampVerdict:
    """Judgement of one time-stamp token: PASSED, FAILED or INDETERMINATE.

    `intact` and `digests_intact` speak about the token as a CMS signature over its TSTInfo, and for a token that
    stands alone (document, detached) about its imprint too, because that is what it signs. `imprint_intact` says
    whether the imprint agrees with the data it must be over, None when that data is not at hand. `qualification` is
    "QTSA" or "TSA" where trust lists decide it, else "NA".
    """

    id: str
    kind: str
    owner: str | None = None
    indication: Indication
    sub_indication: SubIndication | None = None
    intact: bool
    digests_intact: bool
    imprint_intact: bool | None = None
    qualification: str = "NA"
    time: datetime | None = None
    authority: str | None = None
    blocks: tuple[Block, ...] = ()
    reasons: tuple[Reason, ...] = ()
    chain: tuple[ChainLink, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecordVerdict:
    """Judgement of one evidence record: PASSED, FAILED or INDETERMINATE. `time` is that of its first archive
    time-stamp, which it proves for everything that it covers; `timestamps` are the ids of all of them."""

    id: str
    form: str
    owner: str | None = None
    indication: Indication
    sub_indication: SubIndication | None = None
    time: datetime | None = None
    timestamps: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedAgreement:
    """The equivalence of a mutual-recognition agreement by which `forum`, its pointing party, reads the signing
    certificate as its own; enacted from `start` until before `end` (None: still)."""

    equivalence: str
    forum: str
    home: str
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureVerdict:
    """Judgement of one signature. `level` names form and level ("PAdES-BASELINE-LT"); `qualification` the legal
    quality that certificate and trust state support ("QESIG", "ADESIG-QC", …, "NA"), and `qualification_basis` whether
    trust lists decided it ("list") or the certificate only claims it ("claim"); `best_time_proof` the id of the
    time-stamp that proves `best_signature_time`, None when that is only the time of the check; `legal_level` the
    neutral level behind the word: decided, or claimed under the law of `home`."""

    id: str
    format: str
    level: str
    parent: str | None = None
    indication: Indication
    sub_indication: SubIndication | None = None
    process: Process
    intact: bool
    digests_intact: bool
    signer: Signer | None = None
    claimed_time: datetime | None = None
    best_signature_time: datetime | None = None
    best_time_proof: str | None = None
    qualification: str
    qualification_basis: str = "claim"
    agreement: AppliedAgreement | None = None
    legal_level: SignatureLevel | None = None
    home: str | None = None
    covers_whole: bool | None = None
    changes: tuple[Change, ...] = ()
    blocks: tuple[Block, ...] = ()
    reasons: tuple[Reason, ...] = ()
    chain: tuple[ChainLink, ...] = ()
    policies: tuple[str, ...] = ()
    leniencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The whole answer. `evidence` and `policy_hash` name the inputs, `at` the validation time: together they replay
    the verdict."""

    evidence: str
    policy: str
    policy_hash: str
    at: datetime
    indication: Indication
    sub_indication: SubIndication | None = None
    signatures: tuple[SignatureVerdict, ...] = ()
    timestamps: tuple[TimestampVerdict, ...] = ()
    evidence_records: tuple[EvidenceRecordVerdict, ...] = ()
    reasons: tuple[Reason, ...] = ()
    schema: int = 1
