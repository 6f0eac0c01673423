"""What is missing is fetched by the guarded client, from addresses in certificates, and failures are remarks."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from ops.platform.clock import FixedClock
from ops.platform.fetch import Fetcher
from validator.gather import AnchorInput, GatherRequest, Source, gather

DATA = b"One hundred tonnes of wheat."


class Library:
    """Serves octets by path on loopback and remembers what was asked."""

    def __init__(self) -> None:
        self.holdings: dict[str, bytes] = {}
        self.asked: list[str] = []
        library = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                library.asked.append(self.path)
                body = library.holdings.get(self.path)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def library() -> Iterator[Library]:
    found = Library()
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()


def points(address: str, ca: str, crl: str) -> list[x509.ExtensionType]:
    access = x509.AccessDescription(
        AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(f"{address}/{ca}")
    )
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(f"{address}/{crl}")], None, None, None)
    return [x509.AuthorityInformationAccess([access]), x509.CRLDistributionPoints([point])]


def fetcher(now: Any, *, private: bool = True) -> Fetcher:
    return Fetcher(FixedClock(now), allow_private_addresses=private)


@pytest.mark.loopback
def test_issuer_and_lists_are_fetched(library: Library, make_world: Any, judged: Any, now: Any) -> None:
    world = make_world()
    world.ca = world.issue("ca", world.root, ca=True, more=points(library.address, "top.cer", "top.crl"))
    world.signer = world.issue("signer", world.ca, more=points(library.address, "ca.cer", "ca.crl"))
    library.holdings = {
        "/ca.cer": world.ca.der,
        "/top.crl": world.crl(world.root),
        "/ca.crl": world.crl(world.ca),
    }
    bare = world.cms(DATA, embed=False)
    request = GatherRequest(
        document=Source("x", bare),
        detached=(Source("d", DATA),),
        anchors=(AnchorInput(source=world.root.source),),
        fetch=fetcher(now),
    )

    evidence = gather(request)

    assert judged(evidence).indication == "TOTAL-PASSED"
    assert sorted(library.asked) == ["/ca.cer", "/ca.crl", "/top.crl"]
    origins = {origin.rpartition("/")[2] for item in evidence.objects for origin in item.origins}
    assert {"ca.cer", "ca.crl", "top.crl"} <= origins


@pytest.mark.loopback
@pytest.mark.parametrize("private", [True, False])
def test_failed_or_forbidden_fetch_is_a_remark(
    private: bool, library: Library, make_world: Any, judged: Any, now: Any
) -> None:
    world = make_world()
    world.signer = world.issue("signer", world.ca, more=points(library.address, "ca.cer", "ca.crl"))
    request = GatherRequest(
        document=Source("x", world.cms(DATA)),
        detached=(Source("d", DATA),),
        anchors=(AnchorInput(source=world.root.source),),
        fetch=fetcher(now, private=private),
    )

    verdict = judged(gather(request))

    assert (verdict.indication, verdict.sub_indication) == ("INDETERMINATE", "TRY_LATER")
    assert "TS-DOC-FETCH-FAILED" in [reason.code for reason in verdict.reasons]
    assert bool(library.asked) is private, "a private address was asked although that is forbidden"
