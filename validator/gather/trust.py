"""Reads trust material given beside the file: anchors, certificates, CRLs, OCSP responses (DER, PEM, PKCS #7)."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from validator.asn1 import der
from validator.asn1.der import DerError
from validator.cms.signed_data import CmsError, parse
from validator.errors import TrustMaterialError
from validator.evidence import AnchorFacts, ObjectKind
from validator.gather.source import Source
from validator.gather.store import ObjectStore
from validator.path.certificate import Certificate, parse_certificate

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 #]+)-----\s+(.*?)-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorInput:
    """Trust anchors in one file: where they come from is recorded. `territory` is the ISO 3166 code of the state or
    the name of the union whose list or decision made them anchors; `purposes` as in AnchorFacts."""

    source: Source
    territory: str | None = None
    sunset: datetime | None = None
    purposes: tuple[str, ...] = ()


def add_anchors(inputs: tuple[AnchorInput, ...], store: ObjectStore) -> tuple[AnchorFacts, ...]:
    """Keep all anchors; sorted, each once. Raises TrustMaterialError when a file holds no certificate."""
    found: set[tuple[str, str, str | None, datetime | None, tuple[str, ...]]] = set()
    for item in inputs:
        for octets in certificates(item.source):
            name = store.add(ObjectKind.CERTIFICATE, octets, "anchor")
            found.add((name, item.source.name, item.territory, item.sunset, item.purposes))
    ordered = sorted(found, key=lambda row: (row[0], row[1], row[2] or "", str(row[3]), row[4]))
    return tuple(
        AnchorFacts(certificate=name, source=source, territory=territory, sunset=sunset, purposes=purposes)
        for name, source, territory, sunset, purposes in ordered
    )


def certificates(source: Source) -> tuple[bytes, ...]:
    """All certificates of a file: one DER certificate, any number of PEM ones, or a PKCS #7 bundle.

    Raises TrustMaterialError when there is none.
    """
    found = [item for block in _blocks(source.octets) for item in _certificates_of(block)]
    if not found:
        raise TrustMaterialError(f"{source.name} holds no certificate.")
    return tuple(found)


def crls(source: Source) -> tuple[bytes, ...]:
    """All CRLs of a file, DER or PEM. Raises TrustMaterialError when there is none."""
    found = [item for item in _blocks(source.octets) if _is_sequence(item)]
    if not found:
        raise TrustMaterialError(f"{source.name} holds no CRL.")
    return tuple(found)


def ocsps(source: Source) -> tuple[bytes, ...]:
    """All OCSP responses of a file, DER or PEM. Raises TrustMaterialError when there is none."""
    found = [item for item in _blocks(source.octets) if _is_sequence(item)]
    if not found:
        raise TrustMaterialError(f"{source.name} holds no OCSP response.")
    return tuple(found)


def _blocks(octets: bytes) -> Iterator[bytes]:
    if octets[:1] == b"\x30":
        yield octets
        return
    for _, text in _PEM.findall(octets):
        try:
            yield base64.b64decode(text)
        except (binascii.Error, ValueError):
            continue


def _is_sequence(octets: bytes) -> bool:
    try:
        return der.single(octets).tag == der.SEQUENCE
    except DerError:
        return False


def _certificates_of(octets: bytes) -> Iterator[bytes]:
    if isinstance(parse_certificate(octets), Certificate):
        yield octets
        return
    try:
        yield from (item for item in parse(octets).certificates if item[0] == 0x30)
    except CmsError:
        return
