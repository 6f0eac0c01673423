"""Every element of a list and of a response, encoded in each way that a writer gets wrong, and signed anew: where the
certificate still counts as good, cryptography's parser reads the octets too, and what was changed revokes nobody."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.x509 import ocsp as other_ocsp

from ops.platform import der as write
from validator.asn1 import der
from validator.revocation.types import Status


@dataclass(frozen=True)
class Node:
    """An element with its members, or with its contents where it has none."""

    tag: int
    contents: bytes
    members: "tuple[Node, ...]" = ()

    def encoded(self) -> bytes:
        return write.tlv(self.tag, b"".join(item.encoded() for item in self.members) or self.contents)


def tree(data: bytes, element: der.Element) -> Node:
    if element.tag & 0x20:
        return Node(element.tag, b"", tuple(tree(data, item) for item in der.children(data, element)))
    if element.tag == der.OCTET_STRING:
        try:
            return Node(element.tag, b"", (tree(data, der.explicit(data, element)),))
        except der.DerError:
            pass
    return Node(element.tag, element.contents(data))


def faulty(node: Node) -> Iterator[bytes]:
    """The element left out, repeated, tagged otherwise, with another length, with more, less or other contents."""
    whole = node.encoded()
    body = whole[der.single(whole).value :]
    yield from (b"", whole + whole, whole + write.null())
    yield from (bytes((node.tag ^ bit,)) + whole[1:] for bit in (0x20, 0x80, 0x01))
    yield bytes((node.tag, 0x84)) + len(body).to_bytes(4, "big") + body
    yield bytes((node.tag, 0x80)) + body + b"\0\0"
    yield from (write.tlv(node.tag, changed) for changed in (b"", body + b"\0", b"\0" + body, body + write.null()))
    if body:
        last = bytes((body[-1] ^ 1,))
        yield from (write.tlv(node.tag, changed) for changed in (body[:-1], body[:-1] + last, b"\xff" * len(body)))


def changed(node: Node) -> Iterator[bytes]:
    """The encoding of `node` with each fault in each of its elements."""
    yield from faulty(node)
    for position, member in enumerate(node.members):
        before = b"".join(item.encoded() for item in node.members[:position])
        after = b"".join(item.encoded() for item in node.members[position + 1 :])
        yield from (write.tlv(node.tag, before + other + after) for other in changed(member))


def read_list(octets: bytes) -> list[object]:
    """Everything in it, as cryptography reads it; ValueError where that cannot."""
    listed = x509.load_der_x509_crl(octets)
    return [*listed.extensions, *(item.extensions for item in listed)]


def read_response(octets: bytes) -> list[object]:
    """The same."""
    response = other_ocsp.load_der_ocsp_response(octets)
    return [*response.extensions, *(item.certificate_status for item in response.responses)]


@pytest.fixture(scope="module")
def ca(pki: SimpleNamespace):
    return pki.authority("Reencoded CA")


@pytest.fixture(scope="module")
def leaf(pki: SimpleNamespace, ca):
    return ca.issue("Reencoded leaf", serial=1000)


def signed_list(pki, ca, leaf) -> tuple[bytes, Callable[[bytes], bytes]]:
    scope = pki.idp(pki.full_name(pki.directory(ca.subject)), user=True)
    point = pki.point(pki.full_name(pki.uri("http://d.example")))
    freshest = write.extension("2.5.29.46", write.sequence(point))
    entry = pki.entry(5, pki.NOW - pki.DAY, pki.reason(1), pki.invalidity(pki.NOW))
    return pki.crl(ca, entry, extensions=(scope, freshest)).tbs, lambda basic: basic


def signed_response(pki, ca, leaf) -> tuple[bytes, Callable[[bytes], bytes]]:
    about, other = pki.cert_id(leaf, ca.certificate), pki.cert_id(leaf, ca.certificate, serial=5)
    cutoff = write.extension("1.3.6.1.5.5.7.48.1.6", write.generalized_time(pki.NOW - 400 * pki.DAY))
    singles = (pki.single(about, extensions=(cutoff,)), pki.single(other, pki.revoked_status(code=1)))
    kind = write.oid("1.3.6.1.5.5.7.48.1.1")
    return pki.ocsp(pki.by_name(ca.subject), ca.label, *singles).tbs, lambda basic: write.sequence(
        write.enumerated(0), write.explicit(0, write.sequence(kind, write.octet_string(basic)))
    )


@pytest.mark.parametrize(
    ("make", "ours", "theirs", "some"),
    [(signed_list, "parse_crl", read_list, 60), (signed_response, "parse_ocsp", read_response, 40)],
)
def test_what_is_still_good_is_read_by_others_too(pki, ca, leaf, make, ours, theirs, some):
    tbs, wrapped = make(pki, ca, leaf)
    believed = 0
    for other in changed(tree(tbs, der.single(tbs))):
        octets = wrapped(write.sequence(other, pki.ECDSA_SHA256, pki.bits_of(pki.sign(ca.label, other))))
        if pki.ask(leaf, ca, getattr(pki, ours)(octets)).status is Status.GOOD:
            theirs(octets)
            believed += 1
    # What may vary names and dates other certificates, and what is not processed.
    assert believed > some
