"""The archive time-stamp of CAdES: ats-hash-index-v3 and archive-time-stamp-v3 (EN 319 122-1 5.5.2 and 5.5.3)."""

from dataclasses import replace
from typing import Final

from ops.platform import der
from signer.cms import SignedData, SignerInfo, read_signed_data
from signer.schemes import digest_algorithm, digest_of
from validator.asn1 import der as reader

ARCHIVE_TIME_STAMP_V3: Final = "0.4.0.1733.2.4"
ATS_HASH_INDEX_V3: Final = "0.4.0.19122.1.5"


def hash_index(signed: SignedData, signer: SignerInfo, digest: str) -> bytes:
    """ATSHashIndexV3 over everything that `signed` holds now: certificates, revocation data, and each value of the
    unsigned attributes of `signer`."""
    return der.sequence(
        digest_algorithm(digest),
        _index(digest, signed.certificates),
        _index(digest, signed.revocation),
        _index(digest, _attribute_values(signer.unsigned_attributes)),
    )


def _index(digest: str, objects: tuple[bytes, ...]) -> bytes:
    return der.sequence(*(der.octet_string(digest_of(digest, item)) for item in objects))


def _attribute_values(attributes: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """attrType ‖ value for each value (EN 319 122-1 5.5.2: each AttributeValue is protected on its own)."""
    found: list[bytes] = []
    for attribute in attributes:
        kind, values = reader.children(attribute, reader.single(attribute))
        found.extend(kind.whole(attribute) + value.whole(attribute) for value in reader.children(attribute, values))
    return tuple(found)


def imprint(signed: SignedData, signer: SignerInfo, content_digest: bytes, index: bytes, digest: str) -> bytes:
    """What the archive time-stamp covers, hashed: content type, digest of the content, the SignerInfo up to the
    signature, the hash index. `content_digest` was made with the same `digest`."""
    return digest_of(digest, der.oid(signed.content_type) + content_digest + signer.signed_fields() + index)


def attribute(token: bytes, index: bytes) -> bytes:
    """The archive-time-stamp-v3 attribute: the token with the index as unsigned attribute of its SignerInfo."""
    signed = read_signed_data(token)
    marked = signed.signers[0].with_unsigned(der.attribute(ATS_HASH_INDEX_V3, index))
    return der.attribute(ARCHIVE_TIME_STAMP_V3, replace(signed, signers=(marked,)).encode())
