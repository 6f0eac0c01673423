"""Durable jobs and schedules: what was accepted is finished, whatever is killed in between.

`Jobs` runs them over DBOS, embedded in this process; nothing leaves the machine but the connection to the database.
"""

from ops.platform.jobs.errors import JobArgumentsError, JobsBusyError, JobsError, JobsUseError, UnknownJobError
from ops.platform.jobs.model import JobRun, JobState, JobStatus, JobWork, Json
from ops.platform.jobs.runner import Jobs

__all__ = [
    "JobArgumentsError",
    "JobRun",
    "JobState",
    "JobStatus",
    "JobWork",
    "Jobs",
    "JobsBusyError",
    "JobsError",
    "JobsUseError",
    "Json",
    "UnknownJobError",
]
