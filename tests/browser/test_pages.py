"""The pages in a real browser: from the form to the verdict, wrong input, keyboard, narrow windows."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.service.web.house import COMPANY

pytestmark = pytest.mark.loopback

Picture = Callable[[Any, str], None]


def send(page: Any, file: Path, forum: str = "KZ") -> None:
    page.goto("/")
    page.get_by_label("Signed file").set_input_files(file)
    page.get_by_label("State or union").select_option(forum)
    page.get_by_label("Kind of document").select_option("contract")
    page.get_by_label("Who relies on it").select_option("legal-person")
    page.get_by_text("More: trust anchors").click()
    page.get_by_label("Fetch nothing").check()
    press(page, "Judge the document")


def press(page: Any, name: str) -> None:
    """Press a button that sends its form, and wait for the page that follows."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def test_the_first_page(page: Any, picture: Picture) -> None:
    page.goto("/")
    assert page.title() == "Does this document count here? – trustspace"
    assert page.get_by_role("heading", level=1).inner_text() == "Does this document count here?"
    picture(page, "first")


def test_a_signed_document_gets_its_sentence(page: Any, files: Path, picture: Picture) -> None:
    send(page, files / "contract.pdf")
    assert "/r/" in page.url
    assert page.locator(".word", has_text=re.compile("^Confirmed")).first.is_visible()
    assert page.locator(".word", has_text="Recognised in Republic of Kazakhstan").first.is_visible()
    assert page.get_by_role("heading", name=COMPANY).first.is_visible()
    picture(page, "report")


def test_another_law_is_asked_from_the_report(page: Any, files: Path, picture: Picture) -> None:
    send(page, files / "contract.pdf")
    page.get_by_label("Ask another law").select_option("VN")
    press(page, "Ask")
    assert page.locator(".word", has_text="Cannot be confirmed").first.is_visible()
    assert page.get_by_label("Ask another law").input_value() == "VN"
    assert not page.locator(".word", has_text="Recognised in Republic of Kazakhstan").is_visible()
    picture(page, "other-law")


def test_a_file_that_is_no_document(page: Any, files: Path, picture: Picture) -> None:
    send(page, files / "notes.txt")
    alert = page.get_by_role("alert")
    assert "TS-DOC-NOT-SIGNED-FORM" in alert.inner_text()
    assert page.get_by_label("State or union").input_value() == "KZ"
    assert page.get_by_label("Kind of document").input_value() == "contract"
    assert page.get_by_label("Who relies on it").input_value() == "legal-person"
    picture(page, "refused")
    # A refused form is answered with its status, which the browser notes; nothing else is wrong.
    page.complaints[:] = [text for text in page.complaints if "422" not in text]


def test_a_time_that_is_none(page: Any, files: Path) -> None:
    page.goto("/")
    page.get_by_label("Signed file").set_input_files(files / "unsigned.pdf")
    page.get_by_text("More: trust anchors").click()
    page.get_by_label("Judge for the time").fill("tomorrow")
    press(page, "Judge the document")
    assert "TS-WEB-FIELD" in page.get_by_role("alert").inner_text()
    page.complaints[:] = [text for text in page.complaints if "422" not in text]


def test_a_file_too_large_is_told_on_the_page(page: Any, tmp_path: Path) -> None:
    (tmp_path / "zeros.pdf").write_bytes(bytes(20 * 2**20))
    page.goto("/")
    page.get_by_label("Signed file").set_input_files(tmp_path / "zeros.pdf")
    press(page, "Judge the document")
    assert "TS-WEB-TOO-LARGE" in page.get_by_role("alert").inner_text()
    page.complaints[:] = [text for text in page.complaints if "413" not in text]


def test_the_keyboard_reaches_everything_in_order(scripted: Any, width: int) -> None:
    scripted.goto("/")
    reached = []
    for _ in range(9):
        scripted.keyboard.press("Tab")
        reached.append(scripted.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert reached == [
        "Skip to the content", "trustspace", "file", "detached", "forum", "documentKind", "relyingParty",
        "More: trust anchors, lists, time, language", "Judge the document",
    ]  # fmt: skip


def test_the_focus_is_seen(scripted: Any) -> None:
    scripted.goto("/")
    for _ in range(9):
        scripted.keyboard.press("Tab")
        outline = scripted.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert float(outline.removesuffix("px")) >= 2


@pytest.mark.parametrize("which", ["form", "opened form", "report"])
def test_nothing_scrolls_sideways(scripted: Any, files: Path, which: str) -> None:
    if which == "report":
        send(scripted, files / "contract.pdf")
    else:
        scripted.goto("/")
        if which == "opened form":
            scripted.get_by_text("More: trust anchors").click()
    wide, seen = scripted.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen


def test_every_control_has_a_name(scripted: Any) -> None:
    scripted.goto("/")
    nameless = scripted.evaluate(
        "[...document.querySelectorAll('input, select, textarea')].filter(item => !item.labels.length).map(i => i.name)"
    )
    assert nameless == []


def test_identifiers_are_unique(scripted: Any, files: Path) -> None:
    send(scripted, files / "contract.pdf")
    twice = scripted.evaluate(
        "[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, n, all) => all.indexOf(id) !== n)"
    )
    assert twice == []
    assert scripted.evaluate("document.querySelectorAll('main').length") == 1
