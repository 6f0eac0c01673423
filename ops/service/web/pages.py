"""The pages: one form, one report. They work without script; what a form refuses it shows above itself, filled in."""

import base64
import hashlib
from asyncio import to_thread
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ops.service.web.errors import FieldError
from ops.service.web.form import chosen_forum, forums, opened_form, policy_names, submission, texts
from ops.service.web.judgement import Judgement
from ops.service.web.limits import content_security_policy
from ops.service.web.reports import ReportStore, StoredReport
from ops.service.web.trust import InstallationTrust
from policies.errors import TrustspaceError
from policies.jurisdictions import load_jurisdiction
from policies.reasons.words import LANGUAGES
from policies.vocabulary import DocumentKind, PartyKind

FOLDER = Path(__file__).parent
# The report's own style sheet, served as a file to the report page and named by its hash where a report stands alone.
REPORT_STYLE = files("validator.report").joinpath("templates/report.css.j2").read_text(encoding="utf-8").strip()
REPORT_STYLE_SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(REPORT_STYLE.encode()).digest()).decode()}'"
_LANGUAGE_NAMES = {
    "en": "English", "ru": "русский", "hy": "հայերեն", "kk": "қазақша", "ky": "кыргызча", "be": "беларуская",
    "vi": "Tiếng Việt", "de": "Deutsch",
}  # fmt: skip
Given = dict[str, str]


class Pages:
    """Fills the templates. Holds no state but what it was given."""

    def __init__(self, trust: InstallationTrust, *, sealed: bool = False) -> None:
        self._trust = trust
        self._sealed = sealed
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def form(self, given: Given | None = None, error: dict[str, str] | None = None, report: str | None = None) -> str:
        """The first page. `error` has code, message and nextStep; `report` is the address of a report to point to."""
        anchored = self._trust.forums()
        # One state with roots is most likely the state that is meant; with several nobody is preferred.
        start = {"forum": anchored[0]} if len(anchored) == 1 else {}
        return self._templates.get_template("index.html").render(
            given=start if given is None else given,
            error=error,
            report=report,
            anchored=self._named(anchored),
            others=self._named(code for code in forums() if code not in anchored),
            document_kinds=_labelled(DocumentKind),
            party_kinds=_labelled(PartyKind),
            policies=policy_names(),
            languages=[(code, _LANGUAGE_NAMES.get(code, code)) for code in LANGUAGES],
        )

    def report(self, report_id: str, kept: StoredReport) -> str:
        """A kept report with its controls: the forum, the files to take along."""
        page = kept.html.decode()
        # The report is a page of its own; its inside is shown here, under this site's headers and style sheets.
        inside = page[page.index("<body>") + len("<body>") : page.rindex("</body>")]
        return self._templates.get_template("report.html").render(
            id=report_id,
            forum=(kept.task["forums"] or [""])[0],
            language=kept.task["lang"],
            sealed=self._sealed,
            languages=[(code, _LANGUAGE_NAMES.get(code, code)) for code in LANGUAGES],
            inside=Markup(inside),  # noqa: S704 - escaped by the report's own template
            anchored=self._named(self._trust.forums()),
            others=self._named(code for code in forums() if code not in self._trust.forums()),
        )

    def error(self, error: TrustspaceError) -> str:
        """A page that says one error."""
        return self._templates.get_template("error.html").render(error=error.as_dict())

    @staticmethod
    def _named(codes: Any) -> list[tuple[str, str]]:
        return sorted(((code, load_jurisdiction(code).name()) for code in codes), key=lambda item: item[1])


def _labelled(kinds: Any) -> list[tuple[str, str]]:
    return [(kind.value, kind.value.replace("-", " ").capitalize()) for kind in kinds]


def router(pages: Pages, judgement: Judgement, reports: ReportStore) -> APIRouter:
    """The routes of the pages."""
    site = APIRouter(include_in_schema=False)

    @site.get("/")
    def first() -> HTMLResponse:
        return _html(pages.form())

    @site.get("/validate")
    def form_again() -> Response:
        # Where a reload after a refused form leads.
        return RedirectResponse("/", 303)

    @site.post("/validate")
    async def validate(request: Request) -> Response:
        given: Given = {}
        try:
            async with opened_form(request) as form:
                given = texts(form)
                outcome = await judgement.judge(submission(form))
        except TrustspaceError as error:
            return await _refused(pages, given, error)
        address = None if outcome.id is None else f"/r/{outcome.id}"
        if outcome.unreadable is not None:
            return _html(await to_thread(pages.form, given, outcome.unreadable, address), 422)
        if address is None:
            return _html(outcome.report.html.decode(), style=REPORT_STYLE_SOURCE)
        return RedirectResponse(address, 303)

    @site.get("/r/{report_id}")
    def report(report_id: str) -> HTMLResponse:
        return _html(pages.report(report_id, reports.get(report_id)))

    @site.get("/r/{report_id}/report.html")
    def download(report_id: str) -> Response:
        disposition = {"content-disposition": 'attachment; filename="report.html"', "cache-control": "no-store"}
        return HTMLResponse(reports.get(report_id).html, headers=disposition)

    @site.post("/r/{report_id}/forum")
    async def other_forum(report_id: str, request: Request) -> Response:
        async with opened_form(request) as form:
            outcome = await judgement.judge_again(report_id, chosen_forum(form))
        return RedirectResponse(f"/r/{outcome.id}", 303)

    @site.get("/static/report.css")
    def report_style() -> Response:
        return Response(REPORT_STYLE, media_type="text/css", headers={"cache-control": "max-age=300"})

    return site


async def _refused(pages: Pages, given: Given, error: TrustspaceError) -> HTMLResponse:
    if isinstance(error, FieldError):
        # The value that was refused would only be refused again.
        given = {name: value for name, value in given.items() if name != error.field}
    return _html(await to_thread(pages.form, given, error.as_dict()), error.http_status)


def _html(text: str, status: int = 200, *, style: str | None = None) -> HTMLResponse:
    headers = {"cache-control": "no-store"}
    if style is not None:
        headers["content-security-policy"] = content_security_policy((style,))
    return HTMLResponse(text, status, headers=headers)
