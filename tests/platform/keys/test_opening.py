"""The settings decide which key store is opened; a missing secret is an error with a next step."""

from pathlib import Path
from typing import Any

import pytest

from ops.platform.installation import KeyStoreSecretMissingError, open_key_store
from ops.platform.keys import KeyAlgorithm, PassphraseError, SoftwareKeyStore
from ops.platform.keys.pkcs11 import Pkcs11KeyStore
from ops.platform.settings import SettingsError, load_settings


def test_the_software_store_of_the_settings(tmp_path: Path) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text("correct horse\n")
    settings = load_settings({"data_dir": tmp_path / "data", "key_passphrase_file": secret})
    store = open_key_store(settings)
    assert isinstance(store, SoftwareKeyStore)
    store.generate("one", KeyAlgorithm.EC_P256)
    store.close()
    with pytest.raises(PassphraseError):
        open_key_store(load_settings({"data_dir": tmp_path / "data", "key_passphrase": "correct horse\n"}))


def test_no_passphrase_is_an_error_and_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(KeyStoreSecretMissingError) as caught:
        open_key_store(load_settings({"data_dir": tmp_path}))
    assert "TRUSTSPACE_KEY_PASSPHRASE_FILE" in caught.value.next_step


def test_the_token_of_the_settings(token: Any) -> None:
    settings = load_settings(
        {
            "profile": "production",
            "key_store": "pkcs11",
            "pkcs11_module": token.module,
            "pkcs11_token": token.label,
            "pkcs11_pin": token.pin,
        }
    )
    store = open_key_store(settings)
    assert isinstance(store, Pkcs11KeyStore)
    store.close()
    with pytest.raises(KeyStoreSecretMissingError):
        open_key_store(settings.model_copy(update={"pkcs11_pin": None}))


def test_production_does_not_start_with_the_software_store() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"profile": "production", "key_store": "software"})
    assert caught.value.code == "TS-KEYS-SOFTWARE-IN-PRODUCTION"
