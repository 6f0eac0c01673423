"""What the fuzz targets of revocation share: a certificate to ask about, and the running of a target."""

import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import atheris
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ops.platform import der as write
from validator.path.certificate import Certificate, parse_certificate
from validator.path.name import Name
from validator.revocation.context import SignerPurpose, SignerVerdict, StatusContext
from validator.revocation.crl import CertificateList
from validator.revocation.malformed import MalformedEvidence
from validator.revocation.ocsp import OcspResponse
from validator.revocation.status import certificate_status
from validator.revocation.types import RevocationEvidence, Status

AT = datetime(2026, 6, 1, tzinfo=UTC)
_KEY = ec.derive_private_key(7, ec.SECP256R1())
_ALGORITHM = write.algorithm("1.2.840.10045.4.3.2")


def _certificate(subject: str, serial: int) -> Certificate:
    names = [
        write.sequence(write.set_of(write.sequence(write.oid("2.5.4.3"), write.utf8_string(text))))
        for text in ("Fuzz CA", subject)
    ]
    tbs = write.sequence(
        write.explicit(0, write.integer(2)),
        write.integer(serial),
        _ALGORITHM,
        names[0],
        b"\x30\x1e\x17\x0d250101000000Z\x17\x0d350101000000Z",
        names[1],
        _KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    )
    signature = write.bit_string(_KEY.sign(tbs, ec.ECDSA(hashes.SHA256())))
    parsed = parse_certificate(write.sequence(tbs, _ALGORITHM, signature))
    assert isinstance(parsed, Certificate)
    return parsed


ISSUER = _certificate("Fuzz CA", 1)
CERTIFICATE = _certificate("Fuzz leaf", 300)


class _Engine:
    def certificates_of(self, subject: Name) -> Iterable[Certificate]:
        return (ISSUER, CERTIFICATE)

    def certificates_issued_by(self, issuer: Name) -> Iterable[Certificate]:
        return (ISSUER, CERTIFICATE)

    def validate_signer(
        self, certificate: Certificate, purpose: SignerPurpose, at: datetime, context: StatusContext
    ) -> SignerVerdict:
        return SignerVerdict(True)


def asked(parsed: CertificateList | OcspResponse | MalformedEvidence) -> None:
    """Ask for a status with this one piece of evidence: an answer, and never "good", for nothing here is signed."""
    leniencies = frozenset({"crl-number-missing", "crl-encoded-default", "ocsp-encoded-default"})
    context = StatusContext(engine=_Engine(), leniencies=leniencies)
    answer = certificate_status(CERTIFICATE, ISSUER, AT, RevocationEvidence.of([parsed]), context)
    assert answer.status is Status.UNKNOWN
    assert answer.reasons


def run(check: Callable[[bytes], None], seeds: list[bytes]) -> None:
    """Run `check` under the fuzzer with the command line's arguments; `seeds` start the corpus."""
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds):
            Path(folder, f"seed{number}").write_bytes(seed)
        atheris.Setup([*sys.argv, folder], check)
        atheris.Fuzz()
