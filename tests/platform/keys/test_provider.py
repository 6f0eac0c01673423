"""Keys with an external provider: what it answers is used only when it is true, and every failure has a name."""

import copy
import json
import os
import pickle
import socketserver
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ops.platform.installation import open_key_store
from ops.platform.keys import (
    ClosedError,
    KeyAlgorithm,
    KeyStoreError,
    LabelTakenError,
    ProviderError,
    SoftwareKeyStore,
    UnknownLabelError,
    UnsupportedKeyError,
)
from ops.platform.keys.provider import LARGEST_ANSWER, ProviderKeyStore
from ops.platform.settings import SettingsError, load_settings
from policies.algorithms import CryptoResult, verify

MESSAGE = b"the whole message, " * 50
KINDS = [KeyAlgorithm.BIGN_256, KeyAlgorithm.GOST_2012_512_A, KeyAlgorithm.SM2, KeyAlgorithm.EC_P384,
         KeyAlgorithm.RSA_3072, KeyAlgorithm.ML_DSA_44]  # fmt: skip

Json = dict[str, Any]
Listen = Callable[[Callable[[Json], bytes]], Path]


class Provider:
    """A provider that keeps its keys in a software store."""

    def __init__(self, folder: Path) -> None:
        self.store = SoftwareKeyStore(folder / "device", "passphrase", work_factor=12)

    def __call__(self, question: Json) -> bytes:
        try:
            answer = self.answer(question)
        except UnknownLabelError as error:
            answer = {"error": "unknown-label", "text": error.sentence}
        except LabelTakenError as error:
            answer = {"error": "label-taken", "text": error.sentence}
        except UnsupportedKeyError as error:
            answer = {"error": "unsupported", "text": error.sentence}
        return json.dumps(answer).encode() + b"\n"

    def answer(self, question: Json) -> Json:
        assert question["version"] == 1
        store, label = self.store, question.get("label", "")
        match question["do"]:
            case "generate":
                return {"spki": _text(store.generate(label, KeyAlgorithm(question["algorithm"])).spki)}
            case "key":
                return {"spki": _text(store.public_key(label))}
            case "labels":
                return {"labels": list(store.labels())}
            case "sign":
                message = b64decode(question["message"])
                value = store.sign(label, message, digest=question["digest"], scheme=question["scheme"])
                return {"signature": _text(value)}
            case "destroy":
                store.destroy(label)
                return {}
        return {"error": "unknown-question"}


def _text(octets: bytes) -> str:
    return b64encode(octets).decode()


@pytest.fixture
def listen(tmp_path: Path) -> Iterator[Listen]:
    """`listen(answer)` starts a provider that gives `answer(question)` to each line; the path of its socket."""
    running: list[socketserver.ThreadingUnixStreamServer] = []

    def start(answer: Callable[[Json], bytes]) -> Path:
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                try:
                    self.wfile.write(answer(json.loads(self.rfile.readline())))
                except BrokenPipeError:
                    return

        path = tmp_path / f"s{len(running)}"
        server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
        server.daemon_threads = True
        running.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return path

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("kind", KINDS)
def test_it_signs_with_every_kind(listen: Listen, tmp_path: Path, kind: KeyAlgorithm) -> None:
    path = listen(Provider(tmp_path))
    store = ProviderKeyStore(path)
    made = store.generate("one", kind)
    again = ProviderKeyStore(path)
    assert (again.labels(), again.public_key("one"), again.algorithm("one")) == (("one",), made.spki, kind)
    algorithm = again.signature_algorithm("one")
    assert verify(algorithm, made.spki, MESSAGE, again.sign("one", MESSAGE)) is CryptoResult.VALID
    with pytest.raises(LabelTakenError):
        again.generate("one", kind)
    with pytest.raises(UnsupportedKeyError):
        again.sign_digest("one", bytes(32), digest="sha256")
    again.destroy("one")
    with pytest.raises(UnknownLabelError):
        again.sign("one", MESSAGE)
    store.close()
    with pytest.raises(ClosedError):
        store.labels()


def _with_key(tmp_path: Path) -> Provider:
    provider = Provider(tmp_path)
    provider.store.generate("one", KeyAlgorithm.EC_P256)
    provider.store.generate("two", KeyAlgorithm.EC_P256)
    return provider


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"\n", b"null\n", b"[]\n", b"{", b"{}\n", b'{"signature": 1}\n', b'{"signature": "AA=="}\n',
        b'{"signature": "!"}\n', b'{"error": "device-gone", "text": "no card"}\n', b'{"error": {}}\n',
        b"[" * 100_000 + b"\n", b"\xff\n", b"x" * (LARGEST_ANSWER + 2),
    ],
)  # fmt: skip
def test_what_is_no_signature_is_not_one(listen: Listen, tmp_path: Path, answer: bytes) -> None:
    provider = _with_key(tmp_path)
    store = ProviderKeyStore(listen(lambda question: answer if question["do"] == "sign" else provider(question)))
    with pytest.raises(ProviderError) as caught:
        store.sign("one", MESSAGE)
    assert caught.value.code == "TS-KEYS-PROVIDER"


@pytest.mark.parametrize("changes", [{"label": "two"}, {"message": _text(b"another")}, {"digest": "sha512"}])
def test_a_signature_of_something_else_is_not_given_out(listen: Listen, tmp_path: Path, changes: Json) -> None:
    provider = _with_key(tmp_path)
    store = ProviderKeyStore(
        listen(lambda question: provider({**question, **changes} if question["do"] == "sign" else question))
    )
    with pytest.raises(ProviderError, match="does not verify"):
        store.sign("one", MESSAGE)


def test_a_key_of_another_kind_than_asked_for_is_refused(listen: Listen, tmp_path: Path) -> None:
    provider = Provider(tmp_path)
    store = ProviderKeyStore(
        listen(lambda question: provider({**question, "algorithm": "ec-p256"} if "algorithm" in question else question))
    )
    with pytest.raises(ProviderError, match="ec-p256, not bign-256"):
        store.generate("one", KeyAlgorithm.BIGN_256)


@pytest.mark.parametrize("answer", [b'{"labels": 1}\n', b'{"labels": [1]}\n', b'{"labels": ["a b"]}\n', b"{}\n"])
def test_a_list_of_keys_that_cannot_be_read(listen: Listen, answer: bytes) -> None:
    with pytest.raises(ProviderError):
        ProviderKeyStore(listen(lambda _question: answer))


def test_a_provider_that_does_not_answer_is_not_waited_for(listen: Listen, tmp_path: Path) -> None:
    provider, free = _with_key(tmp_path), threading.Event()

    def slowly(question: Json) -> bytes:
        if question["do"] == "sign":
            free.wait(30)
        return provider(question)

    store = ProviderKeyStore(listen(slowly), seconds=0.2)
    with pytest.raises(ProviderError, match=r"within 0\.2 seconds"):
        store.sign("one", MESSAGE)
    free.set()


def test_nobody_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(ProviderError):
            ProviderKeyStore(path)


def test_a_socket_of_another_account_is_not_asked(
    listen: Listen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Json] = []

    def answer(question: Json) -> bytes:
        asked.append(question)
        return b'{"labels": []}\n'

    path = listen(answer)
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    if path.stat().st_uid == 0:
        os.chown(path, 4712, -1)
    with pytest.raises(ProviderError, match="another account"):
        ProviderKeyStore(path)
    assert asked == []


def test_it_is_neither_copied_nor_pickled(listen: Listen, tmp_path: Path) -> None:
    store = ProviderKeyStore(listen(Provider(tmp_path)))
    for act in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            act(store)
    assert repr(store) == "<ProviderKeyStore>"


def test_the_settings_open_it_in_production(listen: Listen, tmp_path: Path) -> None:
    settings = {"profile": "production", "key_store": "provider"}
    with pytest.raises(SettingsError) as caught:
        load_settings(settings)
    assert caught.value.code == "TS-CONFIG-PROVIDER"
    store = open_key_store(load_settings({**settings, "provider_socket": listen(Provider(tmp_path))}))
    assert isinstance(store, ProviderKeyStore)
    assert store.labels() == ()
    store.close()


def test_every_error_is_of_the_key_stores_tree() -> None:
    assert issubclass(ProviderError, KeyStoreError)
    assert ProviderError("x").http_status == 503
