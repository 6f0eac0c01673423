"""What is unwise or broken in a configuration that parses: findings with a code, a sentence and the next step.

`findings` looks at settings, files and the environment's names only. The command `trustspace config check` adds what
needs the database's schema.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from ops.platform.settings import PREFIX, Settings, SettingsError
from policies.vocabulary import Severity

_NOT_SETTINGS = ("TRUSTSPACE_DEBUG", "TRUSTSPACE_TEST_")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a configuration. An error stops the service, a warning does not."""

    code: str
    severity: Severity
    sentence: str
    next_step: str

    def as_dict(self) -> dict[str, str]:
        """For the JSON output."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.sentence,
            "nextStep": self.next_step,
        }


def findings(settings: Settings, environment: Mapping[str, str] = os.environ) -> tuple[Finding, ...]:
    """Every finding, errors first. Reads file metadata; opens no network connection and no database."""
    found = [
        *_unknown_variables(environment),
        *_data_directory(settings),
        *_secrets(settings),
        *_token(settings),
        *_addresses(settings),
        *_reports(settings),
    ]
    return tuple(sorted(found, key=lambda finding: list(Severity).index(finding.severity)))


def _error(code: str, sentence: str, next_step: str) -> Finding:
    return Finding(code, Severity.ERROR, sentence, next_step)


def _warning(code: str, sentence: str, next_step: str) -> Finding:
    return Finding(code, Severity.WARNING, sentence, next_step)


def _unknown_variables(environment: Mapping[str, str]) -> Iterator[Finding]:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {f"{PREFIX}DATABASE_URL"}
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known and not name.startswith(_NOT_SETTINGS):
            yield _warning(
                "TS-CONFIG-UNKNOWN",
                f"The variable {name} is not a setting, so it has no effect.",
                "Correct its spelling or remove it.",
            )


def _data_directory(settings: Settings) -> Iterator[Finding]:
    path = settings.data_dir
    if not path.exists():
        writable = os.access(_existing_parent(path), os.W_OK)
        if not writable:
            yield _error(
                "TS-CONFIG-DATA-DIR",
                "The data directory does not exist and cannot be made.",
                f"Create {path} for this user.",
            )
    elif not path.is_dir() or not os.access(path, os.W_OK | os.X_OK):
        yield _error("TS-CONFIG-DATA-DIR", "The data directory cannot be written to.", f"Give this user {path}.")
    elif path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield _warning("TS-CONFIG-DATA-DIR-OPEN", "Other users can enter the data directory.", f"Run: chmod 700 {path}")


def _existing_parent(path: Path) -> Path:
    return next(parent for parent in path.absolute().parents if parent.exists())


def _secrets(settings: Settings) -> Iterator[Finding]:
    if settings.key_store == "provider":
        return
    software = settings.key_store == "software"
    value, file = (
        (settings.passphrase, settings.passphrase_file) if software else (settings.pin, settings.pkcs11_pin_file)
    )
    try:
        missing = not value()
    except SettingsError as error:
        yield _error(error.code, error.sentence, error.next_step)
        return
    if missing:
        variable = PREFIX + ("KEY_PASSPHRASE_FILE" if software else "PKCS11_PIN_FILE")
        yield _error(
            "TS-CONFIG-NO-SECRET", "The key store cannot be opened: no secret is configured.", f"Set {variable}."
        )
    elif file is None:
        yield _warning(
            "TS-CONFIG-SECRET-IN-ENVIRONMENT",
            "The key store's secret is in the environment, where other processes of this user can read it.",
            "Put it into a file with mode 600 and name the file.",
        )
    elif file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield _warning("TS-CONFIG-SECRET-OPEN", "Other users may read the secret's file.", f"Run: chmod 600 {file}")


def _token(settings: Settings) -> Iterator[Finding]:
    address = settings.provider_socket if settings.key_store == "provider" else None
    if address is not None and not address.is_socket():
        yield _error(
            "TS-CONFIG-PROVIDER-SOCKET",
            "Nobody listens where the external key provider should.",
            "Start the provider, or correct TRUSTSPACE_PROVIDER_SOCKET.",
        )
    if settings.key_store == "pkcs11" and settings.pkcs11_module is not None and not settings.pkcs11_module.is_file():
        yield _error(
            "TS-CONFIG-PKCS11-MODULE", "The PKCS#11 module does not exist.", "Correct TRUSTSPACE_PKCS11_MODULE."
        )


def _addresses(settings: Settings) -> Iterator[Finding]:
    production = settings.profile == "production"
    if production and _is_local(settings.base_url):
        yield _error(
            "TS-CONFIG-BASE-URL",
            "Certificates would name this machine's loopback address for revocation.",
            "Set TRUSTSPACE_BASE_URL to the public address before issuing anything.",
        )
    if production and settings.allow_private_addresses:
        yield _warning(
            "TS-CONFIG-PRIVATE-ADDRESSES",
            "Addresses in documents can reach this machine's internal network.",
            "Unset TRUSTSPACE_ALLOW_PRIVATE_ADDRESSES unless all services are internal.",
        )


def _reports(settings: Settings) -> Iterator[Finding]:
    if settings.profile == "production" and settings.report_seal is None:
        yield _warning(
            "TS-CONFIG-REPORTS-UNSEALED",
            "Reports leave this service without its seal, so that nobody can show later that they were not changed.",
            "Set TRUSTSPACE_REPORT_SEAL to the credential that seals them.",
        )


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
