"""Group commit: requests that arrive while others are being issued share the next two commits.

There is no thread of its own: whoever gets the turn takes along everybody who queued up in the meantime. Callers whose
answers come together ask again almost together, so the next turn waits a few milliseconds for as many as the last one
had. A single caller pays nothing for it; a hundred at once pay two commits together.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ca.errors import CaError, SigningError
from ca.orders import Order
from ca.values import Issued

_MOST = 200
_PATIENCE = 0.005


@dataclass(slots=True)
class _Waiting:
    order: Order
    outcome: Issued | Exception | None = None


class GroupCommit:
    """Issues checked orders of many threads together. `issue` is `issuance.issue_at_once` of the authority."""

    def __init__(self, issue: Callable[[Sequence[Order]], list[Issued | CaError]]) -> None:
        self._issue = issue
        self._changed = threading.Condition()
        self._queue: list[_Waiting] = []
        self._taken = False
        self._company = 0

    def issue_now(self, order: Order) -> Issued:
        """Prepare and issue one order; durable when this returns. Raises what either step raises for it."""
        own = _Waiting(order)
        if self._has_turn(own):
            try:
                while own.outcome is None:
                    self._serve(self._next())
            finally:
                self._end_turn()
        if isinstance(own.outcome, Exception):
            raise own.outcome
        assert own.outcome is not None
        return own.outcome

    def _has_turn(self, own: _Waiting) -> bool:
        """Queue up, and wait for the turn or, if somebody else takes it along, for the outcome."""
        with self._changed:
            self._queue.append(own)
            self._changed.notify_all()
            # Who has an outcome goes at once: waiting for the turn would hold it up for somebody else's commits.
            self._changed.wait_for(lambda: own.outcome is not None or not self._taken)
            if own.outcome is not None:
                return False
            self._taken = True
            return True

    def _end_turn(self) -> None:
        with self._changed:
            self._taken = False
            self._changed.notify_all()

    def _next(self) -> list[_Waiting]:
        with self._changed:
            self._changed.wait_for(lambda: len(self._queue) >= self._company, _PATIENCE)
            batch, self._queue = self._queue[:_MOST], self._queue[_MOST:]
            self._company = len(batch)
        return batch

    def _serve(self, batch: list[_Waiting]) -> None:
        outcomes: Sequence[Issued | Exception]
        try:
            outcomes = self._issue([one.order for one in batch])
        except Exception as error:  # noqa: BLE001 - every caller of the batch is told, none is left waiting
            # One that may not be issued, or whose key fails, must not hold up the others: nobody has a certificate yet,
            # so each is tried alone. Where the database fails, it fails for all.
            if isinstance(error, CaError) and len(batch) > 1:
                for one in batch:
                    self._serve([one])
                return
            outcomes = [error] * len(batch)
        except BaseException:
            for one in batch:
                one.outcome = SigningError("Issuing was interrupted before it was finished.")
            raise
        for one, outcome in zip(batch, outcomes, strict=True):
            one.outcome = outcome
