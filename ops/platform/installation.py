"""Opens what every command of one installation stands on: settings, database, keys, audit log and clock.

The rooms' commands and the service share this one way in, so that no command signs under another key store or logs to
another log than the server does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ops.platform.audit import AuditLog
from ops.platform.clock import Clock, SystemClock
from ops.platform.database import Database
from ops.platform.errors import PlatformError
from ops.platform.fetch import Fetcher
from ops.platform.keys import KeyAlgorithm, KeyStore, SoftwareKeyStore
from ops.platform.schema_version import require_schema
from ops.platform.settings import Settings

AUDIT_LOG_ID = "installation"
AUDIT_KEY_LABEL = "audit-log"
_BEGUN = "audit-log.begun"


class KeyStoreSecretMissingError(PlatformError):
    """No passphrase or PIN is configured, so no key can be opened."""

    code = "TS-KEYS-NO-SECRET"
    next_step = "Put the secret into a file with mode 600 and set TRUSTSPACE_KEY_PASSPHRASE_FILE or _PKCS11_PIN_FILE."
    exit_status = 2


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation, open. Close it with `close` or use `opened`."""

    settings: Settings
    database: Database
    keys: KeyStore
    audit: AuditLog
    clock: Clock

    def fetcher(self) -> Fetcher:
        """The guarded client under this installation's limits."""
        return self.settings.open_fetcher(self.clock)

    def close(self) -> None:
        """Give back keys and connections."""
        self.keys.close()
        self.database.close()


def open_key_store(settings: Settings) -> KeyStore:
    """The configured key store. Raises KeyStoreSecretMissingError and the key store's own errors."""
    if settings.key_store == "pkcs11":
        from ops.platform.keys.pkcs11 import Pkcs11KeyStore

        pin = settings.pin()
        if pin is None or settings.pkcs11_module is None or settings.pkcs11_token is None:
            raise KeyStoreSecretMissingError("The token cannot be opened: no PIN is configured.")
        return Pkcs11KeyStore(settings.pkcs11_module, settings.pkcs11_token, pin)
    if settings.key_store == "provider" and settings.provider_socket is not None:
        from ops.platform.keys.provider import ProviderKeyStore

        return ProviderKeyStore(settings.provider_socket, seconds=settings.provider_seconds)
    passphrase = settings.passphrase()
    if passphrase is None:
        raise KeyStoreSecretMissingError("The key store cannot be opened: no passphrase is configured.")
    return SoftwareKeyStore(settings.key_directory, passphrase, profile=settings.profile)


def _open_audit(settings: Settings, database: Database, keys: KeyStore, clock: Clock) -> AuditLog:
    """The audit log, begun once in the life of an installation.

    That it was begun is kept in a file beside the keys, written after the log is durable: a first start that was killed
    half-way is taken up again, and a log that somebody removed from the database later is never silently begun anew.
    """
    if AUDIT_KEY_LABEL not in keys.labels():
        keys.generate(AUDIT_KEY_LABEL, KeyAlgorithm.EC_P256)
    audit = AuditLog(keys, AUDIT_KEY_LABEL, clock, AUDIT_LOG_ID)
    begun = settings.data_dir / _BEGUN
    if begun.exists():
        return audit
    with database.write() as session:
        if not audit.exists(session):
            audit.create(session)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    begun.touch(mode=0o600)
    return audit


def open_installation(settings: Settings, clock: Clock | None = None) -> Installation:
    """Open everything. A new installation gets its audit key and its audit log here; the schema must exist already.

    Raises the errors of settings, database, keys and audit log; nothing stays open when one is raised.
    """
    clock = clock or SystemClock()
    database = settings.open_database()
    try:
        # First, so that a database that does not fit leaves no key store and no audit key behind.
        require_schema(database)
        keys = open_key_store(settings)
        try:
            audit = _open_audit(settings, database, keys, clock)
        except BaseException:
            keys.close()
            raise
    except BaseException:
        database.close()
        raise
    return Installation(settings, database, keys, audit, clock)


@contextmanager
def opened(settings: Settings, clock: Clock | None = None) -> Iterator[Installation]:
    """An open installation that is closed at the end of the block."""
    installation = open_installation(settings, clock)
    try:
        yield installation
    finally:
        installation.close()
