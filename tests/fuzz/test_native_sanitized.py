"""What is in C under the address and undefined-behaviour sanitizers, against the forms in Python."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")
WARNINGS = ("-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")


def run(*command: str, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("folder", "script", "expected"),
    [
        ("policies/algorithms/hashes/native", "sanitized_hashes.py", "400 messages"),
        ("validator/asn1/native", "sanitized_walk.py", "6000 certificates"),
    ],
)
def test_no_octet_is_read_or_written_out_of_bounds(
    folder: str,
    script: str,
    expected: str,
    require: Callable[[str], str],
    absent: Callable[[str], None],
    tmp_path: Path,
) -> None:
    compiler = require("gcc")
    headers = Path(sysconfig.get_paths()["include"])
    runtime = run(compiler, "-print-file-name=libasan.so")
    if not (headers / "Python.h").is_file() or not Path(runtime).is_absolute():
        absent("no headers of Python, or no sanitizers of gcc")
    library = tmp_path / "_native.abi3.so"
    sources = [str(path) for path in sorted((ROOT / folder).glob("*.c"))]
    run(compiler, *WARNINGS, *SANITIZERS, "-O1", "-g", "-fPIC", "-shared", f"-I{headers}", *sources, "-o", str(library))
    # Python itself keeps its interned objects to the end: not a leak of ours. The system's allocator lets the sanitizer
    # see where each object ends.
    said = run(
        sys.executable,
        str(Path(__file__).with_name(script)),
        str(library),
        LD_PRELOAD=runtime,
        ASAN_OPTIONS="detect_leaks=0",
        UBSAN_OPTIONS="halt_on_error=1",
        PYTHONMALLOC="malloc",
    )
    assert said == expected
