"""What the extension says of DER is what the form in Python says, or nothing."""

from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.platform import der as writer
from validator.asn1 import compiled, der
from validator.asn1.der import DerError, Element
from validator.path.frame import walk_parts

MANY = settings(max_examples=1_000, deadline=None)
LENGTHS = b"\x00\x01\x7f\x80\x81\x82\x83\x84\x85\xff"
# Elements as DER has them, elements whose lengths lie, and noise.
PIECES = st.one_of(
    st.builds(writer.tlv, st.integers(0, 255), st.binary(max_size=300)),
    st.builds(lambda tag, length, rest: bytes((tag, *length)) + rest, st.integers(0, 255),
              st.lists(st.sampled_from(LENGTHS), max_size=5), st.binary(max_size=8)),
    st.binary(max_size=4),
)  # fmt: skip
OCTETS = st.lists(PIECES, max_size=6).map(b"".join)
CHANGES = st.lists(
    st.tuples(st.integers(0, 2_000), st.one_of(st.sampled_from(LENGTHS), st.integers(0, 255))), max_size=3
)


@pytest.fixture(scope="module")
def native(absent: object) -> ModuleType:
    if compiled.certificate is None:
        absent("the extension validator.asn1._native was not compiled")  # type: ignore[operator]
    from validator.asn1 import _native

    return _native


@MANY
@given(octets=OCTETS, start=st.integers(0, 12), short=st.integers(0, 12), limit=st.integers(0, 6))
def test_members(native: ModuleType, octets: bytes, start: int, short: int, limit: int) -> None:
    end = max(len(octets) - short, 0)
    parent = Element(0x30, 0, min(start, end), end)
    try:
        expected, encodings = der.read_children(octets, parent, limit), der.read_encodings(octets, parent, limit)
    except DerError:
        assert native.members(Element, octets, parent.value, end, limit) is None
        assert native.encodings(octets, parent.value, end, limit) is None
        return
    found = native.members(Element, octets, parent.value, end, limit)
    assert found == expected
    assert all(type(one) is Element for one in found)
    assert native.encodings(octets, parent.value, end, limit) == encodings


@pytest.fixture(scope="module")
def certificate(forge: SimpleNamespace) -> bytes:
    return forge.end_entity("CN=Holder", owner="holder", extra=[forge.san(forge.email("holder@example.org"))])


@MANY
@given(changes=CHANGES, cut=st.integers(0, 40))
def test_parts_of_a_certificate(
    native: ModuleType, certificate: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    octets = bytearray(certificate[: len(certificate) - (cut if cut < 4 else 0)])
    for at, octet in changes:
        octets[at % len(octets)] = octet
    assert native.certificate(bytes(octets)) == walk_parts(bytes(octets))


def test_the_usual_certificate_is_recognised(native: ModuleType, certificate: bytes) -> None:
    assert walk_parts(certificate) is not None
    assert native.certificate(certificate) == walk_parts(certificate)


def test_every_octet_of_the_frame_changed(native: ModuleType, certificate: bytes) -> None:
    recognised = 0
    for at in range(len(certificate)):
        for octet in LENGTHS + bytes((certificate[at] ^ 1, certificate[at] ^ 0x20)):
            changed = certificate[:at] + bytes((octet,)) + certificate[at + 1 :]
            found = native.certificate(changed)
            recognised += found is not None
            assert found == walk_parts(changed), (at, octet)
    assert recognised > 100


@pytest.mark.parametrize("data", [bytearray(b"0\0"), memoryview(b"0\0"), None, "text"])
def test_what_is_no_octet_string_is_left_to_python(native: ModuleType, data: object) -> None:
    assert native.certificate(data) is None
    assert native.members(Element, data, 0, 2, 5) is None
    assert native.encodings(data, 0, 2, 5) is None


@pytest.mark.parametrize("arguments", [(), (b"",), (b"", -1, 0, 0), (b"", 0, "", 0), (b"", 0, 0, 2**70)])
def test_wrong_arguments_are_errors(native: ModuleType, arguments: tuple[object, ...]) -> None:
    with pytest.raises((TypeError, OverflowError)):
        native.members(Element, *arguments)
    with pytest.raises((TypeError, OverflowError)):
        native.encodings(*arguments)


def test_elements_are_tuples(native: ModuleType) -> None:
    with pytest.raises(TypeError):
        native.members(int, b"", 0, 0, 0)


def test_a_range_outside_the_octets_is_left_to_python(native: ModuleType) -> None:
    assert native.members(Element, b"\x05\x00", 0, 3, 5) is None
    assert native.members(Element, b"\x05\x00", 2, 2, 5) == []
    assert native.encodings(b"\x05\x00", 2**62, 2**63, 5) is None
