"""Turns BER into definite-length DER framing where it has to be, within bounds (X.690 clause 8).

CMS may come as BER (RFC 5652 clause 1). Only framing is changed: indefinite lengths become definite, strings in
pieces become one, lengths become minimal. What is already DER keeps its octets, so that certificates, CRLs and signed
attributes keep their digests. SET OF is not re-sorted here.
"""

from dataclasses import dataclass

from validator.asn1.der import DerError

MAX_DEPTH = 48
MAX_ELEMENTS = 2_000_000
_CONSTRUCTED = 0x20
_STRINGS = frozenset((0x03, 0x04, 0x0C, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1A, 0x1C, 0x1E))


@dataclass(slots=True)
class _Budget:
    left: int = MAX_ELEMENTS


def element_length(data: bytes, start: int = 0) -> int:
    """Octets that the first element at `start` occupies, its end-of-contents included. Raises DerError."""
    return _end(data, start, 0, _Budget()) - start


def to_der(data: bytes) -> bytes:
    """The first element of `data` with definite minimal lengths. Raises DerError (also for what is too deep or too
    much); octets after the element are not looked at."""
    octets, _ = _convert(data, 0, len(data), 0, _Budget())
    return octets


def header(tag: int, length: int) -> bytes:
    """Identifier octet and minimal definite length."""
    if length < 0x80:
        return bytes((tag, length))
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets


def wrap(tag: int, contents: bytes) -> bytes:
    """One DER element."""
    return header(tag, len(contents)) + contents


def _frame(data: bytes, start: int, limit: int, depth: int, budget: _Budget) -> tuple[int, int, int | None]:
    """(tag, offset of contents, end of contents or None when indefinite)."""
    budget.left -= 1
    if budget.left < 0:
        raise DerError("too-many", start)
    if depth > MAX_DEPTH:
        raise DerError("too-deep", start)
    if start + 2 > limit:
        raise DerError("truncated", start)
    tag, length, value = data[start], data[start + 1], start + 2
    if tag & 0x1F == 0x1F:
        raise DerError("high-tag", start)
    if length == 0x80:
        if not tag & _CONSTRUCTED:
            raise DerError("indefinite-primitive", start)
        return tag, value, None
    if length > 0x80:
        count = length & 0x7F
        if count > 8 or value + count > limit:
            raise DerError("length-out-of-bounds", start)
        length = int.from_bytes(data[value : value + count], "big")
        value += count
    if value + length > limit:
        raise DerError("length-out-of-bounds", start)
    return tag, value, value + length


def _end(data: bytes, start: int, depth: int, budget: _Budget) -> int:
    _, position, stop = _frame(data, start, len(data), depth, budget)
    if stop is not None:
        return stop
    while data[position : position + 2] != b"\x00\x00":
        position = _end(data, position, depth + 1, budget)
    return position + 2


def _convert(data: bytes, start: int, limit: int, depth: int, budget: _Budget) -> tuple[bytes, int]:
    tag, value, stop = _frame(data, start, limit, depth, budget)
    if not tag & _CONSTRUCTED:
        if stop is None:
            raise DerError("indefinite-primitive", start)
        return wrap(tag, data[value:stop]), stop
    parts, after = _parts(data, value, stop, limit, depth, budget)
    if tag & 0xC0 == 0 and tag & 0x1F in _STRINGS:
        return _join_string(tag & 0x1F, parts, start), after
    return wrap(tag, b"".join(parts)), after


def _parts(
    data: bytes, position: int, stop: int | None, limit: int, depth: int, budget: _Budget
) -> tuple[list[bytes], int]:
    parts: list[bytes] = []
    while True:
        if stop is None and data[position : position + 2] == b"\x00\x00":
            return parts, position + 2
        if stop is not None and position == stop:
            return parts, stop
        octets, position = _convert(data, position, limit if stop is None else stop, depth + 1, budget)
        parts.append(octets)


def _join_string(tag: int, parts: list[bytes], start: int) -> bytes:
    pieces: list[bytes] = []
    for part in parts:
        if part[0] != tag:
            raise DerError("string-piece", start)
        _, value, stop = _frame(part, 0, len(part), 0, _Budget(4))
        pieces.append(part[value:stop])
    if tag == 0x03:
        return wrap(tag, (pieces[-1][:1] if pieces else b"\x00") + b"".join(piece[1:] for piece in pieces))
    return wrap(tag, b"".join(pieces))
