"""`trustspace policy list`, `rules`, `explain` and `check`: what they print and what they refuse."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.service.policycli import UnknownChoiceError, app
from ops.service.policyrules import PolicyQuestionError
from policies.errors import TrustspaceError
from validator.errors import PolicyRefusedError, PolicyUnknownError
from validator.judge.policy import judgement_policies, judgement_policy
from validator.judge.rules import RuleContext, rules

RUNNER = CliRunner()


def shown(*arguments: str) -> list[str]:
    done = RUNNER.invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout.splitlines()


def rows(*arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shown(*arguments, "--json")]


def refusal(*arguments: str) -> TrustspaceError:
    with pytest.raises(TrustspaceError) as refused:
        RUNNER.invoke(app, list(arguments), catch_exceptions=False)
    assert refused.value.exit_status == 2
    return refused.value


def test_list_and_rules_print_themselves() -> None:
    listed = rows("list")
    assert [row["policy"] for row in listed] == list(judgement_policies())
    assert len({row["digest"] for row in listed}) > 20
    assert [row["rule"] for row in rows("rules")] == list(rules())
    assert any("BY/court" in line for line in shown("list"))


def test_explanation_names_every_rule_with_file_and_line() -> None:
    header, *others = rows("explain", "--forum", "by", "--purpose", "agency")
    assert (header["policy"], header["digest"]) == ("BY/agency", judgement_policy("BY/agency").digest)
    told = [row for row in others if row["kind"] == "rule"]
    assert {row["rule"] for row in told} == set(rules())
    from_own_file = {row["rule"] for row in told if row["origin"].startswith("policies/BY/agency.toml:")}
    assert from_own_file == {"LTV.time-stamp-delay", "RFC.signing-certificate.maximum-age"}
    assert {row["member"] for row in others if row["kind"] == "member"} >= {"algorithm_policy", "signature_model"}


def test_explanation_of_one_context() -> None:
    told = [row for row in rows("explain", "strict", "--context", "time-stamp") if row["kind"] == "rule"]
    assert {context for row in told for context in row["contexts"]} == {"time-stamp"}
    assert {row["rule"] for row in told} == {
        rule.id for rule in rules().values() if RuleContext.TIME_STAMP in rule.contexts
    }
    lines = shown("explain", "strict")
    assert any(line.startswith("FAIL always    CV.value") for line in lines)
    assert any(line.startswith("not evaluated  SAV.counter-signature ") for line in lines)


def test_own_file(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text('title = "Ours"\nextends = "default"\n[every]\n"SAV.signing-time" = "fail"\n', encoding="utf-8")
    assert "Ours" in shown("check", str(file))[0]
    (checked,) = rows("check", str(file))
    header, *others = rows("explain", str(file))
    assert header["digest"] == checked["digest"]
    (time,) = (row for row in others if row.get("rule") == "SAV.signing-time")
    assert (time["level"], time["origin"]) == ("fail", f"{file}:4")
    file.write_text('title = "Ours"\nextends = "default"\n[every]\n"SAV.time" = "fail"\n', encoding="utf-8")
    refused = refusal("check", str(file))
    assert isinstance(refused, PolicyRefusedError)
    assert refused.sentence.startswith(f"{file}:4: ")


def test_refusals() -> None:
    assert isinstance(refusal("explain", "strict", "--forum", "BY"), PolicyQuestionError)
    assert isinstance(refusal("explain", "--purpose", "court"), PolicyQuestionError)
    assert isinstance(refusal("explain", "none"), PolicyUnknownError)
    assert isinstance(refusal("explain", "--forum", "XX"), PolicyUnknownError)
    assert isinstance(refusal("explain", "--context", "weather"), UnknownChoiceError)
    assert isinstance(refusal("check", "strict"), PolicyQuestionError)
    assert isinstance(refusal("check", "absent.toml"), PolicyUnknownError)
