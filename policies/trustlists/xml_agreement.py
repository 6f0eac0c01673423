"""Reads and writes agreements of mutual recognition in pointers to other lists (mutual-recognition schema v2)."""

from datetime import UTC, datetime

from lxml import etree
from lxml.etree import _Element as Element

from policies.trustlists.agreement import (
    Agreement,
    ContentMapping,
    Equivalence,
    EquivalencePeriod,
    ServiceKey,
    StatusMapping,
)
from policies.trustlists.criteria import Assertion, CriteriaList
from policies.trustlists.errors import TrustListError
from policies.trustlists.xml_base import (
    LANGUAGE,
    MRA,
    TSL,
    child,
    child_text,
    children,
    text,
    time_of,
    walk,
)
from policies.trustlists.xml_criteria import read_criteria, write_criteria

_ATTRIBUTES = (
    ("technical_type", "technicalType"),
    ("version", "version"),
    ("pointing_legislation", "pointingContractingPartyLegislation"),
    ("pointed_legislation", "pointedContractingPartyLegislation"),
)


def read_agreement(element: Element) -> Agreement:
    """A MutualRecognitionAgreementInformation element. Raises TrustListError."""
    values = {name: element.get(attribute, "") for name, attribute in _ATTRIBUTES}
    found = children(element, "TrustServiceEquivalenceInformation", namespace=MRA)
    equivalences = tuple(_equivalence(item) for item in found)
    return Agreement(**values, depth=element.get("MRADepth"), equivalences=equivalences)


def _equivalence(element: Element) -> Equivalence:
    history = walk(element, "TrustServiceEquivalenceHistory", "TrustServiceEquivalenceHistoryInstance", namespace=MRA)
    return Equivalence(
        identifier=child_text(element, "TrustServiceLegalIdentifier", MRA) or "",
        current=_period(element),
        history=tuple(_period(item) for item in history),
    )


def _period(element: Element) -> EquivalencePeriod:
    types = child(element, "TrustServiceTSLTypeEquivalenceList", MRA)
    statuses = child(element, "TrustServiceTSLStatusEquivalenceList", MRA)
    start = child_text(element, "TrustServiceEquivalenceStatusStartingTime", MRA)
    if start is None:
        raise TrustListError("an equivalence without a starting time")
    return EquivalencePeriod(
        status=child_text(element, "TrustServiceEquivalenceStatus", MRA) or "",
        start=time_of(start, "TrustServiceEquivalenceStatusStartingTime"),
        pointing=_types(types, "TrustServiceTSLTypeListPointingParty"),
        pointed=_types(types, "TrustServiceTSLTypeListPointedParty"),
        valid=_statuses(statuses, "TrustServiceTSLStatusValidEquivalence"),
        invalid=_statuses(statuses, "TrustServiceTSLStatusInvalidEquivalence"),
        contents=tuple(
            _content(item)
            for item in walk(
                element,
                "CertificateContentReferencesEquivalenceList",
                "CertificateContentReferenceEquivalence",
                namespace=MRA,
            )
        ),
        qualifiers=tuple(
            _qualifier(item)
            for item in walk(
                element,
                "TrustServiceTSLQualificationExtensionEquivalenceList",
                "QualifierEquivalenceList",
                "QualifierEquivalence",
                namespace=MRA,
            )
        ),
    )


def _types(element: Element | None, side: str) -> tuple[ServiceKey, ...]:
    return tuple(_type(item) for item in walk(element, side, "TrustServiceTSLType", namespace=MRA))


def _type(element: Element) -> ServiceKey:
    additional = (child_text(item, "URI") for item in children(element, "AdditionalServiceInformation"))
    return ServiceKey(
        type=child_text(element, "ServiceTypeIdentifier") or "",
        additional=tuple(item for item in additional if item is not None),
    )


def _statuses(element: Element | None, name: str) -> tuple[StatusMapping, ...]:
    return tuple(
        StatusMapping(
            pointing=_status_list(item, "TrustServiceTSLStatusListPointingParty"),
            pointed=_status_list(item, "TrustServiceTSLStatusListPointedParty"),
        )
        for item in walk(element, name, namespace=MRA)
    )


def _status_list(element: Element, side: str) -> tuple[str, ...]:
    found = (text(item) for item in children_of(element, side))
    return tuple(item for item in found if item is not None)


def children_of(element: Element, side: str) -> list[Element]:
    """The ServiceStatus elements of one party."""
    holder = child(element, side, MRA)
    return [] if holder is None else list(children(holder, "ServiceStatus"))


def _content(element: Element) -> ContentMapping:
    return ContentMapping(
        context=child_text(element, "CertificateContentReferenceEquivalenceContext", MRA) or "",
        pointing=_declaration(element, "CertificateContentDeclarationPointingParty"),
        pointed=_declaration(element, "CertificateContentDeclarationPointedParty"),
    )


def _declaration(element: Element, name: str) -> CriteriaList:
    found = child(element, name, MRA)
    return CriteriaList(assertion=Assertion.ALL) if found is None else read_criteria(found)


def _qualifier(element: Element) -> tuple[str, str]:
    pointed, pointing = child(element, "QualifierPointedParty", MRA), child(element, "QualifierPointingParty", MRA)
    return (
        "" if pointed is None else pointed.get("uri", ""),
        "" if pointing is None else pointing.get("uri", ""),
    )


# --- out ---------------------------------------------------------------------------------------------------------


def write_agreement(parent: Element, agreement: Agreement) -> None:
    """Append the agreement. Raises ValueError for a criterion that is not understood."""
    element = etree.SubElement(parent, f"{{{MRA}}}MutualRecognitionAgreementInformation")
    for name, attribute in _ATTRIBUTES:
        element.set(attribute, getattr(agreement, name))
    if agreement.depth is not None:
        element.set("MRADepth", agreement.depth)
    for item in agreement.equivalences:
        _write_equivalence(element, item)


def _write_equivalence(parent: Element, equivalence: Equivalence) -> None:
    element = _add(parent, "TrustServiceEquivalenceInformation")
    _add(element, "TrustServiceLegalIdentifier").text = equivalence.identifier
    _write_period(element, equivalence.current)
    if equivalence.history:
        history = _add(element, "TrustServiceEquivalenceHistory")
        for item in equivalence.history:
            _write_period(_add(history, "TrustServiceEquivalenceHistoryInstance"), item)


def _write_period(element: Element, period: EquivalencePeriod) -> None:
    types = _add(element, "TrustServiceTSLTypeEquivalenceList")
    _write_types(_add(types, "TrustServiceTSLTypeListPointingParty"), period.pointing)
    _write_types(_add(types, "TrustServiceTSLTypeListPointedParty"), period.pointed)
    _add(element, "TrustServiceEquivalenceStatus").text = period.status
    _add(element, "TrustServiceEquivalenceStatusStartingTime").text = _time(period.start)
    statuses = _add(element, "TrustServiceTSLStatusEquivalenceList")
    for item in period.valid:
        _write_statuses(_add(statuses, "TrustServiceTSLStatusValidEquivalence"), item)
    for item in period.invalid:
        _write_statuses(_add(statuses, "TrustServiceTSLStatusInvalidEquivalence"), item)
    if period.contents:
        holder = _add(element, "CertificateContentReferencesEquivalenceList")
        for content in period.contents:
            _write_content(holder, content)
    if period.qualifiers:
        _write_qualifiers(element, period.qualifiers)


def _write_types(element: Element, types: tuple[ServiceKey, ...]) -> None:
    for item in types:
        one = _add(element, "TrustServiceTSLType")
        etree.SubElement(one, f"{{{TSL}}}ServiceTypeIdentifier").text = item.type
        for uri in item.additional:
            information = etree.SubElement(one, f"{{{TSL}}}AdditionalServiceInformation")
            found = etree.SubElement(information, f"{{{TSL}}}URI")
            found.set(LANGUAGE, "en")
            found.text = uri


def _write_statuses(element: Element, mapping: StatusMapping) -> None:
    for side, statuses in (("PointingParty", mapping.pointing), ("PointedParty", mapping.pointed)):
        holder = _add(element, f"TrustServiceTSLStatusList{side}")
        for status in statuses:
            etree.SubElement(holder, f"{{{TSL}}}ServiceStatus").text = status


def _write_content(parent: Element, content: ContentMapping) -> None:
    element = _add(parent, "CertificateContentReferenceEquivalence")
    _add(element, "CertificateContentReferenceEquivalenceContext").text = content.context
    write_criteria(element, content.pointing, f"{{{MRA}}}CertificateContentDeclarationPointingParty")
    write_criteria(element, content.pointed, f"{{{MRA}}}CertificateContentDeclarationPointedParty")


def _write_qualifiers(parent: Element, qualifiers: tuple[tuple[str, str], ...]) -> None:
    holder = _add(parent, "TrustServiceTSLQualificationExtensionEquivalenceList")
    names = _add(holder, "TrustServiceTSLQualificationExtensionName")
    for side in ("PointingParty", "PointedParty"):
        _add(names, f"TrustServiceTSLQualificationExtensionName{side}").text = "Sie:Q"
    listed = _add(holder, "QualifierEquivalenceList")
    for pointed, pointing in qualifiers:
        item = _add(listed, "QualifierEquivalence")
        _add(item, "QualifierPointingParty").set("uri", pointing)
        _add(item, "QualifierPointedParty").set("uri", pointed)


def _add(parent: Element, name: str) -> Element:
    return etree.SubElement(parent, f"{{{MRA}}}{name}")


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
