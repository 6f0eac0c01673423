"""The command line as other programs hold it: lines in, lines out, exit status, and a worker that dies."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from validator.cli import judge, validate
from validator.cli.judge import AS_RECORDED
from validator.cli.validate_answer import answer
from validator.cli.validate_batch import answers

MEMBERS = [
    "id", "indication", "subIndication", "signatures", "timestamps", "evidenceRecords", "recognition", "reasons",
]  # fmt: skip


def slow_or_deadly(line: str) -> str:
    """Stands for a worker: dies on "die", else echoes."""
    word = json.loads(line)["id"]
    if word == "die":
        os._exit(9)
    return json.dumps({"id": word})


@pytest.fixture
def files(world: Any, tmp_path: Path, now: Any) -> Path:
    (tmp_path / "good.pdf").write_bytes(world.pdf())
    (tmp_path / "root.cer").write_bytes(world.root.der)
    for at, crl in enumerate(world.crls()):
        (tmp_path / f"{at}.crl").write_bytes(crl)
    (tmp_path / "nothing.txt").write_bytes(b"nothing")
    return tmp_path


def row(files: Path, now: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "file": str(files / "good.pdf"),
        "anchors": [str(files / "root.cer")],
        "crls": [str(files / "0.crl"), str(files / "1.crl")],
        "at": now.isoformat(),
        "offline": True,
        **more,
    }


def test_line_has_the_members_of_the_interface(files: Path, now: Any) -> None:
    found = answer(json.dumps(row(files, now, forum="KZ")))
    assert [name for name in found if name in MEMBERS] == MEMBERS
    assert found["indication"] == "TOTAL-PASSED"
    assert found["recognition"][0]["forum"] == "KZ"
    assert found["signatures"][0]["signer"] == "signer"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("not json", "TS-BATCH-LINE"),
        ("[1]", "TS-BATCH-LINE"),
        ('{"id":"7"}', "TS-BATCH-LINE"),
        ('{"id":"7","file":"/nowhere/at.all"}', "TS-DOC-NOT-FOUND"),
        ('{"id":"7","file":"x","surprise":1}', "TS-BATCH-LINE"),
        ('{"id":"7","file":"\\u0000"}', "TS-DOC-NOT-FOUND"),
        ("[" * 100_000, "TS-BATCH-LINE"),
    ],
)
def test_bad_line_gets_an_answer_with_a_code(line: str, code: str) -> None:
    found = answer(line)
    assert found["indication"] == "INDETERMINATE"
    assert found["error"]["code"] == code
    assert found["error"]["nextStep"]


def test_unknown_policy_forum_and_anchor_are_said(files: Path, now: Any) -> None:
    assert answer(json.dumps(row(files, now, policy="lax")))["error"]["code"] == "TS-JUDGE-POLICY-UNKNOWN"
    assert answer(json.dumps(row(files, now, forum="XX")))["error"]["code"] == "TS-JURISDICTION-UNKNOWN"
    broken = row(files, now, anchors=[str(files / "nothing.txt")])
    assert answer(json.dumps(broken))["error"]["code"] == "TS-DOC-TRUST-MATERIAL"


def test_order_is_kept_over_worker_processes() -> None:
    lines = [json.dumps({"id": str(at)}) for at in range(40)]
    found = [json.loads(text)["id"] for text in answers(iter(lines), slow_or_deadly)]
    assert found == [str(at) for at in range(40)]


def test_worker_that_dies_costs_only_its_own_line() -> None:
    names = [*(str(at) for at in range(12)), "die", *(str(at) for at in range(12, 24))]
    # The pause lets the reader pile the lines up, so that the workers and not this process meet the deadly one.
    found = [json.loads(text) for text in answers(piled(names), slow_or_deadly)]
    assert [item["id"] for item in found] == names
    assert [item["error"]["code"] for item in found if "error" in item] == ["TS-BATCH-WORKER-DIED"]


def piled(names: list[str]) -> Iterator[str]:
    yield from (json.dumps({"id": name}) for name in names)


def test_conversation_line_by_line(files: Path, now: Any) -> None:
    command = [sys.executable, "-c", "from ops.service.cli import main; main()", "validate", "--batch", "-"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    for name in ("a", "b", "c"):
        process.stdin.write(json.dumps(row(files, now, id=name)) + "\n")
        process.stdin.flush()
        found = json.loads(process.stdout.readline())
        assert (found["id"], found["indication"]) == (name, "TOTAL-PASSED")
    process.stdin.close()
    assert process.wait(30) == 0
    process.stdout.close()


def invoke(command: str, *arguments: str) -> Any:
    app = {"judge": judge.app, "validate": validate.app}[command]
    return CliRunner().invoke(app, list(arguments))


def test_exit_status(files: Path, now: Any) -> None:
    trust = ["--anchor", str(files / "root.cer"), "--crl", str(files / "0.crl"), "--crl", str(files / "1.crl")]
    good = str(files / "good.pdf")
    assert invoke("validate", good, *trust, "--at", now.isoformat(), "--offline").exit_code == 0
    assert invoke("validate", good, "--offline").exit_code == 1
    assert invoke("validate", str(files / "nothing.txt"), "--offline").exit_code == 2
    assert invoke("validate").exit_code == 2


def test_large_file_of_zeros_is_answered_at_once(tmp_path: Path) -> None:
    big = tmp_path / "zeros"
    with big.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    started = time.perf_counter()
    result = invoke("validate", str(big), "--offline")
    assert result.exit_code == 2
    assert "not a signed document" in result.output
    assert "[TS-DOC-NOT-SIGNED-FORM]" in result.output
    assert "Next: " in result.output
    assert time.perf_counter() - started < 60


def test_stored_evidence_gives_the_same_verdict(files: Path, now: Any) -> None:
    trust = ["--anchor", str(files / "root.cer"), "--crl", str(files / "0.crl"), "--crl", str(files / "1.crl")]
    stored = str(files / "evidence.json")
    arguments = [str(files / "good.pdf"), *trust, "--at", now.isoformat(), "--offline", "--json", "--evidence", stored]
    first = json.loads(invoke("validate", *arguments).stdout)
    second = json.loads(invoke("judge", stored, "--at", now.isoformat(), "--json").stdout)
    assert first["replay"] == second["replay"]
    assert first["verdict"] == second["verdict"]
    assert first["notices"] == []
    assert second["notices"] == [AS_RECORDED]
    later = json.loads(invoke("judge", stored, "--at", "2040-01-01T00:00:00Z", "--json").stdout)
    assert later["indication"] == "INDETERMINATE"
    assert later["replay"]["evidence"] == first["replay"]["evidence"]


def test_what_was_only_judged_again_says_so_in_every_form(files: Path, now: Any) -> None:
    """A stranger can write evidence that says that everything was intact: nobody may take it for a check of ours."""
    stored, page = files / "stranger.json", files / "stranger.html"
    arguments = ["--at", now.isoformat(), "--offline", "--json", "--evidence", str(stored)]
    invoke("validate", str(files / "good.pdf"), *arguments)
    assert invoke("judge", str(stored), "--html", str(page)).stdout.startswith(AS_RECORDED)
    assert page.read_text(encoding="utf-8").count(AS_RECORDED) == 1
    for form in ("html", "xml", "json"):
        out = files / f"stranger-report.{form}"
        invoke("judge", str(stored), "--report", form, "--out", str(out))
        assert AS_RECORDED in out.read_text(encoding="utf-8")
