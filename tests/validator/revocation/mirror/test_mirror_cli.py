"""`trustspace mirror` as an operator uses it."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner

from ops.platform.database import Database
from policies.errors import TrustspaceError
from validator.mirror import models
from validator.mirror.cli import app

pytestmark = pytest.mark.loopback


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    url = f"sqlite:///{tmp_path}/mirror.sqlite"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("TRUSTSPACE_ALLOW_PRIVATE_ADDRESSES", "true")
    database = Database(url)
    assert models.MirrorSourceRow.__tablename__ == "mirror_source"
    database.create_tables()
    database.close()
    return lambda *arguments: CliRunner().invoke(app, list(arguments), catch_exceptions=True)


def test_watch_list_and_collect(pki: SimpleNamespace, run, tmp_path: Path):
    ca = pki.authority("CLI CA")
    points = pki.crl_distribution_points(pki.point(pki.full_name(pki.uri("http://127.0.0.1:1/c.crl"))))
    leaf = ca.issue("CLI leaf", points, serial=9)
    (tmp_path / "leaf.der").write_bytes(leaf.der)
    (tmp_path / "ca.pem").write_bytes(x509.load_der_x509_certificate(ca.certificate.der).public_bytes(Encoding.PEM))
    watched = run("watch", str(tmp_path / "leaf.der"), "--issuer", str(tmp_path / "ca.pem"), "--label", "CLI", "--json")
    assert (watched.exit_code, json.loads(watched.stdout)) == (0, {"sources": [1]})
    collected = run("collect", "--json")
    assert (collected.exit_code, json.loads(collected.stdout)["failed"]) == (1, 1)
    listed = run("list", "--json")
    (source,) = json.loads(listed.stdout)
    assert (listed.exit_code, source["label"], source["error"], source["stale"]) == (
        1,
        "CLI",
        "TS-FETCH-CONNECTION",
        True,
    )
    assert "TS-FETCH-CONNECTION" in run("list").stdout
    assert run("unwatch", "1").exit_code == 0
    assert run("list").exit_code == 0
    added = run("watch-crl", "http://127.0.0.1:1/d.crl", "--issuer", str(tmp_path / "ca.pem"))
    assert added.stdout.strip() == "Watching: 2"


def test_a_certificate_that_names_nothing(pki: SimpleNamespace, run, tmp_path: Path):
    ca = pki.authority("CLI CA")
    (tmp_path / "ca.der").write_bytes(ca.certificate.der)
    done = run("watch", str(tmp_path / "ca.der"), "--issuer", str(tmp_path / "ca.der"))
    assert (done.exit_code, "nothing" in done.stdout) == (1, True)


def test_unreadable_input(run, tmp_path: Path):
    (tmp_path / "bad").write_bytes(b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n")
    done = run("watch", str(tmp_path / "bad"), "--issuer", str(tmp_path / "bad"))
    assert isinstance(done.exception, TrustspaceError)
    assert done.exception.exit_status == 2
