"""The catalogue of reasons prints itself, whole and in every language."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.service.policycli import app
from ops.service.reasoncatalogue import ReasonUnknownError, chosen, languages, markdown, page
from policies.reasons import LANGUAGES, catalogue, wording


def run(*words: str) -> Any:
    found = CliRunner().invoke(app, ["reasons", *words])
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def test_every_code_is_printed_with_its_wording_in_every_language() -> None:
    rows = [json.loads(line) for line in run("--json").stdout.splitlines()]
    assert [row["code"] for row in rows] == sorted(catalogue())
    for row in rows:
        assert row["severity"] in ("error", "warning", "information")
        assert row["clause"]
        assert set(row["wording"]) == set(LANGUAGES)
        for language in LANGUAGES:
            assert row["wording"][language] == wording(language)[row["code"]]


def test_one_code_in_two_languages() -> None:
    said = run("--code", "ts-sig-no-certificate", "--language", "be,kk").stdout
    assert said.startswith("TS-SIG-NO-CERTIFICATE (error, ")
    for language in ("be", "kk"):
        assert wording(language)["TS-SIG-NO-CERTIFICATE"]["sentence"] in said
    assert "  en: " not in said


def test_page_and_markdown_hold_the_same() -> None:
    written, shown = "\n".join(markdown(chosen(None), LANGUAGES)), "".join(page(chosen(None), LANGUAGES))
    assert written.count("\n## ") == shown.count("<h2 ") == len(catalogue())
    assert "<script" not in shown
    assert all(f'<td lang="{language}">' in shown for language in LANGUAGES)
    assert run("--html", "--code", "TS-SIG-NO-CERTIFICATE").stdout.startswith("<!doctype html>")
    assert run("--markdown", "--code", "TS-SIG-NO-CERTIFICATE").stdout.startswith("# Reasons")


@pytest.mark.parametrize("words", [("--code", "TS-NOTHING"), ("--language", "xx"), ("--language", "en,xx")])
def test_what_does_not_exist_is_told(words: Any) -> None:
    with pytest.raises(ReasonUnknownError) as refused:
        run(*words)
    assert refused.value.exit_status == 2
    assert languages("be,kk") == ("be", "kk")
