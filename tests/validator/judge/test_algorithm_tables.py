"""A policy file may take its dates from a table of ETSI TS 119 322 that lies beside it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from policies.algorithms import load_policy
from policies.algorithms.ts119322 import suite_of_policy, write_json, write_xml
from policies.jurisdictions import jurisdictions
from validator.errors import PolicyRefusedError
from validator.judge import judge
from validator.judge.policy import judgement_policies, judgement_policy
from validator.policy_files import policy_named

ISSUED = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def policy_file(folder: Path, table: str) -> str:
    path = folder / "own.toml"
    path.write_text(f'title = "own"\nextends = "default"\nalgorithm_policy = "{table}"\n', encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(("name", "write"), [("table.json", write_json), ("table.xml", write_xml)])
def test_a_table_beside_the_policy_is_its_catalogue(
    name: str, write: Any, tmp_path: Path, world: Any, evidence_of: Any
) -> None:
    banned = load_policy("default").ending("signature", "ECDSA", datetime(2026, 3, 1, tzinfo=UTC))
    (tmp_path / name).write_bytes(write(suite_of_policy(banned, publisher="a ministry", issued=ISSUED)))
    policy = policy_named(policy_file(tmp_path, name))
    evidence = evidence_of(world.cms(b"data"), anchors=[world.root], crls=world.crls(), detached=[b"data"])
    verdict = judge(evidence, policy, NOW)
    assert "TS-SIG-ALGORITHM" in {reason.code for reason in verdict.signatures[0].reasons}
    assert verdict.indication == "INDETERMINATE"
    assert policy.digest != judgement_policy("default").digest


def test_the_same_table_judges_alike(tmp_path: Path) -> None:
    table = suite_of_policy(load_policy("default"), publisher="a ministry", issued=ISSUED)
    (tmp_path / "table.json").write_bytes(write_json(table))
    assert policy_named(policy_file(tmp_path, "table.json")).digest == judgement_policy("default").digest


@pytest.mark.parametrize("content", [b"", b"{}", b'{"SecuritySuitabilityPolicy": {}}', None])
def test_a_table_that_is_none_is_refused_with_the_line(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "table.json").write_bytes(content)
    with pytest.raises(PolicyRefusedError, match=r"own\.toml:3"):
        policy_named(policy_file(tmp_path, "table.json"))


@pytest.mark.parametrize("name", [name for name in judgement_policies() if "/" in name])
def test_the_policies_of_a_jurisdiction_count_by_its_catalogue(name: str) -> None:
    code = name.partition("/")[0]
    assert judgement_policy(name).algorithms is load_policy(jurisdictions()[code].algorithm_policy)
