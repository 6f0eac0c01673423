"""Reads DER tag-length-value elements without copying (X.690 clauses 8 and 10).

Only what certificates, CRLs and OCSP responses need: low tag numbers, definite minimal lengths. Everything else is a
`DerError` that names the broken rule, so that a caller can turn it into a reason. Offsets are octets from the start
of the buffer that was handed in.
"""

from dataclasses import dataclass

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
ENUMERATED, UTF8_STRING, SEQUENCE, SET = 0x0A, 0x0C, 0x30, 0x31
NUMERIC_STRING, PRINTABLE_STRING, TELETEX_STRING, IA5_STRING = 0x12, 0x13, 0x14, 0x16
UTC_TIME, GENERALIZED_TIME, VISIBLE_STRING, UNIVERSAL_STRING, BMP_STRING = 0x17, 0x18, 0x1A, 0x1C, 0x1E


class DerError(ValueError):
    """The octets are not DER. `rule` is a short stable word, `offset` where it happened."""

    def __init__(self, rule: str, offset: int) -> None:
        super().__init__(f"{rule} at octet {offset}")
        self.rule = rule
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Element:
    """One element: identifier octet, offset of its first octet, and the half-open range of its contents."""

    tag: int
    start: int
    value: int
    end: int

    def contents(self, data: bytes) -> bytes:
        """The contents octets."""
        return data[self.value : self.end]

    def whole(self, data: bytes) -> bytes:
        """The complete encoding: tag, length, contents."""
        return data[self.start : self.end]


def read(data: bytes, start: int, end: int) -> Element:
    """The element that begins at `start` and must end at or before `end`.

    Raises DerError: truncated, high-tag, indefinite-length, non-minimal-length, length-out-of-bounds.
    """
    if start + 2 > end:
        raise DerError("truncated", start)
    tag = data[start]
    if tag & 0x1F == 0x1F:
        raise DerError("high-tag", start)
    length = data[start + 1]
    value = start + 2
    if length >= 0x80:
        count = length & 0x7F
        if count == 0:
            raise DerError("indefinite-length", start)
        if count > 4 or value + count > end:
            raise DerError("length-out-of-bounds", start)
        length = int.from_bytes(data[value : value + count], "big")
        value += count
        if length < 0x80 or length >> (8 * (count - 1)) == 0:
            raise DerError("non-minimal-length", start)
    stop = value + length
    if stop > end:
        raise DerError("length-out-of-bounds", start)
    return Element(tag, start, value, stop)


def single(data: bytes, tag: int | None = None) -> Element:
    """The one element that fills the whole buffer; DerError trailing-data or unexpected-tag otherwise."""
    element = read(data, 0, len(data))
    if element.end != len(data):
        raise DerError("trailing-data", element.end)
    if tag is not None and element.tag != tag:
        raise DerError("unexpected-tag", 0)
    return element


def children(data: bytes, parent: Element, limit: int = 100_000) -> list[Element]:
    """The elements inside a constructed element, in order; DerError too-many beyond `limit`."""
    found: list[Element] = []
    position = parent.value
    while position < parent.end:
        element = read(data, position, parent.end)
        found.append(element)
        if len(found) > limit:
            raise DerError("too-many", position)
        position = element.end
    return found


def integer(data: bytes, element: Element, tag: int = INTEGER) -> int:
    """The value of an INTEGER (or of an implicitly tagged one); DerError on an empty or non-minimal encoding."""
    if element.tag != tag:
        raise DerError("unexpected-tag", element.start)
    octets = data[element.value : element.end]
    if not octets:
        raise DerError("empty-integer", element.start)
    if len(octets) > 1 and (octets[0] == 0 and octets[1] < 0x80 or octets[0] == 0xFF and octets[1] >= 0x80):
        raise DerError("non-minimal-integer", element.start)
    return int.from_bytes(octets, "big", signed=True)


def boolean(data: bytes, element: Element, tag: int = BOOLEAN) -> bool:
    """The value of a BOOLEAN; DER admits only 00 and FF (X.690 11.1)."""
    if element.tag != tag:
        raise DerError("unexpected-tag", element.start)
    octets = data[element.value : element.end]
    if octets not in (b"\x00", b"\xff"):
        raise DerError("bad-boolean", element.start)
    return octets == b"\xff"


_oids: dict[bytes, str] = {}


def oid_text(octets: bytes, offset: int = 0) -> str:
    """Dotted form of the contents octets of an OBJECT IDENTIFIER; DerError bad-oid."""
    known = _oids.get(octets)
    if known is not None:
        return known
    if not octets or octets[-1] & 0x80 or len(octets) > 64:
        raise DerError("bad-oid", offset)
    arcs: list[int] = []
    value, fresh = 0, True
    for octet in octets:
        if fresh and octet == 0x80:
            raise DerError("bad-oid", offset)
        value = value << 7 | octet & 0x7F
        fresh = not octet & 0x80
        if fresh:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    text = ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))
    if len(_oids) < 4096:
        _oids[octets] = text
    return text


def oid(data: bytes, element: Element, tag: int = OID) -> str:
    """Dotted form of an OBJECT IDENTIFIER element."""
    if element.tag != tag:
        raise DerError("unexpected-tag", element.start)
    return oid_text(data[element.value : element.end], element.start)
