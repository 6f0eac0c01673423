"""Every fuzz target, run for a fixed number of inputs: a sign of life in CI, not a substitute for the long runs."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
RUNS = 4_000


@pytest.mark.parametrize("target", sorted(path.stem for path in HERE.glob("fuzz_*.py")))
def test_target_survives(target: str, tmp_path: Path):
    pytest.importorskip("atheris")
    command = [sys.executable, str(HERE / f"{target}.py"), f"-runs={RUNS}", "-seed=1", f"-artifact_prefix={tmp_path}/"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=HERE.parents[1])
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Done {RUNS} runs" in done.stderr
