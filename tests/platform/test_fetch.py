"""The guarded client against real servers on loopback that behave badly."""

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from ops.platform.clock import FixedClock
from ops.platform.fetch import (
    FetchAddressError,
    FetchConnectionError,
    FetchContentTypeError,
    Fetcher,
    FetchError,
    FetchLimits,
    FetchNameError,
    FetchProtocolError,
    FetchRedirectError,
    FetchResult,
    FetchSchemeError,
    FetchSizeError,
    FetchStatusError,
    FetchTimeoutError,
    FetchUrlError,
    refusal,
)
from ops.platform.fetch.wire import Deadline, connect

Handler = Callable[[socket.socket, bytes], None]
FIXED = FixedClock(datetime(2026, 6, 1, tzinfo=UTC))
LIMITS = FetchLimits(max_bytes=1000, max_header_bytes=2000, total_time=timedelta(seconds=20), max_redirects=2)


TLS_HANDSHAKE = b"\x16"


class Server:
    """Answers every connection by a handler that gets the socket and the request as received."""

    def __init__(self, handler: Handler, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.stopped = threading.Event()
        self._handler = handler
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/x"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                if self.stopped.is_set():
                    return
                connection.settimeout(10)
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            request = _read_request(connection)
            self.requests.append(request)
            self._handler(connection, request)
        except OSError:
            pass  # the client hung up, which is what several tests expect of it
        finally:
            connection.close()

    def stop(self) -> None:
        self.stopped.set()
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._socket.close()


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(4096)
        if data[:1] in (b"", TLS_HANDSHAKE):
            return data
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [int(line[16:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length: ")]
    while lengths and len(body) < lengths[0]:
        body += connection.recv(4096)
    return head + b"\r\n\r\n" + body


def answers(raw: bytes) -> Handler:
    return lambda connection, _request: connection.sendall(raw)


def ok(body: bytes, headers: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def redirect(location: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


class Serve(Protocol):
    def __call__(self, handler: Handler, tls: ssl.SSLContext | None = None) -> Server: ...


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Server] = []

    def start(handler: Handler, tls: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(handler, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def fetcher(clock: FixedClock) -> Fetcher:
    return Fetcher(clock, allow_private_addresses=True, limits=LIMITS)


@pytest.mark.loopback
def test_a_body_is_fetched_with_what_the_mirror_needs(serve: Serve, fetcher: Fetcher, clock: FixedClock) -> None:
    headers = (
        'ETag: "v1"\r\nLast-Modified: Mon, 01 Jun 2026 00:00:00 GMT\r\nContent-Type: Application/PKIX-CRL; a=b\r\n'
    )
    server = serve(answers(ok(b"body", headers)))
    assert fetcher.get(server.url) == FetchResult(
        url=server.url,
        status=200,
        body=b"body",
        content_type="application/pkix-crl",
        etag='"v1"',
        last_modified="Mon, 01 Jun 2026 00:00:00 GMT",
        not_modified=False,
        address="127.0.0.1",
        redirects=(),
        fetched_at=clock.now(),
    )


@pytest.mark.loopback
def test_the_request_says_no_more_than_needed(serve: Serve, fetcher: Fetcher) -> None:
    server = serve(answers(ok(b"")))
    fetcher.get(f"http://127.0.0.1:{server.port}/a/b?c=d#fragment", accept="application/pkix-cert")
    assert server.requests == [
        f"GET /a/b?c=d HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUser-Agent: trustspace\r\n"
        "Accept: application/pkix-cert\r\nConnection: close\r\n\r\n".encode()
    ]


@pytest.mark.loopback
def test_proxies_from_the_environment_are_ignored(
    serve: Serve, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert fetcher.get(serve(answers(ok(b"direct"))).url).body == b"direct"


@pytest.mark.loopback
def test_a_body_is_posted(serve: Serve, fetcher: Fetcher) -> None:
    server = serve(answers(ok(b"answer")))
    result = fetcher.post(server.url, b"\x30\x00", content_type="application/ocsp-request")
    assert result.body == b"answer"
    assert server.requests[0].startswith(b"POST /x HTTP/1.1\r\n")
    assert b"Content-Type: application/ocsp-request\r\nContent-Length: 2\r\n" in server.requests[0]
    assert server.requests[0].endswith(b"\r\n\r\n\x30\x00")


@pytest.mark.loopback
def test_an_unchanged_object_is_not_sent_again(serve: Serve, fetcher: Fetcher) -> None:
    server = serve(answers(b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\nContent-Length: 500\r\n\r\n'))
    result = fetcher.get(server.url, etag='"v1"', last_modified="Mon, 01 Jun 2026 00:00:00 GMT")
    assert (result.not_modified, result.body, result.etag) == (True, b"", '"v1"')
    assert b'If-None-Match: "v1"\r\nIf-Modified-Since: Mon, 01 Jun 2026 00:00:00 GMT\r\n' in server.requests[0]


@pytest.mark.loopback
@pytest.mark.parametrize("status", [201, 204, 206, 304, 400, 404, 500, 503])
def test_a_status_without_success_is_an_error(serve: Serve, fetcher: Fetcher, status: int) -> None:
    server = serve(answers(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode()))
    with pytest.raises(FetchStatusError) as caught:
        fetcher.get(server.url)
    assert (caught.value.status, caught.value.code) == (status, "TS-FETCH-STATUS")


@pytest.mark.loopback
def test_the_media_type_is_checked_when_asked(serve: Serve, fetcher: Fetcher) -> None:
    server = serve(answers(ok(b"<html>", "Content-Type: text/html\r\n")))
    assert fetcher.get(server.url).body == b"<html>"
    with pytest.raises(FetchContentTypeError):
        fetcher.get(server.url, content_types=frozenset({"application/ocsp-response"}))


@pytest.mark.loopback
def test_a_body_of_exactly_the_limit_passes(serve: Serve, fetcher: Fetcher) -> None:
    assert len(fetcher.get(serve(answers(ok(b"a" * 1000))).url).body) == 1000
    server = serve(answers(ok(b"a" * 1500)))
    assert len(fetcher.get(server.url, max_bytes=1500).body) == 1500


OVERSIZE = {
    "announced": b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n",
    "unannounced": b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 1001,
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + b"a" * 1001 + b"\r\n0\r\n\r\n",
    "one byte chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 9000,
    "long header": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 3000 + b"\r\nContent-Length: 0\r\n\r\n",
    "endless header": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000,
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 90 + b"\r\n",
    "endless continue": b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000,
}


@pytest.mark.loopback
@pytest.mark.parametrize("kind", OVERSIZE)
def test_more_than_the_limit_is_refused(serve: Serve, fetcher: Fetcher, kind: str) -> None:
    with pytest.raises(FetchSizeError) as caught:
        fetcher.get(serve(answers(OVERSIZE[kind])).url)
    assert caught.value.code == "TS-FETCH-SIZE"


@pytest.mark.loopback
def test_an_endless_body_is_cut_off(serve: Serve, fetcher: Fetcher) -> None:
    def endless(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not server.stopped.is_set():
            connection.sendall(b"a" * 65536)

    server = serve(endless)
    with pytest.raises(FetchSizeError):
        fetcher.get(server.url)


@pytest.mark.loopback
@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_a_slow_sender_does_not_outlast_the_total_time(serve: Serve, clock: FixedClock, start: bytes) -> None:
    def drip(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(start)
        while not server.stopped.wait(0.02):
            connection.sendall(b"a")

    server = serve(drip)
    limits = FetchLimits(total_time=timedelta(seconds=0.3))
    with pytest.raises(FetchTimeoutError) as caught:
        Fetcher(clock, allow_private_addresses=True, limits=limits).get(server.url)
    assert caught.value.code == "TS-FETCH-TIMEOUT"


UNSOUND = {
    "nothing": b"",
    "not http": b"220 smtp ready\r\n\r\n",
    "truncated head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "truncated body": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
    "truncated chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nabc",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc",
    "length in words": b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\nabc",
    "status in words": b"HTTP/1.1 fine OK\r\n\r\n",
    "gzip bomb": ok(gzip.compress(bytes(800_000))[:900], "Content-Encoding: gzip\r\n"),
    "gzip transfer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
}


@pytest.mark.loopback
@pytest.mark.parametrize("kind", UNSOUND)
def test_unsound_http_is_an_error(serve: Serve, fetcher: Fetcher, kind: str) -> None:
    with pytest.raises((FetchProtocolError, FetchConnectionError)):
        fetcher.get(serve(answers(UNSOUND[kind])).url)


@pytest.mark.loopback
def test_a_redirect_within_the_scheme_is_followed(serve: Serve, fetcher: Fetcher) -> None:
    last = serve(answers(ok(b"here")))
    first = serve(answers(redirect(last.url)))
    result = fetcher.get(first.url)
    assert (result.body, result.url, result.redirects) == (b"here", last.url, (first.url,))


@pytest.mark.loopback
def test_a_relative_redirect_is_resolved(serve: Serve, fetcher: Fetcher) -> None:
    def handler(connection: socket.socket, request: bytes) -> None:
        connection.sendall(ok(b"here") if request.startswith(b"GET /there ") else redirect("/there"))

    assert fetcher.get(serve(handler).url).body == b"here"


@pytest.mark.loopback
@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "https://127.0.0.1/", "ftp://127.0.0.1/", "gopher://x/", "http://[bad", "data:,x"],
)
def test_a_redirect_to_another_scheme_is_refused(serve: Serve, fetcher: Fetcher, location: str) -> None:
    with pytest.raises(FetchRedirectError):
        fetcher.get(serve(answers(redirect(location))).url)


@pytest.mark.loopback
def test_a_redirect_loop_ends(serve: Serve, fetcher: Fetcher) -> None:
    server = serve(answers(redirect("/x")))
    with pytest.raises(FetchRedirectError):
        fetcher.get(server.url)
    assert len(server.requests) == 3


@pytest.mark.loopback
def test_a_redirect_of_a_post_keeps_the_body_or_is_refused(serve: Serve, fetcher: Fetcher) -> None:
    last = serve(answers(ok(b"answer")))
    kept = serve(answers(redirect(last.url, 307)))
    assert fetcher.post(kept.url, b"ask", content_type="a/b").body == b"answer"
    assert last.requests[0].endswith(b"\r\n\r\nask")
    lost = serve(answers(redirect(last.url, 302)))
    with pytest.raises(FetchRedirectError):
        fetcher.post(lost.url, b"ask", content_type="a/b")


def names(**addresses: Sequence[str]) -> Callable[[str, int, float], Sequence[str]]:
    def resolve(host: str, _port: int, _seconds: float) -> Sequence[str]:
        if host not in addresses:
            raise OSError("no such host")
        return addresses[host]

    return resolve


@pytest.mark.loopback
def test_a_redirect_to_a_private_address_is_refused(
    serve: Serve, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = serve(answers(ok(b"secret")))
    outer = serve(answers(redirect(f"http://inner:{inner.port}/")))
    # The public server of this test is on loopback: its address alone is let through.
    monkeypatch.setattr(
        "ops.platform.fetch.client.refusal",
        lambda address, allow_private: None if address == "127.0.0.1" else refusal(address, allow_private=False),
    )
    fetcher = Fetcher(clock, resolve=names(outer=["127.0.0.1"], inner=["127.0.0.2"]))
    with pytest.raises(FetchAddressError):
        fetcher.get(f"http://outer:{outer.port}/")
    assert inner.requests == []


@pytest.mark.loopback
def test_a_name_is_resolved_once_and_the_checked_address_is_used(serve: Serve, clock: FixedClock) -> None:
    asked: list[str] = []

    def rebinding(host: str, _port: int, _seconds: float) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    server = serve(answers(ok(b"checked")))
    fetcher = Fetcher(clock, allow_private_addresses=True, resolve=rebinding)
    assert fetcher.get(f"http://rebinding.example:{server.port}/").address == "127.0.0.1"
    assert asked == ["rebinding.example"]


@pytest.mark.parametrize("addresses", [["93.184.216.34", "10.0.0.1"], ["127.0.0.1"], ["::1"], ["::ffff:10.0.0.1"]])
def test_one_private_address_refuses_the_name(clock: FixedClock, addresses: list[str]) -> None:
    with pytest.raises(FetchAddressError) as caught:
        Fetcher(clock, resolve=names(mixed=addresses)).get("http://mixed/")
    assert caught.value.code == "TS-FETCH-ADDRESS"


def test_a_name_without_address_is_an_error(clock: FixedClock) -> None:
    with pytest.raises(FetchNameError):
        Fetcher(clock, resolve=names()).get("http://nowhere.example/")
    with pytest.raises(FetchNameError):
        Fetcher(clock, resolve=names(empty=[])).get("http://empty/")


def test_a_slow_name_service_is_given_up(clock: FixedClock) -> None:
    def slow(_host: str, _port: int, _seconds: float) -> Sequence[str]:
        raise TimeoutError

    with pytest.raises(FetchTimeoutError):
        Fetcher(clock, resolve=slow).get("http://slow/")


@pytest.mark.loopback
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0"])
def test_every_spelling_of_loopback_is_refused(clock: FixedClock, host: str) -> None:
    with pytest.raises((FetchAddressError, FetchNameError)):
        Fetcher(clock).get(f"http://{host}:1/")


@pytest.mark.loopback
def test_a_closed_port_is_a_connection_error(fetcher: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    with pytest.raises(FetchConnectionError):
        fetcher.get(f"http://127.0.0.1:{port}/")


@pytest.mark.loopback
def test_a_server_that_does_not_speak_tls_is_a_connection_error(serve: Serve, fetcher: Fetcher) -> None:
    with pytest.raises(FetchConnectionError):
        fetcher.get(serve(answers(b"hello")).url.replace("http:", "https:"))


@pytest.mark.loopback
def test_the_second_address_is_tried(serve: Serve, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    def first_is_down(address: str, port: int, deadline: Deadline) -> socket.socket:
        if address == "127.0.0.2":
            raise ConnectionRefusedError
        return connect(address, port, deadline)

    monkeypatch.setattr("ops.platform.fetch.client.connect", first_is_down)
    server = serve(answers(ok(b"second")))
    fetcher = Fetcher(clock, allow_private_addresses=True, resolve=names(two=["127.0.0.2", "127.0.0.1"]))
    assert fetcher.get(f"http://two:{server.port}/").address == "127.0.0.1"


@pytest.mark.parametrize(
    "url", ["ldap://x/y", "ldaps://x/y", "file:///etc/passwd", "ftp://x/", "javascript:1", "x", ""]
)
def test_other_schemes_are_refused(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(FetchSchemeError):
        fetcher.get(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http:///path",
        "http://user@host/",
        "http://user:pass@host/",
        "http://host:99999/",
        "http://host:0/",
        "http://host:port/",
        "http://[::1%25eth0]/",
        "http://[::1/",
        "http://ho st/",
        "http://host/\r\nX: y",
        "http://host/\x00",
        "http://hőst/",
        "http://host\\@other/",
        "http://" + "a" * 3000,
    ],
)
def test_addresses_that_are_none_are_refused(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(FetchUrlError):
        fetcher.get(url)


@given(st.text(max_size=60))
def test_no_address_escapes_the_error_tree(text: str) -> None:
    fetcher = Fetcher(FIXED, resolve=names())
    for url in (text, f"http://{text}", f"http://h/{text}", f"https://[{text}]/"):
        with pytest.raises(FetchError):
            fetcher.get(url)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for tls.example with its key, PEM."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string("CN=tls.example")
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(2120, 1, 1, tzinfo=UTC)
    )
    names = x509.SubjectAlternativeName([x509.DNSName("tls.example")])
    made = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    path = tmp_path / "tls.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


def tls_fetcher(clock: FixedClock, trusted: Path | None) -> Fetcher:
    context = ssl.create_default_context(cafile=trusted)
    resolve = names(**{"tls.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]})
    return Fetcher(clock, allow_private_addresses=True, limits=LIMITS, resolve=resolve, tls=context)


def tls_server(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.loopback
def test_https_is_fetched_from_the_named_host(serve: Serve, clock: FixedClock, certificate: Path) -> None:
    server = serve(answers(ok(b"body")), tls_server(certificate))
    fetcher = tls_fetcher(clock, certificate)
    assert fetcher.get(f"https://tls.example:{server.port}/").body == b"body"
    assert b"Host: tls.example:" in server.requests[0]
    with pytest.raises(FetchConnectionError):
        fetcher.get(f"https://other.example:{server.port}/")
    with pytest.raises(FetchConnectionError):
        tls_fetcher(clock, None).get(f"https://tls.example:{server.port}/")
    assert len(server.requests) == 1


@pytest.mark.loopback
def test_a_cut_tls_connection_is_not_the_end_of_a_body(serve: Serve, clock: FixedClock, certificate: Path) -> None:
    server = serve(answers(b"HTTP/1.1 200 OK\r\n\r\nhalf of it"), tls_server(certificate))
    with pytest.raises(FetchConnectionError):
        tls_fetcher(clock, certificate).get(f"https://tls.example:{server.port}/")


@pytest.mark.loopback
def test_a_redirect_from_https_to_http_is_refused(serve: Serve, clock: FixedClock, certificate: Path) -> None:
    server = serve(answers(redirect("http://tls.example/")), tls_server(certificate))
    with pytest.raises(FetchRedirectError):
        tls_fetcher(clock, certificate).get(f"https://tls.example:{server.port}/")
