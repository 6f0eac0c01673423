"""The question of revocation and its answer: status at a time, known from what, fresh enough?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from policies.reasons import Reason
from validator.revocation.crl import CertificateList
from validator.revocation.malformed import MalformedEvidence
from validator.revocation.ocsp import OcspResponse


class Status(StrEnum):
    """What is known about a certificate at the asked time."""

    GOOD = "good"
    REVOKED = "revoked"
    ON_HOLD = "on-hold"
    STALE = "stale"
    UNKNOWN = "unknown"
    NOT_REQUIRED = "not-required"


@dataclass(frozen=True, slots=True)
class RevocationEvidence:
    """Everything offered: parsed CRLs and OCSP responses, in any order, for any certificate, from anyone.

    `malformed` is what was offered and could not be read; an answer that finds nothing usable names it.
    """

    crls: tuple[CertificateList, ...] = ()
    ocsps: tuple[OcspResponse, ...] = ()
    malformed: tuple[MalformedEvidence, ...] = ()

    @classmethod
    def of(cls, parsed: Iterable[CertificateList | OcspResponse | MalformedEvidence]) -> "RevocationEvidence":
        """Sort the results of `parse_crl` and `parse_ocsp` into their places."""
        items = tuple(parsed)
        return cls(
            tuple(item for item in items if isinstance(item, CertificateList)),
            tuple(item for item in items if isinstance(item, OcspResponse)),
            tuple(item for item in items if isinstance(item, MalformedEvidence)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusAnswer:
    """Status of one certificate at one time.

    `source` is the SHA-256 (hex) of the CRL or OCSP response that decided, `source_kind` "crl", "delta-crl" or
    "ocsp"; `this_update`/`next_update` are the source's. For REVOKED and ON_HOLD `revocation_time`, `reason_code`
    (RFC 5280 5.3.1 number, None when absent) and, where given, `invalidity_date`. `reasons` say what was looked at
    and why other evidence was not used. `signer_path` names (SHA-256 hex) the certificates that signed the source,
    signer first.
    """

    status: Status
    reasons: tuple[Reason, ...] = ()
    source: str | None = None
    source_kind: str | None = None
    this_update: datetime | None = None
    next_update: datetime | None = None
    revocation_time: datetime | None = None
    reason_code: int | None = None
    invalidity_date: datetime | None = None
    signer_path: tuple[str, ...] = ()
    fresh: bool = False
