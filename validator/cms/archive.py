"""What an archive-time-stamp-v3 protects: its imprint and its hash index (EN 319 122-1 clause 5.5)."""

from dataclasses import dataclass

from validator.asn1 import der
from validator.asn1.der import DerError
from validator.cms import oids, verify
from validator.cms.signed_data import Attribute, SignedData, SignerInfo
from validator.cms.timestamp import Token

_INDEXES = {oids.ATS_HASH_INDEX: 1, oids.ATS_HASH_INDEX_V2: 2, oids.ATS_HASH_INDEX_V3: 3}


@dataclass(frozen=True, slots=True)
class HashIndex:
    """ATSHashIndex in any of its three versions. `whole` is the complete encoding of the value."""

    version: int
    digest_oid: str
    certificates: tuple[bytes, ...]
    revocations: tuple[bytes, ...]
    attributes: tuple[bytes, ...]
    whole: bytes


@dataclass(frozen=True, slots=True)
class Protected:
    """Result of matching an index against a signature. `intact`: imprint right and every index entry has its object.
    `objects` are the complete encodings of the protected certificates and revocation values; `attributes` those of
    the protected unsigned attribute values."""

    intact: bool | None
    objects: tuple[bytes, ...] = ()
    attributes: tuple[bytes, ...] = ()


def hash_index(token: Token) -> HashIndex | None:
    """The hash index among the token's unsigned attributes, None when there is none. Raises DerError."""
    for signer in token.signed_data.signers:
        for attribute in signer.unsigned:
            if attribute.oid in _INDEXES and len(attribute.values) == 1:
                return _parse(attribute.values[0], _INDEXES[attribute.oid])
    return None


def _parse(value: bytes, version: int) -> HashIndex:
    parts = der.children(value, der.single(value, der.SEQUENCE), 4)
    digest_oid = oids.SHA256
    if len(parts) == 4:
        algorithm = parts.pop(0)
        digest_oid = der.oid(value, algorithm if algorithm.tag == der.OID else der.children(value, algorithm, 2)[0])
    if len(parts) != 3:
        raise DerError("hash-index", 0)
    lists = [tuple(item.contents(value) for item in der.children(value, part)) for part in parts]
    return HashIndex(version, digest_oid, lists[0], lists[1], lists[2], value)


def protected_by(token: Token, signed: SignedData, info: SignerInfo, content: bytes | None) -> Protected:
    """Check an archive time-stamp v3 of `info` against its hash index. `content` is the signed content.

    Never raises: an index that cannot be read protects nothing.
    """
    try:
        index = hash_index(token)
    except DerError:
        return Protected(False)
    if index is None:
        return Protected(False)
    objects = _matches(index.digest_oid, (*signed.certificates, *signed.revocations))
    values = _attribute_values(index, info.unsigned)
    complete = all(item in objects for item in (*index.certificates, *index.revocations)) and all(
        item in values for item in index.attributes
    )
    found = tuple(objects[item] for item in (*index.certificates, *index.revocations) if item in objects)
    covered = tuple(values[item] for item in index.attributes if item in values)
    if content is None:
        return Protected(None if complete else False, found, covered)
    return Protected(complete and _imprint_agrees(token, signed, info, content, index), found, covered)


def _imprint_agrees(token: Token, signed: SignedData, info: SignerInfo, content: bytes, index: HashIndex) -> bool:
    oid = token.info.imprint_oid
    data = verify.content_digest(oid, (content,))
    if data is None:
        return False
    pieces = (signed.content_type_octets, data, *info.fields, index.whole)
    return verify.content_digest(oid, pieces) == token.info.imprint


def _matches(digest_oid: str, encodings: tuple[bytes, ...]) -> dict[bytes, bytes]:
    hashed = ((verify.content_digest(digest_oid, (item,)), item) for item in encodings)
    return {digest: item for digest, item in hashed if digest is not None}


def _attribute_values(index: HashIndex, unsigned: tuple[Attribute, ...]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for attribute in unsigned:
        # Versions 1 and 2 hash the whole attribute, version 3 type and value apart (clause 5.5.2).
        pairs = [(attribute.whole, attribute.whole)] if index.version < 3 else []
        pairs += [(attribute.type_octets + value, value) for value in attribute.values]
        for hashed, value in pairs:
            digest = verify.content_digest(index.digest_oid, (hashed,))
            if digest is not None:
                found[digest] = value
    return found
