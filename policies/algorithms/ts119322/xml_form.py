"""The XML form of TS 119 322: SecuritySuitabilityPolicy of RFC 5698 with MoreDetails of ETSI in its evaluations."""

from collections.abc import Mapping

from lxml import etree

from policies.algorithms.ts119322.model import (
    MAX_ALGORITHMS,
    MAX_EVALUATIONS,
    MAX_IDENTIFIERS,
    MAX_OCTETS,
    Evaluation,
    ListedAlgorithm,
    SuitabilityPolicy,
    UnreadableSuiteError,
    day,
    least_size,
    moment,
)
from policies.xml import XmlBounds, parse_xml

DSSC, DETAILS, OWN = "urn:ietf:params:xml:ns:dssc", "http://uri.etsi.org/19322/v1.1.1#", "urn:trustspace:algorithm-line"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_LANG = "en"
_ROOT = f"{{{DSSC}}}SecuritySuitabilityPolicy"
_BOUNDS = XmlBounds(octets=MAX_OCTETS)


def read_xml(octets: bytes) -> SuitabilityPolicy:
    """The table in `octets` (XML). Raises UnreadableSuiteError. No entity is expanded and nothing is fetched."""
    root = parse_xml(octets, _BOUNDS, _unreadable)
    if root.tag != _ROOT:
        raise UnreadableSuiteError("The XML document is no SecuritySuitabilityPolicy of RFC 5698.")
    algorithms = _children(root, "Algorithm", MAX_ALGORITHMS)
    if not algorithms:
        raise UnreadableSuiteError("The table lists no algorithm.")
    following = root.findtext(f"{{{DSSC}}}NextUpdate")
    return SuitabilityPolicy(
        name=_text(_child(root, "PolicyName"), "Name"),
        publisher=_text(_child(root, "Publisher"), "Name"),
        issued=moment(_text(root, "PolicyIssueDate"), "PolicyIssueDate"),
        next_update=None if following is None else moment(following, "NextUpdate"),
        usage=(root.findtext(f"{{{DSSC}}}Usage") or "").strip(),
        algorithms=tuple(_algorithm(item) for item in algorithms),
        signed=root.find(_SIGNATURE) is not None,
    )


def _unreadable(rule: str) -> UnreadableSuiteError:
    return UnreadableSuiteError(f"The table cannot be read: {rule}.")


def _algorithm(element: etree._Element) -> ListedAlgorithm:
    identifier = _child(element, "AlgorithmIdentifier")
    evaluations = _children(element, "Evaluation", MAX_EVALUATIONS)
    if not evaluations:
        raise UnreadableSuiteError("An algorithm has no evaluation.")
    information = element.find(f"{{{DSSC}}}Information")
    return ListedAlgorithm(
        name=_text(identifier, "Name"),
        oids=_texts(identifier, "ObjectIdentifier"),
        uris=_texts(identifier, "URI"),
        evaluations=tuple(_evaluation(item) for item in evaluations),
        remarks=() if information is None else _texts(information, "Text"),
    )


def _evaluation(element: etree._Element) -> Evaluation:
    validity = _child(element, "Validity")
    minimum, parameter = least_size(_parameter(item) for item in _children(element, "Parameter", MAX_EVALUATIONS))
    recommendation = element.findtext(f"{{{DETAILS}}}MoreDetails/{{{DETAILS}}}Recommendation")
    if recommendation not in (None, "L", "R"):
        raise UnreadableSuiteError("A recommendation is neither L nor R.")
    line = element.find(f"{{{DETAILS}}}MoreDetails/{{{OWN}}}Line")
    return Evaluation(
        minimum=minimum,
        parameter=parameter,
        start=day(validity.findtext(f"{{{DSSC}}}Start")),
        end=day(validity.findtext(f"{{{DSSC}}}End")),
        legacy=None if recommendation is None else recommendation == "L",
        own=None if line is None else {str(name): str(value) for name, value in line.attrib.items()},
    )


def _parameter(element: etree._Element) -> tuple[str, object, bool]:
    least = element.findtext(f"{{{DSSC}}}Min")
    bounded = element.find(f"{{{DSSC}}}Max") is not None
    value = int(least) if least is not None and least.strip().isdecimal() and len(least) < 12 else least
    return element.get("name", ""), value, bounded


def _children(element: etree._Element, name: str, most: int) -> list[etree._Element]:
    found: list[etree._Element] = element.findall(f"{{{DSSC}}}{name}")
    if len(found) > most:
        raise UnreadableSuiteError(f"There are more than {most} elements {name}.")
    return found


def _child(element: etree._Element, name: str) -> etree._Element:
    found = element.find(f"{{{DSSC}}}{name}")
    if found is None:
        raise UnreadableSuiteError(f"The element {name} is missing.")
    return found


def _text(element: etree._Element, name: str) -> str:
    found = (_child(element, name).text or "").strip()
    if not found:
        raise UnreadableSuiteError(f"The element {name} is empty.")
    return found


def _texts(element: etree._Element, name: str) -> tuple[str, ...]:
    found = ((item.text or "").strip() for item in _children(element, name, MAX_IDENTIFIERS))
    return tuple(text for text in found if text)


def write_xml(suite: SuitabilityPolicy) -> bytes:
    """The XML document, UTF-8, indented by two, always the same octets for the same table."""
    root = etree.Element(_ROOT, {"version": "1", "lang": _LANG}, {None: DSSC, "det": DETAILS, "ts": OWN})
    for outer, name in (("PolicyName", suite.name), ("Publisher", suite.publisher)):
        _add(etree.SubElement(root, f"{{{DSSC}}}{outer}"), "Name", name)
    _add(root, "PolicyIssueDate", suite.issued.isoformat())
    if suite.next_update is not None:
        _add(root, "NextUpdate", suite.next_update.isoformat())
    if suite.usage:
        _add(root, "Usage", suite.usage)
    for item in suite.algorithms:
        _write_algorithm(root, item)
    etree.indent(root, "  ")
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return document + b"\n"


def _add(parent: etree._Element, name: str, text: str, namespace: str = DSSC) -> None:
    etree.SubElement(parent, f"{{{namespace}}}{name}").text = text


def _write_algorithm(root: etree._Element, item: ListedAlgorithm) -> None:
    element = etree.SubElement(root, f"{{{DSSC}}}Algorithm")
    identifier = etree.SubElement(element, f"{{{DSSC}}}AlgorithmIdentifier")
    _add(identifier, "Name", item.name)
    for oid in item.oids:
        _add(identifier, "ObjectIdentifier", oid)
    for uri in item.uris:
        _add(identifier, "URI", uri)
    for entry in item.evaluations:
        _write_evaluation(element, entry)
    if item.remarks:
        information = etree.SubElement(element, f"{{{DSSC}}}Information")
        for remark in item.remarks:
            _add(information, "Text", remark)


def _write_evaluation(algorithm: etree._Element, entry: Evaluation) -> None:
    element = etree.SubElement(algorithm, f"{{{DSSC}}}Evaluation")
    if entry.minimum is not None:
        parameter = etree.SubElement(element, f"{{{DSSC}}}Parameter", {"name": entry.parameter})
        _add(parameter, "Min", str(entry.minimum))
    validity = etree.SubElement(element, f"{{{DSSC}}}Validity")
    for name, bound in (("Start", entry.start), ("End", entry.end)):
        if bound is not None:
            _add(validity, name, bound.isoformat())
    if entry.legacy is None and not entry.own:
        return
    details = etree.SubElement(element, f"{{{DETAILS}}}MoreDetails")
    if entry.legacy is not None:
        _add(details, "Recommendation", "L" if entry.legacy else "R", DETAILS)
    if entry.own:
        own: Mapping[str, str] = entry.own
        etree.SubElement(details, f"{{{OWN}}}Line", dict(own))
