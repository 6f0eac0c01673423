"""Reads CMS SignedData into frozen values that keep every octet that a digest may cover (RFC 5652 clause 5).

Strict DER first; BER framing is converted within bounds and noted. A fault raises `CmsError` with a stable word; the
gathering step turns it into a reason.
"""

from dataclasses import dataclass

from validator.asn1 import der
from validator.asn1.der import DerError, Element
from validator.cms import ber, oids

MAX_OCTETS = 256 * 1024 * 1024
MAX_SIGNERS = 100
MAX_ATTRIBUTES = 200
MAX_VALUES = 100


class CmsError(ValueError):
    """The octets are not CMS SignedData; `rule` is a short stable word."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Algorithm:
    """An AlgorithmIdentifier: dotted OID, DER of the parameters (None when absent) and the whole DER."""

    oid: str
    parameters: bytes | None
    whole: bytes


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: OID, the complete encodings of its values, and the complete encoding of the attribute."""

    oid: str
    values: tuple[bytes, ...]
    whole: bytes

    @property
    def type_octets(self) -> bytes:
        """The complete encoding of attrType, as hash indexes need it (EN 319 122-1 clause 5.5.2)."""
        return der.children(self.whole, der.single(self.whole))[0].whole(self.whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerInfo:
    """One SignerInfo (RFC 5652 clause 5.3). `fields` are the complete encodings of version, sid, digestAlgorithm,
    signedAttrs, signatureAlgorithm and signature in order; `signed_attributes` the [0] element as found, None when
    absent."""

    version: int
    issuer: bytes | None
    serial: int | None
    key_identifier: bytes | None
    digest_algorithm: Algorithm
    signed_attributes: bytes | None
    signed: tuple[Attribute, ...]
    signature_algorithm: Algorithm
    signature: bytes
    unsigned: tuple[Attribute, ...]
    fields: tuple[bytes, ...]

    def signed_values(self, oid: str) -> tuple[bytes, ...]:
        """All values of all signed attributes of this type."""
        return tuple(value for item in self.signed if item.oid == oid for value in item.values)

    def unsigned_values(self, oid: str) -> tuple[bytes, ...]:
        """All values of all unsigned attributes of this type."""
        return tuple(value for item in self.unsigned if item.oid == oid for value in item.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedData:
    """One SignedData. `content` is the value of eContent (None when detached); `certificates` and `revocations` are
    complete encodings of CertificateChoices and RevocationInfoChoice in their order; `tolerated` names what was not
    DER; `consumed` is how many octets of the input the structure took."""

    version: int
    content_type: str
    content_type_octets: bytes
    content: bytes | None
    certificates: tuple[bytes, ...]
    revocations: tuple[bytes, ...]
    signers: tuple[SignerInfo, ...]
    tolerated: tuple[str, ...] = ()
    consumed: int = 0


def parse(octets: bytes, *, trailing: bool = False) -> SignedData:
    """The SignedData in a ContentInfo. With `trailing`, octets after it are allowed (padding of a PDF /Contents).

    Raises CmsError: too-large, not-cms, not-signed-data, trailing-data, or the word of the broken encoding rule.
    """
    if len(octets) > MAX_OCTETS:
        raise CmsError("too-large")
    try:
        return _parse(octets, trailing)
    except DerError as fault:
        raise CmsError(fault.rule) from fault


def _parse(octets: bytes, trailing: bool) -> SignedData:
    consumed = ber.element_length(octets)
    if not trailing and consumed != len(octets):
        raise CmsError("trailing-data")
    exact = octets[:consumed]
    try:
        return _content_info(exact, (), consumed)
    except DerError:
        return _content_info(ber.to_der(exact), ("ber",), consumed)


def _content_info(data: bytes, tolerated: tuple[str, ...], consumed: int) -> SignedData:
    outer = der.single(data)
    if outer.tag != der.SEQUENCE:
        raise CmsError("not-cms")
    parts = der.children(data, outer, 8)
    if not parts or parts[0].tag != der.OID:
        raise CmsError("not-cms")
    if der.oid(data, parts[0]) != oids.ID_SIGNED_DATA:
        raise CmsError("not-signed-data")
    if len(parts) != 2 or parts[1].tag != 0xA0:
        raise CmsError("not-cms")
    inner = der.children(data, parts[1], 2)
    if len(inner) != 1 or inner[0].tag != der.SEQUENCE:
        raise CmsError("not-cms")
    return _signed_data(data, inner[0], tolerated, consumed)


def _signed_data(data: bytes, element: Element, tolerated: tuple[str, ...], consumed: int) -> SignedData:
    parts = der.children(data, element, 16)
    if len(parts) < 4 or parts[1].tag != der.SET or parts[2].tag != der.SEQUENCE or parts[-1].tag != der.SET:
        raise CmsError("signed-data")
    optional = {part.tag: part for part in parts[3:-1]}
    if len(optional) != len(parts) - 4 or not optional.keys() <= {0xA0, 0xA1}:
        raise CmsError("signed-data")
    signers = der.children(data, parts[-1], MAX_SIGNERS)
    content_type, type_octets, content = _encapsulated(data, parts[2])
    return SignedData(
        version=der.integer(data, parts[0]),
        content_type=content_type,
        content_type_octets=type_octets,
        content=content,
        certificates=_members(data, optional.get(0xA0)),
        revocations=_members(data, optional.get(0xA1)),
        signers=tuple(signer_info(data, item) for item in signers),
        tolerated=tolerated,
        consumed=consumed,
    )


def _members(data: bytes, element: Element | None) -> tuple[bytes, ...]:
    return () if element is None else tuple(item.whole(data) for item in der.children(data, element, 10_000))


def _encapsulated(data: bytes, element: Element) -> tuple[str, bytes, bytes | None]:
    parts = der.children(data, element, 4)
    if not 1 <= len(parts) <= 2:
        raise CmsError("encapsulated-content")
    content: bytes | None = None
    if len(parts) == 2:
        inner = der.children(data, parts[1], 2)
        if parts[1].tag != 0xA0 or len(inner) != 1:
            raise CmsError("encapsulated-content")
        # PKCS #7 v1.5 allows any type here; its contents octets are what is digested (RFC 5652 5.2.1).
        if inner[0].tag == 0x24:
            raise DerError("constructed-string", inner[0].start)
        content = inner[0].contents(data)
    return der.oid(data, parts[0]), parts[0].whole(data), content


def algorithm(data: bytes, element: Element) -> Algorithm:
    """An AlgorithmIdentifier. Raises DerError or CmsError algorithm-identifier."""
    parts = der.children(data, element, 4) if element.tag == der.SEQUENCE else []
    if not 1 <= len(parts) <= 2:
        raise CmsError("algorithm-identifier")
    parameters = parts[1].whole(data) if len(parts) == 2 else None
    return Algorithm(der.oid(data, parts[0]), parameters, element.whole(data))


def signer_info(data: bytes, element: Element) -> SignerInfo:
    """One SignerInfo, also as the value of a counter-signature. Raises DerError or CmsError signer-info."""
    parts = der.children(data, element, 16) if element.tag == der.SEQUENCE else []
    if len(parts) < 5:
        raise CmsError("signer-info")
    version, sid, digest, *rest = parts
    attributes = rest.pop(0) if rest[0].tag == 0xA0 else None
    if len(rest) not in (2, 3) or rest[1].tag != der.OCTET_STRING or (len(rest) == 3 and rest[2].tag != 0xA1):
        raise CmsError("signer-info")
    issuer, serial, key_identifier = _signer_identifier(data, sid)
    fields = [version, sid, digest, *([attributes] if attributes else []), rest[0], rest[1]]
    return SignerInfo(
        version=der.integer(data, version),
        issuer=issuer,
        serial=serial,
        key_identifier=key_identifier,
        digest_algorithm=algorithm(data, digest),
        signed_attributes=attributes.whole(data) if attributes else None,
        signed=_attributes(data, attributes) if attributes else (),
        signature_algorithm=algorithm(data, rest[0]),
        signature=rest[1].contents(data),
        unsigned=_attributes(data, rest[2]) if len(rest) == 3 else (),
        fields=tuple(item.whole(data) for item in fields),
    )


def _signer_identifier(data: bytes, element: Element) -> tuple[bytes | None, int | None, bytes | None]:
    if element.tag == 0x80:
        return None, None, element.contents(data)
    parts = der.children(data, element, 4) if element.tag == der.SEQUENCE else []
    if len(parts) != 2 or parts[0].tag != der.SEQUENCE or parts[1].tag != der.INTEGER:
        raise CmsError("signer-identifier")
    # A serial number in non-minimal form still names the certificate: compared as a number.
    return parts[0].whole(data), int.from_bytes(parts[1].contents(data), "big", signed=True), None


def _attributes(data: bytes, element: Element) -> tuple[Attribute, ...]:
    return tuple(_attribute(data, item) for item in der.children(data, element, MAX_ATTRIBUTES))


def _attribute(data: bytes, element: Element) -> Attribute:
    parts = der.children(data, element, 4) if element.tag == der.SEQUENCE else []
    if len(parts) != 2 or parts[1].tag != der.SET:
        raise CmsError("attribute")
    values = tuple(item.whole(data) for item in der.children(data, parts[1], MAX_VALUES))
    return Attribute(der.oid(data, parts[0]), values, element.whole(data))
