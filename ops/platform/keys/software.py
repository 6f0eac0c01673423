"""Keys in a directory, encrypted at rest: for development, tests and demonstrations, refused in production.

One scrypt derivation (RFC 7914) per store opens it; each private key is then sealed with AES-256-GCM (NIST SP
800-38D) under the derived store key, bound to its label, algorithm and public key, so that files cannot be swapped,
renamed or edited unnoticed.
"""

import threading
from pathlib import Path
from typing import NoReturn

from ops.platform.keys import private
from ops.platform.keys.encoding import algorithm_identifier, checked_digest, checked_label
from ops.platform.keys.errors import (
    ClosedError,
    CorruptKeyError,
    LabelTakenError,
    SoftwareInProductionError,
    UnknownLabelError,
)
from ops.platform.keys.model import DigestName, KeyAlgorithm, PublicKeyInfo, SchemeName
from ops.platform.keys.private import PrivateKey, Signer
from ops.platform.keys.sealed import KeyFile, SealedDirectory


class SoftwareKeyStore:
    """A `KeyStore` over a directory. Several processes may use one directory; threads may share one store.

    Opening creates the directory and its header when there is none (mode 0700 and 0600). Raises
    TS-KEYS-SOFTWARE-IN-PRODUCTION for `profile` "production", TS-KEYS-PASSPHRASE for a wrong passphrase,
    TS-KEYS-CORRUPT for a damaged header. `work_factor` is scrypt's log2 N for a new store.
    """

    __slots__ = ("_closed", "_directory", "_keys", "_lock")

    def __init__(
        self, directory: Path, passphrase: str, *, profile: str = "development", work_factor: int = 17
    ) -> None:
        if profile == "production":
            raise SoftwareInProductionError("The software key store is not allowed under the production profile.")
        self._directory = SealedDirectory(Path(directory), passphrase, work_factor=work_factor)
        self._keys: dict[str, _LoadedKey] = {}
        self._lock = threading.Lock()
        self._closed = False

    def generate(self, label: str, algorithm: KeyAlgorithm) -> PublicKeyInfo:
        """See `KeyStore.generate`."""
        self._require_open()
        checked_label(label)
        if self._directory.has(label):
            raise LabelTakenError(f"A key labelled {label!r} exists already.")
        algorithm = KeyAlgorithm(algorithm)
        made = private.generate(algorithm)
        info = PublicKeyInfo(label, algorithm, made.spki)
        self._directory.write(KeyFile(label, algorithm.value, info.spki), made.pkcs8)
        with self._lock:
            self._keys[label] = _LoadedKey(info, made)
        return info

    def public_key(self, label: str) -> bytes:
        """See `KeyStore.public_key`. The private key is opened too: an unauthenticated public key is never returned."""
        return self._key(label).info.spki

    def algorithm(self, label: str) -> KeyAlgorithm:
        """See `KeyStore.algorithm`."""
        return self._key(label).info.algorithm

    def labels(self) -> tuple[str, ...]:
        """See `KeyStore.labels`."""
        self._require_open()
        return self._directory.labels()

    def sign(
        self, label: str, message: bytes, *, digest: DigestName | None = None, scheme: SchemeName = "pkcs1v15"
    ) -> bytes:
        """See `KeyStore.sign`."""
        key = self._keys.get(label) or self._key(label)
        signer = key.signers.get((digest, scheme)) or key.signer(digest, scheme)
        return signer(message)

    def sign_digest(self, label: str, value: bytes, *, digest: DigestName, scheme: SchemeName = "pkcs1v15") -> bytes:
        """See `KeyStore.sign_digest`."""
        key = self._key(label)
        checked_digest(digest, value)
        return key.digest_signer(digest, scheme)(value)

    def signature_algorithm(
        self, label: str, *, digest: DigestName | None = None, scheme: SchemeName = "pkcs1v15"
    ) -> bytes:
        """See `KeyStore.signature_algorithm`."""
        kind = self._key(label).info.algorithm
        return algorithm_identifier(kind, digest or kind.natural_digest, scheme)

    def destroy(self, label: str) -> None:
        """See `KeyStore.destroy`. A process that has the key loaded keeps it until it closes its store."""
        self._require_open()
        with self._lock:
            self._directory.remove(checked_label(label))
            self._keys.pop(label, None)

    def close(self) -> None:
        """See `KeyStore.close`."""
        with self._lock:
            self._closed = True
            self._keys.clear()
            self._directory.forget()

    def __repr__(self) -> str:
        return "<SoftwareKeyStore>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key store cannot be copied or pickled")

    def _key(self, label: str) -> "_LoadedKey":
        key = self._keys.get(label)
        if key is not None:
            return key
        self._require_open()
        checked_label(label)
        with self._lock:
            key = self._keys.get(label) or self._load(label)
            self._keys[label] = key
        return key

    def _load(self, label: str) -> "_LoadedKey":
        self._require_open()
        opened = self._directory.read(label)
        if opened is None:
            raise UnknownLabelError(f"The key store has no key labelled {label!r}.")
        head, secret = opened
        try:
            kind = KeyAlgorithm(head.algorithm)
            return _LoadedKey(PublicKeyInfo(label, kind, head.spki), private.load(kind, secret))
        except ValueError as error:
            raise CorruptKeyError(f"The key {label!r} is of a kind that this store never makes.") from error

    def _require_open(self) -> None:
        if self._closed:
            raise ClosedError("The key store is closed.")


class _LoadedKey:
    """A private key with its signing functions, made once per digest and scheme because signing is the hot path."""

    __slots__ = ("_private", "info", "signers")

    def __init__(self, info: PublicKeyInfo, key: PrivateKey) -> None:
        self.info = info
        self._private = key
        self.signers: dict[tuple[str | None, str], Signer] = {}

    def signer(self, digest: DigestName | None, scheme: SchemeName) -> Signer:
        """The function from message to signature value."""
        known = self.signers.get((digest, scheme))
        if known is None:
            name = digest or self.info.algorithm.natural_digest
            known = self.signers[digest, scheme] = self._private.signer(name, scheme)
        return known

    def digest_signer(self, digest: DigestName, scheme: SchemeName) -> Signer:
        """The function from digest value to signature value."""
        return self._private.digest_signer(digest, scheme)

    def __repr__(self) -> str:
        return "<key>"
