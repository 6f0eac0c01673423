"""The responders behind the web application, asked by openssl over a real connection."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ca.values import Issued, RevocationReason
from ops.platform.clock import SystemClock
from ops.service.loopback import base_url, bound_socket, serving
from ops.service.web.app import create_app
from tests.service.web.conftest import LIMITS
from tests.service.web.house import House, open_house

pytestmark = pytest.mark.loopback


class Served:
    """A furnished installation that serves, with its chain in files for openssl."""

    def __init__(self, house: House, url: str, unit: Issued, folder: Path) -> None:
        self.house, self.url, self.unit, self.folder = house, url, unit, folder
        self.issuer = self._pem("issuer.pem", house.chain[0])
        self.root = self._pem("root.pem", house.chain[1])
        self.good = house.issue("ocsp", _service("good"), "good")
        self.bad = house.issue("ocsp", _service("bad"), "bad")

    def _pem(self, name: str, der: bytes) -> str:
        path = self.folder / name
        path.write_bytes(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))
        return str(path)

    def certificate(self, issued: Issued) -> str:
        return self._pem(f"{issued.serial:x}.pem", issued.der)


def _service(role: str) -> tuple[tuple[str, str], ...]:
    return (("countryName", "KZ"), ("organizationName", "Test CA"), ("commonName", f"Test {role}"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    listener = bound_socket()
    with open_house(folder / "house", SystemClock(), base_url=base_url(listener)) as house:
        house.build()
        unit = house.add_unit()
        house.add_unit("KZ")
        application = create_app(house.installation, house.authority, limits=LIMITS)
        with serving(application, listener) as url:
            yield Served(house, url, unit, folder)
        application.close()


@pytest.fixture
def openssl(require: Callable[[str], str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    tool = require("openssl")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=60, check=False)

    return run


Openssl = Callable[..., "subprocess.CompletedProcess[str]"]


def test_openssl_ocsp(served: Served, openssl: Openssl) -> None:
    common = ("ocsp", "-url", f"{served.url}/ocsp", "-issuer", served.issuer, "-CAfile", served.root)
    chain = ("-verify_other", served.issuer, "-no_nonce")
    good = openssl(*common, *chain, "-cert", served.certificate(served.good))
    assert "Response verify OK" in good.stderr, good.stderr
    assert ": good" in good.stdout
    served.house.authority.revoke("kz-ca", served.bad.serial, RevocationReason.KEY_COMPROMISE, grounds="test")
    bad = openssl(*common, *chain, "-cert", served.certificate(served.bad))
    assert "Response verify OK" in bad.stderr, bad.stderr
    assert ": revoked" in bad.stdout


def test_openssl_crl(served: Served, openssl: Openssl, tmp_path: Path) -> None:
    import urllib.request

    for name, issuer in (("kz-ca", served.issuer), ("kz-root", served.root)):
        with urllib.request.urlopen(f"{served.url}/crl/{name}.crl", timeout=20) as answer:
            assert answer.headers["content-type"] == "application/pkix-crl"
            (tmp_path / "list.crl").write_bytes(answer.read())
        found = openssl("crl", "-inform", "DER", "-in", str(tmp_path / "list.crl"), "-CAfile", issuer, "-noout")
        assert "verify OK" in found.stderr + found.stdout


def test_openssl_verifies_a_path_from_what_is_published(served: Served, openssl: Openssl, tmp_path: Path) -> None:
    import urllib.request

    parts = []
    for name in ("kz-ca", "kz-root"):
        with urllib.request.urlopen(f"{served.url}/crl/{name}.crl", timeout=20) as answer:
            parts.append(x509.load_der_x509_crl(answer.read()).public_bytes(Encoding.PEM))
    with urllib.request.urlopen(f"{served.url}/aia/kz-ca.cer", timeout=20) as answer:
        issuer = x509.load_der_x509_certificate(answer.read()).public_bytes(Encoding.PEM)
    (tmp_path / "lists.pem").write_bytes(b"".join(parts))
    (tmp_path / "issuer.pem").write_bytes(issuer)
    found = openssl(
        "verify", "-crl_check_all", "-CRLfile", str(tmp_path / "lists.pem"), "-CAfile", served.root,
        "-untrusted", str(tmp_path / "issuer.pem"), served.certificate(served.unit),
    )  # fmt: skip
    assert found.stdout.endswith(": OK\n"), found.stderr


@pytest.mark.parametrize("path", ["/tsa", "/tsa/default", "/tsa/KZ"])
def test_openssl_ts(served: Served, openssl: Openssl, tmp_path: Path, path: str) -> None:
    import urllib.request

    data, query, reply = tmp_path / "data", tmp_path / "query.tsq", tmp_path / "reply.tsr"
    data.write_bytes(b"to be stamped")
    assert openssl("ts", "-query", "-data", str(data), "-sha256", "-cert", "-out", str(query)).returncode == 0
    request = urllib.request.Request(
        served.url + path, query.read_bytes(), {"content-type": "application/timestamp-query"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.headers["content-type"] == "application/timestamp-reply"
        reply.write_bytes(answer.read())
    found = openssl(
        "ts",
        "-verify",
        "-queryfile",
        str(query),
        "-in",
        str(reply),
        "-CAfile",
        served.root,
        "-untrusted",
        served.issuer,
    )
    assert "Verification: OK" in found.stdout + found.stderr, found.stderr


@pytest.mark.parametrize("path", ["/tsa/nobody", "/crl/nobody.crl", "/aia/nobody.cer"])
def test_what_does_not_exist(served: Served, path: str) -> None:
    import urllib.error
    import urllib.request

    body = b"x" if path.startswith("/tsa") else None
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(urllib.request.Request(served.url + path, body), timeout=20)
    with raised.value as answer:
        assert answer.status == 404
