"""The demonstration's sealed reports: accepted by our command and by poppler, the same again when replayed, and noticed
when one octet is another.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import Run


def _report(demo_output: Path, document: str) -> Path:
    return next(iter(sorted((demo_output / "reports").glob(f"*-{document}.report.pdf"))))


def _anchor(demo_output: Path) -> Path:
    """The root of the state whose service sealed the reports."""
    return next(iter((demo_output / "certificates" / "by-root").glob("root-*.cer")))


def test_every_judgement_left_a_report_in_every_form(demo_output: Path) -> None:
    reports = demo_output / "reports"
    judged = sorted(item.name.removesuffix(".evidence.json") for item in reports.glob("*.evidence.json"))
    assert judged
    for stem in judged:
        for form in ("json", "html", "xml", "report.pdf"):
            assert (reports / f"{stem}.{form}").stat().st_size > 1000


@pytest.mark.parametrize("document", ["contract.pdf", "revoked-before.pdf", "expired-with-long-term-data.pdf"])
def test_a_report_replays_and_its_seal_holds(trustspace: Run, demo_output: Path, document: str) -> None:
    report = _report(demo_output, document)
    done = trustspace("validate", "--replay", report, "--anchor", _anchor(demo_output), "--json")
    row = json.loads(done.stdout)
    assert done.returncode == 0, row
    assert row["same"] is True
    assert [item["indication"] for item in row["seals"]] == ["TOTAL-PASSED"]


def test_a_changed_octet_is_told(trustspace: Run, demo_output: Path, tmp_path: Path) -> None:
    octets = _report(demo_output, "contract.pdf").read_bytes()
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(octets.replace(b"(trustspace)", b"(trustspacE)", 1))
    assert changed.read_bytes() != octets
    done = trustspace("validate", "--replay", changed, "--json")
    assert done.returncode == 1
    assert [item["intact"] for item in json.loads(done.stdout)["seals"]] == [False]
    assert trustspace("validate", changed, "--anchor", _anchor(demo_output), "--offline").returncode == 1


def test_poppler_accepts_the_seal(demo_output: Path) -> None:
    if shutil.which("pdfsig") is None:
        pytest.skip("pdfsig (Debian: poppler-utils) is not installed")
    command = ["pdfsig", "-nocert", str(_report(demo_output, "contract.pdf"))]
    said = subprocess.run(command, capture_output=True, check=False, text=True).stdout
    assert "Signature is Valid." in said


def test_what_is_no_report_is_unreadable(trustspace: Run, demo_output: Path) -> None:
    done = trustspace("validate", "--replay", demo_output / "documents" / "contract.pdf", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "TS-REPORT-UNREADABLE"
