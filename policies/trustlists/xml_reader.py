"""Reads TS 119 612 lists, versions 5 and 6: lists of services, and lists of lists with agreements of recognition.

Tolerant in what does not matter, exact in what everything rests on: version, number, times, types, statuses and
certificates. The signature is not looked at here. Pure: octets in, values out.
"""

import hashlib
from collections.abc import Iterator

from lxml.etree import _Element as Element

from policies.trustlists.errors import TrustListError
from policies.trustlists.model import (
    AdditionalInformation,
    Address,
    DigitalIdentity,
    ListPointer,
    PostalAddress,
    Provider,
    QualificationElement,
    Scheme,
    ServicePeriod,
    SupplyPoint,
    TakenOverBy,
    TrustList,
    TrustService,
)
from policies.trustlists.xml_agreement import read_agreement
from policies.trustlists.xml_base import (
    DS,
    LANGUAGE,
    MRA,
    SIE,
    TSL,
    TSLX,
    child,
    child_text,
    children,
    local,
    localised,
    number_of,
    octets_of,
    parse,
    required,
    text,
    time_of,
    walk,
)
from policies.trustlists.xml_criteria import read_criteria

ROOT = f"{{{TSL}}}TrustServiceStatusList"


def read_trust_list(octets: bytes) -> TrustList:
    """The list in an XML file. Raises TrustListError; never anything else for any octets."""
    root = parse(octets)
    if root.tag != ROOT:
        raise TrustListError("the root element is not TrustServiceStatusList")
    information = child(root, "SchemeInformation")
    if information is None:
        raise TrustListError("SchemeInformation is missing")
    return TrustList(
        scheme=_scheme(information),
        providers=tuple(_provider(item) for item in walk(root, "TrustServiceProviderList", "TrustServiceProvider")),
        identifier=root.get("Id"),
        digest=hashlib.sha256(octets).hexdigest(),
    )


# --- the scheme --------------------------------------------------------------------------------------------------


def _scheme(element: Element) -> Scheme:
    notices = child(element, "PolicyOrLegalNotice")
    policies = localised(notices, "TSLPolicy")
    due = child_text(child(element, "NextUpdate"), "dateTime")
    return Scheme(
        version=number_of(required(element, "TSLVersionIdentifier"), "TSLVersionIdentifier"),
        sequence=number_of(required(element, "TSLSequenceNumber"), "TSLSequenceNumber"),
        type=required(element, "TSLType"),
        operator=localised(child(element, "SchemeOperatorName"), "Name"),
        address=_address(child(element, "SchemeOperatorAddress")),
        names=localised(child(element, "SchemeName"), "Name"),
        information=localised(child(element, "SchemeInformationURI"), "URI"),
        status_determination=child_text(element, "StatusDeterminationApproach") or "",
        rules=localised(child(element, "SchemeTypeCommunityRules"), "URI"),
        territory=child_text(element, "SchemeTerritory"),
        notices=policies or localised(notices, "TSLLegalNotice"),
        notices_are_policies=bool(policies),
        history_period=number_of(child_text(element, "HistoricalInformationPeriod") or "0", "a period of history"),
        pointers=tuple(_pointer(item) for item in walk(element, "PointersToOtherTSL", "OtherTSLPointer")),
        issued=time_of(required(element, "ListIssueDateTime"), "ListIssueDateTime"),
        next_update=None if due is None else time_of(due, "NextUpdate"),
        distribution_points=_texts(walk(element, "DistributionPoints", "URI")),
        unknown_extensions=tuple(
            local(content) for item in walk(element, "SchemeExtensions", "Extension") for content in _contents(item)
        ),
    )


def _address(element: Element | None) -> Address:
    postal = walk(element, "PostalAddresses", "PostalAddress")
    return Address(
        postal=tuple(_postal(item) for item in postal),
        electronic=localised(child(element, "ElectronicAddress"), "URI"),
    )


def _postal(element: Element) -> PostalAddress:
    return PostalAddress(
        language=element.get(LANGUAGE, ""),
        street=child_text(element, "StreetAddress") or "",
        locality=child_text(element, "Locality") or "",
        state=child_text(element, "StateOrProvince"),
        postal_code=child_text(element, "PostalCode"),
        country=child_text(element, "CountryName") or "",
    )


def _pointer(element: Element) -> ListPointer:
    found = {local(item): item for item in _pointer_information(element)}
    agreement = found.get("MutualRecognitionAgreementInformation")
    return ListPointer(
        location=child_text(element, "TSLLocation") or "",
        signers=tuple(_certificates(walk(element, "ServiceDigitalIdentities", "ServiceDigitalIdentity", "DigitalId"))),
        type=text(found.get("TSLType")),
        operator=localised(found.get("SchemeOperatorName"), "Name"),
        rules=localised(found.get("SchemeTypeCommunityRules"), "URI"),
        territory=text(found.get("SchemeTerritory")),
        mime_type=text(found.get("MimeType")),
        agreement=None if agreement is None or not _is(agreement, MRA) else read_agreement(agreement),
    )


def _pointer_information(element: Element) -> Iterator[Element]:
    for item in walk(element, "AdditionalInformation", "OtherInformation"):
        yield from _contents(item)


# --- providers and services --------------------------------------------------------------------------------------


def _provider(element: Element) -> Provider:
    information = child(element, "TSPInformation")
    return Provider(
        names=localised(child(information, "TSPName"), "Name"),
        trade_names=localised(child(information, "TSPTradeName"), "Name"),
        address=_address(child(information, "TSPAddress")),
        information=localised(child(information, "TSPInformationURI"), "URI"),
        services=tuple(_service(item) for item in walk(element, "TSPServices", "TSPService")),
    )


def _service(element: Element) -> TrustService:
    current = child(element, "ServiceInformation")
    if current is None:
        raise TrustListError("ServiceInformation is missing")
    history = walk(element, "ServiceHistory", "ServiceHistoryInstance")
    return TrustService(current=_period(current), history=tuple(_period(item) for item in history))


def _period(element: Element) -> ServicePeriod:
    known = _extensions(child(element, "ServiceInformationExtensions"))
    return ServicePeriod(
        type=required(element, "ServiceTypeIdentifier"),
        names=localised(child(element, "ServiceName"), "Name"),
        identity=_identity(child(element, "ServiceDigitalIdentity")),
        status=required(element, "ServiceStatus"),
        start=time_of(required(element, "StatusStartingTime"), "StatusStartingTime"),
        additional=tuple(_additional(item, critical) for item, critical in known["AdditionalServiceInformation"]),
        qualifications=tuple(
            _qualification(one, critical)
            for item, critical in known["Qualifications"]
            for one in children(item, "QualificationElement", namespace=SIE)
        ),
        expired_revocation_from=next(
            (time_of(text(item) or "", local(item)) for item, _ in known["ExpiredCertsRevocationInfo"]), None
        ),
        taken_over_by=next((_taken_over(item) for item, _ in known["TakenOverBy"]), None),
        unknown_extensions=tuple(local(item) for item, _ in known[""]),
        critical_unknown=any(critical for _, critical in known[""]),
        scheme_definitions=localised(child(element, "SchemeServiceDefinitionURI"), "URI"),
        supply_points=tuple(
            SupplyPoint(uri=text(item) or "", type=item.get("type"))
            for item in walk(element, "ServiceSupplyPoints", "ServiceSupplyPoint")
        ),
        provider_definitions=localised(child(element, "TSPServiceDefinitionURI"), "URI"),
    )


_KNOWN = {
    f"{{{TSL}}}AdditionalServiceInformation": "AdditionalServiceInformation",
    f"{{{SIE}}}Qualifications": "Qualifications",
    f"{{{TSL}}}ExpiredCertsRevocationInfo": "ExpiredCertsRevocationInfo",
    f"{{{TSLX}}}TakenOverBy": "TakenOverBy",
}


def _extensions(element: Element | None) -> dict[str, list[tuple[Element, bool]]]:
    """The contents of extensions by kind, each with its criticality; what is not known under the empty name."""
    found: dict[str, list[tuple[Element, bool]]] = {name: [] for name in (*_KNOWN.values(), "")}
    for extension in walk(element, "Extension"):
        critical = extension.get("Critical", "").lower() in ("true", "1")
        for content in _contents(extension):
            found[_KNOWN.get(str(content.tag), "")].append((content, critical))
    return found


def _additional(element: Element, critical: bool) -> AdditionalInformation:
    uri = child(element, "URI")
    return AdditionalInformation(
        uri=text(uri) or "",
        language="en" if uri is None else uri.get(LANGUAGE, "en"),
        value=child_text(element, "InformationValue"),
        critical=critical,
    )


def _qualification(element: Element, critical: bool) -> QualificationElement:
    criteria = child(element, "CriteriaList", SIE)
    if criteria is None:
        raise TrustListError("qualifiers without criteria")
    return QualificationElement(
        qualifiers=tuple(item.get("uri", "") for item in walk(element, "Qualifiers", "Qualifier", namespace=SIE)),
        criteria=read_criteria(criteria),
        critical=critical,
    )


def _taken_over(element: Element) -> TakenOverBy:
    uri = child(element, "URI", TSLX)
    return TakenOverBy(
        uri=text(uri) or "",
        language="en" if uri is None else uri.get(LANGUAGE, "en"),
        provider=localised(child(element, "TSPName", TSLX), "Name"),
        operator=localised(child(element, "SchemeOperatorName"), "Name"),
        territory=child_text(element, "SchemeTerritory") or "",
    )


def _identity(element: Element | None) -> DigitalIdentity:
    found = [] if element is None else list(children(element, "DigitalId"))
    names = _texts(item for one in found for item in children(one, "X509SubjectName"))
    others = (item for one in found for item in _contents(one) if _is(item, DS) or local(item) == "Other")
    return DigitalIdentity(
        certificates=tuple(_certificates(iter(found))),
        subject_names=names,
        key_identifiers=tuple(octets_of(text(item), "X509SKI") for one in found for item in children(one, "X509SKI")),
        others=tuple(local(item) for item in others),
    )


def _certificates(identities: Iterator[Element]) -> Iterator[bytes]:
    for one in identities:
        for item in children(one, "X509Certificate"):
            octets = octets_of(text(item), "X509Certificate")
            if octets:
                yield octets


def _texts(elements: Iterator[Element]) -> tuple[str, ...]:
    return tuple(found for found in (text(item) for item in elements) if found is not None)


def _contents(element: Element) -> Iterator[Element]:
    return (item for item in element if isinstance(item.tag, str))


def _is(element: Element, namespace: str) -> bool:
    return str(element.tag).startswith(f"{{{namespace}}}")
