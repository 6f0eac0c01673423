"""The commands, as a person at a terminal meets them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from typer.testing import CliRunner

from ca.service import CertificateAuthority
from ca.values import AuthorityKind, NewAuthority
from ops.platform.installation import opened
from ops.platform.keys import KeyAlgorithm, SoftwareKeyStore
from ops.platform.settings import load_settings
from ops.service import schema
from policies.errors import TrustspaceError
from signer import models as _tables
from signer.cli import app
from signer.tsa import models as _unit_tables

assert _tables
assert _unit_tables


class Public:
    def __init__(self, spki: bytes) -> None:
        self._key = load_der_public_key(spki)

    def public_key(self) -> Any:
        return self._key


class Terminal:
    """One installation in a folder, and commands given to it."""

    def __init__(self, folder: Path, pki: Any) -> None:
        self.folder, self.pki = folder, pki
        settings = load_settings()
        # A cheap derivation: every command opens the store anew.
        SoftwareKeyStore(settings.key_directory, settings.passphrase() or "", work_factor=12).close()
        database = settings.open_database()
        schema.upgrade(database)
        database.close()
        with opened(settings) as installation:
            self.spki = {
                label: installation.keys.generate(label, KeyAlgorithm.EC_P256).spki for label in ("kz-1", "tsu-1")
            }

    def pem(self, name: str, *certificates: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(
            b"".join(x509.load_der_x509_certificate(item).public_bytes(Encoding.PEM) for item in certificates)
        )
        return path

    def run(self, *words: object) -> dict[str, Any]:
        result = CliRunner().invoke(app, [*map(str, words), "--json"])
        if result.exception is not None:
            raise result.exception
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    def refuse(self, *words: object) -> TrustspaceError:
        with pytest.raises(TrustspaceError) as error:
            self.run(*words)
        return error.value


@pytest.fixture
def terminal(tmp_path: Path, real_pki: Any, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TRUSTSPACE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TRUSTSPACE_KEY_PASSPHRASE", "correct horse battery staple")
    monkeypatch.setenv("TRUSTSPACE_DATABASE_URL", f"sqlite:///{tmp_path}/data/trustspace.sqlite")
    (tmp_path / "data").mkdir()
    return Terminal(tmp_path, real_pki)


@pytest.fixture
def ready(terminal: Terminal) -> Terminal:
    """With a credential and a time-stamping unit."""
    pki = terminal.pki
    issued = pki.issue("Айгүл", Public(terminal.spki["kz-1"]))
    certificate, chain = terminal.pem("kz-1.pem", issued.der), terminal.pem("chain.pem", *issued.issuers)
    added = ["credential", "add", "kz-1", "--key", "kz-1", "--certificate", certificate, "--chain", chain]
    terminal.run(*added, "--owner", "Оңтүстік Сауда")
    unit = terminal.pem("tsu-1.pem", pki.tsu(Public(terminal.spki["tsu-1"])).der)
    words = ["tsa", "init", "tsu-1", "--key", "tsu-1", "--certificate", unit, "--chain", chain]
    terminal.run(*words, "--policy", "1.3.6.1.4.1.55555.1.1")
    for name, issuer in (("root.crl", pki.root), ("issuing.crl", pki.issuing)):
        (terminal.folder / name).write_bytes(pki.crl(issuer))
    return terminal


@pytest.fixture
def document(tmp_path: Path, pdf: bytes) -> Path:
    path = tmp_path / "contract.pdf"
    path.write_bytes(pdf)
    return path


@pytest.mark.parametrize("level", ["b", "t", "lt", "lta"])
@pytest.mark.parametrize("format", ["pades", "cades"])
def test_sign(ready: Terminal, document: Path, pdf: bytes, format: str, level: str) -> None:
    crls = ["--crl", ready.folder / "root.crl", "--crl", ready.folder / "issuing.crl"]
    result = ready.run("sign", document, "--credential", "kz-1", "--format", format, "--level", level, *crls)
    signed = Path(result["signed"])
    assert signed.name == ("contract.signed.pdf" if format == "pades" else "contract.pdf.p7s")
    assert signed.stat().st_size > 1000
    assert document.read_bytes() == pdf
    assert (result["level"], result["format"]) == (level, format)


def test_sign_with_everything(ready: Terminal, document: Path, tmp_path: Path) -> None:
    words = ["--reason", "Бекітемін", "--location", "Астана", "--visible", "--page", "2", "--box", "300,36,560,120"]
    result = ready.run("sign", document, "--credential", "kz-1", *words, "--out", tmp_path / "out.pdf")
    assert Path(result["signed"]).name == "out.pdf"


def test_a_second_run_replaces_nothing(ready: Terminal, document: Path) -> None:
    ready.run("sign", document, "--credential", "kz-1")
    assert ready.refuse("sign", document, "--credential", "kz-1").code == "TS-SIGN-OUTPUT"


def nothing_new(folder: Path, before: set[Path]) -> None:
    assert {
        path for path in folder.iterdir() if path.suffix in (".pdf", ".p7s", ".tst") or ".signing" in path.name
    } == before


@pytest.mark.parametrize(
    ("content", "words", "code", "status"),
    [
        (b"", [], "TS-SIGN-EMPTY", 2),
        (b"hello", [], "TS-SIGN-NOT-PDF", 2),
        (b"%PDF-1.7 and no more", [], "TS-SIGN-PDF-BROKEN", 2),
        (None, ["--format", "xades"], "TS-SIGN-FORMAT-NOT-YET", 2),
        (None, ["--format", "jades"], "TS-SIGN-FORMAT-NOT-YET", 2),
        (None, ["--format", "asic-e"], "TS-SIGN-FORMAT-NOT-YET", 2),
        (None, ["--format", "asic-s"], "TS-SIGN-FORMAT-NOT-YET", 2),
        (None, ["--format", "word"], "TS-SIGN-USAGE", 2),
        (None, ["--level", "z"], "TS-SIGN-USAGE", 2),
        (None, ["--commitment", "love"], "TS-SIGN-USAGE", 2),
        (None, ["--visible", "--box", "1,2,3"], "TS-SIGN-USAGE", 2),
        (None, ["--visible", "--box", "5,5,6,6"], "TS-SIGN-USAGE", 2),
        (None, ["--visible", "--page", "9"], "TS-SIGN-DOCUMENT-REFUSED", 2),
        (None, ["--level", "t", "--tsa", "none"], "TS-TSA-UNIT-UNKNOWN", 2),
        (None, ["--level", "t", "--tsa", "http://127.0.0.1:1/tsa"], "TS-TSA-UNREACHABLE", 1),
        (None, ["--level", "lt"], "TS-SIGN-REVOCATION-MISSING", 1),
    ],
)
@pytest.mark.loopback
def test_what_fails_leaves_nothing_behind(
    ready: Terminal, document: Path, content: bytes | None, words: list[str], code: str, status: int
) -> None:
    if content is not None:
        document.write_bytes(content)
    error = ready.refuse("sign", document, "--credential", "kz-1", *words)
    assert (error.code, error.exit_status) == (code, status)
    assert error.next_step
    nothing_new(ready.folder, {document})


def test_a_credential_that_does_not_exist(ready: Terminal, document: Path) -> None:
    error = ready.refuse("sign", document, "--credential", "kz-9")
    assert (error.code, error.exit_status) == ("TS-SIGN-CREDENTIAL-UNKNOWN", 2)


def test_credentials_are_listed_and_disabled(ready: Terminal, document: Path) -> None:
    (found,) = ready.run("credential", "list")["credentials"]
    assert (found["credential"], found["owner"], found["status"]) == ("kz-1", "Оңтүстік Сауда", "active")
    assert ready.run("credential", "disable", "kz-1", "--reason", "left the company")["status"] == "disabled"
    assert ready.refuse("sign", document, "--credential", "kz-1").code == "TS-SIGN-CREDENTIAL-UNUSABLE"


def test_stamp_and_reply(ready: Terminal, document: Path, require: Callable[[str], str]) -> None:
    result = ready.run("tsa", "stamp", document)
    assert Path(result["token"]).name == "contract.pdf.tst"
    query, reply = ready.folder / "q.tsq", ready.folder / "r.tsr"
    openssl = require("openssl")
    subprocess.run(
        [openssl, "ts", "-query", "-data", document, "-sha256", "-cert", "-out", query], check=True, capture_output=True
    )
    assert ready.run("tsa", "reply", query, "--unit", "tsu-1", "--out", reply)["outcome"] == "granted"
    root = ready.pki.pem(ready.folder)
    verify = [openssl, "ts", "-verify", "-queryfile", query, "-in", reply, "-CAfile", root]
    assert "Verification: OK" in subprocess.run(verify, capture_output=True, text=True).stdout
    assert ready.run("tsa", "list") == {"units": ["tsu-1"]}


def test_issue_makes_everything_in_one_step(ready: Terminal, document: Path) -> None:
    subject = ("countryName=KZ", "organizationName=ЖШС", "organizationIdentifier=NTRKZ-1")
    with opened(load_settings()) as installation:
        authority = CertificateAuthority(
            installation.database, installation.keys, installation.audit, installation.clock, "http://127.0.0.1:1"
        )
        name = (*((kind, text) for kind, _, text in (part.partition("=") for part in subject)), ("commonName", "Root"))
        authority.create_authority(NewAuthority("root", "KZ", AuthorityKind.ROOT, name))
        below = NewAuthority("issuing", "KZ", AuthorityKind.ISSUING, (*name[:-1], ("commonName", "CA")), parent="root")
        authority.create_authority(below)
    words = [
        "--authority",
        "issuing",
        *(word for part in (*subject, "commonName=Seller") for word in ("--subject", part)),
    ]
    made = ready.run("credential", "issue", "seller", *words, "--profile", "legal-person", "--owner", "Seller")
    assert (made["credential"], made["status"]) == ("seller", "active")
    stamping = ["tsa", "issue", "tsu-2", *words, "--policy", "1.3.6.1.4.1.32473.1.4.999"]
    assert ready.run(*stamping)["unit"] == "tsu-2"
    signed = ready.run("sign", document, "--credential", "seller", "--level", "t", "--tsa", "tsu-2")
    assert Path(signed["signed"]).exists()
    for wrong in (["--algorithm", "rsa-512"], ["--subject", "no equals sign"]):
        refused = ready.refuse("credential", "issue", "x", *words, "--profile", "legal-person", "--owner", "o", *wrong)
        assert refused.code == "TS-SIGN-USAGE"


def test_a_file_without_certificate_is_refused(terminal: Terminal, document: Path) -> None:
    words = ["credential", "add", "x", "--key", "kz-1", "--certificate", document, "--owner", "o"]
    assert terminal.refuse(*words).code == "TS-SIGN-DOCUMENT-REFUSED"


def test_people_get_lines(ready: Terminal) -> None:
    result = CliRunner().invoke(app, ["credential", "list"])
    assert result.stdout.startswith("kz-1  Оңтүстік Сауда")
