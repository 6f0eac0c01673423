"""One run of the demonstration for all tests that look at what it left behind."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

TRUSTSPACE = (sys.executable, "-m", "ops.service.cli")


@pytest.fixture(scope="session")
def trustspace() -> Run:
    """`trustspace("validate", "file.pdf")`: the command line in a process of its own, without the caller's settings."""

    def run(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("TRUSTSPACE_", "DATABASE_URL"))
        }
        return subprocess.run(
            [*TRUSTSPACE, *map(str, arguments)],
            capture_output=True, text=True, timeout=300, check=False, env={**kept, **(environment or {})},
        )  # fmt: skip

    return run


@pytest.fixture(scope="session")
def demo_output(trustspace: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory that a run on SQLite wrote; the run itself has to succeed."""
    out = tmp_path_factory.mktemp("demo")
    done = trustspace("demo", "--out", out)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return out
