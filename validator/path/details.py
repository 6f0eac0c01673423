"""Decodes the extensions of a certificate and lists what RFC 5280 4.1 and 4.2 forbid in it, the path aside."""

from collections.abc import Mapping
from typing import NamedTuple

from validator.asn1.memory import Generations
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
from validator.path.profile import certificate_defects, unremarkable
from validator.path.read_extensions import Decoded, collected, decode_extensions


class CertificateDetails(NamedTuple):
    """Decoded extensions; None (or empty) where an extension is absent or unreadable (then `defects` says so).

    `key_usage` holds the standard's bit names ("digitalSignature" …). `extensions` maps OID to the first occurrence.
    """

    extensions: Mapping[str, Extension]
    subject_key_id: bytes | None = None
    subject_alt_names: tuple[GeneralName, ...] | None = None
    basic_constraints: BasicConstraints | None = None
    key_usage: frozenset[str] | None = None
    extended_key_usage: frozenset[str] | None = None
    authority_key_id: AuthorityKeyIdentifier | None = None
    policies: tuple[PolicyInformation, ...] | None = None
    policy_mappings: tuple[tuple[str, str], ...] = ()
    policy_constraints: PolicyConstraints | None = None
    inhibit_any_policy: int | None = None
    name_constraints: NameConstraints | None = None
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


# By the likenesses of the extensions, one by one: the details of a certificate with nothing remarkable besides.
_alike: Generations[tuple[object, ...], CertificateDetails] = Generations(16 * 1024 * 1024)
_WEIGHT = 1_000


def read_details(certificate: Certificate) -> CertificateDetails:
    """Decode every known extension of `certificate`. Never raises: an unreadable one is a defect."""
    decoded, error = decode_extensions(certificate)
    plain = error is None and unremarkable(certificate)
    key = tuple([one.likeness for one in decoded])
    if plain:
        like = _alike.get(key)
        if like is not None:
            return _filled(like, decoded)
    values, defects = collected(decoded, error)
    details = CertificateDetails(**values, defects=(*defects, *certificate_defects(certificate, values)))  # type: ignore[arg-type]
    if plain and len(details.extensions) == len(decoded):
        _alike.put(key, details, 4 * sum(len(one.extension.value) for one in decoded) + _WEIGHT)
    return details


def _filled(like: CertificateDetails, decoded: list[Decoded]) -> CertificateDetails:
    """The details of a certificate that differs from the one of `like` in the holder's own extensions only."""
    key_id: object = like.subject_key_id
    names: object = like.subject_alt_names
    extensions = dict(like.extensions)
    for one in decoded:
        if one.likeness is not one:
            extensions[one.extension.oid] = one.extension
            if one.field == "subject_key_id":
                key_id = one.value
            else:
                names = one.value
    return tuple.__new__(CertificateDetails, (extensions, key_id, names, *like[3:]))
