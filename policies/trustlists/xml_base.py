"""XML as trust lists use it (TS 119 612), read by the hardened reader, and the values that stand in it."""

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime

from lxml.etree import _Element as Element

from policies.times import zoned_time
from policies.trustlists.errors import TrustListError
from policies.trustlists.model import Localised, Texts
from policies.xml import XmlBounds, parse_xml

TSL = "http://uri.etsi.org/02231/v2#"
TSLX = "http://uri.etsi.org/02231/v2/additionaltypes#"
SIE = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"
MRA = "http://ec.europa.eu/tools/lotl/mra/schema/v2#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
DS = "http://www.w3.org/2000/09/xmldsig#"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
NAMESPACES = {None: TSL, "tslx": TSLX, "sie": SIE, "mra": MRA, "xades": XADES, "ds": DS}

MAX_OCTETS = 32 * 1024 * 1024
# Canonicalisation compares the attributes of an element, and the namespaces in scope, with one another.
_BOUNDS = XmlBounds(octets=MAX_OCTETS, names=64)


def parse(octets: bytes) -> Element:
    """The root element, with what a signature over the list covers. Raises TrustListError for anything that is not XML
    within the bounds."""
    return parse_xml(octets, _BOUNDS, TrustListError, keep_instructions=True)


def children(element: Element, *names: str, namespace: str = TSL) -> Iterator[Element]:
    """The child elements of these local names, all of the namespace when none is named, in document order."""
    wanted = {f"{{{namespace}}}{name}" for name in names}
    for item in element:
        if isinstance(item.tag, str) and (
            item.tag in wanted or (not wanted and item.tag.startswith(f"{{{namespace}}}"))
        ):
            yield item


def child(element: Element | None, name: str, namespace: str = TSL) -> Element | None:
    """The first child of that name; None without one, or without an element."""
    return None if element is None else element.find(f"{{{namespace}}}{name}")


def walk(element: Element | None, *path: str, namespace: str = TSL) -> Iterator[Element]:
    """All elements at the end of a path of local names."""
    if element is not None:
        yield from element.iterfind("/".join(f"{{{namespace}}}{name}" for name in path))


def text(element: Element | None) -> str | None:
    """The element's own text without white space around it; None when there is none."""
    if element is None or element.text is None:
        return None
    return element.text.strip() or None


def child_text(element: Element | None, name: str, namespace: str = TSL) -> str | None:
    """The text of the first child of that name."""
    return text(child(element, name, namespace))


def required(element: Element, name: str) -> str:
    """The text of a child that must be there. Raises TrustListError."""
    found = child_text(element, name)
    if found is None:
        raise TrustListError(f"{name} is missing")
    return found


def localised(element: Element | None, name: str) -> Texts:
    """The texts of the children of that name with their languages."""
    if element is None:
        return ()
    found = ((item.get(LANGUAGE, ""), text(item)) for item in children(element, name))
    return tuple(Localised(language, value) for language, value in found if value is not None)


def time_of(value: str, name: str) -> datetime:
    """An xs:dateTime, aware UTC. Raises TrustListError, also for one without a zone."""
    try:
        return zoned_time(value)
    except ValueError:
        raise TrustListError(f"{name} is not a time in UTC") from None


def number_of(value: str, name: str) -> int:
    """A decimal number below 2^63. Raises TrustListError."""
    if len(value) > 18 or not (value.isascii() and value.isdecimal()):
        raise TrustListError(f"{name} is not a number")
    return int(value)


def octets_of(value: str | None, name: str) -> bytes:
    """Base64. Raises TrustListError."""
    try:
        return base64.b64decode("".join((value or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise TrustListError(f"{name} is not base64") from None


def identifier(value: str | None) -> str:
    """An object identifier written as dotted numbers or as `urn:oid:`; empty when there is none."""
    return (value or "").removeprefix("urn:oid:").strip()


def local(element: Element) -> str:
    """The local name."""
    return str(element.tag).rpartition("}")[2]
