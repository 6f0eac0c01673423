"""The few facts of a certificate that signing needs, taken as the octets they are (names are never re-encoded)."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from ops.platform import der
from signer.errors import CredentialUnusableError
from validator.asn1 import der as reader


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """Parts of one certificate. `encoded`, `issuer`, `subject`, `spki` are complete DER; `serial` is the complete
    INTEGER encoding. `parsed` is the library's view for extensions and dates."""

    encoded: bytes
    serial: bytes
    issuer: bytes
    subject: bytes
    spki: bytes
    not_before: datetime
    not_after: datetime
    parsed: x509.Certificate

    @property
    def issuer_and_serial(self) -> bytes:
        """IssuerAndSerialNumber (RFC 5652 10.2.4)."""
        return der.sequence(self.issuer, self.serial)

    @property
    def issuer_serial(self) -> bytes:
        """IssuerSerial of ESS: GeneralNames with one directoryName, and the serial number (RFC 5035 4)."""
        return der.sequence(der.sequence(der.explicit(4, self.issuer)), self.serial)

    @property
    def is_self_issued(self) -> bool:
        """Subject and issuer are the same octets."""
        return self.issuer == self.subject


@lru_cache(maxsize=4096)
def facts(encoded: bytes) -> CertificateFacts:
    """Read one certificate (DER). CredentialUnusableError when it is not one."""
    try:
        outer = reader.single(encoded, reader.SEQUENCE)
        fields = reader.children(encoded, reader.children(encoded, outer)[0])
        if fields[0].tag == 0xA0:
            fields = fields[1:]
        serial, _, issuer, _, subject, spki = (field.whole(encoded) for field in fields[:6])
        parsed = x509.load_der_x509_certificate(encoded)
        not_before, not_after = parsed.not_valid_before_utc, parsed.not_valid_after_utc
    except (ValueError, IndexError, UnsupportedAlgorithm) as error:
        raise CredentialUnusableError("A certificate cannot be read.") from error
    return CertificateFacts(encoded, serial, issuer, subject, spki, not_before, not_after, parsed)
