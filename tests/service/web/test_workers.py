"""The bounds of judging: what runs over is killed, who waited is told, and the next document is judged as ever."""

import logging
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.service.web.errors import BusyError, InternalError, WorkerError
from ops.service.web.workers import Answer, Task, WorkerLimits, WorkerPool
from policies.errors import TrustspaceError

LIMITS = WorkerLimits(processes=1, waiting=2, wall_seconds=20.0, cpu_seconds=2)
COMMAND = (sys.executable, "-m", "tests.service.web.misbehaving_worker")
OPTIONS = {
    "id": "x", "policy": "default", "at": "2026-06-01T12:00:00+00:00",
    "clock": {"now": "2026-06-01T12:00:00+00:00", "machine": "2026-06-01T12:00:00+00:00"},
    "forums": [], "documentKind": None, "relyingParty": None, "lang": "en", "modelSpace": False, "notices": [],
    "fetching": None,
    "files": [{"role": "document", "name": "x"}],
}  # fmt: skip


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    found = WorkerPool(LIMITS, command=COMMAND)
    yield found
    found.close()


def ask(pool: WorkerPool, octets: bytes) -> Answer:
    return pool.submit(Task(OPTIONS, lambda: (octets,))).result(timeout=60)


def works(pool: WorkerPool) -> bool:
    return ask(pool, b"plain text").header["line"]["indication"] == "NO-SIGNATURE"


def test_a_process_that_never_ends_is_killed_by_processor_time(pool: WorkerPool) -> None:
    assert works(pool)
    with pytest.raises(WorkerError):
        ask(pool, b"spin")
    assert works(pool)


def test_a_process_that_waits_is_killed_by_the_clock() -> None:
    pool = WorkerPool(WorkerLimits(processes=1, wall_seconds=3.0), command=COMMAND)
    try:
        with pytest.raises(WorkerError):
            ask(pool, b"sleep")
    finally:
        pool.close()


def test_a_process_that_wants_all_memory_is_refused_it(pool: WorkerPool) -> None:
    with pytest.raises(WorkerError):
        ask(pool, b"memory")
    assert works(pool)


@pytest.mark.parametrize("how", [b"die", b"nonsense"])
def test_a_process_that_dies_or_speaks_nonsense_is_replaced(pool: WorkerPool, how: bytes) -> None:
    with pytest.raises(WorkerError):
        ask(pool, how)
    assert works(pool)


def test_a_process_cannot_write_what_it_judges(pool: WorkerPool, tmp_path: Path) -> None:
    with pytest.raises(InternalError):
        ask(pool, b"write " + str(tmp_path).encode())
    assert not (tmp_path / "leak").exists() or (tmp_path / "leak").stat().st_size == 0


def test_a_process_knows_no_secret(pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:password@host/name")
    monkeypatch.setenv("TRUSTSPACE_KEY_PASSPHRASE", "secret")
    names = set(ask(pool, b"environment").header["names"])
    assert not {name for name in names if name.startswith(("TRUSTSPACE", "DATABASE"))}


def test_a_fault_is_logged_without_the_files_content(pool: WorkerPool, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(InternalError) as raised:
        ask(pool, b"fault")
    assert "secret content" not in caplog.text + str(raised.value)
    assert works(pool)


def test_what_stands_beside_the_document_is_told_as_the_validator_says(pool: WorkerPool) -> None:
    with pytest.raises(TrustspaceError) as raised:
        pool.submit(Task(OPTIONS | {"policy": "none-such"}, lambda: (b"x",))).result(timeout=60)
    assert (raised.value.code, raised.value.http_status) == ("TS-JUDGE-POLICY-UNKNOWN", 422)


def test_the_queue_is_short() -> None:
    pool = WorkerPool(WorkerLimits(processes=1, waiting=1, wall_seconds=4.0), command=COMMAND)
    try:
        futures = [pool.submit(Task(OPTIONS, lambda: (b"sleep",))) for _ in range(2)]
        with pytest.raises(BusyError):
            pool.submit(Task(OPTIONS, lambda: (b"x",)))
        for future in futures:
            with pytest.raises(WorkerError):
                future.result(timeout=60)
        assert works(pool)
    finally:
        pool.close()


def test_a_closed_pool_takes_nothing(pool: WorkerPool) -> None:
    pool.close()
    with pytest.raises(BusyError):
        ask(pool, b"x")


def test_closing_does_not_wait_for_what_never_ends() -> None:
    pool = WorkerPool(WorkerLimits(processes=1, wall_seconds=300.0, cpu_seconds=300), command=COMMAND)
    assert works(pool)
    future = pool.submit(Task(OPTIONS, lambda: (b"sleep",)))
    while not future.running():
        time.sleep(0.01)
    pool.close()
    with pytest.raises(WorkerError):
        future.result(timeout=1)
