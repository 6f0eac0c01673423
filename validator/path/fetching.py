"""Finds further CA certificates through authorityInfoAccess and subjectInfoAccess (RFC 5280 4.2.2).

Nothing is fetched here: the caller's guarded client is handed in, and without it nothing is asked for.
"""

from collections.abc import Callable, Iterable, Iterator

from validator.asn1 import der
from validator.path.certificate import Certificate, parse_certificate
from validator.path.general_name import URI

CA_ISSUERS = "1.3.6.1.5.5.7.48.2"
CA_REPOSITORY = "1.3.6.1.5.5.7.48.5"
MAX_FETCHES = 20
MAX_FETCHED_CERTIFICATES = 200
_SIGNED_DATA = "1.2.840.113549.1.7.2"


def fetch_issuers(certificates: Iterable[Certificate], fetch: Callable[[str], bytes | None]) -> list[Certificate]:
    """Certificates found at the locations that `certificates` name, at most MAX_FETCHES locations."""
    locations = dict.fromkeys(uri for certificate in certificates for uri in _locations(certificate))
    found: list[Certificate] = []
    for location in list(locations)[:MAX_FETCHES]:
        data = fetch(location)
        if data is not None:
            found += read_bundle(data)
    return found[:MAX_FETCHED_CERTIFICATES]


def _locations(certificate: Certificate) -> Iterator[str]:
    details = certificate.details
    for method, descriptions in (
        (CA_ISSUERS, details.authority_info_access),
        (CA_REPOSITORY, details.subject_info_access),
    ):
        for description in descriptions or ():
            if description.method == method and description.location.kind == URI:
                yield description.location.value.decode("ascii", "replace")


def read_bundle(data: bytes) -> list[Certificate]:
    """The certificates in one DER certificate or a "certs-only" CMS message (RFC 2797, RFC 5280 4.2.2.1)."""
    single = parse_certificate(data)
    if isinstance(single, Certificate):
        return [single]
    try:
        parsed = map(parse_certificate, _bundled(data))
        return [one for one in parsed if isinstance(one, Certificate)]
    except der.DerError:
        return []


def _bundled(data: bytes) -> list[bytes]:
    parts = der.sequence(data, der.single(data), limit=2)
    if len(parts) != 2 or der.oid(data, parts[0]) != _SIGNED_DATA:
        return []
    fields = der.sequence(data, der.explicit(data, parts[1]), limit=6)
    sets = [field for field in fields if field.tag == 0xA0]
    return [one.whole(data) for field in sets for one in der.children(data, field, MAX_FETCHED_CERTIFICATES)]
