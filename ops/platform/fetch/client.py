"""From an address in a document to bytes: every hop checked, every quantity bounded."""

import http.client
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import SplitResult, urljoin, urlsplit

from ops.platform.clock import Clock
from ops.platform.fetch.addresses import Resolver, refusal, system_resolver
from ops.platform.fetch.errors import (
    FetchAddressError,
    FetchConnectionError,
    FetchContentTypeError,
    FetchError,
    FetchNameError,
    FetchProtocolError,
    FetchRedirectError,
    FetchSchemeError,
    FetchStatusError,
    FetchTimeoutError,
    FetchUrlError,
)
from ops.platform.fetch.wire import Answer, Deadline, Request, connect, exchange, start_tls

_MAX_URL = 2048
_HOST_NAME = re.compile(r"[a-z0-9_.-]{1,253}|[0-9a-f:.]{2,45}")
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REDIRECTS_OF_POST = frozenset({307, 308})


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bounds of one fetch, redirects included: body and header sizes in bytes, the whole time, the number of hops."""

    max_bytes: int = 20 * 1024 * 1024
    max_header_bytes: int = 16 * 1024
    total_time: timedelta = timedelta(seconds=15)
    max_redirects: int = 3


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What was fetched.

    `url` is the address that finally answered, `redirects` those before it; `address` the numeric one connected to;
    `content_type` is lower case without parameters; with `not_modified` the body is empty and what the caller holds
    is still current (RFC 9110 §15.4.5).
    """

    url: str
    status: int
    body: bytes
    content_type: str
    etag: str | None
    last_modified: str | None
    not_modified: bool
    address: str
    redirects: tuple[str, ...]
    fetched_at: datetime


class Fetcher:
    """A client for http and https that treats every address as hostile. Keeps no state; safe to share.

    `allow_private_addresses` admits internal networks (an installation inside one, demonstrations, tests).
    `resolve` and `tls` replace the system's resolver and trust store.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        allow_private_addresses: bool = False,
        limits: FetchLimits = FetchLimits(),
        resolve: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.limits = limits
        self._clock = clock
        self._allow_private = allow_private_addresses
        self._resolve = resolve
        self._tls = tls

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        content_types: frozenset[str] = frozenset(),
        etag: str | None = None,
        last_modified: str | None = None,
        max_bytes: int | None = None,
    ) -> FetchResult:
        """GET `url`. With `etag` or `last_modified` of an earlier result the request is conditional (RFC 9110 §13).

        `content_types` (lower case) restricts the media type of the answer, if any are given. Raises a `FetchError`.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {"Accept": accept} | {name: value for name, value in conditions.items() if value is not None}
        return self._fetch("GET", url, headers, None, content_types, max_bytes)

    def post(
        self,
        url: str,
        body: bytes,
        *,
        content_type: str,
        accept: str = "*/*",
        content_types: frozenset[str] = frozenset(),
        max_bytes: int | None = None,
    ) -> FetchResult:
        """POST `body` (OCSP: RFC 6960 A.1; time-stamps: RFC 3161 §3.4). Raises a `FetchError`."""
        headers = {"Accept": accept, "Content-Type": content_type, "Content-Length": str(len(body))}
        return self._fetch("POST", url, headers, body, content_types, max_bytes)

    def _fetch(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        content_types: frozenset[str],
        max_bytes: int | None,
    ) -> FetchResult:
        limits = self.limits if max_bytes is None else replace(self.limits, max_bytes=max_bytes)
        deadline = Deadline(limits.total_time.total_seconds(), url)
        hops: list[str] = []
        while True:
            request = _request(method, url, headers, body)
            answer, address = self._exchange(request, deadline, limits)
            target = _redirect_target(request, answer)
            if target is None:
                return self._result(request, answer, address, tuple(hops), content_types)
            hops.append(url)
            if len(hops) > limits.max_redirects:
                raise FetchRedirectError("The server redirects more often than allowed.", url=url)
            url = target

    def _exchange(self, request: Request, deadline: Deadline, limits: FetchLimits) -> tuple[Answer, str]:
        addresses = self._checked_addresses(request, deadline)
        try:
            connection, address = _connect_first(addresses, request.port, deadline)
            if request.url.startswith("https:"):
                connection = start_tls(connection, self._trusted(), request.host, deadline)
            with connection:
                answer = exchange(
                    connection,
                    request,
                    deadline,
                    max_header_bytes=limits.max_header_bytes,
                    max_bytes=limits.max_bytes,
                )
        except FetchError:
            raise
        except TimeoutError as error:
            raise FetchTimeoutError("The server did not answer completely in time.", url=request.url) from error
        except ssl.SSLCertVerificationError as error:
            raise FetchConnectionError("The server's TLS certificate is not trusted.", url=request.url) from error
        except OSError as error:
            raise FetchConnectionError("The connection failed.", url=request.url) from error
        except (http.client.HTTPException, ValueError) as error:
            raise FetchProtocolError("The answer is not sound HTTP.", url=request.url) from error
        return answer, address

    def _trusted(self) -> ssl.SSLContext:
        # Reading the system's trust store is slow, and most addresses in certificates are plain http.
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls

    def _checked_addresses(self, request: Request, deadline: Deadline) -> tuple[str, ...]:
        try:
            found = tuple(dict.fromkeys(self._resolve(request.host, request.port, deadline.remaining())))
        except TimeoutError as error:
            raise FetchTimeoutError("The name service did not answer in time.", url=request.url) from error
        except OSError as error:
            raise FetchNameError("The host name cannot be resolved.", url=request.url) from error
        if not found:
            raise FetchNameError("The host name has no address.", url=request.url)
        for address in found:
            # One refused address refuses the name: a mixed answer is how an internal service is reached on retry.
            reason = refusal(address, allow_private=self._allow_private)
            if reason is not None:
                raise FetchAddressError(f"The host has an address that is not public ({reason}).", url=request.url)
        return found

    def _result(
        self, request: Request, answer: Answer, address: str, hops: tuple[str, ...], content_types: frozenset[str]
    ) -> FetchResult:
        not_modified = answer.status == 304 and _is_conditional(request)
        if answer.status != 200 and not not_modified:
            raise FetchStatusError(
                f"The server answered with status {answer.status}.", url=request.url, status=answer.status
            )
        content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_types and not not_modified and content_type not in content_types:
            raise FetchContentTypeError("The answer is of another media type than asked for.", url=request.url)
        return FetchResult(
            url=request.url,
            status=answer.status,
            body=answer.body,
            content_type=content_type,
            etag=answer.headers.get("etag"),
            last_modified=answer.headers.get("last-modified"),
            not_modified=not_modified,
            address=address,
            redirects=hops,
            fetched_at=self._clock.now(),
        )


def _request(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Request:
    parts = _split(url)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise FetchSchemeError(f"Addresses of the kind {scheme[:20]!r} are not fetched.", url=url)
    host, port = _host(parts, url), parts.port or _PORTS[scheme]
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    name = f"[{host}]" if ":" in host else host
    authority = name if port == _PORTS[scheme] else f"{name}:{port}"
    sent = {"Host": authority, "User-Agent": "trustspace", **headers, "Connection": "close"}
    return Request(f"{scheme}://{authority}{target}", method, host, port, target, sent, body)


def _split(url: str) -> SplitResult:
    if len(url) > _MAX_URL or not url.isascii() or any(character <= " " or character == "\x7f" for character in url):
        raise FetchUrlError("The address is over-long or holds characters that no address has.", url=url[:_MAX_URL])
    try:
        parts = urlsplit(url)
        # `port` is parsed only when asked for, and raises then.
        sound = parts.port is None or parts.port > 0
    except ValueError as error:
        raise FetchUrlError("The address cannot be read.", url=url) from error
    if not sound or "\\" in url:
        raise FetchUrlError("The address cannot be read.", url=url)
    return parts


def _host(parts: SplitResult, url: str) -> str:
    if parts.username is not None or parts.password is not None:
        raise FetchUrlError("The address carries credentials.", url=url)
    host = parts.hostname or ""
    # No "%": a zone identifier (RFC 6874) or an escape does not belong into a public address.
    if not _HOST_NAME.fullmatch(host):
        raise FetchUrlError("The address names no host.", url=url)
    return host


def _redirect_target(request: Request, answer: Answer) -> str | None:
    if answer.status not in _REDIRECTS:
        return None
    location = answer.headers.get("location")
    if location is None or (request.method == "POST" and answer.status not in _REDIRECTS_OF_POST):
        raise FetchRedirectError("The server redirects to nowhere that can be followed.", url=request.url)
    try:
        target = urljoin(request.url, location)
    except ValueError as error:
        raise FetchRedirectError("The server redirects to an address that cannot be read.", url=request.url) from error
    if urlsplit(target).scheme.lower() != urlsplit(request.url).scheme:
        raise FetchRedirectError("The server redirects to another kind of address.", url=request.url)
    return target


def _is_conditional(request: Request) -> bool:
    return "If-None-Match" in request.headers or "If-Modified-Since" in request.headers


def _connect_first(addresses: tuple[str, ...], port: int, deadline: Deadline) -> tuple[socket.socket, str]:
    failure: OSError | None = None
    for address in addresses:
        try:
            return connect(address, port, deadline), address
        except OSError as error:
            failure = error
    assert failure is not None
    raise failure
