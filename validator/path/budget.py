"""The limits of one search: steps, signature checks, time. Reaching one is an answer of its own, never a guess.

Time is the processor time of this process, so that a busy machine gives the same answers as an idle one. It is not
asked for before so much time has passed on the clock, which costs a fraction of the question.
"""

from time import perf_counter, process_time

from validator.path.types import PathSettings


class BudgetExceededError(Exception):
    """A limit was reached; `limit` says which one, in words."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class Budget:
    """Counts what a question costs, nested questions about CRL and OCSP signers included."""

    __slots__ = ("_deadline", "_earliest", "_seconds", "_signatures", "_steps", "explored", "signatures")

    def __init__(self, settings: PathSettings) -> None:
        self._steps = settings.max_steps
        self._signatures = settings.max_signature_checks
        self._seconds = settings.deadline_seconds
        self._deadline = process_time() + settings.deadline_seconds
        self._earliest = perf_counter() + settings.deadline_seconds
        self.explored = 0
        self.signatures = 0

    def step(self) -> None:
        """One more certificate is looked at. Raises BudgetExceededError."""
        self.explored += 1
        if self.explored > self._steps:
            raise BudgetExceededError(f"{self._steps} steps")
        # The clock is read seldom: reading it costs as much as a step.
        if not self.explored & 15:
            self.check()

    def signature(self) -> None:
        """One more signature is checked. Raises BudgetExceededError."""
        self.signatures += 1
        if self.signatures > self._signatures:
            raise BudgetExceededError(f"{self._signatures} signature checks")
        self.check()

    def check(self) -> None:
        """Before work that no step stands for. Raises BudgetExceededError when the time is up."""
        if perf_counter() > self._earliest and process_time() > self._deadline:
            raise BudgetExceededError(f"{self._seconds:.2f} seconds")
