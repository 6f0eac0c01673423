"""The fields of a certificate as they lie in its DER (RFC 5280 4.1), names and extensions not yet read.

Two readers say the same: `read_frame` reads element by element and names what is wrong; `usual_frame` walks once over
the shape that nearly all certificates have and knows nothing of any other.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from validator.asn1 import compiled, der
from validator.asn1.der import Element


class Frame(NamedTuple):
    """The fields. `tbs_at` and `extensions_at` are ranges in the certificate, algorithms, names and `spki` complete
    encodings, `serial_octets` contents octets; `signature` and the rest as in `Certificate`."""

    tbs_at: Element
    version: int
    serial_octets: bytes
    inner_algorithm: bytes
    outer_algorithm: bytes
    not_before: datetime
    not_after: datetime
    spki: bytes
    signature: bytes
    unique_identifiers: bool
    extensions_at: Element | None
    issuer: bytes
    subject: bytes


_new = tuple.__new__
# A SEQUENCE with two octets of length; version 3 and the tag of the serial number; the tags and lengths of UTCTimes.
_LONG_SEQUENCE = b"\x30\x82"
_VERSION_3 = b"\xa0\x03\x02\x01\x02\x02"
_UTC_TIMES = b"\x30\x1e\x17\x0d"


def usual_frame(data: bytes) -> Frame | None:
    """The frame of a version 3 certificate in UTCTime with extensions and no unique identifiers, None for any other
    and for everything that is not DER."""
    parts = walk(data)
    if parts is None:
        return None
    inner, issuer, validity, subject, spki, holder, extensions, content, tbs_end, signature, value = parts
    try:
        not_before = der.time_of(data[validity + 2 : validity + 17])
        not_after = der.time_of(data[validity + 17 : validity + 32])
    except der.DerError:
        return None
    inner_algorithm, outer_algorithm = data[inner:issuer], data[tbs_end:signature]
    return _new(
        Frame,
        (
            _new(Element, (der.SEQUENCE, 4, 8, tbs_end)),
            3,
            data[15:inner],
            inner_algorithm,
            inner_algorithm if inner_algorithm == outer_algorithm else outer_algorithm,
            not_before,
            not_after,
            data[spki:holder],
            data[value + 1 :],
            False,
            _new(Element, (data[extensions], extensions, content, tbs_end)),
            data[issuer:validity],
            data[subject:spki],
        ),
    )


Parts = tuple[int, ...]
"""Where the parts of a usual certificate begin: inner algorithm, issuer, validity, subject, key, the tag around the
extensions, the extensions, their contents; the end of the signed octets, which is the outer algorithm; the signature,
its contents."""


def walk_parts(data: bytes) -> Parts | None:
    """The parts of a certificate of the usual shape, except that its times have not been read; None for any other."""
    size = len(data)
    if size < 0x104 or data[8:14] != _VERSION_3 or data[:2] != _LONG_SEQUENCE or data[4:6] != _LONG_SEQUENCE:
        return None
    if (data[2] << 8 | data[3]) + 4 != size or not 0 < data[14] < 0x80 or not data[6]:
        return None
    try:
        tbs_end = (data[6] << 8 | data[7]) + 8
        inner = 15 + data[14]
        issuer = _end(data, inner)
        validity = _end(data, issuer)
        subject = validity + 32
        spki = _end(data, subject)
        holder = _end(data, spki)
        extensions = _value(data, holder)
        signature = _end(data, tbs_end)
        value = _value(data, signature)
        # Every element begins where the one before it ends, so all are inside when the last one is.
        if (
            _end(data, holder) != tbs_end
            or _end(data, extensions) != tbs_end
            or _end(data, signature) != size
            or data[inner] != der.SEQUENCE
            or data[issuer] != der.SEQUENCE
            or data[validity : validity + 4] != _UTC_TIMES
            or data[validity + 17 : validity + 19] != _UTC_TIMES[2:]
            or data[subject] != der.SEQUENCE
            or data[spki] != der.SEQUENCE
            or data[holder] != 0xA3
            or data[extensions] & 0x1F == 0x1F
            or data[tbs_end] != der.SEQUENCE
            or data[signature] != der.BIT_STRING
            or data[value]
            or not _minimal(data[15:inner])
        ):
            return None
        content = _value(data, extensions)
    except (IndexError, der.DerError):
        return None
    return inner, issuer, validity, subject, spki, holder, extensions, content, tbs_end, signature, value


walk: Callable[[bytes], Parts | None] = compiled.certificate or walk_parts


def _value(data: bytes, at: int) -> int:
    """Where the contents of the element at `at` begin, whose length `_end` accepts."""
    length = data[at + 1]
    return at + 2 if length < 0x80 else at + 2 + (length & 0x7F)


def _end(data: bytes, at: int) -> int:
    """Where the element at `at` ends, in whatever it is contained. Raises DerError for lengths that are not DER or take
    more than two octets, IndexError behind the end of the data."""
    length = data[at + 1]
    if length < 0x80:
        return at + 2 + length
    if length == 0x82 and data[at + 2]:
        return at + 4 + (data[at + 2] << 8 | data[at + 3])
    if length == 0x81 and data[at + 2] >= 0x80:
        return at + 3 + data[at + 2]
    raise der.DerError("unusual-length", at)


def _minimal(octets: bytes) -> bool:
    # X.690 8.3.2: the first nine bits are neither all zero nor all one. There is at least one octet.
    first = octets[0]
    if 0x00 < first < 0xFF or len(octets) == 1:
        return True
    return octets[1] >= 0x80 if first == 0x00 else octets[1] < 0x80


def read_frame(data: bytes) -> Frame:
    """The frame of any certificate. Raises DerError."""
    outer = der.single(data, der.SEQUENCE)
    parts = der.children(data, outer, 3)
    if len(parts) != 3:
        raise der.DerError("missing-field", outer.start)
    tbs, algorithm, signature = parts
    fields = der.sequence(data, tbs, limit=10)
    version, fields = _version(data, tbs, fields)
    if len(fields) < 6:
        raise der.DerError("missing-field", tbs.start)
    serial, inner, issuer, validity, subject, spki = fields[:6]
    unique, extensions = _optional_fields(data, fields[6:])
    times = der.sequence(data, validity, limit=2)
    if len(times) != 2:
        raise der.DerError("missing-field", validity.start)
    if spki.tag != der.SEQUENCE or inner.tag != der.SEQUENCE or algorithm.tag != der.SEQUENCE:
        raise der.DerError("unexpected-tag", tbs.start)
    der.integer(data, serial)
    return Frame(
        tbs_at=tbs,
        version=version,
        serial_octets=serial.contents(data),
        inner_algorithm=inner.whole(data),
        outer_algorithm=algorithm.whole(data),
        issuer=issuer.whole(data),
        not_before=der.time(data, times[0]),
        not_after=der.time(data, times[1]),
        subject=subject.whole(data),
        spki=spki.whole(data),
        signature=_signature_octets(data, signature),
        unique_identifiers=unique,
        extensions_at=extensions,
    )


def _signature_octets(data: bytes, element: Element) -> bytes:
    # No algorithm has a signature of broken octets or of none: such a value is a signature that does not verify.
    try:
        unused, octets = der.bit_string(data, element)
    except der.DerError as error:
        if error.rule == "unexpected-tag":
            raise
        return b""
    return b"" if unused else octets


def _version(data: bytes, tbs: Element, fields: list[Element]) -> tuple[int, list[Element]]:
    if not fields:
        raise der.DerError("missing-field", tbs.start)
    if fields[0].tag != 0xA0:
        return 1, fields
    number = der.integer(data, der.explicit(data, fields[0]))
    if number not in (1, 2):
        # v1 is the DEFAULT and is not encoded (X.690 11.5); above v3 there is nothing.
        raise der.DerError("bad-version", fields[0].start)
    return number + 1, fields[1:]


def _optional_fields(data: bytes, fields: list[Element]) -> tuple[bool, Element | None]:
    unique, extensions, last = False, None, 0x80
    for element in fields:
        number = element.tag & 0x1F
        if element.tag not in (0x81, 0x82, 0xA3) or number <= last & 0x1F:
            raise der.DerError("unexpected-field", element.start)
        last = element.tag
        if element.tag == 0xA3:
            extensions = der.explicit(data, element)
        else:
            der.bit_string(data, element, element.tag)
            unique = True
    return unique, extensions
