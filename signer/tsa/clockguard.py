"""Whether the clock may be used for genTime now (EN 319 421 7.7.2, RFC 3161 2.4.2 timeNotAvailable).

A time-stamp with a wrong time is worse than none: the guard stops the unit when somebody marked the clock bad, when the
time steps back, or when wall clock and steady clock drift apart.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from ops.platform.clock import Clock

STEP_TOLERANCE: Final = timedelta(milliseconds=50)


class ClockBadError(Exception):
    """The time must not be used; the text says why."""


class ClockGuard:
    """Hands out the time, or refuses.

    `steady` gives seconds of a clock that is never set (for example `time.monotonic`); without it drift is not watched,
    which is right only for clocks that are moved on purpose. `drift_limit` is the deviation that stops the unit.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        steady: Callable[[], float] | None = None,
        drift_limit: timedelta = timedelta(milliseconds=500),
    ) -> None:
        self._clock = clock
        self._steady = steady
        self._drift_limit = drift_limit
        self._lock = Lock()
        self._bad: str | None = None
        self._latest: datetime | None = None
        self._origin: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """The time for a genTime, aware UTC; ClockBadError when there is none to give."""
        with self._lock:
            if self._bad is not None:
                raise ClockBadError(self._bad)
            at = self._clock.now()
            self._check_step(at)
            self._check_drift(at)
            if self._latest is None or at > self._latest:
                self._latest = at
            return at

    def _check_step(self, at: datetime) -> None:
        # Not latched: the unit goes on by itself once the time has caught up with what was given out.
        if self._latest is not None and at < self._latest - STEP_TOLERANCE:
            raise ClockBadError("the clock was set back")

    def _check_drift(self, at: datetime) -> None:
        if self._steady is None:
            return
        steady = self._steady()
        if self._origin is None:
            self._origin = at, steady
        elapsed = timedelta(seconds=steady - self._origin[1])
        if abs(at - self._origin[0] - elapsed) > self._drift_limit:
            self._bad = "the clock was set, or drifts"
            raise ClockBadError(self._bad)

    def know(self, latest: datetime) -> None:
        """Remember a time that was given out earlier, by another process or before a restart."""
        with self._lock:
            if self._latest is None or latest > self._latest:
                self._latest = latest

    def mark_bad(self, reason: str) -> None:
        """Stop: the monitor or the operator says that the clock is outside its accuracy."""
        with self._lock:
            self._bad = reason or "the clock was marked bad"

    def mark_good(self) -> None:
        """Go on: somebody has checked the clock. A time that was already given out still binds."""
        with self._lock:
            self._bad = None
            self._origin = None

    @property
    def fault(self) -> str | None:
        """Why the unit stands still, None when it does not."""
        return self._bad
