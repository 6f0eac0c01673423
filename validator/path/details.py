"""Decodes the extensions of a certificate and lists what RFC 5280 4.1 and 4.2 forbid in it, the path aside."""

from collections.abc import Mapping
from dataclasses import dataclass

from validator.path.certificate import Certificate, Defect
from validator.path.extension_values import (
    AccessDescription,
    AuthorityKeyIdentifier,
    BasicConstraints,
    DistributionPoint,
    Extension,
    NameConstraints,
    PolicyConstraints,
    PolicyInformation,
)
from validator.path.general_name import GeneralName
from validator.path.profile import certificate_defects
from validator.path.read_extensions import read_extensions


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDetails:
    """Decoded extensions; None (or empty) where an extension is absent or unreadable (then `defects` says so).

    `key_usage` holds the standard's bit names ("digitalSignature" …). `extensions` maps OID to the first occurrence.
    """

    extensions: Mapping[str, Extension]
    basic_constraints: BasicConstraints | None = None
    key_usage: frozenset[str] | None = None
    extended_key_usage: frozenset[str] | None = None
    subject_key_id: bytes | None = None
    authority_key_id: AuthorityKeyIdentifier | None = None
    policies: tuple[PolicyInformation, ...] | None = None
    policy_mappings: tuple[tuple[str, str], ...] = ()
    policy_constraints: PolicyConstraints | None = None
    inhibit_any_policy: int | None = None
    name_constraints: NameConstraints | None = None
    subject_alt_names: tuple[GeneralName, ...] | None = None
    issuer_alt_names: tuple[GeneralName, ...] | None = None
    crl_distribution_points: tuple[DistributionPoint, ...] | None = None
    freshest_crl: tuple[DistributionPoint, ...] | None = None
    authority_info_access: tuple[AccessDescription, ...] | None = None
    subject_info_access: tuple[AccessDescription, ...] | None = None
    ocsp_no_check: bool = False
    no_rev_avail: bool = False
    unknown_critical: tuple[str, ...] = ()
    defects: tuple[Defect, ...] = ()

    @property
    def ca(self) -> bool:
        """basicConstraints says cA."""
        return self.basic_constraints is not None and self.basic_constraints.ca


def read_details(certificate: Certificate) -> CertificateDetails:
    """Decode every known extension of `certificate`. Never raises: an unreadable one is a defect."""
    values, defects = read_extensions(certificate)
    return CertificateDetails(**values, defects=(*defects, *certificate_defects(certificate, values)))  # type: ignore[arg-type]
