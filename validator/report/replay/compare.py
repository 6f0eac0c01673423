"""Compares what a report states with what comes out now, field by field."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from validator.report.safe_text import shown

MAX_DIFFERENCES = 200
# Which words and forms a report was made with says nothing about the verdict; it is told apart.
MAKER = "maker"
_ABSENT = "(absent)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field: its path, what the report states, what was found now."""

    field: str
    stated: str
    found: str


def json_differences(stated: Any, found: Any, path: str = "") -> Iterator[Difference]:
    """Every leaf of two JSON values that differs."""
    if isinstance(stated, dict) and isinstance(found, dict):
        for name in [*stated, *(name for name in found if name not in stated)]:
            if name != MAKER:
                inner = f"{path}.{name}" if path else str(name)
                yield from json_differences(stated.get(name, _ABSENT), found.get(name, _ABSENT), inner)
    elif isinstance(stated, list) and isinstance(found, list):
        for at in range(max(len(stated), len(found))):
            one = stated[at] if at < len(stated) else _ABSENT
            other = found[at] if at < len(found) else _ABSENT
            yield from json_differences(one, other, f"{path}[{at}]")
    elif stated != found or type(stated) is not type(found):
        yield Difference(field=path, stated=_word(stated), found=_word(found))


def xml_differences(stated: bytes, found: bytes) -> Iterator[Difference]:
    """Every element of two well-formed documents that differs in name, attributes, text or children."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    return _elements(etree.fromstring(stated, parser), etree.fromstring(found, parser), "")


def _elements(stated: Any, found: Any, path: str) -> Iterator[Difference]:
    name = etree.QName(stated).localname if isinstance(stated.tag, str) else "(comment)"
    here = f"{path}/{name}"
    if stated.tag != found.tag:
        yield Difference(field=here, stated=str(stated.tag), found=str(found.tag))
        return
    for key in sorted({*stated.attrib, *found.attrib} - {MAKER}):
        if stated.get(key) != found.get(key):
            yield Difference(field=f"{here}/@{key}", stated=_word(stated.get(key)), found=_word(found.get(key)))
    for one, other in ((stated.text, found.text), (stated.tail, found.tail)):
        if (one or "").strip() != (other or "").strip():
            yield Difference(field=here, stated=_word(one), found=_word(other))
    if len(stated) != len(found):
        yield Difference(field=f"{here}/*", stated=str(len(stated)), found=str(len(found)))
    for at, (one, other) in enumerate(zip(stated, found, strict=False), 1):
        yield from _elements(one, other, f"{here}[{at}]")


def _word(value: Any) -> str:
    return shown(_ABSENT if value is None else str(value), 300)
