"""OpenSSL's SM2: certificates, requests, lists and status answers of either side.

OpenSSL 3.0 can neither write nor read CMS with SM2, and checks lists and answers with no identity but an empty one;
for those Bouncy Castle is the second opinion on what we make.
"""

from typing import Final

import pytest

from ca.csr import proven_key
from ca.values import CertificateRequest, Pkcs10
from ops.platform.keys import KeyAlgorithm
from policies.algorithms import CryptoResult, verify
from signer.certificate import facts
from tests.ca.world import World
from tests.interop.house import House, name_in
from tests.interop.peers import SM2_IDENTITY, OpenSsl
from validator.path.certificate import Certificate, parse_certificate
from validator.revocation.crl import CertificateList, parse_crl
from validator.revocation.ocsp import OcspResponse, parse_ocsp

SIGN: Final = ("-sm3", "-sigopt", SM2_IDENTITY)


@pytest.fixture(scope="module")
def house(shared_world: World) -> House:
    """A Chinese house."""
    return House(shared_world, KeyAlgorithm.SM2)


def test_it_accepts_our_certificates(house: House, plain_openssl: OpenSsl) -> None:
    # It keeps the identity for the first certificate of a path only, so each is checked under its issuer alone.
    command = ["verify", "-x509_strict", "-partial_chain", "-vfyopt", SM2_IDENTITY, "-CAfile", "issuer", "subject"]
    for issuer, certificates in ((house.root, (house.ca,)), (house.ca, (house.leaf, house.tsa, house.responder))):
        plain_openssl.pem("issuer", "x509", issuer)
        for certificate in certificates:
            plain_openssl.pem("subject", "x509", certificate)
            plain_openssl.must(*command)
    plain_openssl.pem("subject", "x509", house.leaf[:-1] + bytes((house.leaf[-1] ^ 1,)))
    assert plain_openssl.run(*command).status != 0


def test_it_accepts_our_signature_values(house: House, plain_openssl: OpenSsl) -> None:
    message = b"octets that are signed as they are"
    value = house.world.keys.sign(f"credential/{house.named('seal')}", message)
    plain_openssl.write("key.der", facts(house.leaf).spki)
    command = ["dgst", "-sm3", "-sigopt", SM2_IDENTITY, "-keyform", "DER", "-verify", "key.der", "-signature"]
    plain_openssl.must(*command, plain_openssl.write("value", value), plain_openssl.write("message", message))
    assert plain_openssl.run(*command, "value", plain_openssl.write("other", message + b".")).status != 0


def _their_hierarchy(openssl: OpenSsl) -> tuple[bytes, bytes]:
    for name in ("ca", "leaf"):
        openssl.must("genpkey", "-algorithm", "SM2", "-out", f"{name}.key")
    openssl.must(
        "req", "-x509", "-new", "-key", "ca.key", *SIGN, "-subj", "/C=CN/CN=Peer CA", "-days", "30", "-out", "ca.pem",
        "-config", "openssl.cnf", "-extensions", "authority",
    )  # fmt: skip
    openssl.must("req", "-new", "-key", "leaf.key", *SIGN, "-subj", "/C=CN/CN=Peer", "-out", "leaf.csr")
    openssl.must(
        "x509", "-req", "-in", "leaf.csr", "-vfyopt", SM2_IDENTITY, "-CA", "ca.pem", "-CAkey", "ca.key", *SIGN,
        "-set_serial", "2", "-days", "10", "-extfile", "openssl.cnf", "-extensions", "responder", "-out", "leaf.pem",
    )  # fmt: skip
    return openssl.der("x509", "ca.pem"), openssl.der("x509", "leaf.pem")


def test_we_verify_its_certificates_lists_and_answers(plain_openssl: OpenSsl) -> None:
    authority, leaf = (parse_certificate(item) for item in _their_hierarchy(plain_openssl))
    assert isinstance(authority, Certificate)
    assert isinstance(leaf, Certificate)
    for item in (authority, leaf):
        assert verify(item.outer_algorithm, authority.spki, item.tbs, item.signature) is CryptoResult.VALID
        assert verify(item.outer_algorithm, authority.spki, item.tbs + b"\x00", item.signature) is CryptoResult.INVALID
    plain_openssl.write("index.txt", b"V\t301121235521Z\t\t02\tunknown\t/C=CN/CN=Peer\n")
    plain_openssl.write("crlnumber", b"01\n")
    plain_openssl.must(
        "ca", "-config", "openssl.cnf", "-md", "sm3", "-gencrl", "-keyfile", "ca.key", "-cert", "ca.pem", "-sigopt",
        SM2_IDENTITY, "-out", "crl.pem",
    )  # fmt: skip
    crl = parse_crl(plain_openssl.der("crl", "crl.pem"))
    assert isinstance(crl, CertificateList)
    assert verify(crl.outer_algorithm, authority.spki, crl.tbs, crl.signature) is CryptoResult.VALID
    plain_openssl.must(
        "ocsp", "-index", "index.txt", "-CA", "ca.pem", "-issuer", "ca.pem", "-serial", "2", "-rsigner", "leaf.pem",
        "-rkey", "leaf.key", "-rsigopt", SM2_IDENTITY, "-rmd", "sm3", "-respout", "ocsp.der", "-noverify",
    )  # fmt: skip
    answer = parse_ocsp((plain_openssl.folder / "ocsp.der").read_bytes())
    assert isinstance(answer, OcspResponse)
    assert answer.responses[0].status == "good"
    assert verify(answer.algorithm, leaf.spki, answer.tbs, answer.signature) is CryptoResult.VALID


def test_our_authority_certifies_its_keys(house: House, plain_openssl: OpenSsl) -> None:
    _their_hierarchy(plain_openssl)
    request = plain_openssl.der("req", "leaf.csr")
    asked = CertificateRequest(house.named("ca"), "legal-person", name_in("CN", "Peer"), Pkcs10(request))
    issued = house.world.ca.issue_now(asked)
    assert facts(issued.der).spki == proven_key(request).spki
