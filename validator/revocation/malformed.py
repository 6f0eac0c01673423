"""What stands in for a CRL or an OCSP response whose octets have no readable structure."""

from dataclasses import dataclass

from policies.reasons import Reason


@dataclass(frozen=True, slots=True)
class MalformedEvidence:
    """Octets that were offered as evidence and are not it. `kind` is "crl" or "ocsp", `sha256` hex of the octets
    (empty when they were too many to look at), `reason` names the broken rule and the octet where it broke."""

    kind: str
    sha256: str
    reason: Reason

    @classmethod
    def of(cls, kind: str, sha256: str, rule: str, offset: int) -> "MalformedEvidence":
        """The value for one broken rule."""
        return cls(kind, sha256, Reason.of("TS-REV-MALFORMED", kind=kind, sha256=sha256, rule=rule, offset=offset))

    @classmethod
    def too_large(cls, kind: str, size: int, limit: int) -> "MalformedEvidence":
        """The value for what is not even looked at, and therefore has no hash."""
        return cls(kind, "", Reason.of("TS-REV-TOO-LARGE", kind=kind, size=size, limit=limit))
