"""`trustspace path`: one answer for every line, whatever the line holds; explain shows every candidate."""

import base64
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from validator.cli.path import app
from validator.cli.path_batch import run_batch
from validator.cli.path_question import QuestionError


def text(encoded: bytes) -> str:
    return "base64:" + base64.b64encode(encoded).decode()


def question(forge: SimpleNamespace, **changes: Any) -> dict[str, Any]:
    row = {
        "id": "q",
        "leaf": text(forge.end_entity()),
        "anchors": [text(forge.root())],
        "pool": [text(forge.authority())],
        "crls": [],
        "ocsps": [],
        "at": "2026-06-01T12:00:00Z",
        "initialPolicies": None,
        "revocation": "none",
        "profile": "rfc5280",
        "legacyAlgorithms": False,
    }
    return row | changes


def answers(forge: SimpleNamespace, tmp_path: Path, *lines: str) -> list[dict[str, Any]]:
    source = tmp_path / "questions.jsonl"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    out = StringIO()
    run_batch(str(source), out, lambda: forge.NOW)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_good_line(forge: SimpleNamespace, tmp_path: Path) -> None:
    (answer,) = answers(forge, tmp_path, json.dumps(question(forge)))
    assert answer["id"] == "q"
    assert answer["valid"] is True
    assert (answer["reason"], answer["clause"], answer["detail"]) == (None, None, None)
    assert len(answer["path"]) == 3
    assert answer["explored"] >= 1


@pytest.mark.parametrize(("changes", "reason"), [
    ({"revocation": "require"}, "TS-PATH-REVOCATION-UNKNOWN"),
    ({"revocation": "if-declared"}, None),
    ({"at": "2030-01-01T00:00:00Z"}, "TS-PATH-EXPIRED"),
    ({"at": "yesterday"}, "TS-PATH-INPUT"),
    ({"at": "9999-12-31T23:59:59-12:00"}, "TS-PATH-INPUT"),
    ({"anchors": []}, "TS-PATH-NO-ANCHORS"),
    ({"anchors": "x"}, "TS-PATH-INPUT"),
    ({"leaf": "base64:AAAA"}, "TS-PATH-MALFORMED"),
    ({"leaf": "base64:%%%"}, "TS-PATH-INPUT"),
    ({"leaf": "no such file"}, "TS-PATH-INPUT"),
    ({"leaf": None}, "TS-PATH-INPUT"),
    ({"pool": ["base64:AAAA"]}, "TS-PATH-NO-ISSUER"),
    ({"pool": [7]}, "TS-PATH-INPUT"),
    ({"crls": ["base64:AAAA"], "ocsps": ["base64:AAAA"]}, None),
    ({"maxDepth": 0}, "TS-PATH-TOO-DEEP"),
    ({"maxDepth": -1}, "TS-PATH-INPUT"),
    ({"eku": ["serverAuth"]}, None),
    ({"names": [{"kind": "dns", "value": "a.example"}]}, "TS-PATH-NAME-MISMATCH"),
    ({"names": [{"kind": "smell", "value": "a"}]}, "TS-PATH-INPUT"),
    ({"keyUsage": ["keyAgreement"]}, "TS-PATH-REQUIRED-KEY-USAGE"),
    ({"requireExplicitPolicy": True}, "TS-PATH-POLICY"),
    ({"requireExplicitPolicy": "yes"}, "TS-PATH-INPUT"),
    ({"profile": "ATLANTIS"}, "TS-PATH-INPUT"),
    ({"revocation": "sometimes"}, "TS-PATH-INPUT"),
    ({"anchorConstraints": True, "anchorExpiry": True, "anchorBasicConstraints": True}, None),
])  # fmt: skip
def test_fields(forge: SimpleNamespace, tmp_path: Path, changes: dict[str, Any], reason: str | None) -> None:
    (answer,) = answers(forge, tmp_path, json.dumps(question(forge, **changes)))
    assert answer["id"] == "q"
    assert answer["reason"] == reason
    assert answer["valid"] is (reason is None)
    assert reason is None or (answer["clause"] is not None and answer["detail"].endswith("."))


def test_no_line_goes_missing(forge: SimpleNamespace, tmp_path: Path) -> None:
    good = json.dumps(question(forge))
    lines = ["{", "[]", "null", '{"id": 7}', "[" * 100_000, good, '"\\ud800"']
    found = answers(forge, tmp_path, *lines)
    assert [answer["valid"] for answer in found] == [False] * 5 + [True, False]
    assert found[3]["id"] == 7


def test_anchor_flags(forge: SimpleNamespace, tmp_path: Path) -> None:
    expired = text(forge.root(not_after=forge.NOW - forge.YEAR / 2))
    no_ca = text(forge.root(extra=[forge.basic_constraints(False), forge.key_usage(0)]))
    plain = [question(forge, anchors=[anchor]) for anchor in (expired, no_ca)]
    held = [
        question(forge, anchors=[expired], anchorExpiry=True),
        question(forge, anchors=[no_ca], anchorBasicConstraints=True),
    ]
    found = answers(forge, tmp_path, *map(json.dumps, plain + held))
    assert [answer["valid"] for answer in found] == [True, True, False, False]
    assert [answer["reason"] for answer in found[2:]] == ["TS-PATH-ANCHOR-EXPIRED", "TS-PATH-NOT-A-CA"]


def test_pem_and_files(forge: SimpleNamespace, tmp_path: Path) -> None:
    def pem(*encoded: bytes) -> str:
        blocks = [
            f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(one).decode()}-----END CERTIFICATE-----\n"
            for one in encoded
        ]
        return "".join(blocks)

    for name, body in (("leaf", pem(forge.end_entity())), ("pool", pem(forge.root("CN=X", "x"), forge.authority()))):
        (tmp_path / f"{name}.pem").write_text(body, encoding="ascii")
    (tmp_path / "root.cer").write_bytes(forge.root())
    row = question(forge, leaf=f"{tmp_path}/leaf.pem", anchors=[f"{tmp_path}/root.cer"], pool=[f"{tmp_path}/pool.pem"])
    assert answers(forge, tmp_path, json.dumps(row))[0]["valid"] is True


def test_a_caller_may_hold_a_conversation(forge: SimpleNamespace) -> None:
    command = [sys.executable, "-m", "validator.cli.path", "--batch", "-"]
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(3):
            process.stdin.write(json.dumps(question(forge, id=number)) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            assert (answer["id"], answer["valid"]) == (number, True)
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_explain_prints_every_candidate(forge: SimpleNamespace, tmp_path: Path) -> None:
    files = {"leaf": forge.end_entity(), "root": forge.root(), "ca": forge.authority()}
    files["old"] = forge.authority(not_after=forge.NOW - forge.YEAR / 2)
    for name, encoded in files.items():
        (tmp_path / name).write_bytes(encoded)
    options = [
        "--anchor",
        f"{tmp_path}/root",
        "--cert",
        f"{tmp_path}/old",
        "--at",
        "2026-06-01",
        "--revocation",
        "none",
    ]
    refused = CliRunner().invoke(app, ["explain", f"{tmp_path}/leaf", *options])
    assert refused.exit_code == 1
    assert "dropped: TS-PATH-EXPIRED" in refused.output
    accepted = CliRunner().invoke(app, ["explain", f"{tmp_path}/leaf", *options, "--cert", f"{tmp_path}/ca"])
    assert accepted.exit_code == 0
    assert "kept" in accepted.output
    plain = CliRunner().invoke(app, [f"{tmp_path}/leaf", *options, "--cert", f"{tmp_path}/ca"])
    assert plain.exit_code == 0
    assert "may be relied on" in plain.output
    unreadable = CliRunner().invoke(app, [f"{tmp_path}/nothing", *options])
    assert isinstance(unreadable.exception, QuestionError)
    assert unreadable.exception.exit_status == 2


def test_explain_prints_each_path_once_with_all_that_speaks_against_it(forge: SimpleNamespace, tmp_path: Path) -> None:
    for name, encoded in {"leaf": forge.end_entity(), "root": forge.root(), "ca": forge.authority()}.items():
        (tmp_path / name).write_bytes(encoded)
    options = ["--anchor", f"{tmp_path}/root", "--cert", f"{tmp_path}/ca", "--at", "2026-06-01", "--json"]
    told = CliRunner().invoke(app, ["explain", f"{tmp_path}/leaf", *options])
    rows = [json.loads(line) for line in told.output.splitlines()]
    assert len({tuple(row["path"]) for row in rows}) == len(rows)
    (whole,) = [row for row in rows if len(row["path"]) == 3]
    codes = [reason["code"] for reason in whole["reasons"]]
    assert "TS-PATH-REVOCATION-UNKNOWN" in codes
    assert len(whole["reasons"]) == len({json.dumps(reason, sort_keys=True) for reason in whole["reasons"]})
    assert not any(row["kept"] for row in rows)


@pytest.mark.parametrize("garbage", [b"garbage", b"", b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"])
def test_an_anchor_that_cannot_be_read_is_told(forge: SimpleNamespace, tmp_path: Path, garbage: bytes) -> None:
    leaf, good, bad = (tmp_path / name for name in ("leaf.der", "good.der", "bad.der"))
    leaf.write_bytes(forge.end_entity())
    good.write_bytes(forge.root())
    bad.write_bytes(garbage)
    options = [str(leaf), "--anchor", str(good), "--anchor", str(bad), "--revocation", "none"]
    result = CliRunner().invoke(app, options)
    assert isinstance(result.exception, QuestionError)
    assert result.exception.exit_status == 2
    assert "bad.der" in result.exception.sentence
    (answer,) = answers(forge, tmp_path, json.dumps(question(forge, anchors=[str(good), str(bad)])))
    assert (answer["valid"], answer["reason"]) == (False, "TS-PATH-INPUT")
