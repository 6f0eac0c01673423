"""Serial numbers that are unique for a unit for ever (RFC 3161 2.4.2, tsa.md rule 6).

A serial number is 17 octets: ``01 ‖ block (5) ‖ index (3) ‖ random (8)``. The block is taken from a counter in the
database and committed *before* any of its numbers is used, so a crash, a restart or a second process costs the rest of
a block and never repeats a number. The 64 random bits carry the promise over the one case that a counter cannot: a
database that was restored from an old backup. Together 136 bits of the 160 that are allowed, always positive, always
of one length.
"""

import os
from collections.abc import Callable
from datetime import datetime
from itertools import count
from secrets import token_bytes
from threading import Lock
from typing import Final

from sqlmodel import Session, select

from ops.platform import der
from ops.platform.database import Database
from signer.tsa.models import TsaSerialRow

BLOCK_SIZE: Final = 50_000
_MAXIMUM_BLOCK: Final = 2**40


class SerialNumbers:
    """Gives serial numbers of one unit; safe for threads, and for processes after a fork."""

    def __init__(
        self,
        database: Database,
        unit: str,
        *,
        on_block: Callable[[Session, int, datetime], None] | None = None,
        block_size: int = BLOCK_SIZE,
    ) -> None:
        """`on_block` is called inside the transaction that takes a block (unit's audit entry): (session, block, at)."""
        self._database = database
        self._unit = unit
        self._on_block = on_block
        self._size = block_size
        self._lock = Lock()
        self._block = b""
        self._indices = iter(range(0))
        self._process = os.getpid()

    def next(self, at: datetime) -> bytes:
        """The next serial number, the complete INTEGER. Takes a new block when needed: then the errors of
        `ops.platform.database` can be raised, and no number was given."""
        with self._lock:
            # A child process must not go on with its parent's block.
            index = next(self._indices, None) if os.getpid() == self._process else None
            if index is None:
                self._take_block(at)
                index = next(self._indices)
            return b"\x02\x11\x01" + self._block + index.to_bytes(3, "big") + token_bytes(8)

    def start(self, at: datetime) -> datetime:
        """Take the first block now. Returns the newest time that the unit is known to have given out before."""
        with self._lock:
            return self._take_block(at)

    def _take_block(self, at: datetime) -> datetime:
        block, latest = self._database.run_write(lambda session: self._reserve(session, at))
        self._block = block.to_bytes(5, "big")
        self._indices = iter(range(self._size))
        self._process = os.getpid()
        return latest

    def _reserve(self, session: Session, at: datetime) -> tuple[int, datetime]:
        self._database.lock(session, f"tsa:{self._unit}")
        row = session.exec(select(TsaSerialRow).where(TsaSerialRow.unit == self._unit)).one_or_none()
        if row is None:
            row = TsaSerialRow(unit=self._unit, next_block=0, latest_time=at)
        block, latest = row.next_block, row.latest_time
        if block >= _MAXIMUM_BLOCK:
            raise OverflowError("all serial numbers of this unit are used")
        row.next_block = block + 1
        row.latest_time = max(latest, at)
        session.add(row)
        if self._on_block is not None:
            self._on_block(session, block, at)
        return block, latest


class CountingSerialNumbers:
    """Serial numbers without a database, unique within one process by a counter and beyond it by 64 random bits: for
    demonstrations and measurements, where no unit outlives the process."""

    def __init__(self) -> None:
        self._origin = token_bytes(5)
        self._numbers = count()

    def next(self, at: datetime) -> bytes:
        """The next serial number, the complete INTEGER."""
        return der.tlv(0x02, b"\x01" + self._origin + next(self._numbers).to_bytes(6, "big") + token_bytes(8))
