"""Everything that counts can be printed, as JSON, with its sources."""

import json

import pytest

from policies.algorithms import policy_names
from policies.errors import TrustspaceError, UnreadableInputError
from policies.listing import algorithm_rows, instrument_rows, jurisdiction_rows, reason_rows
from policies.reasons import LANGUAGES, catalogue
from policies.recognition import instruments, instruments_digest


def test_rows_are_complete_and_plain() -> None:
    assert {row["code"] for row in reason_rows()} == set(catalogue())
    assert [row["id"] for row in instrument_rows()] == [item.id for item in instruments()]
    for rows in (reason_rows(), instrument_rows(), jurisdiction_rows("ru"), *map(algorithm_rows, policy_names())):
        assert rows
        assert json.loads(json.dumps(rows)) == rows


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_print_in_every_language_even_when_unworded(language: str) -> None:
    assert len(reason_rows(language)) == len(catalogue())


def test_the_law_has_a_digest() -> None:
    assert instruments_digest() == instruments_digest()
    assert len(bytes.fromhex(instruments_digest())) == 32


def test_an_error_shows_code_sentence_and_next_step() -> None:
    plain = TrustspaceError("It broke.", next_step="Mend it.", code="TS-X")
    assert plain.as_dict() == {"code": "TS-X", "message": "It broke.", "nextStep": "Mend it."}
    unreadable = UnreadableInputError("No.")
    assert (unreadable.exit_status, unreadable.http_status) == (2, 422)
    assert TrustspaceError.code == "TS-ERROR"
