"""The test harness itself: nothing is skipped silently on CI, and sockets stay closed."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
NEEDS_POSTGRESQL = "tests/platform/test_database.py::test_a_write_is_seen_after_its_block[postgresql]"
NEEDS_TOOL = "tests/platform/absent_tool.py::test_an_absent_tool"


def run(test: str, *, ci: bool) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "TRUSTSPACE_TEST_POSTGRES"}
    environment |= {"CI": "true" if ci else "", "PYTEST_ADDOPTS": ""}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize(("test", "reason"), [(NEEDS_POSTGRESQL, "names no PostgreSQL"), (NEEDS_TOOL, "not installed")])
def test_what_is_absent_is_skipped_with_its_reason_and_fails_on_ci(test: str, reason: str) -> None:
    skipped, failed = run(test, ci=False), run(test, ci=True)
    assert "1 skipped" in skipped
    assert reason in skipped
    assert "1 skipped" not in failed
    assert "1 failed" in failed or "1 error" in failed


def test_a_tool_that_is_there_is_found(require: Callable[[str], str]) -> None:
    assert Path(require("sh")).is_file()


def test_sockets_are_closed() -> None:
    with pytest.raises(RuntimeError), pytest.warns(UserWarning, match="socket"):
        socket.create_server(("127.0.0.1", 0))


@pytest.mark.loopback
def test_loopback_reaches_this_machine_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    with pytest.raises(RuntimeError), pytest.warns(UserWarning, match="socket"):
        socket.create_connection(("127.0.0.2", 9))
