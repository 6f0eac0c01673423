"""What the repository itself promises: its layout, its lock, its layers, and that no file names a machine."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {"ca", "signer", "validator", "policies", "tests", "ops"}
FILES = {
    "pyproject.toml",
    "setup.py",
    "README.md",
    "requirements.lock",
    "LICENSE",
    "CONTRIBUTING.md",
    ".ci",
    ".gitignore",
}


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout: the list of tracked files is unknown")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_top_level_is_the_five_rooms_and_repository_files() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} == ROOMS | FILES


def lock_lines() -> list[str]:
    return (ROOT / "requirements.lock").read_text(encoding="ascii").splitlines()


def test_lock_names_no_address() -> None:
    pattern = re.compile(
        r"://|^\s*-(?:i|f|-index|-extra|-find|-trusted)|^\s*--(?!hash=)|@\s|file:|\.(?:com|org|net|io)\b"
    )
    assert [line for line in lock_lines() if pattern.search(line)] == []


def test_lock_pins_every_package_by_version_and_hash() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="ascii").replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line.strip()]
    assert len(entries) > 50
    for entry in entries:
        assert re.fullmatch(r"[a-z0-9.-]+==[^\s]+( +--hash=sha256:[0-9a-f]{64})+ *", entry), entry[:80]


def test_lock_holds_every_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    locked = dict(line.split(" ")[0].split("==") for line in lock_lines() if "==" in line)
    for requirement in declared:
        name = re.split(r"[\[<>=,~ ]", requirement)[0].lower().replace("_", "-")
        assert name in locked, requirement
        exact = re.search(r"==([^,]+)$", requirement)
        assert exact is None or locked[name] == exact[1], requirement


def test_no_tracked_text_names_a_path_of_a_machine() -> None:
    pattern = re.compile(rb"(?<![\w.])/(?:wor[k]|far[m])/|/roo[t]/")
    found = [str(path) for path in tracked() if pattern.search(path.read_bytes())]
    assert found == []


def test_every_room_says_what_it_promises() -> None:
    for room in ("ca", "signer", "validator", "policies", "ops/platform"):
        text = (ROOT / room / "README.md").read_text(encoding="utf-8")
        assert 5 < len(text.splitlines()) <= 60, room
