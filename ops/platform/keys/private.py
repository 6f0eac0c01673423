"""Private keys in this process: made, read back and signing, by the library where it knows the kind and by the maker
of the suite where it does not.

The arithmetic of the makers is not constant-time: whoever can measure how long signatures take may learn the key. Such
a key is named in the log of a process once for each kind, and the store that holds it is refused in production.
"""

import logging
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any, Final, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from ops.platform.keys.encoding import algorithm_identifier, require_digest_signing
from ops.platform.keys.errors import UnsupportedKeyError
from ops.platform.keys.model import DigestName, KeyAlgorithm, SchemeName
from policies.algorithms.making import Maker, UnknownMakerError, maker

Signer = Callable[[bytes], bytes]

_HASH: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_CURVES: Final[dict[KeyAlgorithm, ec.EllipticCurve]] = {
    KeyAlgorithm.EC_P256: ec.SECP256R1(),
    KeyAlgorithm.EC_P384: ec.SECP384R1(),
    KeyAlgorithm.EC_P521: ec.SECP521R1(),
    KeyAlgorithm.EC_BRAINPOOL_P256: ec.BrainpoolP256R1(),
    KeyAlgorithm.EC_BRAINPOOL_P384: ec.BrainpoolP384R1(),
}
_GENERATORS: Final[dict[KeyAlgorithm, Callable[[], Any]]] = {
    **{kind: partial(ec.generate_private_key, curve) for kind, curve in _CURVES.items()},
    KeyAlgorithm.RSA_3072: partial(rsa.generate_private_key, 65537, 3072),
    KeyAlgorithm.RSA_4096: partial(rsa.generate_private_key, 65537, 4096),
    KeyAlgorithm.ED25519: ed25519.Ed25519PrivateKey.generate,
    KeyAlgorithm.ML_DSA_44: mldsa.MLDSA44PrivateKey.generate,
    KeyAlgorithm.ML_DSA_65: mldsa.MLDSA65PrivateKey.generate,
    KeyAlgorithm.ML_DSA_87: mldsa.MLDSA87PrivateKey.generate,
}


_LOGGER: Final = logging.getLogger(__name__)
_warned: set[KeyAlgorithm] = set()


class PrivateKey(Protocol):
    """A private key of one kind."""

    @property
    def pkcs8(self) -> bytes:
        """PrivateKeyInfo, DER, unencrypted: for sealing and nothing else."""
        ...

    @property
    def spki(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        ...

    def signer(self, digest: DigestName, scheme: SchemeName) -> Signer:
        """The function from message to signature value; UnsupportedKeyError for a digest or scheme it has not."""
        ...

    def digest_signer(self, digest: DigestName, scheme: SchemeName) -> Signer:
        """The function from digest value to signature value; UnsupportedKeyError likewise."""
        ...


def generate(kind: KeyAlgorithm) -> PrivateKey:
    """A new key. UnsupportedKeyError when no code here makes the kind."""
    if kind.is_made_here:
        found = _maker(kind)
        return MadeHereKey(kind, found, found.generate(secrets.token_bytes))
    return LibraryKey(kind, _GENERATORS[kind]())


def load(kind: KeyAlgorithm, pkcs8: bytes) -> PrivateKey:
    """The key of an authenticated blob that `generate` made. ValueError when it is not of that kind."""
    if kind.is_made_here:
        return MadeHereKey(kind, _maker(kind), pkcs8)
    # The blob was authenticated under the store key, so the costly RSA consistency check says nothing new.
    return LibraryKey(kind, load_der_private_key(pkcs8, None, unsafe_skip_rsa_key_validation=True))


def _maker(kind: KeyAlgorithm) -> Maker:
    try:
        return maker(kind.value)
    except UnknownMakerError as error:
        raise UnsupportedKeyError(f"Keys of the kind {kind.value} cannot be made by this version.") from error


class LibraryKey:
    """A key of an algorithm that `cryptography` signs with, in constant time."""

    __slots__ = ("_key", "_kind")

    def __init__(self, kind: KeyAlgorithm, key: Any) -> None:
        self._kind = kind
        self._key = key

    @property
    def pkcs8(self) -> bytes:
        """See `PrivateKey.pkcs8`."""
        octets: bytes = self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return octets

    @property
    def spki(self) -> bytes:
        """See `PrivateKey.spki`."""
        octets: bytes = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return octets

    def signer(self, digest: DigestName, scheme: SchemeName) -> Signer:
        """See `PrivateKey.signer`."""
        algorithm_identifier(self._kind, digest, scheme)  # refuses what has no identifier
        sign: Callable[..., bytes] = self._key.sign
        if self._kind.is_rsa:
            filling, chosen = _padding(digest, scheme), _HASH[digest]
            return lambda message: sign(message, filling, chosen)
        if self._kind.is_ecdsa:
            algorithm = ec.ECDSA(_HASH[digest])
            return lambda message: sign(message, algorithm)
        return sign

    def digest_signer(self, digest: DigestName, scheme: SchemeName) -> Signer:
        """See `PrivateKey.digest_signer`."""
        algorithm_identifier(self._kind, digest, scheme)
        require_digest_signing(self._kind)
        sign: Callable[..., bytes] = self._key.sign
        chosen = Prehashed(_HASH[digest])
        if self._kind.is_rsa:
            filling = _padding(digest, scheme)
            return lambda value: sign(value, filling, chosen)
        algorithm = ec.ECDSA(chosen)
        return lambda value: sign(value, algorithm)

    def __repr__(self) -> str:
        return "<key>"


class MadeHereKey:
    """A key of a national suite or of SLH-DSA, used through the suite's maker: not constant-time."""

    __slots__ = ("_kind", "_maker", "_pkcs8")

    def __init__(self, kind: KeyAlgorithm, found: Maker, pkcs8: bytes) -> None:
        self._kind = kind
        self._maker = found
        self._pkcs8 = pkcs8

    @property
    def pkcs8(self) -> bytes:
        """See `PrivateKey.pkcs8`."""
        return self._pkcs8

    @property
    def spki(self) -> bytes:
        """See `PrivateKey.spki`."""
        return self._maker.public_key_info(self._pkcs8)

    def signer(self, digest: DigestName, scheme: SchemeName) -> Signer:
        """See `PrivateKey.signer`."""
        algorithm_identifier(self._kind, digest, scheme)
        return self._sign

    def digest_signer(self, digest: DigestName, scheme: SchemeName) -> Signer:
        """See `PrivateKey.digest_signer`: refused, the maker hashes."""
        algorithm_identifier(self._kind, digest, scheme)
        require_digest_signing(self._kind)
        raise AssertionError("unreachable: a national key signs messages only")

    def _sign(self, message: bytes) -> bytes:
        if not self._maker.constant_time and self._kind not in _warned:
            _warned.add(self._kind)
            _LOGGER.warning("keys.not-constant-time: signing with a %s key in software", self._kind.value)
        return self._maker.sign(self._pkcs8, message, secrets.token_bytes)

    def __repr__(self) -> str:
        return "<key>"


def _padding(digest: DigestName, scheme: SchemeName) -> padding.AsymmetricPadding:
    if scheme == "pss":
        return padding.PSS(padding.MGF1(_HASH[digest]), padding.PSS.DIGEST_LENGTH)
    return padding.PKCS1v15()
