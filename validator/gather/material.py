"""Takes the certificates and revocation data out of a CMS structure, wherever the profiles put them.

SignedData.certificates and .crls (RFC 5652 5.1, RFC 5940), certificate-values and revocation-values (EN 319 122-1
annex A), Adobe's revocation archive (ISO 32000-2 12.8.3.3.2). What cannot be read is left out and counted.
"""

from collections.abc import Iterator

from validator.asn1 import der
from validator.asn1.der import DerError, Element
from validator.cms import oids
from validator.cms.signed_data import SignedData, SignerInfo
from validator.evidence import ObjectKind
from validator.gather.store import ObjectStore


def collect(signed: SignedData, store: ObjectStore, origin: str) -> tuple[str, ...]:
    """Put everything of one SignedData into the store; the hashes in order of appearance, each once."""
    names = [store.add(ObjectKind.CERTIFICATE, item, origin) for item in signed.certificates if item[0] == 0x30]
    for item in signed.revocations:
        names.extend(_revocation(item, store, origin))
    for signer in signed.signers:
        names.extend(_from_attributes(signer, store, origin))
    return tuple(dict.fromkeys(names))


def revocation_name(item: bytes, store: ObjectStore, origin: str) -> tuple[str, ...]:
    """The hash under which one RevocationInfoChoice is kept; empty when its form is unknown."""
    return tuple(_revocation(item, store, origin))


def _revocation(item: bytes, store: ObjectStore, origin: str) -> Iterator[str]:
    if item[0] == 0x30:
        yield store.add(ObjectKind.CRL, item, origin)
        return
    try:
        parts = der.children(item, der.single(item), 2)
        form = der.oid(item, parts[0])
        value = parts[1].whole(item)
    except (DerError, IndexError):
        return
    if form in (oids.RI_OCSP_RESPONSE, oids.OCSP_BASIC):
        yield store.add(ObjectKind.OCSP, value, origin)


def _from_attributes(signer: SignerInfo, store: ObjectStore, origin: str) -> Iterator[str]:
    for value in signer.unsigned_values(oids.CERTIFICATE_VALUES):
        for item in _members(value):
            yield store.add(ObjectKind.CERTIFICATE, item.whole(value), origin)
    for value in signer.unsigned_values(oids.REVOCATION_VALUES):
        yield from _revocation_values(value, store, origin)
    for value in signer.signed_values(oids.ADOBE_REVOCATION):
        yield from _revocation_values(value, store, origin)


def _members(value: bytes) -> list[Element]:
    try:
        return [item for item in der.children(value, der.single(value, der.SEQUENCE), 10_000) if item.tag == 0x30]
    except DerError:
        return []


def _revocation_values(value: bytes, store: ObjectStore, origin: str) -> Iterator[str]:
    try:
        holders = der.children(value, der.single(value, der.SEQUENCE), 4)
        for holder in holders:
            lists = der.children(value, holder, 2) if holder.tag in (0xA0, 0xA1) else []
            for item in (one for entry in lists for one in der.children(value, entry, 10_000)):
                kind = ObjectKind.CRL if holder.tag == 0xA0 else ObjectKind.OCSP
                yield store.add(kind, item.whole(value), origin)
    except DerError:
        return
