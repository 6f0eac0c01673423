"""One PKCS#11 session per token and process, one lock per module: all that python-pkcs11 can safely be used with.

The binding initialises modules without locking callbacks, so two threads inside one module crash the process, and a
second login of a process is an error (PKCS #11 v2.40 base 5.6). After a fork the module has to be initialised again in
the child (5.4): stores that were opened before the fork refuse to work there, newly opened ones do.
"""

import hmac
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pkcs11
from pkcs11 import exceptions

from ops.platform.keys.errors import ClosedError, ForkedError, TokenError, TokenPinError

_PIN_ERRORS = (
    exceptions.PinIncorrect,
    exceptions.PinInvalid,
    exceptions.PinLenRange,
    exceptions.PinLocked,
    exceptions.PinExpired,
    exceptions.UserPinNotInitialized,
)


class TokenSession:
    """A logged-in session that every store of this process on the same token shares."""

    def __init__(self, module: "_Module", token_label: str, pin: str) -> None:
        self._module = module
        self._token_label = token_label
        self._users = 0
        self._salt = secrets.token_bytes(16)
        self._pin_hash = self._hashed(pin)
        self._session: Any = module.open_session(token_label, pin)

    @contextmanager
    def use(self) -> Iterator[Any]:
        """The session, for one thread at a time. PKCS#11 errors come out as TokenError."""
        if self._module.pid != os.getpid():
            raise ForkedError("The token session was opened before the process was forked.")
        with self._module.lock, _translated():
            if self._session is None:
                raise ClosedError("The key store is closed.")
            yield self._session

    def enter(self, pin: str) -> "TokenSession":
        """Count one more user, who has to know the PIN although the token is not asked again."""
        if not hmac.compare_digest(self._pin_hash, self._hashed(pin)):
            raise TokenPinError("The PIN is not the one with which this process opened the token.")
        self._users += 1
        return self

    def leave(self) -> None:
        """Count one user less; the last one logs out."""
        with _registry_lock:
            self._users -= 1
            if self._users > 0 or self._module.pid != os.getpid():
                return
            self._module.sessions.pop(self._token_label, None)
            with self._module.lock, _translated():
                session, self._session = self._session, None
                if session is not None:
                    session.close()

    def __repr__(self) -> str:
        return "<TokenSession>"

    def _hashed(self, pin: str) -> bytes:
        return sha256(self._salt + pin.encode()).digest()


class _Module:
    """A loaded PKCS#11 module in this process."""

    def __init__(self, path: Path, *, again: bool) -> None:
        self.pid = os.getpid()
        self.lock = threading.RLock()
        self.sessions: dict[str, TokenSession] = {}
        with _translated():
            self._library: Any = pkcs11.lib(str(path))
            if again:
                self._library.reinitialize()

    def open_session(self, token_label: str, pin: str) -> Any:
        """A new session, logged in as user; the PIN is tried once."""
        with self.lock, _translated():
            return self._library.get_token(token_label=token_label).open(user_pin=pin, rw=True)


_registry_lock = threading.RLock()
_modules: dict[str, _Module] = {}
# Modules of the parent process stay referenced: a session object that is collected closes its handle, and after the
# new initialisation the same number may be the handle of the child's own session.
_inherited: list[_Module] = []


def open_token(path: Path, token_label: str, pin: str) -> TokenSession:
    """The shared session of this process on a token. Raises TokenError or TokenPinError."""
    with _registry_lock:
        known = _modules.get(str(path))
        forked = known is not None and known.pid != os.getpid()
        if known is None or forked:
            if known is not None:
                _inherited.append(known)
            known = _modules[str(path)] = _Module(path, again=forked)
        session = known.sessions.get(token_label)
        if session is None:
            session = known.sessions[token_label] = TokenSession(known, token_label, pin)
        return session.enter(pin)


def _unlock_in_child() -> None:
    # A lock that another thread held at the moment of the fork would never be released in the child.
    global _registry_lock
    _registry_lock = threading.RLock()


os.register_at_fork(after_in_child=_unlock_in_child)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except _PIN_ERRORS as error:
        raise TokenPinError(f"The token refuses the PIN ({type(error).__name__}).") from error
    except exceptions.NoSuchToken as error:
        raise TokenError("There is no such token in the PKCS#11 module.") from error
    except exceptions.PKCS11Error as error:
        detail = str(error) or type(error).__name__
        raise TokenError(f"The PKCS#11 token cannot do this: {detail}.") from error
