"""What is handed in stays here: not in logs, not on the disk, and not for longer than a report is kept."""

import io
import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ops.platform.clock import FixedClock
from ops.platform.logs import configure_logs
from ops.service.web.errors import ReportGoneError
from ops.service.web.reports import ReportStore, StoredReport
from tests.service.web.client import Client
from tests.service.web.house import COMPANY, paper

NAME = "very-private-agreement.pdf"
TEXT = "Nobody shall read this in a log"


def test_logs_hold_neither_names_nor_contents(client: Client, signed: bytes) -> None:
    stream = io.StringIO()
    configure_logs(level="DEBUG", form="json", stream=stream)
    for octets in (signed, paper(TEXT), TEXT.encode(), b""):
        for address in ("/api/v1/validate", "/validate"):
            client.post(address, files={"file": (NAME, octets)}, data={"forum": "KZ", "offline": "true"})
    client.post("/validate", files={"file": (NAME, signed), "anchors": (NAME, TEXT.encode())})
    logged = stream.getvalue()
    for secret in (NAME, "very-private", TEXT, COMPANY, json.dumps(COMPANY)):
        assert secret not in logged


def test_nothing_is_left_on_the_disk(
    client: Client, signed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen: list[list[Path]] = []
    real = tempfile.TemporaryFile

    def watched(*arguments: object, **options: object) -> object:
        made = real(*arguments, **options)  # type: ignore[call-overload]
        seen.append(list(tmp_path.iterdir()))
        return made

    monkeypatch.setattr(tempfile, "TemporaryFile", watched)
    # Large enough to leave memory.
    answer = client.post("/validate", files={"file": (NAME, signed + bytes(3 * 2**20))}, data={"offline": "true"})
    assert answer.status_code in (303, 422)
    # It had a file, and that file never had a name.
    assert seen == [[]]
    assert list(tmp_path.iterdir()) == []


def report(size: int = 10) -> StoredReport:
    return StoredReport(html=bytes(size), full=b"", evidence=b"", line={}, task={})


def test_a_report_is_forgotten_after_its_time(clock: FixedClock) -> None:
    store = ReportStore(clock, lifetime=timedelta(hours=1))
    store.put("a", report())
    clock.advance(timedelta(minutes=59))
    assert store.get("a").html
    clock.advance(timedelta(minutes=2))
    with pytest.raises(ReportGoneError):
        store.get("a")


def test_reports_take_so_much_memory_and_no_more() -> None:
    store = ReportStore(FixedClock(datetime(2026, 6, 1, tzinfo=UTC)), max_octets=1000)
    for number in range(20):
        assert store.put(f"r{number}", report(200))
    with pytest.raises(ReportGoneError):
        store.get("r0")
    assert store.get("r19").size == 200
    assert not store.put("huge", report(251))


def test_names_of_reports_cannot_be_guessed() -> None:
    store = ReportStore(FixedClock(datetime(2026, 6, 1, tzinfo=UTC)))
    names = {store.new_id() for _ in range(1000)}
    assert len(names) == 1000
    assert min(map(len, names)) >= 32
