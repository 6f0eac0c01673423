"""Tables of the audit log: the end of each chain, its entries, its signed heads. Rows stay inside this room."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, LargeBinary, Text
from sqlmodel import Field, SQLModel

from ops.platform.database import UtcDateTime


class AuditLogRow(SQLModel, table=True):
    """Where a chain ends: the row that writers lock. It is a convenience, not the truth: the signed heads are."""

    __tablename__ = "audit_log"

    log_id: str = Field(primary_key=True, max_length=100)
    origin: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    last_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    heads: int = Field(sa_column=Column(BigInteger, nullable=False))
    signed_size: int = Field(sa_column=Column(BigInteger, nullable=False))
    last_head_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))


class AuditEntryRow(SQLModel, table=True):
    """One entry. `body` is what was hashed; `event`, `subject` and `recorded_at` repeat it for searching only."""

    __tablename__ = "audit_entry"

    log_id: str = Field(primary_key=True, max_length=100)
    sequence: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    event: str = Field(max_length=100)
    subject: str = Field(max_length=500, index=True)
    body: str = Field(sa_column=Column(Text, nullable=False))
    previous_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    entry_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))


class AuditHeadRow(SQLModel, table=True):
    """One signed head."""

    __tablename__ = "audit_head"

    log_id: str = Field(primary_key=True, max_length=100)
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    root: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    previous: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    signed_at: str = Field(max_length=40)
    signature: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
