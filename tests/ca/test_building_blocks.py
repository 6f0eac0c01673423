"""Serials, validity, names, identifiers, keys, and the reader: the parts that everything else trusts."""

import math
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from ca import identity, names, reader, validity
from ca.csr import proven_key
from ca.errors import (
    IdentifierError,
    ProofOfPossessionError,
    RequestRefusedError,
    UnreadableRequestError,
    ValidityError,
    WeakKeyError,
)
from ca.keycheck import _primorial, check_key, is_roca
from ca.pem import der_of, pem
from ca.serial import new_serial, serial_of, serial_text
from ops.platform import der
from ops.platform.keys import KeyAlgorithm

ALL_KINDS = frozenset(kind.value for kind in KeyAlgorithm)


def test_serials_are_twenty_octets_and_random() -> None:
    made = [new_serial() for _ in range(100_000)]
    assert len(set(made)) == len(made)
    assert {len(der.integer_contents(one)) for one in made} == {20}
    first = [one >> 152 for one in made]
    assert set(first) == set(range(1, 0x80))
    for bit in range(152):
        share = sum(one >> bit & 1 for one in made[:4000]) / 4000
        assert 0.42 < share < 0.58, f"bit {bit} is not random"


def test_serial_text_is_read_back() -> None:
    serial = new_serial()
    assert serial_of(serial_text(serial)) == serial
    assert serial_of(":".join(serial_text(serial)[at : at + 2] for at in range(0, 40, 2))) == serial


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC))
NOW = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)


def _settle(**changes: object) -> tuple[datetime, datetime]:
    usual = {
        "asked": (None, None), "period": 365 * DAY, "longest": 400 * DAY, "backdate": timedelta(minutes=5),
        "earliest": NOW - DAY, "issuer": (NOW - 3650 * DAY, NOW + 3650 * DAY),
    }  # fmt: skip
    return validity.settle(NOW, **{**usual, **changes})  # type: ignore[arg-type]


def test_validity_is_inclusive() -> None:
    start, end = _settle()
    assert end - start + timedelta(seconds=1) == 365 * DAY
    assert validity.length(start, end) == 365 * DAY
    assert start.microsecond == end.microsecond == 0


@given(MOMENTS, MOMENTS, MOMENTS, MOMENTS)
def test_validity_never_leaves_its_bounds(
    start: datetime, end: datetime, issuer_begin: datetime, issuer_end: datetime
) -> None:
    try:
        first, last = _settle(asked=(start, end), issuer=(issuer_begin, issuer_end))
    except ValidityError:
        return
    assert max(NOW - DAY - timedelta(seconds=1), issuer_begin) <= first < last <= issuer_end
    assert validity.length(first, last) <= 400 * DAY


@pytest.mark.parametrize(
    "changes",
    [
        {"asked": (NOW - 2 * DAY, None)},
        {"asked": (NOW + 31 * DAY, None)},
        {"asked": (None, NOW + 401 * DAY)},
        {"asked": (None, NOW - DAY)},
        {"asked": (None, NOW + 10 * DAY), "issuer": (None, NOW + 9 * DAY)},
        {"issuer": (None, NOW - DAY)},
        {"asked": (NOW - timedelta(minutes=2), None), "issuer": (NOW - timedelta(minutes=1), None)},
    ],
)
def test_impossible_validity_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidityError):
        _settle(**changes)


def test_validity_of_exactly_the_longest_is_admitted_and_a_second_more_is_not() -> None:
    start = NOW.replace(microsecond=0)
    last = start + 400 * DAY - timedelta(seconds=1)
    assert _settle(asked=(start, last)) == (start, last)
    with pytest.raises(ValidityError):
        _settle(asked=(start, last + timedelta(seconds=1)))


def test_a_backdated_beginning_is_cut_to_the_issuers_own() -> None:
    issuer_begin = (NOW - timedelta(minutes=2)).replace(microsecond=0)
    start, end = _settle(issuer=(issuer_begin, None))
    assert start == issuer_begin
    assert validity.length(start, end) == 365 * DAY
    assert _settle(issuer=(None, None))[0] == (NOW - timedelta(minutes=5)).replace(microsecond=0)


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60)


@given(TEXTS, TEXTS)
def test_names_read_back_in_another_parser(organization: str, common: str) -> None:
    try:
        encoded = names.encode_name((("countryName", "KG"), ("organizationName", organization), ("commonName", common)))
    except RequestRefusedError:
        return
    read = names.attributes_of(encoded)
    assert [kind for kind, _ in read] == ["countryName", "organizationName", "commonName"]
    if any(mark in "\x00" for mark in organization + common):
        return
    tree = reader.children(reader.one(encoded, 0x30))
    assert len(tree) == 3


def test_string_types_follow_the_standard() -> None:
    encoded = names.encode_name(
        (("countryName", "RU"), ("serialNumber", "TINRU-1"), ("INN", "500100732259"), ("commonName", "Анна"))
    )
    tags = [reader.children(reader.children(rdn)[0])[1].tag for rdn in reader.children(reader.one(encoded, 0x30))]
    assert tags == [0x13, 0x13, 0x12, 0x0C]
    assert names.display(encoded) == "C=RU, serialNumber=TINRU-1, INN=500100732259, CN=Анна"


@pytest.mark.parametrize(
    "attributes",
    [
        (),
        (("commonName", "x"), ("countryName", "KZ")),
        (("countryName", "kz"),),
        (("countryName", "KAZ"),),
        (("countryName", "ЯЯ"),),
        (("countryName", "KZ"), ("commonName", "")),
        (("countryName", "KZ"), ("commonName", " padded")),
        (("countryName", "KZ"), ("commonName", "a\x00b")),
        (("countryName", "KZ"), ("commonName", "x" * 65)),
        (("countryName", "KZ"), ("serialNumber", "не ASCII")),
        (("countryName", "KZ"), ("favouriteDrink", "tea")),
        (("countryName", "RU"), ("INN", "12a")),
    ],
)
def test_bad_names_are_refused(attributes: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(RequestRefusedError):
        names.encode_name(attributes)


@pytest.mark.parametrize(
    ("rule", "good"),
    [
        ("IIN", "850615300129"), ("BIN", "941240000193"), ("INN", "500100732259"), ("INNLE", "7707083893"),
        ("OGRN", "1027700132195"), ("SNILS", "11223344595"), ("UNP", "800013732"),
    ],
)  # fmt: skip
def test_identifiers_have_their_check_digit(rule: str, good: str) -> None:
    check = identity.NUMBER_RULES[rule]
    assert check(good) == good
    wrong = [good[:-1] + mark for mark in "0123456789" if mark != good[-1]]
    for number in (*wrong, good[:-1], good + "1", good[:-1] + "x", ""):
        with pytest.raises(IdentifierError):
            check(number)


def test_each_state_writes_identifiers_its_own_way() -> None:
    person = {"given_name": "A", "surname": "B"}
    assert dict(identity.natural_person("KZ", identifier="850615300129", **person))["serialNumber"] == "IIN850615300129"
    assert (
        dict(identity.natural_person("RU", identifier="500100732259", **person))["serialNumber"] == "TINRU-500100732259"
    )
    full = dict(identity.natural_person("RU", identifier="500100732259", snils="11223344595", national=True, **person))
    assert (full["INN"], full["SNILS"]) == ("500100732259", "11223344595")
    seal = dict(identity.legal_person("BY", organization="C", identifier="800013732"))
    assert seal["organizationIdentifier"] == "TAXBY-800013732"
    kazakh = dict(identity.legal_person("KZ", organization="C", identifier="941240000193"))
    assert kazakh["organizationalUnitName"] == "BIN941240000193"
    russian = dict(
        identity.legal_person("RU", organization="C", identifier="7707083893", ogrn="1027700132195", national=True)
    )
    assert (russian["INNLE"], russian["OGRN"]) == ("7707083893", "1027700132195")


@pytest.mark.parametrize(
    ("country", "identifier"),
    [("AM", "12345"), ("BY", "PNORU-1"), ("EE", "XYZEE-1"), ("DE", "NTRDE-HRB1"), ("KZ", "PASBY-1")],
)
def test_wrong_person_identifiers_are_refused(country: str, identifier: str) -> None:
    with pytest.raises(IdentifierError):
        identity.natural_person(country, given_name="A", surname="B", identifier=identifier)


def _rsa_spki(modulus: int, exponent: int = 65537) -> bytes:
    return der.sequence(
        der.algorithm("1.2.840.113549.1.1.1", der.null()),
        der.bit_string(der.sequence(der.integer(modulus), der.integer(exponent))),
    )


STRONG = rsa.generate_private_key(65537, 3072).private_numbers()
MODULUS = STRONG.public_numbers.n


def _roca_modulus() -> int:
    primorial = 1
    for prime in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
                  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167):  # fmt: skip
        primorial *= prime
    # The generator's form: k · M + 65537^a mod M. Primality does not matter for the fingerprint.
    found = []
    for bits in (1300, 1400):
        factor = 2
        while math.gcd(factor, _primorial()) != 1:
            factor = (secrets.randbits(bits) // primorial) * primorial + pow(65537, secrets.randbelow(1000), primorial)
        found.append(factor)
    return found[0] * found[1]


@pytest.mark.parametrize(
    ("spki", "words"),
    [
        (_rsa_spki(rsa.generate_private_key(65537, 1024).public_key().public_numbers().n), "1024 bits"),
        (_rsa_spki(MODULUS + 1), "small prime"),
        (_rsa_spki(MODULUS * 3), "small prime"),
        (_rsa_spki(MODULUS, 3), "exponent"),
        (_rsa_spki(MODULUS, 65538), "exponent|damaged"),
        (_rsa_spki((1 << 9000) + 1), "bits|damaged"),
        (_rsa_spki(_roca_modulus()), "ROCA"),
        (
            _rsa_spki((STRONG.p + 2) * STRONG.p if (STRONG.p + 2) % 3 else (STRONG.p + 4) * STRONG.p),
            "close|small prime",
        ),
        (der.sequence(der.algorithm("1.3.101.112"), der.bit_string(b"\x01" + bytes(31))), "small order"),
        (der.sequence(der.algorithm("1.3.101.112"), der.bit_string(b"\xec" + b"\xff" * 31)), "small order"),
        (b"\x30\x00", "damaged"),
        (b"", "damaged"),
    ],
)
def test_weak_keys_are_refused(spki: bytes, words: str) -> None:
    with pytest.raises(WeakKeyError, match=words):
        check_key(spki, ALL_KINDS)


def test_point_off_the_curve_is_refused() -> None:
    good = (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(WeakKeyError):
        check_key(good[:-1] + bytes((good[-1] ^ 1,)), ALL_KINDS)


def test_roca_fingerprint_spares_ordinary_keys() -> None:
    assert not is_roca(MODULUS)
    assert check_key(_rsa_spki(MODULUS), frozenset({"rsa-3072"}))
    with pytest.raises(RequestRefusedError, match="does not admit"):
        check_key(_rsa_spki(MODULUS), frozenset({"rsa-4096", "ec-p256"}))


@given(st.binary(max_size=400))
@settings(max_examples=300)
def test_any_octets_as_a_request_give_a_coded_refusal(octets: bytes) -> None:
    try:
        proven_key(octets)
    except (UnreadableRequestError, ProofOfPossessionError):
        return
    pytest.fail("random octets are no proof of possession")


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_reader_reads_back_or_raises_its_own_error(octets: bytes) -> None:
    try:
        nodes = tuple(reader.items(octets))
    except reader.ReadError:
        return
    assert b"".join(node.whole for node in nodes) == octets


@given(st.integers(-(1 << 170), 1 << 170))
def test_integers_read_back(value: int) -> None:
    assert reader.integer(reader.one(der.integer(value), 0x02)) == value


@given(st.binary(min_size=1, max_size=200))
def test_pem_reads_back(octets: bytes) -> None:
    assert der_of(pem("CERTIFICATE", b"\x30" + octets).encode()) == b"\x30" + octets


def test_name_survives_the_other_parser() -> None:
    encoded = names.encode_name((("countryName", "AM"), ("organizationName", "Օրինակ ՍՊԸ"), ("commonName", "Ձև «1»")))
    tbs_name = x509.Name([
        x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "AM"),
        x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Օրինակ ՍՊԸ"),
        x509.NameAttribute(x509.NameOID.COMMON_NAME, "Ձև «1»"),
    ])  # fmt: skip
    assert tbs_name.public_bytes() == encoded
