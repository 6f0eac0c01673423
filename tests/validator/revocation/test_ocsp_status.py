"""What OCSP responses say about a certificate: each case is one deviation from a response that says "good", with the
answer that RFC 6960 gives."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from validator.revocation.malformed import MalformedEvidence
from validator.revocation.types import Status

SHA_256, SHA_512 = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3"


def codes(answer) -> set[str]:
    return {reason.code for reason in answer.reasons}


@pytest.fixture(scope="module")
def ca(pki: SimpleNamespace):
    return pki.authority("OCSP CA")


@pytest.fixture(scope="module")
def leaf(pki: SimpleNamespace, ca):
    return ca.issue("OCSP leaf", serial=2000)


@pytest.fixture(scope="module")
def delegate(pki: SimpleNamespace, ca):
    return ca.issue("OCSP delegate", pki.OCSP_SIGNING, pki.NO_CHECK, pki.key_usage(0), serial=2001)


@pytest.fixture
def answer_for(pki, ca, leaf):
    """A response of the CA itself about the leaf, with changes to the one single response and to the whole."""

    def build(status=None, *, identifier=None, responder=None, one=None, **rest):
        about = identifier or pki.cert_id(leaf, ca.certificate)
        inner = pki.single(about, pki.GOOD if status is None else status, **(one or {}))
        return pki.ocsp(responder or pki.by_name(ca.subject), ca.label, inner, **rest)

    return build


def test_good_from_the_issuer_itself(pki, ca, leaf, answer_for):
    for responder in (pki.by_name(ca.subject), pki.by_key(ca.label)):
        response = answer_for(responder=responder)
        answer = pki.ask(leaf, ca, response)
        assert (answer.status, answer.source, answer.source_kind) == (Status.GOOD, response.sha256, "ocsp")
        assert answer.signer_path == (ca.certificate.fingerprint,)


@pytest.mark.parametrize("hash_oid", ["1.3.14.3.2.26", SHA_256, SHA_512])
def test_digests_of_the_certificate_identifier(pki, ca, leaf, answer_for, hash_oid):
    identifier = pki.cert_id(leaf, ca.certificate, hash_oid=hash_oid)
    assert pki.ask(leaf, ca, answer_for(identifier=identifier)).status is Status.GOOD


def test_unknown_digest_is_not_about_us(pki, ca, leaf, answer_for):
    identifier = pki.der.sequence(
        pki.der.algorithm("1.2.3.4"), pki.der.octet_string(b"1"), pki.der.octet_string(b"2"), pki.der.integer(2000)
    )
    assert codes(pki.ask(leaf, ca, answer_for(identifier=identifier))) == {"TS-REV-OTHER-CERTIFICATE"}


def test_other_certificates_answers_change_nothing(pki, ca, leaf, answer_for):
    other_serial = pki.cert_id(leaf, ca.certificate, serial=2999)
    assert codes(pki.ask(leaf, ca, answer_for(identifier=other_serial))) == {"TS-REV-NO-EVIDENCE"}
    elsewhere = pki.authority("Elsewhere")
    foreign = pki.cert_id(leaf, elsewhere.certificate)
    assert codes(pki.ask(leaf, ca, answer_for(identifier=foreign))) == {"TS-REV-OTHER-CERTIFICATE"}


def test_same_name_other_key_is_another_issuer(pki, ca, leaf, answer_for):
    twin = pki.authority("OCSP CA", label="twin key")
    assert codes(pki.ask(leaf, ca, answer_for(identifier=pki.cert_id(leaf, twin.certificate)))) == {
        "TS-REV-OTHER-CERTIFICATE"
    }


def test_revoked_with_reason(pki, ca, leaf, answer_for):
    when = pki.NOW - 4 * pki.DAY
    answer = pki.ask(leaf, ca, answer_for(pki.revoked_status(when, 1)))
    assert (answer.status, answer.revocation_time, answer.reason_code) == (Status.REVOKED, when, 1)
    assert pki.ask(leaf, ca, answer_for(pki.revoked_status(when))).reason_code is None
    assert pki.ask(leaf, ca, answer_for(pki.revoked_status(when, 6))).status is Status.ON_HOLD


def test_unknown_is_not_good(pki, ca, leaf, answer_for):
    assert codes(pki.ask(leaf, ca, answer_for(pki.UNKNOWN))) == {"TS-REV-OCSP-UNKNOWN"}


def test_never_issued(pki, ca, leaf, answer_for):
    extended = pki.der.extension("1.3.6.1.5.5.7.48.1.9", pki.der.null())
    never = pki.revoked_status(datetime(1970, 1, 1, tzinfo=UTC), 6)
    answer = pki.ask(leaf, ca, answer_for(never, extensions=(extended,)))
    assert answer.status is Status.REVOKED
    assert "TS-REV-NEVER-ISSUED" in codes(answer)


def test_later_revocation_known_for_the_past(pki, ca, leaf, answer_for):
    response = answer_for(pki.revoked_status(pki.NOW - 4 * pki.DAY, 4))
    assert pki.ask(leaf, ca, response, at=pki.NOW - 5 * pki.DAY, known_until=pki.NOW).status is Status.GOOD
    assert pki.ask(leaf, ca, response, at=pki.NOW - 3 * pki.DAY, known_until=pki.NOW).status is Status.REVOKED
    assert pki.ask(leaf, ca, response, at=pki.NOW - 3 * pki.DAY).status is Status.UNKNOWN


def test_invalidity_date_of_a_compromise(pki, ca, leaf, answer_for):
    one = {"extensions": (pki.invalidity(pki.NOW - 20 * pki.DAY),)}
    response = answer_for(pki.revoked_status(pki.NOW - 4 * pki.DAY, 1), one=one)
    assert pki.ask(leaf, ca, response, at=pki.NOW - 9 * pki.DAY, known_until=pki.NOW).status is Status.REVOKED


class TestDelegate:
    def response(self, pki, ca, leaf, signer, label, *, responder=None, certificates=None, **rest):
        about = pki.single(pki.cert_id(leaf, ca.certificate))
        return pki.ocsp(
            responder or pki.by_name(signer.subject.der), label, about,
            certificates=(signer,) if certificates is None else certificates, **rest,
        )  # fmt: skip

    def test_authorised(self, pki, ca, leaf, delegate):
        for responder in (pki.by_name(delegate.subject.der), pki.by_key("OCSP delegate")):
            response = self.response(pki, ca, leaf, delegate, "OCSP delegate", responder=responder)
            answer = pki.ask(leaf, ca, response)
            assert answer.status is Status.GOOD
            assert answer.signer_path == (delegate.fingerprint, ca.certificate.fingerprint)

    def test_certificate_not_carried_but_at_hand(self, pki, ca, leaf, delegate):
        response = self.response(pki, ca, leaf, delegate, "OCSP delegate", certificates=())
        assert pki.ask(leaf, ca, response, pool=(delegate,)).status is Status.GOOD
        assert codes(pki.ask(leaf, ca, response)) == {"TS-REV-SIGNER-UNKNOWN"}
        by_key = self.response(
            pki, ca, leaf, delegate, "OCSP delegate", certificates=(), responder=pki.by_key("OCSP delegate")
        )
        assert pki.ask(leaf, ca, by_key, pool=(delegate,)).status is Status.GOOD
        assert codes(pki.ask(leaf, ca, by_key)) == {"TS-REV-SIGNER-UNKNOWN"}

    @pytest.mark.parametrize(
        ("extensions", "why"),
        [((), "no-ocsp-signing"), (("eku",), "no-ocsp-signing"), (("OCSP_SIGNING", "usage"), "key-usage")],
    )
    def test_certificate_that_does_not_authorise(self, pki, ca, leaf, extensions, why):
        known = {
            "eku": pki.extended_key_usage("2.5.29.37.0"),
            "OCSP_SIGNING": pki.OCSP_SIGNING,
            "usage": pki.key_usage(2),
        }
        signer = ca.issue(f"Not a responder {why} {extensions}", *(known[item] for item in extensions), serial=2002)
        response = self.response(pki, ca, leaf, signer, f"Not a responder {why} {extensions}")
        answer = pki.ask(leaf, ca, response)
        assert [(reason.code, reason.param("why")) for reason in answer.reasons] == [("TS-REV-RESPONDER", why)]

    def test_delegate_of_another_ca(self, pki, ca, leaf):
        other = pki.authority("Other OCSP CA")
        signer = other.issue("Foreign responder", pki.OCSP_SIGNING, pki.NO_CHECK)
        response = self.response(pki, ca, leaf, signer, "Foreign responder")
        answer = pki.ask(leaf, ca, response, authorities=(ca, other))
        assert [reason.param("why") for reason in answer.reasons] == ["other-issuer"]

    def test_delegate_under_another_key_of_the_same_name(self, pki, ca, leaf):
        twin = pki.authority("OCSP CA", label="twin key")
        signer = twin.issue("Twin responder", pki.OCSP_SIGNING, pki.NO_CHECK)
        response = self.response(pki, ca, leaf, signer, "Twin responder")
        answer = pki.ask(leaf, ca, response, authorities=(ca, twin))
        assert [reason.param("why") for reason in answer.reasons] == ["other-key"]

    def test_a_list_may_vouch_for_a_responder(self, pki, ca, leaf):
        elsewhere = pki.authority("Listed responder")
        response = self.response(pki, ca, leaf, elsewhere.certificate, "Listed responder")
        assert pki.ask(leaf, ca, response).status is Status.UNKNOWN
        vouched = frozenset({elsewhere.certificate.fingerprint})
        assert pki.ask(leaf, ca, response, trusted_responders=vouched).status is Status.GOOD

    def test_expired_delegate(self, pki, ca, leaf):
        signer = ca.issue("Expired responder", pki.OCSP_SIGNING, pki.NO_CHECK, not_after=pki.NOW - timedelta(hours=1))
        response = self.response(pki, ca, leaf, signer, "Expired responder")
        assert codes(pki.ask(leaf, ca, response)) == {"TS-REV-SIGNER-UNTRUSTED"}

    def test_delegate_without_nocheck_is_checked(self, pki, ca, leaf):
        signer = ca.issue("Checked responder", pki.OCSP_SIGNING, serial=2010)
        response = self.response(pki, ca, leaf, signer, "Checked responder")
        assert codes(pki.ask(leaf, ca, response)) == {"TS-REV-SIGNER-UNTRUSTED"}
        about_signer = pki.single(pki.cert_id(signer, ca.certificate))
        vouching = pki.ocsp(pki.by_name(ca.subject), ca.label, about_signer)
        assert pki.ask(leaf, ca, response, vouching).status is Status.GOOD
        revoked = pki.single(pki.cert_id(signer, ca.certificate), pki.revoked_status())
        revoking = pki.ocsp(pki.by_name(ca.subject), ca.label, revoked)
        assert pki.ask(leaf, ca, response, revoking).status is Status.UNKNOWN

    def test_delegate_cannot_vouch_for_itself(self, pki, ca, leaf):
        signer = ca.issue("Vain responder", pki.OCSP_SIGNING, serial=2011)
        response = self.response(pki, ca, leaf, signer, "Vain responder")
        about_self = pki.single(pki.cert_id(signer, ca.certificate))
        own = pki.ocsp(pki.by_name(signer.subject.der), "Vain responder", about_self, certificates=(signer,))
        assert pki.ask(leaf, ca, response, own).status is Status.UNKNOWN


def test_wrong_responder_identifier(pki, ca, leaf, answer_for):
    for responder in (pki.by_name(pki.name("CN=Somebody")), pki.by_key("somebody")):
        assert codes(pki.ask(leaf, ca, answer_for(responder=responder))) == {"TS-REV-SIGNER-UNKNOWN"}


def test_signature_that_does_not_verify(pki, ca, leaf, answer_for):
    assert codes(pki.ask(leaf, ca, answer_for(flip=True))) == {"TS-REV-SIGNATURE"}
    assert codes(pki.ask(leaf, ca, answer_for(pki.revoked_status(), flip=True))) == {"TS-REV-SIGNATURE"}


def test_time_limits(pki, ca, leaf, answer_for):
    old = {"this": pki.NOW - 9 * pki.DAY, "following": pki.NOW - pki.DAY}
    assert codes(pki.ask(leaf, ca, answer_for(one=old))) == {"TS-REV-STALE"}
    unlimited = {"following": None}
    assert codes(pki.ask(leaf, ca, answer_for(one=unlimited))) == {"TS-REV-NO-NEXT-UPDATE"}
    assert pki.ask(leaf, ca, answer_for(one=unlimited), freshness=2 * pki.DAY).status is Status.GOOD
    assert (
        pki.ask(leaf, ca, answer_for(one={"this": pki.NOW, "following": None}, produced=pki.NOW)).status is Status.GOOD
    )
    future = {"this": pki.NOW + timedelta(minutes=1)}
    assert codes(pki.ask(leaf, ca, answer_for(one=future))) == {"TS-REV-NOT-YET-ISSUED"}
    assert codes(pki.ask(leaf, ca, answer_for(produced=pki.NOW + pki.DAY))) == {"TS-REV-NOT-YET-ISSUED"}


def test_nonce(pki, ca, leaf, answer_for):
    def with_nonce(octets):
        return answer_for(extensions=(pki.der.extension("1.3.6.1.5.5.7.48.1.2", pki.der.octet_string(octets)),))

    assert pki.ask(leaf, ca, with_nonce(b"n" * 32), nonce=b"n" * 32).status is Status.GOOD
    assert codes(pki.ask(leaf, ca, with_nonce(b"m" * 32), nonce=b"n" * 32)) == {"TS-REV-NONCE"}
    assert codes(pki.ask(leaf, ca, answer_for(), nonce=b"n" * 32)) == {"TS-REV-NONCE"}
    assert pki.ask(leaf, ca, with_nonce(b"m" * 32)).status is Status.GOOD
    bare = answer_for(extensions=(pki.der.extension("1.3.6.1.5.5.7.48.1.2", b"n" * 16),))
    assert pki.ask(leaf, ca, bare, nonce=b"n" * 16).status is Status.GOOD


def test_archive_cutoff(pki, ca):
    old = ca.issue("expired", serial=2003, not_after=pki.NOW - 50 * pki.DAY)

    def response(*extensions):
        return pki.ocsp(
            pki.by_name(ca.subject), ca.label, pki.single(pki.cert_id(old, ca.certificate), extensions=extensions)
        )

    def cutoff(days):
        return pki.der.extension("1.3.6.1.5.5.7.48.1.6", pki.der.generalized_time(pki.NOW - days * pki.DAY))

    past = {"at": pki.NOW - 60 * pki.DAY, "known_until": pki.NOW}
    assert codes(pki.ask(old, ca, response(), **past)) == {"TS-REV-EXPIRED-NOT-COVERED"}
    assert pki.ask(old, ca, response(cutoff(100)), **past).status is Status.GOOD
    assert pki.ask(old, ca, response(cutoff(40)), **past).status is Status.UNKNOWN


def test_unknown_critical_extensions(pki, ca, leaf, answer_for):
    assert codes(pki.ask(leaf, ca, answer_for(extensions=(pki.UNKNOWN_CRITICAL,)))) == {"TS-REV-CRITICAL-EXTENSION"}
    inner = {"extensions": (pki.UNKNOWN_CRITICAL,)}
    assert codes(pki.ask(leaf, ca, answer_for(one=inner))) == {"TS-REV-CRITICAL-EXTENSION"}


@pytest.mark.parametrize(("number", "word"), [(1, "malformedRequest"), (3, "tryLater"), (6, "unauthorized")])
def test_unsuccessful(pki, ca, leaf, number, word):
    parsed = pki.parse_ocsp(pki.der.sequence(pki.der.enumerated(number)))
    answer = pki.ask(leaf, ca, parsed)
    assert [(reason.code, reason.param("status")) for reason in answer.reasons] == [("TS-REV-OCSP-UNSUCCESSFUL", word)]


def test_several_singles_the_worse_one_counts(pki, ca, leaf):
    about = pki.cert_id(leaf, ca.certificate)
    other = pki.single(pki.cert_id(leaf, ca.certificate, serial=9))
    mixed = pki.ocsp(
        pki.by_name(ca.subject), ca.label, other, pki.single(about), pki.single(about, pki.revoked_status())
    )
    assert pki.ask(leaf, ca, mixed).status is Status.REVOKED
    plain = pki.ocsp(pki.by_name(ca.subject), ca.label, other, pki.single(about), other)
    assert pki.ask(leaf, ca, plain).status is Status.GOOD


def test_bare_basic_response(pki, ca, leaf, answer_for):
    response = answer_for(bare=True)
    assert response.bare
    assert pki.ask(leaf, ca, response).status is Status.GOOD


def test_default_version_written_out(pki, ca, leaf, answer_for):
    response = answer_for(version=pki.der.explicit(0, pki.der.integer(0)))
    assert codes(pki.ask(leaf, ca, response)) == {"TS-REV-PROFILE"}
    granted = pki.ask(leaf, ca, response, leniencies=frozenset({"ocsp-encoded-default"}))
    assert granted.status is Status.GOOD


def test_no_single_response_at_all(pki, ca, leaf):
    response = pki.ocsp(pki.by_name(ca.subject), ca.label)
    assert response.faults == ("no-single-response",)
    assert pki.ask(leaf, ca, response).status is Status.UNKNOWN


@pytest.mark.parametrize(
    "damage", [b"", b"\x30\x00", b"\x30\x03\x0a\x01\x04", b"\x30\x03\x0a\x01\x00", b"\x0a\x01\x00"]
)
def test_what_is_not_a_response_is_a_value_with_a_reason(pki, ca, leaf, damage):
    parsed = pki.parse_ocsp(damage)
    assert isinstance(parsed, MalformedEvidence)
    assert codes(pki.ask(leaf, ca, parsed)) == {"TS-REV-MALFORMED"}


def test_every_octet_cut_off_is_malformed(pki, ca, leaf, answer_for):
    whole = answer_for().der
    for length in range(0, len(whole), 7):
        assert isinstance(pki.parse_ocsp(whole[:length]), MalformedEvidence)
    assert isinstance(pki.parse_ocsp(whole + b"\0"), MalformedEvidence)


class TestNotRequired:
    def test_named_reasons(self, pki, ca):
        cases = {
            "TS-REV-NO-REV-AVAIL": (pki.NO_REV_AVAIL,),
            "TS-REV-SHORT-TERM": (pki.SHORT_TERM,),
            "TS-REV-NO-CHECK": (pki.NO_CHECK, pki.OCSP_SIGNING),
        }
        for code, extensions in cases.items():
            answer = pki.ask(ca.issue(code, *extensions, serial=5), ca)
            assert (answer.status, codes(answer)) == (Status.NOT_REQUIRED, {code})

    def test_not_for_a_ca(self, pki, ca):
        for extension in (pki.NO_REV_AVAIL, pki.SHORT_TERM, pki.NO_CHECK):
            sub = ca.issue("Exempt CA", pki.basic_constraints(True), extension, serial=6)
            assert pki.ask(sub, ca).status is Status.UNKNOWN

    def test_not_when_the_certificate_names_a_source(self, pki, ca):
        points = pki.crl_distribution_points(pki.point(pki.full_name(pki.uri("http://a.example/"))))
        access = pki.der.sequence(pki.der.oid("1.3.6.1.5.5.7.48.1"), pki.uri("http://o.example/"))
        responder = pki.der.extension("1.3.6.1.5.5.7.1.1", pki.der.sequence(access))
        for extension in (points, responder):
            assert pki.ask(ca.issue("Contradiction", pki.NO_REV_AVAIL, extension), ca).status is Status.UNKNOWN

    def test_nocheck_is_for_responders(self, pki, ca):
        assert pki.ask(ca.issue("Not a responder", pki.NO_CHECK), ca).status is Status.UNKNOWN


def test_sources_add_up(pki, ca, leaf, answer_for):
    """CRL and OCSP together: a permanent revocation in either decides, a hold until something newer lifts it."""
    good_list = pki.crl(ca)
    assert pki.ask(leaf, ca, good_list, answer_for(pki.revoked_status())).status is Status.REVOKED
    held = pki.crl(ca, pki.entry(2000, pki.NOW - 2 * pki.DAY, pki.reason(6)))
    newer = answer_for(one={"this": pki.NOW - timedelta(hours=1)}, produced=pki.NOW - timedelta(hours=1))
    older = answer_for(one={"this": pki.NOW - 3 * pki.DAY}, produced=pki.NOW - 3 * pki.DAY)
    assert pki.ask(leaf, ca, held, newer).status is Status.GOOD
    assert pki.ask(leaf, ca, held, older).status is Status.ON_HOLD
