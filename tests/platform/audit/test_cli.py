"""The commands `trustspace log …` over a real installation, and the file of kept heads."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ops.platform.audit import AuditBrokenError, AuditLog, AuditMissingError, AuditUnreadableError
from ops.platform.audit.cli import app
from ops.platform.audit.errors import AuditError
from ops.platform.audit.files import write_lines
from ops.platform.audit.witness import keep_heads, last_kept_head
from ops.platform.database import Database
from ops.platform.settings import SettingsError
from policies.errors import TrustspaceError

Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, log: AuditLog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command against the installation that holds the log, in a directory of its own."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("TRUSTSPACE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def run_(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    result = run_("key")
    assert result.exit_code == 0
    Path("key.pem").write_text(result.output)
    return run_


def _answer(result: Result) -> Any:
    return json.loads(result.output)


def test_export_and_verify(run: Run) -> None:
    exported = _answer(run("export", "--out", "log.jsonl", "--json"))
    assert (exported["log"], exported["lines"]) == ("ca/audit", 22)
    assert Path("log.jsonl").read_bytes().count(b"\n") == 22
    judged = run("verify", "log.jsonl", "--key", "key.pem", "--json")
    assert judged.exit_code == 0
    report = _answer(judged)
    assert (report["good"], report["entries"], report["heads"]) == (True, 11, 11)
    assert report["lastHead"] == exported["head"]
    assert [finding["code"] for finding in report["findings"]] == ["TS-AUDIT-NO-KEPT-HEAD"]
    shown = run("verify", "log.jsonl", "--key", "key.pem").output
    assert "Good: complete and unchanged" in shown


def test_a_log_that_is_not_good_exits_with_1_and_says_why(run: Run) -> None:
    run("export", "--out", "log.jsonl")
    Path("head").write_text(run("head").output)
    lines = Path("log.jsonl").read_bytes().splitlines(keepends=True)
    Path("log.jsonl").write_bytes(b"".join(lines[:-2]))
    assert run("verify", "log.jsonl", "--key", "key.pem").exit_code == 0
    cut = run("verify", "log.jsonl", "--key", "key.pem", "--head", "head")
    assert cut.exit_code == 1
    assert "TS-AUDIT-SHORTER-THAN-KEPT-HEAD" in cut.output
    assert "Not good" in cut.output
    Path("log.jsonl").write_bytes(b"".join(lines).replace(b'"number":5', b'"number":6'))
    changed = run("verify", "log.jsonl", "--key", "key.pem", "--json")
    assert changed.exit_code == 1
    assert _answer(changed)["good"] is False


@pytest.mark.parametrize(
    ("file", "key", "head"),
    [
        ("absent", "key.pem", None),
        ("key.pem", "key.pem", None),
        ("empty", "key.pem", None),
        (".", "key.pem", None),
        ("log.jsonl", "absent", None),
        ("log.jsonl", "log.jsonl", None),
        ("log.jsonl", "key.pem", "absent"),
        ("log.jsonl", "key.pem", "empty"),
        ("log.jsonl", "key.pem", "key.pem"),
        ("log.jsonl", "key.pem", "entry"),
    ],
)
def test_what_cannot_be_read_is_exit_status_2(run: Run, file: str, key: str, head: str | None) -> None:
    run("export", "--out", "log.jsonl")
    Path("empty").write_bytes(b"")
    Path("entry").write_bytes(Path("log.jsonl").read_bytes().splitlines(keepends=True)[0])
    result = run("verify", file, "--key", key, *(("--head", head) if head else ()))
    assert isinstance(result.exception, AuditUnreadableError)
    assert result.exception.exit_status == 2


def test_a_file_of_zeros_is_read_in_bounded_pieces(run: Run) -> None:
    with Path("zeros").open("wb") as stream:
        stream.truncate(200_000_000)
    result = run("verify", "zeros", "--key", "key.pem")
    assert isinstance(result.exception, AuditUnreadableError)


def test_an_export_is_written_whole_or_not_at_all(run: Run, tmp_path: Path) -> None:
    Path("log.jsonl").write_text("the former export")

    def broken() -> Any:
        yield "first"
        raise LookupError

    with pytest.raises(LookupError):
        write_lines(Path("log.jsonl"), broken())
    assert Path("log.jsonl").read_text() == "the former export"
    result = run("export", "--out", "no/such/directory/log.jsonl")
    assert isinstance(result.exception, AuditError)
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".tmp") == []


def test_a_log_has_to_be_named_where_there_are_several(
    run: Run, database: Database, open_log: Callable[..., AuditLog]
) -> None:
    with database.write() as session:
        open_log("other", "signer/audit").create(session)
    result = run("head")
    assert isinstance(result.exception, AuditMissingError)
    assert "ca/audit, signer/audit" in result.exception.next_step
    assert _answer(run("head", "--log", "signer/audit", "--json"))["head"]["size"] == 1
    assert isinstance(run("export", "--out", "x", "--log", "absent").exception, AuditMissingError)


def test_heads_are_kept_and_compared(run: Run, database: Database, log: AuditLog) -> None:
    assert _answer(run("keep", "heads", "--key", "key.pem", "--json"))["kept"] == 11
    assert _answer(run("keep", "heads", "--key", "key.pem", "--json"))["kept"] == 0
    with database.write() as session:
        log.append(session, "ca.certificate.issued", "serial:0b", {})
    assert _answer(run("keep", "heads", "--key", "key.pem", "--json"))["kept"] == 1
    assert len(Path("heads").read_text().splitlines()) == 12
    run("export", "--out", "log.jsonl")
    assert run("verify", "log.jsonl", "--key", "key.pem", "--head", "heads").exit_code == 0


def test_heads_that_cannot_be_kept_are_a_clear_error(run: Run) -> None:
    result = run("keep", "no/such/directory/heads", "--key", "key.pem")
    assert isinstance(result.exception, AuditError)


def test_a_head_cut_by_a_crash_is_written_again(run: Run, database: Database, log: AuditLog) -> None:
    run("keep", "heads", "--key", "key.pem")
    whole = Path("heads").read_bytes()
    Path("heads").write_bytes(whole[:-40])
    assert last_kept_head(Path("heads")) is not None
    assert _answer(run("keep", "heads", "--key", "key.pem", "--json"))["kept"] == 1
    assert Path("heads").read_bytes() == whole
    # Saved by an editor that leaves out the last line end: the head is whole.
    Path("heads").write_bytes(whole[:-1])
    with database.write() as session:
        log.append(session, "ca.certificate.issued", "serial:0b", {})
    assert _answer(run("keep", "heads", "--key", "key.pem", "--json"))["kept"] == 1
    assert Path("heads").read_bytes().startswith(whole)


def test_heads_of_another_key_are_not_kept(run: Run, database: Database, log: AuditLog, keys: Any) -> None:
    with pytest.raises(AuditBrokenError), database.read() as session:
        keep_heads(session, log.log_id, keys.public_key("other"), Path("heads"))
    assert not Path("heads").exists()


def test_a_database_that_is_not_there_is_a_clear_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "oracle://x")
    result = run("head")
    assert isinstance(result.exception, SettingsError)
    assert isinstance(result.exception, TrustspaceError)
