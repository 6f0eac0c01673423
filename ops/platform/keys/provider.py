"""Keys with an external provider: a program on this machine that holds them in whatever device a state prescribes.

This is the production path for suites that PKCS#11 does not know. The provider listens on a Unix socket that only this
system's account (or root) owns. One connection carries one question and one answer, each a single line of JSON:

    {"version": 1, "do": "generate", "label": …, "algorithm": …}                                → {"spki": base64}
    {"version": 1, "do": "key", "label": …}                                                     → {"spki": base64}
    {"version": 1, "do": "labels"}                                                              → {"labels": […]}
    {"version": 1, "do": "sign", "label": …, "algorithm": …, "digest": …, "scheme": …, "message": base64}
                                                                                                → {"signature": base64}
    {"version": 1, "do": "destroy", "label": …}                                                 → {}

or {"error": "unknown-label" | "label-taken" | "unsupported" | …, "text": …}. Algorithms, digests and schemes have the
names of `ops.platform.keys`. The provider is believed as little as can be: a key's kind is read from the key, and a
signature is verified before it is given out.
"""

import json
import os
import socket
import stat
import time
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any, Final, NoReturn

from ops.platform.keys.encoding import algorithm_identifier, checked_label
from ops.platform.keys.errors import (
    ClosedError,
    LabelError,
    LabelTakenError,
    ProviderError,
    UnknownLabelError,
    UnsupportedKeyError,
)
from ops.platform.keys.kinds import kind_of
from ops.platform.keys.model import DigestName, KeyAlgorithm, PublicKeyInfo, SchemeName
from policies.algorithms import CryptoResult, verify

LARGEST_MESSAGE: Final = 64 * 1024 * 1024
LARGEST_ANSWER: Final = 4 * 1024 * 1024
_PIECE: Final = 65_536
_REFUSALS: Final = {
    "unknown-label": UnknownLabelError,
    "label-taken": LabelTakenError,
    "unsupported": UnsupportedKeyError,
}

Json = dict[str, Any]


class ProviderKeyStore:
    """A `KeyStore` behind the socket at `path`. Threads and forked processes may share it: nothing stays connected.

    `seconds` bounds each question as a whole. Raises TS-KEYS-PROVIDER when nobody trustworthy listens there.
    """

    __slots__ = ("_keys", "_open", "_path", "_seconds")

    def __init__(self, path: Path, *, seconds: float = 30.0) -> None:
        self._path = Path(path)
        self._seconds = seconds
        self._keys: dict[str, PublicKeyInfo] = {}
        self._open = True
        self.labels()

    def generate(self, label: str, algorithm: KeyAlgorithm) -> PublicKeyInfo:
        """See `KeyStore.generate`. TS-KEYS-PROVIDER when the provider made a key of another kind."""
        algorithm = KeyAlgorithm(algorithm)
        checked_label(label)
        answer = self._ask({"do": "generate", "label": label, "algorithm": algorithm.value})
        info = _public_key(label, answer)
        if info.algorithm is not algorithm:
            raise ProviderError(f"The provider made a key of the kind {info.algorithm.value}, not {algorithm.value}.")
        self._keys[label] = info
        return info

    def public_key(self, label: str) -> bytes:
        """See `KeyStore.public_key`."""
        return self._key(label).spki

    def algorithm(self, label: str) -> KeyAlgorithm:
        """See `KeyStore.algorithm`."""
        return self._key(label).algorithm

    def labels(self) -> tuple[str, ...]:
        """See `KeyStore.labels`."""
        found = self._ask({"do": "labels"}).get("labels")
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise ProviderError("The key provider's list of keys cannot be read.")
        try:
            return tuple(sorted(checked_label(item) for item in found))
        except LabelError as error:
            raise ProviderError("The key provider holds a key under a label that no store may have.") from error

    def sign(
        self, label: str, message: bytes, *, digest: DigestName | None = None, scheme: SchemeName = "pkcs1v15"
    ) -> bytes:
        """See `KeyStore.sign`. TS-KEYS-PROVIDER when the answer is not that key's signature over the message."""
        key = self._key(label)
        if len(message) > LARGEST_MESSAGE:
            raise UnsupportedKeyError(f"A message of {len(message)} octets is too long for the key provider.")
        name = digest or key.algorithm.natural_digest
        identifier = algorithm_identifier(key.algorithm, name, scheme)
        question = {"label": label, "algorithm": key.algorithm.value, "digest": name, "scheme": scheme}
        answer = self._ask({"do": "sign", **question, "message": b64encode(message).decode("ascii")})
        signature = _octets(answer, "signature")
        if verify(identifier, key.spki, message, signature) is not CryptoResult.VALID:
            raise ProviderError(f"The provider's signature does not verify with the key {label!r}.")
        return signature

    def sign_digest(self, label: str, value: bytes, *, digest: DigestName, scheme: SchemeName = "pkcs1v15") -> bytes:
        """See `KeyStore.sign_digest`: refused, because an answer cannot be checked without the message."""
        self._key(label)
        raise UnsupportedKeyError("A key of an external provider signs whole messages only, not digests.")

    def signature_algorithm(
        self, label: str, *, digest: DigestName | None = None, scheme: SchemeName = "pkcs1v15"
    ) -> bytes:
        """See `KeyStore.signature_algorithm`."""
        kind = self._key(label).algorithm
        return algorithm_identifier(kind, digest or kind.natural_digest, scheme)

    def destroy(self, label: str) -> None:
        """See `KeyStore.destroy`."""
        self._ask({"do": "destroy", "label": checked_label(label)})
        self._keys.pop(label, None)

    def close(self) -> None:
        """See `KeyStore.close`."""
        self._open = False
        self._keys.clear()

    def __repr__(self) -> str:
        return "<ProviderKeyStore>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key store cannot be copied or pickled")

    def _key(self, label: str) -> PublicKeyInfo:
        known = self._keys.get(label)
        if known is None:
            known = _public_key(label, self._ask({"do": "key", "label": checked_label(label)}))
            self._keys[label] = known
        return known

    def _ask(self, question: Json) -> Json:
        if not self._open:
            raise ClosedError("The key store is closed.")
        line = json.dumps({"version": 1, **question}).encode() + b"\n"
        try:
            _require_ours(self._path)
            answer = _exchange(self._path, line, time.monotonic() + self._seconds)
        except TimeoutError as error:
            raise ProviderError(f"The key provider gave no answer within {self._seconds:g} seconds.") from error
        except OSError as error:
            raise ProviderError(f"The key provider cannot be reached: {error.strerror or error}.") from error
        return _read(answer)


def _require_ours(path: Path) -> None:
    found = path.stat()
    if not stat.S_ISSOCK(found.st_mode):
        raise ProviderError("The key provider's address is not a socket.")
    # Whoever owns the socket answers for the keys.
    if found.st_uid not in (0, os.getuid()):
        raise ProviderError("The key provider's socket belongs to another account.")


def _exchange(path: Path, line: bytes, deadline: float) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_left(deadline))
        connection.connect(str(path))
        for start in range(0, len(line), _PIECE):
            connection.settimeout(_left(deadline))
            connection.sendall(line[start : start + _PIECE])
        answer = b""
        while not answer.endswith(b"\n"):
            connection.settimeout(_left(deadline))
            piece = connection.recv(_PIECE)
            if not piece or len(answer) + len(piece) > LARGEST_ANSWER:
                raise ProviderError("The key provider's answer is cut off or too long.")
            answer += piece
        return answer


def _left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _read(line: bytes) -> Json:
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProviderError("The key provider's answer is not one line of JSON.") from error
    if not isinstance(answer, dict):
        raise ProviderError("The key provider's answer is not an object.")
    if "error" in answer:
        kind = _REFUSALS.get(str(answer["error"]), ProviderError)
        raise kind(f"The key provider refuses: {str(answer.get('text') or answer['error'])[:200]}.")
    return answer


def _octets(answer: Json, name: str) -> bytes:
    try:
        return b64decode(answer[name], validate=True)
    except (KeyError, TypeError, ValueError) as error:
        raise ProviderError(f"The key provider's answer holds no {name}.") from error


def _public_key(label: str, answer: Json) -> PublicKeyInfo:
    spki = _octets(answer, "spki")
    return PublicKeyInfo(label, kind_of(spki), spki)
