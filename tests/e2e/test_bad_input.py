"""What cannot be judged gets a code, a sentence and a next step, as text and as JSON, and leaves nothing behind."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.bad_files import NAMES, refusal, write_all

pytestmark = [pytest.mark.slow]

Run = Callable[..., subprocess.CompletedProcess[str]]
Reasons = {
    "not-a-pdf": "TS-DOC-NOT-SIGNED-FORM",
    "truncated": "TS-PDF-DAMAGED",
    "encrypted": "TS-PDF-ENCRYPTED",
    "empty": "TS-DOC-EMPTY",
    "zeros": "TS-DOC-NOT-SIGNED-FORM",
    "binary": "TS-DOC-NOT-SIGNED-FORM",
}


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_all(tmp_path_factory.mktemp("bad"))


@pytest.mark.parametrize("kind", sorted(Reasons))
def test_a_file_that_is_no_signed_document_is_judged_unreadable(
    kind: str, trustspace: Run, bad: dict[str, Path]
) -> None:
    done = trustspace("validate", bad[kind], "--offline")
    assert (done.returncode, done.stderr) == (2, "")
    assert f"[{Reasons[kind]}]" in done.stdout
    assert "Next: " in done.stdout
    report = json.loads(trustspace("validate", bad[kind], "--offline", "--json").stdout)
    assert report["indication"] in ("NO-SIGNATURE", "TOTAL-FAILED")
    assert [reason["code"] for reason in report["reasons"]] == [Reasons[kind]]


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("kind", ["folder", "missing"])
def test_what_is_no_file_is_refused(kind: str, as_json: tuple[str, ...], trustspace: Run, bad: dict[str, Path]) -> None:
    assert refusal(trustspace("validate", bad[kind], *as_json)) == "TS-DOC-NOT-FOUND"


def test_every_kind_of_bad_file_is_looked_at() -> None:
    assert {*Reasons, "folder", "missing"} == set(NAMES)


OPTIONS = {
    "time": (("--at", "yesterday"), "TS-VALIDATE-OPTION"),
    "time-outside-the-calendar": (("--at", "0001-01-01T00:00:00+14:00"), "TS-VALIDATE-OPTION"),
    "policy": (("--policy", "lenient"), "TS-JUDGE-POLICY-UNKNOWN"),
    "language": (("--language", "xx"), "TS-VALIDATE-OPTION"),
    "document-kind": (("--document", "novel"), "TS-VALIDATE-OPTION"),
    "trust": (("--trust", "blind"), "TS-VALIDATE-OPTION"),
    "no-such-option": (("--colour", "red"), "TS-USAGE"),
    "anchor-missing": (("--anchor", "nowhere.cer"), "TS-DOC-NOT-FOUND"),
    "anchor-unreadable": (("--anchor", "{binary}"), "TS-DOC-TRUST-MATERIAL"),
    "anchor-is-a-folder": (("--anchor", "{folder}"), "TS-DOC-NOT-FOUND"),
    "crl-unreadable": (("--crl", "{empty}"), "TS-DOC-TRUST-MATERIAL"),
    "ocsp-unreadable": (("--ocsp", "{zeros}"), "TS-DOC-TRUST-MATERIAL"),
    "report-in-no-folder": (("--html", "{missing}/report.html"), "TS-OUTPUT-UNWRITABLE"),
    "report-over-a-folder": (("--html", "{folder}"), "TS-OUTPUT-UNWRITABLE"),
    "evidence-in-no-folder": (("--evidence", "{missing}/evidence.json"), "TS-OUTPUT-UNWRITABLE"),
    "batch-missing": (("--batch", "{missing}"), "TS-BATCH-UNREADABLE"),
    "batch-is-a-folder": (("--batch", "{folder}"), "TS-BATCH-UNREADABLE"),
}


@pytest.mark.parametrize("kind", OPTIONS)
def test_a_bad_option_is_refused_with_the_same_three_parts_twice(
    kind: str, trustspace: Run, bad: dict[str, Path]
) -> None:
    words, code = OPTIONS[kind]
    asked = ("validate", bad["not-a-pdf"], "--offline", *(word.format_map(bad) for word in words))
    assert refusal(trustspace(*asked)) == code
    assert refusal(trustspace(*asked, "--json")) == code


def test_a_bad_forum_is_refused_and_no_report_is_written(trustspace: Run, demo_output: Path, tmp_path: Path) -> None:
    report, evidence = tmp_path / "report.html", tmp_path / "evidence.json"
    done = trustspace("validate", demo_output / "documents" / "contract.pdf", "--offline", "--forum", "Atlantis",
                      "--html", report, "--evidence", evidence)  # fmt: skip
    assert refusal(done) == "TS-JURISDICTION-UNKNOWN"
    assert list(tmp_path.iterdir()) == []


PATH_OPTIONS = {
    "leaf-unreadable": (("{binary}", "--anchor", "{binary}"), "TS-PATH-MALFORMED"),
    "leaf-missing": (("{missing}",), "TS-PATH-INPUT"),
    "batch-missing": (("--batch", "{missing}"), "TS-PATH-INPUT"),
    "batch-is-a-folder": (("--batch", "{folder}"), "TS-PATH-INPUT"),
}


@pytest.mark.parametrize("kind", PATH_OPTIONS)
def test_a_bad_question_about_a_path_is_refused_alike(kind: str, trustspace: Run, bad: dict[str, Path]) -> None:
    words, code = PATH_OPTIONS[kind]
    told = {refusal(trustspace("path", *(word.format_map(bad) for word in words), *more)) for more in ((), ("--json",))}
    assert told == {code}


@pytest.mark.parametrize("words", [("nonsense",), ("validate",), ("ca", "issue"), ("judge",), ("sign",)])
def test_a_wrong_use_is_an_error_like_any_other(words: tuple[str, ...], trustspace: Run) -> None:
    assert refusal(trustspace(*words)) == "TS-USAGE"
    assert refusal(trustspace(*words, "--json")) == "TS-USAGE"


LINES: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"garbage", "TS-BATCH-LINE"),
    "no object": (b"[1]", "TS-BATCH-LINE"),
    "null": (b"null", "TS-BATCH-LINE"),
    "no file": (b'{"id":"1"}', "TS-BATCH-LINE"),
    "unknown member": (b'{"id":"1","file":"x","colour":1}', "TS-BATCH-LINE"),
    "file is a number": (b'{"id":"1","file":5}', "TS-BATCH-LINE"),
    "anchors is text": (b'{"id":"1","file":"x","anchors":"y"}', "TS-BATCH-LINE"),
    "offline is text": (b'{"id":"1","file":"x","offline":"no"}', "TS-BATCH-LINE"),
    "policy is a list": (b'{"id":"1","file":"x","policy":["strict"]}', "TS-BATCH-LINE"),
    "deep": (b"[" * 100_000, "TS-BATCH-LINE"),
    "no UTF-8": (b'{"id":"\xff\xfe","file":"nowhere"}', "TS-DOC-NOT-FOUND"),
    "half a surrogate pair": (b'{"id":"\\ud800","file":"\\ud800"}', "TS-DOC-NOT-FOUND"),
    "NUL in the path": (b'{"id":"1","file":"a\\u0000b"}', "TS-DOC-NOT-FOUND"),
    "path too long": (b'{"id":"1","file":"' + b"a" * 5000 + b'"}', "TS-DOC-UNREADABLE"),
    # What follows the cut would be a question of its own, were the line read in pieces.
    "ten megabytes": (b" " * 2**20 + b'{"id":"hidden","file":"x"}' + b" " * 2**23, "TS-BATCH-LINE"),
    "a question with a long tail": (b'{"id":"1","file":"x"}' + b" " * 2**21 + b"}", "TS-BATCH-LINE"),
    "time": (b'{"id":"1","file":"x","at":"9999-12-31T23:59:59-14:00"}', "TS-DOC-NOT-FOUND"),
    "after all of it": (b'{"id":"last","file":"nowhere"}', "TS-DOC-NOT-FOUND"),
}


def test_every_line_of_a_batch_is_answered_in_order_whatever_it_holds(trustspace: Run, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    batch.write_bytes(b"\n".join(line for line, _ in LINES.values()) + b"\n")
    done = trustspace("validate", "--batch", batch)
    answers: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (1, "")
    told = {name: answer["error"]["code"] for name, answer in zip(LINES, answers, strict=True)}
    assert told == {name: code for name, (_, code) in LINES.items()}
    assert all(answer["error"]["message"] and answer["error"]["nextStep"] for answer in answers)
    assert {answer["indication"] for answer in answers} == {"INDETERMINATE"}
    assert answers[-1]["id"] == "last"


def _damaged(whole: bytes) -> dict[str, bytes]:
    rows = json.loads(whole)
    return {
        "cut": whole[: len(whole) // 2],
        "empty": b"",
        "binary": b"\0\xff" * 100,
        "deep": b"[" * 200_000,
        "a part is missing": json.dumps({name: rows[name] for name in sorted(rows)[1:]}).encode(),
        "a part too many": json.dumps({**rows, "surprise": 1}).encode(),
        "wrong kinds": json.dumps(dict.fromkeys(rows, 5)).encode(),
    }


def test_damaged_evidence_is_never_judged(trustspace: Run, demo_output: Path, tmp_path: Path) -> None:
    whole = next(iter(sorted(demo_output.glob("reports/*.evidence.json")))).read_bytes()
    path = tmp_path / "evidence.json"
    for name, octets in _damaged(whole).items():
        path.write_bytes(octets)
        assert refusal(trustspace("judge", path)) == "TS-EVIDENCE-UNREADABLE", name
    assert refusal(trustspace("judge", path, "--json")) == "TS-EVIDENCE-UNREADABLE"
    assert refusal(trustspace("judge", tmp_path / "nowhere", "--json")) == "TS-DOC-NOT-FOUND"
    path.write_bytes(whole)
    for words, code in (
        (("--policy", "lenient"), "TS-JUDGE-POLICY-UNKNOWN"),
        (("--at", "tomorrow"), "TS-VALIDATE-OPTION"),
        (("--language", "xx"), "TS-VALIDATE-OPTION"),
        (("--html", str(tmp_path)), "TS-OUTPUT-UNWRITABLE"),
    ):
        assert refusal(trustspace("judge", path, *words)) == code
