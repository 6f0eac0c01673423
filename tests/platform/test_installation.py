"""An installation opens as a whole or not at all, and its audit log is begun exactly once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import Session

from ops.platform.audit import guards
from ops.platform.audit.errors import AuditMissingError
from ops.platform.clock import FixedClock
from ops.platform.database import Database
from ops.platform.installation import AUDIT_KEY_LABEL, KeyStoreSecretMissingError, open_installation, opened
from ops.platform.keys import KeyAlgorithm, SoftwareKeyStore
from ops.platform.settings import Settings, load_settings
from ops.service import schema

CLOCK = FixedClock(datetime(2026, 6, 1, tzinfo=UTC))
PASSPHRASE = "correct horse"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    address = f"sqlite:///{tmp_path}/database.sqlite"
    database = Database(address)
    schema.upgrade(database)
    database.close()
    return load_settings({"data_dir": tmp_path, "database_address": address, "key_passphrase": PASSPHRASE})


def append(settings: Settings) -> int:
    """The sequence number of one new entry of the installation's log."""
    with opened(settings, CLOCK) as installation, installation.database.write() as session:
        return installation.audit.append(session, "test.event", "subject", {}).sequence


def remove_log(session: Session) -> None:
    guards.remove(session.connection())
    for table in ("audit_entry", "audit_head", "audit_log"):
        session.execute(text(f"DELETE FROM {table}"))


def test_the_log_goes_on_where_it_was(settings: Settings) -> None:
    assert [append(settings), append(settings)] == [1, 2]


def test_a_first_start_that_was_killed_is_taken_up(settings: Settings) -> None:
    keys = SoftwareKeyStore(settings.key_directory, PASSPHRASE)
    keys.generate(AUDIT_KEY_LABEL, KeyAlgorithm.EC_P256)
    keys.close()
    assert append(settings) == 1


def test_a_removed_log_is_never_begun_anew(settings: Settings) -> None:
    append(settings)
    database = settings.open_database()
    with database.write() as session:
        remove_log(session)
    database.close()
    with pytest.raises(AuditMissingError):
        append(settings)


def test_without_a_secret_nothing_opens(settings: Settings) -> None:
    bare = settings.model_copy(update={"key_passphrase": None})
    with pytest.raises(KeyStoreSecretMissingError):
        open_installation(bare, CLOCK)


def test_a_development_installation_finds_its_own_secret_and_production_does_not(tmp_path: Path) -> None:
    (tmp_path / "key-passphrase").write_text("kept here\n")
    settings = load_settings({"data_dir": tmp_path})
    assert settings.passphrase() == "kept here"
    assert settings.model_copy(update={"key_passphrase": SecretStr("given")}).passphrase() == "given"
    assert settings.model_copy(update={"profile": "production"}).passphrase() is None
