"""Writes DER (X.690 clauses 8, 10 and 11): what this project signs is built from these few functions.

Everything takes and gives complete encodings (tag, length, contents) as `bytes`, so a structure is a nesting of
calls and a fixed part can be encoded once and reused. Nothing here reads; `validator.asn1.der` is the strict reader.
"""

from datetime import UTC, datetime
from functools import cache

_SHORT = tuple(bytes((length,)) for length in range(0x80))


def tlv(tag: int, contents: bytes) -> bytes:
    """One element with the identifier octet `tag` (low tag numbers) and a definite, minimal length."""
    size = len(contents)
    if size < 0x80:
        return bytes((tag,)) + _SHORT[size] + contents
    count = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | count)) + size.to_bytes(count, "big") + contents


def sequence(*elements: bytes) -> bytes:
    """SEQUENCE or SEQUENCE OF, in the given order."""
    return tlv(0x30, b"".join(elements))


def set_of(*elements: bytes) -> bytes:
    """SET OF: elements sorted by their encodings (X.690 11.6). No encoding is a prefix of another, so that comparing
    octets needs no padding."""
    return tlv(0x31, b"".join(sorted(elements)))


def implicit_set_of(number: int, *elements: bytes) -> bytes:
    """`[number] IMPLICIT SET OF`, sorted as `set_of`."""
    return tlv(0xA0 | number, b"".join(sorted(elements)))


def explicit(number: int, element: bytes) -> bytes:
    """`[number] EXPLICIT`, and equally `[number] IMPLICIT SEQUENCE` when given the sequence's contents."""
    return tlv(0xA0 | number, element)


def implicit(number: int, contents: bytes) -> bytes:
    """`[number] IMPLICIT` over a primitive type, from its contents octets."""
    return tlv(0x80 | number, contents)


def boolean(value: bool) -> bytes:
    """BOOLEAN; TRUE is FF (X.690 11.1)."""
    return b"\x01\x01\xff" if value else b"\x01\x01\x00"


def integer_contents(value: int) -> bytes:
    """Contents octets of an INTEGER: two's complement, big endian, minimal (X.690 8.3)."""
    size = (value.bit_length() if value >= 0 else (value + 1).bit_length()) // 8 + 1
    return value.to_bytes(size, "big", signed=True)


def integer(value: int) -> bytes:
    """INTEGER of any size and sign."""
    return tlv(0x02, integer_contents(value))


def enumerated(value: int) -> bytes:
    """ENUMERATED."""
    return tlv(0x0A, integer_contents(value))


def bit_string(octets: bytes, unused: int = 0) -> bytes:
    """BIT STRING over whole octets, `unused` low bits of the last one not belonging to it."""
    if not 0 <= unused <= 7 or (unused and (not octets or octets[-1] & ((1 << unused) - 1))):
        raise ValueError("unused bits must be 0 to 7 and zero (X.690 11.2.1)")
    return tlv(0x03, bytes((unused,)) + octets)


def named_bits(*positions: int) -> bytes:
    """BIT STRING of a named bit list: trailing zero bits removed (X.690 11.2.2). Bit 0 is the most significant."""
    if not positions:
        return bit_string(b"")
    size = max(positions) // 8 + 1
    value = bytearray(size)
    for position in positions:
        value[position // 8] |= 0x80 >> (position % 8)
    return bit_string(bytes(value), 7 - max(positions) % 8)


def octet_string(octets: bytes) -> bytes:
    """OCTET STRING."""
    return tlv(0x04, octets)


def null() -> bytes:
    """NULL."""
    return b"\x05\x00"


def utf8_string(text: str) -> bytes:
    """UTF8String."""
    return tlv(0x0C, text.encode("utf-8"))


def printable_string(text: str) -> bytes:
    """PrintableString; ValueError for a character outside its alphabet (X.680 41.4)."""
    allowed = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")
    if not set(text) <= allowed:
        raise ValueError("a character is not allowed in a PrintableString")
    return tlv(0x13, text.encode("ascii"))


def ia5_string(text: str) -> bytes:
    """IA5String; UnicodeEncodeError outside ASCII."""
    return tlv(0x16, text.encode("ascii"))


@cache
def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER from its dotted form; ValueError when that is not one."""
    arcs = [int(arc) for arc in dotted.split(".") if arc.isascii() and arc.isdecimal()]
    if len(arcs) != dotted.count(".") + 1 or len(arcs) < 2 or arcs[0] > 2 or (arcs[0] < 2 and arcs[1] > 39):
        raise ValueError(f"{dotted!r} is not an object identifier")
    return tlv(0x06, b"".join(_base128(arc) for arc in (arcs[0] * 40 + arcs[1], *arcs[2:])))


def _base128(value: int) -> bytes:
    octets = [value & 0x7F]
    while value := value >> 7:
        octets.append(0x80 | value & 0x7F)
    return bytes(reversed(octets))


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an encoded time needs an aware time")
    return at.astimezone(UTC)


def generalized_time(at: datetime, *, fraction: bool = False) -> bytes:
    """GeneralizedTime in UTC. With `fraction` the microseconds follow, without trailing zeros (X.690 11.7); without it
    they are cut off (RFC 5280 4.1.2.5.2)."""
    moment = _utc(at)
    text = moment.strftime("%Y%m%d%H%M%S").rjust(14, "0")
    if fraction and moment.microsecond:
        text += f".{moment.microsecond:06d}".rstrip("0")
    return tlv(0x18, text.encode("ascii") + b"Z")


def time(at: datetime) -> bytes:
    """`Time` of X.509 and CMS: UTCTime from 1950 to 2049, else GeneralizedTime (RFC 5280 4.1.2.5, RFC 5652 11.3)."""
    moment = _utc(at)
    if 1950 <= moment.year <= 2049:
        return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode("ascii"))
    return generalized_time(moment)


def algorithm(dotted: str, parameters: bytes = b"") -> bytes:
    """AlgorithmIdentifier; `parameters` is the complete encoding, or empty when they are absent."""
    return sequence(oid(dotted), parameters)


def attribute(dotted: str, *values: bytes) -> bytes:
    """CMS or PKCS #10 `Attribute`: type and SET OF values (RFC 5652 5.3)."""
    return sequence(oid(dotted), set_of(*values))


def extension(dotted: str, value: bytes, *, critical: bool = False) -> bytes:
    """X.509 `Extension`; `value` is the DER that the extnValue OCTET STRING wraps. critical is DEFAULT FALSE."""
    return sequence(oid(dotted), boolean(True) if critical else b"", octet_string(value))
