"""A directory of secrets, each sealed with AES-256-GCM under one key that scrypt derives from a passphrase.

Files: ``store.json`` (format, scrypt parameters, a sealed constant that tells a wrong passphrase at once) and one
``<quoted label>.key`` per secret. Everything is JSON with base64 fields and a checksum, so that damage is told from a
wrong passphrase. A write is a temporary file, fsync, link or rename, fsync of the directory: a file is there whole or
not at all, and is never replaced.
"""

import contextlib
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ops.platform.keys.errors import (
    ClosedError,
    CorruptKeyError,
    KeyStoreError,
    LabelTakenError,
    PassphraseError,
    UnknownLabelError,
)

_STORE_FORMAT = "trustspace-key-store-1"
_KEY_FORMAT = "trustspace-key-1"
_HEADER = "store.json"
_SUFFIX = ".key"
_LIMIT = 65_536
_WORK_FACTORS = range(12, 23)
_PROBE = b"trustspace key store"


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What a key file says in clear: authenticated with the sealed secret, so neither can be exchanged alone."""

    label: str
    algorithm: str
    spki: bytes

    def associated_data(self) -> bytes:
        """The octets that AES-GCM authenticates beside the secret."""
        return json.dumps([_KEY_FORMAT, self.label, self.algorithm, self.spki.hex()]).encode()


class SealedDirectory:
    """Reads and writes the files. `forget` drops the store key; every later use raises ClosedError."""

    __slots__ = ("_cipher", "_path")

    def __init__(self, path: Path, passphrase: str, *, work_factor: int) -> None:
        self._path = path
        self._cipher: AESGCM | None = None
        with _as_store_error(path):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not (path / _HEADER).exists():
                self._create(passphrase, work_factor)
            self._cipher = self._open(passphrase)

    def has(self, label: str) -> bool:
        """Whether a key file exists."""
        return self._file(label).exists()

    def labels(self) -> tuple[str, ...]:
        """Labels of all key files, sorted."""
        with _as_store_error(self._path):
            names = os.listdir(self._path)
        return tuple(sorted(unquote(name.removesuffix(_SUFFIX)) for name in names if name.endswith(_SUFFIX)))

    def write(self, head: KeyFile, secret: bytes) -> None:
        """Seal `secret` into a new file, durable on return; LabelTakenError when the file exists."""
        nonce = secrets.token_bytes(12)
        sealed = self._require().encrypt(nonce, secret, head.associated_data())
        fields = {
            "format": _KEY_FORMAT,
            "label": head.label,
            "algorithm": head.algorithm,
            "spki": b64encode(head.spki).decode(),
            "nonce": b64encode(nonce).decode(),
            "sealed": b64encode(sealed).decode(),
        }
        with _as_store_error(self._path):
            if not _write_new(self._file(head.label), fields):
                raise LabelTakenError(f"A key labelled {head.label!r} exists already.")

    def read(self, label: str) -> tuple[KeyFile, bytes] | None:
        """The clear part and the opened secret; None when there is no such file, CorruptKeyError when it is damaged."""
        path = self._file(label)
        with _as_store_error(path):
            try:
                fields = _read(path, _KEY_FORMAT)
            except FileNotFoundError:
                return None
        head = KeyFile(label, fields.get("algorithm", ""), _octets(fields, "spki", path))
        try:
            secret = self._require().decrypt(
                _octets(fields, "nonce", path), _octets(fields, "sealed", path), head.associated_data()
            )
        except (InvalidTag, ValueError) as error:
            raise CorruptKeyError(f"The key file of {label!r} was changed or does not belong to this store.") from error
        return head, secret

    def remove(self, label: str) -> None:
        """Delete the file, durable on return; UnknownLabelError when there is none."""
        self._require()
        with _as_store_error(self._path):
            try:
                self._file(label).unlink()
            except FileNotFoundError:
                raise UnknownLabelError(f"The key store has no key labelled {label!r}.") from None
            _sync_directory(self._path)

    def forget(self) -> None:
        """Drop the store key."""
        self._cipher = None

    def _file(self, label: str) -> Path:
        return self._path / (quote(label, safe="") + _SUFFIX)

    def _require(self) -> AESGCM:
        if self._cipher is None:
            raise ClosedError("The key store is closed.")
        return self._cipher

    def _create(self, passphrase: str, work_factor: int) -> None:
        if work_factor not in _WORK_FACTORS:
            raise ValueError(f"scrypt work factor {work_factor} is outside {_WORK_FACTORS}")
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
        probe = AESGCM(_derive(passphrase, salt, work_factor)).encrypt(nonce, _PROBE, None)
        fields = {
            "format": _STORE_FORMAT,
            "scryptLog2N": str(work_factor),
            "salt": b64encode(salt).decode(),
            "nonce": b64encode(nonce).decode(),
            "probe": b64encode(probe).decode(),
        }
        # Two processes may create the store at once: the first link wins and the loser reads the winner's header.
        _write_new(self._path / _HEADER, fields)

    def _open(self, passphrase: str) -> AESGCM:
        path = self._path / _HEADER
        fields = _read(path, _STORE_FORMAT)
        factor = fields.get("scryptLog2N", "")
        # A forged header must not make the process allocate without bound: 128 · 8 · 2^22 octets are 4 GiB.
        if not factor.isdecimal() or int(factor) not in _WORK_FACTORS:
            raise CorruptKeyError(f"The header {path.name} of the key store is damaged.")
        cipher = AESGCM(_derive(passphrase, _octets(fields, "salt", path), int(factor)))
        try:
            cipher.decrypt(_octets(fields, "nonce", path), _octets(fields, "probe", path), None)
        except (InvalidTag, ValueError) as error:
            raise PassphraseError("The passphrase does not open this key store.") from error
        return cipher


def _derive(passphrase: str, salt: bytes, work_factor: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=1 << work_factor, r=8, p=1).derive(passphrase.encode())


def _write_new(path: Path, fields: Mapping[str, str]) -> bool:
    """Write a file that must not exist yet; False when it does."""
    body = json.dumps({**fields, "checksum": _checksum(fields)}, indent=1).encode() + b"\n"
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "wb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    _sync_directory(path.parent)
    return True


def _read(path: Path, expected: str) -> dict[str, str]:
    with path.open("rb") as stream:
        body = stream.read(_LIMIT + 1)
    try:
        fields = json.loads(body) if len(body) <= _LIMIT else None
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        raise CorruptKeyError(f"The file {path.name} of the key store is damaged.")
    if fields.pop("checksum", "") != _checksum(fields) or fields.get("format") != expected:
        raise CorruptKeyError(f"The file {path.name} of the key store is damaged.")
    return fields


def _octets(fields: Mapping[str, str], name: str, path: Path) -> bytes:
    try:
        return b64decode(fields[name], validate=True)
    except (KeyError, ValueError) as error:
        raise CorruptKeyError(f"The file {path.name} of the key store is damaged.") from error


def _checksum(fields: Mapping[str, str]) -> str:
    return sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _as_store_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise KeyStoreError(f"The key store at {path} cannot be used: {error.strerror}.") from error
