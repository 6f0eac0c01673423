"""The one way to a certificate: prepare, approve, issue (the order of DESIGN section 4, issuance cycle).

`prepare` reserves the serial, builds the to-be-signed bytes, lints them and records all of it in one transaction.
`issue` redeems the token and records «signing» in a second transaction, signs outside of any, and records the
certificate in a third. Whatever process dies at whatever point: nothing that was acknowledged is lost, and a serial
that may have been signed is on record before the key is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import update
from sqlmodel import Session, select

from ca import lints
from ca.approval import require_approvals
from ca.clockguard import trusted_now
from ca.errors import (
    BlockedKeyError,
    CaError,
    LintError,
    RequestRefusedError,
    ReusedKeyError,
    SigningError,
    TokenError,
    UnknownCertificateError,
)
from ca.facts import authority_row, issuer_of
from ca.models import AuthorityRow, BlockedKeyRow, CertificateRow, CertificateState
from ca.orders import MAY_ISSUE, Order, policies_of, profile_of
from ca.profile import Purpose
from ca.room import Room
from ca.serial import new_serial, serial_of, serial_text
from ca.signing import sign_certificate
from ca.template import Blueprint, build_tbs
from ca.token import IssuanceToken, Redeemed, mint, redeem
from ca.validity import settle
from ca.values import AuthorityKind, Issued
from ops.platform.audit import AuditRecord
from policies.errors import TrustspaceError


@dataclass(frozen=True, slots=True)
class Prepared:
    """A certificate that may be issued: its exact to-be-signed bytes and the token that has them signed, once.

    Approvals are signatures over `tbs`.
    """

    id: int
    authority: str
    serial: int
    profile: str
    tbs: bytes
    tbs_sha256: str
    not_before: datetime
    not_after: datetime
    approvals_required: int
    token: IssuanceToken


def prepare(room: Room, orders: Sequence[Order]) -> list[Prepared | CaError]:
    """Prepare many in one transaction: for each order what was prepared or why it was refused (its serial is void)."""
    room.step("before-reserve")
    outcomes = room.database.run_write(lambda session: prepare_in(room, session, orders))
    room.step("prepared")
    return outcomes


def prepare_in(room: Room, session: Session, orders: Sequence[Order]) -> list[Prepared | CaError]:
    """As `prepare`, inside the caller's transaction."""
    now = trusted_now(room, session)
    outcomes: list[Prepared | CaError] = []
    records: list[AuditRecord] = []
    for order in orders:
        authority = authority_row(session, order.issuer)
        row = _reserve(session, order, authority, now)
        room.step("reserved")
        try:
            prepared = _fill(room, session, order, authority, row, now)
        except CaError as error:
            row.state, row.void_reason, row.finished_at = CertificateState.VOID.value, error.sentence[:500], now
            outcomes.append(error)
            records.append(_record("ca.request.refused", order.issuer, row.serial, order, code=error.code))
        else:
            outcomes.append(prepared)
            records.append(_record("ca.certificate.prepared", order.issuer, row.serial, order, tbs=row.tbs_hash))
        session.add(row)
    session.flush()
    room.audit.append_many(session, records)
    return outcomes


def _record(event: str, authority: str, serial: str, order: Order, **details: object) -> AuditRecord:
    common = {"profile": order.profile.name, "spki": order.key.spki_hash, "by": order.requested_by}
    if order.cross is not None:
        common["instrument"] = order.cross.instrument
    return AuditRecord(event, f"{authority}/{serial}", {**common, **details})


def _reserve(session: Session, order: Order, authority: AuthorityRow, now: datetime) -> CertificateRow:
    assert authority.id is not None
    subject_authority = authority_row(session, order.subject_authority).id if order.subject_authority else None
    row = CertificateRow(
        issuer_id=authority.id,
        serial=serial_text(new_serial()),
        state=CertificateState.RESERVED.value,
        profile=order.profile.name,
        purpose=order.profile.purpose.value,
        subject=order.subject,
        subject_hash=sha256(order.subject).hexdigest(),
        subject_authority_id=subject_authority,
        spki_hash=order.key.spki_hash,
        approvals_required=order.profile.approvals,
        instrument=order.cross.instrument if order.cross else None,
        requested_by=order.requested_by,
        reserved_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _fill(
    room: Room, session: Session, order: Order, authority: AuthorityRow, row: CertificateRow, now: datetime
) -> Prepared:
    plan = _plan(room, session, order, authority, row, now)
    _require_free_key(session, order, row)
    tbs = build_tbs(plan, room.urls)
    _require_clean(plan, tbs)
    assert row.id is not None
    row.tbs, row.tbs_hash = tbs, sha256(tbs).hexdigest()
    row.not_before, row.not_after = plan.not_before, plan.not_after
    row.state = CertificateState.PREPARED.value
    token = mint(row.id, row.tbs_hash)
    row.token_hash = token.secret_hash()
    return _prepared(row, authority.name, token)


def _plan(
    room: Room, session: Session, order: Order, authority: AuthorityRow, row: CertificateRow, now: datetime
) -> Blueprint:
    profile = order.profile
    if profile.purpose not in MAY_ISSUE[AuthorityKind(authority.kind)]:
        raise RequestRefusedError(f"An authority of the kind {authority.kind} does not issue under {profile.name}.")
    self_signing = profile.purpose is Purpose.ROOT
    issuer = issuer_of(room, session, authority, self_signing=self_signing)
    not_before, not_after = settle(
        now,
        asked=order.asked,
        period=profile.period,
        longest=profile.longest,
        backdate=profile.backdate,
        earliest=now - profile.preparation,
        issuer_end=issuer.end,
    )
    return Blueprint(
        profile=profile,
        issuer=issuer,
        serial=serial_of(row.serial),
        subject=order.subject,
        key=order.key,
        not_before=not_before,
        not_after=not_after,
        policies=order.policies if profile.purpose.is_ca else policies_of(profile, issuer.jurisdiction, order.policies),
        cross=order.cross,
        identification_kind=order.identification_kind,
        limit=order.limit,
    )


def _require_free_key(session: Session, order: Order, row: CertificateRow) -> None:
    if session.get(BlockedKeyRow, order.key.spki_hash) is not None:
        raise BlockedKeyError("The public key is blocked: it is known to be compromised.")
    states = (CertificateState.PREPARED.value, CertificateState.SIGNING.value, CertificateState.ISSUED.value)
    other = session.exec(
        select(CertificateRow.id)
        .where(
            CertificateRow.spki_hash == order.key.spki_hash,
            CertificateRow.subject_hash != row.subject_hash,
            CertificateRow.state.in_(states),  # type: ignore[attr-defined]
        )
        .limit(1)
    ).first()
    if other is not None:
        raise ReusedKeyError("The public key is already certified for another subject.")


def _require_clean(plan: Blueprint, tbs: bytes) -> None:
    try:
        found = lints.findings(lints.subject_of(plan, tbs))
    except ValueError as error:
        raise LintError("The certificate that would result cannot be read back.") from error
    if found:
        raise LintError(found[0].sentence)


def _prepared(row: CertificateRow, authority: str, token: IssuanceToken) -> Prepared:
    assert row.id is not None
    assert row.tbs is not None
    assert row.tbs_hash is not None
    assert row.not_before is not None
    assert row.not_after is not None
    return Prepared(
        id=row.id,
        authority=authority,
        serial=serial_of(row.serial),
        profile=row.profile,
        tbs=row.tbs,
        tbs_sha256=row.tbs_hash,
        not_before=row.not_before,
        not_after=row.not_after,
        approvals_required=row.approvals_required,
        token=token,
    )


def reopen(room: Room, certificate_id: int) -> Prepared:
    """A prepared certificate with a fresh token, for another process or after a restart; earlier tokens are void.

    Raises TokenError when it is not waiting to be issued, UnknownCertificateError when there is none.
    """

    def work(session: Session) -> Prepared:
        row = session.get(CertificateRow, certificate_id)
        if row is None:
            raise UnknownCertificateError(f"Nothing was prepared under the number {certificate_id}.")
        if row.state != CertificateState.PREPARED.value or row.tbs_hash is None:
            raise TokenError(f"The certificate is {row.state}, so it cannot be issued.")
        token = mint(certificate_id, row.tbs_hash)
        changed = _move(session, certificate_id, CertificateState.PREPARED, token_hash=token.secret_hash())
        if not changed:
            raise TokenError("The certificate was issued or voided at the same moment.")
        authority = session.get_one(AuthorityRow, row.issuer_id)
        details = {"tbs": row.tbs_hash}
        room.audit.append(session, "ca.token.renewed", f"{authority.name}/{row.serial}", details)
        return _prepared(row, authority.name, token)

    return room.database.run_write(work)


def _move(session: Session, certificate_id: int, expected: CertificateState, **values: object) -> bool:
    """Change a row that is still in the expected state; False when it is not."""
    done = session.execute(
        update(CertificateRow)
        .where(CertificateRow.id == certificate_id, CertificateRow.state == expected.value)  # type: ignore[arg-type]
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


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
    jobs = room.database.run_write(lambda session: [_redeem(room, session, token) for token in tokens])
    room.step("redeemed")
    try:
        signed = [sign_certificate(room.keys, job.key_label, job.issuer_spki, job.redeemed) for job in jobs]
    except TrustspaceError as error:
        _void_signing(room, jobs, error.sentence)
        raise error if isinstance(error, CaError) else SigningError(error.sentence) from error
    room.step("signed")
    issued = room.database.run_write(lambda session: _store(room, session, jobs, signed))
    room.step("stored")
    return issued


def _redeem(room: Room, session: Session, token: IssuanceToken) -> _Job:
    now = trusted_now(room, session)
    redeemed = redeem(session, token, now)
    row = session.get_one(CertificateRow, redeemed.certificate_id)
    authority = session.get_one(AuthorityRow, row.issuer_id)
    _require_timely(room, session, row, authority, now)
    # The profile decides how many, not the row, which whoever administers the database can edit.
    approvers = require_approvals(session, row, profile_of(room, row.profile).approvals)
    assert row.not_before is not None
    assert row.not_after is not None
    details = {"tbs": row.tbs_hash, "approvedBy": approvers, "key": authority.key_label}
    room.audit.append(session, "ca.certificate.signing", f"{authority.name}/{row.serial}", details)
    return _Job(
        redeemed, authority.name, authority.key_label, authority.spki, row.profile, row.not_before, row.not_after
    )


def _require_timely(room: Room, session: Session, row: CertificateRow, authority: AuthorityRow, now: datetime) -> None:
    profile = profile_of(room, row.profile)
    assert row.not_before is not None
    assert row.not_after is not None
    if now - row.reserved_at > profile.preparation or row.not_after < now:
        raise TokenError(
            f"The certificate was prepared at {row.reserved_at:%Y-%m-%d %H:%M} UTC, which is too long ago."
        )
    # The issuer may have been revoked or suspended since the preparation.
    issuer = issuer_of(room, session, authority, self_signing=profile.purpose is Purpose.ROOT)
    if issuer.end is not None and row.not_after > issuer.end:
        raise TokenError("The issuer's own certificate now ends before this one would.")


def _void_signing(room: Room, jobs: Sequence[_Job], why: str) -> None:
    now = room.clock.now()

    def work(session: Session) -> None:
        for job in jobs:
            values = {"state": CertificateState.VOID.value, "void_reason": why[:500], "finished_at": now, "tbs": None}
            _move(session, job.redeemed.certificate_id, CertificateState.SIGNING, **values)
        subjects = [f"{job.authority}/{job.redeemed.serial}" for job in jobs]
        room.audit.append_many(
            session, [AuditRecord("ca.certificate.void", subject, {"why": why}) for subject in subjects]
        )

    room.database.run_write(work)


def _store(room: Room, session: Session, jobs: Sequence[_Job], signed: Sequence[bytes]) -> list[Issued]:
    now, issued, records = room.clock.now(), [], []
    for job, certificate in zip(jobs, signed, strict=True):
        digest, serial = sha256(certificate).hexdigest(), job.redeemed.serial
        values = {"state": CertificateState.ISSUED.value, "der": certificate, "sha256": digest, "tbs": None}
        stored = _move(session, job.redeemed.certificate_id, CertificateState.SIGNING, finished_at=now, **values)
        if not stored:
            raise TokenError("The certificate was voided while it was being signed; it is not handed out.")
        records.append(AuditRecord("ca.certificate.issued", f"{job.authority}/{serial}", {"sha256": digest}))
        issued.append(
            Issued(
                id=job.redeemed.certificate_id,
                authority=job.authority,
                serial=serial_of(serial),
                profile=job.profile,
                der=certificate,
                sha256=digest,
                not_before=job.not_before,
                not_after=job.not_after,
            )
        )
    room.audit.append_many(session, records)
    return issued


__all__ = ["Prepared", "issue", "prepare", "prepare_in", "reopen"]
