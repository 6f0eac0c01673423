"""RFC 3161 and EN 319 422 on the authority: one test for each rule and each fault of a request."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.platform import der
from ops.platform.clock import FixedClock
from signer.errors import TsaRejectedError, TsaUnitError
from signer.tsa.authority import TimestampAuthority
from signer.tsa.clockguard import ClockGuard
from signer.tsa.request import message_imprint, write_request
from signer.tsa.serials import CountingSerialNumbers
from signer.tsa.token import read_token, verify_token
from signer.tsa.unit import TimestampingUnit, UnitPolicy
from validator.asn1 import der as reader

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
POLICY = "1.3.6.1.4.1.55555.1.1"
IMPRINT = message_imprint("sha256", sha256(b"document").digest())
GRANTED, REJECTED = "granted", "rejection"


@pytest.fixture(scope="module")
def authority(pki: Any) -> TimestampAuthority:
    return pki.authority()


def ask(authority: TimestampAuthority, request: bytes) -> dict[str, Any]:
    """The response taken apart by somebody else's decoder."""
    answer = authority.respond(request)
    parts = reader.children(answer, reader.single(answer, reader.SEQUENCE))
    status = tsp.PKIStatusInfo.load(parts[0].whole(answer), strict=True)
    if len(parts) == 1:
        return {"status": status, "time_stamp_token": None}
    parsed = tsp.TimeStampResp.load(answer, strict=True)
    return {"status": status, "time_stamp_token": parsed["time_stamp_token"]}


def outcome(answer: dict[str, Any]) -> tuple[str, set[str]]:
    status = answer["status"]
    return status["status"].native, status["fail_info"].native or set()


def token_info(answer: dict[str, Any]) -> tuple[cms.SignedData, tsp.TSTInfo]:
    signed = answer["time_stamp_token"]["content"]
    return signed, signed["encap_content_info"]["content"].parsed


def test_a_token_has_what_the_profile_wants(authority: TimestampAuthority) -> None:
    signed, info = token_info(ask(authority, write_request(IMPRINT, nonce=5)))
    assert signed["version"].native == "v3"
    assert len(signed["signer_infos"]) == 1
    assert info["policy"].dotted == POLICY
    assert info["message_imprint"].dump() == IMPRINT
    assert info["accuracy"].native == {"seconds": None, "millis": 500, "micros": None}
    assert info["ordering"].native is False
    assert info["gen_time"].native == NOW
    assert info["tsa"].native is None
    assert info["extensions"].native is None
    attributes = {attribute["type"].native for attribute in signed["signer_infos"][0]["signed_attrs"]}
    assert attributes == {"content_type", "message_digest", "signing_certificate_v2"}


@pytest.mark.parametrize(
    "request_",
    [write_request(IMPRINT, nonce=2**63), write_request(IMPRINT, nonce=1, cert_req=False)],
    ids=["with certificates", "without"],
)
def test_a_response_is_encoded_again_to_the_same_octets(authority: TimestampAuthority, request_: bytes) -> None:
    answer = authority.respond(request_)
    assert tsp.TimeStampResp.load(answer, strict=True).dump(force=True) == answer


def test_a_rejection_is_encoded_again_to_the_same_octets(authority: TimestampAuthority) -> None:
    answer = authority.respond(b"")
    (status,) = reader.children(answer, reader.single(answer, reader.SEQUENCE))
    assert tsp.PKIStatusInfo.load(status.whole(answer), strict=True).dump(force=True) == status.whole(answer)


def test_sets_are_in_der_order(authority: TimestampAuthority) -> None:
    signed, _ = token_info(ask(authority, write_request(IMPRINT, nonce=5)))
    certificates = [item.dump() for item in signed["certificates"]]
    assert len(certificates) == 3
    assert certificates == sorted(certificates)
    attributes = [item.dump() for item in signed["signer_infos"][0]["signed_attrs"]]
    assert attributes == sorted(attributes)


def test_certificates_are_there_exactly_when_asked_for(authority: TimestampAuthority) -> None:
    unit = authority.unit.identity.certificate
    signed, _ = token_info(ask(authority, write_request(IMPRINT, nonce=5)))
    assert unit in [item.dump() for item in signed["certificates"]]
    signed, _ = token_info(ask(authority, write_request(IMPRINT, nonce=5, cert_req=False)))
    assert isinstance(signed["certificates"], core.Void)


@pytest.mark.parametrize("nonce", [1, 2**63, 2**64 - 1, 2**127, 2**159, 2**160 - 1, 0])
def test_a_nonce_comes_back_bit_by_bit(authority: TimestampAuthority, nonce: int) -> None:
    answer = ask(authority, write_request(IMPRINT, nonce=nonce))
    assert der.integer(nonce) == token_info(answer)[1]["nonce"].dump()


def test_no_nonce_no_nonce(authority: TimestampAuthority) -> None:
    answer = ask(authority, der.sequence(der.integer(1), IMPRINT))
    assert token_info(answer)[1]["nonce"].native is None


def test_null_parameters_of_the_digest_are_copied(authority: TimestampAuthority) -> None:
    imprint = der.sequence(der.algorithm("2.16.840.1.101.3.4.2.1", der.null()), der.octet_string(bytes(32)))
    answer = ask(authority, write_request(imprint, nonce=1))
    assert token_info(answer)[1]["message_imprint"].dump() == imprint


@pytest.mark.parametrize(("digest", "size"), [("sha256", 32), ("sha384", 48), ("sha512", 64)])
def test_every_offered_digest_is_stamped(authority: TimestampAuthority, digest: str, size: int) -> None:
    assert outcome(ask(authority, write_request(message_imprint(digest, bytes(size)), nonce=1))) == (GRANTED, set())


def sha1_imprint() -> bytes:
    return der.sequence(der.algorithm("1.3.14.3.2.26"), der.octet_string(bytes(20)))


def extension(critical: bool) -> bytes:
    return der.explicit(0, der.extension("1.2.3.4", der.null(), critical=critical))


FAULTS = {
    "sha-1": (write_request(sha1_imprint(), nonce=1), "bad_alg"),
    "parameters of the digest": (
        write_request(
            der.sequence(der.algorithm("2.16.840.1.101.3.4.2.1", der.integer(1)), der.octet_string(bytes(32))), nonce=1
        ),
        "bad_alg",
    ),
    "length of the digest": (
        write_request(der.sequence(der.algorithm("2.16.840.1.101.3.4.2.1"), der.octet_string(bytes(31))), nonce=1),
        "bad_data_format",
    ),
    "unknown policy": (write_request(IMPRINT, nonce=1, policy="1.2.3"), "unaccepted_policy"),
    "extension": (der.sequence(der.integer(1), IMPRINT, extension(False)), "unaccepted_extensions"),
    "critical extension": (der.sequence(der.integer(1), IMPRINT, extension(True)), "unaccepted_extensions"),
    "empty extensions": (der.sequence(der.integer(1), IMPRINT, der.explicit(0, b"")), "bad_data_format"),
    "version 2": (der.sequence(der.integer(2), IMPRINT), "bad_request"),
    "negative version": (der.sequence(der.integer(-1), IMPRINT), "bad_request"),
    "trailing garbage": (write_request(IMPRINT, nonce=1) + b"\0", "bad_data_format"),
    "trailing field": (
        der.sequence(der.integer(1), IMPRINT, der.integer(1), der.boolean(True), der.null()),
        "bad_data_format",
    ),
    "negative nonce": (write_request(IMPRINT, nonce=-1), "bad_data_format"),
    "oversized nonce": (write_request(IMPRINT, nonce=2**600), "bad_data_format"),
    "non-minimal nonce": (der.sequence(der.integer(1), IMPRINT, b"\x02\x02\x00\x01"), "bad_data_format"),
    "encoded default": (der.sequence(der.integer(1), IMPRINT, der.boolean(False)), "bad_data_format"),
    "BER boolean": (der.sequence(der.integer(1), IMPRINT, b"\x01\x01\x01"), "bad_data_format"),
    "BER indefinite length": (b"\x30\x80" + der.integer(1) + IMPRINT + b"\0\0", "bad_data_format"),
    "BER long length": (b"\x30\x81\x38" + (der.integer(1) + IMPRINT), "bad_data_format"),
    "no imprint": (der.sequence(der.integer(1)), "bad_data_format"),
    "empty": (b"", "bad_data_format"),
    "not DER": (b"GET / HTTP/1.1", "bad_data_format"),
    "too long": (der.octet_string(bytes(5000)), "bad_data_format"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_rejected_with_its_own_bit(authority: TimestampAuthority, fault: str) -> None:
    request, bit = FAULTS[fault]
    answer = ask(authority, request)
    assert outcome(answer) == (REJECTED, {bit})
    assert answer["time_stamp_token"] is None
    assert len(answer["status"]["status_string"].native) == 1


@settings(max_examples=300, deadline=None)
@given(octets=st.binary(max_size=120))
def test_no_octets_bring_it_down(authority: TimestampAuthority, octets: bytes) -> None:
    assert outcome(ask(authority, octets))[0] == REJECTED


@settings(max_examples=300, deadline=None)
@given(position=st.integers(min_value=0, max_value=70), octet=st.integers(min_value=0, max_value=255))
def test_a_damaged_request_is_answered(authority: TimestampAuthority, position: int, octet: int) -> None:
    request = bytearray(write_request(IMPRINT, nonce=2**63 + 12345))
    request[position % len(request)] = octet
    assert outcome(ask(authority, bytes(request)))[0] in (GRANTED, REJECTED)


def test_a_requested_policy_that_is_offered_goes_into_the_token(pki: Any) -> None:
    issued = pki.tsu()
    unit = TimestampingUnit("u", issued.identity(), issued.sign, UnitPolicy(POLICY, also=("1.2.3",)), NOW)
    authority = TimestampAuthority(unit, ClockGuard(FixedClock(NOW)), CountingSerialNumbers())
    assert token_info(ask(authority, write_request(IMPRINT, nonce=1, policy="1.2.3")))[1]["policy"].dotted == "1.2.3"


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 6, 2, 0, 0, 0, tzinfo=UTC), b"20260602000000Z"),
        (datetime(2026, 6, 2, 0, 0, 0, 500_000, tzinfo=UTC), b"20260602000000.5Z"),
        (datetime(2026, 6, 2, 1, 2, 3, 40_999, tzinfo=UTC), b"20260602010203.04Z"),
        (datetime(2026, 6, 2, 1, 2, 3, 999, tzinfo=UTC), b"20260602010203Z"),
    ],
)
def test_gen_time_is_der(pki: Any, at: datetime, text: bytes) -> None:
    answer = ask(pki.authority(FixedClock(at)), write_request(IMPRINT, nonce=1))
    assert token_info(answer)[1]["gen_time"].contents == text


def test_accuracy_of_a_whole_second(pki: Any) -> None:
    answer = ask(pki.authority(accuracy_ms=1000), write_request(IMPRINT, nonce=1))
    assert token_info(answer)[1]["accuracy"].native["seconds"] == 1


@pytest.mark.parametrize("accuracy", [0, 1001, -5])
def test_an_accuracy_outside_the_profile_is_refused(accuracy: int) -> None:
    with pytest.raises(TsaUnitError):
        UnitPolicy(POLICY, accuracy_ms=accuracy)


def test_a_clock_marked_bad_stops_the_unit_until_it_is_good(pki: Any) -> None:
    authority = pki.authority()
    authority.guard.mark_bad("no synchronisation for an hour")
    assert outcome(ask(authority, write_request(IMPRINT, nonce=1))) == (REJECTED, {"time_not_available"})
    with pytest.raises(TsaRejectedError, match="synchronisation"):
        authority.stamp(bytes(32), "sha256")
    authority.guard.mark_good()
    assert outcome(ask(authority, write_request(IMPRINT, nonce=1))) == (GRANTED, set())


def test_a_clock_that_is_set_back_stops_the_unit_until_the_time_has_caught_up(pki: Any) -> None:
    clock = FixedClock(NOW)
    authority = pki.authority(clock)
    assert outcome(ask(authority, write_request(IMPRINT, nonce=1)))[0] == GRANTED
    clock.advance(timedelta(seconds=-2))
    assert outcome(ask(authority, write_request(IMPRINT, nonce=1))) == (REJECTED, {"time_not_available"})
    clock.advance(timedelta(seconds=2))
    assert outcome(ask(authority, write_request(IMPRINT, nonce=1)))[0] == GRANTED


def test_a_clock_that_leaves_the_steady_one_stops_the_unit(pki: Any) -> None:
    clock, steady = FixedClock(NOW), [100.0]
    authority = TimestampAuthority(pki.unit(), ClockGuard(clock, steady=lambda: steady[0]), CountingSerialNumbers())
    clock.advance(timedelta(seconds=10))
    steady[0] += 10.0
    assert outcome(ask(authority, write_request(IMPRINT, nonce=1)))[0] == GRANTED
    clock.advance(timedelta(seconds=3))
    assert outcome(ask(authority, write_request(IMPRINT, nonce=1))) == (REJECTED, {"time_not_available"})
    steady[0] += 3.0
    # It does not recover by itself: somebody has to look at the clock.
    assert outcome(ask(authority, write_request(IMPRINT, nonce=1))) == (REJECTED, {"time_not_available"})


def test_the_unit_stops_with_its_certificate(pki: Any) -> None:
    clock = FixedClock(NOW)
    authority = pki.authority(clock)
    clock.advance(timedelta(days=701))
    assert outcome(ask(authority, write_request(IMPRINT, nonce=1))) == (REJECTED, {"system_failure"})


def test_the_unit_stops_with_the_private_key_usage_period(pki: Any) -> None:
    period = x509.PrivateKeyUsagePeriod(
        (NOW - timedelta(days=1)).replace(tzinfo=None), (NOW + timedelta(days=30)).replace(tzinfo=None)
    )
    clock = FixedClock(NOW)
    unit = pki.unit(pki.tsu(extra=((period, False),)))
    authority = TimestampAuthority(unit, ClockGuard(clock), CountingSerialNumbers())
    assert outcome(ask(authority, write_request(IMPRINT, nonce=1)))[0] == GRANTED
    clock.advance(timedelta(days=31))
    assert outcome(ask(authority, write_request(IMPRINT, nonce=1))) == (REJECTED, {"system_failure"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"eku": (ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING)},
        {"eku": (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)},
        {"critical": False},
        {"days": (-30, -1)},
        {"days": (1, 30)},
        {"extra": ((x509.PrivateKeyUsagePeriod(datetime(2020, 1, 1), datetime(2021, 1, 1)), False),)},
    ],
)
def test_a_certificate_that_is_not_a_units_is_refused_at_load(pki: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(TsaUnitError) as refused:
        pki.unit(pki.tsu(**wrong))
    assert refused.value.code == "TS-TSA-UNIT-REFUSED"


def test_a_certificate_without_purpose_is_refused_at_load(pki: Any) -> None:
    with pytest.raises(TsaUnitError, match="extended key usage"):
        pki.unit(pki.issue("No unit"))


def test_a_key_of_another_certificate_is_refused_at_load(pki: Any) -> None:
    issued = pki.tsu()
    issued.key = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(TsaUnitError, match="key does not belong"):
        pki.unit(issued)


def test_a_failing_key_is_a_system_failure_without_words_about_it(pki: Any) -> None:
    issued = pki.tsu()
    broken = [False]

    def sign(message: bytes) -> bytes:
        if broken[0]:
            raise TsaUnitError("PIN 1234 of slot 7")
        return issued.sign(message)

    unit = TimestampingUnit("u", issued.identity(), sign, UnitPolicy(POLICY), NOW)
    authority = TimestampAuthority(unit, ClockGuard(FixedClock(NOW)), CountingSerialNumbers())
    broken[0] = True
    answer = ask(authority, write_request(IMPRINT, nonce=1))
    assert outcome(answer) == (REJECTED, {"system_failure"})
    assert "1234" not in answer["status"]["status_string"].native[0]


@pytest.mark.parametrize("kind", ["ec256", "ec384", "rsa3072", "ed25519"])
def test_units_of_every_kind_of_key(pki: Any, signers: dict[str, Any], kind: str) -> None:
    authority = pki.authority(issued=pki.tsu(signers[kind].key))
    token = read_token(authority.stamp(sha256(b"x").digest(), "sha256"))
    assert verify_token(token).encoded == authority.unit.identity.certificate
    assert token.gen_time == NOW
