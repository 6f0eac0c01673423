"""The published schema: whole in itself, met by real reports of every kind, and not by anything else."""

import copy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from validator.recognise import recognise
from validator.report import answer_line, full_report, report_octets
from validator.report.schema import components, report_schema


@pytest.fixture(scope="module")
def reports(world: Any, make_world: Any, evidence_of: Any, judged: Any, now: Any, unsigned_pdf: Any) -> Any:
    made = []
    stranger = make_world(country="BY")
    for data, anchors, crls in (
        (world.pdf(stamp=now), [world.root], world.crls()),
        (world.pdf(stamp=now), [stranger.root], ()),
        (world.with_document_stamp(unsigned_pdf, now), [world.root], world.crls()),
        (unsigned_pdf, [world.root], ()),
        (b"no document at all", [], ()),
    ):
        evidence = evidence_of(data, anchors=anchors, crls=crls)
        verdict = judged(evidence)
        made.append(full_report("x", evidence, verdict, recognise(verdict, "KZ") + recognise(verdict, "BY")))
    return made


def test_every_report_meets_the_schema_and_declares_every_member(reports: Any) -> None:
    schema = report_schema(closed=True)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for item in reports:
        assert [error.message for error in validator.iter_errors(item)] == []


def test_what_is_no_report_is_refused(reports: Any) -> None:
    validator = Draft202012Validator(report_schema())
    for path in (("indication",), ("answers", "verdict", "technical"), ("replay", "at"), ("signatures", 0, "intact")):
        changed = copy.deepcopy(reports[0])
        inner = changed
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = 7
        assert not validator.is_valid(changed), path
        del inner[path[-1]]
        assert not validator.is_valid(changed), path


def test_a_later_version_may_add_members(reports: Any) -> None:
    more = {**reports[0], "addedLater": 1}
    assert Draft202012Validator(report_schema()).is_valid(more)
    assert not Draft202012Validator(report_schema(closed=True)).is_valid(more)


def test_the_components_are_those_of_the_schema(reports: Any) -> None:
    found = components()
    described = {"$ref": "#/components/schemas/AnswerLine", "components": {"schemas": found}}
    line = {name: reports[0][name] for name in answer_line("x", _nothing())}
    assert [error.message for error in Draft202012Validator(described).iter_errors(line)] == []
    assert found.keys() - {"AnswerLine"} == report_schema()["$defs"].keys()


def _nothing() -> Any:
    from datetime import UTC, datetime

    from policies.vocabulary import Indication
    from validator.judge.verdict import Verdict

    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Verdict(evidence="0" * 64, policy="default", policy_hash="0" * 64, at=at, indication=Indication.NO_SIGNATURE)


def test_the_nine_answers(reports: Any) -> None:
    good, stranger, _, none, _ = (item["answers"] for item in reports)
    assert list(good) == ["verdict", "who", "when", "what", "law", "why", "next", "limits", "about"]
    assert good["verdict"]["technical"] == "confirmed"
    assert good["who"][0]["name"] == "signer"
    assert good["when"][0]["proof"] == "time-stamp"
    assert good["when"][0]["authority"] == "tsa"
    assert good["law"][0]["home"] == "KZ"
    assert {item["forum"] for item in good["law"][0]["forums"]} == {"KZ", "BY"}
    assert stranger["verdict"]["technical"] == "open"
    assert stranger["why"]
    assert len(stranger["why"]) <= 5
    assert none["verdict"]["technical"] == "none"


def test_every_rule_evaluated_is_told_with_what_it_said(reports: Any, judged: Any) -> None:
    rules = {(item["object"], item["rule"]): item for item in reports[0]["rules"]}
    signature = reports[0]["signatures"][0]["id"]
    assert rules[signature, "SAV.signing-certificate-reference"]["held"] is True
    assert all(item["clause"] and item["level"] != "ignore" for item in rules.values())
    failed = [item for item in reports[1]["rules"] if item["held"] is False]
    assert failed
    assert all(item["reasons"] for item in failed)


def test_octets_hold_even_half_a_surrogate_pair(world: Any, evidence_of: Any, judged: Any) -> None:
    evidence = evidence_of(world.cms(b"x"), anchors=[world.root], detached=[b"x"])
    octets = report_octets("\ud800", evidence, judged(evidence))
    assert octets.startswith(b'{"id":"\\ud800"')
