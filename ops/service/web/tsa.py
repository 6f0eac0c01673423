"""Mounts the time-stamping units: /tsa is the default unit, /tsa/NAME each by its name (RFC 3161 3.4).

Units are opened with their keys when they are first asked for, so that one registered later needs no restart.
"""

import asyncio
from threading import Lock
from urllib.parse import unquote

from ops.platform.installation import Installation
from ops.platform.logs import get_logger
from ops.service.web.limits import App, Receive, Scope, Send
from policies.errors import TrustspaceError
from signer.tsa.http import TimestampApplication
from signer.tsa.service import TimestampUnits

DEFAULT_UNIT = "default"

log = get_logger(__name__)


class TimestampRouter:
    """The ASGI application of all units of one installation."""

    def __init__(self, installation: Installation, prefix: str = "/tsa") -> None:
        self._units = TimestampUnits(installation.database, installation.keys, installation.audit, installation.clock)
        self._prefix = prefix
        self._lock = Lock()
        self._opened: dict[str, TimestampApplication] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3)."""
        if scope["type"] != "http":
            return
        name = unquote(scope["path"].removeprefix(self._prefix).strip("/"))
        try:
            application: App | None = self._opened.get(name) or await asyncio.to_thread(self._open, name)
        except TrustspaceError as error:
            # Why a unit cannot be opened is for the operator; a stranger learns only the code.
            log.error("time-stamp-unit-closed", unit=name[:100], error=error)
            await _plain(send, 503, f"{error.code}: the unit cannot work now\n")
            return
        if application is None:
            await _plain(send, 404, "there is no such time-stamping unit\n")
            return
        await application(scope, receive, send)

    def _open(self, name: str) -> TimestampApplication | None:
        with self._lock:
            if name not in self._opened:
                unit = self._unit(name)
                if unit is None:
                    return None
                self._opened[name] = TimestampApplication(self._units.open(unit), threaded=True)
            return self._opened[name]

    def _unit(self, name: str) -> str | None:
        """The unit that a path means: by its exact name; without one the unit named «default», else the only one."""
        names = self._units.names()
        if name:
            return name if name in names else None
        if DEFAULT_UNIT in names:
            return DEFAULT_UNIT
        return names[0] if len(names) == 1 else None


async def _plain(send: Send, status: int, text: str) -> None:
    body = text.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
