"""Questions made to burn time or to lose a line: every one gets its answer, and the work is counted, never timed."""

import base64
import io
import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ops.platform import der
from validator.cli import path_batch, path_question
from validator.path import expected_names, name_folding
from validator.path.budget import Budget, BudgetExceededError
from validator.path.certificate import MalformedCertificate, parse_certificate, who
from validator.path.comparable import comparable_domain
from validator.path.name import MAX_NAME_OCTETS, parse_name
from validator.path.name_folding import normalise_text
from validator.path.types import PathSettings


def text(encoded: bytes) -> str:
    return "base64:" + base64.b64encode(encoded).decode()


def question(forge: SimpleNamespace, **changes: Any) -> str:
    row = {"id": "q", "leaf": text(forge.end_entity()), "anchors": [text(forge.root())], "revocation": "none"}
    return json.dumps(row | {"pool": [text(forge.authority())], "at": "2026-06-01T12:00:00Z"} | changes)


def answers(forge: SimpleNamespace, source: Path) -> list[dict[str, Any]]:
    out = io.StringIO()
    path_batch.run_batch(str(source), out, lambda: forge.NOW)
    return [json.loads(line) for line in out.getvalue().encode().decode().splitlines()]


def test_lines_end_at_line_feeds_only(forge: SimpleNamespace, tmp_path: Path) -> None:
    good = question(forge).encode()
    lines = [
        b"\xef\xbb\xbf" + good,
        good.replace(b", ", b",\r"),
        b"\xc2\xa0",
        b"\xff\xfe",
        b"",
        b" \t\r",
        b"\x0b",
        good,
    ]
    (tmp_path / "q").write_bytes(b"\n".join(lines))
    assert [one["valid"] for one in answers(forge, tmp_path / "q")] == [True, True, False, False, False, True]


@pytest.mark.parametrize("word", ["NaN", "-Infinity", '"\\ud800"', "[" * 990 + "]" * 990, "1" * 5000])
def test_any_identifier_comes_back_as_json(forge: SimpleNamespace, tmp_path: Path, word: str) -> None:
    (tmp_path / "q").write_text(question(forge).replace('"q"', word) + "\n" + question(forge, id=2) + "\n")
    found = answers(forge, tmp_path / "q")
    assert [one["id"] for one in found][1:] == [2]
    assert len(found) == 2


def test_a_fault_of_ours_costs_its_own_line(
    forge: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = path_batch.build_path
    asked: list[object] = []

    def failing(request: Any) -> Any:
        asked.append(request)
        if len(asked) == 1:
            raise KeyError("never meant to happen")
        return real(request)

    monkeypatch.setattr(path_batch, "build_path", failing)
    (tmp_path / "q").write_text(question(forge) + "\n" + question(forge) + "\n")
    first, second = answers(forge, tmp_path / "q")
    assert (first["valid"], first["reason"], second["valid"]) == (False, "TS-PATH-INPUT", True)
    assert "KeyError" in first["detail"]


def test_what_is_left_of_a_line_too_long_is_no_question(
    forge: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = question(forge)
    monkeypatch.setattr(path_batch, "MAX_LINE_OCTETS", len(good) + 1)
    (tmp_path / "q").write_text(" " * (len(good) + 1) + good + "\n" + good + "\n" + "x" * 3 * len(good))
    assert [one["valid"] for one in answers(forge, tmp_path / "q")] == [True, False]


def test_pipes_and_devices_are_not_waited_for(forge: SimpleNamespace, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    places = [str(tmp_path / "pipe"), "/dev/zero", str(tmp_path)]
    (tmp_path / "q").write_text("".join(question(forge, pool=[place]) + "\n" for place in places))
    assert [one["reason"] for one in answers(forge, tmp_path / "q")] == ["TS-PATH-INPUT"] * 3


def test_files_that_are_too_large_are_not_read(
    forge: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(path_question, "MAX_FILE_OCTETS", 1_000)
    (tmp_path / "large").write_bytes(forge.root() * 10)
    large = str(tmp_path / "large")
    asked = [{"crls": [large], "ocsps": [large]}, {"pool": [text(forge.authority()), large]}, {"anchors": [large]}]
    (tmp_path / "q").write_text("".join(question(forge, **changes) + "\n" for changes in asked))
    found = answers(forge, tmp_path / "q")
    assert [one["reason"] for one in found] == [None, "TS-PATH-INPUT", "TS-PATH-INPUT"]


def test_reading_ends_when_its_time_is_up(
    forge: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(path_batch, "READING_SECONDS", -1.0)
    (tmp_path / "q").write_text(question(forge) + "\n")
    (answer,) = answers(forge, tmp_path / "q")
    assert (answer["id"], answer["reason"]) == ("q", "TS-PATH-BUDGET")


def test_pem_boundaries_without_end_are_walked_once(forge: SimpleNamespace, tmp_path: Path) -> None:
    # Each BEGIN used to look for its END through all that follows.
    block = b"-----BEGIN CERTIFICATE-----\n%b-----END CERTIFICATE-----\n" % base64.encodebytes(forge.end_entity())
    (tmp_path / "pem").write_bytes(b"-----BEGIN A-----\n" * 100_000 + b"-----END B-----\n" + block)
    (tmp_path / "q").write_text(question(forge, leaf=str(tmp_path / "pem")) + "\n")
    assert answers(forge, tmp_path / "q")[0]["valid"] is True


def _named(value: bytes) -> bytes:
    return der.sequence(der.set_of(der.sequence(der.oid("2.5.4.3"), value)))


def test_names_are_bounded(forge: SimpleNamespace) -> None:
    huge = parse_certificate(forge.end_entity(subject=_named(der.utf8_string("x" * MAX_NAME_OCTETS))))
    assert isinstance(huge, MalformedCertificate)
    assert huge.reason.param("rule") == "too-large"
    large = forge.parsed(forge.end_entity(subject=_named(der.utf8_string("ab," * 20_000))))
    assert who(large) == large.subject.text()[:199] + "…"
    numbered = forge.parsed(forge.end_entity(subject=der.sequence(), serial=der.tlv(2, b"\x7f" * 100_000)))
    assert len(who(numbered)) < 200
    several = parse_name(forge.name("C=DE", "O=One", "CN=" + "n" * 150, "CN=" + "m" * 150))
    assert several.brief() == several.text()[:199] + "…"
    assert several.brief(1_000) == several.text()


def test_combining_marks_are_ordered_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces: list[int] = []

    def normalize(form: str, value: str) -> str:
        pieces.append(len(value))
        return unicodedata.normalize(form, value)

    monkeypatch.setattr(
        name_folding, "unicodedata", SimpleNamespace(normalize=normalize, category=unicodedata.category)
    )
    marks = "a" + "\u0301\u0316" * 5_000
    assert normalise_text(marks) == normalise_text(marks.upper())
    assert max(pieces) <= 256
    long = normalise_text("\ufdfa" * 20_000)
    assert len(long) <= 4 * 20_000
    assert long != normalise_text("\ufdfa" * 20_001)
    assert normalise_text("Cafe\u0301") == normalise_text("CAF\u00c9")


def test_a_label_that_no_name_can_have_is_left_alone() -> None:
    assert comparable_domain("é" * 60_000) == "é" * 60_000
    assert comparable_domain("é.example") == "xn--9ca.example"


@pytest.mark.parametrize("kind", ["dns", "email", "uri"])
def test_a_name_of_a_million_labels_is_not_taken_apart(forge: SimpleNamespace, kind: str) -> None:
    labels = "a." * 1_000_000
    value = {"dns": forge.dns(labels), "email": forge.email("a@" + labels), "uri": forge.uri("http://" + labels)}[kind]
    base = {"dns": forge.dns("b"), "email": forge.email("b"), "uri": forge.uri("b")}[kind]
    constrained = forge.authority(extra=[forge.name_constraints(None, [base])])
    outcome = forge.ask(forge.end_entity(extra=[forge.san(value)]), [forge.root()], [constrained])
    assert "NAME-CONSTRAINT-UNSUPPORTED" in forge.codes(outcome)
    assert sum(len(part) for reason in outcome.reasons for _, part in reason.params) < 5_000


def test_the_time_is_looked_at_before_every_pair_of_names(forge: SimpleNamespace) -> None:
    late = Budget(PathSettings(deadline_seconds=-1.0))
    with pytest.raises(BudgetExceededError):
        late.check()
    above, pool = ("CN=Root", "root"), []
    for level in range(12):
        below = (f"CN=C{level}", f"c{level}")
        constraints = forge.name_constraints([forge.dns("example.org")])
        pool.append(forge.authority(below[0], *above, below[1], extra=[constraints]))
        above = below
    leaf = forge.end_entity(issuer=above[0], signer=above[1], extra=[forge.san(forge.dns("a.example.org"))])
    assert forge.codes(forge.ask(leaf, [forge.root()], pool, deadline_seconds=-1.0)) == ("BUDGET",)


@pytest.mark.parametrize("length", [100, 400])
def test_long_chains_are_followed(forge: SimpleNamespace, length: int) -> None:
    above, pool = ("CN=Root", "root"), []
    for level in range(length):
        below = (f"CN=C{level}", f"c{level % 20}")
        pool.append(forge.authority(below[0], *above, below[1]))
        above = below
    leaf = forge.end_entity(issuer=above[0], signer=above[1])
    outcome = forge.ask(leaf, [forge.root()], pool, deadline_seconds=60.0)
    assert outcome.valid
    assert outcome.explored <= 3 * length
    assert forge.codes(forge.ask(leaf, [forge.root()], pool, max_depth=length - 1)) == ("TOO-DEEP",)


def test_names_are_made_ready_once(forge: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def counted(value: str) -> str:
        made.append(value)
        return value

    monkeypatch.setattr(expected_names, "comparable_mailbox", counted)
    monkeypatch.setattr(expected_names, "comparable_uri", counted)
    own = [name for number in range(200) for name in (forge.email(f"a{number}@b.cc"), forge.uri(f"urn:x:{number}"))]
    wanted = [("email", f"a{number}@b.cc") for number in range(200)] + [("uri", f"urn:x:{n}") for n in range(200)]
    outcome = forge.ask(forge.end_entity(extra=[forge.san(*own)]), [forge.root()], [forge.authority()], names=wanted)
    assert outcome.valid
    assert len(made) <= 2 * 2 * len(own)


@pytest.mark.parametrize("changes", [
    {"names": [{"kind": [], "value": "a"}]},
    {"names": [{"kind": "dn", "value": "CN=\ud800"}]},
    {"names": [{"kind": "dns", "value": "a"}] * 10_001},
    {"maxDepth": 10**400},
    {"more": [0] * 500_001},
])  # fmt: skip
def test_questions_that_cannot_be_meant(forge: SimpleNamespace, tmp_path: Path, changes: dict[str, Any]) -> None:
    (tmp_path / "q").write_text(question(forge, **changes) + "\n")
    (answer,) = answers(forge, tmp_path / "q")
    assert answer["reason"] == "TS-PATH-INPUT"
    assert "cannot be worked on" not in answer["detail"]
    assert len(answer["detail"]) < 200


def test_a_million_usages_are_not_told(forge: SimpleNamespace) -> None:
    asked = frozenset(f"1.2.{number}" for number in range(100_000))
    leaf = forge.end_entity(extra=[forge.eku("1.3"), forge.key_usage(0)])
    outcome = forge.ask(leaf, [forge.root()], [forge.authority()], eku=asked, key_usage=asked)
    assert {"EXTENDED-KEY-USAGE", "REQUIRED-KEY-USAGE"} <= set(forge.codes(outcome))
    assert all(len(reason.param("usage")) <= 200 for reason in outcome.reasons if "USAGE" in reason.code)


def test_standard_input_may_hold_anything(forge: SimpleNamespace) -> None:
    command = [sys.executable, "-m", "validator.cli.path", "--batch", "-"]
    root = Path(__file__).resolve().parents[3]
    asked = b"\xff\n" + question(forge, id="é").encode("latin-1", "backslashreplace") + b'\n{"id": "\\udfff"}\n'
    found = subprocess.run(command, input=asked, capture_output=True, cwd=root, check=False, timeout=60)
    assert [json.loads(line)["id"] for line in found.stdout.splitlines()] == [None, "é", "\udfff"]
