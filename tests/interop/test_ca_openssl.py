"""OpenSSL's opinion of our paths, lists and OCSP answers."""

import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

from ca.http import responders
from ca.pem import pem
from ca.values import AuthorityKind, CrossTerms, NewAuthority, RevocationReason
from tests.ca.world import SEAL_SUBJECT, World, name_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def _write(folder: Path, name: str, *certificates: bytes) -> Path:
    path = folder / name
    path.write_text("".join(pem("CERTIFICATE", one) for one in certificates))
    return path


def _lists(world: World, folder: Path) -> Path:
    path = folder / "lists.pem"
    path.write_text("".join(pem("X509 CRL", world.ca.publish_crl(one.name).der) for one in world.ca.authorities()))
    return path


def _verify(
    openssl: str, world: World, folder: Path, anchor: str, pool: list[bytes], leaf: bytes, *options: str
) -> subprocess.CompletedProcess[str]:
    root = world.ca.authority(anchor).certificate
    assert root is not None
    command = [
        openssl, "verify", "-x509_strict", "-crl_check_all", "-CAfile", str(_write(folder, "anchor.pem", root)),
        *(("-untrusted", str(_write(folder, "pool.pem", *pool))) if pool else ()),
        "-CRLfile", str(_lists(world, folder)),
        *options, str(_write(folder, "leaf.pem", leaf)),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def _by_subject() -> tuple[tuple[str, str], ...]:
    return (
        ("countryName", "BY"),
        ("organizationName", "ОАО «Пуща»"),
        ("organizationIdentifier", "TAXBY-800013732"),
        ("commonName", "ОАО «Пуща»"),
    )


def _chain(world: World, *names: str) -> list[bytes]:
    found = [world.ca.authority(name).certificate for name in names]
    return [one for one in found if one is not None]


@pytest.mark.parametrize("algorithm", ["ec-p256", "ec-p384", "rsa-3072"])
def test_chain_with_lists(world: World, tmp_path: Path, require: Callable[[str], str], algorithm: str) -> None:
    world.hierarchy("KZ", algorithm)
    leaf = world.seal()
    good = _verify(require("openssl"), world, tmp_path, "kz-root", _chain(world, "kz-ca"), leaf.der)
    assert good.returncode == 0, good.stderr
    world.ca.revoke("kz-ca", leaf.serial, RevocationReason.KEY_COMPROMISE, grounds="key published")
    bad = _verify(require("openssl"), world, tmp_path, "kz-root", _chain(world, "kz-ca"), leaf.der)
    assert bad.returncode != 0
    assert "certificate revoked" in bad.stderr


def test_suspended_is_refused_and_released_is_accepted(
    world: World, tmp_path: Path, require: Callable[[str], str]
) -> None:
    world.hierarchy("KZ")
    leaf = world.seal()
    world.ca.suspend("kz-ca", leaf.serial, grounds="court order")
    held = _verify(require("openssl"), world, tmp_path, "kz-root", _chain(world, "kz-ca"), leaf.der)
    world.ca.release("kz-ca", leaf.serial, grounds="order lifted")
    free = _verify(require("openssl"), world, tmp_path, "kz-root", _chain(world, "kz-ca"), leaf.der)
    assert (held.returncode != 0, free.returncode) == (True, 0)


def _bridge(world: World) -> list[bytes]:
    """KZ → hub → BY, each edge with mappings and constraints by country."""
    world.hierarchy("KZ")
    world.hierarchy("BY")
    hub_name = (("countryName", "RU"), ("organizationName", "Hub"), ("commonName", "Hub Root"))
    world.ca.create_authority(NewAuthority("hub", "EAEU", AuthorityKind.HUB, hub_name))
    towards = world.cross("kz-root", "hub", world.terms("KZ", "EAEU", permitted_countries=("BY", "RU"), path_length=2))
    onwards = world.cross("hub", "by-root", world.terms("EAEU", "BY", path_length=1))
    return [towards.der, onwards.der, *_chain(world, "by-ca")]


def test_path_across_two_cross_certificates(world: World, tmp_path: Path, require: Callable[[str], str]) -> None:
    pool = _bridge(world)
    leaf = world.seal("by-ca", subject=_by_subject())
    policy = ("-policy_check", "-explicit_policy", "-policy", world.policy("KZ"))
    found = _verify(require("openssl"), world, tmp_path, "kz-root", pool, leaf.der, *policy)
    assert found.returncode == 0, found.stderr


def test_other_country_and_other_policy_do_not_cross(
    world: World, tmp_path: Path, require: Callable[[str], str]
) -> None:
    pool, openssl = _bridge(world), require("openssl")
    foreigner = world.seal("by-ca", subject=SEAL_SUBJECT)
    found = _verify(openssl, world, tmp_path, "kz-root", pool, foreigner.der, "-policy_check")
    assert "permitted subtree violation" in found.stderr
    leaf = world.seal("by-ca", subject=_by_subject())
    wrong = ("-policy_check", "-explicit_policy", "-policy", world.policy("KZ", "natural-person"))
    found = _verify(openssl, world, tmp_path, "kz-root", pool, leaf.der, *wrong)
    assert "no explicit policy" in found.stderr


def test_revoked_edge_closes_that_way_only(world: World, tmp_path: Path, require: Callable[[str], str]) -> None:
    pool, openssl = _bridge(world), require("openssl")
    leaf = world.seal("by-ca", subject=_by_subject())
    (edge,) = [one for one in world.ca.certificates("hub") if one.purpose == "cross"]
    world.ca.revoke("hub", edge.serial, RevocationReason.CESSATION_OF_OPERATION, grounds="treaty suspended")
    across = _verify(openssl, world, tmp_path, "kz-root", pool, leaf.der)
    assert "certificate revoked" in across.stderr
    at_home = _verify(openssl, world, tmp_path, "by-root", _chain(world, "by-ca"), leaf.der)
    assert at_home.returncode == 0, at_home.stderr


def test_rollover_through_link_certificates(world: World, tmp_path: Path, require: Callable[[str], str]) -> None:
    world.hierarchy("KZ")
    before = world.seal()
    successor = NewAuthority(
        "kz-root-2", "KZ", AuthorityKind.ROOT, name_of("KZ", "Root KZ"), predecessor="kz-root", key_algorithm="ec-p384"
    )
    world.ca.create_authority(successor)
    world.ca.create_authority(
        NewAuthority("kz-ca-2", "KZ", AuthorityKind.ISSUING, name_of("KZ", "CA KZ 2"), parent="kz-root-2")
    )
    after = world.seal("kz-ca-2")
    prepared = world.ca.prepare_link("kz-root", "kz-root-2")
    new_with_old, old_with_new = world.ca.issue_batch([one.token for one in prepared])
    openssl = require("openssl")
    old_trust = [new_with_old.der, *_chain(world, "kz-ca-2")]
    found = _verify(openssl, world, tmp_path, "kz-root", old_trust, after.der)
    assert found.returncode == 0, found.stderr
    new_trust = [old_with_new.der, *_chain(world, "kz-ca")]
    found = _verify(openssl, world, tmp_path, "kz-root-2", new_trust, before.der)
    assert found.returncode == 0, found.stderr


def test_foreign_ca_is_cross_certified_from_its_certificate(
    world: World, tmp_path: Path, require: Callable[[str], str]
) -> None:
    openssl = require("openssl")
    world.hierarchy("KZ")
    key, certificate = tmp_path / "foreign.key", tmp_path / "foreign.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(key),
         "-out", str(certificate), "-subj", "/C=RS/O=Operator/CN=Root RS", "-days", "3650"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    terms = CrossTerms("model-treaty", (world.policy("KZ"),), permitted_countries=("RS",), path_length=0)
    issued = world.cross("kz-root", certificate.read_bytes(), terms)
    found = _verify(openssl, world, tmp_path, "kz-root", [], issued.der)
    assert found.returncode == 0, found.stderr


@contextmanager
def _serving(world: World) -> Iterator[str]:
    config = uvicorn.Config(responders(world.ca), host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.mark.loopback
def test_ocsp_over_http(world: World, tmp_path: Path, require: Callable[[str], str]) -> None:
    world.hierarchy("KZ")
    world.ca.create_responder("kz-ca")
    good, revoked, held = world.seal(), world.seal(), world.seal()
    world.ca.revoke("kz-ca", revoked.serial, RevocationReason.SUPERSEDED, grounds="new card")
    world.ca.suspend("kz-ca", held.serial, grounds="court order")
    anchors = _write(tmp_path, "anchors.pem", *_chain(world, "kz-root", "kz-ca"))
    issuer = _write(tmp_path, "issuer.pem", *_chain(world, "kz-ca"))
    leaves = [
        str(_write(tmp_path, f"{name}.pem", one.der))
        for name, one in (("good", good), ("revoked", revoked), ("held", held))
    ]
    for digest in ("-sha1", "-sha256"):
        with _serving(world) as base:
            asked = [part for leaf in leaves for part in (digest, "-cert", leaf)]
            found = subprocess.run(
                [require("openssl"), "ocsp", "-issuer", str(issuer), *asked, "-url", f"{base}/ocsp",
                 "-CAfile", str(anchors), "-resp_text"],
                capture_output=True, text=True, check=False, timeout=60,
            )  # fmt: skip
        assert "Response verify OK" in found.stderr, found.stderr
        assert "WARNING" not in found.stderr
        assert "good.pem: good" in found.stdout
        assert "revoked.pem: revoked" in found.stdout
        assert "Reason: superseded" in found.stdout
        assert "Reason: certificateHold" in found.stdout
        assert "Archive Cutoff" in found.stdout


@pytest.mark.loopback
def test_published_files_over_http(world: World, tmp_path: Path, require: Callable[[str], str]) -> None:
    world.hierarchy("KZ")
    published = world.ca.publish_crl("kz-ca")
    with _serving(world) as base:
        with urllib.request.urlopen(f"{base}/crl/kz-ca.crl", timeout=10) as answer:
            assert (answer.read(), answer.headers["content-type"]) == (published.der, "application/pkix-crl")
        with urllib.request.urlopen(f"{base}/aia/kz-ca.p7c", timeout=10) as answer:
            (tmp_path / "bundle.p7c").write_bytes(answer.read())
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{base}/crl/none.crl", timeout=10)
        assert caught.value.code == 404
        caught.value.close()
    command = [
        require("openssl"),
        "pkcs7",
        "-inform",
        "DER",
        "-in",
        str(tmp_path / "bundle.p7c"),
        "-print_certs",
        "-noout",
    ]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "CN = CA KZ" in found.stdout
