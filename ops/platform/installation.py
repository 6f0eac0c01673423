"""Opens what every command of one installation stands on: settings, database, keys, audit log and clock.

The rooms' commands and the service share this one way in, so that no command signs under another key store or logs to
another log than the server does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from ops.platform.audit import AuditLog
from ops.platform.clock import Clock, SystemClock
from ops.platform.database import Database
from ops.platform.errors import PlatformError
from ops.platform.fetch import Fetcher, FetchLimits
from ops.platform.keys import KeyAlgorithm, KeyStore, SoftwareKeyStore
from ops.platform.settings import Settings

AUDIT_LOG_ID = "installation"
AUDIT_KEY_LABEL = "audit-log"


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
        settings = self.settings
        limits = FetchLimits(
            max_bytes=settings.fetch_max_bytes,
            max_header_bytes=settings.fetch_max_header_bytes,
            total_time=timedelta(seconds=settings.fetch_seconds),
            max_redirects=settings.fetch_max_redirects,
        )
        return Fetcher(self.clock, limits=limits, allow_private_addresses=settings.allow_private_addresses)

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
    passphrase = settings.passphrase()
    if passphrase is None:
        raise KeyStoreSecretMissingError("The key store cannot be opened: no passphrase is configured.")
    return SoftwareKeyStore(settings.key_directory, passphrase, profile=settings.profile)


def _open_audit(database: Database, keys: KeyStore, clock: Clock) -> AuditLog:
    """The audit log. It is begun only together with its key: a key without its log means that the log was removed."""
    new = AUDIT_KEY_LABEL not in keys.labels()
    if new:
        keys.generate(AUDIT_KEY_LABEL, KeyAlgorithm.EC_P256)
    audit = AuditLog(keys, AUDIT_KEY_LABEL, clock, AUDIT_LOG_ID)
    if new:
        try:
            with database.write() as session:
                audit.create(session)
        except BaseException:
            keys.destroy(AUDIT_KEY_LABEL)
            raise
    return audit


def open_installation(settings: Settings, clock: Clock | None = None) -> Installation:
    """Open everything. A new installation gets its audit key and its audit log here; the schema must exist already.

    Raises the errors of settings, database, keys and audit log; nothing stays open when one is raised.
    """
    clock = clock or SystemClock()
    database = settings.open_database()
    try:
        keys = open_key_store(settings)
        try:
            audit = _open_audit(database, keys, clock)
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
