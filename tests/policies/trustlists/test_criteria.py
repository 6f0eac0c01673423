"""Criteria over certificates: what meets them, what is taken for granted, and what stays open."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.jurisdictions import CertificateClaims
from policies.trustlists import CertificateContent, ContentMapping, Equivalence, EquivalencePeriod, ServiceKey, uris
from policies.trustlists.criteria import (
    Assertion,
    CriteriaList,
    ExtendedKeyUsageCriterion,
    KeyUsageCriterion,
    PolicySetCriterion,
    QcStatement,
    QcStatementSetCriterion,
    SubjectAttributeCriterion,
    UnknownCriterion,
    holds,
    impose,
)
from policies.trustlists.facts import read_under

AT = datetime(2024, 1, 1, tzinfo=UTC)
SIGNER = CertificateContent(
    not_before=AT,
    claims=CertificateClaims(
        policies=frozenset(("1.2.3", "1.2.4")),
        qc_statements=frozenset((uris.QCS_COMPLIANCE, uris.QCS_TYPE, uris.QCS_TYPE_ESIGN, uris.QCS_LEGISLATION)),
        extended_key_usages=frozenset(("1.3.6.1.5.5.7.3.36",)),
        qc_legislation=("ZZ",),
    ),
    key_usage=frozenset(("nonRepudiation",)),
    subject_attributes=frozenset(("2.5.4.3", "2.5.4.6")),
)
YES = PolicySetCriterion(policies=("1.2.3",))
NO = PolicySetCriterion(policies=("1.2.3", "9.9"))
OPEN = UnknownCriterion(name="Phase")
ALL, SOME, NONE = Assertion.ALL, Assertion.AT_LEAST_ONE, Assertion.NONE


@pytest.mark.parametrize(
    ("criterion", "met"),
    [
        (YES, True),
        (NO, False),
        (KeyUsageCriterion(bits=(("nonRepudiation", True), ("digitalSignature", False))), True),
        (KeyUsageCriterion(bits=(("nonRepudiation", True), ("digitalSignature", True))), False),
        (ExtendedKeyUsageCriterion(purposes=("1.3.6.1.5.5.7.3.36",)), True),
        (ExtendedKeyUsageCriterion(purposes=("1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.4")), False),
        (SubjectAttributeCriterion(attributes=("2.5.4.6",)), True),
        (SubjectAttributeCriterion(attributes=("2.5.4.6", "2.5.4.4")), False),
        (QcStatementSetCriterion(statements=(QcStatement(identifier=uris.QCS_LEGISLATION, legislation="ZZ"),)), True),
        (QcStatementSetCriterion(statements=(QcStatement(identifier=uris.QCS_LEGISLATION, legislation="BY"),)), False),
        (QcStatementSetCriterion(statements=(QcStatement(identifier=uris.QCS_TYPE, type=uris.QCS_TYPE_ESEAL),)), False),
        (OPEN, None),
    ],
)
def test_single_criteria(criterion: object, met: bool | None) -> None:
    assert holds(criterion, SIGNER) is met


@pytest.mark.parametrize(
    ("assertion", "criteria", "met"),
    [
        (ALL, (), True),
        (SOME, (), False),
        (NONE, (), True),
        (ALL, (YES, NO), False),
        (SOME, (YES, NO), True),
        (NONE, (NO, NO), True),
        (NONE, (YES, NO), False),
        # What is not understood decides nothing, unless the rest has decided already.
        (ALL, (YES, OPEN), None),
        (ALL, (NO, OPEN), False),
        (SOME, (YES, OPEN), True),
        (SOME, (NO, OPEN), None),
        (NONE, (YES, OPEN), False),
        (NONE, (NO, OPEN), None),
    ],
)
def test_lists_of_criteria(assertion: Assertion, criteria: tuple, met: bool | None) -> None:
    assert holds(CriteriaList(assertion=assertion, criteria=criteria), SIGNER) is met


def test_a_certificate_without_key_usage_has_no_bit_set() -> None:
    bare = replace(SIGNER, key_usage=None)
    assert holds(KeyUsageCriterion(bits=(("nonRepudiation", False),)), bare) is True
    assert holds(KeyUsageCriterion(bits=(("nonRepudiation", True),)), bare) is False


def stated(*statements: QcStatement) -> QcStatementSetCriterion:
    return QcStatementSetCriterion(statements=statements)


def test_what_is_taken_for_granted_replaces_what_stands_there() -> None:
    own = CriteriaList(
        assertion=ALL,
        criteria=(
            stated(QcStatement(identifier=uris.QCS_SSCD)),
            CriteriaList(assertion=NONE, criteria=(stated(QcStatement(identifier=uris.QCS_LEGISLATION)),)),
        ),
    )
    read = impose(own, SIGNER)
    assert holds(own, read) is True
    assert (uris.QCS_SSCD in read.claims.qc_statements, read.claims.qc_legislation) == (True, None)
    assert uris.QCS_LEGISLATION not in read.claims.qc_statements


def test_a_type_goes_with_its_last_value() -> None:
    without = CriteriaList(
        assertion=NONE, criteria=(stated(QcStatement(identifier=uris.QCS_TYPE, type=uris.QCS_TYPE_ESIGN)),)
    )
    assert uris.QCS_TYPE not in impose(without, SIGNER).claims.qc_statements


def test_a_mapping_about_something_unknown_is_left_alone() -> None:
    mapping = ContentMapping(
        context=uris.CONTEXT_QSCD,
        pointing=CriteriaList(assertion=ALL, criteria=(stated(QcStatement(identifier=uris.QCS_SSCD)),)),
        pointed=CriteriaList(assertion=ALL),
    )
    period = EquivalencePeriod(
        status=uris.ENACTED, start=AT, pointing=(ServiceKey(type="a"),), pointed=(ServiceKey(type="b"),),
        contents=(mapping,),
    )  # fmt: skip
    known = read_under(Equivalence(identifier="Q", current=period), SIGNER)
    assert uris.QCS_SSCD in known.claims.qc_statements
    other = replace(period, contents=(replace(mapping, context="http://example.org/QcBetter"),))
    assert read_under(Equivalence(identifier="Q", current=other), SIGNER) == SIGNER
    repealed = replace(period, status=uris.REPEALED)
    assert read_under(Equivalence(identifier="Q", current=repealed), SIGNER) == SIGNER


leaves = st.one_of(
    st.just(YES),
    st.just(NO),
    st.just(OPEN),
    st.builds(
        lambda identifier, kind, law: stated(QcStatement(identifier=identifier, type=kind, legislation=law)),
        st.sampled_from([uris.QCS_COMPLIANCE, uris.QCS_TYPE, uris.QCS_LEGISLATION]),
        st.sampled_from([None, uris.QCS_TYPE_ESIGN, uris.QCS_TYPE_ESEAL]),
        st.sampled_from([None, "ZZ", "BY"]),
    ),
)
trees = st.recursive(
    leaves,
    lambda inner: st.builds(
        CriteriaList, assertion=st.sampled_from(Assertion), criteria=st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=8,
)


@given(trees)
def test_a_negation_only_takes_away(criterion: object) -> None:
    before, after = SIGNER.claims, impose(criterion, SIGNER, hold=False).claims
    assert after.policies <= before.policies
    assert after.qc_statements <= before.qc_statements
    assert set(after.qc_legislation or ()) <= set(before.qc_legislation or ())


@given(trees)
def test_the_opposite_assertion_gives_the_opposite_answer(criterion: object) -> None:
    some, none = (holds(CriteriaList(assertion=item, criteria=(criterion,)), SIGNER) for item in (SOME, NONE))
    assert (some is None and none is None) or some is not none
