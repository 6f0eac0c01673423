"""pkilint in this process: its containers are built once for each kind, so that a file costs milliseconds.

Every function gives pkilint's findings of WARNING and above as text, empty when there are none.
"""

from functools import cache
from typing import Any

from pkilint import etsi, finding_filter, loader, pkix
from pkilint.etsi.etsi_constants import CertificateType
from pkilint.pkix import certificate, crl, extension, name, ocsp
from pkilint.validation import ValidationFindingSeverity

_WARNING = ValidationFindingSeverity.WARNING


# Services of the demonstration are on the loopback address, which no public certificate would name.
_LOOPBACK = "etsi.internal_domain_name"


def _text(results: Any) -> str:
    return "\n".join(
        f"{found.finding.severity.name} {found.finding.code} at {result.node.path}: {found.message}"
        for result in results
        for found in result.finding_descriptions
        if found.finding.severity <= _WARNING and found.finding.code != _LOOPBACK
    )


def _attributes_and_extensions() -> list[Any]:
    return [
        pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
        pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
    ]


@cache
def _pkix_certificate() -> Any:
    return certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )


@cache
def _etsi_certificate(kind: CertificateType) -> Any:
    return certificate.create_pkix_certificate_validator_container(
        etsi.create_decoding_validators(kind), etsi.create_validators(kind)
    )


@cache
def _crl() -> Any:
    parts = [
        crl.create_issuer_validator_container([]),
        crl.create_validity_validator_container([]),
        crl.create_extensions_validator_container([]),
    ]
    return crl.create_pkix_crl_validator_container(_attributes_and_extensions(), parts)


@cache
def _ocsp() -> Any:
    return ocsp.create_pkix_ocsp_response_validator_container(
        [ocsp.create_response_decoder(), *_attributes_and_extensions()], []
    )


def service_certificate(der: bytes) -> str:
    """A certificate of a CA or of a service, held against RFC 5280."""
    return _text(_pkix_certificate().validate(loader.load_certificate(der, "certificate").root))


def person_certificate(der: bytes, kind: str | None = None) -> str:
    """A person's certificate, held against EN 319 412; `kind` is an option text of pkilint, else it is detected."""
    document = loader.load_certificate(der, "certificate")
    found = CertificateType.from_option_str(kind) if kind else etsi.determine_certificate_type(document)
    results = _etsi_certificate(found).validate(document.root)
    return _text(finding_filter.filter_results(etsi.create_etsi_finding_filters(found), results)[0])


def revocation_list(der: bytes) -> str:
    """A CRL, held against RFC 5280."""
    return _text(_crl().validate(loader.load_crl(der, "crl").root))


def ocsp_response(der: bytes) -> str:
    """An OCSP response, held against RFC 6960."""
    return _text(_ocsp().validate(loader.load_ocsp_response(der, "response").root))
