"""What CRLs say about a certificate: each case is one deviation from a list that says "good", with the answer that
RFC 5280 gives."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from validator.revocation.malformed import MalformedEvidence
from validator.revocation.types import Status


def codes(answer) -> set[str]:
    return {reason.code for reason in answer.reasons}


@pytest.fixture(scope="module")
def ca(pki: SimpleNamespace):
    return pki.authority("CRL CA")


@pytest.fixture(scope="module")
def leaf(pki: SimpleNamespace, ca):
    return ca.issue("CRL leaf", serial=1000)


def test_not_listed_is_good_and_names_the_list(pki, ca, leaf):
    listed = pki.crl(ca, pki.entry(7), number=3)
    answer = pki.ask(leaf, ca, listed)
    assert answer.status is Status.GOOD
    assert (answer.source, answer.source_kind, answer.fresh) == (listed.sha256, "crl", True)
    assert answer.signer_path == (ca.certificate.fingerprint,)
    assert (answer.this_update, answer.next_update) == (listed.this_update, listed.next_update)


def test_version_1_list_is_read(pki, ca, leaf):
    plain = pki.crl(ca, pki.entry(7), version=b"", extension_field=b"")
    assert pki.ask(leaf, ca, plain).status is Status.GOOD
    assert pki.ask(ca.issue("v1 revoked", serial=7), ca, plain).status is Status.REVOKED


def test_listed_is_revoked_with_date_and_reason(pki, ca, leaf):
    when = pki.NOW - 20 * pki.DAY
    answer = pki.ask(leaf, ca, pki.crl(ca, pki.entry(1000, when, pki.reason(1))))
    assert answer.status is Status.REVOKED
    assert (answer.revocation_time, answer.reason_code) == (when, 1)
    assert (answer.reasons[0].code, answer.reasons[0].param("reason")) == ("TS-REV-REVOKED", "keyCompromise")


def test_hold_is_not_revoked_for_good(pki, ca, leaf):
    held = pki.crl(ca, pki.entry(1000, pki.NOW - 5 * pki.DAY, pki.reason(6)))
    answer = pki.ask(leaf, ca, held)
    assert (answer.status, codes(answer)) == (Status.ON_HOLD, {"TS-REV-ON-HOLD"})
    later = pki.crl(ca, this=pki.NOW - timedelta(hours=1), number=2)
    assert pki.ask(leaf, ca, held, later).status is Status.GOOD


def test_a_revocation_is_not_undone_by_a_later_list_without_it(pki, ca, leaf):
    first = pki.crl(ca, pki.entry(1000, pki.NOW - 5 * pki.DAY, pki.reason(4)))
    later = pki.crl(ca, this=pki.NOW - timedelta(hours=1), number=2)
    assert pki.ask(leaf, ca, first, later).status is Status.REVOKED


FAULTS = {
    "crl number missing": ({"number": None}, "number-missing"),
    "crl number critical": ({"number": None, "x": ("crl_number", 1, True)}, "number-critical"),
    "crl number negative": ({"number": -1}, "number-form"),
    "crl number of 21 octets": ({"number": 1 << 160}, "number-form"),
    "empty revokedCertificates": ({"revoked": b"\x30\x00"}, "empty-revoked-certificates"),
    "next update before this update": ({"following": "before"}, "next-update-not-after-this-update"),
    "inner and outer algorithm differ": ({"inner": "rsa"}, "algorithm-mismatch"),
    "version 1 with extensions": ({"version": b""}, "version-1-with-extensions"),
    "duplicate extension": ({"x": ("crl_number", 1)}, "duplicate-extension"),
    "critical FALSE written out": ({"x": "defaulted"}, "encoded-default"),
    "issuing distribution point not critical": ({"x": "idp-not-critical"}, "issuing-distribution-point-not-critical"),
    "issuing distribution point empty": ({"x": "idp-empty"}, "idp-empty"),
    "freshest CRL critical": ({"x": "freshest-critical"}, "freshest-crl-misused"),
    "empty extensions": ({"extension_field": b"\xa0\x02\x30\x00"}, "empty-extensions"),
    "removeFromCRL in a complete list": ({"e": ("reason", 8)}, "remove-from-complete-crl"),
    "certificateIssuer in a direct list": ({"e": "issuer"}, "certificate-issuer-in-direct-crl"),
    "empty entry extensions": ({"e": "no-extension"}, "empty-extensions"),
}


def _special(pki: SimpleNamespace, word: str) -> bytes:
    der, names = pki.der, pki.full_name(pki.uri("http://a.example/c.crl"))
    return {
        "defaulted": der.sequence(der.oid("1.2.3.4"), der.boolean(False), der.octet_string(b"\x05\x00")),
        "idp-not-critical": pki.idp(user=True, critical=False),
        "idp-empty": pki.idp(),
        "freshest-critical": der.extension("2.5.29.46", der.sequence(pki.point(names)), critical=True),
    }[word]


def _entry(pki: SimpleNamespace, ca, what: object) -> bytes:
    der = pki.der
    if what == "issuer":
        return pki.entry(7, pki.NOW, pki.certificate_issuer(ca.subject))
    if what == "no-extension":
        return der.sequence(der.integer(7), der.time(pki.NOW), der.sequence())
    return pki.entry(7, pki.NOW, getattr(pki, what[0])(*what[1:]))


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_of_the_profile_is_refused_unless_granted(pki, ca, leaf, case):
    changes, rule = FAULTS[case]
    changes = dict(changes)
    extra, entries = (), ()
    if "x" in changes:
        what = changes.pop("x")
        extra = (_special(pki, what),) if isinstance(what, str) else (getattr(pki, what[0])(*what[1:]),)
    if "e" in changes:
        entries = (_entry(pki, ca, changes.pop("e")),)
    if changes.get("following") == "before":
        changes["following"] = pki.NOW - 2 * pki.DAY
    if changes.get("inner") == "rsa":
        changes["inner"] = pki.der.algorithm("1.2.840.113549.1.1.11", pki.der.null())
    listed = pki.crl(ca, *entries, extensions=extra, **changes)
    answer = pki.ask(leaf, ca, listed)
    assert answer.status is Status.UNKNOWN
    assert rule in [r.param("rule") for r in answer.reasons if r.code == "TS-REV-PROFILE"]
    granted = pki.ask(leaf, ca, listed, leniencies=frozenset({f"crl-{rule}", "crl-number-missing"}))
    assert granted.status is (Status.STALE if "next update" in case else Status.GOOD)
    assert "TS-REV-LENIENCY" in codes(granted)


MALFORMED = {
    "trailing octet": lambda pki, good: good + b"\0",
    "truncated": lambda pki, good: good[:-1],
    "indefinite length": lambda pki, good: b"\x30\x80" + good[4:] + b"\0\0",
    "not a sequence": lambda pki, good: b"\x04" + good[1:],
    "nothing": lambda pki, good: b"",
    "version 3": lambda pki, good: good.replace(b"\x02\x01\x01\x30", b"\x02\x01\x02\x30", 1),
    "month 13": lambda pki, good: good.replace(b"\x17\x0d260531", b"\x17\x0d261331", 1),
    "non-minimal length": lambda pki, good: b"\x30\x83\x00" + good[2:4] + good[4:],
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_not_der_is_a_value_with_a_reason(pki, ca, leaf, case):
    good = pki.crl_octets(ca.subject, ca.label)
    parsed = pki.parse_crl(MALFORMED[case](pki, good))
    assert isinstance(parsed, MalformedEvidence)
    answer = pki.ask(leaf, ca, parsed)
    assert answer.status is Status.UNKNOWN
    assert codes(answer) == {"TS-REV-MALFORMED"}


ENTRY_DAMAGE = {
    "bad reason code": lambda pki: pki.entry(7, pki.NOW, pki.reason(7)),
    "reason code above 10": lambda pki: pki.entry(7, pki.NOW, pki.reason(11)),
    "February 30": lambda pki: pki.der.sequence(pki.der.integer(7), b"\x17\x0d260230000000Z"),
    "no time": lambda pki: pki.der.sequence(pki.der.integer(7)),
    "serial number not minimal": lambda pki: pki.der.sequence(b"\x02\x02\x00\x07", pki.der.time(pki.NOW)),
    "serial number empty": lambda pki: pki.der.sequence(b"\x02\x00", pki.der.time(pki.NOW)),
    "time without seconds": lambda pki: pki.der.sequence(pki.der.integer(7), b"\x17\x0b2605300000Z"),
    "time with offset": lambda pki: pki.der.sequence(pki.der.integer(7), b"\x17\x11260530000000+0000"),
    "invalidity date with fraction": lambda pki: pki.entry(
        7, pki.NOW, pki.der.extension("2.5.29.24", pki.der.tlv(0x18, b"20260530000000.5Z"))
    ),
    "extension twice is not an element": lambda pki: pki.der.sequence(
        pki.der.integer(7), pki.der.time(pki.NOW), pki.der.integer(1)
    ),
}


@pytest.mark.parametrize("case", ENTRY_DAMAGE)
def test_one_damaged_entry_spoils_the_list(pki, ca, leaf, case):
    entries = [pki.entry(serial) for serial in range(1, 40)]
    entries[20] = ENTRY_DAMAGE[case](pki)
    answer = pki.ask(leaf, ca, pki.crl(ca, *entries))
    assert answer.status is Status.UNKNOWN
    assert codes(answer) == {"TS-REV-MALFORMED"}


def test_unknown_critical_extensions_make_the_list_unusable(pki, ca, leaf):
    for listed in (
        pki.crl(ca, extensions=(pki.UNKNOWN_CRITICAL,)),
        pki.crl(ca, pki.entry(7, pki.NOW, pki.UNKNOWN_CRITICAL)),
        pki.crl(ca, pki.entry(1000, pki.NOW, pki.UNKNOWN_CRITICAL)),
    ):
        answer = pki.ask(leaf, ca, listed)
        assert (answer.status, codes(answer)) == (Status.UNKNOWN, {"TS-REV-CRITICAL-EXTENSION"})


def test_unknown_extension_that_is_not_critical_is_ignored(pki, ca, leaf):
    extra = pki.der.extension("1.3.6.1.4.1.55555.1", pki.der.null())
    assert pki.ask(leaf, ca, pki.crl(ca, pki.entry(7, pki.NOW, extra), extensions=(extra,))).status is Status.GOOD


def test_signature_that_does_not_verify(pki, ca, leaf):
    answer = pki.ask(leaf, ca, pki.crl(ca, flip=True))
    assert (answer.status, codes(answer)) == (Status.UNKNOWN, {"TS-REV-SIGNATURE"})


def test_revocation_on_a_forged_list_counts_for_nothing(pki, ca, leaf):
    forged = pki.crl(ca, pki.entry(1000), flip=True, this=pki.NOW - timedelta(hours=1), number=9)
    assert pki.ask(leaf, ca, forged, pki.crl(ca)).status is Status.GOOD


def test_another_issuers_list_is_not_looked_at(pki, ca, leaf):
    other = pki.authority("Another CA")
    answer = pki.ask(leaf, ca, pki.crl(other, pki.entry(1000)))
    assert (answer.status, codes(answer)) == (Status.UNKNOWN, {"TS-REV-NO-EVIDENCE"})


def test_time_limits(pki, ca, leaf):
    stale = pki.crl(ca, this=pki.NOW - 9 * pki.DAY, following=pki.NOW - pki.DAY)
    assert pki.ask(leaf, ca, stale).status is Status.STALE
    due_now = pki.crl(ca, this=pki.NOW - 9 * pki.DAY, following=pki.NOW)
    assert pki.ask(leaf, ca, due_now).status is Status.STALE
    unlimited = pki.crl(ca, following=None)
    assert codes(pki.ask(leaf, ca, unlimited)) == {"TS-REV-NO-NEXT-UPDATE"}
    assert pki.ask(leaf, ca, unlimited, freshness=2 * pki.DAY).status is Status.GOOD
    assert pki.ask(leaf, ca, pki.crl(ca), freshness=timedelta(hours=2)).status is Status.STALE
    future = pki.crl(ca, this=pki.NOW + timedelta(seconds=1))
    assert codes(pki.ask(leaf, ca, future)) == {"TS-REV-NOT-YET-ISSUED"}


def test_a_stale_list_still_proves_a_revocation(pki, ca, leaf):
    stale = pki.crl(ca, pki.entry(1000), this=pki.NOW - 9 * pki.DAY, following=pki.NOW - pki.DAY)
    answer = pki.ask(leaf, ca, stale)
    assert (answer.status, answer.fresh) == (Status.REVOKED, False)


class TestPast:
    """Status at a time T from a list issued later (known_until)."""

    def test_revoked_after_the_time_is_good_then(self, pki, ca, leaf):
        listed = pki.crl(ca, pki.entry(1000, pki.NOW - 10 * pki.DAY, pki.reason(4)))
        before = pki.ask(leaf, ca, listed, at=pki.NOW - 11 * pki.DAY, known_until=pki.NOW)
        assert before.status is Status.GOOD
        assert codes(before) == {"TS-REV-REVOKED-LATER"}
        assert before.revocation_time == pki.NOW - 10 * pki.DAY
        exactly = pki.ask(leaf, ca, listed, at=pki.NOW - 10 * pki.DAY, known_until=pki.NOW)
        assert exactly.status is Status.REVOKED

    def test_without_leave_a_later_list_is_not_used(self, pki, ca, leaf):
        listed = pki.crl(ca)
        answer = pki.ask(leaf, ca, listed, at=pki.NOW - 11 * pki.DAY)
        assert codes(answer) == {"TS-REV-NOT-YET-ISSUED"}

    def test_compromise_goes_back_to_the_invalidity_date(self, pki, ca, leaf):
        compromise = pki.entry(1000, pki.NOW - 10 * pki.DAY, pki.reason(1), pki.invalidity(pki.NOW - 30 * pki.DAY))
        at = pki.NOW - 20 * pki.DAY
        assert pki.ask(leaf, ca, pki.crl(ca, compromise), at=at, known_until=pki.NOW).status is Status.REVOKED
        superseded = pki.entry(1000, pki.NOW - 10 * pki.DAY, pki.reason(4), pki.invalidity(pki.NOW - 30 * pki.DAY))
        assert pki.ask(leaf, ca, pki.crl(ca, superseded), at=at, known_until=pki.NOW).status is Status.GOOD

    def test_future_revocation_date_in_a_list_of_today_revokes_today(self, pki, ca, leaf):
        listed = pki.crl(ca, pki.entry(1000, pki.NOW + 10 * pki.DAY))
        assert pki.ask(leaf, ca, listed).status is Status.REVOKED

    def test_silence_after_expiry_says_nothing(self, pki, ca):
        old = ca.issue("expired", serial=77, not_after=pki.NOW - 50 * pki.DAY)
        at = pki.NOW - 60 * pki.DAY
        listed = pki.crl(ca)
        assert codes(pki.ask(old, ca, listed, at=at, known_until=pki.NOW)) == {"TS-REV-EXPIRED-NOT-COVERED"}
        kept = pki.der.extension("2.5.29.60", pki.der.generalized_time(pki.NOW - 100 * pki.DAY))
        listed = pki.crl(ca, extensions=(kept,))
        assert pki.ask(old, ca, listed, at=at, known_until=pki.NOW).status is Status.GOOD
        kept = pki.der.extension("2.5.29.60", pki.der.generalized_time(pki.NOW - 40 * pki.DAY))
        listed = pki.crl(ca, extensions=(kept,))
        assert pki.ask(old, ca, listed, at=at, known_until=pki.NOW).status is Status.UNKNOWN


class TestSigner:
    """Who may sign the list (RFC 5280 6.3.3 (f), RFC 10007)."""

    def test_ca_without_crl_sign(self, pki):
        ca = pki.authority("No cRLSign", usage=(5,))
        leaf = ca.issue("under no cRLSign", serial=5)
        assert codes(pki.ask(leaf, ca, pki.crl(ca))) == {"TS-REV-CRL-SIGN"}

    def test_ca_without_key_usage(self, pki):
        ca = pki.authority("No key usage", usage=None)
        assert pki.ask(ca.issue("under no key usage", serial=5), ca, pki.crl(ca)).status is Status.GOOD

    @pytest.mark.parametrize(
        ("usage", "expected"), [((6,), Status.GOOD), ((0,), Status.UNKNOWN), (None, Status.UNKNOWN)]
    )
    def test_separate_key_of_the_same_name(self, pki, ca, leaf, usage, expected):
        extensions = () if usage is None else (pki.key_usage(*usage),)
        label = f"crl key {usage}"
        signer = pki.certificate(ca.subject, label, ca.subject, ca.label, *extensions, serial=600)
        own = pki.parse_crl(pki.crl_octets(ca.subject, label, number=5))
        about_signer = pki.crl(ca, extensions=(pki.idp(pki.full_name(pki.uri("http://x.example/"))),))
        answer = pki.ask(leaf, ca, own, about_signer, pool=(signer,))
        assert answer.status is expected
        if expected is Status.GOOD:
            assert answer.signer_path[0] == signer.fingerprint

    def test_revoked_signer_is_not_believed(self, pki, ca, leaf):
        signer = pki.certificate(ca.subject, "revoked crl key", ca.subject, ca.label, pki.key_usage(6), serial=601)
        own = pki.parse_crl(pki.crl_octets(ca.subject, "revoked crl key", number=5))
        partition = pki.idp(pki.full_name(pki.uri("http://x.example/")))
        signer = pki.certificate(
            ca.subject,
            "revoked crl key",
            ca.subject,
            ca.label,
            pki.key_usage(6),
            pki.crl_distribution_points(pki.point(pki.full_name(pki.uri("http://x.example/")))),
            serial=601,
        )
        about_signer = pki.crl(ca, pki.entry(601), extensions=(partition,))
        answer = pki.ask(leaf, ca, own, about_signer, pool=(signer,))
        assert answer.status is Status.UNKNOWN
        assert "TS-REV-SIGNER-UNTRUSTED" in codes(answer)

    def test_unknown_signer(self, pki, ca, leaf):
        foreign = pki.parse_crl(pki.crl_octets(ca.subject, "nobody's key"))
        assert codes(pki.ask(leaf, ca, foreign)) == {"TS-REV-SIGNATURE"}

    def test_circular_signer_is_taken_as_it_is(self, pki, ca, leaf):
        """The CRL issuer's own status stands on the list that it signs."""
        signer = pki.certificate(ca.subject, "self-covering", ca.subject, ca.label, pki.key_usage(6), serial=602)
        own = pki.parse_crl(pki.crl_octets(ca.subject, "self-covering"))
        assert pki.ask(leaf, ca, own, pool=(signer,)).status is Status.GOOD
        listed = pki.parse_crl(pki.crl_octets(ca.subject, "self-covering", pki.entry(602)))
        assert pki.ask(leaf, ca, listed, pool=(signer,)).status is Status.UNKNOWN


def test_serial_numbers_compare_as_encoded(pki, ca):
    listed = pki.crl(ca, pki.entry(-1), pki.entry(1 << 150), pki.entry(0))
    assert pki.ask(ca.issue("255", serial=255), ca, listed).status is Status.GOOD
    assert pki.ask(ca.issue("long", serial=1 << 150), ca, listed).status is Status.REVOKED
    assert pki.ask(ca.issue("minus one", serial=-1), ca, listed).status is Status.REVOKED


def test_duplicate_entries_the_worse_one_counts(pki, ca, leaf):
    listed = pki.crl(
        ca,
        pki.entry(1000, pki.NOW - 3 * pki.DAY, pki.reason(6)),
        pki.entry(1000, pki.NOW - 2 * pki.DAY, pki.reason(1)),
    )
    assert pki.ask(leaf, ca, listed).status is Status.REVOKED


def test_dates_after_2049(pki, ca):
    far = datetime(2055, 1, 1, tzinfo=UTC)
    listed = pki.crl(ca, following=far)
    assert listed.next_update == far
    assert pki.ask(ca.issue("far", serial=4), ca, listed).status is Status.GOOD
