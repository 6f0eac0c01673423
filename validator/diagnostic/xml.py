"""Reads a diagnostic-data file into elements, by the hardened reader.

Elements are found by local name, because the vocabulary has had several namespaces and spellings; where a name changed,
every spelling is asked for.
"""

from collections.abc import Iterator
from datetime import datetime

from lxml.etree import _Element

from policies.times import utc_time
from policies.xml import XmlBounds, parse_xml

_BOUNDS = XmlBounds(octets=64 * 1024 * 1024)
ROOT = "DiagnosticData"


class DiagnosticError(Exception):
    """Why a file is not diagnostic data; `rule` is a short phrase for a reason's parameter."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class Node:
    """One element, read by local names. Text is stripped; empty text is None."""

    __slots__ = ("_element", "name")

    def __init__(self, element: _Element) -> None:
        self._element = element
        self.name = _local(element.tag)

    def attribute(self, *names: str) -> str | None:
        """The first attribute of these names that is there."""
        for name in names:
            value = self._element.get(name)
            if value is not None:
                return str(value).strip()
        return None

    def children(self, *names: str) -> Iterator["Node"]:
        """The child elements of these names, all when none is named, in document order."""
        for item in self._element:
            if isinstance(item.tag, str) and (not names or _local(item.tag) in names):
                yield Node(item)

    def child(self, *names: str) -> "Node | None":
        """The first child of one of these names."""
        return next(self.children(*names), None)

    def walk(self, *path: str) -> Iterator["Node"]:
        """All elements at the end of a path of local names."""
        if not path:
            yield self
            return
        for item in self.children(path[0]):
            yield from item.walk(*path[1:])

    @property
    def value(self) -> str | None:
        """The element's own text."""
        text = (self._element.text or "").strip()
        return text or None

    def text(self, *names: str) -> str | None:
        """The text of the first child of one of these names."""
        return next((item.value for item in self.children(*names) if item.value is not None), None)

    def texts(self, *names: str) -> tuple[str, ...]:
        """The texts of all children of these names."""
        return tuple(item.value for item in self.children(*names) if item.value is not None)

    def flag(self, *names: str) -> bool | None:
        """The truth value of a child, or of an attribute of that name; None when neither is there."""
        found = self.text(*names) or self.attribute(*names)
        return None if found is None else found.lower() in ("true", "1")

    def time(self, *names: str) -> datetime | None:
        """The time in a child, aware UTC. Raises DiagnosticError when it cannot be read."""
        found = self.text(*names)
        return None if found is None else time_of(found)

    def number(self, *names: str) -> int | None:
        """The whole number in a child. Raises DiagnosticError when it is none."""
        found = self.text(*names)
        return None if found is None else whole_number(found)


def time_of(text: str) -> datetime:
    """An xs:dateTime; without a zone it is UTC, as the vocabulary prescribes. Raises DiagnosticError."""
    try:
        return utc_time(text)
    except ValueError:
        raise DiagnosticError("a time that is none") from None


def whole_number(text: str) -> int:
    """A decimal number of at most 100 digits. Raises DiagnosticError."""
    if len(text) > 100 or not text.removeprefix("-").isdecimal():
        raise DiagnosticError("a number that is none")
    return int(text)


def read(octets: bytes) -> Node:
    """The root element. Raises DiagnosticError for anything that is not diagnostic data within the bounds."""
    root = parse_xml(octets, _BOUNDS, DiagnosticError)
    if _local(root.tag) != ROOT:
        raise DiagnosticError(f"the root element is not {ROOT}")
    return Node(root)


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
