"""The stranger's verdict over a file: every finding, every possible edit, hostile lines, and a second opinion."""

import hashlib
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.platform.audit import AuditEntry, AuditLog, SignedHead
from ops.platform.audit.entry import entry_hash, entry_line
from ops.platform.audit.errors import AuditRecordError
from ops.platform.audit.export import export_lines
from ops.platform.audit.files import pem, read_public_key
from ops.platform.audit.lines import MAX_LINE, parse_line
from ops.platform.audit.verify import MAX_FINDINGS, VerificationReport, verify_export
from ops.platform.clock import FixedClock
from ops.platform.database import Database
from ops.platform.keys import KeyAlgorithm, KeyStore, SoftwareKeyStore, UnsupportedKeyError
from policies.reasons import catalogue, next_step, sentence

Lines = list[bytes]


class Sample:
    """One exported log in memory: genesis and eight entries, heads after each second one."""

    def __init__(self, directory: Path) -> None:
        self.keys: KeyStore = SoftwareKeyStore(directory / "keys", "passphrase", work_factor=12)
        for label in ("audit", "other"):
            self.keys.generate(label, KeyAlgorithm.EC_P256)
        self.key = self.keys.public_key("audit")
        self.clock = FixedClock(datetime(2026, 6, 1, tzinfo=UTC))
        self.database = Database(f"sqlite:///{directory}/sample.sqlite")
        self.database.create_tables()
        self.log = self.make("audit", "sample", 8)
        self.lines = self.export("sample")
        self.twin = self.export(self.make("audit", "twin", 3).log_id)

    def make(self, label: str, name: str, count: int) -> AuditLog:
        log = AuditLog(self.keys, label, self.clock, name, head_interval=2)
        with self.database.write() as session:
            log.create(session)
            for number in range(count):
                log.append(session, "test.event", f"number {number}", {"n": number, "text": "Ա/б/ө"})
        return log

    def export(self, name: str) -> Lines:
        with self.database.read() as session:
            return [line.encode() + b"\n" for line in export_lines(session, name)]

    def head(self, lines: Lines) -> SignedHead:
        return next(value for value in map(parse_line, reversed(lines)) if isinstance(value, SignedHead))

    def judge(self, lines: Lines, **options: Any) -> VerificationReport:
        return verify_export(lines, self.key, **options)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """The sample, made once."""
    sample = Sample(tmp_path_factory.mktemp("sample"))
    yield sample
    sample.database.close()


def edited(line: bytes, **changes: object) -> bytes:
    """A line with some members changed, in the canonical form; None removes a member."""
    members = {name: value for name, value in {**json.loads(line), **changes}.items() if value is not None}
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def codes(report: VerificationReport) -> list[str]:
    return [reason.code.removeprefix("TS-AUDIT-") for reason in report.findings]


def test_a_whole_log_is_good_and_says_what_was_seen(sample: Sample) -> None:
    report = sample.judge(sample.lines)
    assert codes(report) == ["NO-KEPT-HEAD"]
    assert (report.is_good, report.log_id, report.entries, report.heads) == (True, "sample", 9, 5)
    assert report.last_head == sample.head(sample.lines)
    assert report.key_hash == hashlib.sha256(sample.key).hexdigest()
    kept = sample.judge(sample.lines, expected_head=report.last_head)
    assert (kept.is_good, codes(kept)) == (True, [])


def test_an_older_kept_head_is_part_of_a_longer_log(sample: Sample) -> None:
    for line in sample.lines:
        value = parse_line(line)
        if isinstance(value, SignedHead):
            assert codes(sample.judge(sample.lines, expected_head=value)) == []


def _entry(sample: Sample, sequence: int) -> int:
    return next(number for number, line in enumerate(sample.lines) if b'"sequence":%d,' % sequence in line)


def _last_head(sample: Sample) -> int:
    return len(sample.lines) - 1


def _replaced(sample: Sample, at: int, *lines: bytes) -> Lines:
    return [*sample.lines[:at], *lines, *sample.lines[at + 1 :]]


Case = Callable[[Sample], tuple[Lines, dict[str, Any]]]
CASES: dict[str, Case] = {
    "LINE": lambda s: (_replaced(s, 3, b"%PDF-1.7\n"), {}),
    "UNHASHED": lambda s: (_replaced(s, _entry(s, 3), edited(s.lines[_entry(s, 3)], hash=None)), {}),
    "OTHER-LOG": lambda s: ([*s.lines, *s.twin], {}),
    "OTHER-KEY": lambda s: (s.export(s.make("other", "foreign", 1).log_id), {}),
    "NO-GENESIS": lambda s: (s.lines[2:], {}),
    "RESTARTED": lambda s: ([*s.lines, *s.lines], {}),
    "SEQUENCE": lambda s: (_replaced(s, _entry(s, 3)), {}),
    "LINK": lambda s: (_replaced(s, _entry(s, 3), edited(s.lines[_entry(s, 3)], previous="ab" * 32)), {}),
    "CHANGED": lambda s: (_replaced(s, _entry(s, 3), edited(s.lines[_entry(s, 3)], hash="ab" * 32)), {}),
    "TIME": lambda s: (_clock_set_back(s), {}),
    "HEAD-UNSIGNED": lambda s: (_replaced(s, _last_head(s), edited(s.lines[-1], signature="00")), {}),
    "HEAD-SEQUENCE": lambda s: ([line for line in s.lines if b'"number":2,' not in line], {}),
    "HEAD-DIFFERS": lambda s: (_rewritten_end(s), {}),
    "TRUNCATED": lambda s: ([s.lines[0], s.lines[-1]], {}),
    "TAIL-UNSIGNED": lambda s: (s.lines[:-1], {}),
    "EMPTY": lambda s: ([], {}),
    "NO-KEPT-HEAD": lambda s: (s.lines, {}),
    "KEPT-HEAD-UNSIGNED": lambda s: (s.lines, {"expected_head": s.head(s.lines).with_signature(b"0")}),
    "KEPT-HEAD-OTHER-LOG": lambda s: (s.lines, {"expected_head": s.head(s.twin)}),
    "KEPT-HEAD-OTHER-CHAIN": lambda s: (_started_anew(s), {"expected_head": s.head(s.lines)}),
    "KEPT-HEAD-DIFFERS": lambda s: (_forked(s), {"expected_head": s.head(s.lines)}),
    "SHORTER-THAN-KEPT-HEAD": lambda s: (s.lines[:3], {"expected_head": s.head(s.lines)}),
}


def _clock_set_back(sample: Sample) -> Lines:
    log = sample.make("audit", "set back", 1)
    earlier = AuditLog(sample.keys, "audit", FixedClock(datetime(2020, 1, 1, tzinfo=UTC)), log.log_id, head_interval=2)
    with sample.database.write() as session:
        earlier.append(session, "test.event", "early", {})
        earlier.sign_head(session)
    return sample.export(log.log_id)


def _rewritten_end(sample: Sample) -> Lines:
    """The last entry rewritten with a hash that fits it."""
    last = _entry(sample, 8)
    entry = parse_line(sample.lines[last].replace(b'"n":7', b'"n":8'))
    assert isinstance(entry, AuditEntry)
    own = entry_hash(entry.log_id, entry.sequence, entry.previous_hash, entry.body)
    return _replaced(sample, last, entry_line(replace(entry, entry_hash=own)).encode() + b"\n")


def _started_anew(sample: Sample) -> Lines:
    """A log of the same name and key, made in another database."""
    database = Database(f"sqlite:///{sample.database.url.database}.anew")
    database.create_tables()
    log = AuditLog(sample.keys, "audit", sample.clock, "sample", head_interval=2)
    with database.write() as session:
        log.create(session)
        log.append(session, "test.event", "elsewhere", {})
    with database.read() as session:
        made = [line.encode() + b"\n" for line in export_lines(session, "sample")]
    database.close()
    return made


def _forked(sample: Sample) -> Lines:
    """What the holder of the key can do: take back the last head and sign another end."""
    last = sample.head(sample.lines)
    again = replace(last, time="2026-06-01T00:00:00.000001Z")
    signed = again.with_signature(sample.keys.sign("audit", again.signed_octets))
    return [*sample.lines[:-1], signed.line().encode() + b"\n"]


@pytest.mark.parametrize("code", list(CASES))
def test_every_finding_has_its_case(sample: Sample, code: str) -> None:
    lines, options = CASES[code](sample)
    report = sample.judge(lines, **options)
    assert code in codes(report)
    assert report.is_good == (code in ("TIME", "NO-KEPT-HEAD"))
    for reason in report.findings:
        assert sentence(reason)
        assert next_step(reason)
        assert set(reason.mapping()) == set(catalogue()[reason.code].params)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"origin": bytes(32)}, "HEAD-DIFFERS"),
        ({"root": bytes(32)}, "HEAD-DIFFERS"),
        ({"previous": bytes(32)}, "HEAD-SEQUENCE"),
        ({"number": 5}, "HEAD-SEQUENCE"),
        ({"size": 8}, "HEAD-DIFFERS"),
        ({"size": 10}, "TRUNCATED"),
        ({"log_id": "other"}, "OTHER-LOG"),
    ],
)
def test_a_head_that_says_something_wrong_is_found_although_it_is_signed(
    sample: Sample, changes: dict[str, Any], code: str
) -> None:
    wrong = replace(sample.head(sample.lines), **changes)
    signed = wrong.with_signature(sample.keys.sign("audit", wrong.signed_octets))
    report = sample.judge([*sample.lines[:-1], signed.line().encode()])
    assert code in codes(report)
    assert not report.is_good


def test_fewer_heads_than_were_kept_are_found_although_all_entries_are_there(sample: Sample) -> None:
    heads = [value for value in map(parse_line, sample.lines) if isinstance(value, SignedHead)]
    merged = replace(heads[-1], number=3, previous=heads[2].head_hash)
    signed = merged.with_signature(sample.keys.sign("audit", merged.signed_octets))
    without = [line for line in sample.lines if b'"number":3,' not in line][:-1]
    lines = [*without, signed.line().encode()]
    assert sample.judge(lines).is_good
    assert codes(sample.judge(lines, expected_head=heads[-1])) == ["SHORTER-THAN-KEPT-HEAD"]


@pytest.mark.parametrize("where", ["entry", "body", "head"])
def test_nothing_may_be_written_beside_what_is_hashed(sample: Sample, where: str) -> None:
    at = _last_head(sample) if where == "head" else _entry(sample, 3)
    more = {"remark": "approved"}
    if where == "body":
        more = {"body": {**json.loads(sample.lines[at])["body"], **more}}  # type: ignore[dict-item]
    assert "LINE" in codes(sample.judge(_replaced(sample, at, edited(sample.lines[at], **more))))


def test_no_finding_is_without_a_case() -> None:
    defined = {code.removeprefix("TS-AUDIT-") for code, row in catalogue().items() if row.area == "audit"}
    assert defined == set(CASES)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_edit_of_the_file_goes_unnoticed(sample: Sample, data: st.DataObject) -> None:
    lines = list(sample.lines)
    at = data.draw(st.integers(0, len(lines) - 1))
    edit = data.draw(st.sampled_from(["octet", "drop", "double", "swap", "cut", "front", "insert"]))
    if edit == "octet":
        line = bytearray(lines[at])
        position = data.draw(st.integers(0, len(line) - 2))
        line[position] = data.draw(st.integers(0, 255).filter(lambda octet: octet not in (line[position], 10)))
        lines[at] = bytes(line)
    elif edit == "drop":
        del lines[at]
    elif edit == "double":
        lines.insert(at, lines[at])
    elif edit == "swap":
        other = data.draw(st.integers(0, len(lines) - 1).filter(lambda number: number != at))
        lines[at], lines[other] = lines[other], lines[at]
    elif edit == "cut":
        lines = lines[:at]
    elif edit == "front":
        lines = lines[at + 1 :]
    else:
        lines.insert(at, data.draw(st.sampled_from([*sample.twin, b"\n", b"{}\n"])))
    report = sample.judge(lines, expected_head=sample.head(sample.lines))
    assert not report.is_good


@settings(max_examples=200, deadline=None)
@given(lines=st.lists(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), max_size=10))
def test_anything_at_all_is_a_report(sample: Sample, lines: Lines) -> None:
    assert not sample.judge(lines).is_good


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("ab" * 32),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_value_in_any_place_is_a_report(sample: Sample, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sample.lines) - 1))
    members = json.loads(sample.lines[at])
    inner = members["body"] if "body" in members and data.draw(st.booleans()) else members
    name = data.draw(st.sampled_from(sorted(inner)))
    before = inner[name]
    inner[name] = data.draw(JSON.filter(lambda value: value != before or type(value) is not type(before)))
    line = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")
    assert not sample.judge(_replaced(sample, at, line + b"\n")).is_good


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 60_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"a":' + b"9" * 60_000 + b"}",
        b"x" * (MAX_LINE + 1),
        b"\xff\xfe",
        b'{"type":"head"}',
        b'{"type":"entry"}',
        b'{"type":["entry"]}',
    ],
)
def test_hostile_lines_are_one_finding_each(sample: Sample, line: bytes) -> None:
    report = sample.judge([*sample.lines, line])
    assert codes(report)[0] in ("LINE", "UNHASHED")
    assert report.errors == 1


def test_the_report_does_not_grow_with_the_file(sample: Sample) -> None:
    report = sample.judge([b"x\n"] * 10_000)
    assert len(report.findings) == MAX_FINDINGS
    assert len(report.findings) + report.omitted == 10_002


def test_a_key_that_no_log_is_signed_with_is_refused(sample: Sample) -> None:
    with pytest.raises(UnsupportedKeyError):
        verify_export(sample.lines, b"\x30\x00")


TOO_LONG = (KeyAlgorithm.SLH_DSA_SHA2_192F, KeyAlgorithm.SLH_DSA_SHA2_256F)


@pytest.mark.parametrize("algorithm", TOO_LONG)
def test_a_signature_that_no_export_could_hold_is_refused(
    tmp_path: Path, clock: FixedClock, algorithm: KeyAlgorithm, sample: Sample
) -> None:
    pytest.importorskip("slhdsa", reason="the optional part for SLH-DSA is not installed")
    keys = SoftwareKeyStore(tmp_path / "keys", "passphrase", work_factor=12)
    keys.generate("audit", algorithm)
    with pytest.raises(AuditRecordError, match="too long"), sample.database.write() as session:
        AuditLog(keys, "audit", clock, "too long").create(session)


@pytest.mark.parametrize("algorithm", [kind for kind in KeyAlgorithm if kind not in TOO_LONG])
def test_every_kind_of_key_signs_heads(
    tmp_path: Path, clock: FixedClock, algorithm: KeyAlgorithm, sample: Sample
) -> None:
    if "slh-dsa" in algorithm:
        pytest.importorskip("slhdsa", reason="the optional part for SLH-DSA is not installed")
    keys = SoftwareKeyStore(tmp_path / "keys", "passphrase", work_factor=12)
    keys.generate("audit", algorithm)
    name = f"signed with {algorithm.value}"
    with sample.database.write() as session:
        AuditLog(keys, "audit", clock, name).create(session)
    assert verify_export(sample.export(name), keys.public_key("audit")).is_good
    assert not sample.judge(sample.export(name)).is_good
    (tmp_path / "key.pem").write_text(pem(keys.public_key("audit")))
    assert read_public_key(tmp_path / "key.pem") == keys.public_key("audit")


def test_a_second_opinion_from_openssl_and_the_written_format(
    sample: Sample, tmp_path: Path, require: Callable[[str], str]
) -> None:
    """Another verifier, written from the README's format alone, with openssl for the signatures."""
    openssl = require("openssl")
    key = load_der_public_key(sample.key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(key)

    def octets(domain: bytes, value: dict[str, Any], members: str) -> bytes:
        chosen = {name: value[name] for name in members.split()}
        return domain + b"\n" + json.dumps(chosen, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    previous, size, last_head = "0" * 64, 0, "0" * 64
    for line in sample.lines:
        value = json.loads(line)
        if value["type"] == "entry":
            signed = octets(b"trustspace-audit-entry-1", value, "body log previous sequence")
            assert (value["previous"], value["sequence"]) == (previous, size)
            assert hashlib.sha256(signed).hexdigest() == value["hash"]
            previous, size = value["hash"], size + 1
        else:
            signed = octets(b"trustspace-audit-head-1", value, "log number origin previous root size time")
            assert (value["root"], value["size"], value["previous"]) == (previous, size, last_head)
            last_head = hashlib.sha256(signed).hexdigest()
            (tmp_path / "head").write_bytes(signed)
            (tmp_path / "signature").write_bytes(bytes.fromhex(value["signature"]))
            command = [openssl, "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "head"]
            assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    assert size == 9
