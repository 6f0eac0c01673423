"""Refuses to work while the clock is in doubt: nothing is dated by a clock that stepped back or stands alone."""

from datetime import datetime

from sqlmodel import Session

from ca.errors import ClockError
from ca.room import Room


def trusted_now(room: Room, session: Session) -> datetime:
    """The present moment, aware UTC.

    Raises ClockError when it lies before the audit log's last signed head, or away from the witness, by more than the
    room's tolerance (EN 319 401 REQ-7.10: synchronised with UTC).
    """
    now = room.clock.now()
    head = room.audit.head(session)
    if head is not None and now < head.at - room.clock_tolerance:
        raise ClockError(f"The clock says {now:%Y-%m-%d %H:%M:%S} UTC, which is before the last logged action.")
    if room.witness is not None and abs(now - room.witness.now()) > room.clock_tolerance:
        raise ClockError("The clock and its witness disagree.")
    return now
