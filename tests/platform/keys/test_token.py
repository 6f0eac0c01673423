"""The PKCS#11 store on SoftHSM: threads, forks, PINs, and keys that stay where they were made."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11 import Attribute
from pkcs11.exceptions import AttributeSensitive

from ops.platform.keys import CorruptKeyError, ForkedError, KeyAlgorithm, KeyStore, TokenError, TokenPinError
from ops.platform.keys import pkcs11 as room
from ops.platform.keys.pkcs11 import Pkcs11KeyStore
from ops.platform.keys.token_session import open_token


class Token(NamedTuple):
    """As in conftest."""

    module: Path
    label: str
    pin: str


def test_private_keys_are_born_in_the_token_and_stay_there(token: Token, token_store: KeyStore) -> None:
    with open_token(token.module, token.label, token.pin).use() as session:
        for label in token_store.labels():
            key = room._load(session, label).handle
            assert key[Attribute.SENSITIVE]
            assert key[Attribute.ALWAYS_SENSITIVE]
            assert key[Attribute.NEVER_EXTRACTABLE]
            assert key[Attribute.LOCAL]
            assert not key[Attribute.EXTRACTABLE]
            assert len(key.id) == 20
            secret = Attribute.PRIVATE_EXPONENT if "rsa" in label else Attribute.VALUE
            with pytest.raises(AttributeSensitive):
                key[secret]


def test_threads_take_turns(token_store: KeyStore) -> None:
    public = load_der_public_key(token_store.public_key("every/ec-p256"))
    assert isinstance(public, ec.EllipticCurvePublicKey)

    def work(number: int) -> None:
        for step in range(100):
            message = b"%d/%d" % (number, step)
            public.verify(token_store.sign("every/ec-p256", message), message, ec.ECDSA(hashes.SHA256()))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))


def test_threads_on_two_tokens_of_one_module_take_turns_too(token: Token, token_store: KeyStore) -> None:
    second = Pkcs11KeyStore(token.module, "keys-2", token.pin)
    second.generate("second", KeyAlgorithm.EC_P256)

    def work(number: int) -> None:
        for _ in range(200):
            if number % 2:
                second.sign("second", b"message")
            else:
                token_store.sign("every/ec-p256", b"message")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    second.destroy("second")
    second.close()


def test_two_stores_share_one_login(token: Token, token_store: KeyStore) -> None:
    second = Pkcs11KeyStore(token.module, token.label, token.pin)
    assert second.public_key("every/ec-p256") == token_store.public_key("every/ec-p256")
    second.close()
    assert token_store.sign("every/ec-p256", b"message")


def test_a_wrong_pin_is_refused_also_while_the_token_is_open(token: Token, token_store: KeyStore) -> None:
    with pytest.raises(TokenPinError) as caught:
        Pkcs11KeyStore(token.module, token.label, "wrong-pin")
    assert caught.value.code == "TS-KEYS-TOKEN-PIN"
    assert token_store.sign("every/ec-p256", b"message")


def test_a_missing_token_or_module_is_a_clear_error(token: Token, tmp_path: Path) -> None:
    with pytest.raises(TokenError) as caught:
        Pkcs11KeyStore(token.module, "absent", token.pin)
    assert caught.value.code == "TS-KEYS-TOKEN"
    with pytest.raises(TokenError):
        Pkcs11KeyStore(tmp_path / "absent.so", "keys", token.pin)


def test_two_keys_under_one_label_are_not_guessed_between(token: Token, token_store: KeyStore) -> None:
    with open_token(token.module, token.label, token.pin).use() as session:
        for _ in range(2):
            room._generate(session, "doubled", KeyAlgorithm.EC_P256)
    with pytest.raises(CorruptKeyError):
        token_store.sign("doubled", b"message")
    token_store.destroy("doubled")
    assert "doubled" not in token_store.labels()


def _in_child(work: Callable[[], str]) -> str:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = work()
        except BaseException as error:
            answer = repr(error)
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as stream:
        answer = stream.read().decode()
    assert os.waitpid(child, 0)[1] == 0, "the child crashed"
    return answer


def test_a_store_does_not_work_on_in_a_forked_child(token_store: KeyStore) -> None:
    def work() -> str:
        try:
            token_store.sign("every/ec-p256", b"message")
        except ForkedError as error:
            return error.code
        return "signed"

    assert _in_child(work) == "TS-KEYS-FORKED"
    assert token_store.sign("every/ec-p256", b"message")


def test_a_forked_child_may_open_its_own_store(token: Token, token_store: KeyStore) -> None:
    def work() -> str:
        store = Pkcs11KeyStore(token.module, token.label, token.pin)
        return store.public_key("every/rsa-3072").hex() + str(len(store.sign("every/rsa-3072", b"message")))

    assert _in_child(work) == token_store.public_key("every/rsa-3072").hex() + "384"
    assert token_store.sign("every/ec-p256", b"message")


def test_the_token_itself_refuses_a_wrong_pin(token: Token) -> None:
    def work() -> str:
        try:
            Pkcs11KeyStore(token.module, token.label, "wrong-pin")
        except TokenPinError as error:
            return error.sentence
        return "opened"

    assert "PinIncorrect" in _in_child(work)
