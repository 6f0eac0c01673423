"""The main job end to end: the demonstration's verdicts, its files, its replay, and its refusals."""

import json
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from sqlalchemy.engine import URL

pytestmark = [pytest.mark.slow]

Run = Callable[..., subprocess.CompletedProcess[str]]


def summary(out: Path) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return rows


def test_every_verdict_is_as_expected_on_both_axes(demo_output: Path) -> None:
    rows = summary(demo_output)
    assert len({row["scenario"] for row in rows}) >= 17
    assert [row for row in rows if not row["asExpected"]] == []
    assert {row["recognition"] for row in rows} == {"RECOGNISED", "NOT-RECOGNISED", "NOT-DECIDED"}


LEVELS = {
    "contract.pdf": ["PAdES-BASELINE-LT", "PAdES-BASELINE-LT"],
    "court-filing.pdf": ["PAdES-BASELINE-LT"],
    "court-filing.p7s": ["CAdES-BASELINE-LT"],
    "expired-with-long-term-data.pdf": ["PAdES-BASELINE-LTA"],
    "expired-without-long-term-data.pdf": ["PAdES-BASELINE-B"],
    "revoked-after.pdf": ["PAdES-BASELINE-T"],
}


@pytest.mark.parametrize("name", LEVELS)
def test_a_signature_has_the_level_it_was_made_at_in_every_forum(name: str, demo_output: Path) -> None:
    found = sorted((demo_output / "reports").glob(f"*-{name}.json"))
    assert found
    for report in found:
        told = json.loads(report.read_text(encoding="utf-8"))
        if "EE-" not in report.name:
            assert [signature["level"] for signature in told["signatures"]] == LEVELS[name], report.name


def test_a_second_run_replaces_the_first(trustspace: Run, demo_output: Path) -> None:
    done = trustspace("demo", "--out", demo_output, "--json")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(row["asExpected"] for row in rows)
    assert not (demo_output / "space").exists()
    assert len(list(demo_output.glob("certificates/kz-root/root-*.cer"))) == 1


def test_the_same_on_postgresql(trustspace: Run, new_postgresql_database: Callable[[], URL], tmp_path: Path) -> None:
    address = new_postgresql_database().render_as_string(hide_password=False)
    done = trustspace("demo", "--out", tmp_path / "out", "--json", environment={"DATABASE_URL": address})
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert all(json.loads(line)["asExpected"] for line in done.stdout.splitlines())


def test_a_report_replays_to_the_same_verdict(trustspace: Run, demo_output: Path) -> None:
    for report in sorted((demo_output / "reports").glob("0[1-6]-*.pdf.json")):
        told = json.loads(report.read_text(encoding="utf-8"))
        evidence = report.with_name(report.name.removesuffix(".json") + ".evidence.json")
        done = trustspace("judge", evidence, "--at", told["replay"]["at"], "--json")
        again = json.loads(done.stdout)
        assert {key: again[key] for key in ("indication", "subIndication", "signatures", "timestamps")} == {
            key: told[key] for key in ("indication", "subIndication", "signatures", "timestamps")
        }
        assert done.returncode == (0 if told["indication"] == "TOTAL-PASSED" else 1)


def test_reports_are_self_contained_pages(demo_output: Path) -> None:
    pages = sorted((demo_output / "reports").glob("*.html"))
    assert len(pages) == len(summary(demo_output))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert 'src="http' not in text
        assert 'href="http' not in text


def test_own_file_becomes_the_contract(trustspace: Run, demo_output: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.pdf"
    own.write_bytes((demo_output / "documents" / "contract-unsigned.pdf").read_bytes())
    done = trustspace("demo", "--out", tmp_path / "out", "--file", own, "--json")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    signed = (tmp_path / "out" / "documents" / "contract.pdf").read_bytes()
    assert signed.startswith(own.read_bytes())


def _encrypted(plain: bytes, path: Path) -> bytes:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(plain)))
    writer.encrypt(owner_pass="secret", user_pass="secret")
    with path.open("wb") as target:
        writer.write(target)
    return path.read_bytes()


BAD_FILES = {
    "not-a-pdf": lambda plain, path: b"PK\x03\x04 this is no PDF",
    "truncated": lambda plain, path: plain[: len(plain) // 2],
    "empty": lambda plain, path: b"",
    "encrypted": _encrypted,
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_own_file_is_refused_with_a_code_and_a_next_step(
    kind: str, trustspace: Run, demo_output: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(BAD_FILES[kind]((demo_output / "documents" / "contract-unsigned.pdf").read_bytes(), bad))
    done = trustspace("demo", "--out", tmp_path / "out", "--file", bad)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "TS-" in done.stderr
    assert "Next: " in done.stderr
    assert not (tmp_path / "out" / "space").exists()


def test_a_missing_own_file_is_refused(trustspace: Run, tmp_path: Path) -> None:
    done = trustspace("demo", "--out", tmp_path / "out", "--file", tmp_path / "nowhere.pdf")
    assert (done.returncode, done.stderr.split(":")[0]) == (2, "TS-DEMO-FILE")


def test_an_output_directory_in_use_is_refused(trustspace: Run, tmp_path: Path) -> None:
    (tmp_path / "space").mkdir()
    done = trustspace("demo", "--out", tmp_path)
    assert (done.returncode, done.stderr.split(":")[0]) == (2, "TS-DEMO-OUT-IN-USE")
