"""Tables of the time-stamp authority: how far the serial numbers of each unit are given away."""

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from ops.platform.database import UtcDateTime


class TsaUnitRow(SQLModel, table=True):
    """One time-stamping unit. `next_block` is the first block of serial numbers that nobody has been given;
    `latest_time` is the newest time known to have been given out when a block was."""

    __tablename__ = "tsa_unit"

    unit: str = Field(primary_key=True, max_length=100)
    next_block: int = Field(sa_column=Column(BigInteger, nullable=False))
    latest_time: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
