"""What a rule is, and what a policy says about it (EN 319 102-1 clause 5.1.4.2, ETSI TS 119 172-1 annex A).

A rule is data: what it asks, under which clause, in which contexts, how much it weighs when a policy says nothing. A
policy gives a rule a level per context; the judgement evaluates every rule whose level is not IGNORE.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from policies.vocabulary import Severity, SubIndication

Value = tuple[str, ...] | int


class Level(StrEnum):
    """What a rule that does not hold leads to: the clause's sub-indication, a warning, a note, nothing at all."""

    FAIL = "fail"
    WARN = "warn"
    INFORM = "inform"
    IGNORE = "ignore"

    @property
    def severity(self) -> Severity:
        """The weight of the reasons that the rule gives at this level."""
        return _SEVERITY[self]

    @property
    def weight(self) -> int:
        """0 for IGNORE up to 3 for FAIL."""
        return _WEIGHT[self]


_SEVERITY = {Level.FAIL: Severity.ERROR, Level.WARN: Severity.WARNING}
_SEVERITY |= {Level.INFORM: Severity.INFORMATION, Level.IGNORE: Severity.INFORMATION}
_WEIGHT = {level: weight for weight, level in enumerate((Level.IGNORE, Level.INFORM, Level.WARN, Level.FAIL))}


class RuleContext(StrEnum):
    """For what the object that a rule looks at is relied on."""

    SIGNATURE = "signature"
    COUNTER_SIGNATURE = "counter-signature"
    TIME_STAMP = "time-stamp"
    REVOCATION = "revocation-data"
    EVIDENCE_RECORD = "evidence-record"
    TRUST_LIST = "trust-list"


class Position(StrEnum):
    """Which certificate of a path a rule is about; the trust anchor is none of them."""

    SIGNING = "signing-certificate"
    CA = "ca-certificate"


class Kind(StrEnum):
    """Type of a parameter: a list of texts, a whole number, a duration in whole seconds."""

    TEXTS = "texts"
    NUMBER = "number"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A value that a rule needs. `default` None means that a policy which evaluates the rule has to give it."""

    name: str
    kind: Kind
    default: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a value was written: file (relative to the shipped data, or as the caller named it) and line from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a policy says about one rule in one context. `parameters` are (name, value), sorted; `source` is the law,
    clause or choice that the policy gives for it, empty where the definition's own clause is the source."""

    level: Level
    parameters: tuple[tuple[str, Value], ...] = ()
    origin: Origin
    source: str = ""

    def texts(self, name: str = "values") -> tuple[str, ...]:
        """A parameter that is a list of texts; empty when it is not set."""
        found = dict(self.parameters).get(name, ())
        return found if isinstance(found, tuple) else ()

    def number(self, name: str) -> int | None:
        """A parameter that is a number or a duration in seconds; None when it is not set."""
        found = dict(self.parameters).get(name)
        return found if isinstance(found, int) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `id` is stable: building block, certificate of the path where it is about one, name. `check` names the
    function that evaluates it, None for the rules that a building block evaluates itself because the standard leaves
    no choice (`mandatory`: no policy can set them below FAIL). `sub_indication` is what FAIL leads to, None where the
    reasons themselves say it. `reasons` are the codes it can give. `excludes` names a rule that asks the opposite."""

    id: str
    block: str
    title: str
    clause: str
    contexts: tuple[RuleContext, ...]
    position: Position | None = None
    check: str | None = None
    mandatory: bool = False
    sub_indication: SubIndication | None = None
    reasons: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    defaults: Mapping[RuleContext, Setting] = field(hash=False)
    excludes: str | None = None

    def parameter(self, name: str) -> Parameter | None:
        """The declaration of a parameter, None when the rule has none of that name."""
        return next((item for item in self.parameters if item.name == name), None)
