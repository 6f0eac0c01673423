"""Instruments of recognition, the question that is put to them and the answer, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from policies.reasons import Reason
from policies.vocabulary import DocumentKind, Indication, Mark, PartyKind, RecognitionDecision, SignatureLevel

ANYWHERE = "*"
"""In `homes`: a signature from any other jurisdiction."""


class Mechanism(StrEnum):
    """How trust travels in practice, so that an instrument can be used for this very signature."""

    DOMESTIC = "domestic"
    CROSS_CERTIFICATE = "cross-certificate"
    RECEIPT = "receipt"
    LIST_EQUIVALENCE = "list-equivalence"
    CONTRACT = "contract"


class InstrumentKind(StrEnum):
    """What the legal basis is."""

    TREATY = "treaty"
    UNION_ACT = "union-act"
    DOMESTIC_LAW = "domestic-law"
    UNILATERAL = "unilateral"
    MODEL = "model"


class Applicability(StrEnum):
    """What became of one instrument: it applies, it does not, or a fact is missing to say."""

    APPLIES = "applies"
    DOES_NOT_APPLY = "does-not-apply"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time: `start` is its first moment, `end` the first moment after it (half-open, aware UTC). None means
    no end."""

    start: datetime
    end: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """True from `start` on and before `end`."""
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Cases that an instrument leaves out; an empty set means any. All three sets must match."""

    signers: frozenset[PartyKind] = frozenset()
    relying: frozenset[PartyKind] = frozenset()
    documents: frozenset[DocumentKind] = frozenset()
    article: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One legal basis of recognition: signatures from `homes` have effect in `forums`, never the other way round
    unless both sets say so, and never through a third jurisdiction.

    `in_force` is empty for an act that is signed but not (known to be) in force. `keeps_effect`: signatures made while
    it was in force stay recognised after it ends or is suspended. Empty `signers`, `relying`, `documents` mean any.
    `mechanisms` are alternatives, each a set of which every member must be at hand. `levels` maps the level at home to
    the level in the forum; a level that is not listed is not recognised. `mark` says how the instrument is known,
    `dates_mark` how its dates are.
    """

    id: str
    kind: InstrumentKind
    title: str
    citation: str
    article: str
    homes: frozenset[str]
    forums: frozenset[str]
    in_force: tuple[Period, ...]
    suspended: tuple[Period, ...] = ()
    keeps_effect: bool = False
    signers: frozenset[PartyKind] = frozenset()
    relying: frozenset[PartyKind] = frozenset()
    documents: frozenset[DocumentKind] = frozenset()
    exclusions: tuple[Exclusion, ...] = ()
    mechanisms: tuple[frozenset[Mechanism], ...]
    levels: Mapping[SignatureLevel, SignatureLevel] = field(hash=False)
    mark: Mark
    dates_mark: Mark
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionQuestion:
    """Is this signature given effect in `forum`?

    `homes`: the jurisdictions under whose law the signature was made (usually one; none when that is
    not known, which leaves the question undecided). `signer`, `relying`, `document`,
    `level`: None when not known; an instrument that depends on the fact is then undecided. `signature_time`: best
    signature time, proven; `evaluation_time`: when the question is asked; both aware. `indication`: the technical
    verdict. `mechanisms`: what was found at hand for this signature. `admit_illustrative`: use instruments of the
    model space too (demonstrations and simulations only).
    """

    forum: str
    homes: tuple[str, ...]
    signature_time: datetime
    evaluation_time: datetime
    indication: Indication
    level: SignatureLevel | None
    mechanisms: frozenset[Mechanism] = frozenset()
    signer: PartyKind | None = None
    relying: PartyKind | None = None
    document: DocumentKind | None = None
    admit_illustrative: bool = False

    def __post_init__(self) -> None:
        if self.signature_time.tzinfo is None or self.evaluation_time.tzinfo is None:
            raise ValueError("recognition needs aware times")


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The legal basis of a recognition, as a report cites it."""

    instrument: str
    title: str
    citation: str
    article: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Consideration:
    """One instrument against the question: `level` it would give (None when it does not apply), reasons why not."""

    instrument: str
    home: str
    applicability: Applicability
    level: SignatureLevel | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionAnswer:
    """The second axis of a verdict. `basis` and `level` are set exactly when the decision is RECOGNISED."""

    forum: str
    decision: RecognitionDecision
    level: SignatureLevel | None = None
    basis: Basis | None = None
    reasons: tuple[Reason, ...] = ()
    considered: tuple[Consideration, ...] = ()
