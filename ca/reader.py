"""Reads the little DER that this room takes from strangers: certification requests and OCSP requests.

Strict and bounded: definite minimal lengths, low tag numbers, no trailing octets (X.690 clauses 8 and 10). Anything
else is a `ReadError`. What this room writes is made with `ops.platform.der`.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple


class ReadError(ValueError):
    """The octets are not the DER that was expected."""


class Node(NamedTuple):
    """One element: identifier octet, contents octets, and the whole encoding."""

    tag: int
    contents: bytes
    whole: bytes


def _header(data: bytes, start: int) -> tuple[int, int, int]:
    if start + 2 > len(data):
        raise ReadError("the encoding is cut off")
    tag, length, value = data[start], data[start + 1], start + 2
    if tag & 0x1F == 0x1F:
        raise ReadError("a high tag number stands where none may be")
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or value + count > len(data):
            raise ReadError("a length is indefinite or too long")
        length = int.from_bytes(data[value : value + count], "big")
        value += count
        if length < 0x80 or length >> (8 * (count - 1)) == 0:
            raise ReadError("a length is not minimal")
    if value + length > len(data):
        raise ReadError("the encoding is cut off")
    return tag, value, value + length


def items(data: bytes, limit: int = 10_000) -> Iterator[Node]:
    """The elements that fill `data`, in order; ReadError past `limit`."""
    position = 0
    while position < len(data):
        if limit == 0:
            raise ReadError("there are too many elements")
        limit -= 1
        tag, value, end = _header(data, position)
        yield Node(tag, data[value:end], data[position:end])
        position = end


def one(data: bytes, tag: int) -> Node:
    """The single element that fills `data` and has this identifier octet."""
    found = tuple(items(data, 1))
    if len(found) != 1 or found[0].tag != tag:
        raise ReadError("the element is not of the expected kind")
    return found[0]


def children(node: Node, *, minimum: int = 0, limit: int = 10_000) -> tuple[Node, ...]:
    """The elements inside a constructed element."""
    found = tuple(items(node.contents, limit))
    if len(found) < minimum:
        raise ReadError("an element is missing")
    return found


def expect(node: Node, tag: int) -> Node:
    """The node itself when it has this identifier octet."""
    if node.tag != tag:
        raise ReadError("the element is not of the expected kind")
    return node


def integer(node: Node) -> int:
    """The value of an INTEGER, any sign, minimally encoded."""
    octets = expect(node, 0x02).contents
    if not octets or (len(octets) > 1 and octets[0] in (0x00, 0xFF) and (octets[0] ^ octets[1]) < 0x80):
        raise ReadError("an integer is not minimal")
    return int.from_bytes(octets, "big", signed=True)


def oid_text(node: Node) -> str:
    """Dotted form of an OBJECT IDENTIFIER."""
    return _dotted(expect(node, 0x06).contents)


@lru_cache(maxsize=512)
def _dotted(octets: bytes) -> str:
    if not octets or octets[-1] & 0x80 or len(octets) > 64:
        raise ReadError("an object identifier is damaged")
    arcs, value, fresh = [], 0, True
    for octet in octets:
        if fresh and octet == 0x80:
            raise ReadError("an object identifier is not minimal")
        value = value << 7 | octet & 0x7F
        fresh = not octet & 0x80
        if fresh:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
