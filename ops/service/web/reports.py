"""Keeps reports for an hour, in memory only, each under a name that nobody guesses. Documents are never kept.

What is kept holds names of signers (certificates are in the Evidence), so that it is bounded in time and in size and
gone with the process.
"""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from ops.platform.clock import Clock
from ops.service.web.errors import ReportGoneError


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReport:
    """One answer. `task` holds the options of the judgement, without files, to judge the Evidence again."""

    html: bytes
    full: bytes
    evidence: bytes
    line: dict[str, Any]
    task: dict[str, Any]

    @property
    def size(self) -> int:
        """Octets in memory, about."""
        return len(self.html) + len(self.full) + len(self.evidence)


class ReportStore:
    """Reports by name. Threads may share it."""

    def __init__(
        self, clock: Clock, *, lifetime: timedelta = timedelta(hours=1), max_octets: int = 256 * 2**20
    ) -> None:
        self._clock = clock
        self._lifetime = lifetime
        self._max_octets = max_octets
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[datetime, StoredReport]] = OrderedDict()
        self._octets = 0

    def new_id(self) -> str:
        """A fresh name: 192 random bits."""
        return secrets.token_urlsafe(24)

    def put(self, name: str, report: StoredReport) -> bool:
        """Keep a report; false when it is too large to be kept beside others."""
        if report.size > self._max_octets // 4:
            return False
        with self._lock:
            self._drop(name)
            self._kept[name] = (self._clock.now(), report)
            self._octets += report.size
            self._forget()
        return True

    def get(self, name: str) -> StoredReport:
        """Raises ReportGoneError."""
        with self._lock:
            self._forget()
            found = self._kept.get(name)
        if found is None:
            raise ReportGoneError("There is no such report, or it was forgotten.")
        return found[1]

    def _forget(self) -> None:
        limit = self._clock.now() - self._lifetime
        while self._kept:
            name, (at, _report) = next(iter(self._kept.items()))
            if at >= limit and self._octets <= self._max_octets:
                return
            self._drop(name)

    def _drop(self, name: str) -> None:
        found = self._kept.pop(name, None)
        if found is not None:
            self._octets -= found[1].size
