"""Starts and stops the service: configuration, secret, schema, keys, schedules, then the port; and back in order."""

import json
import logging
import os
import secrets
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import typer
import uvicorn

from ca.service import CertificateAuthority
from ops.platform.config import findings
from ops.platform.database import Database
from ops.platform.errors import DatabaseOlderError
from ops.platform.installation import Installation, opened
from ops.platform.logs import configure_logs, get_logger
from ops.platform.metrics import Metrics
from ops.platform.settings import DEVELOPMENT_SECRET, Settings, SettingsError, load_settings
from ops.service import schema
from ops.service.schedule import catch_up, installation_jobs
from ops.service.web.app import WebApplication, create_app
from ops.service.web.errors import AddressError
from policies.vocabulary import Severity
from validator.policy_files import policy_named

_MOST_CONNECTIONS = 512
_GRACE_SECONDS = 20

log = get_logger(__name__)


def run(
    host: str | None, port: int | None, *, policy: str = "default", model_space: bool = False, as_json: bool = False
) -> None:
    """Serve until a signal. Raises what the configuration, the database, the keys or the port refuse."""
    policy = usable_policy(policy)
    settings = prepared_settings(host, port)
    configure_logs(level=settings.log_level, form=settings.log_format)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with ExitStack() as held:
        listener = held.enter_context(_listening(settings.host, settings.port))
        installation = held.enter_context(_installation(settings))
        application = held.enter_context(_application(installation, policy, model_space))
        # The kernel queues connections from here on, so that what is announced can be used at once.
        listener.listen(_MOST_CONNECTIONS)
        address = _address(listener)
        say = json.dumps({"url": address}) if as_json else f"trustspace serves at {address} – stop it with Ctrl+C."
        typer.echo(say)
        log.info("serving", profile=settings.profile, base_url=settings.base_url)
        _serve(application, listener)
    log.info("stopped")


def usable_policy(name: str) -> str:
    """The name of a judgement policy, or the absolute path of a policy file, once it has been read: a policy that is
    wrong is refused before anything starts. Raises PolicyUnknownError, PolicyRefusedError."""
    policy_named(name)
    return str(Path(name).absolute()) if name.endswith(".toml") else name


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def prepared_settings(host: str | None = None, port: int | None = None) -> Settings:
    """The settings with the command line's host and port, and with a secret for a new development installation.

    Raises SettingsError for the first finding that forbids to start.
    """
    given: dict[str, Any] = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = load_settings(given)
    if settings.profile == "development":
        if "base_url" not in settings.model_fields_set and settings.port:
            given["base_url"] = f"http://{settings.host}:{settings.port}"
        given |= _development_secret(settings)
        settings = load_settings(given)
    for finding in findings(settings):
        if finding.severity is Severity.ERROR:
            raise SettingsError(f"{finding.sentence} Next: {finding.next_step}", code=finding.code)
        typer.echo(f"{finding.severity.upper()} {finding.code}: {finding.sentence} {finding.next_step}", err=True)
    return settings


def _development_secret(settings: Settings) -> dict[str, Path]:
    """A passphrase file of the installation's own, where development configures none. Never under production."""
    if settings.key_store != "software" or settings.key_passphrase or settings.key_passphrase_file:
        return {}
    file = settings.data_dir / DEVELOPMENT_SECRET
    if not file.exists():
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_secret(file)
        typer.echo(
            f"Development installation: a new passphrase for the keys was written to {file} (mode 600).", err=True
        )
    return {"key_passphrase_file": file}


def _write_secret(file: Path) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(32) + "\n")
        stream.flush()
        # Keys may be sealed under it within the second; it must not be lost with the machine's power.
        os.fsync(stream.fileno())


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # The protocol is named because asyncio sends without delay only on sockets that say they are TCP.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except BaseException:
            listener.close()
            raise
    except OSError as error:
        raise AddressError(f"The address {host}, port {port}, cannot be taken: {error.strerror or error}.") from error
    try:
        yield listener
    finally:
        listener.close()


@contextmanager
def _installation(settings: Settings) -> Iterator[Installation]:
    database = settings.open_database()
    try:
        _require_schema(database, may_create=settings.profile == "development")
    finally:
        database.close()
    with opened(settings) as installation:
        yield installation


def _require_schema(database: Database, *, may_create: bool) -> None:
    if may_create and database.is_sqlite and schema.current(database) is None:
        typer.echo("Development installation: the database was created.", err=True)
        schema.upgrade(database)
        return
    try:
        schema.require_current(database)
    except DatabaseOlderError as error:
        raise DatabaseOlderError(error.sentence, next_step="Run: trustspace db upgrade") from error


@contextmanager
def _application(installation: Installation, policy: str, model_space: bool) -> Iterator[WebApplication]:
    metrics = Metrics()
    authority = CertificateAuthority.of(installation)
    catch_up(authority)
    jobs = installation_jobs(installation, authority, metrics)
    jobs.launch()
    try:
        application = create_app(installation, authority, metrics=metrics, policy=policy, model_space=model_space)
        application.warm_up()
        try:
            yield application
        finally:
            application.close()
    finally:
        jobs.close()


def _serve(application: WebApplication, listener: socket.socket) -> None:
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    # The server raises a signal again once it has stopped; what was opened has still to be closed then.
    before = {number: signal.signal(number, _already_stopping) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _already_stopping(_number: int, _frame: object) -> None:
    """The signal was obeyed by the server."""
