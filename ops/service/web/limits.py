"""Bounds every request and hardens every answer, before any route is chosen.

A body that is announced or grows beyond the limit is refused with 413 and never held. Every answer carries a strict
content security policy, because reports show text that comes from hostile files: no script, no foreign source, and
styles only from this server or named by their hash.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ops.service.web.errors import SlowError, TooLargeError
from policies.errors import TrustspaceError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Refuse = Callable[[Scope, TrustspaceError], App]

CSP = b"content-security-policy"
# A browser shows the answer to an early refusal only when it could send its whole body.
LONGEST_DRAIN = 1 << 30
LONGEST_PAUSE = 30.0


def content_security_policy(style_hashes: tuple[str, ...] = ()) -> str:
    """The policy of a page; `style_hashes` are CSP sources (`'sha256-…'`) of the inline styles it may have."""
    styles = " ".join(("'self'", *style_hashes))
    return (
        f"default-src 'none'; style-src {styles}; img-src 'self' data:; font-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


_HEADERS = (
    (CSP, content_security_policy().encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)


class BoundedApp:
    """An ASGI application behind a body limit (octets) and the security headers.

    `refuse` makes the application that answers an error in the form that the requested address speaks.
    """

    def __init__(self, app: App, limit: int, refuse: Refuse) -> None:
        self._app = app
        self._limit = limit
        self._refuse = refuse

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
                message = {**message, "headers": _hardened(message.get("headers", ()))}
            await send(message)

        announced = _announced(scope)
        if announced > self._limit:
            if announced <= LONGEST_DRAIN:
                await _drain(receive)
            await self._refuse(scope, self._error())(scope, receive, hardened)
            return
        try:
            await self._app(scope, _Bounded(receive, self._limit, self._error), hardened)
        except (TooLargeError, SlowError) as error:
            if not started:
                await self._refuse(scope, error)(scope, receive, hardened)

    def _error(self) -> TooLargeError:
        return TooLargeError(f"The request is larger than the {self._limit // 2**20} MiB that this service accepts.")


class _Bounded:
    """`receive` that stops a body which grows beyond the limit or stands still."""

    def __init__(self, receive: Receive, limit: int, too_large: Callable[[], TooLargeError]) -> None:
        self._receive = receive
        self._left = limit
        self._too_large = too_large
        self._complete = False

    async def __call__(self) -> Message:
        if self._complete:
            # Only the end of the connection is still to come, and that may take as long as the answer does.
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), LONGEST_PAUSE)
        except TimeoutError as error:
            raise SlowError("Nothing more of the request came for a long time.") from error
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise self._too_large()
        self._complete = not message.get("more_body", False)
        return message


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def _drain(receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


def _hardened(headers: Any) -> list[tuple[bytes, bytes]]:
    """The answer's headers and those security headers that it did not set itself."""
    own = {name.lower() for name, _ in headers}
    return [*headers, *((name, value) for name, value in _HEADERS if name not in own)]
