"""Whether this installation may be relied on now: database, audit log, clock, and lists well inside their lives.

Unhealthy long before anything is wrong for a relying party: a list past half its life is late (EN 319 411-1 6.3.9).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from ca.errors import CaError
from ca.service import CertificateAuthority
from ops.platform.installation import Installation
from ops.platform.logs import get_logger
from ops.platform.metrics import Metrics
from policies.errors import TrustspaceError

_KEPT_SECONDS = 5.0
_CLOCK_DRIFT = timedelta(seconds=2)

log = get_logger(__name__)


class _ProbeDoneError(Exception):
    """Ends the audit log's probe so that its transaction is undone."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `sentence` says what is wrong, empty when it is good."""

    name: str
    sentence: str = ""

    @property
    def is_good(self) -> bool:
        """Nothing is wrong."""
        return not self.sentence


class Health:
    """Looks after one installation; the answer is kept for a few seconds. Threads may share it."""

    def __init__(
        self,
        installation: Installation,
        authority: CertificateAuthority,
        metrics: Metrics,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._installation = installation
        self._authority = authority
        self._metrics = metrics
        self._steady = steady
        self._origin = (installation.clock.now(), steady())
        self._lock = Lock()
        self._last: tuple[float, tuple[Check, ...]] | None = None

    def checks(self) -> tuple[Check, ...]:
        """Every check; touches the database and the audit key, so not for the event loop."""
        with self._lock:
            now = self._steady()
            if self._last is None or now - self._last[0] > _KEPT_SECONDS:
                self._last = (now, tuple(self._look()))
            return self._last[1]

    def _look(self) -> list[Check]:
        found = [self._checked("clock", self._clock)]
        for name, look in (("database", self._database), ("audit-log", self._audit_log)):
            found.append(self._checked(name, look))
        if found[1].is_good:
            found += self._lists()
        return found

    @staticmethod
    def _checked(name: str, look: Callable[[], str]) -> Check:
        try:
            return Check(name, look())
        except TrustspaceError as error:
            return Check(name, f"{error.code}: {error.sentence}")
        except Exception as error:
            # Whatever stops the probe would stop the real thing.
            log.error("health-probe-failed", check=name, exc_info=error)
            return Check(name, f"It cannot be used ({type(error).__name__}).")

    def _clock(self) -> str:
        at, steady = self._origin
        drift = self._installation.clock.now() - at - timedelta(seconds=self._steady() - steady)
        return "" if abs(drift) <= _CLOCK_DRIFT else "The clock was set, or drifts, since the service was started."

    def _database(self) -> str:
        from ops.service import schema

        schema.require_current(self._installation.database)
        return ""

    def _audit_log(self) -> str:
        audit, clock = self._installation.audit, self._installation.clock
        with self._installation.database.read() as session:
            head = audit.head(session)
        if head is None:
            return "There is no audit log."
        if clock.now() < head.at - self._installation.settings.clock_skew:
            return "The clock is behind the audit log's last signed head."
        try:
            with self._installation.database.write() as session:
                audit.append(session, "service.health.probed", "audit-log", {})
                # The entry was made, signed and written, but must not stay: a health check is no event.
                raise _ProbeDoneError
        except _ProbeDoneError:
            return ""

    def _lists(self) -> list[Check]:
        now, found = self._installation.clock.now(), []
        for view in self._authority.authorities():
            try:
                crl = self._authority.crl(view.name)
            except CaError as error:
                found.append(Check(f"crl:{view.name}", f"{error.code}: {error.sentence}"))
                continue
            self._metrics.crl_next_update.labels(view.name).set(crl.next_update.timestamp())
            found.append(Check(f"crl:{view.name}", _late(crl.this_update, crl.next_update, now)))
        return found


def _late(this_update: datetime, next_update: datetime, now: datetime) -> str:
    if now <= this_update + (next_update - this_update) / 2:
        return ""
    return f"The list is past half its life; it must be renewed before {next_update:%Y-%m-%d %H:%M} UTC."


def as_json(checks: tuple[Check, ...]) -> dict[str, Any]:
    """The answer of the health address."""
    return {
        "healthy": all(check.is_good for check in checks),
        "checks": [{"name": check.name, "healthy": check.is_good, "message": check.sentence} for check in checks],
    }
