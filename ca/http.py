"""The public responders as a bare ASGI application: /ocsp, /crl/NAME.crl, /aia/NAME.cer and /aia/NAME.p7c.

Status that has gone stale is not served (503 with the reason), names that do not exist are 404, and nothing a stranger
sends gets further than the bounded readers. RFC 6960 appendix A, RFC 5019 section 6, RFC 5280 4.2.1.13 and 4.2.2.1.
"""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import unquote

from ca import ocsp
from ca.service import CertificateAuthority
from policies.errors import TrustspaceError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_TEXT = "text/plain; charset=utf-8"


class Answer(NamedTuple):
    """An HTTP answer. `expires` is until when it may be kept, None for not at all."""

    status: int
    media_type: str
    body: bytes
    expires: datetime | None = None


class Responders:
    """The ASGI application. Database and key are used in worker threads, never in the event loop."""

    def __init__(self, authority: CertificateAuthority) -> None:
        self._authority = authority

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; other scopes (lifespan, web sockets) are not for this application."""
        if scope["type"] != "http":
            return
        method, path = scope["method"], scope["path"]
        if method == "POST" and path.rstrip("/").endswith("/ocsp"):
            body = await _body(receive)
            answer = await asyncio.to_thread(self.ocsp, body)
        elif method in ("GET", "HEAD"):
            answer = await asyncio.to_thread(self.get, scope.get("raw_path", b"").decode("ascii", "replace") or path)
        else:
            answer = Answer(405, _TEXT, b"Only GET, HEAD and, for OCSP, POST.\n")
        await self._send(send, answer, with_body=method != "HEAD")

    def get(self, path: str) -> Answer:
        """The answer to GET of a path: `…/ocsp/BASE64`, `…/crl/NAME.crl`, `…/aia/NAME.cer`, `…/aia/NAME.p7c`."""
        path = path.split("?", 1)[0]
        if "/ocsp/" in path:
            return self._ocsp_get(path.split("/ocsp/", 1)[1])
        folder, _, file = path.rpartition("/")
        name, _, kind = file.rpartition(".")
        try:
            return self._file(folder.rpartition("/")[2], name, kind)
        except TrustspaceError as error:
            return Answer(error.http_status, _TEXT, f"{error.code}: {error.sentence}\n".encode())

    def _file(self, folder: str, name: str, kind: str) -> Answer:
        if (folder, kind) == ("crl", "crl"):
            crl = self._authority.crl(name)
            return Answer(200, "application/pkix-crl", crl.der, crl.next_update)
        if (folder, kind) == ("aia", "cer"):
            return Answer(200, "application/pkix-cert", self._authority.aia_certificate(name))
        if (folder, kind) == ("aia", "p7c"):
            return Answer(200, "application/pkcs7-mime", self._authority.aia_bundle(name))
        return Answer(404, _TEXT, b"Nothing is published here.\n")

    def ocsp(self, octets: bytes) -> Answer:
        """The answer to an OCSP request by POST."""
        try:
            body, expires = self._authority.ocsp_with_expiry(octets)
        except TrustspaceError:
            body, expires = ocsp.TRY_LATER, None
        return Answer(200, "application/ocsp-response", body, expires)

    def _ocsp_get(self, text: str) -> Answer:
        try:
            octets = base64.b64decode(unquote(text), validate=True)
        except (binascii.Error, ValueError):
            return Answer(200, "application/ocsp-response", ocsp.MALFORMED)
        return self.ocsp(octets)

    async def _send(self, send: Send, answer: Answer, *, with_body: bool) -> None:
        headers = [
            (b"content-type", answer.media_type.encode()),
            (b"content-length", str(len(answer.body)).encode()),
            (b"x-content-type-options", b"nosniff"),
            *self._freshness(answer),
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body if with_body else b""})

    def _freshness(self, answer: Answer) -> list[tuple[bytes, bytes]]:
        if answer.expires is None:
            return [(b"cache-control", b"no-cache")]
        # A list is replaced when something is revoked, so nobody keeps it for more than a minute unasked.
        left = max(0, int((answer.expires - self._authority.now()).total_seconds()))
        expires = format_datetime(answer.expires, usegmt=True).encode()
        return [(b"cache-control", f"max-age={min(left, 60)}, public, must-revalidate".encode()), (b"expires", expires)]


async def _body(receive: Receive) -> bytes:
    """The request's body, cut off one octet past the bound: the reader refuses it then."""
    collected = bytearray()
    while True:
        message = await receive()
        collected += message.get("body", b"")
        if len(collected) > ocsp.LARGEST_REQUEST or not message.get("more_body", False):
            return bytes(collected[: ocsp.LARGEST_REQUEST + 1])


def responders(authority: CertificateAuthority) -> Responders:
    """The ASGI application of an installation's responders."""
    return Responders(authority)
