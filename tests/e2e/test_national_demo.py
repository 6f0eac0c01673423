"""The whole story again with each state on its own platform's algorithms: not one verdict may change."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.platform.keys import kind_of
from signer.certificate import facts

pytestmark = [pytest.mark.slow]

KINDS = {
    "by": "bign-256",
    "kz": "gost-kz-2015-512",
    "kg": "tumar-kg",
    "ru": "gost-2012-256-a",
    "cn": "sm2",
    "am": "rsa-3072",
    "ee": "ec-p384",
    "eaeu": "ec-p384",
}


def test_no_verdict_depends_on_whose_algorithms_were_used(
    trustspace: Callable[..., "subprocess.CompletedProcess[str]"], demo_output: Path, tmp_path: Path
) -> None:
    done = trustspace("demo", "--national", "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    usual = json.loads((demo_output / "summary.json").read_text(encoding="utf-8"))
    axes = ("scenario", "forum", "technical", "recognition", "asExpected")
    told = [{name: row.get(name) for name in axes} for row in rows]
    assert told == [{name: row.get(name) for name in axes} for row in usual]
    roots = {
        state: facts(next((tmp_path / "out" / "certificates" / f"{state}-root").glob("root-*.cer")).read_bytes())
        for state in KINDS
    }
    assert {state: kind_of(found.spki).value for state, found in roots.items()} == KINDS
