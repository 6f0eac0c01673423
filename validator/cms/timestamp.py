"""Reads RFC 3161 time-stamp tokens and responses: TSTInfo as facts (RFC 3161 clause 2.4.2, EN 319 422 clause 5)."""

from dataclasses import dataclass
from datetime import datetime

from validator.asn1 import der
from validator.asn1.der import DerError, Element
from validator.cms import attributes, oids
from validator.cms.signed_data import CmsError, SignedData, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class TstInfo:
    """What a token states. `accuracy_microseconds` is None when absent; `serial` is decimal; `tsa` the DER of the
    GeneralName; extensions as (OID, critical, value)."""

    policy: str
    imprint_oid: str
    imprint: bytes
    serial: str
    gen_time: datetime
    accuracy_microseconds: int | None
    ordering: bool
    nonce: int | None
    tsa: bytes | None
    extensions: tuple[tuple[str, bool, bytes], ...]

    @property
    def qualified(self) -> bool:
        """The token claims to be an EU qualified time-stamp (EN 319 422 clause 9.1)."""
        statement = bytes.fromhex("040081975e0101")
        return any(oid == oids.QC_STATEMENTS and statement in value for oid, _, value in self.extensions)


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its SignedData and what it states."""

    signed_data: SignedData
    info: TstInfo


def parse_token(octets: bytes) -> Token:
    """The token in a ContentInfo; octets after it are not allowed. Raises CmsError (also not-a-token, tst-info)."""
    signed = parse(octets)
    if signed.content_type != oids.ID_CT_TST_INFO or signed.content is None:
        raise CmsError("not-a-token")
    try:
        return Token(signed, parse_tst_info(signed.content))
    except DerError as fault:
        raise CmsError("tst-info") from fault


def token_in_response(octets: bytes) -> bytes | None:
    """The token inside a TimeStampResp whose status is granted (0) or grantedWithMods (1); None for anything else."""
    try:
        parts = der.children(octets, der.single(octets, der.SEQUENCE), 2)
        if len(parts) != 2 or parts[0].tag != der.SEQUENCE:
            return None
        status = der.children(octets, parts[0], 3)
        return parts[1].whole(octets) if der.integer(octets, status[0]) in (0, 1) else None
    except (DerError, IndexError):
        return None


def parse_tst_info(data: bytes) -> TstInfo:
    """TSTInfo. Raises DerError."""
    parts = der.children(data, der.single(data, der.SEQUENCE), 16)
    if len(parts) < 5 or der.integer(data, parts[0]) != 1 or parts[4].tag != der.GENERALIZED_TIME:
        raise DerError("tst-info", 0)
    imprint = der.children(data, parts[2], 3)
    if len(imprint) != 2 or imprint[1].tag != der.OCTET_STRING:
        raise DerError("imprint", parts[2].start)
    optional = _optional(parts[5:])
    return TstInfo(
        policy=der.oid(data, parts[1]),
        imprint_oid=der.oid(data, der.children(data, imprint[0], 2)[0]),
        imprint=imprint[1].contents(data),
        serial=str(der.integer(data, parts[3])),
        gen_time=attributes.parse_time(parts[4].contents(data)),
        accuracy_microseconds=_accuracy(data, optional.get(der.SEQUENCE)),
        ordering=der.BOOLEAN in optional and der.boolean(data, optional[der.BOOLEAN]),
        nonce=der.integer(data, optional[der.INTEGER]) if der.INTEGER in optional else None,
        tsa=optional[0xA0].contents(data) if 0xA0 in optional else None,
        extensions=_extensions(data, optional.get(0xA1)),
    )


def _optional(parts: list[Element]) -> dict[int, Element]:
    order = (der.SEQUENCE, der.BOOLEAN, der.INTEGER, 0xA0, 0xA1)
    tags = [part.tag for part in parts]
    if tags != [tag for tag in order if tag in tags]:
        raise DerError("tst-info", parts[0].start)
    return {part.tag: part for part in parts}


def _accuracy(data: bytes, element: Element | None) -> int | None:
    if element is None:
        return None
    scale = {der.INTEGER: 1_000_000, 0x80: 1_000, 0x81: 1}
    total = 0
    for part in der.children(data, element, 3):
        if part.tag not in scale:
            raise DerError("accuracy", part.start)
        value = der.integer(data, part, part.tag)
        if not 0 <= value <= 10**9:
            raise DerError("accuracy", part.start)
        total += value * scale[part.tag]
    return total


def _extensions(data: bytes, element: Element | None) -> tuple[tuple[str, bool, bytes], ...]:
    if element is None:
        return ()
    found: list[tuple[str, bool, bytes]] = []
    for item in der.children(data, element, 50):
        parts = der.children(data, item, 3)
        if len(parts) not in (2, 3) or parts[-1].tag != der.OCTET_STRING:
            raise DerError("extension", item.start)
        critical = len(parts) == 3 and der.boolean(data, parts[1])
        found.append((der.oid(data, parts[0]), critical, parts[-1].contents(data)))
    return tuple(found)
