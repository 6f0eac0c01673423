"""An open technical verdict leaves recognition open only where it could still be followed by recognition."""

from datetime import UTC, datetime

import pytest

from policies.recognition import Mechanism, RecognitionQuestion, recognise
from policies.vocabulary import DocumentKind, Indication, PartyKind, RecognitionDecision

AT = datetime(2026, 6, 1, tzinfo=UTC)


def question(home: str, forum: str, **more: object) -> RecognitionQuestion:
    given = {
        "signer": PartyKind.LEGAL_PERSON,
        "relying": PartyKind.LEGAL_PERSON,
        "document": DocumentKind.CONTRACT,
        "admit_illustrative": True,
        **more,
    }
    return RecognitionQuestion(
        forum=forum, homes=(home,) if home else (), signature_time=AT, evaluation_time=AT,
        indication=Indication.INDETERMINATE, level=None, **given,
    )  # fmt: skip


@pytest.mark.parametrize(("home", "forum"), [("CN", "KZ"), ("KZ", "EE"), ("RS", "BY")])
def test_no_instrument_between_them_is_an_answer_already(home: str, forum: str) -> None:
    answer = recognise(question(home, forum))
    assert answer.decision is RecognitionDecision.NOT_RECOGNISED
    assert [reason.code for reason in answer.reasons] == ["TS-REC-NO-BASIS", "TS-REC-TECHNICALLY-OPEN"]


@pytest.mark.parametrize(("home", "forum"), [("KZ", "BY"), ("BY", "BY"), ("EE", "KZ"), ("", "KZ")])
def test_an_instrument_that_could_apply_keeps_it_open(home: str, forum: str) -> None:
    assert recognise(question(home, forum)).decision is RecognitionDecision.NOT_DECIDED


def test_an_excluded_document_is_not_recognised_whatever_the_verdict_becomes() -> None:
    answer = recognise(question("KZ", "AM", document=DocumentKind.PAYMENT))
    assert answer.decision is RecognitionDecision.NOT_RECOGNISED


def test_a_receipt_at_hand_opens_what_its_absence_closes() -> None:
    closed = recognise(question("CN", "KZ"))
    opened = recognise(question("CN", "KZ", mechanisms=frozenset({Mechanism.RECEIPT})))
    assert (closed.decision, opened.decision) == (
        RecognitionDecision.NOT_RECOGNISED,
        RecognitionDecision.NOT_DECIDED,
    )
