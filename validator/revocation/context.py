"""What a revocation check needs from the path engine and from the policy: one frozen value.

The engine is asked back for one thing only: whether the certificate that signed a CRL or an OCSP response is itself
to be relied on (RFC 5280 6.3.3 (f), RFC 6960 4.2.2.2). `pending` breaks the circle that arises when a CRL issuer's
own status stands on the very CRL it signs: a signer that is being validated further up is taken as it is there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from policies.algorithms import AlgorithmPolicy
from policies.reasons import Reason
from validator.path.certificate import Certificate
from validator.path.name import Name
from validator.revocation.memory import SIGNATURES, SignatureMemory


class SignerPurpose(StrEnum):
    """What the signer's certificate has to be good for."""

    CRL = "crl"
    OCSP = "ocsp"


@dataclass(frozen=True, slots=True)
class SignerVerdict:
    """Whether a signer may be relied on. `path` names the certificates (SHA-256 hex, signer first)."""

    trusted: bool
    path: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


class PathEngine(Protocol):
    """What the path engine does for a revocation check."""

    def certificates_of(self, subject: Name) -> Iterable[Certificate]:
        """Certificates at hand (pool, anchors, found by fetching) whose subject is `subject`."""
        ...

    def certificates_issued_by(self, issuer: Name) -> Iterable[Certificate]:
        """Certificates at hand whose issuer is `issuer`; a responder may be known by its key alone."""
        ...

    def validate_signer(
        self, certificate: Certificate, purpose: SignerPurpose, at: datetime, context: "StatusContext"
    ) -> SignerVerdict:
        """Whether a path from `certificate` leads to the trust anchor of the path under validation, at `at`.

        Key usage and extended key usage of the signer are checked by the caller of this method. The engine uses
        `context` for the status questions of that path, because it says which signers are pending. Verdicts obtained
        while anything is pending must not be remembered beyond the question.
        """
        ...


def any_time() -> None:
    """No limit."""


class StatusContext(NamedTuple):
    """Everything besides the certificate, its issuer, the time and the evidence.

    `known_until` is the moment up to which evidence may have been issued: None means the asked time itself, a later
    moment lets evidence of the present answer for a time in the past. `freshness` is the policy's longest age of
    evidence, None for nextUpdate − thisUpdate (EN 319 102-1 5.2.5). `leniencies` are the tolerances that the
    jurisdiction grants (`crl-…`, `ocsp-…`). `nonce` is what the OCSP request carried, None when the response was not
    asked for here. `undated` is the age up to which an OCSP response without nextUpdate is recent enough (RFC 6960 2.4,
    3.2 (5)), None when the policy knows of none. `produced_later` admits a response that was signed after the moment
    above, as long as what it states is not of after it (RFC 6960 4.2.2.1). `trusted_responders` are SHA-256 (hex) of
    OCSP responder certificates that a trust list vouches for (RFC 6960 2.2, "Trusted Responder"). `algorithms` None
    means that any algorithm that verifies is admitted. `in_time` is called before each piece of evidence is looked at;
    what it raises ends it.
    """

    engine: PathEngine
    signatures: SignatureMemory = SIGNATURES
    algorithms: AlgorithmPolicy | None = None
    freshness: timedelta | None = None
    known_until: datetime | None = None
    leniencies: frozenset[str] = frozenset()
    nonce: bytes | None = None
    undated: timedelta | None = None
    produced_later: bool = False
    trusted_responders: frozenset[str] = frozenset()
    pending: frozenset[str] = frozenset()
    in_time: Callable[[], None] = any_time

    def within(self, certificate: Certificate) -> "StatusContext":
        """This context while `certificate` is validated as a signer."""
        return self._replace(pending=self.pending | {certificate.fingerprint}, nonce=None)
