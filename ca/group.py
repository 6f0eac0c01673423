"""Group commit: requests that arrive while others are being issued share the next three commits.

There is no waiting for company and no thread of its own: whoever gets the turn takes along everybody who queued up in
the meantime. A single caller pays nothing for it; a hundred at once pay three commits together.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ca.errors import CaError
from ca.preparation import Prepared
from ca.token import IssuanceToken
from ca.values import CertificateRequest, Issued

_MOST = 200


@dataclass(slots=True)
class _Waiting:
    request: CertificateRequest
    outcome: Issued | Exception | None = None


class GroupCommit:
    """Issues requests of many threads together. `prepare` and `issue` are the batch actions of the authority."""

    def __init__(
        self,
        prepare: Callable[[Sequence[CertificateRequest]], list[Prepared | CaError]],
        issue: Callable[[Sequence[IssuanceToken]], list[Issued]],
    ) -> None:
        self._prepare = prepare
        self._issue = issue
        self._turn = threading.Lock()
        self._queue_lock = threading.Lock()
        self._queue: list[_Waiting] = []

    def issue_now(self, request: CertificateRequest) -> Issued:
        """Prepare and issue one request; durable when this returns. Raises what either step raises for it."""
        own = _Waiting(request)
        with self._queue_lock:
            self._queue.append(own)
        with self._turn:
            while own.outcome is None:
                self._serve(self._next())
        if isinstance(own.outcome, Exception):
            raise own.outcome
        return own.outcome

    def _next(self) -> list[_Waiting]:
        with self._queue_lock:
            batch, self._queue = self._queue[:_MOST], self._queue[_MOST:]
        return batch

    def _serve(self, batch: list[_Waiting]) -> None:
        try:
            prepared = self._prepare([one.request for one in batch])
        except Exception as error:  # noqa: BLE001 - every caller of the batch is told, none is left waiting
            for one in batch:
                one.outcome = error
            return
        ready: list[tuple[_Waiting, IssuanceToken]] = []
        for one, outcome in zip(batch, prepared, strict=True):
            if isinstance(outcome, CaError):
                one.outcome = outcome
            else:
                ready.append((one, outcome.token))
        self._issue_all(ready)

    def _issue_all(self, ready: list[tuple[_Waiting, IssuanceToken]]) -> None:
        try:
            for (one, _), issued in zip(ready, self._issue([token for _, token in ready]), strict=True):
                one.outcome = issued
        except Exception as error:  # noqa: BLE001 - as above
            if len(ready) == 1:
                ready[0][0].outcome = error
                return
            # One that may not be issued must not hold up the others: a batch is issued as a whole or not at all.
            for pair in ready:
                self._issue_all([pair])
