"""The DER writer: what it writes is read back by the strict reader and by other people's decoders."""

from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import core
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from ops.platform import der
from validator.asn1 import der as reader

octets = st.binary(max_size=300)
moments = st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC))
arcs = st.lists(st.integers(min_value=0, max_value=2**70), max_size=8)


@given(st.integers(min_value=-(2**200), max_value=2**200))
def test_an_integer_comes_back(value: int) -> None:
    encoded = der.integer(value)
    assert reader.integer(encoded, reader.single(encoded)) == value
    assert core.Integer.load(encoded, strict=True).native == value


@given(st.integers(min_value=0, max_value=255), st.sampled_from([0, 1, 127, 128, 255, 256, 65535, 65536]))
def test_lengths_are_minimal(tag: int, size: int) -> None:
    tag = tag & 0xE0 | min(tag & 0x1F, 30)
    encoded = der.tlv(tag, bytes(size))
    element = reader.single(encoded, tag)
    assert element.end - element.value == size


@given(st.lists(octets, max_size=12))
def test_a_set_is_sorted_whatever_the_order(values: list[bytes]) -> None:
    elements = [der.octet_string(value) for value in values]
    encoded = der.set_of(*elements)
    assert encoded == der.set_of(*reversed(elements))
    found = [item.whole(encoded) for item in reader.children(encoded, reader.single(encoded))]
    # X.690 11.6: compared as if padded with zero octets.
    longest = max((len(item) for item in found), default=0)
    assert found == sorted(found, key=lambda item: item.ljust(longest, b"\0"))
    assert sorted(found) == sorted(elements)


@given(st.integers(min_value=0, max_value=1), st.integers(min_value=0, max_value=39), arcs)
def test_an_object_identifier_comes_back(first: int, second: int, rest: list[int]) -> None:
    dotted = ".".join(str(arc) for arc in (first, second, *rest))
    encoded = der.oid(dotted)
    if len(encoded) < 64:
        assert reader.oid(encoded, reader.single(encoded)) == dotted
    assert core.ObjectIdentifier.load(encoded).dotted == dotted


@given(st.integers(min_value=40, max_value=10**12))
def test_the_joint_arc_has_any_size(second: int) -> None:
    assert core.ObjectIdentifier.load(der.oid(f"2.{second}.3")).dotted == f"2.{second}.3"


@pytest.mark.parametrize("text", ["", "1", "3.1", "1.40", "1..2", "a.b", "1.-2", "1.2 ", "１.2"])
def test_what_is_no_object_identifier_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="object identifier"):
        der.oid(text)


@given(moments)
def test_generalized_time_keeps_the_moment_and_has_no_trailing_zero(at: datetime) -> None:
    text = der.generalized_time(at, fraction=True)[2:].decode()
    whole, _, fraction = text.removesuffix("Z").partition(".")
    assert len(whole) == 14
    assert not fraction.endswith("0")
    assert ("." in text) == bool(at.microsecond)
    found = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    assert found + timedelta(microseconds=int(fraction.ljust(6, "0"))) == at


def test_midnight_and_years_before_1000_are_written_in_full() -> None:
    assert der.generalized_time(datetime(800, 12, 25, tzinfo=UTC))[2:] == b"08001225000000Z"


@given(moments)
def test_time_changes_its_type_at_2050_and_1950(at: datetime) -> None:
    assert der.time(at)[0] == (0x17 if 1950 <= at.year <= 2049 else 0x18)


def test_naive_times_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        der.time(datetime(2026, 1, 1))


@given(st.sets(st.integers(min_value=0, max_value=40)))
def test_named_bits_come_back_without_trailing_zeros(positions: set[int]) -> None:
    encoded = der.named_bits(*positions)
    unused, value = encoded[2], encoded[3:]
    bits = "".join(f"{octet:08b}" for octet in value)
    bits = bits[: len(bits) - unused]
    assert {index for index, bit in enumerate(bits) if bit == "1"} == positions
    assert not bits.endswith("0")


def test_unused_bits_must_be_zero() -> None:
    with pytest.raises(ValueError, match="unused"):
        der.bit_string(b"\xff", 3)


def test_printable_string_keeps_its_alphabet() -> None:
    with pytest.raises(ValueError, match="PrintableString"):
        der.printable_string("ОДО")


def test_a_critical_extension_is_what_the_library_writes() -> None:
    ours = der.extension("2.5.29.15", der.bit_string(b"\x40", 6), critical=True)
    theirs = x509.KeyUsage(False, True, False, False, False, False, False, False, False).public_bytes()
    assert theirs in ours
    assert ours.startswith(der.tlv(0x30, b"x" * (len(ours) - 2))[:2] + der.oid("2.5.29.15") + der.boolean(True))
