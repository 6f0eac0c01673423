"""The demonstration's installation: its own directory, keys and place in the database, and real loopback servers."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ca.http import Responders
from ca.service import CertificateAuthority
from ops.platform.clock import FixedClock, SystemClock
from ops.platform.installation import opened
from ops.platform.settings import Settings, load_settings
from ops.service.demo.space import Space
from ops.service.demo.space_data import STATES
from ops.service.loopback import base_url, bound_socket, serving
from ops.service.scratch import is_postgresql, scratch_database
from ops.service.web.routing import PrefixRouter, not_found
from signer.service import SigningService
from signer.tsa.http import TimestampApplication

FIRST_DAY = timedelta(days=900)


@dataclass(frozen=True, slots=True)
class World:
    """The built space with its clock, the address of its servers, and the moment from which it is judged."""

    space: Space
    clock: FixedClock
    url: str
    now: datetime


@contextmanager
def demo_world(folder: Path, *, keep: bool, national: bool = False) -> Iterator[World]:
    """An empty space whose clock stands at its first day, served on loopback until the block ends.

    `folder` receives keys and, on SQLite, the database; it is removed at the end unless `keep`. `national` gives each
    state the algorithms of its own platform.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=False)
    now = SystemClock().now().replace(microsecond=0)
    clock = FixedClock(now - FIRST_DAY)
    try:
        with scratch_database(folder, "demo", server=_server(folder), keep=keep) as address:
            settings = _settings(folder, address)
            with opened(settings, clock) as installation:
                listener = bound_socket()
                url = base_url(listener)
                authority = CertificateAuthority(
                    installation.database, installation.keys, installation.audit, clock, url
                )
                signer = SigningService(installation.database, installation.keys, installation.audit, clock)
                space = Space(installation, authority, signer, national)
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


def _server(folder: Path) -> str | None:
    """The configured PostgreSQL, or None for a file in the folder."""
    configured = load_settings({"data_dir": folder}).database_url
    return configured if is_postgresql(configured) else None


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
