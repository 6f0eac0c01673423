"""Writes TS 119 612 lists, version 5 or 6, in the order of the schema. What is written reads back as the same values.

Unsigned: the operator's XAdES signature is added over these octets. What the model does not keep (extensions that are
not known, ds:KeyValue) cannot be written; a list that has such parts is refused rather than shortened.
"""

import base64
from datetime import UTC, datetime

from lxml import etree
from lxml.etree import _Element as Element

from policies.trustlists import uris
from policies.trustlists.model import (
    Address,
    DigitalIdentity,
    ListPointer,
    Localised,
    PostalAddress,
    Provider,
    QualificationElement,
    Scheme,
    ServicePeriod,
    TakenOverBy,
    Texts,
    TrustList,
    TrustService,
)
from policies.trustlists.xml_agreement import write_agreement
from policies.trustlists.xml_base import LANGUAGE, NAMESPACES, SIE, TSL, TSLX
from policies.trustlists.xml_criteria import write_criteria


def write_trust_list(listed: TrustList) -> bytes:
    """The list as XML, UTF-8, without a signature. Raises ValueError for parts that the model only names."""
    root = etree.Element(f"{{{TSL}}}TrustServiceStatusList", nsmap=NAMESPACES)
    root.set("TSLTag", uris.TAG)
    if listed.identifier:
        root.set("Id", listed.identifier)
    _scheme(_add(root, "SchemeInformation"), listed.scheme)
    if listed.providers:
        holder = _add(root, "TrustServiceProviderList")
        for provider in listed.providers:
            _provider(_add(holder, "TrustServiceProvider"), provider)
    octets: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return octets


# --- the scheme --------------------------------------------------------------------------------------------------


def _scheme(element: Element, scheme: Scheme) -> None:
    if scheme.unknown_extensions:
        raise ValueError("the scheme has extensions that are not known and cannot be written")
    _text(element, "TSLVersionIdentifier", str(scheme.version))
    _text(element, "TSLSequenceNumber", str(scheme.sequence))
    _text(element, "TSLType", scheme.type)
    _texts(_add(element, "SchemeOperatorName"), "Name", scheme.operator)
    _address(_add(element, "SchemeOperatorAddress"), scheme.address)
    _texts(_add(element, "SchemeName"), "Name", scheme.names)
    _texts(_add(element, "SchemeInformationURI"), "URI", scheme.information)
    _text(element, "StatusDeterminationApproach", scheme.status_determination)
    _some(element, "SchemeTypeCommunityRules", "URI", scheme.rules)
    _optional(element, "SchemeTerritory", scheme.territory)
    _some(
        element, "PolicyOrLegalNotice", "TSLPolicy" if scheme.notices_are_policies else "TSLLegalNotice", scheme.notices
    )
    _text(element, "HistoricalInformationPeriod", str(scheme.history_period))
    if scheme.pointers:
        holder = _add(element, "PointersToOtherTSL")
        for pointer in scheme.pointers:
            _pointer(_add(holder, "OtherTSLPointer"), pointer)
    _text(element, "ListIssueDateTime", _time(scheme.issued))
    due = _add(element, "NextUpdate")
    if scheme.next_update is not None:
        _text(due, "dateTime", _time(scheme.next_update))
    if scheme.distribution_points:
        holder = _add(element, "DistributionPoints")
        for point in scheme.distribution_points:
            _text(holder, "URI", point)


def _address(element: Element, address: Address) -> None:
    holder = _add(element, "PostalAddresses")
    for item in address.postal:
        _postal(_add(holder, "PostalAddress"), item)
    _texts(_add(element, "ElectronicAddress"), "URI", address.electronic)


def _postal(element: Element, item: PostalAddress) -> None:
    element.set(LANGUAGE, item.language)
    _text(element, "StreetAddress", item.street)
    _text(element, "Locality", item.locality)
    _optional(element, "StateOrProvince", item.state)
    _optional(element, "PostalCode", item.postal_code)
    _text(element, "CountryName", item.country)


def _pointer(element: Element, pointer: ListPointer) -> None:
    if pointer.signers:
        holder = _add(element, "ServiceDigitalIdentities")
        for signer in pointer.signers:
            _certificate(_add(_add(holder, "ServiceDigitalIdentity"), "DigitalId"), signer)
    _text(element, "TSLLocation", pointer.location)
    information = _add(element, "AdditionalInformation")
    if pointer.type is not None:
        _text(_other(information), "TSLType", pointer.type)
    if pointer.operator:
        _texts(_add(_other(information), "SchemeOperatorName"), "Name", pointer.operator)
    if pointer.rules:
        _texts(_add(_other(information), "SchemeTypeCommunityRules"), "URI", pointer.rules)
    if pointer.territory is not None:
        _text(_other(information), "SchemeTerritory", pointer.territory)
    if pointer.mime_type is not None:
        etree.SubElement(_other(information), f"{{{TSLX}}}MimeType").text = pointer.mime_type
    if pointer.agreement is not None:
        write_agreement(_other(information), pointer.agreement)
    if not len(information):
        element.remove(information)


def _other(element: Element) -> Element:
    return _add(element, "OtherInformation")


# --- providers and services --------------------------------------------------------------------------------------


def _provider(element: Element, provider: Provider) -> None:
    information = _add(element, "TSPInformation")
    _texts(_add(information, "TSPName"), "Name", provider.names)
    _some(information, "TSPTradeName", "Name", provider.trade_names)
    _address(_add(information, "TSPAddress"), provider.address)
    _texts(_add(information, "TSPInformationURI"), "URI", provider.information)
    holder = _add(element, "TSPServices")
    for service in provider.services:
        _service(_add(holder, "TSPService"), service)


def _service(element: Element, service: TrustService) -> None:
    current = _add(element, "ServiceInformation")
    _common(current, service.current)
    _some(current, "SchemeServiceDefinitionURI", "URI", service.current.scheme_definitions)
    if service.current.supply_points:
        holder = _add(current, "ServiceSupplyPoints")
        for point in service.current.supply_points:
            found = _text(holder, "ServiceSupplyPoint", point.uri)
            if point.type is not None:
                found.set("type", point.type)
    _some(current, "TSPServiceDefinitionURI", "URI", service.current.provider_definitions)
    _extensions(current, service.current)
    if service.history:
        history = _add(element, "ServiceHistory")
        for period in service.history:
            instance = _add(history, "ServiceHistoryInstance")
            _common(instance, period)
            _extensions(instance, period)


def _common(element: Element, period: ServicePeriod) -> None:
    _text(element, "ServiceTypeIdentifier", period.type)
    _texts(_add(element, "ServiceName"), "Name", period.names)
    _identity(_add(element, "ServiceDigitalIdentity"), period.identity)
    _text(element, "ServiceStatus", period.status)
    _text(element, "StatusStartingTime", _time(period.start))


def _identity(element: Element, identity: DigitalIdentity) -> None:
    if identity.others:
        raise ValueError("an identity holds key values, which cannot be written")
    for certificate in identity.certificates:
        _certificate(_add(element, "DigitalId"), certificate)
    for name in identity.subject_names:
        _text(_add(element, "DigitalId"), "X509SubjectName", name)
    for key in identity.key_identifiers:
        _text(_add(element, "DigitalId"), "X509SKI", base64.b64encode(key).decode("ascii"))


def _extensions(element: Element, period: ServicePeriod) -> None:
    if period.unknown_extensions:
        raise ValueError("a service has extensions that are not known and cannot be written")
    holder = etree.Element(f"{{{TSL}}}ServiceInformationExtensions")
    _qualifications(holder, period.qualifications)
    for item in period.additional:
        one = _add(_extension(holder, critical=item.critical), "AdditionalServiceInformation")
        _texts(one, "URI", (Localised(item.language, item.uri),))
        _optional(one, "InformationValue", item.value)
    if period.expired_revocation_from is not None:
        _text(_extension(holder, critical=False), "ExpiredCertsRevocationInfo", _time(period.expired_revocation_from))
    if period.taken_over_by is not None:
        _taken_over(_extension(holder, critical=False), period.taken_over_by)
    if len(holder):
        element.append(holder)


def _qualifications(holder: Element, elements: tuple[QualificationElement, ...]) -> None:
    for critical in sorted({item.critical for item in elements}, reverse=True):
        one = etree.SubElement(_extension(holder, critical=critical), f"{{{SIE}}}Qualifications")
        for item in (item for item in elements if item.critical is critical):
            element = etree.SubElement(one, f"{{{SIE}}}QualificationElement")
            qualifiers = etree.SubElement(element, f"{{{SIE}}}Qualifiers")
            for uri in item.qualifiers:
                etree.SubElement(qualifiers, f"{{{SIE}}}Qualifier").set("uri", uri)
            write_criteria(element, item.criteria)


def _taken_over(element: Element, found: TakenOverBy) -> None:
    one = etree.SubElement(element, f"{{{TSLX}}}TakenOverBy")
    uri = etree.SubElement(one, f"{{{TSLX}}}URI")
    uri.set(LANGUAGE, found.language)
    uri.text = found.uri
    _texts(etree.SubElement(one, f"{{{TSLX}}}TSPName"), "Name", found.provider)
    _texts(_add(one, "SchemeOperatorName"), "Name", found.operator)
    _text(one, "SchemeTerritory", found.territory)


def _extension(holder: Element, *, critical: bool) -> Element:
    element = _add(holder, "Extension")
    element.set("Critical", "true" if critical else "false")
    return element


# --- elements ----------------------------------------------------------------------------------------------------


def _add(parent: Element, name: str) -> Element:
    return etree.SubElement(parent, f"{{{TSL}}}{name}")


def _text(parent: Element, name: str, value: str) -> Element:
    element = _add(parent, name)
    element.text = value
    return element


def _optional(parent: Element, name: str, value: str | None) -> None:
    if value is not None:
        _text(parent, name, value)


def _texts(parent: Element, name: str, values: Texts) -> None:
    for item in values:
        _text(parent, name, item.text).set(LANGUAGE, item.language)


def _some(parent: Element, holder: str, name: str, values: Texts) -> None:
    if values:
        _texts(_add(parent, holder), name, values)


def _certificate(parent: Element, octets: bytes) -> None:
    _text(parent, "X509Certificate", base64.b64encode(octets).decode("ascii"))


def _time(at: datetime) -> str:
    """UTC without a fraction (TS 119 612 5.1.4)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
