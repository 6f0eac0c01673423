"""What every part of this room works with: the platform's parts, the profiles, and where things are published."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from ca.profile import Profile
from ops.platform.audit import AuditLog
from ops.platform.clock import Clock
from ops.platform.database import Database
from ops.platform.keys import KeyStore


def _no_step(_name: str) -> None:
    """The usual hook: nothing happens between the steps."""


@dataclass(frozen=True, slots=True)
class Urls:
    """Addresses that certificates carry. `base` is where the responders are reached, `disclosure` where disclosure
    statements stand, which has to be https (EN 319 412-5 4.3.4); both without a final slash."""

    base: str
    disclosure: str

    def crl(self, authority: str) -> str:
        """Distribution point of an authority's list."""
        return f"{self.base}/crl/{authority}.crl"

    def ocsp(self) -> str:
        """The responder of all authorities."""
        return f"{self.base}/ocsp"

    def certificate(self, authority: str) -> str:
        """An authority's own certificate, DER."""
        return f"{self.base}/aia/{authority}.cer"

    def bundle(self, authority: str) -> str:
        """All certificates that certify an authority, as a certs-only CMS (RFC 5280 4.2.2.1)."""
        return f"{self.base}/aia/{authority}.p7c"

    def disclosure_statement(self, authority: str, language: str) -> str:
        """The PKI disclosure statement of an authority in a language."""
        return f"{self.disclosure}/{authority}/{language}.pdf"


@dataclass(frozen=True, slots=True)
class Room:
    """The parts, injected. `step` is called with a name between the steps of issuance, for tests that stop there.

    `witness` is a second clock that the first is compared with; `clock_tolerance` bounds both that difference and how
    far the clock may stand behind the audit log's last signed head.
    """

    database: Database
    keys: KeyStore
    audit: AuditLog
    clock: Clock
    profiles: Mapping[str, Profile]
    urls: Urls
    witness: Clock | None = None
    clock_tolerance: timedelta = timedelta(minutes=5)
    crl_lifetime: timedelta = timedelta(days=7)
    ocsp_lifetime: timedelta = timedelta(hours=24)
    step: Callable[[str], None] = field(default=_no_step)
