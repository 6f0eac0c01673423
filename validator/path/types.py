"""What the path engine is asked and what it answers: frozen values shared by the command line and the judge.

The engine is pure. Fetching (AIA, SIA) is a callable that the caller may hand in; without it nothing is fetched.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from policies.algorithms import AlgorithmPolicy
from policies.reasons import Reason
from validator.path.certificate import Certificate
from validator.revocation.types import RevocationEvidence, StatusAnswer

MINIMAL_SECONDS = 0.25


class RevocationMode(StrEnum):
    """How much revocation information a path needs."""

    REQUIRE = "require"
    IF_DECLARED = "if-declared"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ExpectedName:
    """A name the end entity must carry: kind dns, ip, email, uri or dn, value as text (dn: RFC 4514)."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class TrustAnchor:
    """A trust anchor by certificate. `sunset` is the date after which it no longer anchors (EN 319 102-1 5.2.6)."""

    certificate: Certificate
    sunset: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSettings:
    """The inputs of RFC 5280 §6.1.1 and the limits of the search. `None` means "no constraint".

    `undated_seconds` is the age up to which an OCSP response without nextUpdate is recent enough when no other age is
    set, None for no such age (EN 319 102-1 5.2.5); `produced_later` admits OCSP responses that were signed after the
    asked time about a time before it; `known_until` is the moment up to which revocation evidence may have
    been issued, None for the asked time itself; `deadline_seconds` are seconds of processor time.
    """

    initial_policies: frozenset[str] | None = None
    require_explicit_policy: bool = False
    inhibit_policy_mapping: bool = False
    inhibit_any_policy: bool = False
    revocation: RevocationMode = RevocationMode.REQUIRE
    anchor_constraints: bool = False
    anchor_expiry: bool = False
    anchor_basic_constraints: bool = False
    max_depth: int | None = None
    eku: frozenset[str] | None = None
    key_usage: frozenset[str] | None = None
    names: tuple[ExpectedName, ...] = ()
    leniencies: frozenset[str] = frozenset()
    algorithms: AlgorithmPolicy | None = None
    freshness_seconds: int | None = None
    undated_seconds: int | None = None
    produced_later: bool = False
    known_until: datetime | None = None
    check_leaf_validity: bool = True
    max_steps: int = 20_000
    max_signature_checks: int = 12_000
    deadline_seconds: float = 0.6


class PathRequest(NamedTuple):
    """One question: may `leaf` be relied on at `at`, starting from `anchors`."""

    leaf: Certificate
    anchors: tuple[TrustAnchor, ...]
    pool: tuple[Certificate, ...]
    evidence: RevocationEvidence
    at: datetime
    settings: PathSettings
    fetch: Callable[[str], bytes | None] | None = None

    def within(self, spent: float) -> "PathRequest":
        """The same question with `spent` seconds of its processor time already used up; some always remain."""
        left = max(self.settings.deadline_seconds - spent, MINIMAL_SECONDS)
        return self._replace(settings=replace(self.settings, deadline_seconds=left))


class CandidatePath(NamedTuple):
    """A path that was looked at: certificates leaf first, anchor last; why it was dropped (empty when it stands)."""

    certificates: tuple[Certificate, ...]
    reasons: tuple[Reason, ...]
    statuses: tuple[StatusAnswer, ...] = ()


class PathOutcome(NamedTuple):
    """The answer. `certificates` is leaf first, anchor last: the accepted path, or the best rejected one.

    `statuses[i]` is the revocation answer for `certificates[i]` (no entry for the anchor). `policies` is the
    user-constrained policy set (RFC 5280 §6.1.6), `("2.5.29.32.0",)` for any. `qualifiers` are the policy
    qualifiers to display. `leniencies` names every tolerance that was needed.
    """

    valid: bool
    certificates: tuple[Certificate, ...]
    reasons: tuple[Reason, ...]
    policies: tuple[str, ...] = ()
    qualifiers: tuple[tuple[str, bytes], ...] = ()
    statuses: tuple[StatusAnswer, ...] = ()
    leniencies: tuple[str, ...] = ()
    explored: int = 0
    candidates: tuple[CandidatePath, ...] = ()
