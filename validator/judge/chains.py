"""The small interface through which the judgement asks about certificates, paths and revocation.

The judgement itself knows certificates only by name (SHA-256, or whatever a source of facts uses). One implementation
asks the path and revocation engines over the stored octets; another may read the same answers out of recorded facts.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from policies.algorithms import AlgorithmUse
from policies.jurisdictions import CertificateClaims
from policies.reasons import Reason
from validator.evidence import AnchorFacts
from validator.revocation.types import StatusAnswer


class Purpose(StrEnum):
    """For what a certificate is to be relied on; the words are those of AnchorFacts.purposes."""

    SIGNATURE = "signature"
    TIME_STAMP = "time-stamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What the judgement reads in a certificate. Names are text for people; `key_usage` None when the extension is
    absent; `extensions` and those of them that are critical by OID; `issuer_access` and `revocation_access` say that
    it tells where its issuer's certificate and its revocation status are found."""

    name: str
    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    country: str | None = None
    common_name: str | None = None
    given_name: str | None = None
    surname: str | None = None
    pseudonym: str | None = None
    identifier: str | None = None
    organisation: str | None = None
    organisation_identifier: str | None = None
    ca: bool = False
    self_issued: bool = False
    key_usage: frozenset[str] | None = None
    extended_key_usage: frozenset[str] | None = None
    extended_key_usage_critical: bool = False
    private_key_period: tuple[datetime | None, datetime | None] | None = None
    claims: CertificateClaims = field(default_factory=CertificateClaims)
    extensions: frozenset[str] = frozenset()
    critical_extensions: frozenset[str] = frozenset()
    issuer_access: bool = False
    revocation_access: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFacts:
    """The best path for a certificate at a time: names leaf first; `anchor` when it ends in one (the last name);
    `valid` says that RFC 5280 clause 6 holds, the leaf's own validity and all revocation aside unless asked."""

    certificates: tuple[str, ...]
    valid: bool
    anchor: AnchorFacts | None = None
    reasons: tuple[Reason, ...] = ()
    policies: tuple[str, ...] = ()
    leniencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one CRL or OCSP response alone says about a certificate, at the time at which it was issued."""

    source: str
    answer: StatusAnswer


class Chains(Protocol):
    """Answers of fact; each is pure, so the same question has the same answer."""

    def certificate(self, name: str) -> CertificateFacts | None:
        """What stands in a certificate; None when it is not at hand or cannot be read."""
        ...

    def anchored(self, name: str, purpose: Purpose) -> AnchorFacts | None:
        """The anchor that this certificate itself is, None when it is none."""
        ...

    def path(self, leaf: str, at: datetime, purpose: Purpose, *, revocation: bool) -> PathFacts:
        """The best path from `leaf` to an anchor at `at`; with `revocation` only paths whose certificates are all
        known not to be revoked count as valid."""
        ...

    def unsound(self, leaf: str) -> tuple[Reason, ...]:
        """What is wrong with every way up from `leaf` among the certificates at hand, whoever may be trusted; empty
        when one is sound or no issuer is at hand."""
        ...

    def status(self, path: PathFacts, position: int, at: datetime, *, until: datetime | None = None) -> StatusAnswer:
        """Revocation status at `at` of the certificate at `position` of a path, from evidence issued by `until`
        (default: by `at`) whose signers lead to the anchor of the same path (RFC 5280 6.3.3 (f))."""
        ...

    def statements(self, path: PathFacts, position: int) -> tuple[Statement, ...]:
        """Every authentic statement about the certificate at `position`, oldest first."""
        ...

    def signature_uses(self, certificate: str, issuer: str | None) -> tuple[AlgorithmUse, ...]:
        """Algorithms of the signature on a certificate, by its issuer's key."""
        ...

    def evidence_uses(self, answer: StatusAnswer) -> tuple[AlgorithmUse, ...]:
        """Algorithms of the signature on the CRL or OCSP response that an answer rests on."""
        ...
