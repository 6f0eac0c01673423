"""A response that is read by its likeness to an earlier one says exactly what reading it element by element gives."""

import pytest

from validator.asn1.der import DerError
from validator.revocation import ocsp, ocsp_shape

NONCE = "1.3.6.1.5.5.7.48.1.2"


@pytest.fixture(autouse=True)
def no_shapes(monkeypatch):
    monkeypatch.setattr(ocsp_shape, "_shapes", {})


@pytest.fixture(scope="module")
def octets(pki):
    """DER of the CA's response about a serial number, with a nonce."""
    ca = pki.authority("Shape CA")

    def build(serial: int, **rest) -> bytes:
        about = pki.cert_id(ca.certificate, ca.certificate, serial=serial)
        nonce = pki.der.extension(NONCE, pki.der.octet_string(serial.to_bytes(16, "big")))
        one = pki.single(about, **rest)
        return pki.ocsp_octets(pki.by_name(ca.subject), ca.label, one, extensions=(nonce,))

    return build


def element_by_element(data: bytes):
    try:
        return ocsp._read(data, "hash")
    except DerError:
        return None


def in_one_shape(octets, first: int) -> tuple[bytes, bytes]:
    """Two responses of equal length: signature values differ in length now and then."""
    one = octets(first)
    others = (octets(first + step) for step in range(1, 200))
    return one, next(other for other in others if len(other) == len(one))


def test_the_next_response_of_a_responder(octets):
    one, other = in_one_shape(octets, 5_000)
    ocsp_shape.remember_shape(ocsp._read(one, "hash"))
    found = ocsp_shape.read_alike(other, "hash")
    assert repr(found) == repr(element_by_element(other))
    assert found.responses[0].cert_id.serial_octets != ocsp._read(one, "hash").responses[0].cert_id.serial_octets


def test_any_changed_octet(octets):
    one = octets(6_000)
    ocsp_shape.remember_shape(ocsp._read(one, "hash"))
    alike = 0
    for position in range(len(one)):
        for flipped in (0x01, 0x80, 0xFF):
            changed = one[:position] + bytes((one[position] ^ flipped,)) + one[position + 1 :]
            found = ocsp_shape.read_alike(changed, "hash")
            if found is not None:
                alike += 1
                assert repr(found) == repr(element_by_element(changed)), position
    # The signature value alone has some seventy octets that may differ.
    assert alike > 100


def test_a_response_with_a_fault_is_no_model(pki, octets):
    faulty = octets(7_000, following=pki.NOW - 5 * pki.DAY)
    ocsp_shape.remember_shape(ocsp._read(faulty, "hash"))
    assert ocsp_shape.read_alike(faulty, "hash") is None
