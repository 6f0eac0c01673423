"""The tables of the certificate authority: what is reserved, prepared, issued, approved, revoked and published.

Every certificate is addressed by (issuer, serial) and nothing else; the unique index over both is what makes a serial
impossible to use twice (RFC 5280 4.1.2.2). Rows never leave this room: `ca.values` holds what callers see.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from ops.platform.database import UtcDateTime


class CertificateState(StrEnum):
    """Life of a certificate row: RESERVED → PREPARED → SIGNING → ISSUED, or VOID from any of the first three."""

    RESERVED = "reserved"
    PREPARED = "prepared"
    SIGNING = "signing"
    ISSUED = "issued"
    VOID = "void"


def _moment(*, nullable: bool = False, index: bool = False) -> Column[datetime]:
    return Column(UtcDateTime(), nullable=nullable, index=index)


def _octets(*, nullable: bool = False) -> Column[bytes]:
    return Column(LargeBinary, nullable=nullable)


class AuthorityRow(SQLModel, table=True):
    """A CA: a name, a key and a place in a hierarchy. `name_hash` is SHA-256 of the subject as DER, hex."""

    __tablename__ = "ca_authority"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=64, unique=True)
    jurisdiction: str = Field(max_length=8, index=True)
    kind: str = Field(max_length=16)
    parent_id: int | None = Field(default=None, foreign_key="ca_authority.id", index=True)
    predecessor_id: int | None = Field(default=None, foreign_key="ca_authority.id")
    key_label: str = Field(max_length=100)
    subject: bytes = Field(sa_column=_octets())
    name_hash: str = Field(max_length=64, index=True)
    ocsp_name_hash: str = Field(max_length=40, index=True)
    spki: bytes = Field(sa_column=_octets())
    key_id: bytes = Field(sa_column=_octets())
    crl_number: int = Field(default=0)
    created_at: datetime = Field(sa_column=_moment())


class CertificateRow(SQLModel, table=True):
    """A certificate from the reservation of its serial on. `serial` is 40 lower-case hexadecimal digits.

    `purpose` is the profile's; `subject_authority_id` is set when the certificate certifies an authority of this
    installation. `token_hash` is SHA-256 of the one-use token, hex. `tbs` is kept until the certificate is issued.
    """

    __tablename__ = "ca_certificate"
    __table_args__ = (
        UniqueConstraint("issuer_id", "serial"),
        Index("ix_ca_certificate_state_issuer", "state", "issuer_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    issuer_id: int = Field(foreign_key="ca_authority.id")
    serial: str = Field(max_length=40)
    state: str = Field(max_length=10)
    profile: str = Field(max_length=64)
    purpose: str = Field(max_length=32)
    subject: bytes = Field(sa_column=_octets())
    subject_hash: str = Field(max_length=64, index=True)
    subject_authority_id: int | None = Field(default=None, foreign_key="ca_authority.id", index=True)
    spki_hash: str = Field(max_length=64, index=True)
    tbs_hash: str | None = Field(default=None, max_length=64)
    tbs: bytes | None = Field(default=None, sa_column=_octets(nullable=True))
    der: bytes | None = Field(default=None, sa_column=_octets(nullable=True))
    sha256: str | None = Field(default=None, max_length=64, index=True)
    not_before: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    not_after: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    token_hash: str | None = Field(default=None, max_length=64)
    approvals_required: int = Field(default=0)
    instrument: str | None = Field(default=None, max_length=128)
    requested_by: str = Field(max_length=200)
    reserved_at: datetime = Field(sa_column=_moment())
    redeemed_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    finished_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    void_reason: str | None = Field(default=None, max_length=500)


class AuthorityCertificateRow(SQLModel, table=True):
    """A certificate for one of our authorities that somebody else issued: a cross-certificate's other direction."""

    __tablename__ = "ca_received_certificate"

    id: int | None = Field(default=None, primary_key=True)
    authority_id: int = Field(foreign_key="ca_authority.id", index=True)
    issuer: bytes = Field(sa_column=_octets())
    der: bytes = Field(sa_column=_octets())
    sha256: str = Field(max_length=64, unique=True)
    received_at: datetime = Field(sa_column=_moment())


class ApproverRow(SQLModel, table=True):
    """Somebody who may approve: a name and a public key. The private key is never here."""

    __tablename__ = "ca_approver"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=100, unique=True)
    spki: bytes = Field(sa_column=_octets())
    active: bool = Field(default=True)
    created_at: datetime = Field(sa_column=_moment())


class ApprovalRow(SQLModel, table=True):
    """One approval: a signature by the approver's own key over the exact to-be-signed bytes."""

    __tablename__ = "ca_approval"
    __table_args__ = (UniqueConstraint("certificate_id", "approver_id"),)

    id: int | None = Field(default=None, primary_key=True)
    certificate_id: int = Field(foreign_key="ca_certificate.id")
    approver_id: int = Field(foreign_key="ca_approver.id")
    signature: bytes = Field(sa_column=_octets())
    approved_at: datetime = Field(sa_column=_moment())


class RevocationRow(SQLModel, table=True):
    """A certificate that is revoked or suspended now. `entry` is its element of revokedCertificates, DER."""

    __tablename__ = "ca_revocation"
    __table_args__ = (UniqueConstraint("issuer_id", "serial"),)

    certificate_id: int = Field(foreign_key="ca_certificate.id", primary_key=True)
    issuer_id: int = Field(foreign_key="ca_authority.id")
    serial: str = Field(max_length=40)
    reason: int
    revoked_at: datetime = Field(sa_column=_moment())
    invalidity_date: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    grounds: str = Field(max_length=2000)
    actor: str = Field(max_length=200)
    entry: bytes = Field(sa_column=_octets())


class StatusEventRow(SQLModel, table=True):
    """History of suspension, release and revocation; append-only."""

    __tablename__ = "ca_status_event"

    id: int | None = Field(default=None, primary_key=True)
    certificate_id: int = Field(foreign_key="ca_certificate.id", index=True)
    action: str = Field(max_length=10)
    reason: int | None = None
    at: datetime = Field(sa_column=_moment())
    grounds: str = Field(max_length=2000)
    actor: str = Field(max_length=200)


class CrlRow(SQLModel, table=True):
    """A signed list. `number` grows per authority and never goes back (RFC 5280 5.2.3).

    `last_event` is the newest status event that the list knows of."""

    __tablename__ = "ca_crl"
    __table_args__ = (UniqueConstraint("authority_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    authority_id: int = Field(foreign_key="ca_authority.id")
    number: int
    last_event: int = Field(default=0)
    der: bytes = Field(sa_column=_octets())
    sha256: str = Field(max_length=64)
    this_update: datetime = Field(sa_column=_moment())
    next_update: datetime = Field(sa_column=_moment())


class ResponderRow(SQLModel, table=True):
    """A delegated OCSP responder's key and certificate (RFC 6960 4.2.2.2)."""

    __tablename__ = "ca_responder"

    id: int | None = Field(default=None, primary_key=True)
    authority_id: int = Field(foreign_key="ca_authority.id", index=True)
    certificate_id: int = Field(foreign_key="ca_certificate.id", unique=True)
    key_label: str = Field(max_length=100)
    not_after: datetime = Field(sa_column=_moment())


class BlockedKeyRow(SQLModel, table=True):
    """A public key that is never certified again. `spki_hash` is SHA-256 of SubjectPublicKeyInfo, hex."""

    __tablename__ = "ca_blocked_key"

    spki_hash: str = Field(max_length=64, primary_key=True)
    grounds: str = Field(max_length=2000)
    blocked_at: datetime = Field(sa_column=_moment())
