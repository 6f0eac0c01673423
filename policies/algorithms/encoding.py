"""The little DER that algorithm identifiers, keys and signature values need (X.690 clauses 8 and 10).

Strict: definite minimal lengths, low tag numbers, nothing left over. This room stands below every parser of the
project, so it reads its own few structures.
"""

INTEGER, BIT_STRING, OCTET_STRING, NULL, OBJECT_IDENTIFIER, SEQUENCE = 0x02, 0x03, 0x04, 0x05, 0x06, 0x30


class MalformedError(Exception):
    """The octets break their standard; the text names the rule."""


class UnsupportedError(Exception):
    """The octets are well formed but name something that no suite implements, or exceed a limit."""


class MismatchError(Exception):
    """The algorithm and the key are known and well formed, and such a key never makes such a signature."""


def elements(data: bytes) -> list[tuple[int, bytes]]:
    """The elements that fill `data` completely, as (identifier octet, contents octets). Raises MalformedError."""
    found: list[tuple[int, bytes]] = []
    position, end = 0, len(data)
    while position < end:
        tag, value, stop = _header(data, position)
        found.append((tag, data[value:stop]))
        position = stop
    return found


def _header(data: bytes, position: int) -> tuple[int, int, int]:
    if position + 2 > len(data):
        raise MalformedError("truncated element")
    tag, length, value = data[position], data[position + 1], position + 2
    if tag & 0x1F == 0x1F:
        raise MalformedError("high tag number")
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or value + count > len(data):
            raise MalformedError("length")
        length = int.from_bytes(data[value : value + count], "big")
        value += count
        if length < 0x80 or length >> 8 * (count - 1) == 0:
            raise MalformedError("length is not minimal")
    if value + length > len(data):
        raise MalformedError("element is longer than its container")
    return tag, value, value + length


def sequence(data: bytes) -> list[tuple[int, bytes]]:
    """The elements of the one SEQUENCE that fills `data`. Raises MalformedError."""
    return elements(only(data, SEQUENCE))


def only(data: bytes, tag: int) -> bytes:
    """The contents of the one element that fills `data` and must carry `tag`. Raises MalformedError."""
    found = elements(data)
    if len(found) != 1 or found[0][0] != tag:
        raise MalformedError("unexpected structure")
    return found[0][1]


def integer(contents: bytes) -> int:
    """The value of the contents octets of an INTEGER, signed. Raises MalformedError when they are not minimal."""
    if not contents:
        raise MalformedError("empty integer")
    if len(contents) > 1 and contents[0] in (0x00, 0xFF) and (contents[0] ^ contents[1]) < 0x80:
        raise MalformedError("integer is not minimal")
    return int.from_bytes(contents, "big", signed=True)


def positive(element: tuple[int, bytes]) -> int:
    """The value of an INTEGER element that must be greater than zero. Raises MalformedError."""
    if element[0] != INTEGER:
        raise MalformedError("an integer is missing")
    value = integer(element[1])
    if value <= 0:
        raise MalformedError("integer is not positive")
    return value


def object_identifier(contents: bytes) -> str:
    """Dotted form of the contents octets of an OBJECT IDENTIFIER (X.690 8.19). Raises MalformedError."""
    if not contents or contents[-1] & 0x80 or len(contents) > 64:
        raise MalformedError("object identifier")
    arcs: list[int] = []
    value, fresh = 0, True
    for octet in contents:
        if fresh and octet == 0x80:
            raise MalformedError("object identifier is not minimal")
        value = value << 7 | octet & 0x7F
        fresh = not octet & 0x80
        if fresh:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))


def encode(tag: int, contents: bytes) -> bytes:
    """One element: identifier, minimal length, contents."""
    length = len(contents)
    if length < 0x80:
        return bytes((tag, length)) + contents
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + contents


def encode_integer(value: int) -> bytes:
    """An INTEGER of a value that is not negative."""
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def encode_object_identifier(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER from its dotted form."""
    arcs = [int(arc) for arc in dotted.split(".")]
    contents = bytearray()
    for arc in (arcs[0] * 40 + arcs[1], *arcs[2:]):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        contents += bytes(reversed(groups))
    return encode(OBJECT_IDENTIFIER, bytes(contents))
