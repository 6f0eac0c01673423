"""The demonstration's installation: its own directory, keys and place in the database, and real loopback servers.

On PostgreSQL a schema of its own is made inside the given database and removed again, so that a run neither meets an
earlier one nor leaves anything in an installation.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from ca.http import Responders
from ca.service import CertificateAuthority
from ops.platform.clock import FixedClock, SystemClock
from ops.platform.database import Database, parse_database_url
from ops.platform.errors import PlatformError
from ops.platform.installation import opened
from ops.platform.settings import Settings, load_settings
from ops.service.demo.space import Space
from ops.service.demo.space_data import STATES
from ops.service.loopback import base_url, bound_socket, serving
from ops.service.schema import upgrade
from ops.service.web.routing import PrefixRouter, not_found
from signer.service import SigningService
from signer.tsa.http import TimestampApplication

FIRST_DAY = timedelta(days=900)


class SchemaRefusedError(PlatformError):
    """PostgreSQL does not let this user make the demonstration's own schema."""

    code = "TS-DEMO-SCHEMA"
    next_step = "Grant CREATE on the database to this user, or run the demonstration without DATABASE_URL."
    exit_status = 2


@dataclass(frozen=True, slots=True)
class World:
    """The built space with its clock, the address of its servers, and the moment from which it is judged."""

    space: Space
    clock: FixedClock
    url: str
    now: datetime


@contextmanager
def demo_world(folder: Path, *, keep: bool) -> Iterator[World]:
    """An empty space whose clock stands at its first day, served on loopback until the block ends.

    `folder` receives keys and, on SQLite, the database; it is removed at the end unless `keep`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=False)
    now = SystemClock().now().replace(microsecond=0)
    clock = FixedClock(now - FIRST_DAY)
    try:
        with _database(folder, keep=keep) as address:
            settings = _settings(folder, address)
            with opened(settings, clock) as installation:
                listener = bound_socket()
                url = base_url(listener)
                authority = CertificateAuthority(
                    installation.database, installation.keys, installation.audit, clock, url
                )
                signer = SigningService(installation.database, installation.keys, installation.audit, clock)
                space = Space(installation, authority, signer)
                with serving(_services(space, authority), listener):
                    yield World(space, clock, url, now)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path, address: str) -> Settings:
    passphrase = folder / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text(secrets.token_urlsafe(32), encoding="ascii")
    return load_settings(
        {
            "data_dir": folder,
            "database_address": address,
            "key_passphrase": None,
            "key_passphrase_file": passphrase,
            "key_store": "software",
            "profile": "development",
            # The space's services are on this machine; nothing else is reached.
            "allow_private_addresses": True,
        }
    )


@contextmanager
def _database(folder: Path, *, keep: bool) -> Iterator[str]:
    """The address of an upgraded, empty database: a SQLite file, or a new schema of the configured PostgreSQL."""
    configured = load_settings({"data_dir": folder}).database_url
    if parse_database_url(configured).get_backend_name() == "sqlite":
        address = f"sqlite:///{folder}/demo.sqlite"
        _upgrade(address)
        yield address
        return
    schema = f"trustspace_demo_{secrets.token_hex(4)}"
    try:
        _execute(configured, f'CREATE SCHEMA "{schema}"')
    except ProgrammingError as error:
        raise SchemaRefusedError("The database user may not create a schema for the demonstration.") from error
    try:
        url = parse_database_url(configured).update_query_dict({"options": f"-csearch_path={schema}"})
        address = url.render_as_string(hide_password=False)
        _upgrade(address)
        yield address
    finally:
        if not keep:
            _execute(configured, f'DROP SCHEMA "{schema}" CASCADE')


def _upgrade(address: str) -> None:
    database = Database(address)
    try:
        upgrade(database)
    finally:
        database.close()


def _execute(address: str, statement: str) -> None:
    database = Database(address)
    try:
        with database.connect_for_write() as connection:
            connection.execute(text(statement))
    finally:
        database.close()


class _Units:
    """The time-stamp applications by jurisdiction, made when the space has built the unit."""

    def __init__(self, space: Space, code: str) -> None:
        self._space = space
        self._code = code

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        await TimestampApplication(self._space.units[self._code], threaded=True)(scope, receive, send)  # type: ignore[arg-type]


def _services(space: Space, authority: CertificateAuthority) -> PrefixRouter:
    responders = Responders(authority)
    units = {f"/tsa/{state.code}": _Units(space, state.code) for state in STATES}
    return PrefixRouter({"/ocsp": responders, "/crl": responders, "/aia": responders, **units}, not_found)
