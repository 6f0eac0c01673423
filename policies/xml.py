"""XML from strangers, hardened: no document type, no entities, no network; bounded in every dimension.

A single text is bounded by libxml2, which without `huge_tree` reads none of more than ten million octets.
"""

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element as Element


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlBounds:
    """How much one kind of document may have: octets, elements, levels of nesting, and `names`: attributes of one
    element, and likewise namespaces in scope; None where nothing compares them with one another."""

    octets: int
    elements: int = 1_000_000
    depth: int = 60
    names: int | None = None


def parse_xml(
    octets: bytes, bounds: XmlBounds, refuse: Callable[[str], Exception], *, keep_instructions: bool = False
) -> Element:
    """The root element, without comments, and without processing instructions unless they are to be kept. Raises what
    `refuse` makes of a short phrase, for anything that is not XML within the bounds."""
    if len(octets) > bounds.octets:
        raise refuse("larger than this software reads")
    try:
        root = etree.fromstring(octets, _parser(keep_instructions))
    except (etree.XMLSyntaxError, ValueError):
        raise refuse("not well-formed XML") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise refuse("a document type declaration")
    excess = _excess(root, bounds)
    if excess is not None:
        raise refuse(excess)
    return root


def _parser(keep_instructions: bool) -> etree.XMLParser:
    # Comments go: no signature covers them, so they must not be able to cut a text in two. Instructions do that too,
    # but canonicalisation covers them (Canonical XML 1.0, 1.1): who verifies a signature has to keep them.
    # `collect_ids` stays on: without it libxml2 opens the files that a document type names before it can be refused.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=not keep_instructions,
    )


def _excess(root: Element, bounds: XmlBounds) -> str | None:
    depth, count, namespaces = 0, 0, 0
    for event, item in etree.iterwalk(root, events=("start", "end", "start-ns", "end-ns")):
        namespaces += {"start-ns": 1, "end-ns": -1}.get(event, 0)
        depth += {"start": 1, "end": -1}.get(event, 0)
        count += event == "start"
        if depth > bounds.depth:
            return "nested too deeply"
        if count > bounds.elements:
            return "too many elements"
        if bounds.names is not None and max(namespaces, len(item.attrib) if event == "start" else 0) > bounds.names:
            return "too many attributes or namespaces"
    return None
