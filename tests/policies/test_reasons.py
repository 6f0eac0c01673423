"""Every reason is defined once and said in English with its own parameters; nothing undefined is said."""

import string
import tomllib
from importlib.resources import files

import pytest

from policies.reasons import Reason, ReasonDefinition, catalogue, definition, next_step, sentence
from policies.reasons.catalogue import read_definitions
from policies.reasons.words import wording

DEFINITIONS = sorted(catalogue().values(), key=lambda item: item.code)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("reason", DEFINITIONS, ids=lambda item: item.code)
def test_english_uses_declared_parameters_only(reason: ReasonDefinition) -> None:
    words = wording("en")[reason.code]
    used = fields(words["sentence"]) | fields(words.get("next", ""))
    assert used <= set(reason.params), "a parameter is used that nobody supplies"
    filled = Reason.of(reason.code, **dict.fromkeys(reason.params, "…"))
    assert sentence(filled).strip()
    assert "{" not in sentence(filled) + next_step(filled)


@pytest.mark.parametrize("reason", DEFINITIONS, ids=lambda item: item.code)
def test_definition_is_complete(reason: ReasonDefinition) -> None:
    assert reason.code.startswith("TS-")
    assert reason.code == reason.code.upper()
    assert reason.clause.strip()
    assert len(reason.params) == len(set(reason.params))


def test_nothing_is_said_that_is_not_defined() -> None:
    assert set(wording("en")) == set(catalogue())


def test_no_code_is_worded_twice() -> None:
    seen: set[str] = set()
    folder = files("policies.reasons").joinpath("wording").joinpath("en")
    for entry in folder.iterdir():
        codes = set(tomllib.loads(entry.read_text(encoding="utf-8")))
        assert not codes & seen, entry.name
        seen |= codes


def test_a_code_defined_twice_is_refused() -> None:
    text = '["TS-X"]\nseverity = "error"\nclause = "c"\n'
    with pytest.raises(ValueError, match="TS-X"):
        read_definitions([("a", text), ("b", text)])


def test_unknown_codes_and_languages() -> None:
    with pytest.raises(KeyError):
        definition("TS-NONE")
    with pytest.raises(KeyError):
        sentence(Reason.of("TS-NONE"))
    with pytest.raises(KeyError):
        wording("xx")


def test_parameters_are_in_a_fixed_order_and_are_text() -> None:
    assert Reason.of("TS-X", b=1, a="x") == Reason("TS-X", (("a", "x"), ("b", "1")))
    assert Reason.of("TS-X", b=1).param("b") == "1"
    with pytest.raises(KeyError):
        Reason.of("TS-X").param("b")
