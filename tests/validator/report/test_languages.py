"""Reports in eight languages and in two at once: every word translated, every language named, no colour alone."""

import re
import string
from itertools import pairwise
from typing import Any

import pytest

from policies.reasons import LANGUAGES
from validator.recognise import recognise
from validator.report import html_report
from validator.report.words import complete, words

_FIELDS = string.Formatter()
# The same in several languages: names of formats and words that one language took from another.
_MAY_BE_ENGLISH = {"digest", "name", "software", "status", "organisation"}


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in _FIELDS.parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_there_with_its_parameters_and_translated(language: str) -> None:
    assert complete(language)
    assert words(language).keys() == words("en").keys()
    for key, english in words("en").items():
        text = words(language)[key]
        assert parameters(text) == parameters(english), key
        if language != "en" and key not in _MAY_BE_ENGLISH:
            assert text != english, key


@pytest.fixture(scope="module")
def judged_one(world: Any, evidence_of: Any, judged: Any) -> Any:
    evidence = evidence_of(world.pdf(), anchors=[world.root])
    verdict = judged(evidence)
    return evidence, verdict, recognise(verdict, "BY")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_page_is_in_its_language(judged_one: Any, language: str) -> None:
    page = html_report(*judged_one, language)
    assert f'<html lang="{language}">' in page
    for key in ("technical", "why", "limits_text", "about", "timeline"):
        assert words(language)[key] in page
    if language != "en":
        assert words("en")["limits_text"] not in page
        assert 'lang="en"' not in page


def test_two_languages_stand_side_by_side(judged_one: Any) -> None:
    page = html_report(*judged_one, "be", "kk")
    assert '<html lang="be">' in page
    for language in ("be", "kk"):
        assert f'<span lang="{language}">{words(language)["limits_text"]}</span>' in page
    pairs = re.findall(r'class="pair"><span lang="(\w+)">[^<]+</span><span lang="(\w+)">', page)
    assert pairs
    assert set(pairs) == {("be", "kk")}


def test_severity_is_a_word_and_not_only_a_colour(judged_one: Any) -> None:
    page = html_report(*judged_one, "de")
    assert page.count('<li class="error">') == len(re.findall(r'<span class="code">Fehler · ', page)) > 0


def test_headings_do_not_leap_and_tables_have_heads(judged_one: Any) -> None:
    page = html_report(*judged_one, "be", "kk")
    levels = [int(item) for item in re.findall(r"<h(\d)", page)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all("<th scope=" in table for table in re.findall(r"<table>.*?</table>", page, re.DOTALL))


def test_what_hides_in_a_name_is_shown(make_world: Any, evidence_of: Any, judged: Any) -> None:
    world = make_world()
    hostile = world.issue("<b>\u202egpj.exe", world.ca)
    evidence = evidence_of(world.cms(b"x", holder=hostile), anchors=[world.root], detached=[b"x"])
    page = html_report(evidence, judged(evidence), (), "be", "kk")
    assert "&lt;b&gt;⟨U+202E⟩gpj.exe" in page
    assert "<b>" not in page
    assert "\u202e" not in page
