"""Distinguished names: kept as DER, compared by normalised keys (RFC 5280 7.1, RFC 4518, RFC 4514 for display).

A `Name` is parsed once per encoding. Two names are the same when their `key` octets are equal: attribute types equal
and values equal after decoding, case folding, compatibility composition and white-space compression; values that are
not character strings compare as octets.
"""

import stringprep
import unicodedata
from dataclasses import dataclass
from itertools import chain, repeat
from typing import NamedTuple

from validator.asn1 import der
from validator.asn1.frozen import maker
from validator.asn1.memory import Generations

_DECODERS = {
    der.UTF8_STRING: "utf-8",
    der.PRINTABLE_STRING: "ascii",
    der.IA5_STRING: "ascii",
    der.NUMERIC_STRING: "ascii",
    der.VISIBLE_STRING: "ascii",
    der.TELETEX_STRING: "latin-1",
    der.BMP_STRING: "utf-16-be",
    der.UNIVERSAL_STRING: "utf-32-be",
}
_PRINTABLE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")
_ALPHABETS = {
    der.PRINTABLE_STRING: _PRINTABLE,
    der.NUMERIC_STRING: frozenset(b"0123456789 "),
    der.VISIBLE_STRING: frozenset(range(0x20, 0x7F)),
}
"""What the restricted character string types admit (X.680 41.3, 41.4; ISO/IEC 646 for VisibleString)."""
_ANY = frozenset(range(0x100))
EMAIL_ADDRESS = "1.2.840.113549.1.9.1"
_SHORT_NAMES = {
    "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "SERIALNUMBER", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
    "2.5.4.9": "STREET", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "T", "2.5.4.42": "GN",
    "2.5.4.46": "dnQualifier", "2.5.4.65": "pseudonym", "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID", EMAIL_ADDRESS: "E",
}  # fmt: skip
# What RFC 4519, X.520 and OpenSSL call the types besides, for names that a person wrote.
_OTHER_NAMES = {
    "COMMONNAME": "2.5.4.3", "SURNAME": "2.5.4.4", "COUNTRYNAME": "2.5.4.6", "LOCALITYNAME": "2.5.4.7",
    "STATEORPROVINCENAME": "2.5.4.8", "S": "2.5.4.8", "STREETADDRESS": "2.5.4.9", "ORGANIZATIONNAME": "2.5.4.10",
    "ORGANIZATIONALUNITNAME": "2.5.4.11", "TITLE": "2.5.4.12", "BUSINESSCATEGORY": "2.5.4.15",
    "POSTALCODE": "2.5.4.17", "GIVENNAME": "2.5.4.42", "INITIALS": "2.5.4.43", "GENERATIONQUALIFIER": "2.5.4.44",
    "DOMAINCOMPONENT": "0.9.2342.19200300.100.1.25", "USERID": "0.9.2342.19200300.100.1.1",
    "EMAIL": EMAIL_ADDRESS, "EMAILADDRESS": EMAIL_ADDRESS,
}  # fmt: skip
_OIDS = _OTHER_NAMES | {short.upper(): oid for oid, short in _SHORT_NAMES.items()}
MAX_NAME_OCTETS = 64 * 1024
"""The longest name that is read: twice ub-name of X.520, the largest upper bound of any attribute."""


class Attribute(NamedTuple):
    """One attribute of a name: type as dotted OID, tag of the value's encoding, text (None when it is no string),
    and the contents octets of the value."""

    type: str
    tag: int
    text: str | None
    octets: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A distinguished name. `der` is the encoding as found, `key` decides equality, `rdn_keys` one key per RDN in
    order. `rdns` holds the attributes. `faults` names what is not as X.690 or X.520 want it (short stable words);
    each is a leniency a jurisdiction may grant."""

    der: bytes
    key: bytes
    rdn_keys: tuple[bytes, ...]
    rdns: tuple[tuple[Attribute, ...], ...]
    faults: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Name) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def empty(self) -> bool:
        """True for the name without any RDN."""
        return not self.rdns

    def values(self, oid: str) -> tuple[Attribute, ...]:
        """The attributes of one type, in the order of the encoding."""
        return tuple(attribute for rdn in self.rdns for attribute in rdn if attribute.type == oid)

    def text(self) -> str:
        """RFC 4514 form, most specific RDN first, for people; never for comparison."""
        return ",".join("+".join(_attribute_text(item) for item in rdn) for rdn in reversed(self.rdns))

    def brief(self, limit: int = 200) -> str:
        """The beginning of `text`, at most `limit` characters, made without making all of it."""
        text = ""
        for rdn in reversed(self.rdns):
            for separator, item in zip(chain((",",), repeat("+")), rdn, strict=False):
                text += (separator if text else "") + _attribute_text(item, limit + 1)
                if len(text) > limit:
                    return text[: limit - 1] + "…"
        return text


_name = maker(Name)
_names: Generations[bytes, Name] = Generations(8 * 1024 * 1024)


class _Rdn(NamedTuple):
    """A relative name, read: its attributes, its comparison key, alone and as a part of a name's, what is not as X.690
    or X.520 want it."""

    attributes: tuple[Attribute, ...]
    key: bytes
    part: bytes
    faults: tuple[str, ...]


# The holders of one issuer's certificates share country and organisation, and often more.
_rdns: Generations[bytes, _Rdn] = Generations(8 * 1024 * 1024)
# What a value weighs besides its encoding, in octets.
_WEIGHT = 400


def parse_name(encoded: bytes) -> Name:
    """The name whose complete DER encoding is `encoded`. Raises DerError when it is not a Name.

    Names are kept by encoding, so the same issuer in a thousand certificates is normalised once.
    """
    known = _names.get(encoded)
    if known is None:
        known = _parse(encoded)
        _names.put(encoded, known, 4 * len(encoded) + _WEIGHT)
    return known


def parse_own_name(encoded: bytes) -> Name:
    """The same for a name that only its holder is likely to bear, and that is therefore not kept."""
    return _names.get(encoded) or _with_known_head(encoded) or _parse(encoded)


def _parse(encoded: bytes) -> Name:
    attributes: list[tuple[Attribute, ...]] = []
    keys: list[bytes] = []
    parts: list[bytes] = []
    faults: tuple[str, ...] = ()
    get = _rdns.get
    offset = 0
    if len(encoded) > MAX_NAME_OCTETS:
        raise der.DerError("too-large", 0)
    for octets in der.encodings(encoded, der.single(encoded, der.SEQUENCE), 1_000):
        rdn = get(octets) or _remembered_rdn(octets, encoded, offset)
        attributes.append(rdn[0])
        keys.append(rdn[1])
        parts.append(rdn[2])
        faults += rdn[3]
        offset += len(octets)
    name = _name(encoded, b"".join(parts), tuple(keys), tuple(attributes), tuple(sorted(set(faults))) if faults else ())
    if len(parts) > 1:
        _remember_head(name, octets)
    return name


class _Head(NamedTuple):
    """What the relative names at the beginning of a name contribute to it."""

    key: bytes
    rdn_keys: tuple[bytes, ...]
    rdns: tuple[tuple[Attribute, ...], ...]
    faults: tuple[str, ...]


# By the encodings of all relative names but the last: the holders of one issuer often differ in the last one only.
_heads: Generations[bytes, _Head] = Generations(8 * 1024 * 1024)


def _remember_head(name: Name, last: bytes) -> None:
    """Keep what stands before the last relative name, if nothing is wrong with that one."""
    rdn = _rdns.get(last)
    if rdn is not None and not rdn.faults:
        start = der.single(name.der).value
        head = _Head(name.key[: -len(rdn.part)], name.rdn_keys[:-1], name.rdns[:-1], name.faults)
        _heads.put(name.der[start : -len(last)], head, 4 * len(name.der) + _WEIGHT)


def _with_known_head(encoded: bytes) -> Name | None:
    """The name whose last relative name alone is new, and of the usual form; None for every other."""
    size = len(encoded)
    if size < 3 or encoded[0] != der.SEQUENCE:
        return None
    length = encoded[1]
    start = 2 if length < 0x80 else 3
    if length + 2 != size and (length != 0x81 or encoded[2] < 0x80 or encoded[2] + 3 != size):
        return None
    last, after = start, start
    while after < size - 1:
        last, after = after, after + 2 + encoded[after + 1]
    if after != size:
        return None
    head = _heads.get(encoded[start:last])
    rdn = None if head is None else usual_rdn(encoded[last:])
    if head is None or rdn is None:
        return None
    key, rdn_keys, rdns, faults = head
    return _name(encoded, key + rdn.part, (*rdn_keys, rdn.key), (*rdns, rdn.attributes), faults)


def _remembered_rdn(octets: bytes, name: bytes, before: int) -> _Rdn:
    try:
        rdn = usual_rdn(octets) or read_rdn(octets)
    except der.DerError as error:
        raise der.DerError(error.rule, error.offset + der.single(name).value + before) from None
    _rdns.put(octets, rdn, 4 * len(octets) + _WEIGHT)
    return rdn


def read_rdn(encoded: bytes) -> _Rdn:
    """Any relative name from its complete encoding. Raises DerError."""
    faults: set[str] = set()
    items = der.sequence(encoded, der.single(encoded), der.SET, 100)
    if not items:
        raise der.DerError("empty-rdn", 0)
    if len(items) > 1 and not _sorted([item.whole(encoded) for item in items]):
        faults.add("unsorted-rdn")
    attributes = tuple([_attribute(encoded, item, faults) for item in items])
    # 7.1: relative names of the same number of attributes, so that what stands there twice counts twice.
    key = _join(sorted([_attribute_key(item) for item in attributes]))
    return _Rdn(attributes, key, _join([key]), tuple(faults))


def usual_rdn(encoded: bytes) -> _Rdn | None:
    """The usual RDN, read in one walk: one attribute with low tags and one-octet lengths, a string without fault that
    is printable ASCII or any UTF-8. None for any other."""
    size = len(encoded)
    if not 9 <= size < 0x80 or encoded[0] != der.SET or encoded[2] != der.SEQUENCE or encoded[3] != size - 4:
        return None
    at = 6 + encoded[5]
    if encoded[4] != der.OID or at + 3 > size or encoded[at + 1] != size - at - 2:
        return None
    tag, octets = encoded[at], encoded[at + 2 :]
    if tag != der.UTF8_STRING and (tag != der.PRINTABLE_STRING or not _PRINTABLE.issuperset(octets)):
        return None
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return None
    oid = der.oid_text(encoded[6:at], 4)
    value = oid.encode() + b"\0\0" + normalise_text(text).encode("utf-8", "surrogatepass")
    key = len(value).to_bytes(4, "big") + value
    return _Rdn((Attribute(oid, tag, text, octets),), key, len(key).to_bytes(4, "big") + key, ())


def _sorted(encodings: list[bytes]) -> bool:
    # SET OF order: encodings compared as octet strings, the shorter padded with zeros (X.690 11.6).
    width = max(map(len, encodings))
    padded = [item.ljust(width, b"\0") for item in encodings]
    return padded == sorted(padded)


def _join(keys: list[bytes]) -> bytes:
    return b"".join([len(key).to_bytes(4, "big") + key for key in keys])


def relative_name_key(data: bytes, element: der.Element) -> bytes:
    """The comparison key of the RDN whose (implicitly tagged) SET contents are in `element`; DerError as for names."""
    items = der.children(data, element, 100)
    if not items:
        raise der.DerError("empty-rdn", element.start)
    return _join(sorted([_attribute_key(_attribute(data, item, set())) for item in items]))


def joined_key(rdn_keys: tuple[bytes, ...]) -> bytes:
    """The key of the name that consists of these RDNs, for example an issuer's with a relative name appended."""
    return _join(list(rdn_keys))


def _attribute(data: bytes, element: der.Element, faults: set[str]) -> Attribute:
    parts = der.sequence(data, element)
    if len(parts) != 2:
        raise der.DerError("bad-attribute", element.start)
    return _typed(der.oid(data, parts[0]), data, parts[1], faults)


def _typed(oid: str, data: bytes, value: der.Element, faults: set[str]) -> Attribute:
    octets = value.contents(data)
    text = None
    encoding = _DECODERS.get(value.tag)
    if encoding is None and (value.tag & ~0x20 in _DECODERS or oid in _SHORT_NAMES):
        # X.690 10.2: no string is constructed. RFC 5280 appendix A.1: of these types, every value is a string.
        faults.add("undecodable-string")
    if encoding is not None:
        try:
            text = octets.decode(encoding)
        except UnicodeDecodeError:
            faults.add("undecodable-string")
        if not octets:
            faults.add("empty-string")
        elif not _ALPHABETS.get(value.tag, _ANY).issuperset(octets):
            faults.add("printable-string-characters" if value.tag == der.PRINTABLE_STRING else "string-characters")
    return Attribute(oid, value.tag, text, octets)


def _attribute_key(attribute: Attribute) -> bytes:
    if attribute.text is None:
        value = bytes((attribute.tag,)) + attribute.octets
    else:
        value = b"\0" + normalise_text(attribute.text).encode("utf-8", "surrogatepass")
    return attribute.type.encode() + b"\0" + value


def normalise_text(text: str) -> str:
    """Text ready for caseIgnoreMatch: RFC 4518 mapping, case folding, NFKC and insignificant-space handling."""
    if not text.isascii():
        text = _composed(text.translate(_folding))
    elif not text.isprintable():
        text = text.translate(_folding)
    return " ".join(text.lower().split())


def _composed(text: str) -> str:
    """NFKC, of long texts piece by piece: bringing a run of combining marks into order costs the square of its length,
    and characters that stand for many others end it. What is equal then is equivalent; two ways of writing more than a
    piece may be told apart."""
    if len(text) <= _PIECE:
        return unicodedata.normalize("NFKC", text)
    composed, left = "", _GROWTH * len(text)
    for at in range(0, len(text), _PIECE):
        piece = unicodedata.normalize("NFKC", text[at : at + _PIECE])
        left -= len(piece)
        if left < 0:
            return composed + text[at:]
        composed += piece
    return composed


_PIECE, _GROWTH = 256, 3


class _Folding(dict[int, str]):
    """What the preparation makes of each character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        if len(self) >= _MAX_FOLDED:
            self.clear()
        folded = self[code] = "".join(map(stringprep.map_table_b2, _mapped(chr(code))))
        return folded


_MAX_FOLDED = 20_000
_folding = _Folding()


def _mapped(character: str) -> str:
    # RFC 4518 2.2: white space becomes SPACE, soft hyphen, joiners and control characters become nothing.
    if character in "\t\n\v\f\r\x85" or unicodedata.category(character) in {"Zs", "Zl", "Zp"}:
        return " "
    if stringprep.in_table_b1(character) or unicodedata.category(character) in {"Cc", "Cf"}:
        return ""
    return character


def _attribute_text(attribute: Attribute, limit: int | None = None) -> str:
    label = _SHORT_NAMES.get(attribute.type, attribute.type)
    if attribute.text is None:
        return f"{label}=#{attribute.octets[:limit].hex()}"
    text = attribute.text[:limit]
    escaped = "".join("\\" + one if one in ',+"\\<>;=' else one for one in text if one.isprintable())
    return f"{label}={escaped}"


def key_from_text(text: str) -> bytes | None:
    """The comparison key of a name written as RFC 4514, None when it is not in that form or has unknown types."""
    rdns: list[bytes] = []
    for part in reversed(_split(text, ",")) if text else ():
        keys = []
        for piece in _split(part, "+"):
            attribute = _written_attribute(piece)
            if attribute is None:
                return None
            keys.append(_attribute_key(attribute))
        rdns.append(_join(sorted(keys)))
    return _join(rdns)


def _written_attribute(piece: str) -> Attribute | None:
    label, equals, value = piece.strip().partition("=")
    label, value = label.strip().upper().removeprefix("OID."), value.strip()
    oid = _OIDS.get(label) or (label if label[:1].isdigit() else None)
    if not equals or oid is None:
        return None
    if not value.startswith("#"):
        # The space is for a last one that was escaped, and is otherwise insignificant.
        return Attribute(oid, der.UTF8_STRING, _unescape(value + " "), b"")
    try:
        # RFC 4514 2.4: the encoding of the value in hexadecimal digits.
        encoded = bytes.fromhex(value[1:])
        return _typed(oid, encoded, der.single(encoded), set())
    except (ValueError, der.DerError):
        return None


def _split(text: str, at: str) -> list[str]:
    parts, current, escaped = [], "", False
    for one in text:
        if one == at and not escaped:
            parts.append(current)
            current = ""
            continue
        current += one
        escaped = one == "\\" and not escaped
    return [*parts, current]


def _unescape(value: str) -> str:
    octets, position = bytearray(), 0
    while position < len(value):
        if value[position] != "\\" or position + 1 == len(value):
            octets += value[position].encode()
            position += 1
        elif len(pair := value[position + 1 : position + 3]) == 2 and all(
            one in "0123456789abcdefABCDEF" for one in pair
        ):
            octets.append(int(pair, 16))
            position += 3
        else:
            octets += value[position + 1].encode()
            position += 2
    return octets.decode("utf-8", "replace")
