"""`trustspace serve` as a newcomer and as an operator meet it: a real process, started, asked and stopped."""

import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ops.platform.settings import SettingsError, load_settings
from ops.service import schema
from ops.service.web import running

COMMAND = (sys.executable, "-c", "from ops.service.cli import main; main()")


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRUSTSPACE", "DATABASE"))}
    return kept | {"TRUSTSPACE_DATA_DIR": str(folder), "TRUSTSPACE_LOG_FORMAT": "json"} | more


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """A running service: the process, its address and what it said before."""
    with (folder.parent / "log").open("w") as log:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0"],
            env=environment(folder, **more),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    said: list[str] = []
    try:
        for line in process.stdout:
            said.append(line)
            if " serves at " in line:
                yield process, line.split(" serves at ")[1].split()[0], said
                break
        else:
            pytest.fail((folder.parent / "log").read_text() + "".join(said))
    finally:
        process.kill()
        process.communicate()


def refused(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "serve", *arguments],
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.loopback
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_command_from_nothing_to_a_page(tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / "data"
    with serving(folder) as (process, address, said):
        secret = folder / running.DEVELOPMENT_SECRET
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        told = (tmp_path / "log").read_text()
        assert str(secret) in told
        assert secret.read_text().strip() not in told + "".join(said)
        with urllib.request.urlopen(f"{address}/api/v1/health", timeout=20) as answer:
            assert answer.status == 200
        with urllib.request.urlopen(address, timeout=20) as answer:
            assert b"Does this document count here?" in answer.read()
        process.send_signal(number)
        assert process.wait(timeout=30) == 0
    log = (tmp_path / "log").read_text()
    assert '"event": "stopped"' in log
    assert "Traceback" not in log


@pytest.mark.loopback
def test_a_second_start_uses_what_the_first_made(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving(folder):
        pass
    secret = (folder / running.DEVELOPMENT_SECRET).read_text()
    # The first was killed; nothing of that hinders the second.
    with serving(folder) as (_process, address, _said):
        assert (folder / running.DEVELOPMENT_SECRET).read_text() == secret
        told = (tmp_path / "log").read_text()
        assert "was written" not in told
        assert "was created" not in told
        with urllib.request.urlopen(f"{address}/api/v1/health", timeout=20) as answer:
            assert answer.status == 200


@pytest.mark.loopback
def test_on_postgresql_the_schema_is_upgraded_by_the_operator(tmp_path: Path, postgresql_address: str) -> None:
    folder = tmp_path / "data"
    answer = refused(folder, DATABASE_URL=postgresql_address)
    assert answer.returncode != 0
    assert "TS-DB-OLDER" in answer.stderr
    assert "trustspace db upgrade" in answer.stderr
    database = load_settings({"data_dir": folder, "database_address": postgresql_address}).open_database()
    schema.upgrade(database)
    database.close()
    with (
        serving(folder, DATABASE_URL=postgresql_address) as (_process, address, _said),
        urllib.request.urlopen(f"{address}/api/v1/health", timeout=20) as found,
    ):
        assert found.status == 200


@pytest.fixture
def postgresql_address(new_postgresql_database: "object") -> str:
    assert callable(new_postgresql_database)
    return str(new_postgresql_database().render_as_string(hide_password=False))


@pytest.mark.loopback
def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        answer = refused(tmp_path / "data", "--port", str(other.getsockname()[1]))
    assert (answer.returncode, "TS-WEB-ADDRESS" in answer.stderr, "Next: " in answer.stderr) == (2, True, True)


def test_a_policy_that_is_wrong_refuses_to_start_with_the_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('title = "mine"\nextends = "default"\n[signature]\n"CV.value" = "warn"\n', encoding="utf-8")
    answer = refused(tmp_path / "data", "--policy", str(file))
    assert (answer.returncode, "TS-JUDGE-POLICY-REFUSED" in answer.stderr, "mine.toml:4: " in answer.stderr) == (
        2,
        True,
        True,
    )
    assert not (tmp_path / "data").exists()


def test_production_gets_no_secret_made_up(tmp_path: Path) -> None:
    answer = refused(tmp_path / "data", TRUSTSPACE_PROFILE="production")
    assert (answer.returncode, "TS-KEYS-SOFTWARE-IN-PRODUCTION" in answer.stderr) == (2, True)
    assert not (tmp_path / "data").exists()


def test_a_finding_of_severity_error_refuses_to_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTSPACE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TRUSTSPACE_KEY_PASSPHRASE_FILE", str(tmp_path / "absent"))
    with pytest.raises(SettingsError):
        running.prepared_settings()


def test_certificates_of_development_name_the_port_that_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRUSTSPACE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("TRUSTSPACE_BASE_URL", raising=False)
    assert running.prepared_settings(None, 9123).base_url == "http://127.0.0.1:9123"
    monkeypatch.setenv("TRUSTSPACE_BASE_URL", "https://pki.example.org")
    assert running.prepared_settings(None, 9123).base_url == "https://pki.example.org"
