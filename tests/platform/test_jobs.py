"""Durable jobs on both databases: accepted means finished, killed or not."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL

from ops.platform.clock import FixedClock
from ops.platform.database import parse_database_url
from ops.platform.jobs import (
    JobArgumentsError,
    JobRun,
    Jobs,
    JobsBusyError,
    JobsError,
    JobState,
    JobsUseError,
    Json,
    UnknownJobError,
)
from ops.platform.jobs.exclusive import hold
from ops.platform.jobs.serialisation import JsonSerializer, RecordedError
from ops.platform.metrics import Metrics
from policies.errors import TrustspaceError

PROJECT = Path(__file__).resolve().parents[2]
POLL = timedelta(milliseconds=20)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/jobs.sqlite"
    server: URL = request.getfixturevalue("postgresql_database")
    engine = create_engine(server)
    with engine.begin() as connection:
        # DBOS keeps its tables in this schema of whatever database it gets.
        connection.execute(text("DROP SCHEMA IF EXISTS dbos CASCADE"))
    engine.dispose()
    return server.render_as_string(hide_password=False)


@pytest.fixture
def jobs(url: str, clock: FixedClock) -> Iterator[Jobs]:
    made = Jobs(url, clock, poll=POLL, metrics=Metrics())
    yield made
    made.close()


def echo(_run: JobRun, arguments: Mapping[str, Json]) -> Json:
    return dict(arguments)


def fail(_run: JobRun, _arguments: Mapping[str, Json]) -> Json:
    raise TrustspaceError("cannot parse 'Иванов'", code="TS-TEST-FAILED")


def test_an_accepted_job_is_done(jobs: Jobs) -> None:
    jobs.register("echo", echo)
    jobs.launch()
    done = jobs.wait(jobs.enqueue("echo", {"a": [1, "б", None]}))
    assert (done.job, done.state, done.result, done.error) == ("echo", JobState.DONE, {"a": [1, "б", None]}, None)
    assert done.created_at.tzinfo is UTC


def test_a_failed_job_tells_its_code_and_no_more(jobs: Jobs, url: str) -> None:
    jobs.register("fail", fail)
    jobs.launch()
    failed = jobs.wait(jobs.enqueue("fail", {}))
    assert (failed.state, failed.result, failed.error) == (JobState.FAILED, None, "TS-TEST-FAILED")
    assert "Иванов" not in str(rows(url, "workflow_status"))


def test_jobs_are_counted(url: str, clock: FixedClock) -> None:
    metrics = Metrics()
    jobs = Jobs(url, clock, poll=POLL, metrics=metrics)
    jobs.register("fail", fail)
    jobs.launch()
    jobs.wait(jobs.enqueue("fail", {}))
    jobs.close()
    assert b'trustspace_jobs_total{job="fail",outcome="failed"} 1.0' in metrics.render()


def test_a_key_makes_two_calls_one_job(jobs: Jobs) -> None:
    ran: list[int] = []
    jobs.register("once", lambda _run, _arguments: ran.append(1))
    jobs.launch()
    first, second = jobs.enqueue("once", {}, key="a"), jobs.enqueue("once", {}, key="a")
    other = jobs.enqueue("once", {}, key="b")
    assert first == second != other
    jobs.wait(first)
    jobs.wait(other)
    assert len(ran) == 2


def test_steps_run_in_order_and_know_their_job(jobs: Jobs) -> None:
    jobs.register("steps", lambda run, _a: [run.step("one", lambda: run.id), run.step("two", lambda: 2)])
    jobs.launch()
    job = jobs.enqueue("steps", {})
    assert jobs.wait(job).result == [job, 2]


def test_a_job_killed_in_the_middle_is_finished_after_the_restart(url: str, tmp_path: Path) -> None:
    worker = [sys.executable, "-W", "error", str(Path(__file__).with_name("jobs_worker.py")), url, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    steps = tmp_path / "steps"
    with subprocess.Popen(worker, env=environment, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "accepted three-steps:once\n"
        while not steps.exists() or "second" not in steps.read_text():
            assert killed.poll() is None
        killed.send_signal(signal.SIGKILL)
    (tmp_path / "go").touch()
    finished = subprocess.run(worker, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert "result=['first', 'second', 'third']" in finished.stdout
    assert steps.read_text().split() == ["first", "second", "second"]
    assert finished.stderr == ""


def test_what_is_unfinished_at_close_is_done_later(url: str, clock: FixedClock) -> None:
    started, stop = threading.Event(), threading.Event()

    def slow(_run: JobRun, _arguments: Mapping[str, Json]) -> Json:
        started.set()
        stop.wait(20)
        return "slow"

    first = Jobs(url, clock, poll=POLL, workers=1)
    first.register("slow", slow)
    first.register("echo", echo)
    first.launch()
    running = first.enqueue("slow", {})
    waiting = first.enqueue("echo", {"a": 1})
    assert started.wait(20)
    closing = threading.Thread(target=first.close)
    closing.start()
    stop.set()
    closing.join()
    second = Jobs(url, clock, poll=POLL)
    second.register("slow", slow)
    second.register("echo", echo)
    second.launch()
    assert second.wait(running).result == "slow"
    assert second.wait(waiting).result == {"a": 1}
    second.close()


def test_a_job_that_does_not_end_keeps_its_worker_taken(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[ExitStack] = []
    monkeypatch.setattr("ops.platform.jobs.runner._KEPT_UNTIL_EXIT", kept)
    started, stop = threading.Event(), threading.Event()

    def stuck(_run: JobRun, _arguments: Mapping[str, Json]) -> Json:
        started.set()
        return stop.wait(20)

    first = Jobs(f"sqlite:///{tmp_path}/jobs.sqlite", clock, poll=POLL)
    first.register("stuck", stuck)
    first.launch()
    first.enqueue("stuck", {})
    assert started.wait(20)
    first.close(drain=timedelta(0))
    second = Jobs(f"sqlite:///{tmp_path}/jobs.sqlite", clock, poll=POLL, patience=timedelta(0))
    with pytest.raises(JobsBusyError):
        second.launch()
    stop.set()
    for held in kept:
        held.close()


def test_a_schedule_runs_its_job(jobs: Jobs) -> None:
    ran, times = threading.Event(), list[datetime | None]()

    def work(run: JobRun, arguments: Mapping[str, Json]) -> Json:
        times.append(run.scheduled_for)
        ran.set()
        return arguments["a"]

    jobs.register("tick", work)
    jobs.schedule("every-second", "tick", "* * * * * *", {"a": 1})
    jobs.launch()
    assert ran.wait(30)
    assert times[0] is not None
    assert times[0].tzinfo is UTC


def test_schedules_that_are_no_longer_declared_are_dropped(url: str, clock: FixedClock) -> None:
    for names in (("one", "two"), ("two",)):
        jobs = Jobs(url, clock, poll=POLL)
        jobs.register("echo", echo)
        for name in names:
            jobs.schedule(name, "echo", "0 0 1 1 *", {})
        jobs.launch()
        assert {stored["schedule_name"] for stored in DBOS.list_schedules()} == {"jobs-forget", *names}
        jobs.close()


def test_finished_jobs_are_forgotten_after_the_retention(jobs: Jobs, clock: FixedClock) -> None:
    jobs.register("echo", echo)
    jobs.launch()
    clock.set(datetime.now(UTC))
    done = jobs.enqueue("echo", {})
    jobs.wait(done)
    assert jobs.forget_finished() == 0
    clock.advance(timedelta(days=31))
    assert jobs.wait(jobs.enqueue("jobs.forget", {})).result == 1
    with pytest.raises(UnknownJobError):
        jobs.status(done)


def test_a_second_process_does_not_take_the_jobs(url: str, clock: FixedClock, tmp_path: Path) -> None:
    parsed = parse_database_url(url)
    engine = None if parsed.get_backend_name() == "sqlite" else create_engine(parsed)
    jobs = Jobs(url, clock, poll=POLL, patience=timedelta(0))
    with hold(parsed, engine, "local", timedelta(0)):
        with pytest.raises(JobsBusyError) as caught:
            jobs.launch()
        with hold(parsed, engine, "another", timedelta(0)):
            pass
    assert caught.value.code == "TS-JOBS-BUSY"
    jobs.launch()
    jobs.close()
    if engine is not None:
        engine.dispose()


def test_one_process_has_one_set_of_jobs(jobs: Jobs, clock: FixedClock, tmp_path: Path) -> None:
    jobs.launch()
    with pytest.raises(JobsUseError):
        Jobs(f"sqlite:///{tmp_path}/other.sqlite", clock).launch()
    jobs.close()
    jobs.close()


def test_what_cannot_be_kept_is_not_accepted(jobs: Jobs) -> None:
    jobs.register("echo", echo)
    jobs.launch()
    for value in (object(), b"bytes", float("nan"), {1, 2}):
        arguments: Any = {"a": value}
        with pytest.raises(JobArgumentsError):
            jobs.enqueue("echo", arguments)
    with pytest.raises(UnknownJobError):
        jobs.enqueue("unknown", {})
    with pytest.raises(UnknownJobError):
        jobs.status("unknown")


def test_use_in_the_wrong_order_is_told(tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs(f"sqlite:///{tmp_path}/jobs.sqlite", clock, poll=POLL)
    with pytest.raises(JobsUseError):
        jobs.enqueue("jobs.forget", {})
    for name in ("", "Upper", "jobs.forget"):
        with pytest.raises(JobsUseError):
            jobs.register(name, echo)
    with pytest.raises(JobsUseError):
        jobs.schedule("a", "unknown", "* * * * *", {})
    with pytest.raises(JobsUseError):
        Jobs(f"sqlite:///{tmp_path}/jobs.sqlite", clock, worker="../x")
    monkeypatch.setenv("DBOS__CLOUD", "true")
    with pytest.raises(JobsUseError):
        jobs.launch()
    monkeypatch.delenv("DBOS__CLOUD")
    jobs.launch()
    with pytest.raises(JobsUseError):
        jobs.register("late", echo)
    jobs.close()


def test_a_pickled_row_is_never_read(jobs: Jobs, url: str) -> None:
    jobs.register("echo", echo)
    jobs.launch()
    job = jobs.enqueue("echo", {})
    jobs.wait(job)
    engine = create_engine(parse_database_url(url))
    with engine.begin() as connection:
        schema = "dbos." if engine.dialect.name == "postgresql" else ""
        connection.execute(text(f"UPDATE {schema}workflow_status SET serialization = 'py_pickle'"))
    engine.dispose()
    with pytest.raises(JobsError):
        DBOS.retrieve_workflow(job).get_result()


def test_nothing_but_the_database_is_contacted(tmp_path: Path, clock: FixedClock) -> None:
    """Sockets are closed in this test: DBOS would fail if it looked for a console, telemetry or a licence."""
    with pytest.raises(RuntimeError), pytest.warns(UserWarning, match="socket"):
        socket.create_connection(("127.0.0.1", 9))
    jobs = Jobs(f"sqlite:///{tmp_path}/jobs.sqlite", clock, poll=POLL)
    jobs.register("echo", echo)
    jobs.launch()
    assert jobs.wait(jobs.enqueue("echo", {})).state is JobState.DONE
    jobs.close()


def rows(url: str, table: str) -> list[Any]:
    engine = create_engine(parse_database_url(url))
    schema = "dbos." if engine.dialect.name == "postgresql" else ""
    with engine.connect() as connection:
        found = list(connection.execute(text(f"SELECT * FROM {schema}{table}")))
    engine.dispose()
    return found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text().filter(lambda key: not key.startswith("$")), inner),
)


@given(JSON | st.datetimes(timezones=st.just(UTC)))
def test_values_come_back_as_they_were(value: object) -> None:
    serializer = JsonSerializer()
    assert serializer.deserialize(serializer.serialize(value)) == value


def test_errors_come_back_as_their_code() -> None:
    serializer = JsonSerializer()
    back = serializer.deserialize(serializer.serialize(ValueError("Иванов")))
    assert isinstance(back, RecordedError)
    assert back.code == "ValueError"
    with pytest.raises(JobsError):
        serializer.deserialize("no json")
