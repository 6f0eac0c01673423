"""CMS SignedData as this project writes it (RFC 5652 5, RFC 5035, RFC 6211, EN 319 122-1 5 and 6).

Structures are nested calls of the DER writer; nothing is a general object model, because what is signed follows a few
fixed profiles. `read_signed_data` takes such a structure apart again without re-encoding any part of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from ops.platform import der
from signer.certificate import CertificateFacts, facts
from signer.schemes import SignatureScheme, digest_algorithm, digest_of
from validator.asn1 import der as reader

ID_DATA: Final = "1.2.840.113549.1.7.1"
ID_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
ID_TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
SIGNATURE_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.14"
COMMITMENT_TYPE: Final = "1.2.840.113549.1.9.16.2.16"
CMS_ALGORITHM_PROTECTION: Final = "1.2.840.113549.1.9.52"
RI_OCSP_RESPONSE: Final = "1.3.6.1.5.5.7.16.2"
COMMITMENTS: Final = {
    "proof-of-origin": "1.2.840.113549.1.9.16.6.1",
    "proof-of-receipt": "1.2.840.113549.1.9.16.6.2",
    "proof-of-delivery": "1.2.840.113549.1.9.16.6.3",
    "proof-of-sender": "1.2.840.113549.1.9.16.6.4",
    "proof-of-approval": "1.2.840.113549.1.9.16.6.5",
    "proof-of-creation": "1.2.840.113549.1.9.16.6.6",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerInfo:
    """One SignerInfo in encoded parts. `signed_attributes` is the SET OF that was signed (universal tag);
    `unsigned_attributes` are complete Attribute encodings."""

    version: bytes
    identifier: bytes
    digest_algorithm: bytes
    signed_attributes: bytes
    signature_algorithm: bytes
    signature: bytes
    unsigned_attributes: tuple[bytes, ...] = ()

    def signed_fields(self) -> bytes:
        """version to signature in order, as they stand in the SignerInfo: without unsignedAttrs. Also what an archive
        time-stamp covers (EN 319 122-1 5.5.3 step 3)."""
        return b"".join(
            (
                self.version,
                self.identifier,
                self.digest_algorithm,
                b"\xa0" + self.signed_attributes[1:],
                self.signature_algorithm,
                der.octet_string(self.signature),
            )
        )

    def encode(self) -> bytes:
        """The SignerInfo."""
        unsigned = der.implicit_set_of(1, *self.unsigned_attributes) if self.unsigned_attributes else b""
        return der.tlv(0x30, self.signed_fields() + unsigned)

    def with_unsigned(self, *attributes: bytes) -> "SignerInfo":
        """The same with further unsigned attributes."""
        return replace(self, unsigned_attributes=self.unsigned_attributes + attributes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedData:
    """SignedData in encoded parts. `content` is the content octets or None when detached; `certificates` are
    CertificateChoices and `revocation` RevocationInfoChoices, each complete."""

    content_type: str
    digest_algorithms: tuple[bytes, ...]
    signers: tuple[SignerInfo, ...]
    content: bytes | None = None
    certificates: tuple[bytes, ...] = ()
    revocation: tuple[bytes, ...] = ()

    @property
    def version(self) -> int:
        """CMSVersion by RFC 5652 5.1: 5 with OtherRevocationInfo, 3 for content other than id-data or a signer
        identified by key, else 1."""
        if any(choice[0] == 0xA1 for choice in self.revocation):
            return 5
        by_key = any(signer.version != der.integer(1) for signer in self.signers)
        return 3 if self.content_type != ID_DATA or by_key else 1

    def encode(self) -> bytes:
        """The ContentInfo that holds this SignedData."""
        content = b"" if self.content is None else der.explicit(0, der.octet_string(self.content))
        body = der.sequence(
            der.integer(self.version),
            der.set_of(*self.digest_algorithms),
            der.sequence(der.oid(self.content_type), content),
            der.implicit_set_of(0, *self.certificates) if self.certificates else b"",
            der.implicit_set_of(1, *self.revocation) if self.revocation else b"",
            der.set_of(*(signer.encode() for signer in self.signers)),
        )
        return der.sequence(der.oid(ID_SIGNED_DATA), der.explicit(0, body))


@lru_cache(maxsize=1024)
def signing_certificate_v2(certificate: bytes, digest: str = "sha256") -> bytes:
    """The signing-certificate-v2 attribute for one certificate (RFC 5035 3). SHA-256 is the DEFAULT and so left out."""
    found = facts(certificate)
    algorithm = b"" if digest == "sha256" else digest_algorithm(digest)
    identifier = der.sequence(algorithm, der.octet_string(digest_of(digest, certificate)), found.issuer_serial)
    return der.attribute(SIGNING_CERTIFICATE_V2, der.sequence(der.sequence(identifier)))


@lru_cache(maxsize=1024)
def _fixed_attributes(certificate: bytes, scheme: SignatureScheme, content_type: str) -> tuple[bytes, ...]:
    protection = der.sequence(scheme.digest_algorithm, der.explicit(1, scheme.signature_algorithm[_header(scheme) :]))
    return (
        der.attribute(CONTENT_TYPE, der.oid(content_type)),
        signing_certificate_v2(certificate, scheme.reference_digest),
        der.attribute(CMS_ALGORITHM_PROTECTION, protection),
    )


def _header(scheme: SignatureScheme) -> int:
    # RFC 6211: signatureAlgorithm is [1] IMPLICIT AlgorithmIdentifier, so that only its contents are kept.
    return reader.single(scheme.signature_algorithm).value


def signed_attributes(
    *,
    certificate: bytes,
    scheme: SignatureScheme,
    content_digest: bytes,
    content_type: str = ID_DATA,
    signing_time: datetime | None = None,
    commitment: str | None = None,
) -> bytes:
    """The SET OF signed attributes, in DER: exactly the octets that a key holder signs (RFC 5652 5.4).

    `signing_time` is for CAdES only: PAdES forbids the attribute (EN 319 142-1 6.3). `commitment` is a key of
    COMMITMENTS; KeyError for another word.
    """
    attributes = [
        *_fixed_attributes(certificate, scheme, content_type),
        der.attribute(MESSAGE_DIGEST, der.octet_string(content_digest)),
    ]
    if signing_time is not None:
        attributes.append(der.attribute(SIGNING_TIME, der.time(signing_time)))
    if commitment is not None:
        attributes.append(der.attribute(COMMITMENT_TYPE, der.sequence(der.oid(COMMITMENTS[commitment]))))
    return der.set_of(*attributes)


def signer_info(signer: CertificateFacts, scheme: SignatureScheme, attributes: bytes, value: bytes) -> SignerInfo:
    """A SignerInfo identified by issuer and serial number (version 1)."""
    return SignerInfo(
        version=der.integer(1),
        identifier=signer.issuer_and_serial,
        digest_algorithm=scheme.digest_algorithm,
        signed_attributes=attributes,
        signature_algorithm=scheme.signature_algorithm,
        signature=value,
    )


def detached(signer: SignerInfo, certificates: Iterable[bytes]) -> SignedData:
    """SignedData over content that is not inside, as CAdES and PAdES use it."""
    return SignedData(
        content_type=ID_DATA,
        digest_algorithms=(signer.digest_algorithm,),
        signers=(signer,),
        certificates=tuple(dict.fromkeys(certificates)),
    )


def ocsp_choice(response: bytes) -> bytes:
    """An OCSPResponse as RevocationInfoChoice `other` (RFC 5940 2.1)."""
    return der.tlv(0xA1, der.oid(RI_OCSP_RESPONSE) + response)


def read_signed_data(encoded: bytes) -> SignedData:
    """Take a DER ContentInfo with SignedData apart. Raises `validator.asn1.der.DerError` when it is not one."""
    parts = reader.children(encoded, reader.single(encoded, reader.SEQUENCE))
    if len(parts) != 2 or reader.oid(encoded, parts[0]) != ID_SIGNED_DATA or parts[1].tag != 0xA0:
        raise reader.DerError("not-signed-data", 0)
    body = reader.children(encoded, reader.children(encoded, parts[1])[0])
    if len(body) < 4:
        raise reader.DerError("truncated", parts[1].value)
    optional = {element.tag: element for element in body[3:-1]}
    encapsulated = reader.children(encoded, body[2])
    return SignedData(
        content_type=reader.oid(encoded, encapsulated[0]),
        digest_algorithms=_wholes(encoded, body[1]),
        content=_content(encoded, encapsulated),
        certificates=_wholes(encoded, optional[0xA0]) if 0xA0 in optional else (),
        revocation=_wholes(encoded, optional[0xA1]) if 0xA1 in optional else (),
        signers=tuple(_read_signer(encoded, element) for element in reader.children(encoded, body[-1])),
    )


def _content(encoded: bytes, encapsulated: list[reader.Element]) -> bytes | None:
    if len(encapsulated) == 1:
        return None
    inner = reader.children(encoded, encapsulated[1])
    if len(inner) != 1 or inner[0].tag != reader.OCTET_STRING:
        raise reader.DerError("unexpected-tag", encapsulated[1].start)
    return inner[0].contents(encoded)


def _read_signer(encoded: bytes, element: reader.Element) -> SignerInfo:
    fields = reader.children(encoded, element)
    if len(fields) not in (6, 7) or fields[3].tag != 0xA0 or fields[5].tag != reader.OCTET_STRING:
        raise reader.DerError("signer-info", element.start)
    return SignerInfo(
        version=fields[0].whole(encoded),
        identifier=fields[1].whole(encoded),
        digest_algorithm=fields[2].whole(encoded),
        signed_attributes=b"\x31" + fields[3].whole(encoded)[1:],
        signature_algorithm=fields[4].whole(encoded),
        signature=fields[5].contents(encoded),
        unsigned_attributes=_wholes(encoded, fields[6]) if len(fields) == 7 else (),
    )


def _wholes(encoded: bytes, parent: reader.Element) -> tuple[bytes, ...]:
    return tuple(element.whole(encoded) for element in reader.children(encoded, parent))


def attribute_values(attributes: bytes | tuple[bytes, ...], dotted: str) -> tuple[bytes, ...]:
    """All values of the attributes of one type, from a SET OF Attribute or from single Attribute encodings."""
    if isinstance(attributes, bytes):
        attributes = _wholes(attributes, reader.single(attributes))
    found: list[bytes] = []
    for attribute in attributes:
        kind, values = reader.children(attribute, reader.single(attribute))
        if kind.whole(attribute) == der.oid(dotted):
            found.extend(_wholes(attribute, values))
    return tuple(found)
