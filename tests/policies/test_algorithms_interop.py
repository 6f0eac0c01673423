"""Signatures that other people's code made: the PKITS certificates, and the openssl command line."""

import subprocess
from pathlib import Path

import pytest

from policies.algorithms import CryptoResult, key_bits, verify
from policies.algorithms.encoding import elements as read
from policies.algorithms.encoding import encode, sequence
from policies.algorithms.identifiers import DER_NULL, encode_algorithm
from policies.algorithms.rsa import RSASSA_PSS, encode_pss_parameters

PKITS = Path(__file__).parents[3] / "shared" / "corpus" / "pkits" / "certs"
FORGED = {"BadSignedCACert", "InvalidEESignatureTest3EE", "InvalidDSASignatureTest6EE"}
INHERITS = "ValidDSAParameterInheritanceTest5EE"


class Parts:
    """The few fields of a certificate that a signature check needs, cut out by position (RFC 5280 4.1)."""

    def __init__(self, der: bytes) -> None:
        tbs, algorithm, signature = sequence(der)
        fields = read(tbs[1])
        first = 1 if fields[0][0] == 0xA0 else 0
        self.tbs, self.algorithm, self.signature = encode(*tbs), encode(*algorithm), signature[1][1:]
        self.issuer, self.subject = fields[first + 2][1], fields[first + 4][1]
        self.spki = encode(*fields[first + 5])


@pytest.mark.skipif(not PKITS.exists(), reason="corpus is absent")
def test_every_pkits_certificate_verifies_under_its_issuer_but_the_three_forged_ones() -> None:
    certificates = {path.stem: Parts(path.read_bytes()) for path in sorted(PKITS.glob("*.crt"))}
    by_subject: dict[bytes, list[Parts]] = {}
    for parts in certificates.values():
        by_subject.setdefault(parts.subject, []).append(parts)
    dsa_parameters = encode(*read(sequence(certificates["DSACACert"].spki)[0][1])[1])
    judged = 0
    for name, parts in certificates.items():
        issuers = by_subject.get(parts.issuer, [])
        if not issuers:
            continue  # its issuer's name differs in octets (name comparison tests)
        inherited = dsa_parameters if name == INHERITS else None
        results = {
            verify(parts.algorithm, issuer.spki, parts.tbs, parts.signature, dsa_parameters=inherited)
            for issuer in issuers
        }
        assert (CryptoResult.VALID in results) == (name not in FORGED), name
        judged += 1
    assert judged > 390


def _openssl(*arguments: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def rsa_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("openssl") / "rsa.pem"
    _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(path))
    return path


@pytest.mark.parametrize(
    ("name", "oid"),
    [
        ("md5", "1.2.840.113549.1.1.4"),
        ("sha1", "1.2.840.113549.1.1.5"),
        ("sha1", "1.3.14.3.2.29"),
        ("sha224", "1.2.840.113549.1.1.14"),
        ("sha256", "1.2.840.113549.1.1.11"),
        ("sha384", "1.2.840.113549.1.1.12"),
        ("sha512", "1.2.840.113549.1.1.13"),
        ("sha512-224", "1.2.840.113549.1.1.15"),
        ("sha512-256", "1.2.840.113549.1.1.16"),
        ("sha3-224", "2.16.840.1.101.3.4.3.13"),
        ("sha3-256", "2.16.840.1.101.3.4.3.14"),
        ("sha3-384", "2.16.840.1.101.3.4.3.15"),
        ("sha3-512", "2.16.840.1.101.3.4.3.16"),
    ],
)
def test_openssl_pkcs1_signatures(rsa_key: Path, name: str, oid: str) -> None:
    signature = _openssl("dgst", f"-{name}", "-sign", str(rsa_key), stdin=b"message")
    spki = _openssl("pkey", "-in", str(rsa_key), "-pubout", "-outform", "DER")
    assert key_bits(spki) == 2048
    assert verify(encode_algorithm(oid, DER_NULL), spki, b"message", signature) is CryptoResult.VALID
    assert verify(encode_algorithm(oid, DER_NULL), spki, b"massage", signature) is CryptoResult.INVALID


def test_openssl_pss_signature_with_a_salt_of_its_own(rsa_key: Path) -> None:
    signature = _openssl(
        "dgst", "-sha384", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:11", "-sigopt",
        "rsa_mgf1_md:sha256", "-sign", str(rsa_key), stdin=b"message",
    )  # fmt: skip
    spki = _openssl("pkey", "-in", str(rsa_key), "-pubout", "-outform", "DER")
    right = encode_algorithm(RSASSA_PSS, encode_pss_parameters("SHA-384", "SHA-256", 11))
    assert verify(right, spki, b"message", signature) is CryptoResult.VALID
    other = encode_algorithm(RSASSA_PSS, encode_pss_parameters("SHA-384", "SHA-384", 11))
    assert verify(other, spki, b"message", signature) is CryptoResult.INVALID
