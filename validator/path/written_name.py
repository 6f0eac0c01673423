"""Reads names that a person wrote (RFC 4514), to compare them with those of certificates."""

from validator.asn1 import der
from validator.path.attribute_text import EMAIL_ADDRESS, SHORT_NAMES
from validator.path.name import Attribute, attribute_key, joined_key, typed_attribute

# What RFC 4519, X.520 and OpenSSL call the types besides, for names that a person wrote.
_OTHER_NAMES = {
    "COMMONNAME": "2.5.4.3", "SURNAME": "2.5.4.4", "COUNTRYNAME": "2.5.4.6", "LOCALITYNAME": "2.5.4.7",
    "STATEORPROVINCENAME": "2.5.4.8", "S": "2.5.4.8", "STREETADDRESS": "2.5.4.9", "ORGANIZATIONNAME": "2.5.4.10",
    "ORGANIZATIONALUNITNAME": "2.5.4.11", "TITLE": "2.5.4.12", "BUSINESSCATEGORY": "2.5.4.15",
    "POSTALCODE": "2.5.4.17", "GIVENNAME": "2.5.4.42", "INITIALS": "2.5.4.43", "GENERATIONQUALIFIER": "2.5.4.44",
    "DOMAINCOMPONENT": "0.9.2342.19200300.100.1.25", "USERID": "0.9.2342.19200300.100.1.1",
    "EMAIL": EMAIL_ADDRESS, "EMAILADDRESS": EMAIL_ADDRESS,
}  # fmt: skip
_OIDS = _OTHER_NAMES | {short.upper(): oid for oid, short in SHORT_NAMES.items()}


def key_from_text(text: str) -> bytes | None:
    """The comparison key of a name written as RFC 4514, None when it is not in that form or has unknown types."""
    rdns: list[bytes] = []
    for part in reversed(_split(text, ",")) if text else ():
        keys = []
        for piece in _split(part, "+"):
            attribute = _written_attribute(piece)
            if attribute is None:
                return None
            keys.append(attribute_key(attribute))
        rdns.append(joined_key(tuple(sorted(keys))))
    return joined_key(tuple(rdns))


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
        return typed_attribute(oid, encoded, der.single(encoded), set())
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
