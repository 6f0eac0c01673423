"""Requests, databases, services and settings that are not as they should be: refused, told, and nothing half-done."""

import json
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.e2e.bad_files import plain_pdf, refusal, write_all

pytestmark = [pytest.mark.slow]

Run = Callable[..., subprocess.CompletedProcess[str]]
NOBODY = "http://127.0.0.1:1"
FIRM = ("C=BY", "O=Firm", "CN=Firm", "organizationIdentifier=NTRBY-123456789")


class House:
    """One installation with a root, an issuing authority and a credential, asked through the command line."""

    def __init__(self, trustspace: Run, folder: Path) -> None:
        self._run, self.folder = trustspace, folder
        self.environment = {
            "TRUSTSPACE_DATA_DIR": str(folder / "data"),
            "TRUSTSPACE_KEY_PASSPHRASE": "correct horse battery staple",
            "TRUSTSPACE_BASE_URL": NOBODY,
            "TRUSTSPACE_ALLOW_PRIVATE_ADDRESSES": "true",
            "TRUSTSPACE_FETCH_SECONDS": "3",
            "TRUSTSPACE_DATABASE_LOCK_SECONDS": "1",
        }
        (folder / "data").mkdir(mode=0o700)

    @property
    def database(self) -> Path:
        return self.folder / "data" / "trustspace.sqlite"

    def ask(self, *words: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
        return self._run(*words, environment={**self.environment, **settings})

    def get(self, *words: str | Path) -> Any:
        done = self.ask(*words, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def issue(self, csr: Path, *names: str, profile: str = "legal-person") -> subprocess.CompletedProcess[str]:
        given = [word for name in (names or FIRM) for word in ("--name", name)]
        return self.ask("ca", "issue", "by-issuing", profile, *given, "--csr", csr, "--out", self.folder / "out.pem")

    def live(self) -> set[str]:
        rows = self.get("ca", "list", "by-issuing")["certificates"]
        return {row["serial"] for row in rows if row["state"] != "void"}

    def keys(self) -> set[str]:
        return {path.name for path in (self.folder / "data" / "keys").iterdir()}


@pytest.fixture(scope="module")
def house(trustspace: Run, tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(trustspace, tmp_path_factory.mktemp("house"))
    assert house.ask("db", "upgrade").returncode == 0
    names = ("--name", "C=BY", "--name", "O=Test", "--name")
    house.get("ca", "authority", "create", "by-root", "--jurisdiction", "BY", *names, "CN=Root")
    house.get("ca", "authority", "create", "by-issuing", "--kind", "issuing", "--parent", "by-root",
              "--jurisdiction", "BY", *names, "CN=Issuing")  # fmt: skip
    subject = [word for name in FIRM for word in ("--subject", name)]
    house.get("credential", "issue", "seal", "--authority", "by-issuing", "--profile", "legal-person", *subject,
              "--owner", "firm")  # fmt: skip
    unit = ("C=BY", "O=Firm", "CN=Unit", "organizationIdentifier=NTRBY-123456789")
    subject = [word for name in unit for word in ("--subject", name)]
    house.get("tsa", "issue", "unit", "--authority", "by-issuing", "--policy", "1.2.3.4", *subject)
    return house


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_all(tmp_path_factory.mktemp("bad"))


def _csr(key: Any) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "BY")])
    return x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256()).public_bytes(
        Encoding.DER
    )  # fmt: skip


def test_bad_requests_leave_no_certificate_and_no_file(house: House, bad: dict[str, Path], tmp_path: Path) -> None:
    good = _csr(ec.generate_private_key(ec.SECP256R1()))
    weak = _csr(rsa.generate_private_key(65537, 1024))
    requests = {
        "weak": (weak, 1, "TS-CA-KEY-WEAK"),
        "not possessed": (good[:-1] + bytes([good[-1] ^ 1]), 1, "TS-CA-POP-FAILED"),
        "cut": (good[:60], 2, "TS-CA-REQUEST-UNREADABLE"),
        "garbage": (b"\0\xff" * 99, 2, "TS-CA-REQUEST-UNREADABLE"),
        "empty": (b"", 2, "TS-CA-REQUEST-UNREADABLE"),
    }
    before = house.live()
    path = tmp_path / "request"
    for name, (octets, status, code) in requests.items():
        path.write_bytes(octets)
        assert refusal(house.issue(path), status) == code, name
    for kind in ("zeros", "folder", "missing"):
        assert refusal(house.issue(bad[kind])) == "TS-INPUT-UNREADABLE"
    path.write_bytes(good)
    assert refusal(house.issue(path, profile="emperor"), 1) == "TS-CA-PROFILE-UNKNOWN"
    for wrong in ("CN=I\x01van", "CN=" + "a" * 70_000, "CN=", "no equals sign"):
        assert refusal(house.issue(path, *FIRM[:2], wrong, FIRM[3]), 1) == "TS-CA-REQUEST-REFUSED"
    assert house.live() == before
    assert not (house.folder / "out.pem").exists()


def test_a_reused_key_is_refused(house: House, tmp_path: Path) -> None:
    path = tmp_path / "request"
    path.write_bytes(_csr(ec.generate_private_key(ec.SECP256R1())))
    assert house.issue(path).returncode == 0
    (house.folder / "out.pem").unlink()
    before = house.live()
    other = house.issue(path, "C=BY", "O=Other", "CN=Other", "organizationIdentifier=NTRBY-987654321")
    assert refusal(other, 1) == "TS-CA-KEY-REUSED"
    assert house.live() == before
    assert not (house.folder / "out.pem").exists()


def test_nothing_is_issued_that_nobody_could_be_handed(house: House, bad: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "request"
    path.write_bytes(_csr(ec.generate_private_key(ec.SECP256R1())))
    before = (house.live(), house.keys())
    given = [word for name in FIRM for word in ("--name", name)]
    issue = ("ca", "issue", "by-issuing", "legal-person", *given, "--csr", path)
    create = ("ca", "authority", "create", "new", "--jurisdiction", "BY", *given)
    for out in (bad["missing"] / "out.pem", bad["folder"]):
        for command in (issue, create):
            assert refusal(house.ask(*command, "--out", out)) == "TS-OUTPUT-UNWRITABLE"
    orphan = house.ask(*create, "--kind", "issuing", "--parent", "nowhere")
    assert refusal(orphan, 1) == "TS-CA-AUTHORITY-UNKNOWN"
    assert (house.live(), house.keys()) == before


def test_documents_that_cannot_be_signed(house: House, bad: dict[str, Path], tmp_path: Path) -> None:
    codes = {
        "not-a-pdf": "TS-SIGN-NOT-PDF", "truncated": "TS-SIGN-PDF-BROKEN", "encrypted": "TS-SIGN-PDF-ENCRYPTED",
        "empty": "TS-SIGN-EMPTY", "zeros": "TS-SIGN-NOT-PDF", "binary": "TS-SIGN-NOT-PDF",
        "folder": "TS-SIGN-DOCUMENT-REFUSED", "missing": "TS-SIGN-DOCUMENT-REFUSED",
    }  # fmt: skip
    for kind, path in bad.items():
        done = house.ask("sign", path, "--credential", "seal", "--out", tmp_path / "out.pdf")
        assert refusal(done) == codes[kind], kind
    assert list(tmp_path.iterdir()) == []


class _Garbage(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", "8")
        self.end_headers()
        self.wfile.write(b"\x30\x06garbage"[:8])

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def garbage_server() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Garbage)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/tsa"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.loopback
def test_services_that_fail_leave_no_signed_file(
    house: House, bad: dict[str, Path], garbage_server: str, tmp_path: Path
) -> None:
    source = tmp_path / "contract.pdf"
    source.write_bytes(plain_pdf())
    sign = ("sign", source, "--credential", "seal", "--out", tmp_path / "out.pdf", "--level")
    assert refusal(house.ask(*sign, "t", "--tsa", f"{NOBODY}/tsa"), 1) == "TS-TSA-UNREACHABLE"
    assert refusal(house.ask(*sign, "t", "--tsa", garbage_server), 1) == "TS-TSA-ANSWER-WRONG"
    assert refusal(house.ask(*sign, "lt", "--tsa", "unit"), 1) == "TS-SIGN-REVOCATION-MISSING"
    for option in ("--crl", "--ocsp", "--cert"):
        assert refusal(house.ask(*sign, "b", option, bad["binary"])) == "TS-SIGN-DOCUMENT-REFUSED"
    assert refusal(house.ask("sign", source, "--credential", "nobody")) == "TS-SIGN-CREDENTIAL-UNKNOWN"
    assert [path.name for path in tmp_path.iterdir()] == ["contract.pdf"]


COMMANDS = (("ca", "list"), ("credential", "list"), ("serve", "--port", "0"))


def _copied(house: House, folder: Path) -> tuple[Path, str]:
    path = folder / "copy.sqlite"
    with sqlite3.connect(house.database) as source, sqlite3.connect(path) as target:
        source.backup(target)
    target.close()
    source.close()
    return path, f"sqlite:///{path}"


def test_a_database_of_a_later_version_is_refused(house: House, tmp_path: Path) -> None:
    path, address = _copied(house, tmp_path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for command in (*COMMANDS, ("db", "upgrade")):
        assert refusal(house.ask(*command, DATABASE_URL=address), 1) == "TS-DB-NEWER", command
    for command in (("db", "verify"), ("config", "check")):
        done = house.ask(*command, DATABASE_URL=address)
        assert done.returncode == 1
        assert "TS-DB-NEWER" in done.stdout


def test_a_database_without_schema_is_refused_and_not_created(trustspace: Run, tmp_path: Path) -> None:
    house = House(trustspace, tmp_path)
    assert refusal(house.ask("ca", "list"), 1) == "TS-DB-OLDER"
    assert refusal(house.ask("sign", __file__, "--credential", "x", "--format", "cades"), 1) == "TS-DB-OLDER"
    assert list((tmp_path / "data").iterdir()) == []


def test_a_locked_database_is_told_after_a_bounded_wait(house: House, tmp_path: Path) -> None:
    path, address = _copied(house, tmp_path)
    holder = sqlite3.connect(path, isolation_level=None)
    try:
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        for command in (*COMMANDS, ("db", "verify"), ("db", "upgrade")):
            assert refusal(house.ask(*command, DATABASE_URL=address), 1) == "TS-DB-LOCKED", command
        done = house.ask("config", "check", DATABASE_URL=address)
        assert done.returncode == 1
        assert "TS-DB-LOCKED" in done.stdout
    finally:
        holder.close()


def test_a_read_only_database_can_be_read_and_is_never_written(house: House, tmp_path: Path) -> None:
    path, _ = _copied(house, tmp_path)
    before = path.read_bytes()
    address = f"sqlite:///file:{path}?mode=ro&uri=true"
    assert house.ask("ca", "list", DATABASE_URL=address).returncode == 0
    assert house.ask("config", "check", DATABASE_URL=address).returncode == 0
    csr = tmp_path / "request"
    csr.write_bytes(_csr(ec.generate_private_key(ec.SECP256R1())))
    names = [word for name in FIRM for word in ("--name", name)]
    issue = ("ca", "issue", "by-issuing", "legal-person", *names, "--csr", csr, "--out", tmp_path / "out.pem")
    assert refusal(house.ask(*issue, DATABASE_URL=address), 1) == "TS-DB-READONLY"
    assert path.read_bytes() == before
    assert not (tmp_path / "out.pem").exists()


@pytest.mark.parametrize(
    ("settings", "status", "code"),
    [
        ({"TRUSTSPACE_PROFILE": "production"}, 2, "TS-KEYS-SOFTWARE-IN-PRODUCTION"),
        ({"TRUSTSPACE_PROFILE": "hobby"}, 2, "TS-CONFIG-INVALID"),
        ({"TRUSTSPACE_DATABASE_LOCK_SECONDS": "soon"}, 2, "TS-CONFIG-INVALID"),
        ({"DATABASE_URL": "mysql://user:secret@host/name"}, 2, "TS-CONFIG-INVALID"),
        ({"DATABASE_URL": "postgresql://user:secret@127.0.0.1:1/name"}, 1, "TS-DB-UNREACHABLE"),
        ({"TRUSTSPACE_KEY_PASSPHRASE": "wrong"}, 1, "TS-KEYS-PASSPHRASE"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, str], status: int, code: str, house: House) -> None:
    for words in (("ca", "list"), ("ca", "list", "--json")):
        done = house.ask(*words, **settings)
        assert refusal(done, status) == code
        assert "secret" not in done.stdout + done.stderr
