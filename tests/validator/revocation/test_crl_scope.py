"""Scope of CRLs: distribution points, kinds, reasons, indirect lists, deltas (RFC 5280 5.2.4 to 5.2.6, 6.3.3)."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from validator.revocation.types import Status

A, B = "http://a.example/one.crl", "http://b.example/two.crl"
COMPROMISE = (1, 2)
OTHERS = (3, 4, 5, 6, 7, 8)


def codes(answer) -> set[str]:
    return {reason.code for reason in answer.reasons}


@pytest.fixture(scope="module")
def ca(pki: SimpleNamespace):
    return pki.authority("Scope CA")


@pytest.fixture(scope="module")
def crl_issuer(pki, ca):
    subject = pki.name("O=Test", "CN=CRL issuer")
    own = pki.certificate(subject, "CRL issuer", ca.subject, ca.label, pki.key_usage(6), serial=700)
    return pki.Authority(subject, "CRL issuer", own)


@pytest.fixture(scope="module")
def leaf(pki, ca):
    return ca.issue("Delta", serial=1000)


def leaf_with(pki, ca, *points: bytes, serial: int = 1000, extensions: tuple[bytes, ...] = ()):
    return ca.issue("Scoped", pki.crl_distribution_points(*points), *extensions, serial=serial)


class TestDistributionPoint:
    def test_names_meet(self, pki, ca):
        leaf = leaf_with(pki, ca, pki.point(pki.full_name(pki.uri(A), pki.uri(B))))
        listed = pki.crl(ca, extensions=(pki.idp(pki.full_name(pki.uri(B))),))
        assert pki.ask(leaf, ca, listed).status is Status.GOOD

    def test_scheme_and_host_without_case_path_with(self, pki, ca):
        leaf = leaf_with(pki, ca, pki.point(pki.full_name(pki.uri(A))))
        upper = pki.crl(ca, extensions=(pki.idp(pki.full_name(pki.uri("HTTP://A.example/one.crl"))),))
        assert pki.ask(leaf, ca, upper).status is Status.GOOD
        other = pki.crl(ca, extensions=(pki.idp(pki.full_name(pki.uri("http://a.example/ONE.crl"))),))
        assert codes(pki.ask(leaf, ca, other)) == {"TS-REV-SCOPE"}

    @pytest.mark.parametrize("same", ["http://a.example:80/one.crl", "http://a.example/x/../%6fne.crl"])
    def test_uris_that_are_the_same_when_normalised(self, pki, ca, same):
        # RFC 5280 7.4
        leaf = leaf_with(pki, ca, pki.point(pki.full_name(pki.uri(A))))
        listed = pki.crl(ca, extensions=(pki.idp(pki.full_name(pki.uri(same))),))
        assert pki.ask(leaf, ca, listed).status is Status.GOOD

    def test_names_do_not_meet_whatever_is_listed(self, pki, ca):
        leaf = leaf_with(pki, ca, pki.point(pki.full_name(pki.uri(A))))
        listed = pki.crl(ca, pki.entry(1000), extensions=(pki.idp(pki.full_name(pki.uri(B))),))
        assert codes(pki.ask(leaf, ca, listed)) == {"TS-REV-SCOPE"}

    def test_certificate_without_points_and_a_partition(self, pki, ca):
        listed = pki.crl(ca, extensions=(pki.idp(pki.full_name(pki.uri(B))),))
        assert pki.ask(ca.issue("No points", serial=3), ca, listed).status is Status.UNKNOWN

    def test_certificate_without_points_and_a_list_named_by_its_issuer(self, pki, ca):
        listed = pki.crl(ca, extensions=(pki.idp(pki.full_name(pki.directory(ca.subject))),))
        assert pki.ask(ca.issue("No points", serial=3), ca, listed).status is Status.GOOD

    def test_points_and_a_list_without_scope(self, pki, ca):
        leaf = leaf_with(pki, ca, pki.point(pki.full_name(pki.uri(A))))
        assert pki.ask(leaf, ca, pki.crl(ca)).status is Status.GOOD

    def test_relative_names(self, pki, ca):
        whole = pki.name("O=Test", "CN=Scope CA", "CN=part 1")
        by_relative = leaf_with(pki, ca, pki.point(pki.relative_name("CN=part 1")))
        by_full = leaf_with(pki, ca, pki.point(pki.full_name(pki.directory(whole))))
        relative = pki.crl(ca, extensions=(pki.idp(pki.relative_name("CN=Part  1")),))
        full = pki.crl(ca, extensions=(pki.idp(pki.full_name(pki.directory(whole))),))
        other = pki.crl(ca, extensions=(pki.idp(pki.relative_name("CN=part 2")),))
        for leaf in (by_relative, by_full):
            assert pki.ask(leaf, ca, relative).status is Status.GOOD
            assert pki.ask(leaf, ca, full).status is Status.GOOD
            assert pki.ask(leaf, ca, other).status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("flag", "for_user", "for_ca"),
    [
        ("user", Status.GOOD, Status.UNKNOWN),
        ("ca", Status.UNKNOWN, Status.GOOD),
        ("attribute", Status.UNKNOWN, Status.UNKNOWN),
    ],
)
def test_kinds_of_certificates(pki, ca, flag, for_user, for_ca):
    listed = pki.crl(ca, extensions=(pki.idp(**{flag: True}),))
    assert pki.ask(ca.issue("User", serial=3), ca, listed).status is for_user
    assert pki.ask(ca.issue("Sub", pki.basic_constraints(True), serial=4), ca, listed).status is for_ca


class TestReasons:
    def partition(self, pki, ca, reasons, *entries, **rest):
        return pki.crl(ca, *entries, extensions=(pki.idp(pki.full_name(pki.uri(A)), reasons=reasons),), **rest)

    def test_all_reasons_are_needed(self, pki, ca):
        leaf = leaf_with(pki, ca, pki.point(pki.full_name(pki.uri(A))))
        first, second = self.partition(pki, ca, COMPROMISE), self.partition(pki, ca, OTHERS)
        assert codes(pki.ask(leaf, ca, first)) == {"TS-REV-REASONS-NOT-COVERED"}
        assert pki.ask(leaf, ca, second).status is Status.UNKNOWN
        assert pki.ask(leaf, ca, first, second).status is Status.GOOD
        answer = pki.ask(leaf, ca, second, first)
        assert answer.status is Status.GOOD
        assert set(answer.sources) == {first.sha256, second.sha256}

    def test_one_stale_part_is_not_enough(self, pki, ca):
        leaf = leaf_with(pki, ca, pki.point(pki.full_name(pki.uri(A))))
        old = self.partition(pki, ca, OTHERS, this=pki.NOW - 9 * pki.DAY, following=pki.NOW - pki.DAY)
        assert pki.ask(leaf, ca, self.partition(pki, ca, COMPROMISE), old).status is Status.UNKNOWN

    def test_revoked_in_one_part(self, pki, ca):
        leaf = leaf_with(pki, ca, pki.point(pki.full_name(pki.uri(A))))
        second = self.partition(pki, ca, OTHERS, pki.entry(1000, pki.NOW - pki.DAY, pki.reason(4)))
        assert pki.ask(leaf, ca, self.partition(pki, ca, COMPROMISE), second).status is Status.REVOKED

    def test_the_point_limits_the_reasons_too(self, pki, ca):
        leaf = leaf_with(pki, ca, pki.point(pki.full_name(pki.uri(A)), reasons=COMPROMISE))
        listed = pki.crl(ca, extensions=(pki.idp(pki.full_name(pki.uri(A))),))
        assert codes(pki.ask(leaf, ca, listed)) == {"TS-REV-REASONS-NOT-COVERED"}

    def test_a_hold_in_one_part_is_not_lifted_by_another_part(self, pki, ca):
        leaf = leaf_with(pki, ca, pki.point(pki.full_name(pki.uri(A))))
        held = self.partition(pki, ca, OTHERS, pki.entry(1000, pki.NOW - pki.DAY, pki.reason(6)))
        newer = self.partition(pki, ca, COMPROMISE, this=pki.NOW - timedelta(hours=1))
        assert pki.ask(leaf, ca, held, newer).status is Status.ON_HOLD


class TestIndirect:
    def ask(self, pki, ca, crl_issuer, leaf, *lists):
        about_issuer = pki.crl(ca, extensions=(pki.idp(pki.full_name(pki.directory(ca.subject))),), number=50)
        return pki.ask(leaf, ca, *lists, about_issuer, pool=(crl_issuer.certificate,))

    def point(self, pki, crl_issuer):
        return pki.point(pki.full_name(pki.uri(A)), issuer=crl_issuer.subject)

    def indirect(self, pki, crl_issuer, *entries, **rest):
        scope = pki.idp(pki.full_name(pki.uri(A)), indirect=True)
        return pki.crl(crl_issuer, *entries, extensions=(scope,), **rest)

    def test_good_needs_the_list_of_the_named_issuer(self, pki, ca, crl_issuer):
        # The point's own list is indirect; the issuer's list is a partition that does not cover the leaf.
        leaf = leaf_with(pki, ca, self.point(pki, crl_issuer))
        answer = pki.ask(leaf, ca, self.indirect(pki, crl_issuer), pool=(crl_issuer.certificate,))
        # The CRL issuer's own status is unknown here, so its list counts for nothing.
        assert answer.status is Status.UNKNOWN
        answer = self.ask(pki, ca, crl_issuer, leaf, self.indirect(pki, crl_issuer))
        assert answer.status is Status.GOOD

    def test_the_list_must_say_that_it_is_indirect(self, pki, ca, crl_issuer):
        leaf = leaf_with(pki, ca, self.point(pki, crl_issuer))
        direct = pki.crl(crl_issuer, extensions=(pki.idp(pki.full_name(pki.uri(A))),))
        about = pki.crl(ca, extensions=(pki.idp(ca=True),))
        assert pki.ask(leaf, ca, direct, about, pool=(crl_issuer.certificate,)).status is Status.UNKNOWN

    def test_entry_issuer_is_carried_forward(self, pki, ca, crl_issuer):
        leaf = leaf_with(pki, ca, self.point(pki, crl_issuer))
        other = pki.name("O=Test", "CN=Some other CA")
        when = pki.NOW - 3 * pki.DAY

        def entries(first, second):
            return (
                pki.entry(1, when, pki.certificate_issuer(first)),
                *(pki.entry(serial) for serial in range(2, 30)),
                pki.entry(30, when, pki.certificate_issuer(second)),
                pki.entry(31),
                pki.entry(1000, when, pki.reason(4)),
            )

        revoked = self.indirect(pki, crl_issuer, *entries(other, ca.subject))
        assert self.ask(pki, ca, crl_issuer, leaf, revoked).status is Status.REVOKED
        not_ours = self.indirect(pki, crl_issuer, *entries(ca.subject, other))
        assert self.ask(pki, ca, crl_issuer, leaf, not_ours).status is Status.GOOD

    def test_before_any_entry_issuer_it_is_the_list_issuer(self, pki, ca, crl_issuer):
        leaf = leaf_with(pki, ca, self.point(pki, crl_issuer))
        same_number = self.indirect(pki, crl_issuer, pki.entry(1000))
        assert self.ask(pki, ca, crl_issuer, leaf, same_number).status is Status.GOOD

    def test_entry_issuer_not_critical(self, pki, ca, crl_issuer):
        leaf = leaf_with(pki, ca, self.point(pki, crl_issuer))
        listed = self.indirect(
            pki, crl_issuer, pki.entry(5, pki.NOW, pki.certificate_issuer(ca.subject, critical=False))
        )
        answer = pki.ask(leaf, ca, listed, pool=(crl_issuer.certificate,))
        assert [reason.param("rule") for reason in answer.reasons] == ["certificate-issuer-not-critical"]


class TestDelta:
    def delta(self, pki, ca, *entries, base=1, number=2, this=None, extensions=(), **rest):
        return pki.crl(
            ca, *entries, number=number, this=this or pki.NOW - timedelta(hours=2),
            extensions=(pki.delta_indicator(base), *extensions), **rest,
        )  # fmt: skip

    def test_alone_says_nothing_good(self, pki, ca, leaf):
        assert codes(pki.ask(leaf, ca, self.delta(pki, ca))) == {"TS-REV-DELTA-WITHOUT-BASE"}

    def test_alone_still_revokes(self, pki, ca, leaf):
        assert pki.ask(leaf, ca, self.delta(pki, ca, pki.entry(1000))).status is Status.REVOKED

    def test_base_and_delta(self, pki, ca, leaf):
        base, delta = pki.crl(ca), self.delta(pki, ca)
        answer = pki.ask(leaf, ca, base, delta)
        assert (answer.status, answer.source, answer.source_kind) == (Status.GOOD, delta.sha256, "delta-crl")
        assert (answer.reasons[0].code, answer.reasons[0].param("other")) == ("TS-REV-DELTA-COMBINED", base.sha256)
        assert answer.sources == (delta.sha256, base.sha256)

    def test_delta_adds_a_revocation(self, pki, ca, leaf):
        answer = pki.ask(leaf, ca, pki.crl(ca), self.delta(pki, ca, pki.entry(1000, pki.NOW - pki.DAY, pki.reason(1))))
        assert (answer.status, answer.source_kind) == (Status.REVOKED, "delta-crl")

    def test_delta_lifts_a_hold(self, pki, ca, leaf):
        base = pki.crl(ca, pki.entry(1000, pki.NOW - 2 * pki.DAY, pki.reason(6)))
        delta = self.delta(pki, ca, pki.entry(1000, pki.NOW - pki.DAY, pki.reason(8)))
        assert pki.ask(leaf, ca, base).status is Status.ON_HOLD
        assert pki.ask(leaf, ca, base, self.delta(pki, ca)).status is Status.ON_HOLD
        lifted = pki.ask(leaf, ca, base, delta)
        assert (lifted.status, lifted.sources) == (Status.GOOD, (delta.sha256, base.sha256))

    def test_delta_does_not_lift_a_permanent_revocation(self, pki, ca, leaf):
        base = pki.crl(ca, pki.entry(1000, pki.NOW - 2 * pki.DAY, pki.reason(1)))
        delta = self.delta(pki, ca, pki.entry(1000, pki.NOW - pki.DAY, pki.reason(8)))
        assert pki.ask(leaf, ca, base, delta).status is Status.REVOKED

    @pytest.mark.parametrize(("base_number", "delta_base", "delta_number"), [(1, 2, 3), (3, 1, 3), (4, 1, 3)])
    def test_numbers_that_do_not_combine(self, pki, ca, leaf, base_number, delta_base, delta_number):
        held = pki.crl(ca, pki.entry(1000, pki.NOW - 2 * pki.DAY, pki.reason(6)), number=base_number)
        removal = pki.entry(1000, pki.NOW - pki.DAY, pki.reason(8))
        delta = self.delta(pki, ca, removal, base=delta_base, number=delta_number)
        assert pki.ask(leaf, ca, held, delta).status is Status.ON_HOLD

    def test_a_fresh_delta_keeps_an_older_base_usable(self, pki, ca, leaf):
        base = pki.crl(ca, this=pki.NOW - 9 * pki.DAY, following=pki.NOW - pki.DAY)
        assert pki.ask(leaf, ca, base).status is Status.STALE
        assert pki.ask(leaf, ca, base, self.delta(pki, ca)).status is Status.GOOD

    def test_a_stale_delta_does_not_spoil_a_fresh_base(self, pki, ca, leaf):
        delta = self.delta(pki, ca, following=pki.NOW - timedelta(hours=1))
        assert pki.ask(leaf, ca, pki.crl(ca), delta).status is Status.GOOD

    def test_other_scope_does_not_combine(self, pki, ca, leaf):
        held = pki.crl(ca, pki.entry(1000, pki.NOW - 2 * pki.DAY, pki.reason(6)))
        removal = pki.entry(1000, pki.NOW - pki.DAY, pki.reason(8))
        delta = self.delta(pki, ca, removal, extensions=(pki.idp(user=True),))
        assert pki.ask(leaf, ca, held, delta).status is Status.ON_HOLD

    def test_other_key_does_not_combine(self, pki, ca, leaf):
        label = "delta key"
        signer = pki.certificate(ca.subject, label, ca.subject, ca.label, pki.key_usage(6), serial=603)
        held = pki.crl(ca, pki.entry(1000, pki.NOW - 2 * pki.DAY, pki.reason(6)))
        delta = pki.parse_crl(
            pki.crl_octets(
                ca.subject, label, pki.entry(1000, pki.NOW - pki.DAY, pki.reason(8)), number=2,
                this=pki.NOW - timedelta(hours=2), extensions=(pki.delta_indicator(1),),
            )
        )  # fmt: skip
        assert pki.ask(leaf, ca, held, delta, pool=(signer,)).status is Status.ON_HOLD

    @pytest.mark.parametrize(
        ("extension", "rule"),
        [
            ("critical", "delta-indicator-not-critical"),
            ("freshest", "freshest-crl-misused"),
            ("order", "delta-base-not-before-delta"),
        ],
    )
    def test_faults(self, pki, ca, leaf, extension, rule):
        points = pki.der.sequence(pki.point(pki.full_name(pki.uri(A))))
        delta = {
            "critical": lambda: pki.crl(ca, number=2, extensions=(pki.delta_indicator(1, critical=False),)),
            "freshest": lambda: self.delta(pki, ca, extensions=(pki.der.extension("2.5.29.46", points),)),
            "order": lambda: self.delta(pki, ca, base=2, number=2),
        }[extension]()
        assert rule in delta.faults
        answer = pki.ask(leaf, ca, delta)
        assert rule in {reason.param("rule") for reason in answer.reasons if reason.code == "TS-REV-PROFILE"}
