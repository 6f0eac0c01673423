"""The nouns of durable jobs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class JobRun(Protocol):
    """One run of a job, given to its function."""

    @property
    def id(self) -> str:
        """The job's number."""
        ...

    @property
    def scheduled_for(self) -> datetime | None:
        """The time of the schedule that started it, aware UTC; None for a job that somebody asked for."""
        ...

    def step(self, name: str, work: Callable[[], Json]) -> Json:
        """Do `work` and keep its result durably. After a crash the steps already kept are not done again.

        A step that was cut off by the crash is done again: it has to be repeatable. The order and names of a job's
        steps depend on nothing but its arguments and earlier results.
        """
        ...


JobWork = Callable[[JobRun, Mapping[str, Json]], Json]
"""What a job does: gets its run and its arguments, gives a JSON value."""


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job as it stands. `error` is the code of the error (a type's name where it had none); times are aware UTC."""

    id: str
    job: str
    state: JobState
    result: Json
    error: str | None
    created_at: datetime
