"""The revoked certificates of one CRL, indexed once and looked up without parsing again (RFC 5280 5.1.2.6, 5.3).

The index is made on the first look-up: one pass over the entries' DER checks every entry and keeps eight octets for
each, sorted. Entries of the usual shape (serial number, UTCTime, at most a reason code) are recognised by one
pattern that fixes every length octet, so it accepts exactly the DER of that shape; everything else is read element
by element.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from validator.asn1 import der
from validator.path.extension_values import Extension
from validator.revocation.extensions import (
    CERTIFICATE_ISSUER,
    INVALIDITY_DATE,
    REASON_CODE,
    read_certificate_issuer,
    read_extensions,
)

CERTIFICATE_HOLD = 6
REMOVE_FROM_CRL = 8
MAX_ENTRIES = 8_000_000
MAX_SAME_SERIAL = 1_000
MAX_UNUSUAL_ENTRIES = 80_000
"""Entries of any other shape than the usual ones cost fifty times as much; no known list has many."""

_PROCESSED = frozenset({REASON_CODE, INVALIDITY_DATE, CERTIFICATE_ISSUER})


@dataclass(frozen=True, slots=True)
class CrlEntry:
    """One revoked certificate. `serial_octets` as encoded; `reason_code` the number of RFC 5280 5.3.1, None when
    absent; `certificate_issuer` the keys of the names of the entry's issuer, empty when the CRL's issuer issued the
    certificate (5.3.3)."""

    serial_octets: bytes
    revocation_time: datetime
    reason_code: int | None = None
    invalidity_date: datetime | None = None
    certificate_issuer: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryRules:
    """What the CRL around the entries allows them: version 1 has no extensions, only an indirect CRL has
    certificateIssuer, only a delta CRL has removeFromCRL."""

    version: int
    indirect: bool
    delta: bool


_DATE = (
    rb"(?:02(?:0[1-9]|1[0-9]|2[0-8])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01]))"
)
_CLOCK = rb"(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]Z"
_REVOKED = rb"\x17\x0d[0-9]{2}" + _DATE + _CLOCK
_REASON = rb"0\x0a\x06\x03U\x1d\x15\x04\x03\x0a\x01[\x00-\x06\x09\x0a]"
_INVALIDITY = rb"0\x18\x06\x03U\x1d\x18\x04\x11\x18\x0f(?:19|20)[0-9]{2}" + _DATE + _CLOCK
# Extensions of the usual entries with the length of their encoding.
_USUAL_EXTENSIONS = ((_REASON, 12), (_REASON + _INVALIDITY, 38), (_INVALIDITY + _REASON, 38), (_INVALIDITY, 26))
# Sizes of serial numbers in octets, the common ones first: alternatives are tried in their order.
_SERIAL_SIZES = (16, 15, 20, 19, 17, 18, 8, 7, 10, 9, 4, 3, 14, 13, 12, 11, 6, 5, 2, 1, 21)


def _usual_entry(extensions: tuple[tuple[bytes, int], ...]) -> bytes:
    shapes = []
    for size in _SERIAL_SIZES:
        serial = b"." if size == 1 else rb"(?:[\x01-\x7f\x80-\xfe].|\x00[\x80-\xff]|\xff[\x00-\x7f])"
        serial += b".{%d}" % (size - 2) if size > 2 else b""
        head = rb"\x02" + re.escape(bytes((size,))) + serial + _REVOKED
        shapes.append(re.escape(bytes((17 + size,))) + head)
        for pattern, length in extensions:
            wrapper = b"0" + re.escape(bytes((length,)))
            shapes.append(re.escape(bytes((19 + size + length,))) + head + wrapper + pattern)
    return b"0(?:" + b"|".join(shapes) + b")"


@cache
def _patterns(version: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    # One entry, and the longest run of entries; possessive, so that a broken entry costs no second look. Compiled on
    # first use, because that takes longer than reading a small list element by element.
    one = _usual_entry(_USUAL_EXTENSIONS if version == 2 else ())
    return re.compile(one, re.DOTALL), re.compile(b"(?:" + one + b")*+", re.DOTALL)


_SMALL = 32 * 1024
_PRIME = (1 << 61) - 1
_LOW = 0xFFFFFFFF
_SORT_AT_ONCE = 100_000


class EntryIndex:
    """The entries in `data[start:end]`. `seed` (7 octets of the CRL's hash) sets how serial numbers are spread, so
    that nobody can choose serial numbers that fall together."""

    __slots__ = ("_data", "_end", "_faults", "_issuers", "_keys", "_multiplier", "_rules", "_start", "_unknown")

    def __init__(self, data: bytes, start: int, end: int, rules: EntryRules, seed: bytes) -> None:
        self._data = data
        self._start = start
        self._end = end
        self._rules = rules
        self._multiplier = int.from_bytes(seed, "big") | 1
        self._keys: array[int] | None = None
        self._faults: set[str] = set()
        self._unknown: set[str] = set()
        self._issuers: list[tuple[int, tuple[bytes, ...]]] = []

    def faults(self) -> tuple[str, ...]:
        """What the entries have that RFC 5280 forbids, sorted. Raises DerError when they cannot be read."""
        self._index()
        return tuple(sorted(self._faults))

    def unknown_critical(self) -> tuple[str, ...]:
        """OIDs of critical entry extensions that are not known, sorted (5.3: such a CRL may not be used)."""
        self._index()
        return tuple(sorted(self._unknown))

    def __len__(self) -> int:
        return len(self._index())

    def find(self, serial_octets: bytes) -> tuple[CrlEntry, ...]:
        """The entries with this serial number (contents octets of the INTEGER), in the order of the CRL; the first of
        them where there are more than any CRL has a reason for."""
        keys = self._index()
        wanted = self._spread(serial_octets) << 32
        found = []
        for at in range(bisect_left(keys, wanted), bisect_right(keys, wanted | _LOW)):
            position = self._start + (keys[at] & _LOW)
            entry = self._entry(der.read(self._data, position, self._end), set(), set())
            if entry.serial_octets == serial_octets:
                found.append(self._with_issuer(entry, position))
                if len(found) >= MAX_SAME_SERIAL:
                    break
        return tuple(found)

    def _spread(self, serial_octets: bytes) -> int:
        return int.from_bytes(serial_octets, "big") * self._multiplier % _PRIME & _LOW

    def _index(self) -> "array[int]":
        if self._keys is None:
            self._keys = self._build()
        return self._keys

    def _build(self) -> "array[int]":
        start, end = self._start, self._end
        keys = array("Q")
        small = end - start <= _SMALL
        position, unusual = start, 0
        while position < end:
            if not small:
                position = self._usual_entries(keys, position)
            if position < end:
                element = der.read(self._data, position, end)
                entry = self._entry(element, self._faults, self._unknown)
                if entry.certificate_issuer:
                    self._issuers.append((position, entry.certificate_issuer))
                keys.append(self._spread(entry.serial_octets) << 32 | position - start)
                position = element.end
                unusual += 1
            if len(keys) > MAX_ENTRIES or unusual > MAX_UNUSUAL_ENTRIES:
                raise der.DerError("too-many", position)
        if len(keys) == 0:
            self._faults.add("empty-revoked-certificates")
        return _sorted(keys)

    def _usual_entries(self, keys: "array[int]", position: int) -> int:
        """Index the run of usual entries that begins at `position`; where it ends."""
        data, start = self._data, self._start
        one, run = _patterns(self._rules.version)
        append, number, multiplier = keys.append, int.from_bytes, self._multiplier
        reached = _end_of(run.match(data, position, self._end), position)
        for match in one.finditer(data, position, reached):
            first = match.start()
            value = number(data[first + 4 : first + 4 + data[first + 3]], "big")
            append((value * multiplier % _PRIME & _LOW) << 32 | first - start)
        return reached

    def _entry(self, element: der.Element, faults: set[str], unknown: set[str]) -> CrlEntry:
        data = self._data
        parts = der.sequence(data, element, limit=3)
        if len(parts) < 2:
            raise der.DerError("missing-field", element.start)
        der.integer(data, parts[0])
        revoked = der.time(data, parts[1])
        serial = parts[0].contents(data)
        if len(parts) == 2:
            return CrlEntry(serial, revoked)
        if self._rules.version == 1:
            faults.add("version-1-with-extensions")
        extensions = read_extensions(data, parts[2], faults)
        unknown.update(oid for oid, found in extensions.items() if found.critical and oid not in _PROCESSED)
        return CrlEntry(
            serial,
            revoked,
            self._reason(extensions.get(REASON_CODE), faults),
            _invalidity_date(extensions.get(INVALIDITY_DATE), faults),
            self._issuer(extensions.get(CERTIFICATE_ISSUER), faults),
        )

    def _reason(self, extension: Extension | None, faults: set[str]) -> int | None:
        if extension is None:
            return None
        code = read_reason_code(extension.value)
        if extension.critical:
            faults.add("reason-code-critical")
        if code == REMOVE_FROM_CRL and not self._rules.delta:
            faults.add("remove-from-complete-crl")
        return code

    def _issuer(self, extension: Extension | None, faults: set[str]) -> tuple[bytes, ...]:
        if extension is None:
            return ()
        if not extension.critical:
            faults.add("certificate-issuer-not-critical")
        if not self._rules.indirect:
            faults.add("certificate-issuer-in-direct-crl")
        return read_certificate_issuer(extension.value)

    def _with_issuer(self, entry: CrlEntry, position: int) -> CrlEntry:
        # 5.3.3: without the extension the issuer is that of the preceding entry, at first the CRL's own.
        at = bisect_right(self._issuers, position, key=lambda item: item[0])
        if entry.certificate_issuer or at == 0:
            return entry
        return CrlEntry(
            entry.serial_octets,
            entry.revocation_time,
            entry.reason_code,
            entry.invalidity_date,
            self._issuers[at - 1][1],
        )


def _sorted(keys: "array[int]") -> "array[int]":
    if len(keys) < _SORT_AT_ONCE:
        return array("Q", sorted(keys))
    # Numbers outside an array weigh five times as much; a quarter of them at a time keeps the peak low.
    result = array("Q")
    for quarter in range(4):
        low, high = quarter << 62, quarter + 1 << 62
        result.extend(sorted([key for key in keys if low <= key < high]))
    return result


def _end_of(match: re.Match[bytes] | None, otherwise: int) -> int:
    return otherwise if match is None else match.end()


def read_reason_code(value: bytes) -> int:
    """CRLReason (RFC 5280 5.3.1): 0 to 10 without 7. Raises DerError bad-reason-code."""
    code = der.integer(value, der.single(value), der.ENUMERATED)
    if not 0 <= code <= 10 or code == 7:
        raise der.DerError("bad-reason-code", 0)
    return code


def _invalidity_date(extension: Extension | None, faults: set[str]) -> datetime | None:
    if extension is None:
        return None
    if extension.critical:
        faults.add("invalidity-date-critical")
    return der.time(extension.value, der.single(extension.value, der.GENERALIZED_TIME))
