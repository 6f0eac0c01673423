"""A real Chromium against a served installation. Whatever the console or a page complains about fails the test."""

import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ops.platform.clock import SystemClock
from ops.service.loopback import base_url, bound_socket, serving
from ops.service.web.app import WebLimits, create_app
from ops.service.web.workers import WorkerLimits
from tests.service.web.house import House, open_house, paper

if os.environ.get("CI") == "true":
    sync_api = importlib.import_module("playwright.sync_api")
else:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

LIMITS = WebLimits(request_octets=4 * 2**20, workers=WorkerLimits(processes=1))


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    """A furnished installation that serves, and its address."""
    listener = bound_socket()
    with open_house(tmp_path_factory.mktemp("browser") / "house", SystemClock(), base_url=base_url(listener)) as found:
        found.build()
        found.add_unit()
        application = create_app(found.installation, found.authority, limits=LIMITS)
        application.warm_up()
        with serving(application, listener) as url:
            yield found, url
        application.close()


@pytest.fixture(scope="session")
def files(house: tuple[House, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with contract.pdf (signed), broken.pdf (half of it) and notes.txt."""
    folder = tmp_path_factory.mktemp("files")
    signed = house[0].sign(paper())
    (folder / "contract.pdf").write_bytes(signed)
    (folder / "unsigned.pdf").write_bytes(paper())
    (folder / "notes.txt").write_text("only notes\n")
    return folder


@pytest.fixture(scope="module")
def chromium(require: Callable[[str], str]) -> Iterator[Any]:
    """The browser of the distribution, never a downloaded one. Ends with the module: while the driver runs, no other
    test of this process can start an event loop."""
    with sync_api.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=require("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=[1024, 320], ids=["desk", "320px"])
def width(request: pytest.FixtureRequest) -> int:
    """Width of the window in CSS pixels; 320 is what WCAG 2.2 1.4.10 asks."""
    return int(request.param)


@pytest.fixture
def page(chromium: Any, house: tuple[House, str], width: int) -> Iterator[Any]:
    """A page without script (everything has to work so), at the given width."""
    yield from _page(chromium, house[1], width, script=False)


@pytest.fixture
def scripted(chromium: Any, house: tuple[House, str], width: int) -> Iterator[Any]:
    """A page in which the test itself may ask for measurements."""
    yield from _page(chromium, house[1], width, script=True)


def _page(chromium: Any, url: str, width: int, *, script: bool) -> Iterator[Any]:
    context = chromium.new_context(
        base_url=url, viewport={"width": width, "height": 800}, java_script_enabled=script, locale="en-GB"
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in _COMPLAINTS else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"{request.url} {request.failure}"))
    page.complaints = complaints
    yield page
    context.close()
    assert complaints == []


_COMPLAINTS = ("error", "warning")


@pytest.fixture
def picture() -> Callable[[Any, str], None]:
    """Keeps a screenshot in the folder that TRUSTSPACE_TEST_SCREENSHOTS names, for people to look at."""
    folder = os.environ.get("TRUSTSPACE_TEST_SCREENSHOTS")

    def keep(page: Any, name: str) -> None:
        if folder:
            width = page.viewport_size["width"]
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)

    return keep
