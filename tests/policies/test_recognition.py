"""The second axis: direction, dates, scope, mechanism, and that nothing is recognised by accident."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.jurisdictions import JurisdictionKind, jurisdictions
from policies.reasons import Reason, next_step, sentence
from policies.recognition import (
    Applicability,
    Instrument,
    InstrumentKind,
    Mechanism,
    Period,
    RecognitionAnswer,
    RecognitionQuestion,
    instruments,
    recognise,
)
from policies.recognition.loader import instruments_from_toml
from policies.vocabulary import DocumentKind, Indication, Mark, PartyKind, RecognitionDecision, SignatureLevel

NOW = datetime(2026, 6, 1, tzinfo=UTC)
STATES = sorted(code for code, item in jurisdictions().items() if item.kind is not JurisdictionKind.PROFILE)
RECOGNISED, NOT, OPEN = (
    RecognitionDecision.RECOGNISED,
    RecognitionDecision.NOT_RECOGNISED,
    RecognitionDecision.NOT_DECIDED,
)


def question(forum: str, home: str, **changes: object) -> RecognitionQuestion:
    base = RecognitionQuestion(
        forum=forum,
        homes=(home,),
        signature_time=NOW - timedelta(days=10),
        evaluation_time=NOW,
        indication=Indication.TOTAL_PASSED,
        level=SignatureLevel.QUALIFIED,
        mechanisms=frozenset({Mechanism.CROSS_CERTIFICATE}),
        signer=PartyKind.LEGAL_PERSON,
        relying=PartyKind.LEGAL_PERSON,
        document=DocumentKind.CONTRACT,
        admit_illustrative=True,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def codes(answer: RecognitionAnswer) -> set[str]:
    return {reason.code for reason in answer.reasons}


def example(**changes: object) -> Instrument:
    text = """
        [[instrument]]
        id = "example"
        kind = "treaty"
        title = "Example"
        citation = "Example 1"
        article = "art. 1"
        homes = ["KZ"]
        forums = ["BY"]
        in_force = [{ from = 2024-01-01, until = 2025-01-01 }]
        mechanisms = [["cross-certificate"]]
        levels = { qualified = "qualified" }
        mark = "public text"
        dates_mark = "public text"
        source = "made for the test"
    """
    return replace(instruments_from_toml(text)[0], **changes)  # type: ignore[arg-type]


def always(**changes: object) -> Instrument:
    return example(in_force=(Period(datetime(2000, 1, 1, tzinfo=UTC)),), **changes)


CASES = [
    ("KZ", "KZ", {"mechanisms": frozenset()}, RECOGNISED, "domestic-kz"),
    ("BY", "KZ", {}, RECOGNISED, "model-eaeu-mutual"),
    ("BY", "KZ", {"admit_illustrative": False}, NOT, None),
    ("BY", "KZ", {"mechanisms": frozenset()}, NOT, None),
    ("BY", "KZ", {"document": DocumentKind.PAYMENT}, NOT, None),
    ("BY", "KZ", {"document": None}, OPEN, None),
    ("BY", "KZ", {"level": None}, OPEN, None),
    ("BY", "KZ", {"level": SignatureLevel.SIMPLE}, NOT, None),
    ("KZ", "EE", {}, RECOGNISED, "model-kz-eu"),
    ("EE", "KZ", {}, NOT, None),
    ("EE", "EE", {"mechanisms": frozenset()}, RECOGNISED, "domestic-ee"),
    ("DE", "DE", {"mechanisms": frozenset()}, RECOGNISED, "domestic-eu"),
    ("EAEU", "KZ", {}, RECOGNISED, "model-hub"),
    ("EAEU", "CN", {"mechanisms": frozenset(Mechanism)}, NOT, None),
    ("DE", "EE", {"mechanisms": frozenset({Mechanism.LIST_EQUIVALENCE})}, RECOGNISED, "eidas-25-3"),
    ("EU", "EE", {"mechanisms": frozenset({Mechanism.LIST_EQUIVALENCE})}, RECOGNISED, "eidas-25-3"),
    ("CN", "KZ", {"mechanisms": frozenset(Mechanism)}, NOT, None),
    ("BY", "CN", {"mechanisms": frozenset(Mechanism)}, NOT, None),
    ("VN", "CN", {"mechanisms": frozenset({Mechanism.LIST_EQUIVALENCE})}, RECOGNISED, "vn-circular-06-2024"),
    ("CN", "VN", {"mechanisms": frozenset({Mechanism.LIST_EQUIVALENCE})}, NOT, None),
    ("RU", "BY", {"mechanisms": frozenset({Mechanism.RECEIPT}), "admit_illustrative": False}, NOT, None),
    (
        "RU",
        "BY",
        {"mechanisms": frozenset({Mechanism.RECEIPT, Mechanism.CONTRACT}), "admit_illustrative": False},
        RECOGNISED,
        "ru-63fz-7-4",
    ),
    (
        "RU",
        "KZ",
        {
            "mechanisms": frozenset({Mechanism.RECEIPT}),
            "relying": PartyKind.PUBLIC_AUTHORITY,
            "admit_illustrative": False,
        },
        RECOGNISED,
        "eec-120",
    ),
    (
        "RU",
        "KZ",
        {
            "mechanisms": frozenset({Mechanism.RECEIPT}),
            "signer": PartyKind.PUBLIC_AUTHORITY,
            "relying": PartyKind.PUBLIC_AUTHORITY,
            "admit_illustrative": False,
        },
        RECOGNISED,
        "eec-125",
    ),
]


@pytest.mark.parametrize(("forum", "home", "changes", "decision", "basis"), CASES)
def test_decision_and_basis(
    forum: str, home: str, changes: dict[str, object], decision: RecognitionDecision, basis: str | None
) -> None:
    answer = recognise(question(forum, home, **changes))
    assert answer.decision is decision
    assert (answer.basis.instrument if answer.basis else None) == basis
    assert (answer.level is not None) == (decision is RECOGNISED)
    assert len(answer.considered) == len(instruments())


@given(
    st.sampled_from([item for item in Indication if item not in (Indication.TOTAL_PASSED, Indication.PASSED)]),
    st.sampled_from(STATES),
    st.sampled_from(STATES),
)
def test_nothing_that_did_not_pass_is_ever_recognised(indication: Indication, forum: str, home: str) -> None:
    answer = recognise(question(forum, home, indication=indication, mechanisms=frozenset(Mechanism)))
    assert answer.decision is not RECOGNISED
    assert answer.basis is None


@given(st.permutations(STATES))
def test_recognition_is_not_transitive(order: list[str]) -> None:
    first, second, third, *_ = order
    one = always(id="one", homes=frozenset({first}), forums=frozenset({second}))
    chain = (one, replace(one, id="two", homes=frozenset({second}), forums=frozenset({third})))
    members = jurisdictions()["EU"].members
    if "EU" in (first, second, third) and {first, second, third} & members:
        return  # a state inside of the union is not a third jurisdiction
    assert recognise(question(second, first), chain).decision is RECOGNISED
    assert recognise(question(third, second), chain).decision is RECOGNISED
    assert recognise(question(third, first), chain).decision is NOT


@given(st.sampled_from(STATES), st.sampled_from(STATES))
def test_a_directional_instrument_never_works_backwards(home: str, forum: str) -> None:
    only = (always(homes=frozenset({home}), forums=frozenset({forum})),)
    if home != forum:
        assert recognise(question(home, forum), only).decision is NOT


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("2023-12-31T23:59:59.999999+00:00", "TS-REC-SIGNED-BEFORE"),
        ("2024-01-01T00:00:00+00:00", None),
        ("2024-12-31T23:59:59.999999+00:00", None),
        ("2025-01-01T00:00:00+00:00", "TS-REC-SIGNED-AFTER"),
    ],
)
def test_the_first_moment_is_in_force_and_the_last_boundary_is_not(made: str, expected: str | None) -> None:
    answer = recognise(question("BY", "KZ", signature_time=datetime.fromisoformat(made)), (example(keeps_effect=True),))
    assert (answer.decision is RECOGNISED) == (expected is None)
    assert expected is None or expected in codes(answer)


def test_signatures_lose_effect_with_the_instrument_unless_it_says_otherwise() -> None:
    made = datetime(2024, 6, 1, tzinfo=UTC)
    ended = recognise(question("BY", "KZ", signature_time=made), (example(),))
    assert ended.decision is NOT
    assert "TS-REC-ENDED" in codes(ended)
    kept = recognise(question("BY", "KZ", signature_time=made), (example(keeps_effect=True),))
    assert kept.decision is RECOGNISED


@pytest.mark.parametrize("keeps", [True, False])
def test_suspension(keeps: bool) -> None:
    pause = Period(datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 9, 1, tzinfo=UTC))
    suspended = (example(suspended=(pause,), keeps_effect=keeps),)
    before, during = datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 5, 1, tzinfo=UTC)
    then = recognise(question("BY", "KZ", signature_time=during, evaluation_time=during), suspended)
    assert "TS-REC-SUSPENDED" in codes(then)
    assert then.decision is NOT
    seen_during = recognise(question("BY", "KZ", signature_time=before, evaluation_time=during), suspended)
    assert (seen_during.decision is RECOGNISED) == keeps
    lifted = datetime(2024, 9, 1, tzinfo=UTC)
    assert recognise(question("BY", "KZ", signature_time=before, evaluation_time=lifted), suspended).level is not None


def test_the_russian_belarusian_agreement_names_its_exclusions_and_that_it_is_not_in_force() -> None:
    agreement = next(item for item in instruments() if item.id == "ru-by-2024")
    both = question(
        "RU", "BY", signer=PartyKind.PUBLIC_AUTHORITY, relying=PartyKind.PUBLIC_AUTHORITY,
        mechanisms=frozenset({Mechanism.RECEIPT}),
    )  # fmt: skip
    assert {"TS-REC-NOT-IN-FORCE", "TS-REC-EXCLUDED"} <= codes(recognise(both, (agreement,)))
    alive = replace(agreement, in_force=(Period(datetime(2025, 1, 1, tzinfo=UTC)),))
    assert recognise(both, (alive,)).decision is NOT
    assert recognise(replace(both, relying=PartyKind.COURT), (alive,)).decision is RECOGNISED
    assert recognise(replace(both, relying=None), (alive,)).decision is OPEN
    payment = replace(both, relying=PartyKind.COURT, document=DocumentKind.PAYMENT)
    assert recognise(payment, (alive,)).decision is NOT


@given(
    forum=st.sampled_from(STATES),
    home=st.sampled_from(STATES),
    signer=st.none() | st.sampled_from(list(PartyKind)),
    relying=st.none() | st.sampled_from(list(PartyKind)),
    document=st.none() | st.sampled_from(list(DocumentKind)),
    level=st.none() | st.sampled_from(list(SignatureLevel)),
    mechanisms=st.frozensets(st.sampled_from(list(Mechanism))),
    days=st.integers(0, 6000),
)
def test_every_answer_is_complete_and_can_be_said(
    forum: str,
    home: str,
    signer: PartyKind | None,
    relying: PartyKind | None,
    document: DocumentKind | None,
    level: SignatureLevel | None,
    mechanisms: frozenset[Mechanism],
    days: int,
) -> None:
    asked = question(
        forum, home, signer=signer, relying=relying, document=document, level=level, mechanisms=mechanisms,
        signature_time=NOW - timedelta(days=days),
    )  # fmt: skip
    answer = recognise(asked)
    assert answer == recognise(asked)
    assert answer.reasons
    for reason in (*answer.reasons, *(item for seen in answer.considered for item in seen.reasons)):
        assert sentence(reason)
        assert next_step(reason) is not None
    if answer.decision is RECOGNISED:
        applying = {item.instrument for item in answer.considered if item.applicability is Applicability.APPLIES}
        assert answer.basis is not None
        assert answer.basis.instrument in applying
        # More knowledge of the same kind never takes a recognition away.
        assert recognise(replace(asked, mechanisms=frozenset(Mechanism))).decision is RECOGNISED


def test_a_model_basis_says_so() -> None:
    answer = recognise(question("BY", "KZ"))
    assert Reason.of("TS-REC-ILLUSTRATIVE-BASIS", instrument="model-eaeu-mutual") in answer.reasons
    assert answer.basis is not None
    assert answer.basis.mark is Mark.ILLUSTRATIVE


def test_instruments_are_unique_and_marked() -> None:
    found = instruments()
    assert len({item.id for item in found}) == len(found)
    assert all(item.source for item in found)
    assert {item.id for item in found if item.kind is InstrumentKind.DOMESTIC_LAW} >= {"domestic-kz", "domestic-by"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('homes = ["KZ"]', 'homes = ["XX"]'),
        ('forums = ["BY"]', 'forums = ["*"]'),
        ("until = 2025-01-01", "until = 2023-01-01"),
        ('kind = "treaty"', 'kind = "model"'),
        ('mechanisms = [["cross-certificate"]]', "mechanisms = []"),
        ('title = "Example"', 'titel = "Example"'),
    ],
)
def test_a_faulty_file_is_refused(old: str, new: str) -> None:
    good = """
        [[instrument]]
        id = "example"
        kind = "treaty"
        title = "Example"
        citation = "Example 1"
        article = "art. 1"
        homes = ["KZ"]
        forums = ["BY"]
        in_force = [{ from = 2024-01-01, until = 2025-01-01 }]
        mechanisms = [["cross-certificate"]]
        levels = { qualified = "qualified" }
        mark = "public text"
        dates_mark = "public text"
        source = "made for the test"
    """
    assert instruments_from_toml(good)
    with pytest.raises(ValueError, match=r"."):
        instruments_from_toml(good.replace(old, new))


def test_an_unknown_home_is_undecided_and_several_homes_are_each_tried() -> None:
    assert recognise(question("BY", "KZ", homes=())).decision is OPEN
    both = recognise(question("BY", "KZ", homes=("CN", "KZ")))
    assert both.decision is RECOGNISED
    assert {item.home for item in both.considered} == {"CN", "KZ"}


def test_naive_times_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        question("BY", "KZ", signature_time=datetime(2026, 1, 1))
