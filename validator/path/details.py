"""Decodes the extensions of a certificate and lists what RFC 5280 4.1 and 4.2 forbid in it, the path aside."""

from collections.abc import Mapping
from typing import NamedTuple

from validator.asn1.memory import Generations
from validator.path.certificate import Certificate, Defect
from validator.path.extension_values import (
    SUBJECT_ALT_NAME,
    SUBJECT_KEY_IDENTIFIER,
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
from validator.path.likeness import Key, Likeness, likeness_of
from validator.path.profile import certificate_defects
from validator.path.read_extensions import collected, decode_extensions


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


class _Model:
    """A certificate that was read, as a model for those that are like it; whether it may be one is found out when the
    first of them comes."""

    __slots__ = ("_certificate", "_likeness", "_sound", "details")

    def __init__(self, certificate: Certificate, likeness: Likeness, details: CertificateDetails) -> None:
        self.details = details
        self._certificate: Certificate | None = certificate
        self._likeness = likeness
        self._sound = False

    @property
    def sound(self) -> bool:
        """What likeness cut out of the certificate are extensions of it."""
        if self._certificate is not None:
            self._sound = self._likeness.cut_between(self._certificate)
            self._certificate = None
        return self._sound


# By likeness; what weighs besides the encoding is in octets.
_alike: Generations[Key, _Model] = Generations(16 * 1024 * 1024)
_WEIGHT = 1_500


def read_details(certificate: Certificate) -> CertificateDetails:
    """Decode every known extension of `certificate`. Never raises: an unreadable one is a defect."""
    likeness = likeness_of(certificate)
    like = None if likeness is None else _alike.get(likeness.key)
    if likeness is not None and like is not None and like.sound:
        return _filled(like.details, likeness)
    decoded, error = decode_extensions(certificate)
    values, defects = collected(decoded, error)
    details = CertificateDetails(**values, defects=(*defects, *certificate_defects(certificate, values)))  # type: ignore[arg-type]
    whole = error is None and len(details.extensions) == len(decoded)
    if likeness is not None and like is None and whole:
        _alike.put(likeness.key, _Model(certificate, likeness, details), 4 * len(certificate.der) + _WEIGHT)
    return details


def _filled(like: CertificateDetails, likeness: Likeness) -> CertificateDetails:
    """The details of a certificate that differs from the one of `like` in the holder's own extensions only."""
    extensions = dict(like.extensions)
    extensions[SUBJECT_KEY_IDENTIFIER] = likeness.key_extension()
    names: object = like.subject_alt_names
    if likeness.names is not None:
        extensions[SUBJECT_ALT_NAME], names = likeness.names.extension, likeness.names.value
    return tuple.__new__(CertificateDetails, (extensions, likeness.key_id, names, *like[3:]))
