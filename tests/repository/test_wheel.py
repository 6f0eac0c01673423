"""The package holds every file of the five rooms, with a compiler and without one."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("policies", "ops", "ca", "validator", "signer")
EXTENSIONS = ("policies/algorithms/hashes/_native.abi3.so", "validator/asn1/_native.abi3.so")


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z", *ROOMS], cwd=ROOT, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout: the list of tracked files is unknown")
    return [name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The tracked files alone: what a fresh clone has."""
    for name in (*tracked(), "pyproject.toml", "setup.py", "README.md", "LICENSE"):
        target = tmp_path / "source" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    return tmp_path / "source"


def wheel(source: Path, compiler: str | None) -> Path:
    """Build as `ops/deploy/install` does and unpack; the folder."""
    out = source.parent / "out"
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        str(out),
        ".",
    ]
    environment = {**os.environ, **({"CC": compiler} if compiler else {})}
    done = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    (built,) = out.glob("trustspace-*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(out / "unpacked")
    return out / "unpacked"


def missing(folder: Path) -> list[str]:
    return [name for name in tracked() if not (folder / name).is_file()]


def backends(folder: Path) -> set[str]:
    """The forms in use by a Python that sees the unpacked package and not the checkout."""
    program = (
        "from policies.algorithms import hashes; import policies; print(policies.__file__, end=' ');"
        "print(*{hashes.backend(name) for name in hashes.NAMES})"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True, check=True
    )
    where, *found = done.stdout.split()
    assert Path(where).is_relative_to(folder)
    return set(found)


def test_with_a_compiler(source: Path) -> None:
    if shutil.which("cc") is None and os.environ.get("CI") != "true":
        pytest.skip("no C compiler is installed")
    folder = wheel(source, None)
    assert missing(folder) == []
    assert all((folder / extension).is_file() for extension in EXTENSIONS)
    assert backends(folder) == {"c", "openssl"}


def test_without_a_compiler(source: Path) -> None:
    folder = wheel(source, "/bin/false")
    assert missing(folder) == []
    assert not any((folder / extension).exists() for extension in EXTENSIONS)
    assert "python" in backends(folder)
    assert "c" not in backends(folder)
