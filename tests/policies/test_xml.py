"""The one reader of XML from strangers: what it refuses at each bound, what it drops, and that it follows nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.xml import XmlBounds, parse_xml

BOUNDS = XmlBounds(octets=4_000, elements=20, depth=5, names=4)
UNNAMED = XmlBounds(octets=4_000)


class RefusedError(Exception):
    """What this reader was told to raise."""


def refusal(octets: bytes, bounds: XmlBounds = BOUNDS) -> str | None:
    """Why the document is refused; None when it is read."""
    try:
        parse_xml(octets, bounds, RefusedError)
    except RefusedError as error:
        return str(error)
    return None


def nested(depth: int) -> bytes:
    return b"<a>" * depth + b"</a>" * depth


def attributes(count: int) -> bytes:
    return b"<a " + b" ".join(b'n%d="v"' % number for number in range(count)) + b"/>"


def namespaces(count: int) -> bytes:
    """Half of them on the root, half on a child, where all are in scope."""
    names = [b'xmlns:n%d="urn:%d"' % (number, number) for number in range(count)]
    return b"<a " + b" ".join(names[::2]) + b"><b " + b" ".join(names[1::2]) + b"/></a>"


@pytest.mark.parametrize(
    ("within", "beyond", "why"),
    [
        (b"<a/>".ljust(4_000), b"<a/>".ljust(4_001), "larger than this software reads"),
        (nested(5), nested(6), "nested too deeply"),
        (b"<a>" + b"<b/>" * 19 + b"</a>", b"<a>" + b"<b/>" * 20 + b"</a>", "too many elements"),
        (attributes(4), attributes(5), "too many attributes or namespaces"),
        (namespaces(4), namespaces(5), "too many attributes or namespaces"),
        (b"<a>&amp;</a>", b"<a>&other;</a>", "not well-formed XML"),
        (b"<a/>", b"", "not well-formed XML"),
        (b"<a/>", b"<!DOCTYPE a><a/>", "a document type declaration"),
    ],
)
def test_each_bound_is_inclusive_and_named(within: bytes, beyond: bytes, why: str) -> None:
    assert refusal(within) is None
    assert refusal(beyond) == why


def test_names_are_not_counted_where_nothing_compares_them() -> None:
    assert refusal(attributes(100), UNNAMED) is None
    assert refusal(namespaces(100), UNNAMED) is None


def test_namespaces_of_neighbours_do_not_add_up() -> None:
    assert refusal(b"<a>" + b'<b xmlns:n="urn:n" xmlns:m="urn:m"/>' * 10 + b"</a>") is None


def test_nothing_outside_is_opened_and_nothing_is_expanded(tmp_path: Path) -> None:
    """Whoever opened the file would say "not well-formed": it is no part of a document type."""
    outside = tmp_path / "outside"
    outside.write_text("<!ENTITY", encoding="ascii")
    address = outside.as_uri()
    for declared in (
        f'SYSTEM "{address}"',
        'SYSTEM "http://127.0.0.1:1/a.dtd"',
        f'[<!ENTITY x SYSTEM "{address}">]',
        f'[<!ENTITY % x SYSTEM "{address}">%x;]',
        '[<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]',
    ):
        octets = f"<!DOCTYPE a {declared}><a>{'&y;' if '!ENTITY y' in declared else ''}</a>".encode()
        assert refusal(octets) == "a document type declaration"


def test_no_comment_cuts_a_text_in_two_and_no_instruction_unless_kept() -> None:
    octets = b"<a>20<!-- -->4<?cut?>8</a>"
    assert parse_xml(octets, BOUNDS, RefusedError).text == "2048"
    kept = parse_xml(octets, BOUNDS, RefusedError, keep_instructions=True)
    assert (kept.text, [item.tail for item in kept]) == ("204", ["8"])


@given(st.binary(max_size=300), st.integers(0, 60), st.integers(0, 60))
def test_no_octets_raise_anything_else(noise: bytes, start: int, length: int) -> None:
    whole = b'<?xml version="1.0"?><a xmlns="urn:a" b="c"><d>text</d></a>'
    damaged = whole[:start] + noise + whole[start + length :]
    assert refusal(damaged) in (
        None,
        "not well-formed XML",
        "a document type declaration",
        "nested too deeply",
        "too many elements",
        "too many attributes or namespaces",
    )
