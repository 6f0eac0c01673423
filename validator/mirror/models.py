"""Tables of the status mirror: where to ask, what was got, and when. Rows stay inside this room."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from ops.platform.database import UtcDateTime


def _moment(nullable: bool = True) -> Column[datetime]:
    return Column(UtcDateTime, nullable=nullable)


def _octets(nullable: bool = False) -> Column[bytes]:
    return Column(LargeBinary, nullable=nullable)


class MirrorSourceRow(SQLModel, table=True):
    """One address that gives revocation information, and how it stands.

    `subject_key` is what the information is about: SHA-256 of the CRL issuer's name key, or of the certificate
    issuer's name key and the serial number for OCSP. `issuers` are the DER certificates that may sign, one after the
    other; `certificate` the one whose status an OCSP source is asked for. `crl_number` has as many octets as the
    issuer likes, so it is text.
    """

    __tablename__ = "mirror_source"
    __table_args__ = (UniqueConstraint("kind", "url", "subject_key"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=10)
    url: str = Field(max_length=2048)
    subject_key: str = Field(max_length=64, index=True)
    label: str = Field(max_length=200)
    issuers: bytes = Field(sa_column=_octets())
    certificate: bytes | None = Field(default=None, sa_column=_octets(nullable=True))
    interval_seconds: int = Field(sa_column=Column(BigInteger, nullable=False))
    active: bool = True
    due_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    attempted_at: datetime | None = Field(default=None, sa_column=_moment())
    succeeded_at: datetime | None = Field(default=None, sa_column=_moment())
    failures: int = 0
    error_code: str | None = Field(default=None, max_length=100)
    error_sentence: str | None = Field(default=None, max_length=1000)
    etag: str | None = Field(default=None, max_length=500)
    last_modified: str | None = Field(default=None, max_length=100)
    current: str | None = Field(default=None, max_length=64)
    crl_number: str | None = Field(default=None, max_length=60)
    this_update: datetime | None = Field(default=None, sa_column=_moment())
    next_update: datetime | None = Field(default=None, sa_column=_moment())


class MirrorObjectRow(SQLModel, table=True):
    """A CRL or OCSP response exactly as it was received, named by its SHA-256 (hex)."""

    __tablename__ = "mirror_object"

    sha256: str = Field(primary_key=True, max_length=64)
    octets: bytes = Field(sa_column=_octets())


class MirrorHistoryRow(SQLModel, table=True):
    """One acceptance of an object from a source; never changed, deleted only by pruning."""

    __tablename__ = "mirror_history"
    __table_args__ = (Index("ix_mirror_history_source_update", "source_id", "this_update"),)

    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="mirror_source.id")
    sha256: str = Field(foreign_key="mirror_object.sha256", max_length=64, index=True)
    fetched_at: datetime = Field(sa_column=_moment(nullable=False))
    this_update: datetime = Field(sa_column=_moment(nullable=False))
