"""Tables of the time-stamp authority: its units, and how far their serial numbers are given away."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel

from ops.platform.database import UtcDateTime


class TsaUnitRow(SQLModel, table=True):
    """One time-stamping unit: its key's label, its certificate with issuers (concatenated DER, nearest first), and what
    it promises. `also` lists further policies that requests may name, separated by spaces."""

    __tablename__ = "tsa_unit"

    unit: str = Field(primary_key=True, max_length=100)
    key_label: str = Field(max_length=100)
    certificate: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    chain: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    policy: str = Field(max_length=200)
    also: str = Field(max_length=2000)
    accuracy_ms: int
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class TsaSerialRow(SQLModel, table=True):
    """The serial numbers of one unit. `next_block` is the first block that nobody has been given; `latest_time` is the
    newest time known to have been given out when a block was. Kept for ever, also after the unit's end."""

    __tablename__ = "tsa_serial"

    unit: str = Field(primary_key=True, max_length=100)
    next_block: int = Field(sa_column=Column(BigInteger, nullable=False))
    latest_time: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
