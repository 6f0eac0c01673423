"""Distinguished names: written once from texts, from then on copied as DER and never encoded again.

String types follow RFC 5280 4.1.2.4 and EN 319 412-2 4.2: countryName and serialNumber are PrintableString, the Russian
register numbers NumericString, e-mail IA5String, everything else UTF8String. The country stands first, because
directoryName constraints `C=XX` only match names that begin with it (RFC 5280 4.2.1.10).
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from ca import oids, reader
from ca.errors import RequestRefusedError
from ops.platform import der


class AttributeType(NamedTuple):
    """An attribute that a name may hold: its OID, its string type and its upper bound in characters."""

    oid: str
    string: str
    bound: int
    short: str


# Upper bounds: RFC 5280 appendix A.1 (ub-common-name, ub-name and so on).
ATTRIBUTES: dict[str, AttributeType] = {
    "countryName": AttributeType(oids.COUNTRY_NAME, "country", 2, "C"),
    "stateOrProvinceName": AttributeType(oids.STATE_OR_PROVINCE_NAME, "utf8", 128, "ST"),
    "localityName": AttributeType(oids.LOCALITY_NAME, "utf8", 128, "L"),
    "streetAddress": AttributeType(oids.STREET_ADDRESS, "utf8", 128, "STREET"),
    "organizationName": AttributeType(oids.ORGANIZATION_NAME, "utf8", 64, "O"),
    "organizationIdentifier": AttributeType(oids.ORGANIZATION_IDENTIFIER, "utf8", 64, "organizationIdentifier"),
    "organizationalUnitName": AttributeType(oids.ORGANIZATIONAL_UNIT_NAME, "utf8", 64, "OU"),
    "title": AttributeType(oids.TITLE, "utf8", 64, "T"),
    "surname": AttributeType(oids.SURNAME, "utf8", 64, "SN"),
    "givenName": AttributeType(oids.GIVEN_NAME, "utf8", 64, "GN"),
    "pseudonym": AttributeType(oids.PSEUDONYM, "utf8", 128, "pseudonym"),
    "serialNumber": AttributeType(oids.SERIAL_NUMBER, "printable", 64, "serialNumber"),
    "emailAddress": AttributeType(oids.EMAIL_ADDRESS, "ia5", 255, "emailAddress"),
    "commonName": AttributeType(oids.COMMON_NAME, "utf8", 64, "CN"),
    "INN": AttributeType(oids.RU_INN, "numeric", 12, "INN"),
    "INNLE": AttributeType(oids.RU_INNLE, "numeric", 10, "INNLE"),
    "OGRN": AttributeType(oids.RU_OGRN, "numeric", 13, "OGRN"),
    "OGRNIP": AttributeType(oids.RU_OGRNIP, "numeric", 15, "OGRNIP"),
    "SNILS": AttributeType(oids.RU_SNILS, "numeric", 11, "SNILS"),
}
_BY_OID = {kind.oid: (name, kind) for name, kind in ATTRIBUTES.items()}
_TEXT_TAGS = {0x0C: "utf-8", 0x13: "ascii", 0x16: "ascii", 0x12: "ascii", 0x14: "latin-1", 0x1E: "utf-16-be"}


def encode_name(attributes: Iterable[tuple[str, str]]) -> bytes:
    """The DER of a Name with one attribute per RDN, in the given order.

    Raises RequestRefusedError for an unknown attribute, an empty, overlong or unprintable text, or when the country is
    not first.
    """
    pairs = tuple(attributes)
    if not pairs or pairs[0][0] != "countryName":
        raise RequestRefusedError("A name has to begin with countryName.")
    return der.sequence(*(der.set_of(der.sequence(*_attribute(name, text))) for name, text in pairs))


def _attribute(name: str, text: str) -> tuple[bytes, bytes]:
    kind = ATTRIBUTES.get(name)
    if kind is None:
        raise RequestRefusedError(f"The name attribute {name!r} is not known.")
    value = unicodedata.normalize("NFC", text)
    if not value.strip() or value != value.strip() or any(unicodedata.category(mark) in ("Cc", "Cs") for mark in value):
        raise RequestRefusedError(f"The value of {name} is empty, padded with blanks or holds control characters.")
    if len(value) > kind.bound:
        raise RequestRefusedError(f"The value of {name} is longer than {kind.bound} characters.")
    return der.oid(kind.oid), _text(name, kind.string, value)


def _text(name: str, string: str, value: str) -> bytes:
    try:
        if string == "country":
            if not (value.isascii() and value.isalpha() and value.isupper() and len(value) == 2):
                raise ValueError("not an ISO 3166-1 code")
            return der.printable_string(value)
        if string == "printable":
            return der.printable_string(value)
        if string == "ia5":
            return der.ia5_string(value)
        if string == "numeric":
            if not (value.isascii() and value.isdecimal()):
                raise ValueError("not digits")
            return der.tlv(0x12, value.encode("ascii"))
    except ValueError as error:
        raise RequestRefusedError(f"The value of {name} holds a character that it may not hold.") from error
    return der.utf8_string(value)


@lru_cache(maxsize=512)
def attributes_of(name: bytes) -> tuple[tuple[str, str], ...]:
    """The (attribute, text) pairs of a Name as DER, in order; unknown types by OID. ReadError when it is not one."""
    found: list[tuple[str, str]] = []
    for rdn in reader.children(reader.one(name, 0x30)):
        for pair in reader.children(reader.expect(rdn, 0x31)):
            kind, value = reader.children(reader.expect(pair, 0x30), minimum=2)[:2]
            dotted = reader.oid_text(kind)
            known = _BY_OID.get(dotted)
            coding = _TEXT_TAGS.get(value.tag)
            text = value.contents.decode(coding, "replace") if coding else "#" + value.whole.hex()
            found.append((known[0] if known else dotted, text))
    return tuple(found)


def display(name: bytes) -> str:
    """The name for people, most specific last as encoded: `C=KZ, O=…, CN=…`."""
    labels = {long: kind.short for long, kind in ATTRIBUTES.items()}
    return ", ".join(f"{labels.get(kind, kind)}={text}" for kind, text in attributes_of(name))


def country_of(name: bytes) -> str | None:
    """The countryName that the name begins with, or None."""
    pairs = attributes_of(name)
    return pairs[0][1] if pairs and pairs[0][0] == "countryName" else None


def country_subtree(code: str) -> bytes:
    """The Name `C=XX` that a directoryName constraint by country holds."""
    return encode_name((("countryName", code),))
