"""What a source of the mirror is about, and what its row holds."""

from datetime import datetime
from hashlib import sha256

from validator.asn1 import der
from validator.mirror.models import MirrorSourceRow
from validator.mirror.values import SourceKind, SourceStatus
from validator.path.certificate import Certificate, parse_certificate
from validator.path.general_name import URI
from validator.path.name import Name

_OCSP_ACCESS = "1.3.6.1.5.5.7.48.1"
_WEB = ("http://", "https://")


def issuer_key(name: Name) -> str:
    """What a CRL source is about: SHA-256 (hex) of the issuer's name key."""
    return sha256(name.key).hexdigest()


def certificate_key(certificate: Certificate) -> str:
    """What an OCSP source is about: SHA-256 (hex) of the issuer's name key and the serial number."""
    return sha256(certificate.issuer.key + certificate.serial_octets).hexdigest()


def split_certificates(octets: bytes) -> list[bytes]:
    """The certificates that stand one after the other in `octets`."""
    found, position = [], 0
    while position < len(octets):
        element = der.read(octets, position, len(octets))
        found.append(element.whole(octets))
        position = element.end
    return found


def issuers_of(source: MirrorSourceRow) -> tuple[Certificate, ...]:
    """The certificates whose keys may sign what the source gives."""
    parsed = (parse_certificate(item) for item in split_certificates(source.issuers))
    return tuple(item for item in parsed if isinstance(item, Certificate))


def certificate_of(source: MirrorSourceRow) -> Certificate | None:
    """The certificate that an OCSP source is asked about, None for a CRL source."""
    if source.certificate is None:
        return None
    parsed = parse_certificate(source.certificate)
    return parsed if isinstance(parsed, Certificate) else None


def crl_addresses(certificate: Certificate) -> tuple[str, ...]:
    """Web addresses of the CRLs that the certificate's own issuer gives for it, deltas included."""
    points = (*(certificate.details.crl_distribution_points or ()), *(certificate.details.freshest_crl or ()))
    names = (name for point in points if not point.crl_issuer for name in point.full_name)
    return tuple(dict.fromkeys(name.text for name in names if name.kind == URI and name.text.startswith(_WEB)))


def ocsp_addresses(certificate: Certificate) -> tuple[str, ...]:
    """Web addresses of the responders that the certificate names."""
    access = certificate.details.authority_info_access or ()
    names = (item.location for item in access if item.method == _OCSP_ACCESS)
    return tuple(dict.fromkeys(name.text for name in names if name.kind == URI and name.text.startswith(_WEB)))


def source_status(row: MirrorSourceRow, now: datetime) -> SourceStatus:
    """The row as a value, with its age at `now`."""
    assert row.id is not None
    return SourceStatus(
        id=row.id,
        kind=SourceKind(row.kind),
        url=row.url,
        label=row.label,
        active=row.active,
        due_at=row.due_at,
        attempted_at=row.attempted_at,
        succeeded_at=row.succeeded_at,
        failures=row.failures,
        error_code=row.error_code,
        error_sentence=row.error_sentence,
        current=row.current,
        crl_number=None if row.crl_number is None else int(row.crl_number),
        this_update=row.this_update,
        next_update=row.next_update,
        age=None if row.this_update is None else now - row.this_update,
        stale=row.next_update is None or now >= row.next_update,
    )
