"""The authority over HTTP, asked by other people's programs and by our own client."""

import asyncio
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256, sha384
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ops.platform import der
from ops.platform.clock import SystemClock
from ops.platform.fetch import Fetcher
from signer.errors import TsaAnswerError, TsaRejectedError, TsaUnreachableError
from signer.tsa.authority import TimestampAuthority
from signer.tsa.client import TimestampClient, read_response
from signer.tsa.http import TimestampApplication
from signer.tsa.request import message_imprint, write_request
from signer.tsa.token import read_token, verify_token

QUERY = "application/timestamp-query"


class Switch:
    """An ASGI application that tests exchange while the server runs."""

    application: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.application(scope, receive, send)


@pytest.fixture(scope="module")
def authority(real_pki: Any) -> TimestampAuthority:
    from signer.tsa.clockguard import ClockGuard
    from signer.tsa.serials import CountingSerialNumbers
    from signer.tsa.unit import TimestampingUnit, UnitPolicy

    issued = real_pki.tsu()
    policy = UnitPolicy("1.3.6.1.4.1.55555.1.1")
    unit = TimestampingUnit("real", issued.identity(), issued.sign, policy, SystemClock().now())
    return TimestampAuthority(unit, ClockGuard(SystemClock(), steady=time.monotonic), CountingSerialNumbers())


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.fixture
def url(switch: Switch, authority: TimestampAuthority) -> Iterator[str]:
    """A real server on 127.0.0.1."""
    switch.application = TimestampApplication(authority)
    server = uvicorn.Server(
        uvicorn.Config(switch, host="127.0.0.1", port=0, log_level="error", lifespan="off", ws="none")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/tsa"
    server.should_exit = True
    thread.join()


@pytest.fixture
def client(url: str) -> TimestampClient:
    return TimestampClient(url, Fetcher(SystemClock(), allow_private_addresses=True))


def post(url: str, body: bytes, content_type: str = QUERY) -> tuple[str, bytes]:
    with urlopen(Request(url, body, {"Content-Type": content_type})) as answer:
        return answer.headers["Content-Type"], answer.read()


@pytest.mark.loopback
@pytest.mark.parametrize("with_certificate", [True, False])
@pytest.mark.parametrize("digest", ["-sha256", "-sha384", "-sha512"])
def test_openssl_asks_and_is_content(
    url: str,
    authority: TimestampAuthority,
    real_pki: Any,
    require: Callable[[str], str],
    tmp_path: Path,
    with_certificate: bool,
    digest: str,
) -> None:
    openssl = require("openssl")
    document, query, reply = tmp_path / "document", tmp_path / "q.tsq", tmp_path / "r.tsr"
    document.write_bytes("Договор".encode())
    asking = [
        openssl,
        "ts",
        "-query",
        "-data",
        document,
        digest,
        "-out",
        query,
        *(["-cert"] if with_certificate else []),
    ]
    subprocess.run(asking, check=True, capture_output=True)
    media_type, answer = post(url, query.read_bytes())
    reply.write_bytes(answer)
    assert media_type == "application/timestamp-reply"
    root, chain = real_pki.pem(tmp_path), tmp_path / "chain.pem"
    identity = authority.unit.identity
    certificates = map(x509.load_der_x509_certificate, (identity.certificate, *identity.chain))
    chain.write_bytes(b"".join(item.public_bytes(Encoding.PEM) for item in certificates))
    verify = [openssl, "ts", "-verify", "-queryfile", query, "-in", reply, "-CAfile", root, "-untrusted", chain]
    result = subprocess.run(verify, capture_output=True, text=True)
    assert "Verification: OK" in result.stdout, result.stderr


@pytest.mark.loopback
def test_our_client_obtains_a_checked_token(client: TimestampClient, authority: TimestampAuthority) -> None:
    imprint = sha384(b"document").digest()
    token = read_token(client.stamp(imprint, "sha384"))
    assert token.imprint == message_imprint("sha384", imprint)
    assert verify_token(token).encoded == authority.unit.identity.certificate


@pytest.mark.loopback
def test_a_rejection_is_told_in_the_authoritys_words(client: TimestampClient, authority: TimestampAuthority) -> None:
    authority.guard.mark_bad("the receiver lost its satellites")
    try:
        with pytest.raises(TsaRejectedError, match="satellites; time not available"):
            client.stamp(bytes(32), "sha256")
    finally:
        authority.guard.mark_good()


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [(b"x", "text/plain", 415), (b"x", "application/timestamp-query-2", 415), (bytes(5000), QUERY, 413)],
)
def test_what_is_no_request_is_refused_by_http(url: str, body: bytes, content_type: str, status: int) -> None:
    with pytest.raises(HTTPError) as refused:
        post(url, body, content_type)
    assert refused.value.code == status
    refused.value.close()


@pytest.mark.loopback
def test_another_method_is_refused(url: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(url)
    assert (refused.value.code, refused.value.headers["Allow"]) == (405, "POST")
    refused.value.close()


@pytest.mark.loopback
def test_rejections_are_http_200(url: str) -> None:
    _, answer = post(url, b"\x30\x00")
    with pytest.raises(TsaRejectedError, match="bad data format"):
        read_response(answer)


@pytest.mark.loopback
def test_an_authority_that_is_not_there_is_an_error() -> None:
    fetcher = Fetcher(SystemClock(), allow_private_addresses=True)
    with pytest.raises(TsaUnreachableError) as failed:
        TimestampClient("http://127.0.0.1:1/tsa", fetcher).stamp(bytes(32), "sha256")
    assert failed.value.code == "TS-TSA-UNREACHABLE"


@pytest.mark.loopback
def test_an_authority_on_a_private_address_is_not_asked_unless_configured() -> None:
    with pytest.raises(TsaUnreachableError, match="not public"):
        TimestampClient("http://127.0.0.1:1/tsa", Fetcher(SystemClock())).stamp(bytes(32), "sha256")


class Recorded:
    """A fetcher that gives a prepared answer."""

    def __init__(
        self,
        answer: Callable[[bytes], bytes],
        content_type: str = "application/timestamp-reply",
        late: timedelta = timedelta(),
    ) -> None:
        self.answer, self.content_type, self.late = answer, content_type, late

    def post(self, url: str, body: bytes, **_: Any) -> Any:
        result = {"body": self.answer(body), "content_type": self.content_type}
        return type("Result", (), {**result, "fetched_at": SystemClock().now() + self.late})()


def lying(authority: TimestampAuthority, change: Callable[[bytes], bytes]) -> TimestampClient:
    return TimestampClient("http://tsa.example/", Recorded(lambda body: authority.respond(change(body))))  # type: ignore[arg-type]


IMPRINT = sha256(b"document").digest()
LIES: dict[str, Callable[[bytes], bytes]] = {
    "another document": lambda _: write_request(message_imprint("sha256", bytes(32)), nonce=1),
    "another nonce": lambda _: write_request(message_imprint("sha256", IMPRINT), nonce=1),
    "no nonce": lambda _: der.sequence(der.integer(1), message_imprint("sha256", IMPRINT), der.boolean(True)),
    "no certificate": lambda body: body.removesuffix(der.boolean(True))[:1] + bytes((body[1] - 3,)) + body[2:-3],
    "another digest": lambda _: write_request(message_imprint("sha384", bytes(48)), nonce=1),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_for_something_else_is_refused(authority: TimestampAuthority, lie: str) -> None:
    with pytest.raises(TsaAnswerError) as refused:
        lying(authority, LIES[lie]).stamp(IMPRINT, "sha256")
    assert refused.value.code == "TS-TSA-ANSWER-WRONG"


def test_a_changed_octet_is_noticed_or_changes_nothing_that_counts(authority: TimestampAuthority) -> None:
    whole = authority.respond(write_request(message_imprint("sha256", IMPRINT), nonce=77))
    original = read_token(read_response(whole))
    noticed = 0
    for position in range(0, len(whole), 3):
        changed = bytearray(whole)
        changed[position] ^= 0x01
        try:
            token = read_token(read_response(bytes(changed)))
            unit = verify_token(token)
        except (TsaAnswerError, TsaRejectedError):
            noticed += 1
            continue
        # Outside the signature stand only repeated identifiers and the issuers' certificates.
        assert token.signed.content == original.signed.content
        assert unit.encoded == authority.unit.identity.certificate
    assert noticed > 100


@pytest.mark.parametrize(
    "answer", [b"", b"\x30\x00", b"<html>", b"\x30\x03\x02\x01\x00", b"\x30\x05\x30\x03\x02\x01\x00"]
)
def test_an_answer_that_is_no_response_is_refused(answer: bytes) -> None:
    with pytest.raises((TsaAnswerError, TsaRejectedError)):
        TimestampClient("http://tsa.example/", Recorded(lambda _: answer)).stamp(IMPRINT, "sha256")  # type: ignore[arg-type]


def test_another_media_type_is_refused(authority: TimestampAuthority) -> None:
    with pytest.raises(TsaAnswerError, match="something else"):
        TimestampClient("http://t/", Recorded(authority.respond, "text/html")).stamp(IMPRINT, "sha256")  # type: ignore[arg-type]


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_time_far_from_this_machines_is_refused(authority: TimestampAuthority, hours: int) -> None:
    fetcher: Any = Recorded(authority.respond, late=timedelta(hours=hours))
    with pytest.raises(TsaAnswerError, match="clocks is wrong"):
        TimestampClient("http://tsa.example/", fetcher).stamp(IMPRINT, "sha256")


def test_tokens_of_other_authorities_are_read(corpus: Path) -> None:
    """Responses that other people made and judged; the question here is reading, not trust."""
    read = 0
    for path in sorted((corpus / "time-stamps").rglob("*.tsr")):
        try:
            verify_token(read_token(read_response(path.read_bytes())))
        except (TsaAnswerError, TsaRejectedError):
            continue
        read += 1
    # Two carry no certificate, one has a changed signature; trust in the others is the validator's question.
    assert read == 6


def test_a_client_that_goes_away_leaves_nothing_behind(authority: TimestampAuthority) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", QUERY.encode())]}
    before = authority.counts.total()
    asyncio.run(TimestampApplication(authority, threaded=True)(scope, receive, send))
    assert authority.counts.total() == before
