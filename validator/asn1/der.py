"""Reads DER tag-length-value elements without copying (X.690 clauses 8 and 10).

Only what certificates, CRLs and OCSP responses need: low tag numbers, definite minimal lengths. Everything else is a
`DerError` that names the broken rule, so that a caller can turn it into a reason. Offsets are octets from the start
of the buffer that was handed in.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from validator.asn1 import compiled

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
ENUMERATED, UTF8_STRING, SEQUENCE, SET = 0x0A, 0x0C, 0x30, 0x31
NUMERIC_STRING, PRINTABLE_STRING, TELETEX_STRING, IA5_STRING = 0x12, 0x13, 0x14, 0x16
UTC_TIME, GENERALIZED_TIME, VISIBLE_STRING, UNIVERSAL_STRING, BMP_STRING = 0x17, 0x18, 0x1A, 0x1C, 0x1E

# RFC 5280 appendix B names no greatest size; twenty arcs below 2^28 have to be read, and take 79 octets.
MAX_OID = 256


class DerError(ValueError):
    """The octets are not DER. `rule` is a short stable word, `offset` where it happened."""

    def __init__(self, rule: str, offset: int) -> None:
        super().__init__(f"{rule} at octet {offset}")
        self.rule = rule
        self.offset = offset


class Element(NamedTuple):
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


# What Element(...) does, without the detour through keyword handling: elements are made by the hundred thousand.
_new = tuple.__new__
_members, _encodings = compiled.members, compiled.encodings


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
    return _new(Element, (tag, start, value, stop))


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
    if _members is not None and (found := _members(Element, data, parent[2], parent[3], limit)) is not None:
        return found
    return read_children(data, parent, limit)


def read_children(data: bytes, parent: Element, limit: int) -> list[Element]:
    """The same without the extension."""
    found: list[Element] = []
    position, end = parent.value, parent.end
    while position < end:
        # One-octet lengths written out: nine of ten elements have one, and certificates are read by the thousand.
        if position + 2 <= end and data[position] & 0x1F != 0x1F and (length := data[position + 1]) < 0x80:
            value = position + 2
            stop = value + length
            if stop > end:
                raise DerError("length-out-of-bounds", position)
            found.append(_new(Element, (data[position], position, value, stop)))
            position = stop
        else:
            element = read(data, position, end)
            found.append(element)
            position = element.end
        if len(found) > limit:
            raise DerError("too-many", position)
    return found


def encodings(data: bytes, sequence: Element, limit: int) -> list[bytes]:
    """The complete encodings of the members of a SEQUENCE, in order; DerError as for `children`, and unexpected-tag."""
    if sequence.tag != SEQUENCE:
        raise DerError("unexpected-tag", sequence.start)
    if _encodings is not None and (found := _encodings(data, sequence[2], sequence[3], limit)) is not None:
        return found
    return read_encodings(data, sequence, limit)


def read_encodings(data: bytes, sequence: Element, limit: int) -> list[bytes]:
    """The same without the extension and the look at the tag."""
    found: list[bytes] = []
    position, end = sequence.value, sequence.end
    while position < end:
        if position + 2 <= end and data[position] & 0x1F != 0x1F and (length := data[position + 1]) < 0x80:
            stop = position + 2 + length
            if stop > end:
                raise DerError("length-out-of-bounds", position)
        else:
            stop = read(data, position, end).end
        found.append(data[position:stop])
        position = stop
        if len(found) > limit:
            raise DerError("too-many", position)
    return found


def sequence(data: bytes, element: Element, tag: int = SEQUENCE, limit: int = 100_000) -> list[Element]:
    """The members of a SEQUENCE (or SET, or implicitly tagged one); DerError unexpected-tag."""
    if element.tag != tag:
        raise DerError("unexpected-tag", element.start)
    return children(data, element, limit)


def explicit(data: bytes, element: Element) -> Element:
    """The one element inside an EXPLICIT tag; DerError trailing-data or truncated."""
    inner = read(data, element.value, element.end)
    if inner.end != element.end:
        raise DerError("trailing-data", inner.end)
    return inner


def bit_string(data: bytes, element: Element, tag: int = BIT_STRING) -> tuple[int, bytes]:
    """(unused bits, octets) of a BIT STRING; DER wants the unused bits zero (X.690 11.2.1)."""
    if element.tag != tag:
        raise DerError("unexpected-tag", element.start)
    if element.value == element.end:
        raise DerError("empty-bit-string", element.start)
    unused, octets = data[element.value], data[element.value + 1 : element.end]
    if unused > 7 or (unused and not octets):
        raise DerError("bad-unused-bits", element.start)
    if unused and octets[-1] & ((1 << unused) - 1):
        raise DerError("unused-bits-set", element.start)
    return unused, octets


# Each octet with its bits in the other order.
_REVERSED = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(0x100))


def named_bits(data: bytes, element: Element, tag: int = BIT_STRING) -> int:
    """A named-bit-list as integer whose bit n is set when named bit n is; no trailing zero bit (X.690 11.2.2)."""
    unused, octets = bit_string(data, element, tag)
    if octets and not octets[-1] >> unused & 1:
        raise DerError("trailing-zero-bits", element.start)
    return int.from_bytes(octets.translate(_REVERSED), "little")


_times: dict[bytes, datetime] = {}
_MAX_TIMES = 4_096


def time(data: bytes, element: Element) -> datetime:
    """UTCTime or GeneralizedTime in the one form of RFC 5280 4.1.2.5: seconds, no fraction, Z. Aware UTC.

    Raises DerError bad-time. The rule of 2050 is the caller's.
    """
    octets = data[element.start : element.end]
    return _times.get(octets) or _read_time(octets, element.tag, data[element.value : element.end], element.start)


def time_of(encoded: bytes) -> datetime:
    """The same for the complete encoding of a time whose tag and one octet of length are known to fit."""
    return _times.get(encoded) or _read_time(encoded, encoded[0], encoded[2:], 0)


def _read_time(encoded: bytes, tag: int, text: bytes, offset: int) -> datetime:
    if tag == UTC_TIME and len(text) == 13:
        text = (b"19" if text >= b"50" else b"20") + text
    elif tag != GENERALIZED_TIME:
        raise DerError("bad-time" if tag == UTC_TIME else "unexpected-tag", offset)
    if len(text) != 15 or text[14:] != b"Z" or not text[:14].isdigit():
        raise DerError("bad-time", offset)
    number = int(text[:14])
    date, clock = divmod(number, 1_000_000)
    try:
        # The year 0000 is before whatever is asked about, as the year after it is, with which datetime begins.
        moment = datetime(
            max(date // 10_000, 1),
            date // 100 % 100,
            date % 100,
            clock // 10_000,
            clock // 100 % 100,
            clock % 100,
            0,
            UTC,
        )
    except ValueError:
        raise DerError("bad-time", offset) from None
    if len(_times) >= _MAX_TIMES:
        _times.clear()
    _times[encoded] = moment
    return moment


def integer(data: bytes, element: Element, tag: int = INTEGER) -> int:
    """The value of an INTEGER (or of an implicitly tagged one); DerError on an empty or non-minimal encoding."""
    if element.tag != tag:
        raise DerError("unexpected-tag", element.start)
    octets = data[element.value : element.end]
    if not octets:
        raise DerError("empty-integer", element.start)
    if len(octets) > 1 and ((octets[0] == 0 and octets[1] < 0x80) or (octets[0] == 0xFF and octets[1] >= 0x80)):
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
    if not octets or octets[-1] & 0x80 or len(octets) > MAX_OID:
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
