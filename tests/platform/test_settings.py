"""Settings are read once, checked at start, and never repeat a secret."""

from datetime import timedelta
from pathlib import Path

import pytest

from ops.platform.clock import FixedClock
from ops.platform.config import findings
from ops.platform.fetch import FetchLimits
from ops.platform.settings import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in os.environ:
        if name.startswith("TRUSTSPACE_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("TRUSTSPACE_DATA_DIR", str(tmp_path / "data"))


def codes(settings: Settings, environment: dict[str, str] | None = None) -> list[str]:
    return [finding.code for finding in findings(settings, environment or {})]


def test_the_defaults_are_a_development_machine(tmp_path: Path) -> None:
    settings = load_settings()
    assert (settings.profile, settings.key_store, settings.allow_private_addresses) == (
        "development",
        "software",
        False,
    )
    assert settings.database_url == f"sqlite:///{tmp_path}/data/trustspace.sqlite"
    assert settings.jobs_url == f"sqlite:///{tmp_path}/data/jobs.sqlite"


def test_the_database_opens_in_a_private_directory(tmp_path: Path) -> None:
    database = load_settings().open_database()
    with database.write():
        pass
    database.close()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    assert (tmp_path / "data" / "trustspace.sqlite").exists()


@pytest.mark.parametrize("name", ["DATABASE_URL", "TRUSTSPACE_DATABASE_URL"])
def test_both_names_of_the_database_work(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "postgresql://u:secret@h/d")
    settings = load_settings()
    assert settings.database_url == "postgresql://u:secret@h/d"
    assert settings.jobs_url == "postgresql+psycopg://u:secret@h/d"
    assert "secret" not in repr(settings)


def test_the_software_store_is_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTSPACE_PROFILE", "production")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert caught.value.code == "TS-KEYS-SOFTWARE-IN-PRODUCTION"
    assert "pkcs11" in caught.value.next_step
    assert caught.value.exit_status == 2


def test_a_token_needs_module_and_label() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"profile": "production", "key_store": "pkcs11"})
    assert caught.value.code == "TS-CONFIG-PKCS11"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUSTSPACE_PROFILE", "staging"),
        ("TRUSTSPACE_PORT", "99999"),
        ("TRUSTSPACE_FETCH_SECONDS", "hunter2"),
        ("TRUSTSPACE_BASE_URL", "ftp://hunter2"),
        ("DATABASE_URL", "mysql://u:hunter2@h/d"),
        ("TRUSTSPACE_LOG_LEVEL", "loud"),
    ],
)
def test_a_mistake_names_the_variable_and_not_its_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert any(variable.endswith(name) for variable in caught.value.variables)
    assert name in caught.value.sentence
    assert "hunter2" not in str(caught.value.as_dict())
    assert caught.value.__cause__ is None


def test_every_mistake_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTSPACE_PORT", "-1")
    monkeypatch.setenv("TRUSTSPACE_FETCH_MAX_REDIRECTS", "1000")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert caught.value.variables == ("TRUSTSPACE_FETCH_MAX_REDIRECTS", "TRUSTSPACE_PORT")


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "pass"
    file.write_text("correct horse\n", encoding="utf-8")
    assert load_settings({"key_passphrase_file": file}).passphrase() == "correct horse"
    assert load_settings({"key_passphrase": "battery"}).passphrase() == "battery"
    assert load_settings().passphrase() is None
    assert "battery" not in repr(load_settings({"key_passphrase": "battery"}))


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"pkcs11_pin": "1", "pkcs11_pin_file": tmp_path / "pin"})
    assert caught.value.code == "TS-CONFIG-SECRET-TWICE"


def test_a_secret_file_that_is_absent_is_named(tmp_path: Path) -> None:
    settings = load_settings({"key_passphrase_file": tmp_path / "absent"})
    with pytest.raises(SettingsError) as caught:
        settings.passphrase()
    assert caught.value.variables == ("TRUSTSPACE_KEY_PASSPHRASE_FILE",)
    assert codes(settings) == ["TS-CONFIG-INVALID"]


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1  # type: ignore[misc]


def test_a_sound_configuration_has_no_findings(tmp_path: Path) -> None:
    file = tmp_path / "pass"
    file.write_text("correct horse", encoding="utf-8")
    file.chmod(0o600)
    assert codes(load_settings({"key_passphrase_file": file})) == []


def test_unknown_variables_are_found() -> None:
    settings = load_settings({"key_passphrase": "x"})
    environment = {"TRUSTSPACE_PROFIL": "production", "TRUSTSPACE_PORT": "1", "TRUSTSPACE_DEBUG": "1", "HOME": "/"}
    assert codes(settings, environment) == ["TS-CONFIG-UNKNOWN", "TS-CONFIG-SECRET-IN-ENVIRONMENT"]


def test_secrets_and_data_open_to_others_are_found(tmp_path: Path) -> None:
    file = tmp_path / "pass"
    file.write_text("correct horse", encoding="utf-8")
    file.chmod(0o644)
    (tmp_path / "data").mkdir(mode=0o755)
    assert codes(load_settings({"key_passphrase_file": file})) == ["TS-CONFIG-DATA-DIR-OPEN", "TS-CONFIG-SECRET-OPEN"]


def test_a_data_directory_that_is_a_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    assert "TS-CONFIG-DATA-DIR" in codes(load_settings({"key_passphrase": "x"}))


def test_production_is_held_to_more(tmp_path: Path) -> None:
    settings = load_settings(
        {
            "profile": "production",
            "key_store": "pkcs11",
            "pkcs11_module": tmp_path / "absent.so",
            "pkcs11_token": "t",
            "allow_private_addresses": True,
        }
    )
    assert codes(settings) == [
        "TS-CONFIG-NO-SECRET",
        "TS-CONFIG-PKCS11-MODULE",
        "TS-CONFIG-BASE-URL",
        "TS-CONFIG-PRIVATE-ADDRESSES",
        "TS-CONFIG-REPORTS-UNSEALED",
    ]


def test_every_finding_says_what_to_do() -> None:
    for finding in findings(load_settings(), {"TRUSTSPACE_X": "1"}):
        assert all(finding.as_dict().values())


def test_the_fetcher_has_the_configured_limits(clock: FixedClock) -> None:
    settings = load_settings({"fetch_max_bytes": 10, "fetch_seconds": 2, "fetch_max_redirects": 0})
    fetcher = settings.open_fetcher(clock)
    assert fetcher.limits == FetchLimits(max_bytes=10, total_time=timedelta(seconds=2), max_redirects=0)
