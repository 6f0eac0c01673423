"""What the certificate authority does: one object over database, key store, audit log and clock.

Every method is one action: done and durable when it returns, or refused with an error of `ca.errors` and nothing left
half-done.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlmodel import Session, col, select

from ca import approval, authorities, crl, crossing, foreign, issuance, preparation, publication, recovery, status
from ca.crossing import Dates, ForeignCa
from ca.errors import CaError
from ca.facts import authority_row, view
from ca.group import GroupCommit
from ca.models import AuthorityRow, CertificateRow
from ca.orders import Order, order_of
from ca.preparation import Prepared
from ca.profile import Profile, shipped_profiles
from ca.records import certificate_view
from ca.responder import OcspService, create_responder, responders_due
from ca.room import Room, Urls
from ca.token import IssuanceToken
from ca.values import (
    AuthorityView,
    BlastRadius,
    CertificateRequest,
    CertificateView,
    Crl,
    CrossTerms,
    Issued,
    NewAuthority,
    RevocationReason,
)
from ops.platform.audit import AuditLog
from ops.platform.clock import Clock
from ops.platform.database import Database
from ops.platform.installation import Installation
from ops.platform.keys import KeyStore

_T = TypeVar("_T")
_DISCLOSURE = "https://pds.example.org"


class CertificateAuthority:
    """All authorities of one installation.

    `base_url` is where the responders are reached (no final slash), `disclosure_url` where disclosure statements stand,
    https. `witness` is a second clock; `step` is called between the steps of issuance, for tests that stop there.
    Threads may share one object; the audit log has to exist already.
    """

    def __init__(
        self,
        database: Database,
        keys: KeyStore,
        audit: AuditLog,
        clock: Clock,
        base_url: str,
        *,
        disclosure_url: str = _DISCLOSURE,
        profiles: Mapping[str, Profile] | None = None,
        witness: Clock | None = None,
        clock_tolerance: timedelta = timedelta(minutes=5),
        crl_lifetime: timedelta = timedelta(days=7),
        ocsp_lifetime: timedelta = timedelta(hours=24),
        step: Callable[[str], None] | None = None,
    ) -> None:
        self._room = Room(
            database=database,
            keys=keys,
            audit=audit,
            clock=clock,
            profiles=profiles if profiles is not None else shipped_profiles(),
            urls=Urls(base_url.rstrip("/"), disclosure_url.rstrip("/")),
            witness=witness,
            clock_tolerance=clock_tolerance,
            crl_lifetime=crl_lifetime,
            ocsp_lifetime=ocsp_lifetime,
            step=step or (lambda _name: None),
        )
        self._ocsp = OcspService(self._room)
        self._group = GroupCommit(lambda orders: issuance.issue_at_once(self._room, orders))

    @classmethod
    def of(cls, installation: Installation) -> "CertificateAuthority":
        """The authorities of an open installation, under its own settings: what every command and the server use."""
        return cls(
            installation.database,
            installation.keys,
            installation.audit,
            installation.clock,
            installation.settings.base_url,
            clock_tolerance=installation.settings.clock_skew,
        )

    def now(self) -> datetime:
        """The moment of the injected clock."""
        return self._room.clock.now()

    @property
    def profiles(self) -> Mapping[str, Profile]:
        """The loaded profiles by name."""
        return self._room.profiles

    # Authorities

    def create_authority(self, new: NewAuthority) -> AuthorityView:
        """Create an authority with its key and its certificate, self-signed or by its parent."""
        self.issue(self.prepare_authority(new).token)
        return self.authority(new.name)

    def prepare_authority(self, new: NewAuthority) -> Prepared:
        """As `create_authority`, but leave the certificate to be approved and issued."""
        return self._audited(new.name, lambda: authorities.prepare_authority(self._room, new))

    def authority(self, name: str) -> AuthorityView:
        """One authority. Raises UnknownAuthorityError."""
        with self._room.database.read() as session:
            return view(self._room, session, authority_row(session, name))

    def authorities(self) -> tuple[AuthorityView, ...]:
        """All authorities in order of creation."""
        with self._room.database.read() as session:
            rows = session.exec(select(AuthorityRow).order_by(col(AuthorityRow.id))).all()
            return tuple(view(self._room, session, row) for row in rows)

    def policies(self, jurisdiction: str, profile: str | None = None) -> tuple[str, ...]:
        """The policy OIDs of a profile under a jurisdiction, or of all its end-entity profiles."""
        if profile is None:
            return authorities.policies_below(self._room, jurisdiction)
        return self._room.profiles[profile].policies_for(jurisdiction)

    # Issuance

    def prepare(self, request: CertificateRequest) -> Prepared:
        """Check a request, reserve its serial, build and lint the certificate; nothing is signed yet."""
        return _one(self.prepare_batch([request]))

    def prepare_batch(self, requests: Sequence[CertificateRequest]) -> list[Prepared | CaError]:
        """Prepare many in one transaction; for each what was prepared or why it was refused."""
        outcomes: list[Prepared | CaError | None] = []
        orders: list[Order] = []
        for request in requests:
            try:
                orders.append(self._audited(request.authority, partial(order_of, self._room, request)))
                outcomes.append(None)
            except CaError as error:
                outcomes.append(error)
        prepared = iter(preparation.prepare(self._room, orders) if orders else [])
        return [next(prepared) if outcome is None else outcome for outcome in outcomes]

    def prepare_cross(
        self,
        issuer: str,
        subject: str | ForeignCa,
        terms: CrossTerms,
        *,
        profile: str = "cross",
        dates: Dates = (None, None),
        requested_by: str = "operator",
    ) -> Prepared:
        """Prepare a cross-certificate; `subject` is an authority's name, a foreign CA's self-signed certificate, or its
        (name, certification request)."""
        return self._audited(
            issuer,
            lambda: crossing.prepare_cross(
                self._room, issuer, subject, terms, profile=profile, dates=dates, requested_by=requested_by
            ),
        )

    def prepare_link(self, old: str, new: str, *, requested_by: str = "operator") -> tuple[Prepared, Prepared]:
        """Prepare the link certificates of a rollover: (new key under old, old key under new)."""
        return self._audited(new, lambda: crossing.prepare_link(self._room, old, new, requested_by=requested_by))

    def register_approver(self, name: str, spki: bytes) -> None:
        """Let somebody approve; `spki` is the DER of their own public key."""
        approval.register_approver(self._room, name, spki)

    def retire_approver(self, name: str) -> None:
        """Let somebody approve no more."""
        approval.retire_approver(self._room, name)

    def approve(self, certificate_id: int, approver: str, signature: bytes) -> None:
        """Record an approval: a signature by the approver's key over `Prepared.tbs`."""
        approval.approve(self._room, certificate_id, approver, signature)

    def issue(self, token: IssuanceToken) -> Issued:
        """Redeem a token: the only way to a signed certificate."""
        return issuance.issue(self._room, [token])[0]

    def issue_batch(self, tokens: Sequence[IssuanceToken]) -> list[Issued]:
        """Redeem many tokens with two commits in all; all are issued or none."""
        return issuance.issue(self._room, tokens) if tokens else []

    def issue_now(self, request: CertificateRequest) -> Issued:
        """Prepare and issue, for profiles without approvals; calls from many threads share their commits."""
        order = self._audited(request.authority, partial(order_of, self._room, request))
        return self._group.issue_now(order)

    def reopen(self, certificate_id: int) -> Prepared:
        """A prepared certificate with a fresh token, in another process or after a restart."""
        return issuance.reopen(self._room, certificate_id)

    def discard(self, certificate_id: int, why: str) -> None:
        """Give up a prepared certificate; its serial is never used again."""
        recovery.discard(self._room, certificate_id, why)

    def recover(self, *, older_than: timedelta = timedelta(minutes=5)) -> tuple[tuple[str, int], ...]:
        """Void what a stopped process left; (issuer, serial) of each. Run at start and now and then."""
        return recovery.recover(self._room, older_than=older_than)

    def receive_certificate(self, name: str, certificate: bytes) -> None:
        """Keep a cross-certificate that somebody else issued for one of our authorities, to publish it."""
        self._audited(name, lambda: foreign.receive_certificate(self._room, name, certificate))

    # Status

    def revoke(
        self,
        issuer: str,
        serial: int,
        reason: RevocationReason,
        *,
        grounds: str,
        actor: str = "operator",
        invalidity_date: datetime | None = None,
    ) -> None:
        """Revoke one certificate for good."""
        status.revoke(self._room, issuer, serial, reason, grounds=grounds, actor=actor, invalidity_date=invalidity_date)

    def suspend(self, issuer: str, serial: int, *, grounds: str, actor: str = "operator") -> None:
        """Suspend one certificate until it is released or revoked."""
        status.suspend(self._room, issuer, serial, grounds=grounds, actor=actor)

    def release(self, issuer: str, serial: int, *, grounds: str, actor: str = "operator") -> None:
        """End a suspension."""
        status.release(self._room, issuer, serial, grounds=grounds, actor=actor)

    def blast_radius(self, name: str) -> BlastRadius:
        """What revoking an authority would end; nothing is done."""
        with self._room.database.read() as session:
            return status.blast_radius(session, name, self._room.clock.now())

    def revoke_authority(
        self, name: str, reason: RevocationReason, *, grounds: str, confirmed: BlastRadius, actor: str = "operator"
    ) -> BlastRadius:
        """Revoke every certificate of an authority, after its present blast radius was shown and confirmed."""
        return status.revoke_authority(self._room, name, reason, grounds=grounds, actor=actor, confirmed=confirmed)

    def block_key(self, spki_hash: str, *, grounds: str, actor: str = "operator") -> int:
        """Never certify a key again and revoke what holds it; how many certificates were revoked."""
        return status.block_key(self._room, spki_hash, grounds=grounds, actor=actor)

    def certificate(self, issuer: str, serial: int) -> CertificateView:
        """A certificate's record with status and history. Raises UnknownCertificateError."""
        with self._room.database.read() as session:
            return certificate_view(session, status.certificate_row(session, issuer, serial))

    def certificates(self, issuer: str, *, limit: int = 1000) -> tuple[CertificateView, ...]:
        """The newest certificates of an issuer, newest first, with their status."""
        with self._room.database.read() as session:
            row = authority_row(session, issuer)
            found = session.exec(
                select(CertificateRow)
                .where(CertificateRow.issuer_id == row.id)
                .order_by(col(CertificateRow.id).desc())
                .limit(limit)
            ).all()
            return tuple(certificate_view(session, one) for one in found)

    # Publication

    def publish_crl(self, name: str, *, lifetime: timedelta | None = None, above: int = 0) -> Crl:
        """Sign and store a new list."""
        return crl.publish_crl(self._room, name, lifetime=lifetime, above=above)

    def crl(self, name: str) -> Crl:
        """The newest list; StaleStatusError when it is past its next update."""
        return crl.latest_crl(self._room, name)

    def publish_due(self) -> tuple[str, ...]:
        """Renew every list and responder that is due; the names of the authorities whose list was renewed."""
        for name in responders_due(self._room):
            self.create_responder(name)
        names = crl.due(self._room)
        for name in names:
            self.publish_crl(name)
        return names

    def create_responder(self, name: str, *, key_algorithm: str | None = None) -> Issued:
        """Make a delegated OCSP responder for an authority; see `ca.responder.create_responder` for its key."""
        return create_responder(self._room, name, key_algorithm=key_algorithm)

    def ocsp(self, request: bytes) -> bytes:
        """The OCSP response to a request, both DER."""
        return self._ocsp.answer(request)

    def ocsp_with_expiry(self, request: bytes) -> tuple[bytes, datetime | None]:
        """The OCSP response and until when it may be cached."""
        return self._ocsp.answer_with_expiry(request)

    def aia_certificate(self, name: str) -> bytes:
        """The authority's own certificate, DER."""
        return publication.own(self._room, name)

    def certifying(self, name: str) -> tuple[bytes, ...]:
        """Every valid certificate that certifies the authority, DER: own, link, cross, received."""
        return publication.certifying(self._room, name)

    def cross_certificates(self) -> tuple[bytes, ...]:
        """Every valid cross-certificate that this installation issued, DER."""
        return publication.crossed(self._room)

    def aia_bundle(self, name: str) -> bytes:
        """`certifying` as a certs-only CMS, DER."""
        return publication.bundle(self.certifying(name))

    def _audited(self, subject: str, action: Callable[[], _T]) -> _T:
        """Run an action and put its refusal on record."""
        try:
            return action()
        except CaError as error:
            refused = {"code": error.code, "sentence": error.sentence}

            def work(session: Session) -> None:
                self._room.audit.append(session, "ca.request.refused", subject[:200] or "-", refused)

            self._room.database.run_write(work)
            raise


def _one(outcomes: list[_T | CaError]) -> _T:
    if isinstance(outcomes[0], CaError):
        raise outcomes[0]
    return outcomes[0]
