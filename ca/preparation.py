"""Prepares certificates: everything up to, and nothing of, the use of the key.

In one transaction the serials are reserved, the keys compared with what is certified already, the to-be-signed bytes
built and linted, the tokens minted and the entries logged. A refusal leaves a void serial and an entry with its code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from ca import lints
from ca.clockguard import trusted_now
from ca.errors import BlockedKeyError, CaError, LintError, RequestRefusedError, ReusedKeyError
from ca.facts import authority_row, issuer_of
from ca.keycheck import key_kind, require_admitted
from ca.models import AuthorityRow, BlockedKeyRow, CertificateRow, CertificateState
from ca.national import admitted
from ca.orders import MAY_ISSUE, Order, policies_of
from ca.profile import Profile, Purpose
from ca.room import Room
from ca.serial import new_serial, serial_of, serial_text
from ca.spelling import spelling_hashes
from ca.template import Blueprint, Issuer, build_tbs
from ca.token import IssuanceToken, mint
from ca.validity import settle
from ca.values import AuthorityKind
from ops.platform.audit import AuditRecord


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


def prepare_in(
    room: Room, session: Session, orders: Sequence[Order], issuers: "Issuers | None" = None
) -> list[Prepared | CaError]:
    """As `prepare`, inside the caller's transaction. `issuers` are those that it has looked up already."""
    now = trusted_now(room, session)
    issuers = issuers or Issuers(room, session)
    rows = _reserve(session, orders, issuers, now)
    room.step("reserved")
    taken = _taken_keys(session, orders)
    outcomes: list[Prepared | CaError] = []
    records: list[AuditRecord] = []
    for order, row in zip(orders, rows, strict=True):
        try:
            outcome: Prepared | CaError = _fill(room, order, issuers, row, taken, now)
            records.append(_record("ca.certificate.prepared", row, order, tbs=row.tbs_hash))
        except CaError as error:
            row.state, row.void_reason, row.finished_at = CertificateState.VOID.value, error.sentence[:500], now
            outcome = error
            records.append(_record("ca.request.refused", row, order, code=error.code))
        outcomes.append(outcome)
    session.flush()
    room.audit.append_many(session, records)
    return outcomes


class Issuers:
    """The issuing authorities of one transaction, each looked up once."""

    def __init__(self, room: Room, session: Session) -> None:
        self._room = room
        self._session = session
        self._rows: dict[str, AuthorityRow] = {}
        self._facts: dict[tuple[int, bool], Issuer] = {}

    def row(self, name: str) -> AuthorityRow:
        """The row of a name."""
        if name not in self._rows:
            self._rows[name] = authority_row(self._session, name)
        return self._rows[name]

    def numbered(self, number: int) -> AuthorityRow:
        """The row of a number."""
        for row in self._rows.values():
            if row.id == number:
                return row
        found = self._session.get_one(AuthorityRow, number)
        return self._rows.setdefault(found.name, found)

    def id(self, name: str) -> int:
        """The row's number."""
        found = self.row(name).id
        assert found is not None
        return found

    def facts(self, row: AuthorityRow, profile: Profile) -> Issuer:
        """What a certificate under the profile takes from the authority; see `issuer_of`."""
        assert row.id is not None
        self_signing = profile.purpose is Purpose.ROOT
        key = (row.id, self_signing)
        if key not in self._facts:
            self._facts[key] = issuer_of(self._room, self._session, row, self_signing=self_signing)
        return self._facts[key]


def _record(event: str, row: CertificateRow, order: Order, **details: object) -> AuditRecord:
    common = {"profile": row.profile, "spki": row.spki_hash, "by": row.requested_by}
    if order.cross is not None:
        common["instrument"] = order.cross.instrument
    return AuditRecord(event, f"{order.issuer}/{row.serial}", {**common, **details})


def _reserve(session: Session, orders: Sequence[Order], issuers: Issuers, now: datetime) -> list[CertificateRow]:
    rows = [
        CertificateRow(
            issuer_id=issuers.id(order.issuer),
            serial=serial_text(new_serial()),
            state=CertificateState.RESERVED.value,
            profile=order.profile.name,
            purpose=order.profile.purpose.value,
            subject=order.subject,
            subject_hash=sha256(order.subject).hexdigest(),
            subject_authority_id=issuers.id(order.subject_authority) if order.subject_authority else None,
            spki_hash=order.key.spki_hash,
            approvals_required=order.profile.approvals,
            instrument=order.cross.instrument if order.cross else None,
            requested_by=order.requested_by,
            reserved_at=now,
        )
        for order in orders
    ]
    session.add_all(rows)
    session.flush()
    return rows


def _taken_keys(session: Session, orders: Sequence[Order]) -> dict[str, set[str] | None]:
    """By key hash: the hashes of the subjects it is certified for, or None when it is blocked."""
    found: dict[str, set[str] | None] = {}
    keys = [name for order in orders for name in spelling_hashes(order.key.spki)]
    # In chunks, because a statement takes a bounded number of parameters.
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        for key, subject in session.execute(_CERTIFIED, {"keys": chunk}):
            holders = found.setdefault(key, set())
            assert holders is not None
            holders.add(subject)
        found |= dict.fromkeys(session.execute(_BLOCKED, {"keys": chunk}).scalars())
    return found


_CHUNK = 500
_CERTIFIED = (
    select(CertificateRow.spki_hash, CertificateRow.subject_hash)
    .where(
        col(CertificateRow.spki_hash).in_(bindparam("keys", expanding=True)),
        col(CertificateRow.state).in_(
            (CertificateState.PREPARED.value, CertificateState.SIGNING.value, CertificateState.ISSUED.value)
        ),
    )
    .distinct()
)
_BLOCKED = select(BlockedKeyRow.spki_hash).where(col(BlockedKeyRow.spki_hash).in_(bindparam("keys", expanding=True)))


def _fill(
    room: Room,
    order: Order,
    issuers: Issuers,
    row: CertificateRow,
    taken: dict[str, set[str] | None],
    now: datetime,
) -> Prepared:
    plan = _plan(order, issuers, row, now)
    _require_free_key(order, row, taken)
    tbs = build_tbs(plan, room.urls)
    _require_clean(plan, tbs)
    assert row.id is not None
    row.tbs, row.tbs_hash = tbs, sha256(tbs).hexdigest()
    row.not_before, row.not_after = plan.not_before, plan.not_after
    row.state = CertificateState.PREPARED.value
    token = mint(row.id, row.tbs_hash)
    row.token_hash = token.secret_hash()
    return prepared_of(row, order.issuer, token)


def _plan(order: Order, issuers: Issuers, row: CertificateRow, now: datetime) -> Blueprint:
    profile, authority = order.profile, issuers.row(order.issuer)
    if profile.purpose not in MAY_ISSUE[AuthorityKind(authority.kind)]:
        raise RequestRefusedError(f"An authority of the kind {authority.kind} does not issue under {profile.name}.")
    issuer = issuers.facts(authority, profile)
    _require_lawful_key(order, issuer.jurisdiction)
    not_before, not_after = settle(
        now,
        asked=order.asked,
        period=profile.period,
        longest=profile.longest,
        backdate=profile.backdate,
        earliest=now - profile.preparation,
        issuer=(issuer.begin, issuer.end),
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


def _require_lawful_key(order: Order, jurisdiction: str) -> None:
    # A link certificate repeats a key that its own self-signed certificate already carries.
    if order.profile.purpose is not Purpose.LINK:
        require_admitted(key_kind(order.key.spki), admitted(order.profile, jurisdiction))


def _require_free_key(order: Order, row: CertificateRow, taken: dict[str, set[str] | None]) -> None:
    # What is certified in this very transaction counts too, so the sets grow as the orders are filled.
    for name in spelling_hashes(order.key.spki):
        holders = taken.setdefault(name, set())
        if holders is None:
            raise BlockedKeyError("The public key is blocked: it is known to be compromised.")
        if holders - {row.subject_hash}:
            raise ReusedKeyError("The public key is already certified for another subject.")
    own = taken[row.spki_hash]
    assert own is not None
    own.add(row.subject_hash)


def _require_clean(plan: Blueprint, tbs: bytes) -> None:
    try:
        found = lints.findings(lints.subject_of(plan, tbs))
    except ValueError as error:
        raise LintError("The certificate that would result cannot be read back.") from error
    if found:
        raise LintError(found[0].sentence)


def prepared_of(row: CertificateRow, authority: str, token: IssuanceToken) -> Prepared:
    """A prepared row with its token."""
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
