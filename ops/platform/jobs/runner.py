"""`Jobs`: registers, accepts, schedules, runs and forgets durable jobs over DBOS.

A job is accepted when `enqueue` returns: it is in the database, and is run to its end even if every process is killed.
DBOS is used embedded; its console ("conductor"), telemetry and cloud mode are never switched on.
"""

import logging
import os
import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID, WorkflowStatus
from sqlalchemy import Engine

from ops.platform.clock import Clock
from ops.platform.database import parse_database_url
from ops.platform.jobs.errors import JobsUseError, UnknownJobError
from ops.platform.jobs.exclusive import hold
from ops.platform.jobs.lifecycle import RunningCount, end_dbos, log_our_way, pool
from ops.platform.jobs.model import JobRun, JobState, JobStatus, JobWork, Json
from ops.platform.jobs.serialisation import JsonSerializer, error_code, refuse_pickles
from ops.platform.metrics import Metrics

_QUEUE = "trustspace"
_RETENTION_JOB = "jobs.forget"
_NAME = re.compile(r"[a-z][a-z0-9.-]{0,99}")
_WORKER = re.compile(r"[a-z0-9-]{1,50}")
_AT_ONCE = 500
_KEPT_UNTIL_EXIT: list[ExitStack] = []
_STATES = {
    "ENQUEUED": JobState.WAITING,
    "DELAYED": JobState.WAITING,
    "PENDING": JobState.RUNNING,
    "SUCCESS": JobState.DONE,
}
_FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]

log = logging.getLogger(__name__)


class Jobs:
    """The jobs of one database, run by this process once launched. One `Jobs` per process at a time.

    `worker` names this process among several that share a PostgreSQL database; each takes up its own unfinished jobs
    when it starts again, so a name is kept over restarts. `workers` is how many jobs run at once, `poll` how often the
    queue is looked at, `patience` how long `launch` waits for another process of the same name to end. Finished jobs
    are forgotten after `retention`.
    """

    _open: "Jobs | None" = None

    def __init__(
        self,
        database_url: str,
        clock: Clock,
        *,
        worker: str = "local",
        workers: int = 2,
        poll: timedelta = timedelta(seconds=1),
        retention: timedelta = timedelta(days=30),
        patience: timedelta = timedelta(seconds=5),
        metrics: Metrics | None = None,
    ) -> None:
        if not _WORKER.fullmatch(worker):
            raise JobsUseError("A worker's name is 1 to 50 lower-case letters, digits and hyphens.")
        self._url = parse_database_url(database_url)
        self._clock = clock
        self._worker = worker
        self._workers = workers
        self._poll = poll
        self._retention = retention
        self._patience = patience
        self._metrics = metrics
        self._works: dict[str, JobWork] = {}
        self._schedules: dict[str, tuple[str, str, Mapping[str, Json]]] = {}
        self._held: ExitStack | None = None
        self._running = RunningCount()
        self.register(_RETENTION_JOB, lambda run, _arguments: run.step("forget", self.forget_finished))
        self.schedule("jobs-forget", _RETENTION_JOB, "17 3 * * *", {})

    def register(self, job: str, work: JobWork) -> None:
        """Say what a job of this name does; before `launch`."""
        self._before_launch()
        if not _NAME.fullmatch(job) or job in self._works:
            raise JobsUseError(f"The job name {job!r} is malformed or taken.")
        self._works[job] = work

    def schedule(self, name: str, job: str, cron: str, arguments: Mapping[str, Json]) -> None:
        """Run a registered job by a crontab line in UTC (five fields, or six with seconds first); before `launch`.

        Schedules that are no longer declared are dropped at launch. Runs missed while nothing ran are not made up for:
        every scheduled job here brings something up to date, once.
        """
        self._before_launch()
        if job not in self._works or not _NAME.fullmatch(name):
            raise JobsUseError(f"The schedule {name!r} is malformed or of an unknown job.")
        self._schedules[name] = (job, cron, arguments)

    def launch(self) -> None:
        """Start: take up what was left unfinished, then accept and run jobs. Raises `JobsBusyError`."""
        self._before_launch()
        if Jobs._open is not None:
            raise JobsUseError("This process runs jobs already.")
        if os.environ.get("DBOS__CLOUD"):
            raise JobsUseError("DBOS__CLOUD is set, which would send jobs to another machine.")
        with ExitStack() as held:
            engine = None if self._url.get_backend_name() == "sqlite" else pool(self._url, held)
            held.enter_context(hold(self._url, engine, self._worker, self._patience))
            try:
                self._start_dbos(engine)
            except BaseException:
                end_dbos(timedelta(0))
                raise
            self._held = held.pop_all()
        Jobs._open = self

    def close(self, drain: timedelta = timedelta(seconds=30)) -> None:
        """Start no more jobs, and wait for those that run, for `drain` at most. Safe to call twice.

        What is unfinished is taken up at the next launch. A job that still runs after `drain` keeps this worker's name
        taken until the process ends, because a second process would do it at the same time.
        """
        if self._held is None:
            return
        end_dbos(drain if self._running.count else timedelta(0))
        held, self._held, Jobs._open = self._held, None, None
        if self._running.count:
            log.warning("jobs-still-running")
            _KEPT_UNTIL_EXIT.append(held)
        else:
            held.close()

    def enqueue(self, job: str, arguments: Mapping[str, Json], *, key: str | None = None) -> str:
        """Accept a job; gives its number once it is durable.

        Two calls with the same `key` are one job, also after a crash between them. Raises `UnknownJobError` and
        `JobArgumentsError`.
        """
        self._launched()
        if job not in self._works:
            raise UnknownJobError(f"There is no job {job!r}.")
        # Checked here because DBOS would accept now and fail later.
        plain = JsonSerializer().deserialize(JsonSerializer().serialize(dict(arguments)))
        with ExitStack() as named:
            if key is not None:
                named.enter_context(SetWorkflowID(f"{job}:{key}"))
            return DBOS.enqueue_workflow(_QUEUE, self._entry, job, plain).workflow_id

    def status(self, job_id: str) -> JobStatus:
        """How a job stands. Raises `UnknownJobError`, also for a job that was forgotten."""
        self._launched()
        found = DBOS.list_workflows(workflow_ids=[job_id])
        if not found:
            raise UnknownJobError("There is no such job.")
        return _status(found[0])

    def wait(self, job_id: str) -> JobStatus:
        """`status` once the job is finished; waits for it."""
        self.status(job_id)
        try:
            DBOS.retrieve_workflow(job_id).get_result(polling_interval_sec=self._poll.total_seconds())
        except Exception as error:  # noqa: BLE001 - whatever the job raised is in its status
            log.debug("job-failed", extra={"error": error_code(error)})
        return self.status(job_id)

    def forget_finished(self) -> int:
        """Delete jobs that were finished longer ago than the retention; gives their number."""
        self._launched()
        before = (self._clock.now() - self._retention).isoformat()
        forgotten = 0
        while found := DBOS.list_workflows(
            status=_FINISHED, completed_before=before, limit=_AT_ONCE, load_input=False, load_output=False
        ):
            DBOS.delete_workflows([workflow.workflow_id for workflow in found])
            forgotten += len(found)
        return forgotten

    def _start_dbos(self, engine: Engine | None) -> None:
        refuse_pickles()
        log_our_way()
        config: DBOSConfig = {
            "name": "trustspace",
            "system_database_url": self._url.render_as_string(hide_password=False),
            "system_database_engine": engine,
            # Constant, so that a new version of the software takes up the jobs of the old one.
            "application_version": "trustspace",
            "executor_id": self._worker,
            "log_level": "WARNING",
            "enable_otlp": False,
            "serializer": JsonSerializer(),
            "notification_listener_polling_interval_sec": self._poll.total_seconds(),
        }
        DBOS(config=config)
        self._register_entries()
        DBOS.launch()
        DBOS.register_queue(
            _QUEUE,
            worker_concurrency=self._workers,
            polling_interval_sec=self._poll.total_seconds(),
            on_conflict="always_update",
        )
        self._apply_schedules()

    def _apply_schedules(self) -> None:
        for stored in DBOS.list_schedules():
            if stored["schedule_name"] not in self._schedules:
                DBOS.delete_schedule(stored["schedule_name"])
        DBOS.apply_schedules(
            [
                {
                    "schedule_name": name,
                    "workflow_fn": self._scheduled_entry,
                    "schedule": cron,
                    "context": {"job": job, "arguments": dict(arguments)},
                    "queue_name": _QUEUE,
                }
                for name, (job, cron, arguments) in self._schedules.items()
            ]
        )

    def _register_entries(self) -> None:
        def run(job: str, arguments: dict[str, Json]) -> Json:
            return self._work(job, arguments, None)

        def run_scheduled(scheduled_for: datetime, context: Any) -> None:
            self._work(context["job"], context["arguments"], scheduled_for)

        # Two entries for all jobs: DBOS finds a job's function again by these names after a restart.
        self._entry = DBOS.workflow(name="job")(run)
        self._scheduled_entry = DBOS.workflow(name="scheduled-job")(run_scheduled)

    def _work(self, job: str, arguments: Mapping[str, Json], scheduled_for: datetime | None) -> Json:
        work = self._works.get(job)
        if work is None:
            raise UnknownJobError(f"There is no job {job!r} in this version of the software.")
        try:
            with self._running:
                result = work(_Run(str(DBOS.workflow_id), scheduled_for), arguments)
        except Exception:
            self._count(job, "failed")
            raise
        self._count(job, "done")
        return result

    def _count(self, job: str, outcome: str) -> None:
        if self._metrics is not None:
            self._metrics.jobs.labels(job, outcome).inc()

    def _before_launch(self) -> None:
        if self._held is not None:
            raise JobsUseError("The jobs are launched already.")

    def _launched(self) -> None:
        if self._held is None:
            raise JobsUseError("The jobs are not launched.")


class _Run(JobRun):
    """A run inside a DBOS workflow."""

    def __init__(self, job_id: str, scheduled_for: datetime | None) -> None:
        self._id = job_id
        self._scheduled_for = scheduled_for

    @property
    def id(self) -> str:
        return self._id

    @property
    def scheduled_for(self) -> datetime | None:
        return self._scheduled_for

    def step(self, name: str, work: Callable[[], Json]) -> Json:
        return DBOS.run_step({"name": name}, work)


def _status(found: WorkflowStatus) -> JobStatus:
    state = _STATES.get(found.status, JobState.FAILED)
    return JobStatus(
        id=found.workflow_id,
        job=_job_name(found),
        state=state,
        result=found.output if state is JobState.DONE else None,
        error=None if state is not JobState.FAILED else error_code(found.error) if found.error else found.status,
        created_at=datetime.fromtimestamp((found.created_at or 0) / 1000, UTC),
    )


def _job_name(found: WorkflowStatus) -> str:
    arguments = found.input["args"] if found.input else ()
    first = arguments[0] if arguments else ""
    return str(arguments[1]["job"]) if isinstance(first, datetime) else str(first)
