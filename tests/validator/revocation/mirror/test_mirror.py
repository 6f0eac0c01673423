"""The status mirror against a real server on loopback, on both databases."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from cryptography.x509 import ocsp as other_ocsp
from sqlmodel import select

from ops.platform.clock import FixedClock
from ops.platform.database import Database
from ops.platform.fetch import Fetcher
from validator.mirror.errors import MirrorSourceError, MirrorSourceUnknownError
from validator.mirror.models import MirrorHistoryRow, MirrorObjectRow
from validator.mirror.request import ocsp_request
from validator.mirror.schedule import schedule_mirror
from validator.mirror.service import StatusMirror
from validator.revocation.types import RevocationEvidence, Status

HOUR = timedelta(hours=1)


class Site:
    """A web server whose pages a test sets: path to (status, body, ETag). Remembers what it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, bytes, str | None]] = {}
        self.asked: list[tuple[str, str, str | None, bytes]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(b"")

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers["Content-Length"])))

            def _answer(self, body: bytes) -> None:
                condition = self.headers.get("If-None-Match")
                site.asked.append((self.command, self.path, condition, body))
                status, octets, etag = site.pages.get(self.path, (404, b"", None))
                if etag is not None and condition == etag:
                    status, octets = 304, b""
                self.send_response(status)
                if etag is not None:
                    self.send_header("ETag", etag)
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site()
    yield served
    served.close()


@pytest.fixture
def clock(pki: SimpleNamespace) -> FixedClock:
    return FixedClock(pki.NOW)


@pytest.fixture
def mirror(database: Database, clock: FixedClock) -> StatusMirror:
    return StatusMirror(database, Fetcher(clock, allow_private_addresses=True), clock)


@pytest.fixture(scope="module")
def ca(pki: SimpleNamespace):
    return pki.authority("Mirrored CA")


@pytest.fixture(scope="module")
def leaf(pki: SimpleNamespace, ca):
    return ca.issue("Mirrored leaf", serial=4000)


pytestmark = pytest.mark.loopback


def test_collects_and_gives_evidence_with_its_age(pki, site, mirror, clock, ca, leaf):
    listed = pki.crl(ca, number=7)
    site.pages["/c.crl"] = (200, listed.der, '"seven"')
    number = mirror.watch_crl(site.url("/c.crl"), [ca.certificate], label="KZ")
    assert mirror.evidence_for([leaf]).objects == ()
    report = mirror.collect_due()
    assert (report.renewed, report.unchanged, report.failed) == (1, 0, 0)
    found = mirror.evidence_for([leaf])
    assert found.evidence.crls == (listed,)
    assert (found.objects[0].age, found.objects[0].stale) == (pki.DAY, False)
    assert pki.ask(leaf, ca, *found.evidence.crls).status is Status.GOOD
    clock.advance(2 * pki.DAY)
    later = mirror.evidence_for([leaf]).objects[0]
    assert (later.age, later.stale) == (3 * pki.DAY, True)
    (status,) = mirror.sources()
    assert (status.id, status.label, status.crl_number, status.stale) == (number, "KZ", 7, True)


def test_asks_conditionally_and_only_when_due(pki, site, mirror, clock, ca):
    site.pages["/c.crl"] = (200, pki.crl(ca).der, '"one"')
    mirror.watch_crl(site.url("/c.crl"), [ca.certificate], interval=HOUR)
    mirror.collect_due()
    assert mirror.collect_due().asked == 0
    clock.advance(HOUR)
    report = mirror.collect_due()
    assert (report.renewed, report.unchanged) == (0, 1)
    assert [condition for _, _, condition, _ in site.asked] == [None, '"one"']


def test_same_content_without_validators_is_unchanged(pki, site, mirror, clock, ca, database):
    site.pages["/c.crl"] = (200, pki.crl(ca).der, None)
    mirror.watch_crl(site.url("/c.crl"), [ca.certificate], interval=HOUR)
    mirror.collect_due()
    clock.advance(HOUR)
    assert mirror.collect_due().unchanged == 1
    with database.read() as session:
        assert len(session.exec(select(MirrorHistoryRow)).all()) == 1


REFUSALS = {
    "not a list": (lambda pki, ca: b"<html>sorry</html>", "TS-MIRROR-UNREADABLE"),
    "cut off": (lambda pki, ca: pki.crl(ca, number=8).der[:-5], "TS-MIRROR-UNREADABLE"),
    "another CA's list": (lambda pki, ca: pki.crl(pki.authority("Other")).der, "TS-MIRROR-OTHER-ISSUER"),
    "forged": (lambda pki, ca: pki.crl(ca, number=8, flip=True).der, "TS-MIRROR-SIGNATURE"),
    "number goes back": (
        lambda pki, ca: pki.crl(ca, number=6, this=pki.NOW - timedelta(hours=2)).der,
        "TS-MIRROR-ROLLBACK",
    ),
    "date goes back": (lambda pki, ca: pki.crl(ca, number=9, this=pki.NOW - 3 * pki.DAY).der, "TS-MIRROR-ROLLBACK"),
    "from the future": (
        lambda pki, ca: pki.crl(ca, number=9, this=pki.NOW + pki.DAY, following=None).der,
        "TS-MIRROR-FUTURE",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refuses_and_keeps_what_it_has(pki, site, mirror, clock, ca, leaf, case):
    build, code = REFUSALS[case]
    good = pki.crl(ca, number=7)
    site.pages["/c.crl"] = (200, good.der, None)
    number = mirror.watch_crl(site.url("/c.crl"), [ca.certificate])
    mirror.collect(number)
    site.pages["/c.crl"] = (200, build(pki, ca), None)
    status = mirror.collect(number)
    assert (status.error_code, status.failures) == (code, 1)
    found = mirror.evidence_for([leaf])
    assert found.evidence.crls == (good,)
    assert found.objects[0].error_code == code


def test_failures_are_retried_later_and_later_and_stop_nothing(pki, site, mirror, clock, ca):
    site.pages["/good.crl"] = (200, pki.crl(ca).der, None)
    bad = mirror.watch_crl(site.url("/missing.crl"), [ca.certificate], interval=HOUR)
    mirror.watch_crl(site.url("/good.crl"), [ca.certificate], interval=HOUR)
    report = mirror.collect_due()
    assert (report.renewed, report.failed) == (1, 1)
    waits = []
    for _ in range(8):
        status = next(item for item in mirror.sources() if item.id == bad)
        assert status.error_code == "TS-FETCH-STATUS"
        waits.append(status.due_at - clock.now())
        clock.set(status.due_at)
        mirror.collect_due()
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert waits[-1] == HOUR
    site.pages["/missing.crl"] = (200, pki.crl(ca, following=None).der, None)
    assert mirror.collect(bad).error_code is None


def test_looks_again_when_the_next_list_is_out(pki, site, mirror, clock, ca):
    site.pages["/c.crl"] = (200, pki.crl(ca, following=pki.NOW + timedelta(minutes=10)).der, None)
    mirror.watch_crl(site.url("/c.crl"), [ca.certificate], interval=HOUR)
    mirror.collect_due()
    assert mirror.sources()[0].due_at == pki.NOW + timedelta(minutes=10)


def test_history_answers_for_the_past(pki, site, mirror, clock, ca, leaf):
    first = pki.crl(ca, number=1, this=pki.NOW - 5 * pki.DAY, following=pki.NOW + pki.DAY)
    second = pki.crl(ca, number=2, this=pki.NOW - 3 * pki.DAY)
    third = pki.crl(ca, pki.entry(4000, pki.NOW - 2 * pki.DAY), number=3)
    source = mirror.watch_crl(site.url("/c.crl"), [ca.certificate])
    for item in (first, second, third):
        site.pages["/c.crl"] = (200, item.der, None)
        mirror.collect(source)
    assert mirror.evidence_for([leaf]).evidence.crls == (third,)
    past = mirror.evidence_for([leaf], at=pki.NOW - 4 * pki.DAY)
    assert set(past.evidence.crls) == {first, second, third}
    at = pki.NOW - 4 * pki.DAY
    assert pki.ask(leaf, ca, *past.evidence.crls, at=at, known_until=pki.NOW).status is Status.GOOD
    assert pki.ask(leaf, ca, *past.evidence.crls, at=pki.NOW).status is Status.REVOKED


def test_pruning_keeps_what_is_in_use(pki, site, mirror, clock, ca, leaf, database):
    source = mirror.watch_crl(site.url("/c.crl"), [ca.certificate])
    for number in (1, 2):
        site.pages["/c.crl"] = (200, pki.crl(ca, number=number, this=pki.NOW - pki.DAY + number * HOUR).der, None)
        mirror.collect(source)
    clock.advance(30 * pki.DAY)
    assert mirror.prune(10 * pki.DAY) == 1
    with database.read() as session:
        assert len(session.exec(select(MirrorObjectRow)).all()) == 1
    assert mirror.evidence_for([leaf]).evidence.crls[0].crl_number == 2


def test_responder_is_asked_about_the_certificate(pki, site, mirror, clock, ca, leaf):
    delegate = ca.issue("Mirror delegate", pki.OCSP_SIGNING, pki.NO_CHECK, serial=4001)
    about = pki.single(pki.cert_id(leaf, ca.certificate))
    response = pki.ocsp(pki.by_name(delegate.subject.der), "Mirror delegate", about, certificates=(delegate,))
    site.pages["/ocsp"] = (200, response.der, None)
    mirror.watch_ocsp(site.url("/ocsp"), leaf, [ca.certificate])
    assert mirror.collect_due().renewed == 1
    method, _, _, body = site.asked[0]
    assert method == "POST"
    assert other_ocsp.load_der_ocsp_request(body).serial_number == 4000
    assert mirror.evidence_for([leaf]).evidence.ocsps == (response,)
    assert mirror.evidence_for([ca.issue("Somebody else", serial=4002)]).evidence.ocsps == ()


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("other certificate", "TS-MIRROR-OTHER-ISSUER"),
        ("forged", "TS-MIRROR-SIGNATURE"),
        ("try later", "TS-MIRROR-NO-ANSWER"),
        ("unknown", "TS-MIRROR-NO-ANSWER"),
        ("older", "TS-MIRROR-ROLLBACK"),
    ],
)
def test_responses_that_are_refused(pki, site, mirror, clock, ca, leaf, kind, code):
    def answer(identifier=None, status=pki.GOOD, **rest):
        one = pki.single(
            identifier or pki.cert_id(leaf, ca.certificate), status, this=rest.pop("this", pki.NOW - pki.DAY)
        )
        return pki.ocsp(pki.by_name(ca.subject), ca.label, one, **rest).der

    bodies = {
        "other certificate": lambda: answer(pki.cert_id(leaf, ca.certificate, serial=1)),
        "forged": lambda: answer(flip=True),
        "try later": lambda: pki.der.sequence(pki.der.enumerated(3)),
        "unknown": lambda: answer(status=pki.UNKNOWN),
        "older": lambda: answer(this=pki.NOW - 2 * pki.DAY),
    }
    source = mirror.watch_ocsp(site.url("/ocsp"), leaf, [ca.certificate])
    site.pages["/ocsp"] = (200, answer(), None)
    assert mirror.collect(source).error_code is None
    site.pages["/ocsp"] = (200, bodies[kind](), None)
    assert mirror.collect(source).error_code == code


def test_watching_what_a_certificate_names(pki, site, mirror, ca):
    access = pki.der.sequence(pki.der.oid("1.3.6.1.5.5.7.48.1"), pki.uri(site.url("/ocsp")))
    subject = ca.issue(
        "Names its sources",
        pki.crl_distribution_points(pki.point(pki.full_name(pki.uri("ldap://x/"), pki.uri(site.url("/c.crl"))))),
        pki.der.extension("1.3.6.1.5.5.7.1.1", pki.der.sequence(access)),
    )
    numbers = mirror.watch_certificate(subject, [ca.certificate], label="named")
    assert [(item.kind, item.url) for item in mirror.sources()] == [
        ("crl", site.url("/c.crl")),
        ("ocsp", site.url("/ocsp")),
    ]
    assert mirror.watch_certificate(subject, [ca.certificate]) == numbers


def test_a_key_rollover_adds_a_key_to_the_same_source(pki, site, mirror, ca):
    new = pki.authority("Mirrored CA", label="Mirrored CA new key")
    number = mirror.watch_crl(site.url("/c.crl"), [ca.certificate])
    assert mirror.watch_crl(site.url("/c.crl"), [new.certificate]) == number
    for signer in (ca, new):
        site.pages["/c.crl"] = (200, pki.crl(signer).der, None)
        assert mirror.collect(number).error_code is None


def test_sources_that_cannot_be_watched(pki, mirror, ca, leaf):
    with pytest.raises(MirrorSourceError):
        mirror.watch_crl("file:///etc/passwd", [ca.certificate])
    with pytest.raises(MirrorSourceError):
        mirror.watch_crl("http://a.example/", [])
    with pytest.raises(MirrorSourceError):
        mirror.watch_ocsp("http://a.example/", leaf, [pki.authority("Other").certificate])
    with pytest.raises(MirrorSourceUnknownError):
        mirror.collect(99)


def test_unwatched_sources_are_not_asked(pki, site, mirror, ca):
    number = mirror.watch_crl(site.url("/c.crl"), [ca.certificate])
    mirror.unwatch(number)
    assert mirror.collect_due().asked == 0
    assert site.asked == []


def test_request_as_other_code_reads_it(pki, ca, leaf):
    request = ocsp_request(leaf, ca.certificate, nonce=b"n" * 32)
    read = other_ocsp.load_der_ocsp_request(request)
    assert read.serial_number == 4000
    assert read.extensions[0].value.nonce == b"n" * 32
    with pytest.raises(ValueError, match="128"):
        ocsp_request(leaf, ca.certificate, nonce=b"")


def test_schedule(mirror):
    declared: dict[str, object] = {}
    jobs = SimpleNamespace(
        register=lambda name, work: declared.update({name: work}),
        schedule=lambda name, job, cron, arguments: declared.update({name: (job, cron)}),
    )
    schedule_mirror(jobs, mirror)
    assert declared["mirror-collect"] == ("mirror.collect", "*/5 * * * *")
    assert declared["mirror.collect"](None, {}) == {"renewed": 0, "unchanged": 0, "failed": 0}
    assert declared["mirror.prune"](None, {}) == 0


def test_evidence_sorts_its_kinds(pki, ca):
    listed, response = pki.crl(ca), pki.parse_ocsp(b"")
    evidence = RevocationEvidence.of([response, listed])
    assert (evidence.crls, evidence.ocsps, len(evidence.malformed)) == ((listed,), (), 1)
