"""OCSP: what is answered, to whom, and what a stranger's octets can do (nothing)."""

import asyncio
import base64
from datetime import timedelta
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as oracle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ca import ocsp
from ca.http import responders
from ca.values import RevocationReason
from ops.platform import der
from tests.ca.world import World

STATUS = oracle.OCSPResponseStatus
Digest = hashes.HashAlgorithm


def _request(world: World, serial: int, *, digest: Digest | None = None, nonce: bytes | None = None) -> bytes:
    issuer = world.certificate("kz-ca")
    algorithm = digest or hashes.SHA1()
    name, key = (_hashed(algorithm, octets) for octets in (issuer.subject.public_bytes(), _key_bits(issuer)))
    builder = oracle.OCSPRequestBuilder().add_certificate_by_hash(name, key, serial, algorithm)
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


def _hashed(algorithm: Digest, octets: bytes) -> bytes:
    state = hashes.Hash(algorithm)
    state.update(octets)
    return state.finalize()


def _key_bits(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import PublicFormat

    return certificate.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _ask(world: World, octets: bytes) -> oracle.OCSPResponse:
    return oracle.load_der_ocsp_response(world.ca.ocsp(octets))


@pytest.fixture
def answering(kazakhstan: World) -> World:
    """With a responder."""
    kazakhstan.ca.create_responder("kz-ca")
    return kazakhstan


@pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA256()])
def test_good_and_its_signature(answering: World, digest: Digest) -> None:
    issued = answering.seal()
    answer = _ask(answering, _request(answering, issued.serial, digest=digest, nonce=b"n" * 32))
    assert answer.certificate_status is oracle.OCSPCertStatus.GOOD
    assert answer.serial_number == issued.serial
    assert answer.this_update_utc == answering.clock.now()
    assert answer.next_update_utc == answering.clock.now() + timedelta(hours=24)
    assert answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"n" * 32
    (responder,) = answer.certificates
    responder.verify_directly_issued_by(answering.certificate("kz-ca"))
    assert responder.extensions.get_extension_for_class(x509.OCSPNoCheck)
    usage = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [x509.ExtendedKeyUsageOID.OCSP_SIGNING]
    from cryptography.hazmat.primitives.asymmetric import ec

    key = responder.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(hashes.SHA256()))


def test_status_follows_the_certificate(answering: World) -> None:
    issued = answering.seal()
    request = _request(answering, issued.serial)
    answering.ca.suspend("kz-ca", issued.serial, grounds="order")
    held = _ask(answering, request)
    assert (held.certificate_status, held.revocation_reason) == (
        oracle.OCSPCertStatus.REVOKED,
        x509.ReasonFlags.certificate_hold,
    )
    answering.ca.release("kz-ca", issued.serial, grounds="lifted")
    assert _ask(answering, request).certificate_status is oracle.OCSPCertStatus.GOOD
    answering.ca.revoke("kz-ca", issued.serial, RevocationReason.UNSPECIFIED, grounds="asked for")
    final = _ask(answering, request)
    assert (final.certificate_status, final.revocation_reason) == (oracle.OCSPCertStatus.REVOKED, None)
    assert final.revocation_time_utc == answering.clock.now()


def test_never_issued_is_unknown(answering: World) -> None:
    for serial in (1, 1 << 159, (1 << 160) + 5):
        assert _ask(answering, _request(answering, serial)).certificate_status is oracle.OCSPCertStatus.UNKNOWN


def test_void_is_unknown_and_prepared_is_answered(answering: World) -> None:
    prepared = answering.ca.prepare(answering.request())
    request = _request(answering, prepared.serial)
    assert _ask(answering, request).certificate_status is oracle.OCSPCertStatus.GOOD
    answering.ca.discard(prepared.id, "mistake")
    assert _ask(answering, request).certificate_status is oracle.OCSPCertStatus.UNKNOWN


@pytest.mark.parametrize(("length", "status", "echoed"), [(1, 0, True), (32, 0, True), (33, 0, False), (128, 0, False)])
def test_nonce_bounds(answering: World, length: int, status: int, echoed: bool) -> None:
    answer = _ask(answering, _request(answering, answering.seal().serial, nonce=b"x" * length))
    assert answer.response_status.value == status
    assert bool(len(list(answer.extensions))) is echoed


@pytest.mark.parametrize("length", [0, 129])
def test_nonce_beyond_bounds_is_malformed(answering: World, length: int) -> None:
    request = _request(answering, answering.seal().serial, nonce=b"x" * 8)
    inner = der.octet_string(der.octet_string(b"x" * 8))
    wrong = der.octet_string(der.octet_string(b"x" * length))
    assert inner in request
    broken = _replaced(request, inner, wrong)
    assert answering.ca.ocsp(broken) == ocsp.MALFORMED


def _replaced(request: bytes, old: bytes, new: bytes) -> bytes:
    from ca import reader

    outer = reader.one(request, 0x30)
    tbs = reader.children(outer)[0]
    listed, extensions = reader.children(tbs)
    extension = reader.children(reader.children(extensions)[0])[0]
    changed = der.sequence(extension.contents.replace(old, new))
    return der.sequence(der.sequence(listed.whole, der.explicit(2, der.sequence(changed))))


def test_several_certificates_in_one_request(answering: World) -> None:
    from ca import reader

    good, bad = answering.seal(), answering.seal()
    digests = {good.serial: hashes.SHA1(), bad.serial: hashes.SHA256(), 77: hashes.SHA1()}
    answering.ca.revoke("kz-ca", bad.serial, RevocationReason.SUPERSEDED, grounds="new card")
    asked = []
    for serial, digest in digests.items():
        tbs = reader.children(reader.one(_request(answering, serial, digest=digest), 0x30))[0]
        asked += [one.whole for one in reader.children(reader.children(tbs)[0])]
    answer = _ask(answering, der.sequence(der.sequence(der.sequence(*asked))))
    statuses = [single.certificate_status for single in answer.responses]
    wanted = oracle.OCSPCertStatus
    assert statuses == [wanted.GOOD, wanted.REVOKED, wanted.UNKNOWN]


def test_strangers_issuer_and_missing_responder_are_unauthorized(kazakhstan: World) -> None:
    request = _request(kazakhstan, kazakhstan.seal().serial)
    assert kazakhstan.ca.ocsp(request) == ocsp.UNAUTHORIZED
    kazakhstan.ca.create_responder("kz-ca")
    assert _ask(kazakhstan, request).response_status is STATUS.SUCCESSFUL
    stranger = oracle.OCSPRequestBuilder().add_certificate_by_hash(b"n" * 20, b"k" * 20, 5, hashes.SHA1())
    assert kazakhstan.ca.ocsp(stranger.build().public_bytes(Encoding.DER)) == ocsp.UNAUTHORIZED


def test_next_update_never_passes_the_responders_end(answering: World) -> None:
    issued = answering.seal()
    answering.clock.advance(timedelta(days=29, hours=18))
    answer = _ask(answering, _request(answering, issued.serial))
    (responder,) = answer.certificates
    assert answer.next_update_utc == responder.not_valid_after_utc
    answering.clock.advance(timedelta(days=1))
    assert answering.ca.ocsp(_request(answering, issued.serial)) == ocsp.UNAUTHORIZED


def test_revoked_responder_does_not_answer(answering: World) -> None:
    issued = answering.seal()
    (certificate,) = _ask(answering, _request(answering, issued.serial)).certificates
    answering.ca.revoke("kz-ca", certificate.serial_number, RevocationReason.KEY_COMPROMISE, grounds="stolen")
    assert answering.ca.ocsp(_request(answering, issued.serial)) == ocsp.UNAUTHORIZED


@given(octets=st.binary(max_size=300))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_octets_get_an_answer_of_the_protocol(kz: World, octets: bytes) -> None:
    answer = oracle.load_der_ocsp_response(kz.ca.ocsp(octets))
    assert answer.response_status in (STATUS.MALFORMED_REQUEST, STATUS.UNAUTHORIZED)


@given(position=st.integers(0, 200), flip=st.integers(1, 255))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_changed_octet_gets_an_answer_of_the_protocol(kz: World, position: int, flip: int) -> None:
    request = bytearray(_request(kz, 1 << 159, nonce=b"n" * 16))
    request[position % len(request)] ^= flip
    assert oracle.load_der_ocsp_response(kz.ca.ocsp(bytes(request)))


@pytest.mark.parametrize("octets", [b"", b"\x30\x80" * 50, b"\x30\x84\xff\xff\xff\xff", b"\x30" * 20_000])
def test_hostile_shapes_are_malformed(kz: World, octets: bytes) -> None:
    assert kz.ca.ocsp(octets) == ocsp.MALFORMED


def test_too_many_certificates_are_malformed(answering: World) -> None:
    from ca import reader

    tbs = reader.children(reader.one(_request(answering, 5), 0x30))[0]
    single = reader.children(reader.children(tbs)[0])[0].whole
    assert answering.ca.ocsp(der.sequence(der.sequence(der.sequence(*[single] * 33)))) == ocsp.MALFORMED


def _http(world: World, method: str, path: str, body: bytes = b"") -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode()}
    asyncio.run(responders(world.ca)(scope, receive, send))  # type: ignore[arg-type]
    start, end = sent
    return start["status"], dict(start["headers"]), end["body"]  # type: ignore[return-value, call-overload]


def test_http_get_and_post_agree(answering: World) -> None:
    request = _request(answering, answering.seal().serial)
    status, headers, posted = _http(answering, "POST", "/ocsp", request)
    assert (status, headers[b"content-type"]) == (200, b"application/ocsp-response")
    text = quote(base64.b64encode(request).decode(), safe="")
    _, headers, got = _http(answering, "GET", f"/ocsp/{text}")
    assert b"expires" in headers
    for body in (posted, got):
        assert oracle.load_der_ocsp_response(body).certificate_status is oracle.OCSPCertStatus.GOOD
    _, headers, _ = _http(answering, "POST", "/ocsp", _request(answering, 5, nonce=b"n"))
    assert headers[b"cache-control"] == b"no-cache"


def test_http_serves_what_is_fresh_and_nothing_else(answering: World) -> None:
    assert _http(answering, "GET", "/crl/kz-ca.crl")[0] == 503
    crl = answering.ca.publish_crl("kz-ca")
    assert _http(answering, "GET", "/crl/kz-ca.crl")[2] == crl.der
    assert _http(answering, "HEAD", "/crl/kz-ca.crl")[2] == b""
    own = answering.ca.authority("kz-ca").certificate
    assert _http(answering, "GET", "/aia/kz-ca.cer")[2] == own
    for path in ("/crl/none.crl", "/crl/kz-ca.cer", "/aia/../kz-ca.cer", "/", "/crl/", "/aia/kz-ca"):
        assert _http(answering, "GET", path)[0] == 404, path
    assert _http(answering, "POST", "/crl/kz-ca.crl")[0] == 405
    assert _http(answering, "GET", "/ocsp/%%%")[2] == ocsp.MALFORMED
    assert _http(answering, "POST", "/ocsp", b"\x30" * 100_000)[2] == ocsp.MALFORMED
    answering.clock.advance(timedelta(days=8))
    status, _, body = _http(answering, "GET", "/crl/kz-ca.crl")
    assert (status, body.split(b":")[0]) == (503, b"TS-CA-STATUS-STALE")
