"""What both key stores promise about labels, life and secrecy."""

import copy
import pickle
from collections.abc import Callable

import pytest

from ops.platform.keys import (
    ClosedError,
    KeyAlgorithm,
    KeyStore,
    LabelError,
    LabelTakenError,
    UnknownLabelError,
)

NewStore = Callable[[], KeyStore]


def test_a_key_is_there_after_opening_again(new_store: NewStore) -> None:
    first = new_store()
    made = first.generate("again/one", KeyAlgorithm.EC_P256)
    first.close()
    second = new_store()
    assert "again/one" in second.labels()
    assert second.public_key("again/one") == made.spki
    assert second.algorithm("again/one") is KeyAlgorithm.EC_P256
    assert second.sign("again/one", b"message")
    second.destroy("again/one")
    second.close()


def test_a_key_is_never_replaced(new_store: NewStore) -> None:
    store, other = new_store(), new_store()
    made = store.generate("taken", KeyAlgorithm.EC_P256)
    for again in (store, other):
        with pytest.raises(LabelTakenError):
            again.generate("taken", KeyAlgorithm.ED25519)
    assert other.public_key("taken") == made.spki
    store.destroy("taken")
    store.close()
    other.close()


def test_a_destroyed_key_is_gone(new_store: NewStore) -> None:
    store = new_store()
    store.generate("gone", KeyAlgorithm.ED25519)
    store.destroy("gone")
    assert "gone" not in store.labels()
    for use in (store.public_key, store.algorithm, store.destroy, lambda label: store.sign(label, b"")):
        with pytest.raises(UnknownLabelError):
            use("gone")
    store.close()


def test_a_closed_store_does_nothing_even_while_another_is_open(new_store: NewStore) -> None:
    store, other = new_store(), new_store()
    store.generate("closed", KeyAlgorithm.EC_P256)
    store.close()
    store.close()
    with pytest.raises(ClosedError):
        store.sign("closed", b"message")
    with pytest.raises(ClosedError):
        store.labels()
    with pytest.raises(ClosedError):
        store.generate("closed-2", KeyAlgorithm.EC_P256)
    assert other.sign("closed", b"message")
    other.destroy("closed")
    other.close()


@pytest.mark.parametrize("label", ["", "a" * 101, "/a", ".a", "a b", "a\n", "ключ", "a*", "a\x00", "a\\b"])
def test_a_label_that_some_store_could_not_hold_is_refused(store: KeyStore, label: str) -> None:
    with pytest.raises(LabelError):
        store.generate(label, KeyAlgorithm.EC_P256)
    with pytest.raises(LabelError):
        store.sign(label, b"message")


@pytest.mark.parametrize("label", ["a", "a" * 100, "kz/root:2026", "A..b", "a@b_c-d"])
def test_a_label_at_the_limits_is_kept_as_it_is(new_store: NewStore, label: str) -> None:
    store = new_store()
    assert store.generate(label, KeyAlgorithm.EC_P256).label == label
    assert label in store.labels()
    store.destroy(label)
    store.close()


def test_a_store_tells_nothing_about_its_secrets(store: KeyStore) -> None:
    store.sign("every/ec-p256", b"message")
    shown = repr(store) + repr(vars(store) if hasattr(store, "__dict__") else "")
    assert shown in ("<SoftwareKeyStore>''", "<Pkcs11KeyStore>''")
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            copied(store)
    promised = {name for name in vars(KeyStore) if not name.startswith("_")}
    assert {name for name in dir(store) if not name.startswith("_")} == promised
