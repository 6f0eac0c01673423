"""The pool of judging processes: documents are judged beside the server, each under a bound of time and memory.

A process that runs over a bound is killed and replaced; whoever waited gets TS-WEB-WORKER. At most `waiting` tasks wait
for a process, the next one gets TS-WEB-BUSY at once.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Timer
from typing import BinaryIO, TypeVar, cast

from ops.platform.logs import get_logger
from ops.service.web import wire
from ops.service.web.errors import BusyError, InternalError, WorkerError
from policies.errors import TrustspaceError

_ROOT = str(Path(__file__).resolve().parents[3])
_START_SECONDS = 60
_TASKS_PER_PROCESS = 500

_T = TypeVar("_T")

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLimits:
    """How many processes, and what one task may take: wall-clock and processor seconds, address space in octets."""

    processes: int = max(1, os.cpu_count() or 1)
    waiting: int = 16
    wall_seconds: float = 60.0
    cpu_seconds: int = 45
    memory: int = 2 * 2**30


@dataclass(frozen=True, slots=True)
class Task:
    """`header` is a JSON object for `judging.perform`; `read` gives the octets that go with it, called when a process
    is free, so that nothing waits in memory."""

    header: wire.Header
    read: Callable[[], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the process answered."""

    header: wire.Header
    blobs: tuple[bytes, ...]


class WorkerPool:
    """Judging processes, started when they are first needed. Threads may share it; close it in the end."""

    def __init__(self, limits: WorkerLimits | None = None, *, command: Sequence[str] | None = None) -> None:
        self.limits = limits or WorkerLimits()
        self._command = tuple(command or (sys.executable, "-m", "ops.service.web.worker"))
        self._threads = ThreadPoolExecutor(self.limits.processes, thread_name_prefix="judging")
        self._idle: SimpleQueue[_Process] = SimpleQueue()
        self._living: set[_Process] = set()
        self._lock = Lock()
        self._taken = 0
        self._closed = False

    def submit(self, task: Task) -> "Future[Answer]":
        """The answer in time. Raises BusyError at once; the future raises WorkerError, the task's own error as
        TrustspaceError, or InternalError."""
        with self._lock:
            if self._closed or self._taken >= self.limits.processes + self.limits.waiting:
                raise BusyError("Too many documents are waiting to be judged.")
            self._taken += 1
        try:
            future = self._threads.submit(self._run, task)
        except RuntimeError as error:
            raise BusyError("The service is stopping.") from error
        future.add_done_callback(self._release)
        return future

    def warm_up(self) -> None:
        """Start the processes now, in the background, so that the first document does not wait for them."""
        for _ in range(self.limits.processes):
            self._threads.submit(self._start_one)

    def close(self) -> None:
        """End all processes; what they were judging is given up."""
        with self._lock:
            self._closed = True
            living = tuple(self._living)
        for running in living:
            running.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        while (process := self._next_idle()) is not None:
            self._end(process)

    def _release(self, _future: "Future[Answer]") -> None:
        with self._lock:
            self._taken -= 1

    def _next_idle(self) -> "_Process | None":
        try:
            return self._idle.get_nowait()
        except Empty:
            return None

    def _run(self, task: Task) -> Answer:
        blobs = task.read()
        process = self._usable()
        try:
            header, results = process.ask({**task.header, "seconds": self.limits.cpu_seconds}, blobs)
        except BaseException:
            self._end(process)
            raise
        if process.tasks < _TASKS_PER_PROCESS and "stopped" not in header:
            self._idle.put(process)
        else:
            self._end(process)
        return _answer(header, results)

    def _usable(self) -> "_Process":
        while (process := self._next_idle()) is not None:
            if process.is_alive:
                return process
            self._end(process)
        return self._started()

    def _start_one(self) -> None:
        try:
            self._idle.put(self._started())
        except WorkerError:
            log.error("judging-process-did-not-start")

    def _started(self) -> "_Process":
        process = _Process(self._command, self.limits)
        with self._lock:
            self._living.add(process)
            closed = self._closed
        try:
            if closed:
                raise BusyError("The service is stopping.")
            process.await_ready()
        except BaseException:
            self._end(process)
            raise
        return process

    def _end(self, process: "_Process") -> None:
        process.end()
        with self._lock:
            self._living.discard(process)


class _Process:
    """One child with its pipes."""

    def __init__(self, command: Sequence[str], limits: WorkerLimits) -> None:
        self._limits = limits
        self.tasks = 0
        # Nothing of this server's environment, which holds addresses and secrets, reaches the child.
        environment = {"PYTHONPATH": _ROOT, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        self._child = subprocess.Popen(  # noqa: S603 - this very interpreter with a constant command
            [*command, str(limits.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            close_fds=True,
        )

    def await_ready(self) -> None:
        """Wait until it has loaded what it needs. Raises WorkerError."""
        self._timed(_START_SECONDS, lambda: wire.receive(self._output))

    def kill(self) -> None:
        """Kill it; whoever waits for its answer gets WorkerError."""
        self._child.kill()

    @property
    def is_alive(self) -> bool:
        return self._child.poll() is None

    @property
    def _input(self) -> BinaryIO:
        return cast(BinaryIO, self._child.stdin)

    @property
    def _output(self) -> BinaryIO:
        return cast(BinaryIO, self._child.stdout)

    def ask(self, header: wire.Header, blobs: Sequence[bytes]) -> tuple[wire.Header, tuple[bytes, ...]]:
        """One task. Raises WorkerError when the process ended or was ended."""
        self.tasks += 1

        def exchange() -> tuple[wire.Header, tuple[bytes, ...]]:
            wire.send(self._input, header, blobs)
            return wire.receive(self._output)

        return self._timed(self._limits.wall_seconds, exchange)

    def end(self) -> None:
        """Kill it if it lives, and give back its pipes."""
        self._child.kill()
        for stream in (self._child.stdin, self._child.stdout):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                continue
        self._child.wait()

    def _timed(self, seconds: float, work: Callable[[], _T]) -> _T:
        timer = Timer(seconds, self._child.kill)
        timer.daemon = True
        timer.start()
        try:
            return work()
        except (wire.WireError, OSError) as error:
            self.end()
            log.warning("judging-process-ended", exit_status=self._child.returncode)
            raise WorkerError(
                "Judging this document needed more time or memory than the service gives to one request."
            ) from error
        finally:
            timer.cancel()


def _answer(header: wire.Header, blobs: tuple[bytes, ...]) -> Answer:
    if "stopped" in header:
        raise WorkerError("Judging this document needed more memory than the service gives to one request.")
    if "failed" in header:
        log.error("judging-failed", error=str(header["failed"]), trace=header.get("trace"))
        raise InternalError("Judging this document failed on a fault of the service.")
    if "error" in header:
        error, status = header["error"], header.get("status")
        told = TrustspaceError(str(error["message"]), code=str(error["code"]), next_step=str(error["nextStep"]))
        told.http_status = status if isinstance(status, int) and 400 <= status <= 599 else 500
        raise told
    return Answer(header, blobs)
