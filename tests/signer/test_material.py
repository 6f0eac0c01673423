"""Revocation material: complete, checked, or an error that says what is missing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from ops.platform.fetch import FetchConnectionError
from signer.errors import CertificateRevokedError, ChainMissingError, RevocationMissingError, SignerError
from signer.material import MaterialCollector
from signer.model import Material
from signer.status import ocsp_request
from validator.path.certificate import Certificate, parse_certificate

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)


class Network:
    """What a fetcher would bring: answers by address."""

    def __init__(self, answers: dict[str, bytes | Callable[[bytes], bytes]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def _answer(self, url: str, body: bytes) -> Any:
        self.asked.append(url)
        path = url.removeprefix("http://127.0.0.1:1/")
        if path not in self.answers:
            raise FetchConnectionError("The connection failed.", url=url)
        answer = self.answers[path]
        return type("Result", (), {"body": answer(body) if callable(answer) else answer})()

    def get(self, url: str, **_: Any) -> Any:
        return self._answer(url, b"")

    def post(self, url: str, body: bytes, **_: Any) -> Any:
        return self._answer(url, body)


def collect(
    network: Network | None, *certificates: bytes, given: Material = Material(), at: datetime = NOW
) -> Material:
    return MaterialCollector(given=given, fetcher=network).collect((certificates,), at)  # type: ignore[arg-type]


def crls(pki: Any, at: datetime = NOW) -> dict[str, Any]:
    return {"root.crl": pki.crl(pki.root, at), "issuing.crl": pki.crl(pki.issuing, at)}


def test_crls_are_fetched_from_the_distribution_points(pki: Any) -> None:
    issued, network = pki.issue("A"), Network(crls(pki))
    found = collect(network, issued.der, *issued.issuers)
    assert found.certificates == (issued.der, pki.issuing.der, pki.root.der)
    assert set(found.crls) == set(network.answers.values())
    assert not found.ocsps


def test_the_responder_is_asked_first(pki: Any) -> None:
    issued = pki.issue("A", aia=True)
    asked: list[x509.ocsp.OCSPRequest] = []

    def respond(body: bytes) -> bytes:
        asked.append(ocsp.load_der_ocsp_request(body))
        return bytes(pki.ocsp(issued))

    network = Network({**crls(pki), "ocsp": respond})
    found = collect(network, issued.der, *issued.issuers)
    assert len(found.ocsps) == 1
    assert len(found.crls) == 1
    assert asked[0].serial_number == issued.certificate.serial_number
    assert "http://127.0.0.1:1/issuing.crl" not in network.asked


def test_the_ocsp_request_is_what_the_library_writes(pki: Any) -> None:
    issued = pki.issue("A")
    ours, theirs = parse_certificate(issued.der), parse_certificate(pki.issuing.der)
    assert isinstance(ours, Certificate)
    assert isinstance(theirs, Certificate)
    builder = ocsp.OCSPRequestBuilder().add_certificate(issued.certificate, pki.issuing.certificate, hashes.SHA1())
    assert ocsp_request(ours, theirs) == builder.build().public_bytes(Encoding.DER)


def test_issuers_are_fetched(pki: Any) -> None:
    issued = pki.issue("A", aia=True)
    certificates = [pki.issuing.certificate, pki.root.certificate]
    network = Network({**crls(pki), "issuing.cer": serialize_certificates(certificates, Encoding.DER)})
    assert collect(network, issued.der, pki.root.der).certificates[1] == pki.issuing.der
    network.answers["issuing.cer"] = pki.issuing.der
    assert collect(network, issued.der, pki.root.der).certificates[1] == pki.issuing.der


def test_a_responder_that_is_away_leaves_the_crl(pki: Any) -> None:
    issued = pki.issue("A", aia=True)
    assert len(collect(Network(crls(pki)), issued.der, *issued.issuers).crls) == 2


def test_what_is_given_needs_no_network(pki: Any) -> None:
    issued = pki.issue("A", aia=True)
    given = Material((pki.root.der, pki.issuing.der), (pki.crl(pki.root),), (pki.ocsp(issued),))
    found = collect(None, issued.der, given=given)
    assert (len(found.certificates), found.crls, found.ocsps) == (3, given.crls, given.ocsps)


def test_material_for_several_chains_is_collected_once(pki: Any) -> None:
    first, second, network = pki.issue("A"), pki.issue("B"), Network(crls(pki))
    chains = ((first.der, *first.issuers), (second.der, *second.issuers))
    found = MaterialCollector(fetcher=network).collect(chains, NOW)  # type: ignore[arg-type]
    assert (len(found.certificates), len(found.crls)) == (4, 2)
    assert len(network.asked) == 2


def missing(pki: Any, error: type[SignerError], answers: dict[str, Any], text: str = ".", **options: Any) -> None:
    issued = options.pop("issued", None) or pki.issue("A", aia=True)
    with pytest.raises(error, match=text):
        collect(Network(answers), issued.der, *issued.issuers, **options)


def test_without_network_and_data_it_says_so(pki: Any) -> None:
    issued = pki.issue("A")
    with pytest.raises(RevocationMissingError, match="fetching is off") as error:
        collect(None, issued.der, *issued.issuers)
    assert error.value.code == "TS-SIGN-REVOCATION-MISSING"


def test_an_unreachable_source_is_named(pki: Any) -> None:
    missing(pki, RevocationMissingError, {}, r"http://127.0.0.1:1/issuing.crl: The connection failed")


def test_a_certificate_without_source_is_named(pki: Any) -> None:
    missing(pki, RevocationMissingError, crls(pki), "names no source", issued=pki.issue("A", crl=None))


def test_stale_data_is_not_used(pki: Any) -> None:
    missing(pki, RevocationMissingError, crls(pki, NOW - timedelta(days=30)), "not fresh")


def test_data_of_the_future_is_not_used(pki: Any) -> None:
    missing(pki, RevocationMissingError, crls(pki, NOW + timedelta(days=2)), "not fresh")


def test_a_crl_of_another_issuer_is_not_used(pki: Any) -> None:
    missing(pki, RevocationMissingError, {"issuing.crl": pki.crl(pki.root)}, "does not speak about")


def test_a_crl_with_a_wrong_signature_is_not_used(pki: Any) -> None:
    other = replace(pki.issuing, key=ec.generate_private_key(ec.SECP256R1()))
    missing(pki, RevocationMissingError, {"issuing.crl": pki.crl(other)}, "does not verify")


@pytest.mark.parametrize("rubbish", [b"", b"<html>", b"\x30\x00", bytes(100)])
def test_rubbish_is_not_used(pki: Any, rubbish: bytes) -> None:
    missing(pki, RevocationMissingError, {"issuing.crl": rubbish, "ocsp": rubbish}, "cannot be read|gave no answer")


def test_an_answer_about_another_certificate_is_not_used(pki: Any) -> None:
    missing(pki, RevocationMissingError, {"ocsp": pki.ocsp(pki.issue("B"))}, "does not speak about")


def test_an_unknown_certificate_is_not_good(pki: Any) -> None:
    issued = pki.issue("A", aia=True)
    answer = pki.ocsp(issued, status=ocsp.OCSPCertStatus.UNKNOWN)
    missing(pki, RevocationMissingError, {"ocsp": answer}, "does not know", issued=issued)


def test_an_answer_signed_by_a_stranger_is_not_used(pki: Any, fresh_pki: Any) -> None:
    issued = pki.issue("A", aia=True)
    # The stranger's responder claims the authority's name, with another key.
    fresh_pki.issuing = replace(fresh_pki.issuing, certificate=pki.issuing.certificate)
    missing(pki, RevocationMissingError, {"ocsp": delegated(fresh_pki, issued)}, "does not verify", issued=issued)


def test_a_revoked_certificate_is_an_error(fresh_pki: Any) -> None:
    issued = fresh_pki.issue("A", aia=True)
    answer = fresh_pki.ocsp(issued, status=ocsp.OCSPCertStatus.REVOKED)
    missing(fresh_pki, CertificateRevokedError, {"ocsp": answer}, issued=issued)
    fresh_pki.revoked[issued.certificate.serial_number] = x509.ReasonFlags.certificate_hold
    missing(fresh_pki, CertificateRevokedError, crls(fresh_pki), issued=issued)


def test_a_revoked_authority_is_an_error(fresh_pki: Any) -> None:
    fresh_pki.revoked[fresh_pki.issuing.certificate.serial_number] = x509.ReasonFlags.ca_compromise
    missing(fresh_pki, CertificateRevokedError, crls(fresh_pki))


def test_a_missing_issuer_is_an_error(pki: Any) -> None:
    issued = pki.issue("A", aia=True)
    with pytest.raises(ChainMissingError, match="issuer of CN=A"):
        collect(Network(crls(pki)), issued.der)
    with pytest.raises(ChainMissingError):
        collect(Network({**crls(pki), "issuing.cer": pki.root.der}), issued.der)
    with pytest.raises(ChainMissingError, match="cannot be read"):
        collect(None, b"rubbish")
    with pytest.raises(ChainMissingError, match="cannot be read"):
        collect(None)


def test_a_chain_may_end_at_a_given_anchor(pki: Any) -> None:
    issued = pki.issue("A")
    collector = MaterialCollector(given=Material((), (pki.crl(pki.issuing),), ()), anchors=(pki.issuing.der,))
    found = collector.collect(((issued.der, pki.issuing.der),), NOW)
    assert found.certificates == (issued.der, pki.issuing.der)


def delegated(
    pki: Any, issued: Any, *, purpose: Any = ExtendedKeyUsageOID.OCSP_SIGNING, no_check: bool = True
) -> bytes:
    """A response by a responder that the authority made a certificate for."""
    extra: tuple[Any, ...] = ((x509.ExtendedKeyUsage([purpose]), False),)
    responder = pki.issue("Responder", extra=(*extra, *(((x509.OCSPNoCheck(), False),) if no_check else ())))
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=issued.certificate,
        issuer=pki.issuing.certificate,
        algorithm=hashes.SHA256(),
        cert_status=ocsp.OCSPCertStatus.GOOD,
        this_update=NOW,
        next_update=None,
        revocation_time=None,
        revocation_reason=None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, responder.certificate)
    return builder.certificates([responder.certificate]).sign(responder.key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_a_delegated_responder_is_believed(pki: Any) -> None:
    issued = pki.issue("A", aia=True)
    found = collect(Network({**crls(pki), "ocsp": delegated(pki, issued)}), issued.der, *issued.issuers)
    assert (len(found.ocsps), len(found.crls)) == (1, 1)


def test_a_delegated_responder_without_the_purpose_is_not(pki: Any) -> None:
    issued = pki.issue("A", aia=True)
    answer = delegated(pki, issued, purpose=ExtendedKeyUsageOID.CODE_SIGNING)
    missing(pki, RevocationMissingError, {"ocsp": answer}, "does not verify", issued=issued)


def test_a_responder_that_can_be_revoked_needs_its_own_status(pki: Any) -> None:
    issued = pki.issue("A", aia=True)
    answer = delegated(pki, issued, no_check=False)
    found = collect(Network({**crls(pki), "ocsp": answer}), issued.der, *issued.issuers)
    assert (len(found.ocsps), len(found.crls)) == (1, 2)
    missing(pki, RevocationMissingError, {"ocsp": answer}, "Responder", issued=issued)


def test_a_certificate_that_cannot_be_revoked_needs_no_status(pki: Any) -> None:
    short = x509.UnrecognizedExtension(x509.ObjectIdentifier("0.4.0.194121.2.1"), b"\x05\x00")
    issued = pki.issue("Short", crl=None, extra=((short, False),))
    found = collect(Network(crls(pki)), issued.der, *issued.issuers)
    assert len(found.crls) == 1
