"""What can go wrong with jobs."""

from ops.platform.errors import PlatformError


class JobsError(PlatformError):
    """Root of the jobs' errors."""

    code = "TS-JOBS-ERROR"


class JobsBusyError(JobsError):
    """Another process runs the jobs of this database under the same worker name."""

    code = "TS-JOBS-BUSY"
    next_step = "Stop the other process, or give this one a worker name of its own."


class JobsUseError(JobsError):
    """The jobs were used in an order that cannot work: a mistake in the program."""

    code = "TS-JOBS-USE"


class UnknownJobError(JobsError):
    """No job has this name or number."""

    code = "TS-JOBS-UNKNOWN"
    next_step = "Check the number that was given when the job was accepted."
    http_status = 404


class JobArgumentsError(JobsError):
    """Arguments or results that are not plain JSON values: they would not survive the process."""

    code = "TS-JOBS-ARGUMENTS"
