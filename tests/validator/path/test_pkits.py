"""NIST PKITS: every verdict, the user-constrained policy set of the valid cases, the reason of the invalid ones."""

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from policies.algorithms import load_policy
from validator.path.certificate import Certificate, parse_certificate
from validator.path.engine import build_path
from validator.path.extension_values import ANY_POLICY
from validator.path.profile import RFC_3280_ERA
from validator.path.types import PathOutcome, PathRequest, PathSettings, TrustAnchor
from validator.revocation.crl import parse_crl
from validator.revocation.types import RevocationEvidence

NIST_POLICY_1 = "2.16.840.1.101.3.2.1.48.1"
UNKNOWN, REVOKED, POLICY = "REVOCATION-UNKNOWN", "REVOKED", "POLICY"
# The first reason by case, else by section.
REASONS = {
    "4.1": "SIGNATURE", "4.2.1": "NOT-YET-VALID", "4.2.2": "NOT-YET-VALID", "4.2": "EXPIRED", "4.3": "NO-ISSUER",
    "4.4.2": REVOKED, "4.4.3": REVOKED, "4.4.11": "REVOCATION-STALE", "4.4.12": "REVOCATION-STALE",
    "4.4.15": REVOKED, "4.4.18": REVOKED, "4.4.20": REVOKED, "4.4": UNKNOWN, "4.5.8": "NOT-A-CA", "4.5": REVOKED,
    "4.6.1": "NOT-A-CA", "4.6.2": "NOT-A-CA", "4.6.3": "NOT-A-CA", "4.6": "PATH-LENGTH", "4.7.1": "KEY-USAGE",
    "4.7.2": "KEY-USAGE", "4.7": UNKNOWN, "4.8": POLICY, "4.9": POLICY, "4.10.7": "POLICY-MAPPING-ANY",
    "4.10.8": "POLICY-MAPPING-ANY", "4.10": POLICY, "4.11": POLICY, "4.12": POLICY,
    **{f"4.13.{number}": "NAME-EXCLUDED" for number in (7, 8, 9, 10, 15, 16, 17, 26, 33, 37)},
    "4.13": "NAME-NOT-PERMITTED",
    **{f"4.14.{number}": REVOKED for number in (2, 6, 15, 20, 21, 23, 31, 32, 34)},
    "4.14.16": "ON-HOLD", "4.14": UNKNOWN, "4.15.1": UNKNOWN, "4.15.10": "REVOCATION-STALE", "4.15": REVOKED,
    "4.16": "UNKNOWN-CRITICAL-EXTENSION",
}  # fmt: skip


@cache
def certificate(path: Path) -> Certificate:
    value = parse_certificate(path.read_bytes())
    assert isinstance(value, Certificate)
    return value


def answer(folder: Path, case: dict[str, Any], everything: bool) -> PathOutcome:
    names = case["certs"]
    anchor = certificate(folder / "certs" / names[0])
    certificates = [folder / "certs" / name for name in names[1:-1]]
    crls = [folder / "crls" / name for name in case["crls"]]
    if everything:
        certificates = [path for path in sorted((folder / "certs").iterdir()) if path.name != names[0]]
        crls = sorted((folder / "crls").iterdir())
        random.Random(case["id"]).shuffle(certificates)
        random.Random(case["id"]).shuffle(crls)
    return build_path(
        PathRequest(
            leaf=certificate(folder / "certs" / names[-1]),
            anchors=(TrustAnchor(anchor),),
            pool=tuple(map(certificate, certificates)),
            evidence=RevocationEvidence.of(parse_crl(path.read_bytes()) for path in crls),
            at=_at(folder),
            settings=PathSettings(
                initial_policies=frozenset(case["initial_policy_set"]),
                require_explicit_policy=case["initial_explicit_policy"],
                inhibit_policy_mapping=case["initial_policy_mapping_inhibit"],
                inhibit_any_policy=case["initial_inhibit_any_policy"],
                algorithms=load_policy("legacy"),
                leniencies=RFC_3280_ERA,
                deadline_seconds=30.0,
            ),
        )
    )


@cache
def _document(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "cases.json").read_text(encoding="utf-8")))


def _at(folder: Path) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(_document(folder)["validation_time"])


def expected_policies(case: dict[str, Any]) -> set[str]:
    """The authority-constrained set cut down to the initial set (RFC 5280 6.1.6)."""
    authority = set(case.get("expected_authority_constrained_policy_set", [NIST_POLICY_1]))
    initial = set(case["initial_policy_set"])
    if ANY_POLICY in initial:
        return authority
    return initial if ANY_POLICY in authority else authority & initial


def expected_reason(case_id: str) -> str:
    parts = case_id.split(".")
    return next(REASONS[key] for size in (4, 3, 2) if (key := ".".join(parts[:size])) in REASONS)


@pytest.mark.parametrize("everything", [False, True], ids=["own", "pool"])
def test_pkits(corpus: Path, everything: bool) -> None:
    folder = corpus / "pkits"
    wrong = []
    for case in _document(folder)["cases"]:
        outcome = answer(folder, case, everything)
        first = outcome.reasons[0].code.removeprefix("TS-PATH-") if outcome.reasons else ""
        if case["expected"] == "valid":
            if not outcome.valid or set(outcome.policies) != expected_policies(case):
                wrong.append((case["id"], case["name"], first, outcome.policies))
        elif outcome.valid or (not everything and first != expected_reason(case["id"])):
            wrong.append((case["id"], case["name"], outcome.valid, first))
    assert wrong == []


def test_user_notices_are_output(corpus: Path) -> None:
    folder = corpus / "pkits"
    cases = [case for case in _document(folder)["cases"] if "expected_user_notice" in case]
    assert cases
    for case in cases:
        text = b"".join(value for _, value in answer(folder, case, False).qualifiers)
        assert case["expected_user_notice"].split(":")[0].encode() in text.replace(b"\0", b"")
