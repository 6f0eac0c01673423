"""`trustspace policy algorithms`: which table it shows, at which moment, in which form, and what it refuses."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ops.service.algorithmtable import TableChoiceError, chosen_policy, exported, moment
from ops.service.policycli import app
from policies.algorithms import load_policy, policy_names
from policies.algorithms.ts119322 import UnreadableSuiteError, policy_of_suite, read_suite
from policies.errors import UnreadableInputError
from policies.jurisdictions import jurisdictions

RUNNER = CliRunner()


def shown(*options: str) -> str:
    done = RUNNER.invoke(app, ["algorithms", *options], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def rows(*options: str) -> dict[tuple[str, int], dict[str, object]]:
    listed = [json.loads(line) for line in shown("--json", *options).splitlines()]
    return {(row["name"], row["bits"]): row for row in listed}


@pytest.mark.parametrize("code", sorted(jurisdictions()))
def test_every_jurisdiction_has_a_table(code: str) -> None:
    found = rows("--jurisdiction", code, "--at", "2026-11-21")
    policy = load_policy(jurisdictions()[code].algorithm_policy)
    assert {(name, bits) for _, name, bits in policy.rows} == set(found)


def test_the_status_is_that_of_the_moment() -> None:
    old = ("GOST R 34.10-2001", 256)
    assert rows("--jurisdiction", "RU", "--at", "2018-06-01")[old]["status"] == "allowed"
    assert rows("--jurisdiction", "RU", "--at", "2019-06-01T12:00:00+03:00")[old]["status"] == "deprecated"
    assert rows("--jurisdiction", "RU", "--at", "2019-12-31T23:59:59+03:00")[old]["status"] == "deprecated"
    assert rows("--jurisdiction", "RU", "--at", "2020-01-01T00:00:00+03:00")[old]["status"] == "broken"


def test_a_row_says_what_the_algorithm_is_called_and_what_computes_it() -> None:
    found = rows()
    rsa, bign = found["RSA", 3072], found["bign", 256]
    assert "1.2.840.113549.1.1.11" in rsa["oids"]  # type: ignore[operator]
    assert "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" in rsa["xml"]  # type: ignore[operator]
    assert "RS256" in rsa["jose"]  # type: ignore[operator]
    assert (rsa["backend"], rsa["signs"], rsa["strength"]) == ("openssl", True, 128)
    assert bign["backend"] in ("gmpy2", "python")
    assert found["DSA", 2048]["signs"] is False
    assert found["Streebog-256", 256]["backend"] in ("c", "libgcrypt", "python")


def test_people_get_a_line_with_the_status_and_one_with_the_source() -> None:
    text = shown("--jurisdiction", "AM", "--at", "2026-11-21")
    assert text.startswith("Armenia (am), 2026-11-21T00:00:00+00:00\n")
    line = next(line for line in text.splitlines() if line.startswith("SHA-1 "))
    assert "broken, until 2012-08-01, recognised until 2017-12-31" in line
    assert "(unverified)" in line
    assert "verify only" in next(line for line in text.splitlines() if line.startswith("DSA "))


def test_identifiers_are_shown_when_asked_for() -> None:
    text = shown("--identifiers", "--catalogue", "legacy")
    assert "oids: 1.2.112.0.2.0.34.101.45.12" in text
    assert "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102012-gostr34112012-256" in text


@pytest.mark.parametrize("form", ["ts119322", "ts119322-xml"])
@pytest.mark.parametrize("name", policy_names())
def test_an_exported_table_can_be_imported_again(form: str, name: str, tmp_path: Path) -> None:
    file = tmp_path / "table"
    file.write_text(shown("--catalogue", name, "--export", form), encoding="utf-8")
    policy, remarks = chosen_policy(None, None, file)
    assert policy.digest == load_policy(name).digest
    assert remarks[0].startswith(f"{load_policy(name).title}, published by trustspace, issued ")
    assert len(remarks) == 1


def test_an_imported_table_is_shown_like_any_other(tmp_path: Path) -> None:
    file = tmp_path / "table.json"
    file.write_text(exported(load_policy("ru"), "ts119322", moment("2026-01-01")), encoding="utf-8")
    assert rows("--import", str(file), "--at", "2020-06-01")["GOST R 34.10-2001", 256]["status"] == "broken"
    assert policy_of_suite(read_suite(file.read_bytes()), "x").ignored == ()


@pytest.mark.parametrize(
    "options",
    [
        {"catalogue": "default", "jurisdiction": "RU"},
        {"catalogue": "nothing"},
        {"jurisdiction": "ru"},
        {"jurisdiction": "../RU"},
        {"catalogue": "../default"},
    ],
)
def test_a_table_that_does_not_exist_is_a_usage_error(options: dict[str, str]) -> None:
    with pytest.raises(TableChoiceError) as caught:
        chosen_policy(options.get("catalogue"), options.get("jurisdiction"), None)
    assert caught.value.exit_status == 2


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "9999-12-31T23:59:59-23:00"])
def test_a_moment_that_is_none_is_a_usage_error(text: str) -> None:
    with pytest.raises(TableChoiceError):
        moment(text)


def test_a_form_that_does_not_exist_is_a_usage_error() -> None:
    with pytest.raises(TableChoiceError):
        exported(load_policy("default"), "csv", moment("2026-01-01"))


def test_a_file_that_is_no_table_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError):
        chosen_policy(None, None, tmp_path / "absent")
    with pytest.raises(UnreadableInputError):
        chosen_policy(None, None, tmp_path)
    file = tmp_path / "table.json"
    file.write_bytes(b"no table")
    with pytest.raises(UnreadableSuiteError):
        chosen_policy(None, None, file)
