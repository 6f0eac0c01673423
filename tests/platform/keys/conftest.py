"""Both key stores with one key of every kind that both make, and a SoftHSM token that lives as long as the session."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ops.platform.keys import KeyAlgorithm, KeyStore, SoftwareKeyStore
from ops.platform.keys.pkcs11 import Pkcs11KeyStore


class Token(NamedTuple):
    """A token of this test session."""

    module: Path
    label: str
    pin: str


@pytest.fixture(scope="session")
def token(softhsm: Any) -> Token:
    """A SoftHSM token; beside it is a second one, "keys-2", with the same PIN."""
    return Token(softhsm.module, "keys", softhsm.pin)


def _with_every_key(store: KeyStore) -> KeyStore:
    for algorithm in KeyAlgorithm:
        if not algorithm.signs_messages_only or algorithm is KeyAlgorithm.ED25519:
            store.generate(f"every/{algorithm.value}", algorithm)
    return store


@pytest.fixture(scope="session")
def software_store(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    """A software store with one key of every such kind, labelled ``every/<kind>``."""
    return _with_every_key(SoftwareKeyStore(tmp_path_factory.mktemp("keys"), "passphrase", work_factor=12))


@pytest.fixture(scope="session")
def token_store(token: Token) -> Iterator[KeyStore]:
    """A token with one key of every such kind, labelled ``every/<kind>``."""
    store = Pkcs11KeyStore(token.module, token.label, token.pin)
    yield _with_every_key(store)
    store.close()


@pytest.fixture(params=["software", "token"])
def store(request: pytest.FixtureRequest) -> KeyStore:
    """Each kind of store, filled."""
    found: KeyStore = request.getfixturevalue(f"{request.param}_store")
    return found


@pytest.fixture(params=["software", "token"])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], KeyStore]:
    """Opens a store of each kind of its own; call it again to open the same keys a second time."""
    if request.param == "software":
        return lambda: SoftwareKeyStore(tmp_path / "keys", "passphrase", work_factor=12)
    token: Token = request.getfixturevalue("token")
    return lambda: Pkcs11KeyStore(token.module, token.label, token.pin)
