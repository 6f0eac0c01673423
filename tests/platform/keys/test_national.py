"""Kinds of key beyond RSA, ECDSA and EdDSA: post-quantum ones and those of the states' own suites."""

from pathlib import Path
from typing import Any

import pytest

from ops.platform.keys import (
    DIGEST_OIDS,
    KeyAlgorithm,
    KeyStore,
    SoftwareInProductionError,
    SoftwareKeyStore,
    UnsupportedKeyError,
    kind_of,
    natural_signature_algorithm,
)
from ops.platform.keys.pkcs11 import Pkcs11KeyStore
from policies.algorithms import CryptoResult, digest_supported, verify
from policies.algorithms.making import makers
from policies.algorithms.slhdsa import available

MESSAGE = b"the whole message, " * 50
# Without the optional part there is no SLH-DSA to test; its small signatures take seconds to make.
ABSENT = {kind for kind in KeyAlgorithm if "slh-dsa" in kind and (kind.endswith("s") or not available())}
KINDS = [kind for kind in KeyAlgorithm if kind.signs_messages_only and kind not in {KeyAlgorithm.ED25519, *ABSENT}]
NATIONAL = [kind for kind in KeyAlgorithm if kind.is_national]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a software store with one key of each kind, labelled by its kind; closed again."""
    directory = tmp_path_factory.mktemp("national")
    store = SoftwareKeyStore(directory, "passphrase", work_factor=12)
    for kind in KINDS:
        store.generate(kind.value, kind)
    store.close()
    return directory


@pytest.fixture
def store(filled: Path) -> KeyStore:
    """The same keys, read back from their files."""
    return SoftwareKeyStore(filled, "passphrase", work_factor=12)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_read_back_signs_as_its_suite_says(store: KeyStore, kind: KeyAlgorithm) -> None:
    spki, algorithm = store.public_key(kind.value), store.signature_algorithm(kind.value)
    assert (store.algorithm(kind.value), kind_of(spki)) == (kind, kind)
    assert algorithm == natural_signature_algorithm(spki)
    signature = store.sign(kind.value, MESSAGE)
    assert verify(algorithm, spki, MESSAGE, signature) is CryptoResult.VALID
    assert verify(algorithm, spki, MESSAGE + b".", signature) is CryptoResult.INVALID


@pytest.mark.parametrize("kind", KINDS)
def test_whole_messages_only(store: KeyStore, kind: KeyAlgorithm) -> None:
    with pytest.raises(UnsupportedKeyError):
        store.sign_digest(kind.value, bytes(32), digest="sha256")


@pytest.mark.parametrize("kind", NATIONAL)
def test_no_other_digest_than_the_suites_own(store: KeyStore, kind: KeyAlgorithm) -> None:
    assert store.sign(kind.value, MESSAGE, digest=kind.natural_digest)
    with pytest.raises(UnsupportedKeyError) as caught:
        store.sign(kind.value, MESSAGE, digest="sha256")
    assert caught.value.code == "TS-KEYS-UNSUPPORTED"


@pytest.mark.parametrize("kind", NATIONAL)
def test_the_digest_is_the_makers(kind: KeyAlgorithm) -> None:
    assert DIGEST_OIDS[kind.natural_digest] == makers()[kind.value].digest_oid
    assert digest_supported(DIGEST_OIDS[kind.natural_digest])


def test_every_national_maker_is_a_kind_of_key() -> None:
    made = {name for name in makers() if not name.startswith(("ml-dsa", "slh-dsa"))}
    # The same key as bign-256 with another digest: a certificate's key does not tell them apart.
    assert made - {"bign-256-bash"} == set(NATIONAL)


def test_signing_in_software_says_once_that_its_duration_tells(
    filled: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("ops.platform.keys.private._warned", set())
    store = SoftwareKeyStore(filled, "passphrase", work_factor=12)
    for label in ("bign-256", "bign-256", "ml-dsa-65"):
        store.sign(label, MESSAGE)
    assert caplog.messages == ["keys.not-constant-time: signing with a bign-256 key in software"]


def test_national_keys_are_not_kept_in_software_in_production(filled: Path) -> None:
    with pytest.raises(SoftwareInProductionError):
        SoftwareKeyStore(filled, "passphrase", profile="production")


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_says_that_it_cannot(kind: KeyAlgorithm, token: Any) -> None:
    module, label, pin = token
    tokens = Pkcs11KeyStore(module, label, pin)
    with pytest.raises(UnsupportedKeyError) as caught:
        tokens.generate(f"new/{kind.value}", kind)
    assert caught.value.code == "TS-KEYS-UNSUPPORTED"
    assert "external provider" in caught.value.next_step
    assert f"new/{kind.value}" not in tokens.labels()
    tokens.close()
