"""Runs a batch: JSON lines in, JSON lines out, in input order, each flushed as soon as it is ready.

A conversation line by line is answered in this process at once. When lines pile up, worker processes share them; a
worker that dies or hangs costs its line an answer that says so, and the others nothing.
"""

import io
import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from typing import IO

from policies.errors import TrustspaceError
from validator.cli.validate_answer import GOOD, MAX_LINE, answer_text, is_overlong, one_line, unanswered
from validator.errors import BatchUnreadableError

PILE = 6
SECONDS = 180.0
_PENDING = 512


def run_batch(source: str, out: IO[str], keep: str | None = None) -> int:
    """0 when every file is good, else 1. `source` is a path or `-`; the Evidences go to the holdings `keep`, where
    they are named. Raises BatchUnreadableError."""
    good = True
    for text in answers(_lines(_opened(source)), partial(answer_text, keep=keep)):
        out.write(text + "\n")
        out.flush()
        good = good and any(f'"indication":"{word}"' in text[:400] for word in GOOD)
    return 0 if good else 1


def _opened(source: str) -> IO[str]:
    if source == "-":
        return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")
    try:
        return open(source, encoding="utf-8", errors="replace")
    except OSError as error:
        raise BatchUnreadableError(f"{source} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise BatchUnreadableError("The path of the batch cannot be used.") from error


def _lines(stream: IO[str]) -> Iterator[str]:
    with stream:
        while line := stream.readline(MAX_LINE):
            if line.strip() or is_overlong(line):
                yield line
            rest = line
            while is_overlong(rest):
                rest = stream.readline(MAX_LINE)


def answers(lines: Iterator[str], work: Callable[[str], str] = answer_text) -> Iterator[str]:
    """One answer for each line, in order. `work` is a module-level function, or a part of one (it is sent to worker
    processes)."""
    waiting: queue.Queue[str | None] = queue.Queue(_PENDING)
    failure: list[BaseException] = []
    threading.Thread(target=_read, args=(lines, waiting, failure), daemon=True).start()
    yield from _shared(waiting, work)
    if failure:
        # What was read is answered; what could not be read must not pass for the end of the questions.
        raise BatchUnreadableError("The batch cannot be read to its end.") from failure[0]


def _shared(waiting: "queue.Queue[str | None]", work: Callable[[str], str]) -> Iterator[str]:
    first = waiting.get()
    while first is not None and waiting.qsize() < PILE:
        yield work(first)
        first = waiting.get()
    if first is not None:
        with _Crew(work) as crew:
            yield from crew.answers(first, waiting)


def _read(lines: Iterator[str], waiting: "queue.Queue[str | None]", failure: list[BaseException]) -> None:
    try:
        for line in lines:
            waiting.put(line)
    except BaseException as error:  # noqa: BLE001 - raised again by the reader of the queue
        failure.append(error)
    finally:
        waiting.put(None)


class _Crew:
    """Worker processes, replaced when one of them dies."""

    def __init__(self, work: Callable[[str], str]) -> None:
        self._work = work
        self._size = os.cpu_count() or 1
        self._pool = self._new()

    def __enter__(self) -> "_Crew":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._size, mp_context=get_context("spawn"))

    def _stop(self) -> None:
        for process in list((self._pool._processes or {}).values()):
            process.kill()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def answers(self, first: str, waiting: "queue.Queue[str | None]") -> Iterator[str]:
        running: deque[tuple[str, Future[str]]] = deque([self._start(first)])
        ended = False
        while running or not ended:
            while not ended and len(running) < 4 * self._size:
                try:
                    line = waiting.get(block=not running)
                except queue.Empty:
                    break
                if line is None:
                    ended = True
                else:
                    running.append(self._start(line))
            if running:
                yield self._finish(running)

    def _start(self, line: str) -> tuple[str, "Future[str]"]:
        try:
            return line, self._pool.submit(self._work, line)
        except BrokenProcessPool:
            self._pool = self._new()
            return line, self._pool.submit(self._work, line)

    def _finish(self, running: "deque[tuple[str, Future[str]]]") -> str:
        line, future = running.popleft()
        try:
            return future.result(SECONDS)
        except (BrokenProcessPool, TimeoutError):
            return self._alone(line, running)

    def _alone(self, line: str, running: "deque[tuple[str, Future[str]]]") -> str:
        """The pool broke: whose fault it was is found out by giving the oldest line a process of its own."""
        self._stop()
        self._pool = self._new()
        try:
            text = self._pool.submit(self._work, line).result(SECONDS)
        except (BrokenProcessPool, TimeoutError):
            self._stop()
            self._pool = self._new()
            text = _died(line)
        for at, (other, future) in enumerate(running):
            if not (future.done() and not future.cancelled() and future.exception() is None):
                running[at] = self._start(other)
        return text


def _died(line: str) -> str:
    import json

    try:
        row = json.loads(line)
        identifier = str(row.get("id", "")) if isinstance(row, dict) else ""
    except ValueError:
        identifier = ""
    error = TrustspaceError(
        "The process that read this file died or did not end in time.",
        code="TS-BATCH-WORKER-DIED",
        next_step="Treat the file as hostile; validate it alone to see more.",
    )
    return one_line(unanswered(identifier, error))
