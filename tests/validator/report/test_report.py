"""The readable report: what a clerk must see, safe against what a signer may have written, and replayable."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from policies.reasons import catalogue
from policies.reasons.words import wording
from policies.recognition import Mechanism
from validator.evidence import digest
from validator.recognise import RecognitionContext, mechanisms, recognise
from validator.report import full_report, html_report, plain_text
from validator.report import words as report_words
from validator.report.masking import masked
from validator.report.words import words


class Outline(HTMLParser):
    """Collects headings, scripts, style attributes and external references."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def outline(page: str) -> Outline:
    found = Outline()
    found.feed(page)
    return found


@pytest.fixture(scope="module")
def judged_pair(world: Any, evidence_of: Any, judged: Any, now: Any) -> Any:
    evidence = evidence_of(world.pdf(stamp=now), anchors=[world.root], crls=world.crls())
    return evidence, judged(evidence)


def test_the_nine_points_are_on_the_page(judged_pair: Any) -> None:
    evidence, verdict = judged_pair
    page = html_report(evidence, verdict, recognise(verdict, "KZ"))
    said = " ".join(outline(page).text)
    for word in ("technical", "recognition", "who", "when", "what", "law", "limits", "about"):
        assert words("en")[word] in said
    for fact in (
        evidence.documents[0].sha256,
        verdict.evidence,
        verdict.policy_hash,
        digest(verdict),
        "signer",
        "proven by the time-stamp of tsa",
        "Republic of Kazakhstan",
    ):
        assert fact in said


def test_page_is_self_contained_and_without_script(judged_pair: Any) -> None:
    page = html_report(*judged_pair)
    found = outline(page)
    assert "script" not in found.tags
    assert not [name for name, _ in found.attributes if name.startswith("on") or name == "style"]
    assert not [value for name, value in found.attributes if name in ("src", "href") and value]
    assert "default-src 'none'" in page
    assert found.tags.count("svg") >= 3


def test_pictures_have_a_table_as_twin(judged_pair: Any) -> None:
    evidence, verdict = judged_pair
    page = html_report(evidence, verdict)
    for link in verdict.signatures[0].chain:
        assert page.count(link.subject.split(",")[0].removeprefix("CN=")) >= 2
    assert len(re.findall(r"<circle class=\"ev_", page)) == len(
        re.findall(r"<tr><td><time[^>]*>[^<]*</time></td><td>", page)
    )


def test_text_of_a_signer_cannot_become_markup(make_world: Any, evidence_of: Any, judged: Any) -> None:
    world = make_world()
    world.signer = world.issue("<script>alert(1)</script>\"'&", world.ca)
    evidence = evidence_of(world.cms(b"x"), anchors=[world.root], crls=world.crls(), detached=[b"x"])
    page = html_report(evidence, judged(evidence))
    assert "<script" not in page
    assert "script" not in outline(page).tags
    assert "&lt;script&gt;" in page


def test_a_language_that_nobody_knows_is_english(judged_pair: Any) -> None:
    assert '<html lang="en">' in html_report(*judged_pair, language="xx")


def test_what_is_not_yet_translated_is_english_and_says_so(judged_pair: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    own = report_words._own
    partly = {key: text for key, text in own("de").items() if key != "who"}
    monkeypatch.setattr(report_words, "_own", lambda language: partly if language == "de" else own(language))
    words.cache_clear()
    try:
        page = html_report(*judged_pair, language="de")
    finally:
        words.cache_clear()
    assert f'<span lang="en">{words("en")["who"]}</span>' in page
    assert own("de")["translation"] in page


def test_identifier_is_masked_on_screen_and_full_in_the_machine_report(judged_pair: Any) -> None:
    assert masked("IIN900101300123") == "IIN9•••••••••23"
    assert masked(None) is None


def test_full_report_pins_its_inputs(judged_pair: Any) -> None:
    evidence, verdict = judged_pair
    report = full_report("1", evidence, verdict)
    assert report["replay"]["evidence"] == digest(evidence)
    assert report["replay"]["verdict"] == digest(verdict)
    assert report["documents"][0]["sha256"] == evidence.documents[0].sha256


def test_terminal_text_names_reason_and_next_step(world: Any, evidence_of: Any, judged: Any) -> None:
    evidence = evidence_of(world.pdf())
    told = plain_text("contract.pdf", judged(evidence), ())
    assert "INDETERMINATE (NO_CERTIFICATE_CHAIN_FOUND)" in told
    assert "Next: " in told


def test_recognition_is_a_second_axis(make_world: Any, evidence_of: Any, judged: Any) -> None:
    world, other = make_world(), make_world(country="BY")
    cross = other.issue("root", other.root, ca=True)
    evidence = evidence_of(world.cms(b"x"), anchors=[world.root], crls=world.crls(), detached=[b"x"])
    verdict = judged(evidence)
    at_home, abroad = recognise(verdict, "KZ")[0], recognise(verdict, "by")[0]
    assert verdict.indication == "TOTAL-PASSED"
    assert at_home.question.homes == ("KZ",)
    assert abroad.forum == "BY"
    assert abroad.answer.decision != "RECOGNISED"
    assert cross.certificate.issuer == other.root.certificate.subject


def test_mechanism_is_read_from_the_path(make_world: Any, evidence_of: Any, judged: Any) -> None:
    home, forum = make_world(), make_world(country="BY")
    cross = home.cross(forum.root)
    crls = [*home.crls(), forum.crl(forum.root)]
    evidence = evidence_of(
        home.cms(b"x"), anchors=[forum.root], certificates=[cross], crls=crls, detached=[b"x"], territory="BY"
    )
    verdict = judged(evidence)
    signature = verdict.signatures[0]
    assert verdict.indication == "TOTAL-PASSED"
    assert [link.cross for link in signature.chain] == [False, False, True, False]
    assert mechanisms(signature, "BY", RecognitionContext()) == {Mechanism.CROSS_CERTIFICATE}
    assert Mechanism.CONTRACT in mechanisms(signature, "BY", RecognitionContext(contract=True))


def test_every_reason_of_these_areas_has_a_sentence() -> None:
    table = wording("en")
    for code, known in catalogue().items():
        if known.area in ("document", "cms", "pdf", "timestamp", "judge"):
            assert table[code]["sentence"].format_map(dict.fromkeys(known.params, "x"))
            assert known.severity != "error" or table[code].get("next"), f"{code} leaves the reader alone"
