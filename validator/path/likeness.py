"""Recognises a certificate that differs from one read before in the holder's own contents only.

The certificates of one issuer have the same extensions, octet for octet, but for the holder's key identifier and
alternative names. What is left when these are cut out of Extensions (RFC 5280 4.1) is the key by which what was
decoded of one certificate is found again for the next.
"""

from typing import NamedTuple

from validator.asn1 import der
from validator.asn1.frozen import maker
from validator.path import extension_values as ext
from validator.path.certificate import Certificate
from validator.path.profile import unremarkable
from validator.path.read_extensions import Decoded, decode_extension

Key = tuple[bytes, ...]

# A subjectKeyIdentifier of 20 octets, up to them, and the identifier of subjectAltName.
_KEY_ID, _KEY_ID_OCTETS = bytes.fromhex("301d0603551d0e04160414"), 31
_ALT_NAMES = bytes.fromhex("0603551d11")


class Likeness(NamedTuple):
    """`key` are the octets of the extensions without the holder's own, with what was cut out where; `cuts` the offsets
    of these extensions in the certificate; `key_id` and `names` what they say, the latter None when there are none
    or something is wrong with them."""

    key: Key
    cuts: tuple[int, ...]
    key_id: bytes
    names: Decoded | None

    def key_extension(self) -> ext.Extension:
        """The subjectKeyIdentifier as an extension."""
        return _extension(ext.SUBJECT_KEY_IDENTIFIER, False, b"\x04\x14" + self.key_id)

    def cut_between(self, certificate: Certificate) -> bool:
        """What was cut out are extensions of the certificate, and not octets inside of one that look the same."""
        at = certificate.extensions_at
        members = () if at is None else der.sequence(certificate.der, at)
        return set(self.cuts) <= {member.start for member in members}


_extension = maker(ext.Extension)
# What Likeness(...) does, without the detour through keyword handling.
_new = tuple.__new__


def likeness_of(certificate: Certificate) -> Likeness | None:
    """The likeness of a certificate, None for one that is remarkable in something else than its extensions."""
    at, data = certificate.extensions_at, certificate.der
    if at is None or at.tag != der.SEQUENCE or not unremarkable(certificate):
        return None
    _, _, start, end = at
    own_key = data.find(_KEY_ID, start, end)
    if own_key < 0 or own_key + _KEY_ID_OCTETS > end:
        return None
    after_key = own_key + _KEY_ID_OCTETS
    key_id = data[own_key + len(_KEY_ID) : after_key]
    found = _alternative_names(data, start, end)
    if found is None:
        return _new(Likeness, ((b"", data[start:own_key], data[after_key:end]), (own_key,), key_id, None))
    at_names, after_names, names = found
    critical = b"critical" if names.extension.critical else b""
    if after_key <= at_names:
        rest = (data[start:own_key], data[after_key:at_names], data[after_names:end])
        return _new(Likeness, ((b"key, names", critical, *rest), (own_key, at_names), key_id, names))
    if after_names <= own_key:
        rest = (data[start:at_names], data[after_names:own_key], data[after_key:end])
        return _new(Likeness, ((b"names, key", critical, *rest), (own_key, at_names), key_id, names))
    return None


def _alternative_names(data: bytes, start: int, end: int) -> tuple[int, int, Decoded] | None:
    """Where subjectAltName begins and ends and what it says, when nothing is wrong with it."""
    at = data.find(_ALT_NAMES, start, end)
    if at < 0:
        return None
    for first in (at - 2, at - 3, at - 4):
        if first < start or data[first] != der.SEQUENCE:
            continue
        try:
            element = der.read(data, first, end)
            if element.value != at:
                continue
            decoded = decode_extension(data[first : element.end])
        except der.DerError:
            return None
        return (first, element.end, decoded) if decoded.names_well_formed else None
    return None
