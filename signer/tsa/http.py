"""The authority over HTTP (RFC 3161 3.4) as a bare ASGI application: one route, one bounded body, one answer."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from signer.tsa.authority import TimestampAuthority
from signer.tsa.request import MAXIMUM_REQUEST

QUERY: Final = b"application/timestamp-query"
REPLY: Final = b"application/timestamp-reply"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class TimestampApplication:
    """``POST`` of a TimeStampReq. Rejections are 200 as well: their status stands in the DER.

    405 for another method, 415 for another media type, 413 for a body that no request has. `threaded` moves each answer
    off the event loop: needed where the key is in a token or the database may be slow, not for a key in memory.
    """

    def __init__(self, authority: TimestampAuthority, *, threaded: bool = False) -> None:
        self._authority = authority
        self._threaded = threaded

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One HTTP exchange; the path was decided by whoever mounts this."""
        if scope["type"] != "http":
            return
        if scope["method"] != "POST":
            await _plain(send, 405, b"time-stamp requests are posted\n", ((b"allow", b"POST"),))
            return
        headers = dict(scope["headers"])
        if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != QUERY:
            await _plain(send, 415, b"send application/timestamp-query\n")
            return
        body = await _body(receive)
        if body is None:
            await _plain(send, 413, b"the request is too long\n")
            return
        answer = self._authority.respond
        reply = await to_thread(answer, body) if self._threaded else answer(body)
        await _answer(send, 200, REPLY, reply)


async def _body(receive: Receive) -> bytes | None:
    """The whole body, None when it exceeds the limit; nothing beyond the limit is kept."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        size += len(message.get("body", b""))
        if size > MAXIMUM_REQUEST:
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _plain(send: Send, status: int, text: bytes, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    await _answer(send, status, b"text/plain; charset=utf-8", text, headers)


async def _answer(
    send: Send, status: int, media_type: bytes, body: bytes, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    length = str(len(body)).encode("ascii")
    fields = [(b"content-type", media_type), (b"content-length", length), (b"cache-control", b"no-store"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
