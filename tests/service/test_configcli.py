"""`trustspace config check` says how the national digests are computed here."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ops.service.configcli import app
from policies.algorithms import hashes


@pytest.fixture
def codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    monkeypatch.setenv("TRUSTSPACE_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(hashes, "NAMES", ("Streebog-256", "belt-hash"))

    def ask(*statuses: hashes.Status) -> dict[str, str]:
        by_name = {item.name: item for item in statuses}
        monkeypatch.setattr(hashes, "status", by_name.__getitem__)
        result = CliRunner().invoke(app, ["check", "--json"])
        found = json.loads(result.stdout)["findings"]
        return {item["code"]: item["message"] for item in found if "DIGESTS" in item["code"]}

    return ask


def test_compiled_digests_need_no_word(codes: Callable[..., dict[str, str]]) -> None:
    assert codes(hashes.Status("Streebog-256", "c", ()), hashes.Status("belt-hash", "libgcrypt", ())) == {}


def test_slow_and_wrong_digests_are_named(codes: Callable[..., dict[str, str]]) -> None:
    found = codes(hashes.Status("Streebog-256", "libgcrypt", ("c",)), hashes.Status("belt-hash", "python", ()))
    assert set(found) == {"TS-CONFIG-DIGESTS-WRONG", "TS-CONFIG-DIGESTS-SLOW"}
    assert "Streebog-256 (c)" in found["TS-CONFIG-DIGESTS-WRONG"]
    assert "belt-hash" in found["TS-CONFIG-DIGESTS-SLOW"]
    assert "Streebog-256" not in found["TS-CONFIG-DIGESTS-SLOW"]
