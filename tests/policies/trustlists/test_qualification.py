"""Classes of certificates from list entries: what the standard's tables say, and what must hold for any entry."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.jurisdictions import CertificateClaims
from policies.trustlists import CertificateContent, CertificateType, Level, ServiceFact, uris
from policies.trustlists.qualification import (
    qualify_certificate,
    qualify_signature,
    qualify_timestamp,
    signature_word,
    weaker,
)
from policies.vocabulary import Indication

ISSUED, SIGNED = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
BEFORE = datetime(2015, 1, 1, tzinfo=UTC)
ESIGN, ESEAL, WEB = uris.QCS_TYPE_ESIGN, uris.QCS_TYPE_ESEAL, uris.QCS_TYPE_WEB


def certificate(*statements: str, at: datetime = ISSUED, legislation: tuple[str, ...] | None = None, policies=()):
    found = {*statements, *((uris.QCS_TYPE,) if {ESIGN, ESEAL, WEB} & set(statements) else ())}
    claims = CertificateClaims(qc_statements=frozenset(found), qc_legislation=legislation, policies=frozenset(policies))
    return CertificateContent(not_before=at, claims=claims)


def service(*qualifiers: str, **changes: object) -> ServiceFact:
    plain = ServiceFact(
        list="EE-1", type=uris.CA_QC, status=uris.GRANTED, start=datetime(2016, 7, 1, tzinfo=UTC), name="CA",
        additional=(uris.FOR_ESIGNATURES,), qualifiers=qualifiers,
    )  # fmt: skip
    return replace(plain, **changes)


QUALIFIED = certificate(uris.QCS_COMPLIANCE, uris.QCS_SSCD, ESIGN)
WITHOUT_DEVICE = certificate(uris.QCS_COMPLIANCE, ESIGN)
PLAIN = certificate(ESIGN)


@pytest.mark.parametrize(
    ("content", "entry", "level", "kind"),
    [
        (QUALIFIED, service(), Level.QUALIFIED_QSCD, "esignature"),
        (WITHOUT_DEVICE, service(), Level.QUALIFIED, "esignature"),
        (PLAIN, service(), Level.NOT_QUALIFIED, "esignature"),
        (certificate(uris.QCS_COMPLIANCE), service(), Level.QUALIFIED, "esignature"),
        # Overruled by the list.
        (PLAIN, service(uris.QC_STATEMENT), Level.QUALIFIED, "esignature"),
        (QUALIFIED, service(uris.NOT_QUALIFIED), Level.NOT_QUALIFIED, "esignature"),
        (QUALIFIED, service(uris.NO_QSCD), Level.QUALIFIED, "esignature"),
        (WITHOUT_DEVICE, service(uris.WITH_QSCD), Level.QUALIFIED_QSCD, "esignature"),
        (WITHOUT_DEVICE, service(uris.QSCD_ON_BEHALF), Level.QUALIFIED_QSCD, "esignature"),
        (WITHOUT_DEVICE, service(uris.QSCD_AS_IN_CERT), Level.QUALIFIED, "esignature"),
        # A "yes" of the family from before eIDAS does not count in an entry of today, a "no" does.
        (WITHOUT_DEVICE, service(uris.WITH_SSCD), Level.QUALIFIED, "esignature"),
        (QUALIFIED, service(uris.NO_SSCD), Level.QUALIFIED, "esignature"),
        # Contradictions.
        (QUALIFIED, service(uris.QC_STATEMENT, uris.NOT_QUALIFIED), Level.NOT_QUALIFIED, "esignature"),
        (QUALIFIED, service(uris.WITH_QSCD, uris.NO_QSCD), Level.QUALIFIED, "esignature"),
        (QUALIFIED, service(uris.WITH_QSCD, uris.QSCD_AS_IN_CERT), Level.QUALIFIED, "esignature"),
        (QUALIFIED, service(uris.QC_FOR_ESIG, uris.QC_FOR_ESEAL), Level.QUALIFIED_QSCD, "unknown"),
        (QUALIFIED, service(uris.QC_FOR_ESEAL), Level.QUALIFIED_QSCD, "unknown"),
        (QUALIFIED, service("http://example.org/BetterThanQualified"), Level.NOT_QUALIFIED, "esignature"),
        (QUALIFIED, service(undecided=True), Level.NOT_QUALIFIED, "esignature"),
        # Another law.
        (certificate(uris.QCS_COMPLIANCE, uris.QCS_LEGISLATION, ESIGN, legislation=("ZZ",)), service(),
         Level.NOT_QUALIFIED, "esignature"),
        (certificate(uris.QCS_COMPLIANCE, uris.QCS_LEGISLATION, ESIGN), service(), Level.NOT_QUALIFIED, "esignature"),
        # Types.
        (certificate(uris.QCS_COMPLIANCE, ESEAL), service(), Level.NOT_QUALIFIED, "eseal"),
        (certificate(uris.QCS_COMPLIANCE, ESEAL), service(additional=(uris.FOR_ESEALS,)), Level.QUALIFIED, "eseal"),
        (certificate(uris.QCS_COMPLIANCE, WEB), service(additional=(uris.FOR_WEB,)), Level.QUALIFIED, "web"),
        (certificate(uris.QCS_COMPLIANCE, ESIGN, ESEAL), service(), Level.QUALIFIED, "esignature"),
        (certificate(uris.QCS_COMPLIANCE, ESIGN, ESEAL), service(additional=(uris.FOR_ESIGNATURES, uris.FOR_ESEALS)),
         Level.QUALIFIED, "unknown"),
        (QUALIFIED, service(uris.FOR_LEGAL_PERSON), Level.QUALIFIED_QSCD, "unknown"),
        # Status and kind of service.
        (QUALIFIED, service(status=uris.WITHDRAWN), Level.NOT_QUALIFIED, "esignature"),
        (QUALIFIED, service(status=uris.UNDER_SUPERVISION), Level.NOT_QUALIFIED, "esignature"),
        (QUALIFIED, service(status=uris.RECOGNISED_NATIONALLY), Level.NOT_QUALIFIED, "esignature"),
        (QUALIFIED, service(type=uris.CA_PKC), Level.NOT_QUALIFIED, "esignature"),
        (QUALIFIED, service(additional=()), Level.NOT_QUALIFIED, "esignature"),
    ],
)  # fmt: skip
def test_class_of_a_certificate(content: CertificateContent, entry: ServiceFact, level: Level, kind: str) -> None:
    found = qualify_certificate(content, (entry,), SIGNED)
    assert (found.level, found.type) == (level, kind)


def test_before_eidas_supervision_counts_and_the_old_policies_speak() -> None:
    old = service(uris.WITH_SSCD, status=uris.UNDER_SUPERVISION, start=datetime(2010, 1, 1, tzinfo=UTC), additional=())
    by_policy = certificate(at=BEFORE, policies=(uris.QCP_PUBLIC,))
    at = BEFORE + timedelta(days=30)
    assert qualify_certificate(by_policy, (old,), at).level is Level.QUALIFIED_QSCD
    assert qualify_certificate(by_policy, (replace(old, qualifiers=()),), at).level is Level.QUALIFIED
    with_device = certificate(at=BEFORE, policies=(uris.QCP_PUBLIC_SSCD,))
    assert qualify_certificate(with_device, (replace(old, qualifiers=()),), at).level is Level.QUALIFIED_QSCD
    # Today those policies say nothing, and supervision is no longer a status to rely on.
    assert qualify_certificate(replace(by_policy, not_before=ISSUED), (service(),), SIGNED).level is Level.NOT_QUALIFIED
    assert qualify_certificate(by_policy, (old,), SIGNED).level is Level.NOT_QUALIFIED


def test_no_list_leaves_the_question_open_and_a_gap_does_not() -> None:
    assert qualify_certificate(QUALIFIED, (), SIGNED).level is Level.UNDECIDED
    later = service(start=SIGNED + timedelta(seconds=1))
    assert qualify_certificate(QUALIFIED, (later,), SIGNED).level is Level.NOT_QUALIFIED
    ended = service(end=SIGNED)
    assert qualify_certificate(QUALIFIED, (ended,), SIGNED).level is Level.NOT_QUALIFIED
    assert qualify_certificate(QUALIFIED, (ended,), SIGNED - timedelta(seconds=1)).level is Level.QUALIFIED_QSCD


def test_entries_that_contradict_one_another_decide_nothing() -> None:
    both = (service(), service(uris.NO_QSCD, name="other"))
    assert qualify_certificate(QUALIFIED, both, SIGNED).level is Level.UNDECIDED
    assert (
        qualify_certificate(QUALIFIED, (both[0], replace(both[0], name="twin")), SIGNED).level is Level.QUALIFIED_QSCD
    )


def test_the_nearest_listed_issuer_speaks() -> None:
    root = service(uris.WITH_QSCD, name="root", depth=1)
    issuer = service(uris.NO_QSCD, name="issuer")
    assert qualify_certificate(QUALIFIED, (root, issuer), SIGNED).level is Level.QUALIFIED


def test_an_agreement_counts_only_while_it_is_enacted() -> None:
    agreed = service(under_agreement=True, equivalence="Q", enacted_from=SIGNED)
    assert qualify_certificate(QUALIFIED, (agreed,), SIGNED).level is Level.QUALIFIED_QSCD
    assert qualify_certificate(QUALIFIED, (agreed,), SIGNED - timedelta(seconds=1)).level is Level.NOT_QUALIFIED
    repealed = replace(agreed, enacted_until=SIGNED)
    assert qualify_certificate(QUALIFIED, (repealed,), SIGNED).level is Level.NOT_QUALIFIED
    assert qualify_certificate(QUALIFIED, (replace(agreed, enacted_from=None),), SIGNED).level is Level.NOT_QUALIFIED


# --- words -------------------------------------------------------------------------------------------------------

PASSED, OPEN, FAILED = Indication.TOTAL_PASSED, Indication.INDETERMINATE, Indication.TOTAL_FAILED


@pytest.mark.parametrize(
    ("indication", "level", "kind", "word"),
    [
        (PASSED, Level.QUALIFIED_QSCD, CertificateType.ESIGNATURE, "QESIG"),
        (PASSED, Level.QUALIFIED_QSCD, CertificateType.ESEAL, "QESEAL"),
        (PASSED, Level.QUALIFIED, CertificateType.ESEAL, "ADESEAL-QC"),
        (PASSED, Level.NOT_QUALIFIED, CertificateType.ESIGNATURE, "ADESIG"),
        (PASSED, Level.QUALIFIED_QSCD, CertificateType.UNKNOWN, "UNKNOWN-QC-QSCD"),
        (PASSED, Level.QUALIFIED_QSCD, CertificateType.WEB, "NOT-ADES"),
        (PASSED, Level.UNDECIDED, CertificateType.UNKNOWN, "NA"),
        (OPEN, Level.QUALIFIED, CertificateType.UNKNOWN, "INDETERMINATE-UNKNOWN-QC"),
        (OPEN, Level.QUALIFIED_QSCD, CertificateType.ESEAL, "INDETERMINATE-QESEAL"),
        (OPEN, Level.QUALIFIED, CertificateType.WEB, "NOT-ADES"),
        (FAILED, Level.QUALIFIED_QSCD, CertificateType.ESIGNATURE, "NOT-ADES-QC-QSCD"),
        (FAILED, Level.QUALIFIED, CertificateType.ESIGNATURE, "NOT-ADES-QC"),
        (FAILED, Level.NOT_QUALIFIED, CertificateType.ESIGNATURE, "NOT-ADES"),
        (FAILED, Level.QUALIFIED_QSCD, CertificateType.WEB, "NOT-ADES"),
    ],
)
def test_words(indication: Indication, level: Level, kind: CertificateType, word: str) -> None:
    assert signature_word(indication, level, kind) == word


def test_the_weaker_moment_decides_and_the_type_must_agree() -> None:
    seals = service(additional=(uris.FOR_ESEALS,), start=SIGNED)
    signatures = service(end=SIGNED)
    both = certificate(uris.QCS_COMPLIANCE, uris.QCS_SSCD, ESIGN, ESEAL)
    moments = [qualify_certificate(both, (signatures, seals), at) for at in (ISSUED, SIGNED)]
    assert [item.type for item in moments] == ["esignature", "eseal"]
    assert qualify_signature(PASSED, *moments) == "UNKNOWN-QC-QSCD"


def test_time_stamps_are_qualified_only_when_their_service_was_at_every_moment() -> None:
    stamps = service(type=uris.TSA_QTST, additional=())
    assert qualify_timestamp((stamps,), (ISSUED, SIGNED))[0] == "QTSA"
    assert qualify_timestamp((replace(stamps, end=SIGNED),), (ISSUED, SIGNED))[0] == "TSA"
    assert qualify_timestamp((replace(stamps, start=SIGNED),), (ISSUED, SIGNED))[0] == "TSA"
    assert qualify_timestamp((replace(stamps, status=uris.WITHDRAWN),), (SIGNED,))[0] == "TSA"
    assert qualify_timestamp((service(),), (SIGNED,))[0] == "TSA"
    assert qualify_timestamp((), (SIGNED,))[0] == "NA"
    assert qualify_timestamp((stamps,), ())[0] == "NA"


# --- what holds for every entry ----------------------------------------------------------------------------------

RANK = [Level.UNDECIDED, Level.NOT_QUALIFIED, Level.QUALIFIED, Level.QUALIFIED_QSCD]
TIMES = [BEFORE, datetime(2016, 7, 1, tzinfo=UTC), ISSUED, SIGNED, SIGNED + timedelta(days=400)]
statuses = st.sampled_from([uris.GRANTED, uris.WITHDRAWN, uris.UNDER_SUPERVISION, uris.ACCREDITED, "http://zz/granted"])
entries = st.builds(
    ServiceFact,
    list=st.sampled_from(["EE-1", "LV-2"]),
    type=st.sampled_from([uris.CA_QC, uris.CA_PKC, uris.TSA_QTST]),
    status=statuses,
    start=st.sampled_from(TIMES),
    end=st.one_of(st.none(), st.sampled_from(TIMES)),
    name=st.sampled_from(["a", "b"]),
    additional=st.lists(st.sampled_from([uris.FOR_ESIGNATURES, uris.FOR_ESEALS, uris.FOR_WEB])).map(tuple),
    qualifiers=st.lists(st.sampled_from([*sorted(uris.QUALIFIERS), "http://zz/q"]), max_size=4).map(tuple),
    undecided=st.booleans(),
    depth=st.integers(0, 1),
    under_agreement=st.booleans(),
    enacted_from=st.one_of(st.none(), st.sampled_from(TIMES)),
)
contents = st.builds(
    CertificateContent,
    not_before=st.sampled_from(TIMES[:4]),
    claims=st.builds(
        CertificateClaims,
        qc_statements=st.frozensets(
            st.sampled_from([uris.QCS_COMPLIANCE, uris.QCS_SSCD, uris.QCS_LEGISLATION, ESIGN, ESEAL, WEB])
        ),
        policies=st.frozensets(st.sampled_from([uris.QCP_PUBLIC, uris.QCP_PUBLIC_SSCD, "1.2.3"])),
        qc_legislation=st.one_of(st.none(), st.just(("ZZ",))),
    ),
)
services = st.lists(entries, max_size=4)


def rank(content: CertificateContent, found: list[ServiceFact], at: datetime) -> int:
    return RANK.index(qualify_certificate(content, found, at).level)


@given(contents, services, st.sampled_from(TIMES), st.sampled_from(TIMES))
def test_never_better_than_either_moment(content, found, one, other) -> None:
    first, second = qualify_certificate(content, found, one), qualify_certificate(content, found, other)
    level, _ = weaker(first, second)
    assert RANK.index(level) == min(RANK.index(first.level), RANK.index(second.level))


@given(contents, entries, st.sampled_from(TIMES), st.sampled_from([uris.NOT_QUALIFIED, uris.NO_QSCD, "http://zz/more"]))
def test_a_restriction_or_something_unknown_never_improves_an_entry(content, entry, at, qualifier) -> None:
    worse = replace(entry, qualifiers=(*entry.qualifiers, qualifier))
    assert rank(content, [worse], at) <= rank(content, [entry], at)


@given(contents, services, st.sampled_from(TIMES))
def test_withdrawing_every_service_leaves_nothing_qualified(content, found, at) -> None:
    withdrawn = [replace(item, status=uris.WITHDRAWN) for item in found]
    assert rank(content, withdrawn, at) <= RANK.index(Level.NOT_QUALIFIED)


@given(contents, services, st.sampled_from(TIMES), st.randoms())
def test_the_order_of_entries_never_matters(content, found, at, random) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    one, other = qualify_certificate(content, found, at), qualify_certificate(content, shuffled, at)
    assert (one.level, one.type) == (other.level, other.type)
