"""Distinguished names: kept as DER, compared by normalised keys (RFC 5280 7.1, RFC 4518, RFC 4514 for display).

A `Name` is parsed once per encoding. Two names are the same when their `key` octets are equal: attribute types equal
and values equal after decoding, case folding, compatibility composition and white-space compression; values that are
not character strings compare as octets.
"""

from dataclasses import dataclass
from itertools import chain, repeat
from typing import NamedTuple

from validator.asn1 import der
from validator.asn1.frozen import maker
from validator.asn1.memory import Generations
from validator.path.attribute_text import SHORT_NAMES, attribute_text
from validator.path.name_folding import normalise_text

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
        return ",".join("+".join(map(_shown, rdn)) for rdn in reversed(self.rdns))

    def brief(self, limit: int = 200) -> str:
        """The beginning of `text`, at most `limit` characters, made without making all of it."""
        text = ""
        for rdn in reversed(self.rdns):
            for separator, item in zip(chain((",",), repeat("+")), rdn, strict=False):
                text += (separator if text else "") + _shown(item, limit + 1)
                if len(text) > limit:
                    return text[: limit - 1] + "…"
        return text


def _shown(attribute: Attribute, limit: int | None = None) -> str:
    return attribute_text(attribute.type, attribute.text, attribute.octets, limit)


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
    key = _join(sorted([attribute_key(item) for item in attributes]))
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
    return _join(sorted([attribute_key(_attribute(data, item, set())) for item in items]))


def joined_key(rdn_keys: tuple[bytes, ...]) -> bytes:
    """The key of the name that consists of these RDNs, for example an issuer's with a relative name appended."""
    return _join(list(rdn_keys))


def _attribute(data: bytes, element: der.Element, faults: set[str]) -> Attribute:
    parts = der.sequence(data, element)
    if len(parts) != 2:
        raise der.DerError("bad-attribute", element.start)
    return typed_attribute(der.oid(data, parts[0]), data, parts[1], faults)


def typed_attribute(oid: str, data: bytes, value: der.Element, faults: set[str]) -> Attribute:
    """The attribute of this type whose value is the element `value`; what is not as X.690 wants it goes to `faults`."""
    octets = value.contents(data)
    text = None
    encoding = _DECODERS.get(value.tag)
    if encoding is None and (value.tag & ~0x20 in _DECODERS or oid in SHORT_NAMES):
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


def attribute_key(attribute: Attribute) -> bytes:
    """The octets by which an attribute is compared (7.1)."""
    if attribute.text is None:
        value = bytes((attribute.tag,)) + attribute.octets
    else:
        value = b"\0" + normalise_text(attribute.text).encode("utf-8", "surrogatepass")
    return attribute.type.encode() + b"\0" + value
