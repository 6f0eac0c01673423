"""Keys in a directory, encrypted at rest: for development, tests and demonstrations, refused in production.

One scrypt derivation (RFC 7914) per store opens it; each private key is then sealed with AES-256-GCM (NIST SP
800-38D) under the derived store key, bound to its label, algorithm and public key, so that files cannot be swapped,
renamed or edited unnoticed.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from ops.platform.keys.encoding import algorithm_identifier, checked_digest, checked_label
from ops.platform.keys.errors import (
    ClosedError,
    CorruptKeyError,
    LabelTakenError,
    SoftwareInProductionError,
    UnknownLabelError,
    UnsupportedKeyError,
)
from ops.platform.keys.model import DigestName, KeyAlgorithm, PublicKeyInfo, SchemeName
from ops.platform.keys.sealed import KeyFile, SealedDirectory

_PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
_HASH: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


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
        private = _generate(KeyAlgorithm(algorithm))
        spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        secret = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        info = PublicKeyInfo(label, KeyAlgorithm(algorithm), spki)
        self._directory.write(KeyFile(label, algorithm.value, spki), secret)
        with self._lock:
            self._keys[label] = _LoadedKey(info, private)
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
        # The blob was authenticated under the store key, so the costly RSA consistency check says nothing new.
        private = load_der_private_key(secret, None, unsafe_skip_rsa_key_validation=True)
        if not isinstance(private, _PrivateKey):
            raise CorruptKeyError(f"The key {label!r} is of a kind that this store never makes.")
        return _LoadedKey(PublicKeyInfo(label, KeyAlgorithm(head.algorithm), head.spki), private)

    def _require_open(self) -> None:
        if self._closed:
            raise ClosedError("The key store is closed.")


class _LoadedKey:
    """A private key with its signing functions, made once per digest and scheme because signing is the hot path."""

    __slots__ = ("_private", "info", "signers")

    def __init__(self, info: PublicKeyInfo, private: _PrivateKey) -> None:
        self.info = info
        self._private = private
        self.signers: dict[tuple[str | None, str], Callable[[bytes], bytes]] = {}

    def signer(self, digest: DigestName | None, scheme: SchemeName) -> Callable[[bytes], bytes]:
        """The function from message to signature value."""
        known = self.signers.get((digest, scheme))
        if known is None:
            name = digest or self.info.algorithm.natural_digest
            algorithm_identifier(self.info.algorithm, name, scheme)  # refuses what has no identifier
            known = self.signers[digest, scheme] = _message_signer(self._private, name, scheme)
        return known

    def digest_signer(self, digest: DigestName, scheme: SchemeName) -> Callable[[bytes], bytes]:
        """The function from digest value to signature value."""
        algorithm_identifier(self.info.algorithm, digest, scheme)
        private, chosen = self._private, Prehashed(_HASH[digest])
        if isinstance(private, ed25519.Ed25519PrivateKey):
            raise UnsupportedKeyError("An Ed25519 key signs whole messages only, not digests.")
        if isinstance(private, rsa.RSAPrivateKey):
            filling = _padding(digest, scheme)
            return lambda value: private.sign(value, filling, chosen)
        algorithm = ec.ECDSA(chosen)
        return lambda value: private.sign(value, algorithm)

    def __repr__(self) -> str:
        return "<key>"


def _message_signer(private: _PrivateKey, digest: DigestName, scheme: SchemeName) -> Callable[[bytes], bytes]:
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign
    chosen = _HASH[digest]
    if isinstance(private, rsa.RSAPrivateKey):
        filling = _padding(digest, scheme)
        return lambda message: private.sign(message, filling, chosen)
    algorithm = ec.ECDSA(chosen)
    return lambda message: private.sign(message, algorithm)


def _padding(digest: DigestName, scheme: SchemeName) -> padding.AsymmetricPadding:
    if scheme == "pss":
        return padding.PSS(padding.MGF1(_HASH[digest]), padding.PSS.DIGEST_LENGTH)
    return padding.PKCS1v15()


def _generate(algorithm: KeyAlgorithm) -> _PrivateKey:
    if algorithm is KeyAlgorithm.EC_P256:
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm is KeyAlgorithm.EC_P384:
        return ec.generate_private_key(ec.SECP384R1())
    if algorithm is KeyAlgorithm.ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 3072 if algorithm is KeyAlgorithm.RSA_3072 else 4096)
