"""The command line, from an empty directory to a revoked certificate, as an operator types it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from typer.testing import CliRunner

from ca.cli import app
from ops.platform.keys import SoftwareKeyStore
from ops.platform.settings import load_settings
from ops.service import schema
from policies.errors import TrustspaceError
from tests.ca.world import Approver, csr, spki_of

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("crl", "kz-root")` gives the command's JSON; a refusal is raised."""
    import ca.models
    import ops.platform.audit  # noqa: F401 - both declare tables

    assert ca.models
    for name, value in {
        "TRUSTSPACE_DATA_DIR": str(tmp_path / "data"),
        "TRUSTSPACE_KEY_PASSPHRASE": "passphrase of a test",
        "TRUSTSPACE_BASE_URL": "http://pki.example.org",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    database = load_settings().open_database()
    schema.upgrade(database)
    database.close()
    # Made beforehand with a small work factor, because every command opens it again.
    SoftwareKeyStore(load_settings().key_directory, "passphrase of a test", work_factor=12).close()

    def command(*words: str) -> dict[str, Any]:
        result = CliRunner().invoke(app, [*words, "--json"])
        if isinstance(result.exception, TrustspaceError):
            raise result.exception
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    return command


def _names(country: str, common: str) -> list[str]:
    return ["--name", f"C={country}", "--name", f"O=Operator {country}", "--name", f"CN={common}"]


def _hierarchy(run: Run, country: str) -> None:
    low = country.lower()
    run("authority", "create", f"{low}-root", "--jurisdiction", country, *_names(country, f"Root {country}"))
    run(
        "authority", "create", f"{low}-ca", "--jurisdiction", country, "--kind", "issuing", "--parent", f"{low}-root",
        *_names(country, f"CA {country}"),
    )  # fmt: skip


SEAL = [
    "--name",
    "C=KZ",
    "--name",
    "O=ТОО «Степь»",
    "--name",
    "organizationIdentifier=NTRKZ-941240000193",
    "--name",
    "CN=Степь",
]


def test_from_nothing_to_a_revoked_certificate(run: Run, tmp_path: Path) -> None:
    assert run("init")["authorities"] == 0
    _hierarchy(run, "KZ")
    assert [one["name"] for one in run("list")["authorities"]] == ["kz-root", "kz-ca"]
    (tmp_path / "request.der").write_bytes(csr().octets)
    issued = run("issue", "kz-ca", "legal-person", *SEAL, "--csr", str(tmp_path / "request.der"))
    assert x509.load_pem_x509_certificate(issued["certificate"].encode())
    assert run("suspend", "kz-ca", issued["serial"], "--grounds", "court order")["status"] == "suspended"
    assert run("release", "kz-ca", issued["serial"], "--grounds", "lifted")["status"] == "valid"
    revoked = run("revoke", "kz-ca", issued["serial"], "--reason", "keyCompromise", "--grounds", "card lost")
    assert (revoked["status"], revoked["crlNumber"]) == ("revoked", 3)
    shown = run("show", "kz-ca", issued["serial"])
    assert [event["action"] for event in shown["history"]] == ["suspended", "released", "revoked"]
    run("responder", "kz-ca")
    assert run("crl")["published"] == ["kz-root"]
    written = run("export", "kz-ca", "--out", str(tmp_path / "public"))["written"]
    assert written == ["kz-ca.cer", "kz-ca.p7c", "kz-ca.crl"]
    assert len(run("list", "kz-ca")["certificates"]) == 2
    assert len(run("profiles")["profiles"]) >= 10


def test_cross_certificate_by_two_approvers(run: Run, tmp_path: Path) -> None:
    _hierarchy(run, "KZ")
    _hierarchy(run, "BY")
    people = [Approver("anna"), Approver("boris")]
    for person in people:
        (tmp_path / f"{person.name}.der").write_bytes(spki_of(person.key))
        run("approver", "add", person.name, "--public-key", str(tmp_path / f"{person.name}.der"))
    prepared = run(
        "cross", "kz-root", "--subject", "by-root", "--instrument", "treaty-1", "--policy", "1.2.398.3.3.2.1",
        "--map", "1.2.398.3.3.2.1=1.2.112.0.2.0.34.101.78.2.63", "--permit", "BY", "--path-length", "1",
        "--out", str(tmp_path / "tbs"),
    )  # fmt: skip
    number = str(prepared["prepared"])
    for person in people:
        (tmp_path / "signature").write_bytes(person.sign((tmp_path / "tbs").read_bytes()))
        run("approve", number, person.name, "--signature", str(tmp_path / "signature"))
    finished = run("finish", number)
    assert finished["profile"] == "cross"
    ended = run("authority", "revoke", "by-root", "--reason", "caCompromise", "--grounds", "stolen")
    assert ended["revoked"] is False
    assert ended["authoritiesBelow"] == ["by-ca"]
    assert len(ended["crossCertificates"]) == 1
    assert run("authority", "revoke", "by-root", "--reason", "caCompromise", "--grounds", "stolen", "--confirm")[
        "revoked"
    ]
    assert run("show", "kz-root", finished["serial"])["status"] == "revoked"
    run("approver", "retire", "anna")


def test_rollover_and_discard(run: Run, tmp_path: Path) -> None:
    _hierarchy(run, "KZ")
    run(
        "authority", "create", "kz-root-2", "--jurisdiction", "KZ", *_names("KZ", "Root KZ"), "--predecessor", "kz-root"
    )
    assert len(run("link", "kz-root", "kz-root-2")["links"]) == 2
    (tmp_path / "request.der").write_bytes(csr().octets)
    prepared = run("issue", "kz-ca", "legal-person", *SEAL, "--csr", str(tmp_path / "request.der"), "--prepare")
    assert run("discard", str(prepared["prepared"]), "--grounds", "mistake")["discarded"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "nobody"), "TS-CA-AUTHORITY-UNKNOWN"),
        (("show", "kz-ca", "xyz"), "TS-CA-REQUEST-REFUSED"),
        (("show", "kz-ca", "0a"), "TS-CA-CERTIFICATE-UNKNOWN"),
        (("issue", "kz-ca", "legal-person", *SEAL), "TS-CA-REQUEST-REFUSED"),
        (("issue", "kz-ca", "legal-person", *SEAL, "--csr", "no-such-file"), "TS-INPUT-UNREADABLE"),
        (("issue", "kz-ca", "legal-person", *SEAL, "--key", "no-such-key"), "TS-KEYS-UNKNOWN-LABEL"),
        (("issue", "kz-ca", "legal-person", "--name", "nonsense", "--key", "k"), "TS-CA-REQUEST-REFUSED"),
        (("revoke", "kz-ca", "0a", "--reason", "boredom", "--grounds", "x"), "TS-CA-REQUEST-REFUSED"),
        (("finish", "999"), "TS-CA-CERTIFICATE-UNKNOWN"),
        (("block-key", "abc", "--grounds", "x"), "TS-CA-STATUS-REFUSED"),
        (
            ("authority", "create", "x", "--jurisdiction", "KZ", "--kind", "king", "--name", "C=KZ"),
            "TS-CA-REQUEST-REFUSED",
        ),
    ],
)
def test_refusals_have_codes(run: Run, words: tuple[str, ...], code: str) -> None:
    _hierarchy(run, "KZ")
    with pytest.raises(TrustspaceError) as caught:
        run(*words)
    assert caught.value.code == code
    assert caught.value.exit_status == (2 if "UNREADABLE" in code else 1)


def test_people_get_lines(run: Run) -> None:
    assert run("init")
    printed = CliRunner().invoke(app, ["profiles"]).stdout
    assert "- name cross, approvals 2" in printed


def test_authority_of_a_national_suite(run: Run) -> None:
    names = _names("RU", "Root RU")
    made = run("authority", "create", "ru-root", "--jurisdiction", "RU", *names, "--key", "gost-2012-512-a")
    assert made["valid"] is True
    assert run("crl", "ru-root")["number"] == 1
    with pytest.raises(TrustspaceError) as caught:
        run("authority", "create", "kz-root", "--jurisdiction", "KZ", *_names("KZ", "Root"), "--key", "gost-2012-512-a")
    assert caught.value.code == "TS-CA-REQUEST-REFUSED"
