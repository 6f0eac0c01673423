"""Tables of the holdings: Evidences, the octets that they name, and the last conclusion. Rows stay inside this room."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary, Text
from sqlmodel import Field, SQLModel

from ops.platform.database import UtcDateTime


class HeldOctetsRow(SQLModel, table=True):
    """A certificate, CRL or OCSP response exactly as found, named by its SHA-256 (hexadecimal)."""

    __tablename__ = "holdings_octets"

    sha256: str = Field(primary_key=True, max_length=64)
    octets: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class HeldEvidenceRow(SQLModel, table=True):
    """An Evidence under its identity: `facts` is its canonical form, `outcome` the canonical form of what was asked and
    concluded last (`validator.holdings.outcome`)."""

    __tablename__ = "holdings_evidence"

    identity: str = Field(primary_key=True, max_length=64)
    name: str = Field(sa_column=Column(Text, nullable=False))
    kept_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    facts: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    outcome: str = Field(sa_column=Column(Text, nullable=False))
