"""One question about one certificate, and the checks of time and freshness that every source shares."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from policies.reasons import Reason
from validator.path.certificate import Certificate
from validator.path.reliable import unreliable_use
from validator.revocation.context import StatusContext
from validator.revocation.types import RevocationEvidence

if TYPE_CHECKING:
    from validator.revocation.signers import Signer

MAX_SIGNATURE_CHECKS = 400

COMPROMISE = frozenset({1, 2, 10})
"""Reason codes that say that a key came into wrong hands: keyCompromise, cACompromise, aACompromise."""


class Question:
    """Status of `certificate`, issued by `issuer`, at `at`. `notes` collects why offered evidence was not used,
    `crl_signers` remembers by SHA-256 (hex) who signed a CRL, `delegates` (once it is asked for) the issuer's OCSP
    responders at hand by the SHA-1 of their keys."""

    __slots__ = (
        "_checks",
        "at",
        "certificate",
        "context",
        "crl_signers",
        "delegates",
        "dsa_parameters",
        "evidence",
        "issuer",
        "notes",
    )

    def __init__(
        self,
        certificate: Certificate,
        issuer: Certificate,
        at: datetime,
        evidence: RevocationEvidence,
        context: StatusContext,
        dsa_parameters: bytes | None = None,
    ) -> None:
        self.certificate = certificate
        self.issuer = issuer
        self.at = at
        self.evidence = evidence
        self.context = context
        self.dsa_parameters = dsa_parameters
        self.notes: list[Reason] = []
        self.crl_signers: dict[str, Signer | None] = {}
        self.delegates: dict[bytes, list[Certificate]] | None = None
        self._checks = 0

    def note(self, code: str, /, **params: object) -> None:
        """Remember why a piece of evidence was not used."""
        self.notes.append(Reason.of(code, **params))

    def may_check(self) -> bool:
        """One more signature may be computed for this question; a flood of evidence ends here."""
        if self._checks < MAX_SIGNATURE_CHECKS:
            self._checks += 1
            return True
        self.note("TS-REV-LIMIT", limit=MAX_SIGNATURE_CHECKS)
        return False

    def issued_in_time(self, source: str, this_update: datetime) -> bool:
        """The source was issued by the moment up to which evidence may be known."""
        limit = self.context.known_until
        if this_update <= (self.at if limit is None else max(limit, self.at)):
            return True
        self.note("TS-REV-NOT-YET-ISSUED", source=source, issued=this_update.isoformat())
        return False

    def signer_time(self, issued: datetime) -> datetime:
        """The moment at which who signed a source at `issued` has to be relied on: not before the asked time, and not
        later than anything may be known."""
        return max(self.at, min(issued, self.context.known_until or self.at))

    def fresh(self, this_update: datetime, next_update: datetime | None, *, undated: timedelta | None = None) -> bool:
        """EN 319 102-1 5.2.5: issued later than the asked time less the longest age, which is the policy's or else
        nextUpdate − thisUpdate; what was issued at the asked time or later is fresh in any case. `undated` is the age
        up to which a source without nextUpdate is."""
        if this_update >= self.at:
            return True
        if self.context.freshness is not None:
            return self.at - this_update < self.context.freshness
        if next_update is None:
            return undated is not None and self.at - this_update <= undated
        return self.at < next_update

    def effective(self, revoked: datetime, reason_code: int | None, invalidity: datetime | None) -> datetime:
        """The moment from which on the certificate counts as revoked. For a compromised key that is the invalidity
        date when it is earlier (RFC 5280 5.3.2): signatures in between may be anybody's."""
        if invalidity is not None and reason_code in COMPROMISE and invalidity < revoked:
            return invalidity
        return revoked

    def revoked_at(self, this_update: datetime, since: datetime) -> bool:
        """Whether a source that lists the certificate makes it revoked at the asked time. A source issued by then
        does (RFC 5280 6.3.3 (i), (j)); a later one only when the revocation goes back that far."""
        return this_update <= self.at or since <= self.at

    def outlived(self, this_update: datetime, kept_from: datetime | None) -> bool:
        """The certificate had expired when the source was issued, and the source does not promise to keep such
        certificates; then its silence says nothing (EN 319 102-1 5.2.6, X.509 9.5.2.8, RFC 6960 4.4.4)."""
        expired = this_update > self.certificate.not_after
        return expired and (kept_from is None or self.certificate.not_after < kept_from)

    def algorithm_accepted(self, source: str, algorithm: bytes, spki: bytes) -> bool:
        """The algorithms of the source's signature are reliable at the asked time."""
        policy = self.context.algorithms
        if policy is None:
            return True
        use = unreliable_use(algorithm, spki, policy, self.at)
        if use is not None:
            self.note("TS-REV-ALGORITHM", source=source, algorithm=use.name, bits=use.bits)
        return use is None

    def admitted(self, kind: str, source: str, faults: tuple[str, ...]) -> tuple[Reason, ...] | None:
        """The leniencies that the faults need, as reasons; None when one of them is not granted."""
        if not faults:
            return ()
        refused = [fault for fault in faults if f"{kind}-{fault}" not in self.context.leniencies]
        for fault in refused:
            self.note("TS-REV-PROFILE", kind=kind, source=source, rule=fault)
        if refused:
            return None
        return tuple(Reason.of("TS-REV-LENIENCY", leniency=f"{kind}-{fault}", source=source) for fault in faults)
