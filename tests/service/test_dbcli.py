"""`trustspace db` and `trustspace config`: what a person meets, on both databases."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL
from typer.testing import CliRunner, Result

from ops.platform.audit import AuditLog, guards
from ops.platform.clock import FixedClock
from ops.platform.database import Database
from ops.platform.errors import DatabaseDamagedError, DatabaseNotEmptyError
from ops.platform.keys import KeyAlgorithm
from ops.platform.keys.software import SoftwareKeyStore
from ops.service import configcli, dbcli, dbfiles, dbverify, schema
from policies.errors import UnreadableInputError


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith("TRUSTSPACE_") and not name.startswith("TRUSTSPACE_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TRUSTSPACE_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Databases that stand alone: pg_dump copies a whole database, not one schema of it."""
    made: list[Database] = []

    def create() -> Database:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path}/{len(made)}.sqlite"
        else:
            server: Callable[[], URL] = request.getfixturevalue("new_postgresql_database")
            url = server().render_as_string(hide_password=False)
        made.append(Database(url))
        return made[-1]

    yield create
    for database in made:
        database.close()


@pytest.fixture
def filled(new_database: Callable[[], Database], tmp_path: Path, clock: FixedClock) -> Database:
    database = new_database()
    schema.upgrade(database)
    store = SoftwareKeyStore(tmp_path / "keys", "correct horse", work_factor=12)
    store.generate("audit", KeyAlgorithm.EC_P256)
    log = AuditLog(store, "audit", clock, "national")
    with database.write() as session:
        log.create(session)
        log.append(session, "test.happened", "a test", {"number": 1})
    (tmp_path / "audit.der").write_bytes(store.public_key("audit"))
    store.close()
    return database


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    def invoke(database: Database, *arguments: str) -> Result:
        monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
        return CliRunner().invoke(dbcli.app, [*arguments, "--json"])

    return invoke


Run = Callable[..., Result]
New = Callable[[], Database]


def test_upgrade_says_the_version(new_database: New, run: Run) -> None:
    result = run(new_database(), "upgrade")
    assert (result.exit_code, json.loads(result.output)) == (0, {"schema": schema.head()})


def test_a_copy_restores_to_the_same(filled: Database, new_database: New, run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert run(filled, "backup", str(copy)).exit_code == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    other = new_database()
    result = run(other, "restore", str(copy))
    assert (result.exit_code, json.loads(result.output)["schema"]) == (0, schema.head())
    report = dbverify.verify(other, (tmp_path / "audit.der").read_bytes())
    assert report.is_good
    assert [(name, log.entries) for name, log in report.logs] == [("national", 2)]


def test_a_copy_is_consistent_while_somebody_writes(filled: Database, tmp_path: Path) -> None:
    with filled.write() as session:
        session.execute(text("CREATE TABLE unfinished (a INTEGER)"))
        dbfiles.backup(filled, tmp_path / "copy")
    assert [name for name in os.listdir(tmp_path) if "unfinished" in name] == []


def test_a_backup_overwrites_nothing(filled: Database, run: Run, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("precious")
    result = run(filled, "backup", str(tmp_path / "copy"))
    assert isinstance(result.exception, dbfiles.CopyError)
    assert (tmp_path / "copy").read_text() == "precious"


def test_a_backup_that_cannot_be_written_leaves_nothing(filled: Database, tmp_path: Path) -> None:
    with pytest.raises(dbfiles.CopyError):
        dbfiles.backup(filled, tmp_path / "absent" / "copy")


def test_a_restore_overwrites_nothing(filled: Database, run: Run, tmp_path: Path) -> None:
    dbfiles.backup(filled, tmp_path / "copy")
    result = run(filled, "restore", str(tmp_path / "copy"))
    assert isinstance(result.exception, DatabaseNotEmptyError)
    assert dbverify.verify(filled).is_good


@pytest.mark.parametrize("content", [b"", b"not a copy" * 1000])
def test_a_restore_of_something_else_leaves_nothing(new_database: New, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "copy").write_bytes(content)
    database = new_database()
    with pytest.raises((DatabaseDamagedError, dbfiles.CopyToolError)):
        dbfiles.restore(database, tmp_path / "copy")
    dbfiles._require_empty(database)


def test_a_restore_of_nothing_is_refused(new_database: New, tmp_path: Path) -> None:
    with pytest.raises(dbfiles.CopyError):
        dbfiles.restore(new_database(), tmp_path / "absent")


def test_an_absent_tool_is_named(filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    if filled.is_sqlite:
        dbfiles.backup(filled, tmp_path / "copy")
        return
    with pytest.raises(dbfiles.CopyToolError) as caught:
        dbfiles.backup(filled, tmp_path / "copy")
    assert caught.value.code == "TS-DB-TOOL"
    assert not (tmp_path / "copy").exists()


def test_verify_reports_a_sound_database(filled: Database, run: Run, tmp_path: Path) -> None:
    result = run(filled, "verify", "--audit-key", str(tmp_path / "audit.der"))
    values = json.loads(result.output)
    assert (result.exit_code, values["good"], values["auditKeyGiven"], values["faults"]) == (0, True, True, [])
    assert run(filled, "verify").exit_code == 0


def test_verify_notices_a_changed_audit_entry(filled: Database, run: Run) -> None:
    with filled.connect_for_write() as connection:
        guards.remove(connection)
        connection.execute(text("UPDATE audit_entry SET body = replace(body, 'a test', 'a Test') WHERE sequence = 1"))
    result = run(filled, "verify")
    assert (result.exit_code, json.loads(result.output)["auditLogs"][0]["good"]) == (1, False)


def test_verify_notices_a_log_that_names_no_key(filled: Database, run: Run) -> None:
    with filled.connect_for_write() as connection:
        guards.remove(connection)
        connection.execute(text("UPDATE audit_entry SET body = replace(body, 'publicKey', 'privateKey')"))
    result = run(filled, "verify")
    assert (result.exit_code, len(json.loads(result.output)["faults"])) == (1, 1)


def test_verify_notices_another_key(filled: Database, run: Run, tmp_path: Path) -> None:
    store = SoftwareKeyStore(tmp_path / "other", "correct horse", work_factor=12)
    store.generate("audit", KeyAlgorithm.EC_P256)
    (tmp_path / "other.der").write_bytes(store.public_key("audit"))
    store.close()
    assert run(filled, "verify", "--audit-key", str(tmp_path / "other.der")).exit_code == 1


def test_verify_takes_the_key_of_the_installation(
    filled: Database, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRUSTSPACE_KEY_PASSPHRASE", "correct horse")
    store = SoftwareKeyStore(tmp_path / "data" / "keys", "correct horse", work_factor=12)
    store.generate("audit-log", KeyAlgorithm.EC_P256)
    store.close()
    result = run(filled, "verify")
    assert (result.exit_code, json.loads(result.output)["auditKeyGiven"]) == (1, True)


def test_verify_makes_no_key_store(filled: Database, run: Run, tmp_path: Path) -> None:
    assert json.loads(run(filled, "verify").output)["auditKeyGiven"] is False
    assert not (tmp_path / "data" / "keys").exists()


def test_verify_refuses_a_key_that_is_none(filled: Database, run: Run, tmp_path: Path) -> None:
    (tmp_path / "nonsense").write_text("nonsense")
    result = run(filled, "verify", "--audit-key", str(tmp_path / "nonsense"))
    assert isinstance(result.exception, UnreadableInputError)


def test_verify_tells_of_an_old_schema(new_database: New, run: Run) -> None:
    result = run(new_database(), "verify")
    assert (result.exit_code, json.loads(result.output)["schemaError"]) == (1, "TS-DB-OLDER")


def test_verify_notices_a_broken_reference(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.sqlite") as raw:
        raw.executescript("CREATE TABLE p (a PRIMARY KEY); CREATE TABLE c (a REFERENCES p); INSERT INTO c VALUES (1)")
    raw.close()
    database = Database(f"sqlite:///{tmp_path}/a.sqlite")
    assert dbfiles.integrity_faults(database) == ("row 1 of c refers to nothing in p",)
    database.close()


def test_text_is_for_people(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", filled.url.render_as_string(hide_password=False))
    output = CliRunner().invoke(dbcli.app, ["verify"]).output
    assert "Storage: sound" in output
    assert "Audit log national: 2 entries" in output


def config(*arguments: str) -> Result:
    return CliRunner().invoke(configcli.app, ["check", *arguments])


def test_config_of_a_new_machine_can_be_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("TRUSTSPACE_KEY_PASSPHRASE", "correct horse")
    result = config("--json")
    values = json.loads(result.output)
    # How fast the digests are is the installation's matter, not the configuration's.
    codes = [finding["code"] for finding in values["findings"] if "DIGESTS" not in finding["code"]]
    assert (result.exit_code, codes) == (0, ["TS-CONFIG-SECRET-IN-ENVIRONMENT", "TS-DB-OLDER"])
    assert not (tmp_path / "data").exists()


def test_config_looks_at_the_database(new_database: New, monkeypatch: pytest.MonkeyPatch) -> None:
    database = new_database()
    monkeypatch.setenv("TRUSTSPACE_KEY_PASSPHRASE", "correct horse")
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    before = config()
    assert before.exit_code == 1
    assert "ERROR TS-DB-OLDER" in before.output
    assert "correct horse" not in before.output
    schema.upgrade(database)
    assert config().exit_code == 0
