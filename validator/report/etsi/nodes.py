"""Small makers of the elements that recur in the report; text of strangers is made harmless here and nowhere else."""

import base64
from datetime import datetime
from typing import Any

from lxml import etree

from validator.evidence import time_text
from validator.report.etsi.names import DS, NAMESPACE, OWN, POE_VALIDATION, SHA256, own
from validator.report.safe_text import shown

# lxml has no types; an element is whatever `etree.SubElement` made.
Element = Any


def add(
    parent: Element, name: str, text: str | None = None, /, *, space: str = NAMESPACE, **attributes: str
) -> Element:
    """A new last child of `parent` with text and attributes."""
    made = etree.SubElement(parent, f"{{{space}}}{name}", {key: shown(value) for key, value in attributes.items()})
    if text is not None:
        made.text = shown(text)
    return made


def add_time(parent: Element, name: str, at: datetime) -> Element:
    """An xs:dateTime in UTC."""
    return add(parent, name, time_text(at))


def is_hexadecimal(text: str) -> bool:
    """Whether a name is a digest; facts that another system recorded have names of their own."""
    return len(text) % 2 == 0 and bool(text) and all(item in "0123456789abcdef" for item in text.lower())


def add_representation(parent: Element, name: str) -> Element:
    """`ValidationObjectRepresentation` of an object named by its SHA-256, or by the name that a recording gave it."""
    made = add(parent, "ValidationObjectRepresentation")
    if is_hexadecimal(name):
        add_digest(made, name)
    else:
        add(made, "URI", own("object", name))
    return made


def add_digest(parent: Element, sha256: str, *, name: str | None = "DigestAlgAndValue", space: str = NAMESPACE) -> None:
    """`DigestAlgAndValueType` of XAdES with a SHA-256 (hexadecimal); without `name` the two members alone."""
    holder = parent if name is None else add(parent, name, space=space)
    add(holder, "DigestMethod", space=DS, Algorithm=SHA256)
    add(holder, "DigestValue", base64.b64encode(bytes.fromhex(sha256)).decode(), space=DS)


def add_base64(parent: Element, name: str, octets: bytes, *, space: str = NAMESPACE) -> None:
    """Octets as base64, however many."""
    made = etree.SubElement(parent, f"{{{space}}}{name}")
    made.text = base64.b64encode(octets).decode()


def refer(parent: Element, name: str, *identifiers: str) -> Element:
    """A `VOReferenceType` to validation objects by their ids."""
    return add(parent, name, VOReference=" ".join(identifiers))


def add_poe(parent: Element, name: str, at: datetime, proof: str | None) -> None:
    """A `POEType`: the time, that this validation found it, and the object that proves it."""
    made = add(parent, name)
    add_time(made, "POETime", at)
    add(made, "TypeOfProof", POE_VALIDATION)
    if proof is not None:
        refer(made, "POEObject", proof)


def add_typed(parent: Element, name: str, kind: str, text: str) -> None:
    """A `TypedDataType`: a URI that says what the text is, and the text."""
    made = add(parent, name)
    add(made, "Type", kind)
    add(made, "Value", text)


def add_own(parent: Element, name: str, text: str | None = None, /, **attributes: str | None) -> Element:
    """An element of our own namespace, for `OtherInformation`; attributes that are None are left out."""
    return add(parent, name, text, space=OWN, **{key: value for key, value in attributes.items() if value is not None})
