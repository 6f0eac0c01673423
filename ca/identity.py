"""National identifiers: how each state writes who somebody is into a certificate's subject.

Kazakhstan: serialNumber `IIN` + 12 digits and organizationalUnitName `BIN` + 12 digits; Belarus: `PNOBY-…` and
`TAXBY-` + УНП; Russia: `TINRU-…` and `VATRU-…`, which every state can read, and with `national` also the INN, INNLE,
OGRN and SNILS attributes; elsewhere the semantics identifiers of EN 319 412-1 5.1.3 and 5.1.4. Check digits are
verified where the register defines them, because a mistyped number identifies somebody else.
"""

import re
from collections.abc import Callable

from ca.errors import IdentifierError
from ca.values import Attributes

_SEMANTICS = re.compile(r"([A-Z]{3}|[A-Z]{2}:)([A-Z]{2})-.+")
# EN 319 412-1 5.1.3 and 5.1.4. TAX for a legal person is Belarusian (STB 34.101.78) and has no semantics identifier.
_NATURAL_TYPES = frozenset({"PAS", "IDC", "PNO", "TAX", "TIN"})
_LEGAL_TYPES = frozenset({"VAT", "NTR", "PSD", "LEI", "TAX"})
_WITH_SEMANTICS = frozenset({"PAS", "IDC", "PNO", "TIN", "VAT", "NTR", "PSD", "LEI"})


def natural_person(
    country: str,
    *,
    given_name: str,
    surname: str,
    identifier: str,
    common_name: str | None = None,
    snils: str = "",
    national: bool = False,
) -> Attributes:
    """Subject of a natural person. `identifier` is the bare national number (IIN, INN of 12 digits) or, where the state
    has no form of its own here, a whole semantics identifier such as `PNOBY-3010190A001PB1`.

    `national` adds the attributes that only the state's own software knows. Raises IdentifierError when the identifier
    is not well formed.
    """
    name = common_name or f"{surname} {given_name}"
    head: Attributes = (("countryName", country), ("commonName", name), ("surname", surname), ("givenName", given_name))
    return (*head, *_person_identifier(country, identifier, snils, national))


def legal_person(
    country: str,
    *,
    organization: str,
    identifier: str,
    common_name: str | None = None,
    ogrn: str = "",
    national: bool = False,
) -> Attributes:
    """Subject of a legal person. `identifier` is the bare register number (BIN, УНП, INN of 10 digits) or a whole
    organizationIdentifier such as `NTRDE-HRB12345`."""
    return (
        ("countryName", country),
        ("organizationName", organization),
        *_organization_identifier(country, identifier, ogrn, national),
        ("commonName", common_name or organization),
    )


def organisation_person(
    country: str,
    *,
    given_name: str,
    surname: str,
    identifier: str,
    organization: str,
    organization_identifier: str,
    title: str = "",
    ogrn: str = "",
    national: bool = False,
) -> Attributes:
    """Subject of a person who acts for an organisation (EN 319 412-2 4.2.4: the country is the organisation's)."""
    person = natural_person(country, given_name=given_name, surname=surname, identifier=identifier, national=national)
    legal = legal_person(
        country, organization=organization, identifier=organization_identifier, ogrn=ogrn, national=national
    )
    office: Attributes = (("title", title),) if title else ()
    return (person[0], *legal[1:-1], *office, *person[1:])


def pseudonym(country: str, name: str, *, identifier: str = "") -> Attributes:
    """Subject under a pseudonym: neither given name nor surname (EN 319 412-2 4.2.4)."""
    number: Attributes = (("serialNumber", identifier),) if identifier else ()
    return (("countryName", country), ("commonName", name), ("pseudonym", name), *number)


def is_etsi_identifier(value: str) -> bool:
    """Whether an identifier has one of the forms to which the ETSI semantics identifiers apply."""
    found = _SEMANTICS.fullmatch(value)
    return found is not None and found.group(1) in _WITH_SEMANTICS


def _person_identifier(country: str, value: str, snils: str, national: bool) -> Attributes:
    if country == "KZ" and not _SEMANTICS.fullmatch(value):
        return (("serialNumber", "IIN" + kazakh_number(value)),)
    if country == "RU" and not _SEMANTICS.fullmatch(value):
        taxpayer: Attributes = (("serialNumber", "TINRU-" + inn(value)),)
        insured: Attributes = (("SNILS", snils_number(snils)),) if snils else ()
        return (*taxpayer, ("INN", value), *insured) if national else taxpayer
    return (("serialNumber", _semantics(value, country, _NATURAL_TYPES)),)


def _organization_identifier(country: str, value: str, ogrn_value: str, national: bool) -> Attributes:
    if _SEMANTICS.fullmatch(value):
        return (("organizationIdentifier", _semantics(value, country, _LEGAL_TYPES)),)
    if country == "KZ":
        number = kazakh_number(value)
        return (("organizationIdentifier", f"NTRKZ-{number}"), ("organizationalUnitName", "BIN" + number))
    if country == "RU":
        taxpayer: Attributes = (("organizationIdentifier", "VATRU-" + inn_of_organization(value)),)
        registered: Attributes = (("OGRN", ogrn(ogrn_value)),) if ogrn_value else ()
        return (*taxpayer, ("INNLE", value), *registered) if national else taxpayer
    if country == "BY":
        return (("organizationIdentifier", f"TAXBY-{unp(value)}"),)
    raise IdentifierError(
        f"The identifier {value!r} has no known form for {country}; write it like NTR{country}-12345."
    )


def _semantics(value: str, country: str, types: frozenset[str]) -> str:
    found = _SEMANTICS.fullmatch(value)
    if found is None:
        raise IdentifierError(f"The identifier {value!r} is not of the form PNO{country}-12345 (EN 319 412-1 5.1).")
    kind, state = found.group(1), found.group(2)
    if kind[-1] != ":" and kind not in types:
        raise IdentifierError(f"The identifier type {kind} is not one that such a subject may have.")
    if state != country and not (kind == "LEI" and state == "XG") and not (country == "GR" and state == "EL"):
        raise IdentifierError(f"The identifier {value!r} belongs to {state}, the subject to {country}.")
    return value


def _digits(value: str, length: int, what: str) -> list[int]:
    if len(value) != length or not (value.isascii() and value.isdecimal()):
        raise IdentifierError(f"{what} has to be {length} digits.")
    return [int(mark) for mark in value]


def _checked(value: str, at: int, expected: int, what: str) -> None:
    if int(value[at]) != expected:
        raise IdentifierError(f"The check digit of {what} {value} has to be {expected}.")


def _weighted(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def kazakh_number(value: str) -> str:
    """IIN or BIN: 12 digits, the last one a check digit over weights 1…11, then 3…11, 1, 2."""
    digits = _digits(value, 12, "An IIN or BIN")
    expected = _weighted(digits, tuple(range(1, 12))) % 11
    if expected == 10:
        expected = _weighted(digits, (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    if expected == 10:
        raise IdentifierError(f"The number {value} is one that the register never gives out.")
    _checked(value, 11, expected, "the number")
    return value


def inn(value: str) -> str:
    """Russian INN of a person: 12 digits, two check digits."""
    digits = _digits(value, 12, "An INN of a person")
    _checked(value, 10, _weighted(digits, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10, "the INN")
    _checked(value, 11, _weighted(digits, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10, "the INN")
    return value


def inn_of_organization(value: str) -> str:
    """Russian INN of a legal person: 10 digits, one check digit."""
    digits = _digits(value, 10, "An INN of a legal person")
    _checked(value, 9, _weighted(digits, (2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10, "the INN")
    return value


def ogrn(value: str) -> str:
    """Russian OGRN: 13 digits, the last is the first twelve modulo 11, modulo 10."""
    _digits(value, 13, "An OGRN")
    _checked(value, 12, int(value[:12]) % 11 % 10, "the OGRN")
    return value


def snils_number(value: str) -> str:
    """Russian SNILS: 11 digits, the last two a check sum modulo 101."""
    digits = _digits(value, 11, "A SNILS")
    expected = _weighted(digits, tuple(range(9, 0, -1))) % 101 % 100
    if int(value[9:]) != expected:
        raise IdentifierError(f"The check digits of the SNILS {value} have to be {expected:02d}.")
    return value


def unp(value: str) -> str:
    """Belarusian УНП of a legal person: 9 digits, the last one a check digit."""
    digits = _digits(value, 9, "An УНП")
    expected = _weighted(digits, (29, 23, 19, 17, 13, 7, 5, 3)) % 11
    if expected == 10:
        raise IdentifierError(f"The number {value} is one that the register never gives out.")
    _checked(value, 8, expected, "the УНП")
    return value


NUMBER_RULES: dict[str, Callable[[str], str]] = {
    "IIN": kazakh_number,
    "BIN": kazakh_number,
    "INN": inn,
    "INNLE": inn_of_organization,
    "OGRN": ogrn,
    "SNILS": snils_number,
    "UNP": unp,
}
