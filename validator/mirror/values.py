"""What the status mirror gives out: sources as they stand, and evidence with its age."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from validator.revocation.types import RevocationEvidence


class SourceKind(StrEnum):
    """What a source gives."""

    CRL = "crl"
    OCSP = "ocsp"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One source as it stands. `age` is the time since what is in use was issued, None when nothing was received;
    `stale` says that newer information was due (or that it never said when). Times are aware UTC."""

    id: int
    kind: SourceKind
    url: str
    label: str
    active: bool
    due_at: datetime
    attempted_at: datetime | None
    succeeded_at: datetime | None
    failures: int
    error_code: str | None
    error_sentence: str | None
    current: str | None
    crl_number: int | None
    this_update: datetime | None
    next_update: datetime | None
    age: timedelta | None
    stale: bool

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON; the age in seconds."""
        return {
            "id": self.id,
            "kind": str(self.kind),
            "url": self.url,
            "label": self.label,
            "active": self.active,
            "due": self.due_at.isoformat(),
            "attempted": _text(self.attempted_at),
            "succeeded": _text(self.succeeded_at),
            "failures": self.failures,
            "error": self.error_code,
            "errorSentence": self.error_sentence,
            "sha256": self.current,
            "crlNumber": None if self.crl_number is None else str(self.crl_number),
            "thisUpdate": _text(self.this_update),
            "nextUpdate": _text(self.next_update),
            "ageSeconds": None if self.age is None else int(self.age.total_seconds()),
            "stale": self.stale,
        }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class MirroredObject:
    """A CRL or OCSP response from the mirror: SHA-256 (hex), where it came from, when it was received and issued,
    and what was wrong when its source was last asked (None when nothing)."""

    sha256: str
    kind: SourceKind
    url: str
    fetched_at: datetime
    this_update: datetime
    age: timedelta
    stale: bool
    error_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MirroredEvidence:
    """Evidence to judge with, and where each piece comes from."""

    evidence: RevocationEvidence
    objects: tuple[MirroredObject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionReport:
    """What one round of collection did: how many sources gave something new, had nothing new, and failed."""

    renewed: int = 0
    unchanged: int = 0
    failed: int = 0

    @property
    def asked(self) -> int:
        """How many sources were asked."""
        return self.renewed + self.unchanged + self.failed
