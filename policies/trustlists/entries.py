"""What one entry of a trusted list says about one certificate (TS 119 615 4.4, TS 119 612 5.5.9): is it qualified, what
is it for, is its key in a qualified device, and does the entry contradict itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from policies.jurisdictions import claimed_level, jurisdictions
from policies.trustlists import uris
from policies.trustlists.criteria import CertificateContent
from policies.vocabulary import SignatureLevel

EIDAS = datetime(2016, 6, 30, 22, tzinfo=UTC)
"""The first moment of 1 July 2016 in Brussels, as lists write it (Regulation 910/2014 art. 52)."""

EU = "EU"


class CertificateType(StrEnum):
    """What a certificate is for."""

    ESIGNATURE = "esignature"
    ESEAL = "eseal"
    WEB = "web"
    UNKNOWN = "unknown"


class Aspect(StrEnum):
    """What a contradiction in an entry is about."""

    QUALIFIED = "qualified"
    TYPE = "type"
    DEVICE = "device"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFact:
    """A status period [`start`, `end`) of a service, as it bears on one certificate. URIs as in the list, after
    translation where an agreement of mutual recognition applies.

    `list` names the list; `qualifiers` are those whose criteria the certificate meets; `undecided` says that a
    criterion which is not understood decides about a qualifier; `law` is "EU" or the territory under whose law the
    list speaks; `depth` counts issuers between the certificate and the service's key (0: its key signed the
    certificate). `under_agreement`: the list counts only through an agreement, in the span from `enacted_from` to
    `enacted_until`, by the equivalence named `equivalence`; `content` is then the certificate as the agreement reads
    it, None for as it stands. `identity` names the service's certificate.
    """

    list: str
    type: str
    status: str
    start: datetime
    end: datetime | None = None
    name: str = ""
    provider: str = ""
    additional: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()
    undecided: bool = False
    law: str = EU
    depth: int = 0
    identity: str | None = None
    under_agreement: bool = False
    equivalence: str | None = None
    enacted_from: datetime | None = None
    enacted_until: datetime | None = None
    content: CertificateContent | None = None

    def holds(self, at: datetime) -> bool:
        """`at` falls into the period; its first moment belongs to it, its end does not."""
        return self.start <= at and (self.end is None or at < self.end)

    def enacted(self, at: datetime) -> bool:
        """The equivalence was in force at `at`."""
        return (
            self.enacted_from is not None
            and self.enacted_from <= at
            and (self.enacted_until is None or at < self.enacted_until)
        )


def before_eidas(at: datetime) -> bool:
    """`at` lies before the Regulation applied."""
    return at < EIDAS


def read_as(content: CertificateContent, service: ServiceFact) -> CertificateContent:
    """The certificate as the list's readers have to read it."""
    return service.content or content


_USAGE = {
    uris.QC_FOR_ESIG: (CertificateType.ESIGNATURE, uris.FOR_ESIGNATURES),
    uris.QC_FOR_ESEAL: (CertificateType.ESEAL, uris.FOR_ESEALS),
    uris.QC_FOR_WSA: (CertificateType.WEB, uris.FOR_WEB),
}
_COVERAGE = {information: kind for kind, information in _USAGE.values()}
_STATED = {
    uris.QCS_TYPE_ESIGN: CertificateType.ESIGNATURE,
    uris.QCS_TYPE_ESEAL: CertificateType.ESEAL,
    uris.QCS_TYPE_WEB: CertificateType.WEB,
}
_DEVICE_YES = frozenset((uris.WITH_QSCD, uris.QSCD_ON_BEHALF))
_DEVICE_NO = frozenset((uris.NO_QSCD, uris.NO_SSCD))


# --- contradictions ----------------------------------------------------------------------------------------------


def contradictions(service: ServiceFact) -> tuple[tuple[Aspect, tuple[str, ...]], ...]:
    """What in the entry cannot hold together (TS 119 612 5.5.9.2.3): (aspect, the qualifiers in question). A qualifier
    that is not known, or whose criteria are not understood, could mean anything: it breaks every aspect."""
    return tuple(_contradictions(service))


def _contradictions(service: ServiceFact) -> Iterator[tuple[Aspect, tuple[str, ...]]]:
    found = frozenset(service.qualifiers)
    unknown = tuple(sorted(found - uris.QUALIFIERS))
    if unknown or service.undecided:
        for aspect in Aspect:
            yield aspect, unknown or ("?",)
    if {uris.QC_STATEMENT, uris.NOT_QUALIFIED} <= found:
        yield Aspect.QUALIFIED, (uris.QC_STATEMENT, uris.NOT_QUALIFIED)
    yield from _type_contradictions(service, found)
    for yes, no in _DEVICE_PAIRS:
        if {yes, no} <= found:
            yield Aspect.DEVICE, (yes, no)


_DEVICE_PAIRS = (
    *((yes, no) for yes in (uris.WITH_QSCD, uris.QSCD_ON_BEHALF, uris.WITH_SSCD) for no in sorted(_DEVICE_NO)),
    (uris.WITH_QSCD, uris.QSCD_AS_IN_CERT),
    (uris.QSCD_ON_BEHALF, uris.QSCD_AS_IN_CERT),
    (uris.WITH_SSCD, uris.SSCD_AS_IN_CERT),
)


def _type_contradictions(service: ServiceFact, found: frozenset[str]) -> Iterator[tuple[Aspect, tuple[str, ...]]]:
    usages = tuple(item for item in _USAGE if item in found)
    if len(usages) > 1:
        yield Aspect.TYPE, usages
    if {uris.FOR_LEGAL_PERSON, uris.QC_FOR_ESIG} <= found:
        yield Aspect.TYPE, (uris.FOR_LEGAL_PERSON, uris.QC_FOR_ESIG)
    covered = [item for item in service.additional if item in _COVERAGE]
    for usage in usages:
        if covered and _USAGE[usage][1] not in covered:
            yield Aspect.TYPE, (usage,)


# --- qualified ---------------------------------------------------------------------------------------------------


def is_qualified(content: CertificateContent, service: ServiceFact) -> bool:
    """The qualifiers first, else what the certificate itself claims under the list's law."""
    if uris.NOT_QUALIFIED in service.qualifiers:
        return False
    return uris.QC_STATEMENT in service.qualifiers or _claims_qualified(content, service.law)


def _claims_qualified(content: CertificateContent, law: str) -> bool:
    if law != EU:
        return _national_level(content, law) in (
            SignatureLevel.QUALIFIED,
            SignatureLevel.ADVANCED_QUALIFIED_CERTIFICATE,
        )
    claims = content.claims
    if uris.QCS_COMPLIANCE in claims.qc_statements:
        # Absent legislation claims the law of the Union: EN 319 412-5 4.2.4.
        return claims.qc_legislation is None and uris.QCS_LEGISLATION not in claims.qc_statements
    return before_eidas(content.not_before) and bool({uris.QCP_PUBLIC, uris.QCP_PUBLIC_SSCD} & claims.policies)


def _national_level(content: CertificateContent, law: str) -> SignatureLevel | None:
    known = jurisdictions().get(law)
    rule = claimed_level(known, content.claims) if known else None
    return rule.level if rule else None


# --- device ------------------------------------------------------------------------------------------------------


def has_device(content: CertificateContent, service: ServiceFact) -> bool:
    """The private key is in a qualified device. A "no" of either family counts; a "yes" of the family before eIDAS
    only in entries of that time."""
    found = frozenset(service.qualifiers)
    if _DEVICE_NO & found:
        return False
    if _DEVICE_YES & found or (uris.WITH_SSCD in found and before_eidas(service.start)):
        return True
    if service.law != EU:
        return _national_level(content, service.law) is SignatureLevel.QUALIFIED
    if uris.QCS_SSCD in content.claims.qc_statements:
        return True
    return before_eidas(content.not_before) and uris.QCP_PUBLIC_SSCD in content.claims.policies


# --- type --------------------------------------------------------------------------------------------------------


def stated_types(content: CertificateContent) -> frozenset[CertificateType]:
    """What the certificate says it is for; a qualified one without QcType is for signatures (EN 319 412-5 4.2.3), as
    every certificate from before the Regulation."""
    types = frozenset(_STATED[item] for item in content.claims.qc_statements if item in _STATED)
    if types:
        return types
    by_default = before_eidas(content.not_before) or uris.QCS_COMPLIANCE in content.claims.qc_statements
    return frozenset((CertificateType.ESIGNATURE,)) if by_default else frozenset()


def type_by_certificate(content: CertificateContent) -> CertificateType:
    """The one type that the certificate states, UNKNOWN for none or several."""
    types = stated_types(content)
    return next(iter(types)) if len(types) == 1 else CertificateType.UNKNOWN


def coverage(service: ServiceFact) -> frozenset[CertificateType]:
    """The types that the entry is for. Entries from before the Regulation knew only signatures and said nothing;
    entries under another law may say nothing and are then for all types."""
    stated = frozenset(_COVERAGE[item] for item in service.additional if item in _COVERAGE)
    if stated:
        return stated
    if service.law != EU:
        return frozenset((CertificateType.ESIGNATURE, CertificateType.ESEAL, CertificateType.WEB))
    return frozenset((CertificateType.ESIGNATURE,)) if before_eidas(service.start) else frozenset()


def covers(service: ServiceFact, content: CertificateContent) -> bool:
    """The entry is for certificates of this kind: of a type that the certificate states, or that a qualifier sets; a
    certificate that states none is not excluded."""
    usages = [_USAGE[item][0] for item in service.qualifiers if item in _USAGE]
    wanted = stated_types(content) | set(usages)
    return not wanted or bool(wanted & coverage(service))


def type_by_list(content: CertificateContent, service: ServiceFact) -> CertificateType:
    """The type of a qualified certificate: a usage qualifier, else the one stated type that the entry covers."""
    usages = [_USAGE[item][0] for item in service.qualifiers if item in _USAGE]
    if usages:
        return usages[0] if len(usages) == 1 else CertificateType.UNKNOWN
    types = stated_types(content) & coverage(service)
    if uris.FOR_LEGAL_PERSON in service.qualifiers:
        types -= {CertificateType.ESIGNATURE}
    return next(iter(types)) if len(types) == 1 else CertificateType.UNKNOWN
