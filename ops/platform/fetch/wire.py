"""One HTTP exchange over one checked connection, bounded in time and bytes.

A socket's own timeout restarts with every byte, which a slow sender exploits; here each read and write gets only what
is left of the whole exchange. `http.client` does the HTTP/1.1 syntax over these reads.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from ops.platform.fetch.errors import FetchProtocolError, FetchSizeError, FetchTimeoutError

_BUFFER = 16 * 1024


class Deadline:
    """The end of an exchange on the monotonic clock."""

    def __init__(self, seconds: float, url: str) -> None:
        self._end = time.monotonic() + seconds
        self._url = url

    def remaining(self) -> float:
        """Seconds left, more than zero. Raises `FetchTimeoutError` once there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise FetchTimeoutError("The server did not answer completely in time.", url=self._url)
        return left


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: method, origin-form target, headers in order, body."""

    url: str
    method: str
    host: str
    port: int
    target: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, body complete."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def connect(address: str, port: int, deadline: Deadline) -> socket.socket:
    """A TCP connection to a numeric address. Raises `OSError`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(deadline.remaining())
        connection.connect((address, port))
    except BaseException:
        connection.close()
        raise
    return connection


def start_tls(connection: socket.socket, context: ssl.SSLContext, host: str, deadline: Deadline) -> ssl.SSLSocket:
    """TLS over `connection`, checked for `host`. Takes over the connection. Raises `OSError`."""
    connection.settimeout(deadline.remaining())
    try:
        # A connection cut without close_notify must not look like the end of a body (RFC 8446 §6.1).
        return context.wrap_socket(connection, server_hostname=host, suppress_ragged_eofs=False)
    except BaseException:
        connection.close()
        raise


def exchange(
    connection: socket.socket, request: Request, deadline: Deadline, *, max_header_bytes: int, max_bytes: int
) -> Answer:
    """Send `request`, read the answer. Raises the errors of this package, `OSError` and `http.client.HTTPException`."""
    reader = _BoundedReader(connection, deadline, max_header_bytes + _BUFFER, request.url)
    client = http.client.HTTPConnection(request.host, request.port)
    client.auto_open = 0
    client.sock = cast(Any, _Wire(connection, reader, deadline))
    _send(client, request)
    with client.getresponse() as response:
        if reader.ended:
            raise FetchProtocolError("The answer ends within its headers.", url=request.url)
        if sum(len(name) + len(value) + 4 for name, value in response.getheaders()) > max_header_bytes:
            raise FetchSizeError("The server sent more headers than allowed.", url=request.url)
        headers = {name.lower(): value for name, value in reversed(response.getheaders())}
        # Chunk framing and trailers are bytes as well: the raw stream may be somewhat longer than the body.
        reader.budget += 2 * max_bytes
        body = _read_body(response, headers, request.url, max_bytes)
        return Answer(response.status, headers, body)


def _send(client: http.client.HTTPConnection, request: Request) -> None:
    # No Accept-Encoding: a compressed answer could be far larger than what was counted on the wire.
    client.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
    for name, value in request.headers.items():
        client.putheader(name, value)
    client.endheaders(request.body)


def _read_body(response: http.client.HTTPResponse, headers: Mapping[str, str], url: str, max_bytes: int) -> bytes:
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise FetchProtocolError("The server sent an encoding that was not asked for.", url=url)
    if headers.get("transfer-encoding", "chunked").lower() != "chunked":
        raise FetchProtocolError("The server sent a transfer encoding that was not asked for.", url=url)
    declared = _declared_length(headers, url)
    if declared is not None and declared > max_bytes:
        raise FetchSizeError(f"The server announces more than {max_bytes} bytes.", url=url)
    body = bytearray()
    while piece := response.read(min(_BUFFER, max_bytes + 1 - len(body))):
        body += piece
        if len(body) > max_bytes:
            raise FetchSizeError(f"The server sent more than {max_bytes} bytes.", url=url)
    if declared is not None and _has_body(response) and len(body) != declared:
        raise FetchProtocolError("The answer ends before its announced length.", url=url)
    return bytes(body)


def _declared_length(headers: Mapping[str, str], url: str) -> int | None:
    text = headers.get("content-length")
    if text is None or "transfer-encoding" in headers:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise FetchProtocolError("The server announces a length that is not a number.", url=url)
    return int(text)


def _has_body(response: http.client.HTTPResponse) -> bool:
    return response.status not in (204, 304)


class _BoundedReader(io.RawIOBase):
    """The receiving side of a socket; stops at the deadline and when `budget` bytes are used up."""

    def __init__(self, connection: socket.socket, deadline: Deadline, budget: int, url: str) -> None:
        self._connection = connection
        self._deadline = deadline
        self.budget = budget
        self.ended = False
        self._url = url

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._deadline.remaining())
        count = self._connection.recv_into(buffer)
        self.budget -= count
        self.ended = count == 0
        if self.budget < 0:
            raise FetchSizeError("The server sent more than allowed.", url=self._url)
        return count


class _Wire:
    """As much of a socket as `http.client` needs. Closing is left to the owner of the connection."""

    def __init__(self, connection: socket.socket, reader: _BoundedReader, deadline: Deadline) -> None:
        self._connection = connection
        self._reader = reader
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        # settimeout bounds the whole of one sendall, not each of its pieces.
        self._connection.settimeout(self._deadline.remaining())
        self._connection.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reader, _BUFFER)

    def close(self) -> None:
        pass
