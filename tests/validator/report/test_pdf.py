"""The PDF report: what PDF/A-3 and PDF/UA-1 are recognised by, what is attached, what is found on page one.

No validator of these standards is at hand; identification, tags, fonts, languages and associated files are looked at by
pikepdf and poppler.
"""

import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from lxml import etree

from validator.errors import ReportError
from validator.evidence import digest, import_evidence
from validator.recognise import recognise
from validator.report import full_report
from validator.report.pdf import pdf_report, render
from validator.report.words import words


@pytest.fixture(scope="module")
def judged_one(world: Any, evidence_of: Any, judged: Any, now: Any) -> Any:
    evidence = evidence_of(world.pdf(stamp=now), anchors=[world.root], crls=world.crls())
    verdict = judged(evidence)
    return evidence, verdict, recognise(verdict, "KZ") + recognise(verdict, "BY")


@pytest.fixture(scope="module")
def page(judged_one: Any) -> bytes:
    return pdf_report("case", *judged_one)


def poppler(tool: str, octets: bytes, folder: Path, *options: str) -> str:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} (Debian: poppler-utils) is not installed")
    file = folder / "report.pdf"
    file.write_bytes(octets)
    return subprocess.run([tool, *options, str(file), "-"][: None if tool == "pdftotext" else -1],
                          capture_output=True, check=True, text=True).stdout  # fmt: skip


def test_it_says_that_it_is_pdf_a_3_and_pdf_ua_1_and_is_tagged(page: bytes) -> None:
    with pikepdf.open(io.BytesIO(page)) as pdf:
        with pdf.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
            assert metadata["pdfaid:conformance"] == "A"
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"].startswith(words("en")["title"])
        root = pdf.Root
        assert root.MarkInfo.Marked
        assert root.Lang == "en"
        assert root.ViewerPreferences.DisplayDocTitle
        assert root.StructTreeRoot.K is not None
        assert root.OutputIntents[0].S == "/GTS_PDFA1"
        assert "/JavaScript" not in root.get("/Names", {})
        assert "/Encrypt" not in pdf.trailer


def test_every_font_is_embedded_and_every_table_has_a_head(page: bytes) -> None:
    kinds: list[str] = []
    with pikepdf.open(io.BytesIO(page)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary):
                if item.get("/Type") == "/FontDescriptor":
                    assert any(name in item for name in ("/FontFile2", "/FontFile3"))
                    assert "DejaVuSans" in str(item.FontName)
                if item.get("/Type") == "/StructElem" or "/S" in item:
                    kinds.append(str(item.get("/S")))
    assert {"/H1", "/H2", "/Table", "/TH", "/TD"} <= set(kinds)
    assert kinds.count("/THead") == kinds.count("/Table")


def test_reports_and_evidence_are_associated_files(page: bytes, judged_one: Any) -> None:
    evidence, verdict, answers = judged_one
    with pikepdf.open(io.BytesIO(page)) as pdf:
        relations = {str(item.UF): str(item.AFRelationship) for item in pdf.Root.AF}
        assert relations == {"report.json": "/Data", "report.xml": "/Alternative", "evidence.json": "/Source"}
        attached = {name: bytes(item.get_file().read_bytes()) for name, item in pdf.attachments.items()}
    assert digest(import_evidence(attached["evidence.json"])) == verdict.evidence
    assert json.loads(attached["report.json"]) == full_report("case", evidence, verdict, answers)
    assert etree.fromstring(attached["report.xml"]).tag.endswith("ValidationReport")


def test_page_one_answers_the_nine_questions(page: bytes, judged_one: Any, tmp_path: Path) -> None:
    evidence, verdict, _ = judged_one
    text = " ".join(poppler("pdftotext", page, tmp_path, "-l", "1").split())
    table = words("en")
    for key in ("technical", "recognition", "who", "when", "what", "law", "limits", "about"):
        assert table[key] in text
    for fact in ("signer", "proven by the time-stamp of tsa", evidence.documents[0].sha256, digest(verdict)):
        assert fact in text
    assert "Not recognised in Republic of Belarus" in text


def test_poppler_finds_fonts_tags_and_files(page: bytes, tmp_path: Path) -> None:
    assert "Tagged:          yes" in poppler("pdfinfo", page, tmp_path)
    fonts = poppler("pdffonts", page, tmp_path).splitlines()[2:]
    assert fonts
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in fonts)


@pytest.mark.parametrize("languages", [("ru",), ("hy",), ("kk",), ("ky",), ("be",), ("vi",), ("de",), ("be", "kk")])
def test_every_language_and_two_at_once(judged_one: Any, languages: Any, tmp_path: Path) -> None:
    made = pdf_report("case", *judged_one, languages=languages)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert str(pdf.Root.Lang) == languages[0]
    assert "\ufffd" not in poppler("pdftotext", made, tmp_path)


def test_same_verdict_same_octets(page: bytes, judged_one: Any) -> None:
    assert pdf_report("case", *judged_one) == page


def test_hostile_names_are_text(make_world: Any, evidence_of: Any, judged: Any, tmp_path: Path) -> None:
    world = make_world()
    name = '#read("/etc/passwd") $x$ </b> @l <l> \u202egpj\x00 "'
    evidence = evidence_of(world.cms(b"x", holder=world.issue(name, world.ca)), anchors=[world.root], detached=[b"x"])
    made = pdf_report("case", evidence, judged(evidence))
    text = "".join(poppler("pdftotext", made, tmp_path).split())
    assert '#read("/etc/passwd")$x$</b>@l<l>⟨U+202E⟩gpj⟨U+0000⟩"' in text
    assert "root:" not in text


def test_a_file_without_signatures_has_a_page_too(evidence_of: Any, judged: Any, unsigned_pdf: bytes) -> None:
    for data in (unsigned_pdf, b"nothing"):
        evidence = evidence_of(data)
        assert pdf_report("case", evidence, judged(evidence)).startswith(b"%PDF-1.7")


def test_too_large_is_an_error_with_a_way_out(judged_one: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "MAX_ATTACHED", 1000)
    with pytest.raises(ReportError) as refused:
        pdf_report("case", *judged_one)
    assert "HTML" in refused.value.next_step


def test_missing_fonts_are_told(judged_one: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from contextlib import nullcontext

    monkeypatch.setattr(render, "font_folder", lambda: nullcontext(tmp_path))
    render._fonts.cache_clear()
    try:
        with pytest.raises(ReportError, match="fonts"):
            pdf_report("case", *judged_one)
    finally:
        render._fonts.cache_clear()
