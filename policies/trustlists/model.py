"""Trust services and lists with their history (ETSI TS 119 612 5.5 and 5.6), jurisdiction-neutral.

A status question is always asked for a moment: "granted then" counts, not "granted now" (TS 119 615).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise


class ServiceKind(StrEnum):
    """What a trust service does."""

    CA = "ca"
    QUALIFIED_CA = "qualified-ca"
    TSA = "tsa"
    QUALIFIED_TSA = "qualified-tsa"
    OCSP = "ocsp"
    CRL = "crl"
    TTP = "ttp"
    SIGNING = "signing"


class ServiceStatus(StrEnum):
    """Status of a service: only GRANTED lets others rely on it."""

    GRANTED = "granted"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPeriod:
    """A status from its first moment on (aware UTC), until the next one begins. `grounds` names the decision."""

    status: ServiceStatus
    start: datetime
    grounds: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustService:
    """One service of one provider. `certificates` are the DER certificates that identify it; `history` ascends by
    start. Raises ValueError when it does not, or is empty."""

    id: str
    provider: str
    name: str
    jurisdiction: str
    kind: ServiceKind
    certificates: tuple[bytes, ...]
    history: tuple[StatusPeriod, ...]

    def __post_init__(self) -> None:
        starts = [period.start for period in self.history]
        if not starts or any(earlier >= later for earlier, later in pairwise(starts)):
            raise ValueError(f"the status history of {self.id} must not be empty and must ascend")

    def status_at(self, at: datetime) -> ServiceStatus | None:
        """The status at `at` (a period's first moment belongs to it); None before the history begins."""
        found = None
        for period in self.history:
            if period.start <= at:
                found = period.status
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustList:
    """A list as published: `sequence` grows with each issue, `next_update` None means that the scheme has closed
    (TS 119 612 5.3.15). `digest` is the SHA-256 of the signed file, hexadecimal: its provenance in an Evidence."""

    jurisdiction: str
    operator: str
    sequence: int
    issued: datetime
    next_update: datetime | None
    services: tuple[TrustService, ...]
    digest: str

    def fresh_at(self, at: datetime) -> bool:
        """True from the issue up to and including `next_update`; a closed list is never fresh."""
        return self.next_update is not None and self.issued <= at <= self.next_update

    def services_granted_at(self, at: datetime, kind: ServiceKind) -> tuple[TrustService, ...]:
        """The services of a kind whose status was granted at `at`."""
        return tuple(
            item for item in self.services if item.kind is kind and item.status_at(at) is ServiceStatus.GRANTED
        )
