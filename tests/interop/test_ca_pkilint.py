"""pkilint's opinion: no finding of WARNING or above over every profile, list and OCSP answer."""

import importlib
import itertools
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from ca import identity
from ca.values import AuthorityKind, CertificateRequest, NewAuthority, RevocationReason
from tests.ca.world import World, csr, name_of

pytestmark = pytest.mark.filterwarnings("ignore")

Judge = Callable[..., str]


@pytest.fixture
def judge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Judge:
    """`judge("cert", octets, *options)`: pkilint's findings of WARNING and above as text, empty when there are none."""
    count = itertools.count()

    def findings(linter: str, octets: bytes, *options: str) -> str:
        path = tmp_path / f"{next(count)}.der"
        path.write_bytes(octets)
        main = importlib.import_module(f"pkilint.bin.{linter}").main
        status = main(["lint", *options, "-s", "WARNING", "--document-format", "DER", str(path)])
        told = capsys.readouterr()
        return (told.out + told.err).strip() if status else ""

    return findings


SUBJECTS = {
    "KZ": (
        identity.natural_person("KZ", given_name="Айгерім", surname="Серікқызы", identifier="850615300129"),
        identity.legal_person("KZ", organization="ТОО «Алтын Дән»", identifier="941240000193"),
        identity.organisation_person(
            "KZ", given_name="Ерлан", surname="Сейтов", identifier="850615300129", organization="ТОО «Алтын Дән»",
            organization_identifier="941240000193", title="Директор",
        ),
    ),
    "RU": (
        identity.natural_person("RU", given_name="Мария", surname="Соколова", identifier="500100732259"),
        identity.legal_person("RU", organization="ПАО «Пример»", identifier="7707083893", ogrn="1027700132195"),
        identity.organisation_person(
            "RU", given_name="Мария", surname="Соколова", identifier="500100732259", organization="ПАО «Пример»",
            organization_identifier="7707083893",
        ),
    ),
    "BY": (
        identity.natural_person("BY", given_name="Алесь", surname="Ковалёв", identifier="PNOBY-3150685A001PB3"),
        identity.legal_person("BY", organization="ОАО «Пуща»", identifier="800013732"),
        identity.organisation_person(
            "BY", given_name="Алесь", surname="Ковалёв", identifier="PNOBY-3150685A001PB3", organization="ОАО «Пуща»",
            organization_identifier="800013732",
        ),
    ),
    "EE": (
        identity.natural_person("EE", given_name="Kadri", surname="Tamm", identifier="PNOEE-48506150017"),
        identity.legal_person("EE", organization="Näidis OÜ", identifier="NTREE-10000001"),
        identity.organisation_person(
            "EE", given_name="Kadri", surname="Tamm", identifier="PNOEE-48506150017", organization="Näidis OÜ",
            organization_identifier="NTREE-10000001",
        ),
    ),
    "AM": (
        identity.natural_person("AM", given_name="Անահիտ", surname="Սարգսյան", identifier="PNOAM-1234567890"),
        identity.legal_person("AM", organization="Օրինակ ՍՊԸ", identifier="NTRAM-00100001"),
        identity.pseudonym("AM", "Witness 7"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("country", sorted(SUBJECTS))
def test_persons(world: World, judge: Judge, country: str) -> None:
    world.hierarchy(country)
    issuing = f"{country.lower()}-ca"
    kinds = ("natural-person", "legal-person", "organisation-person" if country != "AM" else "natural-person")
    for profile, subject in zip(kinds, SUBJECTS[country], strict=True):
        issued = world.ca.issue_now(CertificateRequest(issuing, profile, subject, csr()))
        natural = {True: "QCP-N-QSCD-EIDAS-FINAL-CERTIFICATE", False: "QCP-N-QSCD-NON-EIDAS-FINAL-CERTIFICATE"}
        kind = None if profile == "legal-person" else natural[country == "EE"]
        assert judge("lint_etsi_cert", issued.der, *(("-t", kind) if kind else ("-d",))) == ""


@pytest.mark.parametrize("country", ["KZ", "EE"])
def test_services_and_authorities(world: World, judge: Judge, country: str) -> None:
    root, issuing = world.hierarchy(country)
    subject = name_of(country, "Service")
    made = [
        world.ca.issue_now(CertificateRequest(issuing.name, profile, subject, csr())).der for profile in ("tsa", "ttp")
    ]
    made.append(world.ca.create_responder(issuing.name).der)
    for certificate in (root.certificate, issuing.certificate, *made):
        assert certificate is not None
        assert judge("lint_pkix_cert", certificate) == ""


def test_edges(world: World, judge: Judge) -> None:
    world.hierarchy("KZ")
    world.hierarchy("BY")
    hub = (("countryName", "RU"), ("organizationName", "Hub"), ("commonName", "Hub Root"))
    world.ca.create_authority(NewAuthority("hub", "EAEU", AuthorityKind.HUB, hub))
    shared = (("countryName", "RU"), ("organizationName", "Hub"), ("commonName", "CA of the TTP service"))
    ttp = world.ca.create_authority(NewAuthority("ttp-ca", "EAEU", AuthorityKind.TTP, shared, parent="hub"))
    cross = world.cross(
        "kz-root", "by-root", world.terms("KZ", "BY", excluded_countries=("RS",), inhibit_policy_mapping=0)
    )
    successor = NewAuthority("kz-root-2", "KZ", AuthorityKind.ROOT, name_of("KZ", "Root KZ"), predecessor="kz-root")
    world.ca.create_authority(successor)
    links = world.ca.issue_batch([one.token for one in world.ca.prepare_link("kz-root", "kz-root-2")])
    assert ttp.certificate is not None
    for certificate in (ttp.certificate, cross.der, *(one.der for one in links)):
        assert judge("lint_pkix_cert", certificate) == ""


def test_lists(world: World, judge: Judge) -> None:
    world.hierarchy("KZ")
    assert judge("lint_crl", world.ca.publish_crl("kz-ca").der, "-t", "CRL", "-p", "PKIX") == ""
    leaves = [world.seal() for _ in range(4)]
    world.ca.revoke("kz-ca", leaves[0].serial, RevocationReason.UNSPECIFIED, grounds="asked for")
    world.ca.suspend("kz-ca", leaves[1].serial, grounds="court order")
    lost = world.clock.now() - timedelta(days=1)
    world.ca.revoke(
        "kz-ca", leaves[2].serial, RevocationReason.KEY_COMPROMISE, grounds="card lost", invalidity_date=lost
    )
    assert judge("lint_crl", world.ca.publish_crl("kz-ca").der, "-t", "CRL", "-p", "PKIX") == ""


@pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA256()])
def test_ocsp_answers(world: World, digest: hashes.HashAlgorithm, judge: Judge) -> None:
    world.hierarchy("KZ")
    responder = world.ca.create_responder("kz-ca")
    leaf = x509.load_der_x509_certificate(world.seal().der)
    request = ocsp.OCSPRequestBuilder().add_certificate(leaf, world.certificate("kz-ca"), digest)
    encoded = request.add_extension(x509.OCSPNonce(b"n" * 32), critical=False).build().public_bytes(Encoding.DER)
    answer = world.ca.ocsp(encoded)
    assert judge("lint_ocsp_response", answer) == ""
    read = ocsp.load_der_ocsp_response(answer)
    assert read.certificate_status is ocsp.OCSPCertStatus.GOOD
    certified = x509.load_der_x509_certificate(responder.der)
    digest_of_key = x509.SubjectKeyIdentifier.from_public_key(certified.public_key()).digest
    assert read.responder_key_hash == digest_of_key
