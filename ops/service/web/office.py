"""Hands out kept reports in the form somebody asks for, sealed where the installation has a seal.

Pages and XML are made in a judging process, because they hold what strangers wrote; the seal is made here, where the
keys are. What was made is kept for a while, so that asking twice does not seal twice.
"""

import asyncio
import base64
from collections import OrderedDict
from functools import partial
from typing import Any

from ops.service.web.errors import FieldError, ReportGoneError
from ops.service.web.reports import ReportStore, StoredReport
from ops.service.web.workers import Task, WorkerPool
from policies.reasons import LANGUAGES
from validator.report.forms import Form, MadeReport, Sealer

_MOST_OCTETS = 128 * 2**20
_Key = tuple[str, Form, tuple[str, ...]]


class Office:
    """Reports in every form. `sealer` None means that this installation has no seal of its own."""

    def __init__(self, reports: ReportStore, pool: WorkerPool, sealer: Sealer | None) -> None:
        self._reports = reports
        self._pool = pool
        self._sealer = sealer
        self._made: OrderedDict[_Key, MadeReport] = OrderedDict()

    async def made(self, report_id: str, form: Form, languages: tuple[str, ...] | None = None) -> MadeReport:
        """The report in one form; `languages` are those of its pages, else the one it was asked for in. Raises
        ReportGoneError, FieldError, what making the report raises, and what the seal raises: never a report without
        the seal that it should have."""
        kept = self._reports.get(report_id)
        spoken = _languages(languages or (kept.task["lang"],)) if form is Form.PDF else ()
        key = (report_id, form, spoken)
        found = self._made.get(key)
        if found is None:
            octets = await self._octets(kept, form, spoken)
            found = octets if self._sealer is None else await asyncio.to_thread(self._sealed, octets.octets, form)
            self._keep(key, found)
        return found

    async def seal(self, report_id: str, form: Form) -> bytes:
        """The detached seal of a report. Raises ReportGoneError where it has none beside it."""
        found = await self.made(report_id, form)
        if found.seal is None:
            raise ReportGoneError("This report has no seal beside it.")
        return found.seal

    async def _octets(self, kept: StoredReport, form: Form, languages: tuple[str, ...]) -> MadeReport:
        if form is Form.JSON:
            return MadeReport(kept.full)
        if form is Form.HTML:
            return MadeReport(kept.html)
        certificate = None if self._sealer is None else base64.b64encode(self._sealer.certificate).decode()
        header: dict[str, Any] = {
            **kept.task,
            "id": kept.line["id"],
            "form": str(form),
            "languages": list(languages),
            "certificate": certificate,
            "files": [{"role": "evidence", "name": "evidence"}],
        }
        answer = await asyncio.wrap_future(self._pool.submit(Task(header, partial(_evidence, kept))))
        return MadeReport(answer.blobs[0])

    def _sealed(self, octets: bytes, form: Form) -> MadeReport:
        assert self._sealer is not None
        if form is Form.PDF:
            return MadeReport(self._sealer.seal_pdf(octets))
        return MadeReport(octets, self._sealer.seal_beside(octets))

    def _keep(self, key: _Key, made: MadeReport) -> None:
        self._made[key] = made
        while sum(len(item.octets) for item in self._made.values()) > _MOST_OCTETS:
            self._made.popitem(last=False)


def _evidence(kept: StoredReport) -> tuple[bytes, ...]:
    return (kept.evidence,)


def _languages(asked: tuple[str, ...]) -> tuple[str, ...]:
    if len(asked) > 2 or len(set(asked)) < len(asked) or not set(asked) <= set(LANGUAGES):
        known = ", ".join(LANGUAGES)
        raise FieldError("lang", "There are no such languages here.", next_step=f"Use one or two of: {known}.")
    return asked
