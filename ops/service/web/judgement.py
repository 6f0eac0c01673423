"""From a checked form to a kept report: gathers what the installation knows, has a judging process do the work."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ops.platform.clock import SystemClock
from ops.platform.installation import Installation
from ops.platform.metrics import Metrics
from ops.service.web.errors import FieldError
from ops.service.web.form import Submission, Upload
from ops.service.web.reports import ReportStore, StoredReport
from ops.service.web.trust import InstallationTrust, TrustFile
from ops.service.web.workers import Answer, Task, WorkerPool
from policies.errors import TrustspaceError
from validator.evidence import time_text

_ANCHORS_GIVEN = (
    "Whoever asked for this report handed in trust anchors of their own. It is worth something only to a reader who "
    "trusts those anchors too; the way to the trust anchor below names them."
)
_TIME_CHOSEN = (
    "Whoever asked for this report chose the time {at} to judge for; it was asked at {now}. "
    "What happened in between, such as a revocation, may not be in it."
)
_ROLES = (("detached", "detached"), ("anchors", "anchor"), ("certs", "certificate"), ("crls", "crl"), ("ocsps", "ocsp"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An answer. `id` names the kept report, None when it was too large to keep; `unreadable` holds code, message and
    nextStep when the file could not be read as any signed form."""

    id: str | None
    report: StoredReport
    unreadable: dict[str, str] | None


class Judgement:
    """Judges what is handed in. `policy` applies where the person chooses none; `model_space` admits instruments of the
    model space, for demonstrations only."""

    def __init__(
        self,
        installation: Installation,
        trust: InstallationTrust,
        pool: WorkerPool,
        reports: ReportStore,
        metrics: Metrics,
        *,
        policy: str = "default",
        model_space: bool = False,
    ) -> None:
        self._installation = installation
        self._trust = trust
        self._pool = pool
        self._reports = reports
        self._metrics = metrics
        self._policy = policy
        self._model_space = model_space

    async def judge(self, submission: Submission) -> Outcome:
        """Judge a document. Raises FieldError for a time in the future, BusyError, WorkerError, and the validator's
        errors for material beside it."""
        options = self._options(submission)
        own = await asyncio.to_thread(self._trust.files, submission.forum)
        files = [("document", submission.file)]
        for field, role in _ROLES:
            files += [(role, upload) for upload in getattr(submission, field)]
        header = {
            **options,
            "fetching": None if submission.offline else self._fetching(),
            "files": [
                *({"role": role, "name": _shown_name(role, upload.name)} for role, upload in files),
                *map(_entry, own),
            ],
        }
        return await self._done(header, partial(_octets, tuple(upload for _, upload in files), own))

    async def judge_again(self, report_id: str, forum: str | None) -> Outcome:
        """The same Evidence at the same time under the trust and the law of another forum. Raises ReportGoneError."""
        kept = self._reports.get(report_id)
        anchors = await asyncio.to_thread(self._trust.anchors, forum)
        header = {
            **kept.task,
            "id": self._reports.new_id(),
            "forums": [forum] if forum else [],
            "files": [{"role": "evidence", "name": "evidence"}, *map(_entry, anchors)],
        }
        return await self._done(header, lambda: (kept.evidence, *(item.octets for item in anchors)))

    def _options(self, submission: Submission) -> dict[str, Any]:
        now = self._installation.clock.now()
        if submission.at is not None and submission.at > now + self._installation.settings.clock_skew:
            # Nobody knows yet what will be revoked by then.
            raise FieldError("at", "The field «at» is in the future.", next_step="Leave it empty to judge for now.")
        return {
            "id": self._reports.new_id(),
            "policy": submission.policy or self._policy,
            # Without a chosen time the moment is that after gathering: what was fetched for it is then not of later.
            "at": submission.at.isoformat() if submission.at else None,
            "clock": {"now": now.isoformat(), "machine": SystemClock().now().isoformat()},
            "forums": [submission.forum] if submission.forum else [],
            "documentKind": submission.document_kind,
            "relyingParty": submission.relying_party,
            "lang": submission.lang,
            "modelSpace": self._model_space,
            "notices": self._notices(submission),
            "fetching": None,
        }

    def _notices(self, submission: Submission) -> list[str]:
        """What a reader of the report has to know who did not ask for it: the address of a report can be passed on, and
        whoever asked chose what the verdict rests on."""
        found = []
        if submission.anchors:
            found.append(_ANCHORS_GIVEN)
        if submission.at is not None:
            now = self._installation.clock.now()
            found.append(_TIME_CHOSEN.format(at=time_text(submission.at), now=time_text(now.replace(microsecond=0))))
        return found

    def _fetching(self) -> dict[str, Any]:
        settings = self._installation.settings
        return {
            "maxBytes": settings.fetch_max_bytes,
            "maxHeaderBytes": settings.fetch_max_header_bytes,
            "seconds": settings.fetch_seconds,
            "maxRedirects": settings.fetch_max_redirects,
            "privateAddresses": settings.allow_private_addresses,
            "own": settings.base_url,
            # All fetches of one document together leave the judgement half of its time.
            "totalSeconds": self._pool.limits.wall_seconds / 2,
        }

    async def _done(self, header: dict[str, Any], read: Any) -> Outcome:
        started = time.perf_counter()
        try:
            answer = await asyncio.wrap_future(self._pool.submit(Task(header, read)))
        except TrustspaceError as error:
            self._metrics.errors.labels(error.code).inc()
            raise
        self._metrics.validation_seconds.observe(time.perf_counter() - started)
        self._count(answer.header["line"])
        return self._kept(header, answer)

    def _count(self, line: dict[str, Any]) -> None:
        self._metrics.validations.labels(str(line["indication"]), str(line["subIndication"] or "")).inc()
        for item in line["recognition"]:
            self._metrics.recognitions.labels(str(item["forum"]), str(item["decision"])).inc()

    def _kept(self, header: dict[str, Any], answer: Answer) -> Outcome:
        html, full, evidence = answer.blobs
        task = {name: value for name, value in header.items() if name not in ("files", "id")}
        task["at"] = answer.header["at"]
        report = StoredReport(
            html=html, full=full, evidence=evidence, line=answer.header["line"], task={**task, "fetching": None}
        )
        kept = self._reports.put(header["id"], report)
        return Outcome(id=header["id"] if kept else None, report=report, unreadable=answer.header["unreadable"])


def _entry(item: TrustFile) -> dict[str, str | None]:
    return {"role": item.role, "name": item.name, "territory": item.territory}


def _shown_name(role: str, name: str) -> str:
    """How a file is called in the report: an anchor that was sent along is said to be that."""
    plain = name.replace("\\", "/").rpartition("/")[2][:200]
    return f"given with the document: {plain}" if role == "anchor" else plain


def _octets(uploads: tuple[Upload, ...], own: Sequence[TrustFile]) -> tuple[bytes, ...]:
    return (*(upload.read() for upload in uploads), *(item.octets for item in own))
