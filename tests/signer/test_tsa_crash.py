"""A time-stamping process that is killed at any moment never gives a serial number twice."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ops.platform.database import Database

PROJECT = Path(__file__).resolve().parents[2]
# Prints the part of each serial number that does not rest on chance: counter block and index.
STAMPING = """
import sys
from datetime import UTC, datetime
from ops.platform.database import Database
from signer.tsa.serials import SerialNumbers
numbers = SerialNumbers(Database(sys.argv[1]), "unit", block_size=7)
while True:
    print(numbers.next(datetime(2026, 6, 1, tzinfo=UTC))[:-8].hex(), flush=True)
"""


@pytest.mark.parametrize("after", [1, 6, 7, 8, 50])
def test_a_killed_process_wastes_numbers_and_repeats_none(database: Database, database_url: str, after: int) -> None:
    given: list[str] = []
    for _ in range(3):
        given.extend(_kill_after(_start(database_url), after))
    assert len(given) >= 3 * after
    assert len(set(given)) == len(given)


def test_two_processes_at_once_share_no_number(database: Database, database_url: str) -> None:
    processes = [_start(database_url) for _ in range(2)]
    given = [line for process in processes for line in _kill_after(process, 30)]
    assert len(set(given)) == len(given) >= 60


def _start(database_url: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.Popen(
        [sys.executable, "-c", STAMPING, database_url], stdout=subprocess.PIPE, text=True, env=environment
    )


def _kill_after(process: subprocess.Popen[str], lines: int) -> list[str]:
    """Every whole line that was printed until the kill, which comes after so many."""
    assert process.stdout is not None
    seen = [process.stdout.readline().strip() for _ in range(lines)]
    os.kill(process.pid, signal.SIGKILL)
    rest, _ = process.communicate()
    return seen + [line for line in rest.split("\n") if len(line) == len(seen[0])]
