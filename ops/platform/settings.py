"""What an installation decides, read once from the environment and checked before anything starts.

Every variable has the prefix TRUSTSPACE_; DATABASE_URL is accepted as well. A combination that must not run is refused
here and not found out later: the software key store under the production profile is the first of them.
"""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL

from ops.platform.clock import Clock
from ops.platform.database import Database, parse_database_url
from ops.platform.errors import DatabaseUrlError, PlatformError
from ops.platform.fetch import Fetcher, FetchLimits

PREFIX = "TRUSTSPACE_"
DEVELOPMENT_SECRET = "key-passphrase"  # noqa: S105 - a file's name

_SOFTWARE_IN_PRODUCTION = "TS-KEYS-SOFTWARE-IN-PRODUCTION"
_NO_TOKEN = "TS-CONFIG-PKCS11"  # noqa: S105 - a reason code, no secret
_NO_PROVIDER = "TS-CONFIG-PROVIDER"
_SEVERAL_SOURCES = "TS-CONFIG-SECRET-TWICE"
_NEXT_STEPS = {
    _SOFTWARE_IN_PRODUCTION: "Set TRUSTSPACE_KEY_STORE to pkcs11 or provider, and name what holds the keys.",
    _NO_TOKEN: "Set TRUSTSPACE_PKCS11_MODULE and TRUSTSPACE_PKCS11_TOKEN.",
    _NO_PROVIDER: "Set TRUSTSPACE_PROVIDER_SOCKET.",
    _SEVERAL_SOURCES: "Keep the file, and remove the value from the environment.",
}


class SettingsError(PlatformError):
    """The configuration cannot be used. `variables` names what is wrong, never its value."""

    code = "TS-CONFIG-INVALID"
    next_step = "Correct the variables named, then run: trustspace config check"
    exit_status = 2

    def __init__(self, sentence: str, variables: tuple[str, ...] = (), *, code: str | None = None) -> None:
        super().__init__(sentence, code=code, next_step=_NEXT_STEPS.get(code or ""))
        self.variables = variables


def _default_data_dir() -> Path:
    return Path.home() / ".local" / "share" / "trustspace"


class Settings(BaseSettings):
    """One installation's settings, checked and immutable. Use `load_settings`, which words the errors."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True
    )

    profile: Literal["development", "production"] = "development"
    data_dir: Path = Field(default_factory=_default_data_dir)
    database_address: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices(f"{PREFIX}DATABASE_URL", "DATABASE_URL")
    )
    database_lock_seconds: Annotated[float, Field(gt=0, le=600)] = 10.0
    base_url: str = "http://127.0.0.1:8080"

    key_store: Literal["software", "pkcs11", "provider"] = "software"
    key_passphrase: SecretStr | None = None
    key_passphrase_file: Path | None = None
    pkcs11_module: Path | None = None
    pkcs11_token: str | None = None
    pkcs11_pin: SecretStr | None = None
    pkcs11_pin_file: Path | None = None
    provider_socket: Path | None = None
    provider_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0

    allow_private_addresses: bool = False
    fetch_max_bytes: Annotated[int, Field(gt=0, le=2**31)] = 20 * 1024 * 1024
    fetch_max_header_bytes: Annotated[int, Field(ge=1024, le=64 * 1024)] = 16 * 1024
    fetch_seconds: Annotated[float, Field(gt=0, le=600)] = 15.0
    fetch_max_redirects: Annotated[int, Field(ge=0, le=10)] = 3

    report_seal: str | None = None
    report_seal_tsa: str | None = None

    clock_skew_seconds: Annotated[float, Field(ge=0, le=3600)] = 60.0
    job_retention_days: Annotated[int, Field(ge=1, le=3650)] = 30
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["auto", "json", "console"] = "auto"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080

    @field_validator("database_address")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            try:
                parse_database_url(value.get_secret_value())
            except DatabaseUrlError as error:
                raise PydanticCustomError("database_url", "{sentence}", {"sentence": error.sentence}) from error
        return value

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.query
            or parts.fragment
            or parts.username
        ):
            raise PydanticCustomError("base_url", "An http or https address without query is needed.")
        return value.rstrip("/")

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _allowed_together(self) -> Self:
        if self.key_store == "software" and self.profile == "production":
            raise PydanticCustomError(
                _SOFTWARE_IN_PRODUCTION, "The software key store is refused in the production profile."
            )
        if self.key_store == "pkcs11" and (self.pkcs11_module is None or not self.pkcs11_token):
            raise PydanticCustomError(_NO_TOKEN, "The PKCS#11 key store needs a module and a token label.")
        if self.key_store == "provider" and self.provider_socket is None:
            raise PydanticCustomError(_NO_PROVIDER, "The external key provider needs the path of its socket.")
        for value, file in ((self.key_passphrase, self.key_passphrase_file), (self.pkcs11_pin, self.pkcs11_pin_file)):
            if value is not None and file is not None:
                raise PydanticCustomError(_SEVERAL_SOURCES, "A secret is given both as a value and as a file.")
        return self

    @property
    def database_url(self) -> str:
        """The database address with its password: DATABASE_URL, else a SQLite file in `data_dir`."""
        if self.database_address is not None:
            return self.database_address.get_secret_value()
        return f"sqlite:///{self.data_dir}/trustspace.sqlite"

    @property
    def jobs_url(self) -> str:
        """Where jobs are kept: the same PostgreSQL database, or a SQLite file beside the main one.

        A second file, because the jobs' own short transactions would otherwise wait for the main writer.
        """
        url: URL = parse_database_url(self.database_url)
        if url.get_backend_name() == "sqlite":
            return f"sqlite:///{self.data_dir}/jobs.sqlite"
        return url.render_as_string(hide_password=False)

    @property
    def key_directory(self) -> Path:
        """Where the software key store keeps its encrypted keys."""
        return self.data_dir / "keys"

    @property
    def clock_skew(self) -> timedelta:
        """How far clocks may differ before signing is refused."""
        return timedelta(seconds=self.clock_skew_seconds)

    def open_database(self) -> Database:
        """The database of this installation; creates `data_dir` (mode 0700) for a SQLite file in it."""
        if self.database_address is None:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Database(self.database_url, lock_wait=timedelta(seconds=self.database_lock_seconds))

    def open_fetcher(self, clock: Clock) -> Fetcher:
        """The guarded client with this installation's limits."""
        limits = FetchLimits(
            max_bytes=self.fetch_max_bytes,
            max_header_bytes=self.fetch_max_header_bytes,
            total_time=timedelta(seconds=self.fetch_seconds),
            max_redirects=self.fetch_max_redirects,
        )
        return Fetcher(clock, allow_private_addresses=self.allow_private_addresses, limits=limits)

    @property
    def passphrase_file(self) -> Path | None:
        """The file that holds the software key store's passphrase, if it is in one. A development installation may keep
        it in `data_dir`, where its first start writes it."""
        own = self.data_dir / DEVELOPMENT_SECRET
        if self.key_passphrase_file is None and self.key_passphrase is None and self.profile == "development":
            return own if own.is_file() else None
        return self.key_passphrase_file

    def passphrase(self) -> str | None:
        """The software key store's passphrase, or None if none is configured. Raises `SettingsError`."""
        return _secret(self.key_passphrase, self.passphrase_file, "KEY_PASSPHRASE_FILE")

    def pin(self) -> str | None:
        """The token's PIN, or None if none is configured. Raises `SettingsError`."""
        return _secret(self.pkcs11_pin, self.pkcs11_pin_file, "PKCS11_PIN_FILE")


def load_settings(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Read the environment; `overrides` (field names) take precedence. Raises `SettingsError` with every mistake."""
    try:
        return Settings(**dict(overrides or {}))
    except ValidationError as error:
        raise _worded(error) from None


def _worded(error: ValidationError) -> SettingsError:
    mistakes = error.errors(include_url=False, include_input=False, include_context=False)
    variables = tuple(dict.fromkeys(_variable(mistake["loc"]) for mistake in mistakes if mistake["loc"]))
    sentences = [": ".join(filter(None, (_variable(m["loc"]) if m["loc"] else "", m["msg"]))) for m in mistakes]
    code = next((mistake["type"] for mistake in mistakes if mistake["type"].startswith("TS-")), None)
    return SettingsError(" ".join(sentences), variables, code=code)


def _variable(location: tuple[int | str, ...]) -> str:
    name = str(location[0]).upper()
    return name if name.startswith(PREFIX) or name == "DATABASE_URL" else PREFIX + name


def _secret(value: SecretStr | None, file: Path | None, variable: str) -> str | None:
    if value is not None:
        return value.get_secret_value()
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file in {PREFIX}{variable} cannot be read.", (PREFIX + variable,)) from error
