"""Issues what was prepared: the one way to a signed certificate (DESIGN section 4, issuance cycle).

`issue` redeems the tokens and records «signing» in one transaction, signs outside of any, and records the certificates
in a second. Whatever process dies at whatever point: nothing that was acknowledged is lost, and a serial that may have
been signed is on record before the key is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlmodel import Session

from ca.approval import require_approvals, too_few_approvals
from ca.clockguard import trusted_now
from ca.errors import CaError, SigningError, TokenError, UnknownCertificateError
from ca.models import AuthorityRow, CertificateRow, CertificateState
from ca.orders import Order, profile_of
from ca.preparation import Issuers, Prepared, prepare_in, prepared_of
from ca.profile import Profile
from ca.recovery import void
from ca.room import Room
from ca.rows import locked_rows
from ca.serial import serial_of
from ca.signing import sign_certificate
from ca.template import Issuer
from ca.token import IssuanceToken, Redeemed, mint, redeem
from ca.values import Issued
from ops.platform.audit import AuditRecord
from policies.errors import TrustspaceError


def reopen(room: Room, certificate_id: int) -> Prepared:
    """A prepared certificate with a fresh token, for another process or after a restart; earlier tokens are void.

    Raises TokenError when it is not waiting to be issued, UnknownCertificateError when there is none.
    """

    def work(session: Session) -> Prepared:
        row = locked_rows(session, [certificate_id]).get(certificate_id)
        if row is None:
            raise UnknownCertificateError(f"Nothing was prepared under the number {certificate_id}.")
        if row.state != CertificateState.PREPARED.value or row.tbs_hash is None:
            raise TokenError(f"The certificate is {row.state}, so it cannot be issued.")
        token = mint(certificate_id, row.tbs_hash)
        row.token_hash = token.secret_hash()
        session.flush()
        authority = session.get_one(AuthorityRow, row.issuer_id)
        details = {"tbs": row.tbs_hash}
        room.audit.append(session, "ca.token.renewed", f"{authority.name}/{row.serial}", details)
        return prepared_of(row, authority.name, token)

    return room.database.run_write(work)


@dataclass(frozen=True, slots=True)
class _Job:
    redeemed: Redeemed
    authority: str
    key_label: str
    issuer_spki: bytes
    profile: str
    not_before: datetime
    not_after: datetime


def issue(room: Room, tokens: Sequence[IssuanceToken]) -> list[Issued]:
    """Redeem the tokens, sign, store: all of them or, when one may not be issued, none.

    Raises TokenError, ApprovalError, ClockError before the key is used; SigningError when the key fails, with the
    reserved serials void.
    """
    jobs = room.database.run_write(lambda session: _redeem(room, session, tokens, Issuers(room, session)))
    room.step("redeemed")
    return _sign_and_store(room, jobs)


def issue_at_once(room: Room, orders: Sequence[Order]) -> list[Issued | CaError]:
    """Prepare and redeem in one transaction, then sign and store; for each order the certificate or why there is none.

    What needs approvals stays prepared. Raises as `issue`; then no order has a certificate.
    """
    room.step("before-reserve")
    refused, jobs = room.database.run_write(lambda session: _prepare_and_redeem(room, session, orders))
    room.step("redeemed")
    issued = iter(_sign_and_store(room, jobs))
    return [next(issued) if error is None else error for error in refused]


def _prepare_and_redeem(
    room: Room, session: Session, orders: Sequence[Order]
) -> tuple[list[CaError | None], list[_Job]]:
    issuers = Issuers(room, session)
    refused: list[CaError | None] = []
    tokens: list[IssuanceToken] = []
    for order, outcome in zip(orders, prepare_in(room, session, orders, issuers), strict=True):
        if isinstance(outcome, CaError):
            refused.append(outcome)
        elif order.profile.approvals:
            refused.append(too_few_approvals(0, order.profile.approvals))
        else:
            refused.append(None)
            tokens.append(outcome.token)
    return refused, _redeem(room, session, tokens, issuers) if tokens else []


def _sign_and_store(room: Room, jobs: Sequence[_Job]) -> list[Issued]:
    if not jobs:
        return []
    try:
        signed = [sign_certificate(room.keys, job.key_label, job.issuer_spki, job.redeemed) for job in jobs]
    except TrustspaceError as error:
        _void_signing(room, jobs, error.sentence)
        raise error if isinstance(error, CaError) else SigningError(error.sentence) from error
    room.step("signed")
    issued = room.database.run_write(lambda session: _store(room, session, jobs, signed))
    room.step("stored")
    return issued


def _redeem(room: Room, session: Session, tokens: Sequence[IssuanceToken], issuers: Issuers) -> list[_Job]:
    now = trusted_now(room, session)
    jobs: list[_Job] = []
    records: list[AuditRecord] = []
    for redeemed, row in redeem(session, tokens, now):
        authority = issuers.numbered(row.issuer_id)
        profile = profile_of(room, row.profile)
        _require_timely(row, profile, issuers.facts(authority, profile), now)
        # The profile decides how many, not the row, which whoever administers the database can edit.
        approvers = require_approvals(session, row, profile.approvals) if profile.approvals else []
        assert row.not_before is not None
        assert row.not_after is not None
        details = {"tbs": row.tbs_hash, "approvedBy": approvers, "key": authority.key_label}
        records.append(AuditRecord("ca.certificate.signing", f"{authority.name}/{row.serial}", details))
        signer = (authority.name, authority.key_label, authority.spki)
        jobs.append(_Job(redeemed, *signer, row.profile, row.not_before, row.not_after))
    session.flush()
    room.audit.append_many(session, records)
    return jobs


def _require_timely(row: CertificateRow, profile: Profile, issuer: Issuer, now: datetime) -> None:
    assert row.not_after is not None
    if now - row.reserved_at > profile.preparation or row.not_after < now:
        raise TokenError(
            f"The certificate was prepared at {row.reserved_at:%Y-%m-%d %H:%M} UTC, which is too long ago."
        )
    # The issuer may have been revoked, suspended or renewed since the preparation.
    if issuer.end is not None and row.not_after > issuer.end:
        raise TokenError("The issuer's own certificate now ends before this one would.")


def _void_signing(room: Room, jobs: Sequence[_Job], why: str) -> None:
    def work(session: Session) -> None:
        rows = locked_rows(session, [job.redeemed.certificate_id for job in jobs])
        for job in jobs:
            row = rows[job.redeemed.certificate_id]
            if row.state == CertificateState.SIGNING.value:
                void(room, session, row, job.authority, why)

    room.database.run_write(work)


def _store(room: Room, session: Session, jobs: Sequence[_Job], signed: Sequence[bytes]) -> list[Issued]:
    now, issued, records = room.clock.now(), [], []
    rows = locked_rows(session, [job.redeemed.certificate_id for job in jobs])
    for job, certificate in zip(jobs, signed, strict=True):
        row, digest = rows[job.redeemed.certificate_id], sha256(certificate).hexdigest()
        if row.state != CertificateState.SIGNING.value:
            raise TokenError("The certificate was voided while it was being signed; it is not handed out.")
        row.state, row.der, row.sha256 = CertificateState.ISSUED.value, certificate, digest
        row.tbs, row.finished_at = None, now
        records.append(AuditRecord("ca.certificate.issued", f"{job.authority}/{row.serial}", {"sha256": digest}))
        issued.append(_issued(job, certificate, digest))
    session.flush()
    room.audit.append_many(session, records)
    return issued


def _issued(job: _Job, certificate: bytes, digest: str) -> Issued:
    return Issued(
        id=job.redeemed.certificate_id,
        authority=job.authority,
        serial=serial_of(job.redeemed.serial),
        profile=job.profile,
        der=certificate,
        sha256=digest,
        not_before=job.not_before,
        not_after=job.not_after,
    )


__all__ = ["Prepared", "issue", "issue_at_once", "reopen"]
