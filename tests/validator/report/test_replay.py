"""Replay: the same report again from the evidence it names, in every form; whatever was changed in it is told."""

import io
import json
from typing import Any

import pikepdf
import pytest

from validator.errors import EvidenceError, ReportUnreadableError
from validator.recognise import RecognitionContext, recognise
from validator.report import report_octets
from validator.report.etsi import etsi_report
from validator.report.pdf import pdf_report
from validator.report.pdf.render import MAX_ATTACHED
from validator.report.replay import ReportForm, read_report, replay_report


@pytest.fixture(scope="module")
def judged_one(world: Any, evidence_of: Any, judged: Any, now: Any) -> Any:
    evidence = evidence_of(world.pdf(stamp=now), anchors=[world.root], crls=world.crls())
    verdict = judged(evidence)
    context = RecognitionContext(contract=True, admit_illustrative=True)
    return evidence, verdict, recognise(verdict, "KZ") + recognise(verdict, "BY", context)


@pytest.mark.parametrize("make", [report_octets, etsi_report, pdf_report])
def test_every_form_is_the_same_again(judged_one: Any, make: Any) -> None:
    read = read_report(make("case", *judged_one))
    found = replay_report(read, judged_one[0])
    assert found.same, found.differences
    assert found.other_maker is None
    assert found.verdict == judged_one[1]


def test_a_pdf_carries_its_evidence_and_both_its_languages(judged_one: Any) -> None:
    read = read_report(pdf_report("case", *judged_one, languages=("be", "kk")))
    assert read.form is ReportForm.PDF
    assert read.languages == ("be", "kk")
    assert replay_report(read).same


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("indication",), "TOTAL-FAILED"),
        (("signatures", 0, "signer"), "somebody else"),
        (("answers", "when", 0, "bestSignatureTime"), "2020-01-01T00:00:00Z"),
        (("verdict", "signatures", 0, "blocks", 0, "indication"), "FAILED"),
        (("recognition", 1, "decision"), "RECOGNISED!"),
        (("replay", "policyHash"), "0" * 64),
        (("replay", "verdict"), "0" * 64),
        (("trust", "anchors", 0, "source"), "another list"),
    ],
)
def test_every_changed_field_is_named(judged_one: Any, path: Any, value: str) -> None:
    stated = json.loads(report_octets("case", *judged_one))
    inner = stated
    for step in path[:-1]:
        inner = inner[step]
    before, inner[path[-1]] = inner[path[-1]], value
    found = replay_report(read_report(json.dumps(stated).encode()), judged_one[0])
    assert not found.same
    (one,) = found.differences
    assert one.field == "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    assert (one.stated, one.found) == (value, before)


def test_a_member_taken_away_or_added_is_told(judged_one: Any) -> None:
    stated = json.loads(report_octets("case", *judged_one))
    stated["signatures"][0].pop("level")
    stated["signatures"].append({"id": "another"})
    fields = {item.field for item in replay_report(read_report(json.dumps(stated).encode()), judged_one[0]).differences}
    assert fields == {"signatures[0].level", "signatures[1]"}


def test_a_changed_element_is_named(judged_one: Any) -> None:
    octets = etsi_report("case", *judged_one)
    changed = octets.replace(b"mainindication:total-passed", b"mainindication:total-failed", 1)
    found = replay_report(read_report(changed), judged_one[0])
    assert [item.stated for item in found.differences] == ["urn:etsi:019102:mainindication:total-failed"]


def test_pages_that_say_something_else_than_their_data_are_told(judged_one: Any) -> None:
    evidence, verdict, answers = judged_one
    honest, other = pdf_report("case", *judged_one), pdf_report("case", evidence, verdict, answers, ("de",))
    read = read_report(honest)
    assert replay_report(read).same
    from dataclasses import replace

    lying = replay_report(replace(read, pages=other))
    assert [item.field for item in lying.differences] == ["pages"]


def test_other_evidence_or_none_is_refused(judged_one: Any, world: Any, evidence_of: Any) -> None:
    read = read_report(report_octets("case", *judged_one))
    with pytest.raises(EvidenceError, match="does not carry"):
        replay_report(read)
    with pytest.raises(EvidenceError, match="names"):
        replay_report(read, evidence_of(world.pdf()))


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"{}",
        b"[" * 100_000,
        b'{"format":"urn:trustspace:report","version":1}',
        b"<a/>",
        b"<a",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b"%PDF-1.7\nnothing",
        b"\x00\xff",
    ],
)
def test_what_is_no_report_is_unreadable(octets: bytes) -> None:
    with pytest.raises(ReportUnreadableError):
        read_report(octets)


def test_a_pdf_that_is_no_report_is_unreadable(unsigned_pdf: bytes) -> None:
    with pytest.raises(ReportUnreadableError, match="attached"):
        read_report(unsigned_pdf)


def test_an_attachment_that_unpacks_to_too_much_is_refused(judged_one: Any) -> None:
    with pikepdf.open(io.BytesIO(pdf_report("case", *judged_one))) as pdf:
        pdf.attachments["bomb"] = pikepdf.AttachedFileSpec(pdf, bytes(MAX_ATTACHED + 1))
        out = io.BytesIO()
        pdf.save(out, compress_streams=True)
    assert len(out.getvalue()) < MAX_ATTACHED // 100
    with pytest.raises(ReportUnreadableError, match="budget"):
        read_report(out.getvalue())


def test_another_version_is_told(judged_one: Any) -> None:
    stated = json.loads(report_octets("case", *judged_one))
    stated["version"] = 99
    with pytest.raises(ReportUnreadableError, match="version 99"):
        read_report(json.dumps(stated).encode())


def test_every_octet_of_a_pdf_report_counts(judged_one: Any) -> None:
    octets = pdf_report("case", *judged_one)
    for at in range(len(octets) // 7, len(octets), len(octets) // 7):
        changed = octets[:at] + bytes((octets[at] ^ 0x01,)) + octets[at + 1 :]
        try:
            found = replay_report(read_report(changed))
        except (ReportUnreadableError, EvidenceError):
            continue
        assert not found.same, at
