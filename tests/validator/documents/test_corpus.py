"""Real PAdES, CAdES and time-stamp files of other projects, with the verdicts that their own tests assert."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from validator.evidence import TrustMode, export_evidence, import_evidence
from validator.gather import AnchorInput, GatherRequest, Source, gather, read_source
from validator.gather.trust import certificates
from validator.judge import judge, judgement_policy
from validator.judge.policy import policy_from_toml
from validator.report import answer_line

# Rows whose expectation the octets at hand cannot meet, each with the reason.
NOT_MET = {
    "A0114": "the signer's certificate is in no file: NO_SIGNING_CERTIFICATE_FOUND precedes the chain (5.2.3)",
    "A0118": "passes only with a certificate and an anchor that the row does not give",
    "A0131": "the detached document is not given",
    "A0139": "the detached document is not given",
    "A0147": "the detached document is not given",
    "A0148": "the file given is an evidence record, not the signed document",
    "A0153": "the detached document is not given",
    "A0155": "the detached document is not given",
    "A0165": "the detached document is not given",
    "A0219": "a policy that demands a time-stamp; nothing is wrong with the form",
    "A0239": "the file carries no signature",
    "A0240": "a document time-stamp was copied over other octets; the row speaks of the signature only",
}


def rows(corpus: Path) -> list[dict[str, Any]]:
    lines = (corpus / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [row for row in found if row["format"] in ("PAdES/PDF", "CAdES", "TST") and row["tier"] in "AB"]


def answered(corpus: Path, row: dict[str, Any], now: Any) -> dict[str, Any]:
    request = GatherRequest(
        document=read_source(str(corpus / row["file"])),
        detached=tuple(read_source(str(corpus / name)) for name in row["detached"]),
        mode=TrustMode.NONE,
    )
    evidence = gather(request)
    assert import_evidence(export_evidence(evidence)) == evidence
    return answer_line(row["id"], judge(evidence, judgement_policy("default"), now))


def agrees(expected: str, answer: dict[str, Any]) -> bool | None:
    """None where the expectation cannot be held against one answer."""
    word, _, sub = expected.partition("/")
    every = answer["signatures"] + answer["timestamps"]
    intact = bool(every) and all(item["intact"] and item["digestsIntact"] for item in every)
    changed = any(item["changesAfterSigning"] for item in answer["signatures"])
    passed = answer["indication"] in ("TOTAL-PASSED", "PASSED")
    known = {
        "crypto-valid": intact,
        "crypto-invalid": not intact,
        "tampered": not passed and (changed or not intact),
        "FORMAT": answer["indication"] in ("NO-SIGNATURE", "TOTAL-FAILED"),
        "mixed": None,
    }
    if word in known:
        return known[word]
    return answer["indication"] == word and (answer["subIndication"] or "").startswith(sub)


def test_rows(corpus: Path, now: Any) -> None:
    wrong, met = {}, 0
    for row in rows(corpus):
        answer = answered(corpus, row, now)
        right = agrees(row["expected"], answer)
        if right is False:
            wrong[row["id"]] = (row["file"], row["expected"], answer["indication"], answer["subIndication"])
        met += right is True
    print(f"{met} rows as asserted, {len(wrong)} not")  # noqa: T201 - figures for the reader of the test log
    assert {name: what for name, what in wrong.items() if name not in NOT_MET} == {}
    assert met >= 90


def test_nothing_passes_without_trust(corpus: Path, now: Any) -> None:
    for row in rows(corpus):
        answer = answered(corpus, row, now)
        assert answer["indication"] not in ("TOTAL-PASSED", "PASSED"), row["id"]


def test_time_stamp_responses(corpus: Path) -> None:
    """RFC 3161 responses: the last certificate of the chain is trusted, at the token's own time."""
    folder = corpus / "time-stamps"
    policy = policy_from_toml(
        "trust-only", 'title = "path and purpose only"\nalgorithm_policy = "default"\nrevocation = "none"'
    )
    for case in json.loads((folder / "cases.json").read_text())["cases"]:
        chain = certificates(read_source(str(folder / case["chain"])))
        evidence = gather(
            GatherRequest(
                document=read_source(str(folder / case["response"])),
                detached=(_data(folder, case),),
                anchors=(AnchorInput(source=Source("anchor", chain[-1])),),
                certificates=tuple(Source("chain", item) for item in chain[:-1]),
            )
        )
        stamp = evidence.timestamps[0]
        assert stamp.gen_time is not None
        at = stamp.gen_time + timedelta(seconds=1)
        verdict = judge(evidence, policy, at)
        assert (verdict.indication == "PASSED") is case["expected"].startswith("valid"), (case, verdict)
        assert "Spoofed" not in (verdict.timestamps[0].authority or "")


def _data(folder: Path, case: dict[str, Any]) -> Source:
    octets = case["data"].encode() if case["data"] is not None else (folder / case["data_file"]).read_bytes()
    return Source("data", octets)


@pytest.mark.parametrize("row", ["A0262", "A0263", "B0449"])
def test_tampered_files_are_reported(row: str, corpus: Path, now: Any) -> None:
    found = next(item for item in rows(corpus) if item["id"] == row)
    assert answered(corpus, found, now)["indication"] == "TOTAL-FAILED"
