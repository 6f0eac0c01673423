"""Keys in a PKCS#11 token: generated there, sensitive and not extractable, used only by name.

Messages are hashed here and the token signs the digest with its raw mechanisms, which every token has (SoftHSM has no
ECDSA mechanism that hashes). Ed25519 signs whole messages (PKCS #11 v3.0 2.3.15).
"""

import hashlib
import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from asn1crypto import core
from pkcs11 import MGF, Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass

from ops.platform import der
from ops.platform.keys.encoding import (
    algorithm_identifier,
    checked_digest,
    checked_label,
    digest_info,
    ecdsa_der,
    require_digest_signing,
    sha2,
)
from ops.platform.keys.errors import (
    ClosedError,
    CorruptKeyError,
    LabelTakenError,
    UnknownLabelError,
    UnsupportedKeyError,
)
from ops.platform.keys.model import DigestName, KeyAlgorithm, PublicKeyInfo, SchemeName
from ops.platform.keys.token_session import open_token

_CURVES: Final = {
    KeyAlgorithm.EC_P256: der.oid("1.2.840.10045.3.1.7"),
    KeyAlgorithm.EC_P384: der.oid("1.3.132.0.34"),
    KeyAlgorithm.EC_P521: der.oid("1.3.132.0.35"),
    KeyAlgorithm.EC_BRAINPOOL_P256: der.oid("1.3.36.3.3.2.8.1.1.7"),
    KeyAlgorithm.EC_BRAINPOOL_P384: der.oid("1.3.36.3.3.2.8.1.1.11"),
}
_EDWARDS: Final = {KeyAlgorithm.ED25519: der.oid("1.3.101.112")}
_RSA_BITS: Final = {KeyAlgorithm.RSA_3072: 3072, KeyAlgorithm.RSA_4096: 4096}
_PSS: Final = {
    "sha256": (Mechanism.SHA256, MGF.SHA256, 32),
    "sha384": (Mechanism.SHA384, MGF.SHA384, 48),
    "sha512": (Mechanism.SHA512, MGF.SHA512, 64),
}
_PRIVATE = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True}
_USAGE = MechanismFlag.SIGN | MechanismFlag.VERIFY


@dataclass(frozen=True, slots=True)
class _TokenKey:
    """A key of the token: what is public about it, and the handle of its private half."""

    info: PublicKeyInfo
    handle: Any


class Pkcs11KeyStore:
    """A `KeyStore` over one token. Threads may share it; they take turns. A forked child has to open its own.

    `module_path` is the vendor's library, `token_label` the token, `pin` the user PIN, which is tried once. Raises
    TS-KEYS-TOKEN, TS-KEYS-TOKEN-PIN and, in a child process, TS-KEYS-FORKED.
    """

    __slots__ = ("_keys", "_open", "_session")

    def __init__(self, module_path: Path, token_label: str, pin: str) -> None:
        self._session = open_token(Path(module_path), token_label, pin)
        self._keys: dict[str, _TokenKey] = {}
        self._open = True

    def generate(self, label: str, algorithm: KeyAlgorithm) -> PublicKeyInfo:
        """See `KeyStore.generate`. The key gets a random CKA_ID that its two halves share."""
        algorithm = KeyAlgorithm(algorithm)
        _require_mechanism(algorithm)
        checked_label(label)
        with self._use() as session:
            if _find(session, ObjectClass.PRIVATE_KEY, {Attribute.LABEL: label}):
                raise LabelTakenError(f"A key labelled {label!r} exists already.")
            public, private = _generate(session, label, algorithm)
            key = _TokenKey(PublicKeyInfo(label, algorithm, _spki(public)), private)
        self._keys[label] = key
        return key.info

    def public_key(self, label: str) -> bytes:
        """See `KeyStore.public_key`."""
        return self._key(label).info.spki

    def algorithm(self, label: str) -> KeyAlgorithm:
        """See `KeyStore.algorithm`."""
        return self._key(label).info.algorithm

    def labels(self) -> tuple[str, ...]:
        """See `KeyStore.labels`. Keys that somebody else put into the token are listed too."""
        with self._use() as session:
            return tuple(sorted({str(key.label) for key in _find(session, ObjectClass.PRIVATE_KEY, {})}))

    def sign(
        self, label: str, message: bytes, *, digest: DigestName | None = None, scheme: SchemeName = "pkcs1v15"
    ) -> bytes:
        """See `KeyStore.sign`."""
        key = self._key(label)
        if key.info.algorithm in _EDWARDS:
            return self._raw(key, message, Mechanism.EDDSA)
        name = sha2(digest or key.info.algorithm.natural_digest)
        return self._sign_value(key, hashlib.new(name, message).digest(), name, scheme)

    def sign_digest(self, label: str, value: bytes, *, digest: DigestName, scheme: SchemeName = "pkcs1v15") -> bytes:
        """See `KeyStore.sign_digest`."""
        key = self._key(label)
        require_digest_signing(key.info.algorithm)
        return self._sign_value(key, checked_digest(digest, value), digest, scheme)

    def signature_algorithm(
        self, label: str, *, digest: DigestName | None = None, scheme: SchemeName = "pkcs1v15"
    ) -> bytes:
        """See `KeyStore.signature_algorithm`."""
        kind = self._key(label).info.algorithm
        return algorithm_identifier(kind, digest or kind.natural_digest, scheme)

    def destroy(self, label: str) -> None:
        """See `KeyStore.destroy`."""
        checked_label(label)
        with self._use() as session:
            found = [*_find(session, ObjectClass.PRIVATE_KEY, {Attribute.LABEL: label})]
            if not found:
                raise UnknownLabelError(f"The token has no key labelled {label!r}.")
            for handle in [*found, *_find(session, ObjectClass.PUBLIC_KEY, {Attribute.LABEL: label})]:
                handle.destroy()
            self._keys.pop(label, None)

    def close(self) -> None:
        """See `KeyStore.close`. The process logs out of the token with its last store on it."""
        if self._open:
            self._open = False
            self._keys.clear()
            self._session.leave()

    def __repr__(self) -> str:
        return "<Pkcs11KeyStore>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key store cannot be copied or pickled")

    def _use(self) -> AbstractContextManager[Any]:
        if not self._open:
            raise ClosedError("The key store is closed.")
        return self._session.use()

    def _key(self, label: str) -> _TokenKey:
        key = self._keys.get(label)
        if key is None:
            checked_label(label)
            with self._use() as session:
                key = self._keys[label] = _load(session, label)
        return key

    def _sign_value(self, key: _TokenKey, value: bytes, digest: DigestName, scheme: SchemeName) -> bytes:
        algorithm_identifier(key.info.algorithm, digest, scheme)  # refuses what has no identifier
        if not key.info.algorithm.is_rsa:
            return ecdsa_der(self._raw(key, value, Mechanism.ECDSA))
        if scheme == "pss":
            return self._raw(key, value, Mechanism.RSA_PKCS_PSS, _PSS[digest])
        return self._raw(key, digest_info(sha2(digest), value), Mechanism.RSA_PKCS)

    def _raw(self, key: _TokenKey, data: bytes, mechanism: Mechanism, parameter: object = None) -> bytes:
        with self._use():
            return bytes(key.handle.sign(data, mechanism=mechanism, mechanism_param=parameter))


def _find(session: Any, kind: ObjectClass, attributes: dict[Attribute, object]) -> list[Any]:
    # The search has to be run to its end before anything else uses the session.
    return list(session.get_objects({Attribute.CLASS: kind, **attributes}))


def _load(session: Any, label: str) -> _TokenKey:
    found = _find(session, ObjectClass.PRIVATE_KEY, {Attribute.LABEL: label})
    if not found:
        raise UnknownLabelError(f"The token has no key labelled {label!r}.")
    public = _find(session, ObjectClass.PUBLIC_KEY, {Attribute.ID: found[0].id})
    if len(found) > 1 or len(public) != 1:
        raise CorruptKeyError(f"The token does not hold exactly one pair of keys labelled {label!r}.")
    return _TokenKey(PublicKeyInfo(label, _kind(public[0], label), _spki(public[0])), found[0])


def _generate(session: Any, label: str, algorithm: KeyAlgorithm) -> tuple[Any, Any]:
    options: dict[str, Any] = {
        "store": True,
        "label": label,
        "id": secrets.token_bytes(20),
        "private_template": _PRIVATE,
        "capabilities": _USAGE,
    }
    if algorithm in _RSA_BITS:
        made = session.generate_keypair(KeyType.RSA, _RSA_BITS[algorithm], **options)
    elif algorithm in _CURVES:
        made = _domain(session, KeyType.EC, _CURVES[algorithm]).generate_keypair(**options)
    else:
        made = _domain(session, KeyType.EC_EDWARDS, _EDWARDS[algorithm]).generate_keypair(
            mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, **options
        )
    return made[0], made[1]


def _require_mechanism(algorithm: KeyAlgorithm) -> None:
    # PKCS #11 v2.40 has mechanisms for GOST R 34.10-2001 alone, v3.2 for ML-DSA, no version for the other suites.
    if algorithm not in (*_RSA_BITS, *_CURVES, *_EDWARDS):
        raise UnsupportedKeyError(
            f"PKCS#11 tokens are not used for keys of the kind {algorithm.value}.",
            next_step="Keep the key with an external provider, which speaks the national device's own interface.",
        )


def _domain(session: Any, key_type: KeyType, parameters: bytes) -> Any:
    return session.create_domain_parameters(key_type, {Attribute.EC_PARAMS: parameters}, local=True)


def _kind(public: Any, label: str) -> KeyAlgorithm:
    if public.key_type == KeyType.RSA:
        bits = int.from_bytes(public[Attribute.MODULUS], "big").bit_length()
        kinds = [kind for kind, size in _RSA_BITS.items() if size == bits]
    else:
        parameters = bytes(public[Attribute.EC_PARAMS])
        curves = {**_EDWARDS, **_CURVES}
        kinds = [kind for kind, curve in curves.items() if curve == parameters]
    if not kinds:
        raise UnsupportedKeyError(f"The token's key {label!r} is of a kind that this software does not use.")
    return kinds[0]


def _spki(public: Any) -> bytes:
    """SubjectPublicKeyInfo from the token's attributes (RFC 5480 2, RFC 3279 2.3.1, RFC 8410 4)."""
    if public.key_type == KeyType.RSA:
        modulus, exponent = (
            der.integer(int.from_bytes(public[name], "big")) for name in (Attribute.MODULUS, Attribute.PUBLIC_EXPONENT)
        )
        algorithm = der.algorithm("1.2.840.113549.1.1.1", der.null())
        return der.sequence(algorithm, der.bit_string(der.sequence(modulus, exponent)))
    # CKA_EC_POINT is the DER OCTET STRING of the point (PKCS #11 v2.40 2.3.3).
    point = bytes(core.OctetString.load(public[Attribute.EC_POINT], strict=True).native)
    parameters = bytes(public[Attribute.EC_PARAMS])
    if parameters in _EDWARDS.values():
        return der.sequence(der.sequence(parameters), der.bit_string(point))
    return der.sequence(der.sequence(der.oid("1.2.840.10045.2.1"), parameters), der.bit_string(point))
