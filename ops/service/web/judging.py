"""What a judging process does with one task: validate a document, or judge stored Evidence again.

A task's header is plain JSON: `id`, `policy`, `at`, `forums`, `documentKind`, `relyingParty`, `lang`, `modelSpace`,
`notices`, `fetching` (null for offline) and `files`, one entry for each octet string: `role`, `name`, `territory`.
"""

import base64
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ops.platform.clock import SystemClock
from ops.platform.fetch import Fetcher, FetchLimits, FetchResult, FetchTimeoutError
from ops.service.web import wire
from policies.reasons import next_step, sentence
from policies.vocabulary import DocumentKind, PartyKind
from validator.evidence import export_evidence, import_evidence
from validator.gather import AnchorInput, Source
from validator.recognise import RecognitionContext
from validator.rejudging import Change, NewAnchor, apply_change
from validator.report import answer_line, html_report, noticed, report_octets
from validator.service import ValidationRequest, ValidationResult, rejudge, validate

Blobs = tuple[bytes, ...]


def perform(task: wire.Header, blobs: Blobs) -> tuple[wire.Header, Blobs]:
    """The answer to one task: a header with the members `line` and `unreadable`, and three octet strings: the HTML
    report, the full JSON report, the Evidence. For a task with a `form`, one octet string: the report in that form.
    Raises the validator's errors for what stands beside the document, and ReportError."""
    if "form" in task:
        return {}, (_made(task, blobs),)
    again = task["files"][0]["role"] == "evidence"
    return _answer(
        task, _again(task, blobs) if again else validate(_request(task, blobs), _ServersClock(task["clock"]))
    )


def _made(task: wire.Header, blobs: Blobs) -> bytes:
    """A kept report in another form: the same Evidence under the same trust, so that nothing but the form changes."""
    from validator.report.etsi import Maker, etsi_report

    evidence, at = import_evidence(blobs[0]), datetime.fromisoformat(task["at"])
    found = rejudge(evidence, task["policy"], at, tuple(task["forums"]), _context(task))
    maker = Maker(certificate=base64.b64decode(task["certificate"])) if task["certificate"] else None
    notices = tuple(task["notices"])
    parts = (task["id"], found.evidence, found.verdict, found.recognitions)
    if task["form"] == "xml":
        return etsi_report(*parts, maker, notices)
    from validator.report.pdf import pdf_report  # typst is slow to load

    return pdf_report(*parts, tuple(task["languages"]), maker, notices)


def _again(task: wire.Header, blobs: Blobs) -> ValidationResult:
    """Stored Evidence under another forum's trust: its roots take the place of the first forum's, because what one
    state trusts is nothing to another. Anchors that were handed in with the document stay."""
    evidence = import_evidence(blobs[0])
    roots = tuple(
        NewAnchor(der=octets, source=entry["name"], territory=entry["territory"])
        for entry, octets in zip(task["files"][1:], blobs[1:], strict=True)
    )
    others = frozenset(item.certificate for item in evidence.trust.anchors if item.territory is not None)
    changed = apply_change(evidence, Change(anchors=roots, without=others))
    return rejudge(changed, task["policy"], datetime.fromisoformat(task["at"]), tuple(task["forums"]), _context(task))


def _request(task: wire.Header, blobs: Blobs) -> ValidationRequest:
    files = list(zip(task["files"], blobs, strict=True))

    def given(role: str) -> tuple[Source, ...]:
        return tuple(Source(entry["name"], octets) for entry, octets in files if entry["role"] == role)

    return ValidationRequest(
        document=given("document")[0],
        detached=given("detached"),
        anchors=tuple(
            AnchorInput(source=Source(entry["name"], octets), territory=entry.get("territory"))
            for entry, octets in files
            if entry["role"] == "anchor"
        ),
        certificates=given("certificate"),
        crls=given("crl"),
        ocsps=given("ocsp"),
        at=datetime.fromisoformat(task["at"]) if task["at"] else None,
        forums=tuple(task["forums"]),
        policy=task["policy"],
        context=_context(task),
        fetch=_fetcher(task["fetching"]),
    )


class _ServersClock:
    """The server's clock as it was when it sent the task, and as much later as the machine's clock says."""

    def __init__(self, sent: dict[str, str]) -> None:
        self._ahead = datetime.fromisoformat(sent["now"]) - datetime.fromisoformat(sent["machine"])

    def now(self) -> datetime:
        """The current moment, aware, UTC."""
        return SystemClock().now() + self._ahead


def _context(task: wire.Header) -> RecognitionContext:
    relying, document = task["relyingParty"], task["documentKind"]
    return RecognitionContext(
        relying=PartyKind(relying) if relying else None,
        document=DocumentKind(document) if document else None,
        admit_illustrative=bool(task["modelSpace"]),
    )


def _fetcher(settings: dict[str, Any] | None) -> Fetcher | None:
    """The guarded client under the installation's limits and a total time for the whole document."""
    if settings is None:
        return None
    limits = FetchLimits(
        max_bytes=int(settings["maxBytes"]),
        max_header_bytes=int(settings["maxHeaderBytes"]),
        total_time=timedelta(seconds=float(settings["seconds"])),
        max_redirects=int(settings["maxRedirects"]),
    )
    private = bool(settings["privateAddresses"])
    return BudgetedFetcher(float(settings["totalSeconds"]), limits, private, str(settings["own"]))


class BudgetedFetcher(Fetcher):
    """A guarded client that has so many seconds for everything that one document makes it fetch.

    `own` is this installation's base address: its responders are asked even where they are at a private address, and
    never followed elsewhere.
    """

    def __init__(self, seconds: float, limits: FetchLimits, allow_private: bool, own: str = "") -> None:
        super().__init__(SystemClock(), limits=limits, allow_private_addresses=allow_private)
        self._given = limits
        self._private = allow_private
        self._own = tuple(f"{own}/{name}" for name in ("crl/", "aia/", "ocsp")) if own else ()
        self._end = time.monotonic() + seconds

    def _fetch(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        content_types: frozenset[str],
        max_bytes: int | None,
    ) -> FetchResult:
        left = self._end - time.monotonic()
        if left <= 0:
            raise FetchTimeoutError("The time for fetching what this document names is used up.", url=url)
        own = url.startswith(self._own) if self._own else False
        self._allow_private = self._private or own
        self.limits = replace(
            self._given,
            total_time=min(self._given.total_time, timedelta(seconds=left)),
            max_redirects=0 if own else self._given.max_redirects,
        )
        return super()._fetch(method, url, headers, body, content_types, max_bytes)


def _answer(task: wire.Header, result: ValidationResult) -> tuple[wire.Header, Blobs]:
    line = answer_line(task["id"], result.verdict, result.recognitions)
    notices = tuple(task["notices"])
    full = report_octets(task["id"], result.evidence, result.verdict, result.recognitions, notices)
    html = html_report(result.evidence, result.verdict, result.recognitions, task["lang"])
    html = noticed(html, notices)
    header = {"line": line, "unreadable": _unreadable(result), "at": result.verdict.at.isoformat()}
    return header, (
        html.encode(),
        full,
        export_evidence(result.evidence),
    )


def _unreadable(result: ValidationResult) -> dict[str, str] | None:
    """Code, sentence and next step when nothing could be read as any signed form."""
    verdict, structure = result.verdict, result.evidence.structure
    if not structure or verdict.signatures or verdict.timestamps:
        return None
    reason = structure[0]
    return {"code": reason.code, "message": sentence(reason), "nextStep": next_step(reason)}
