"""Bounds every request and hardens every answer, before any route is chosen.

A body that is announced or grows beyond the limit is refused with 413 and never held; every answer carries a strict
content security policy, because reports show text that comes from hostile files.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from policies.errors import TrustspaceError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SECURITY_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; "
        b"base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class BodyTooLargeError(TrustspaceError):
    """The request body is larger than the service accepts."""

    code = "TS-HTTP-TOO-LARGE"
    next_step = "Send a smaller file, or judge it on your own machine with `trustspace validate FILE`."
    exit_status = 2
    http_status = 413


class BoundedApp:
    """An ASGI application behind a body limit (octets) and the security headers."""

    def __init__(self, app: App, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def hardened(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": [*message.get("headers", ()), *SECURITY_HEADERS]}
            await send(message)

        if self._announced(scope) > self._limit:
            await self._refuse(hardened)
            return
        received = 0

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise self._error()
            return message

        try:
            await self._app(scope, bounded, hardened)
        except BodyTooLargeError:
            if not started:
                await self._refuse(hardened)

    @staticmethod
    def _announced(scope: Scope) -> int:
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit():
                return int(value)
        return 0

    def _error(self) -> BodyTooLargeError:
        return BodyTooLargeError(
            f"The request is larger than the {self._limit // 1_048_576} MiB that this service accepts."
        )

    async def _refuse(self, send: Send) -> None:
        body = json.dumps({"error": self._error().as_dict()}).encode()
        headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": BodyTooLargeError.http_status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
