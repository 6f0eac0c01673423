"""What reads the usual shape fast says exactly what is said by reading element by element, whatever it is given."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.platform import der
from validator.asn1.der import DerError
from validator.path import details, name
from validator.path.certificate import Certificate, parse_certificate
from validator.path.frame import read_frame, usual_frame
from validator.path.likeness import likeness_of
from validator.path.name import read_rdn, usual_rdn

MANY = settings(max_examples=500, deadline=None)
# Where to change, how, and to what: octets that mean something in DER are tried more often than chance would.
TELLING = b"\x00\x01\x02\x03\x04\x06\x0c\x0d\x13\x17\x18\x30\x31\x7f\x80\x81\x82\xa0\xa3\xff"
CHANGE = st.tuples(
    st.integers(0, 4_000),
    st.sampled_from(["set", "flip", "insert", "delete"]),
    st.one_of(st.sampled_from(TELLING), st.integers(0, 255)),
)
CHANGES = st.lists(CHANGE, min_size=1, max_size=3)
Changes = list[tuple[int, str, int]]


def changed(octets: bytes, changes: Changes, start: int = 0) -> bytes:
    """`octets` with some of them changed, from `start` on."""
    result = bytearray(octets)
    for position, how, value in changes:
        at = start + position % (len(result) - start)
        if how == "set":
            result[at] = value
        elif how == "flip":
            result[at] ^= 1 << value % 8
        elif how == "insert":
            result.insert(at, value)
        elif len(result) > start + 1:
            del result[at]
    return bytes(result)


_PERSONS: dict[tuple[int, str], bytes] = {}


def person(forge: SimpleNamespace, number: int, mail: str = "holder@example.org") -> bytes:
    """A holder's certificate; all have the same extensions, but for the key identifier and perhaps the mailbox."""
    if (number, mail) not in _PERSONS:
        extra = [forge.san(forge.email(mail)), forge.key_usage(0), forge.policies("1.2.3.4")]
        _PERSONS[number, mail] = forge.end_entity(f"CN=Holder {number}", owner=f"holder {number}", extra=extra)
    return _PERSONS[number, mail]


def test_the_usual_frame_is_recognised(forge: SimpleNamespace) -> None:
    assert usual_frame(person(forge, 1)) == read_frame(person(forge, 1))


@MANY
@given(changes=CHANGES)
def test_a_frame_is_read_alike_or_not_at_all(forge: SimpleNamespace, changes: Changes) -> None:
    octets = changed(person(forge, 1), changes)
    usual = usual_frame(octets)
    if usual is not None:
        assert usual == read_frame(octets)


def test_certificates_of_one_issuer_are_alike(forge: SimpleNamespace) -> None:
    first, second = (likeness_of(forge.parsed(person(forge, number, f"{number}@example.org"))) for number in (1, 2))
    assert first is not None
    assert second is not None
    assert first.key == second.key
    assert first.key_id != second.key_id


@MANY
@given(
    changes=CHANGES, number=st.integers(1, 3), mail=st.sampled_from(["holder@example.org", "h%lder@example.org", "x"])
)
def test_details_do_not_depend_on_what_was_read_before(
    forge: SimpleNamespace, changes: Changes, number: int, mail: str
) -> None:
    plain = person(forge, number, mail)
    for octets in (plain, changed(plain, changes, start=forge.parsed(plain).extensions_at.start)):
        read = parse_certificate(octets)
        if not isinstance(read, Certificate):
            continue
        details.read_details(forge.parsed(person(forge, 0)))
        with_memory = details.read_details(read)
        details._alike.clear()
        without = details.read_details(read)
        assert with_memory == without
        assert list(with_memory.extensions) == list(without.extensions)


STRINGS = st.one_of(st.text(max_size=12), st.text("ab Z'*\t.ßЖ", max_size=12)).map(str.encode)
RDNS = st.builds(
    lambda arc, tag, value: der.set_of(der.sequence(der.oid(f"2.5.4.{arc}"), der.tlv(tag, value))),
    st.integers(3, 300),
    st.sampled_from([0x0C, 0x13, 0x16, 0x1E, 0x04, 0x1F, 0x3F]),
    st.one_of(STRINGS, st.binary(max_size=130)),
)


LONE_VALUE = der.utf8_string("1")


def answer(reader: object, octets: bytes) -> object:
    """What a reader says, or why it refuses."""
    try:
        return reader(octets)  # type: ignore[operator]
    except DerError as error:
        return error.rule, error.offset


@MANY
@given(rdn=RDNS, changes=st.one_of(st.just([]), CHANGES))
def test_a_relative_name_is_read_alike_or_not_at_all(rdn: bytes, changes: Changes) -> None:
    octets = changed(rdn, changes, start=2)
    if octets[1] != len(octets) - 2 or octets[1] >= 0x80:
        # Relative names are cut out of a name by their length.
        octets = der.tlv(octets[0], octets[2:])
    usual = answer(usual_rdn, octets)
    assert usual is None or usual == answer(read_rdn, octets)


@pytest.mark.parametrize("value", ["Holder", "Держатель ключа", "  two  spaces "])
def test_the_usual_relative_names_are_recognised(value: str) -> None:
    octets = der.set_of(der.sequence(der.oid("2.5.4.3"), der.utf8_string(value)))
    assert usual_rdn(octets) == read_rdn(octets)


@MANY
@given(rdns=st.lists(RDNS, max_size=4), changes=st.one_of(st.just([]), CHANGES), cut=st.integers(0, 3))
def test_a_name_is_read_alike_after_its_beginning_was_met(rdns: list[bytes], changes: Changes, cut: int) -> None:
    answer(name.parse_own_name, der.sequence(*rdns[:cut], der.set_of(der.sequence(der.oid("2.5.4.5"), LONE_VALUE))))
    octets = changed(der.sequence(*rdns), changes, start=1)
    found, expected = answer(name.parse_own_name, octets), answer(name._parse, octets)
    assert repr(found) == repr(expected)


def test_the_next_holder_of_an_issuer_is_read_by_the_beginning_of_the_name() -> None:
    def holder(common_name: str) -> bytes:
        parts = [("2.5.4.6", "KZ"), ("2.5.4.10", "An organisation with a long name " * 3), ("2.5.4.3", common_name)]
        return der.sequence(*(der.set_of(der.sequence(der.oid(kind), der.utf8_string(text))) for kind, text in parts))

    first = name.parse_own_name(holder("first"))
    second = name._with_known_head(holder("second"))
    assert second is not None
    assert repr(second) == repr(name._parse(holder("second")))
    assert second.rdns[:2] == first.rdns[:2]


def test_a_serial_number_with_a_long_length_is_not_taken_for_a_short_one(forge: SimpleNamespace) -> None:
    octets = forge.end_entity(serial=der.tlv(0x02, b"\x01" * 0x80))
    assert usual_frame(octets) is None
    assert read_frame(octets).serial_octets == b"\x01" * 0x80
