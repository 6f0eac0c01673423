"""The software store at rest: what a thief, a vandal or a full disk meets."""

import json
import multiprocessing
import os
import shutil
from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from ops.platform.keys import (
    CorruptKeyError,
    KeyAlgorithm,
    KeyStoreError,
    LabelTakenError,
    PassphraseError,
    SoftwareInProductionError,
    SoftwareKeyStore,
    UnknownLabelError,
)
from ops.platform.keys.sealed import _checksum


def _open(directory: Path, passphrase: str = "passphrase") -> SoftwareKeyStore:
    return SoftwareKeyStore(directory, passphrase, work_factor=12)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A store with the keys "one" and "two"."""
    store = _open(tmp_path / "keys")
    store.generate("one", KeyAlgorithm.EC_P256)
    store.generate("two", KeyAlgorithm.EC_P256)
    return tmp_path / "keys"


def _rewrite(path: Path, **changes: str) -> None:
    fields = json.loads(path.read_text())
    fields.pop("checksum")
    fields.update(changes)
    path.write_text(json.dumps({**fields, "checksum": _checksum(fields)}))


def test_production_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SoftwareInProductionError) as caught:
        SoftwareKeyStore(tmp_path / "keys", "passphrase", profile="production")
    assert caught.value.code == "TS-KEYS-SOFTWARE-IN-PRODUCTION"
    assert not (tmp_path / "keys").exists()


def test_a_wrong_passphrase_is_told_from_damage(directory: Path) -> None:
    with pytest.raises(PassphraseError) as caught:
        _open(directory, "passphrase ")
    assert caught.value.code == "TS-KEYS-PASSPHRASE"
    header = directory / "store.json"
    header.write_text(header.read_text().replace('"salt": "', '"salt": "A'))
    with pytest.raises(CorruptKeyError):
        _open(directory)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"format": 1}', b"[" * 100_000, b"x" * 70_000])
def test_a_damaged_file_is_a_clear_error(directory: Path, content: bytes) -> None:
    (directory / "one.key").write_bytes(content)
    with pytest.raises(CorruptKeyError):
        _open(directory).sign("one", b"message")
    assert _open(directory).sign("two", b"message")
    (directory / "store.json").write_bytes(content)
    with pytest.raises(CorruptKeyError):
        _open(directory)


@pytest.mark.parametrize("factor", ["0", "99", "-1", "", "1e3"])
def test_a_forged_header_cannot_ask_for_unbounded_memory(directory: Path, factor: str) -> None:
    _rewrite(directory / "store.json", scryptLog2N=factor)
    with pytest.raises(CorruptKeyError):
        _open(directory)


@pytest.mark.parametrize("field", ["algorithm", "spki", "nonce", "sealed"])
def test_a_changed_field_is_noticed_even_with_a_right_checksum(directory: Path, field: str) -> None:
    fields = json.loads((directory / "one.key").read_text())
    if field == "algorithm":
        changed = "ec-p384"
    else:
        octets = bytearray(b64decode(fields[field]))
        octets[-1] ^= 1
        changed = b64encode(octets).decode()
    _rewrite(directory / "one.key", **{field: changed})
    with pytest.raises(CorruptKeyError):
        _open(directory).public_key("one")


def test_a_key_file_under_another_label_is_noticed(directory: Path) -> None:
    os.replace(directory / "two.key", directory / "one.key")
    with pytest.raises(CorruptKeyError):
        _open(directory).public_key("one")
    _rewrite(directory / "one.key", label="one")
    with pytest.raises(CorruptKeyError):
        _open(directory).public_key("one")


def test_a_key_file_of_another_store_is_noticed(directory: Path, tmp_path: Path) -> None:
    _open(tmp_path / "other").generate("one", KeyAlgorithm.EC_P256)
    os.replace(tmp_path / "other" / "one.key", directory / "one.key")
    with pytest.raises(CorruptKeyError):
        _open(directory).public_key("one")


def test_files_are_for_the_owner_only_and_nothing_else_is_left(directory: Path) -> None:
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in directory.iterdir()} == {
        "store.json": 0o600,
        "one.key": 0o600,
        "two.key": 0o600,
    }


def test_no_private_key_stands_in_any_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets: list[bytes] = []
    from ops.platform.keys import sealed

    original = sealed.SealedDirectory.write

    def listen(self: sealed.SealedDirectory, head: sealed.KeyFile, secret: bytes) -> None:
        secrets.append(secret)
        original(self, head, secret)

    monkeypatch.setattr(sealed.SealedDirectory, "write", listen)
    _open(tmp_path / "keys").generate("one", KeyAlgorithm.ED25519)
    content = (tmp_path / "keys" / "one.key").read_bytes()
    private = secrets[0][-32:]
    for spelling in (private, private.hex().encode(), b64encode(private)[:40], b64encode(secrets[0])[:60]):
        assert spelling not in content


def test_a_store_is_only_a_header_more_than_its_keys(directory: Path) -> None:
    (directory / "store.json").unlink()
    # A new header is a new store key: the old keys are then somebody else's.
    with pytest.raises(CorruptKeyError):
        _open(directory).sign("one", b"message")


def test_a_directory_that_is_gone_is_a_clear_error(directory: Path) -> None:
    store = _open(directory)
    store.sign("one", b"message")
    shutil.rmtree(directory)
    for use in (lambda: store.generate("three", KeyAlgorithm.EC_P256), store.labels, lambda: store.destroy("one")):
        with pytest.raises(KeyStoreError):
            use()


def test_a_full_disk_leaves_no_half_key(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    store = _open(directory)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyStoreError) as caught:
        store.generate("three", KeyAlgorithm.EC_P256)
    assert "No space left" in caught.value.sentence
    monkeypatch.undo()
    assert sorted(path.name for path in directory.iterdir()) == ["one.key", "store.json", "two.key"]
    with pytest.raises(UnknownLabelError):
        store.sign("three", b"message")


def _race(directory: str, start: "multiprocessing.synchronize.Barrier", results: "multiprocessing.Queue[str]") -> None:
    start.wait()
    try:
        results.put(_open(Path(directory)).generate("raced", KeyAlgorithm.EC_P256).spki.hex())
    except LabelTakenError:
        results.put("taken")


def test_of_two_processes_that_make_the_same_key_one_wins(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(4), context.Queue()
    workers = [context.Process(target=_race, args=(str(tmp_path / "keys"), start, results)) for _ in range(4)]
    for worker in workers:
        worker.start()
    answers = sorted(results.get(timeout=60) for _ in workers)
    for worker in workers:
        worker.join()
    assert answers[1:] == ["taken"] * 3
    assert _open(tmp_path / "keys").public_key("raced").hex() == answers[0]
