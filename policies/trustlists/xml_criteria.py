"""Reads and writes criteria lists (TS 119 612 5.5.9.2.2, mutual-recognition schema)."""

from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element as Element

from policies.trustlists.criteria import (
    Assertion,
    CriteriaList,
    Criterion,
    ExtendedKeyUsageCriterion,
    KeyUsageCriterion,
    PolicySetCriterion,
    QcStatement,
    QcStatementSetCriterion,
    SubjectAttributeCriterion,
    UnknownCriterion,
)
from policies.trustlists.errors import TrustListError
from policies.trustlists.xml_base import (
    MRA,
    SIE,
    TSLX,
    XADES,
    child,
    child_text,
    children,
    identifier,
    local,
    text,
)

_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def read_criteria(element: Element) -> CriteriaList:
    """A CriteriaList, or a declaration of the agreement's schema, which has the same content. Raises TrustListError."""
    try:
        assertion = Assertion(element.get("assert", Assertion.ALL))
    except ValueError:
        raise TrustListError("a criteria list with an unknown assertion") from None
    return CriteriaList(
        assertion=assertion,
        criteria=tuple(_criteria(element)),
        description=child_text(element, "Description", SIE) or "",
    )


def _criteria(element: Element) -> Iterator[Criterion]:
    for item in element:
        if not isinstance(item.tag, str):
            continue
        match local(item):
            case "CriteriaList":
                yield read_criteria(item)
            case "KeyUsage":
                yield KeyUsageCriterion(bits=tuple(_bit(bit) for bit in children(item, "KeyUsageBit", namespace=SIE)))
            case "PolicySet":
                found = children(item, "PolicyIdentifier", namespace=SIE)
                yield PolicySetCriterion(policies=tuple(_oid(one) for one in found))
            case "otherCriteriaList":
                yield from (_other(one) for one in item if isinstance(one.tag, str))
            case "Description":
                pass
            case name:
                yield UnknownCriterion(name=name)


def _bit(element: Element) -> tuple[str, bool]:
    value = _TRUTH.get((text(element) or "").lower())
    if value is None:
        raise TrustListError("a key usage bit that is neither true nor false")
    return element.get("name", ""), value


def _oid(element: Element) -> str:
    return identifier(child_text(element, "Identifier", XADES))


def _other(element: Element) -> Criterion:
    match etree.QName(element).namespace, local(element):
        case ns, "ExtendedKeyUsage" if ns == TSLX:
            found = children(element, "KeyPurposeId", namespace=TSLX)
            return ExtendedKeyUsageCriterion(purposes=tuple(_oid(item) for item in found))
        case ns, "CertSubjectDNAttribute" if ns == TSLX:
            found = children(element, "AttributeOID", namespace=TSLX)
            return SubjectAttributeCriterion(attributes=tuple(_oid(item) for item in found))
        case ns, "QcStatementSet" if ns == MRA:
            found = children(element, "QcStatement", namespace=MRA)
            return QcStatementSetCriterion(statements=tuple(_statement(item) for item in found))
        case _, name:
            return UnknownCriterion(name=name)


def _statement(element: Element) -> QcStatement:
    information = child(element, "QcStatementInfo", MRA)
    kind = child(information, "QcType", MRA)
    name = child(element, "QcStatementId", MRA)
    return QcStatement(
        identifier="" if name is None else _oid(name),
        type=None if kind is None else _oid(kind),
        legislation=child_text(information, "QcCClegislation", MRA),
    )


# --- out ---------------------------------------------------------------------------------------------------------


def write_criteria(parent: Element, criteria: CriteriaList, tag: str = f"{{{SIE}}}CriteriaList") -> None:
    """Append the list as an element `tag`. Raises ValueError for a criterion that is not understood."""
    element = etree.SubElement(parent, tag)
    element.set("assert", criteria.assertion)
    for item in _ordered(criteria):
        _write(element, item)
    if criteria.description and tag.endswith("}CriteriaList"):
        etree.SubElement(element, f"{{{SIE}}}Description").text = criteria.description
    others = [item for item in criteria.criteria if _is_other(item)]
    if others:
        holder = etree.SubElement(element, f"{{{SIE}}}otherCriteriaList")
        for item in others:
            _write_other(holder, item)


def _ordered(criteria: CriteriaList) -> list[Criterion]:
    """Schema order: KeyUsage, PolicySet, CriteriaList, Description, otherCriteriaList."""
    order: tuple[type, ...] = (KeyUsageCriterion, PolicySetCriterion, CriteriaList)
    return [item for kind in order for item in criteria.criteria if isinstance(item, kind)]


def _is_other(item: Criterion) -> bool:
    return not isinstance(item, KeyUsageCriterion | PolicySetCriterion | CriteriaList)


def _write(parent: Element, item: Criterion) -> None:
    match item:
        case KeyUsageCriterion(bits=bits):
            element = etree.SubElement(parent, f"{{{SIE}}}KeyUsage")
            for name, value in bits:
                bit = etree.SubElement(element, f"{{{SIE}}}KeyUsageBit")
                bit.set("name", name)
                bit.text = "true" if value else "false"
        case PolicySetCriterion(policies=policies):
            element = etree.SubElement(parent, f"{{{SIE}}}PolicySet")
            for policy in policies:
                _write_oid(etree.SubElement(element, f"{{{SIE}}}PolicyIdentifier"), policy)
        case CriteriaList():
            write_criteria(parent, item)


def _write_other(parent: Element, item: Criterion) -> None:
    match item:
        case ExtendedKeyUsageCriterion(purposes=purposes):
            element = etree.SubElement(parent, f"{{{TSLX}}}ExtendedKeyUsage")
            for purpose in purposes:
                _write_oid(etree.SubElement(element, f"{{{TSLX}}}KeyPurposeId"), purpose)
        case SubjectAttributeCriterion(attributes=attributes):
            element = etree.SubElement(parent, f"{{{TSLX}}}CertSubjectDNAttribute")
            for attribute in attributes:
                _write_oid(etree.SubElement(element, f"{{{TSLX}}}AttributeOID"), attribute)
        case QcStatementSetCriterion(statements=statements):
            element = etree.SubElement(parent, f"{{{MRA}}}QcStatementSet")
            for statement in statements:
                _write_statement(element, statement)
        case UnknownCriterion(name=name):
            raise ValueError(f"criterion {name} is not understood and cannot be written")


def _write_statement(parent: Element, statement: QcStatement) -> None:
    element = etree.SubElement(parent, f"{{{MRA}}}QcStatement")
    _write_oid(etree.SubElement(element, f"{{{MRA}}}QcStatementId"), statement.identifier)
    if statement.type is None and statement.legislation is None:
        return
    information = etree.SubElement(element, f"{{{MRA}}}QcStatementInfo")
    if statement.type is not None:
        _write_oid(etree.SubElement(information, f"{{{MRA}}}QcType"), statement.type)
    if statement.legislation is not None:
        etree.SubElement(information, f"{{{MRA}}}QcCClegislation").text = statement.legislation


def _write_oid(parent: Element, oid: str) -> None:
    element = etree.SubElement(parent, f"{{{XADES}}}Identifier")
    element.set("Qualifier", "OIDAsURN")
    element.text = f"urn:oid:{oid}"
