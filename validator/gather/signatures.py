"""Turns one CMS SignerInfo into facts: what it covers, whether digests and value agree, what it says about itself."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from policies.algorithms import CryptoResult
from policies.reasons import Reason
from validator.asn1 import der
from validator.asn1.der import DerError
from validator.cms import attributes, oids, verify
from validator.cms.attributes import CertId
from validator.cms.signed_data import CmsError, SignerInfo
from validator.evidence import (
    AttributeFacts,
    CertificateReference,
    PolicyReference,
    ReferenceFacts,
    SignatureFacts,
)
from validator.path.certificate import Certificate

T = TypeVar("T")
Content = tuple[bytes | memoryview, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerContext:
    """What surrounds a SignerInfo: its id, form, the content it covers (None when not found), the eContentType that
    its content-type attribute must name (None for a counter-signature), and every certificate at hand.
    `received_order`: see `verify.verify_value`."""

    id: str
    format: str
    packaging: str
    content: Content | None
    content_type: str | None
    certificates: tuple[Certificate, ...]
    embedded: tuple[str, ...]
    sub_format: str | None = None
    parent: str | None = None
    field: str | None = None
    structure: tuple[Reason, ...] = ()
    remarks: tuple[Reason, ...] = ()
    document_sha256: str | None = None
    received_order: bool = False


def signature_id(info: SignerInfo, taken: set[str]) -> str:
    """A stable name: S- and 16 hexadecimal digits of the hash over signed attributes and value; a repeated signature
    gets a number."""
    name = "S-" + hashlib.sha256((info.signed_attributes or b"") + info.signature).hexdigest()[:16]
    unique, count = name, 1
    while unique in taken:
        count += 1
        unique = f"{name}-{count}"
    taken.add(unique)
    return unique


def signature_facts(info: SignerInfo, context: SignerContext) -> SignatureFacts:
    """All facts about one SignerInfo. Never raises."""
    reader = _AttributeReader(info)
    references = reader.certificate_references(context.certificates)
    certificate, result, candidates = _signing_certificate(info, context, references)
    references = tuple(_with_issuer(item, certificate) for item in references)
    spki = certificate.spki if certificate else None
    location = reader.optional(oids.SIGNER_LOCATION, attributes.signer_location)
    return SignatureFacts(
        id=context.id,
        format=context.format,
        sub_format=context.sub_format,
        packaging=context.packaging,
        parent=context.parent,
        field=context.field,
        structure=(*context.structure, *_structure(info, context), *reader.faults),
        remarks=(*context.remarks, *_order_remark(info, certificate, result), *reader.remarks),
        references=_data_references(info, context.content, result),
        result=result,
        value_sha256=hashlib.sha256(info.signature).hexdigest(),
        algorithm=info.signature_algorithm.oid,
        uses=verify.uses(info, spki),
        signing_certificate=certificate.fingerprint if certificate else None,
        candidates=candidates,
        certificate_references=tuple(item.facts for item in references),
        identifier_matches=_named_by(info, certificate) if certificate else None,
        claimed_time=(claimed := reader.claimed_time()),
        claimed_time_source="signing-time" if claimed else None,
        attributes=_attribute_list(info),
        policy=reader.policy(),
        commitments=reader.commitments(),
        roles=reader.roles(),
        location=location[0] if location else None,
        embedded=context.embedded,
        document_sha256=context.document_sha256,
    )


def _order_remark(info: SignerInfo, certificate: Certificate | None, result: CryptoResult | None) -> tuple[Reason, ...]:
    """Says when the value verified only over the attributes as sent."""
    if certificate is None or result is not CryptoResult.VALID or info.signed_attributes is None:
        return ()
    if verify.received_octets(info) == verify.signed_octets(info):
        return ()
    strict = verify.verify_value(info, certificate.spki, b"")
    return () if strict is CryptoResult.VALID else (Reason.of("TS-CMS-ATTRIBUTE-ORDER"),)


def _attribute_list(info: SignerInfo) -> tuple[AttributeFacts, ...]:
    signed = [AttributeFacts(identifier=item.oid, values=len(item.values), signed=True) for item in info.signed]
    other = [AttributeFacts(identifier=item.oid, values=len(item.values), signed=False) for item in info.unsigned]
    return (*signed, *other)


# --- what the signature covers -----------------------------------------------------------------------------------


def _data_references(
    info: SignerInfo, content: Content | None, result: CryptoResult | None
) -> tuple[ReferenceFacts, ...]:
    algorithm = verify.digest_name(info.digest_algorithm.oid)
    if info.signed_attributes is None:
        known = content is not None and result not in (None, CryptoResult.UNSUPPORTED)
        intact = result is CryptoResult.VALID if known else None
        return (ReferenceFacts(kind="content", algorithm=algorithm, found=content is not None, intact=intact),)
    if content is None:
        return (ReferenceFacts(kind="message-digest", algorithm=algorithm, found=False, intact=None),)
    computed = verify.content_digest(info.digest_algorithm.oid, content)
    # A digest that cannot be computed says nothing about the data: it is neither right nor wrong.
    intact = None if computed is None else computed == verify.message_digest(info)
    return (ReferenceFacts(kind="message-digest", algorithm=algorithm, found=True, intact=intact),)


# --- whose signature it is ---------------------------------------------------------------------------------------


def _named_by(info: SignerInfo, certificate: Certificate) -> bool:
    if info.key_identifier is not None:
        return certificate.details.subject_key_id == info.key_identifier
    if info.serial != certificate.serial or info.issuer is None:
        return False
    from validator.path.name import parse_name

    try:
        return parse_name(info.issuer) == certificate.issuer
    except DerError:
        return info.issuer == certificate.issuer.der


def _signing_certificate(
    info: SignerInfo, context: SignerContext, references: tuple["_Reference", ...]
) -> tuple[Certificate | None, CryptoResult | None, tuple[str, ...]]:
    """The certificate whose key verifies the value, among those that the signature names; else the first named one.

    Several certificates may share issuer and serial number or digest (hostile or by renewal with the same key), so
    all named ones are tried.
    """
    matched = {item.facts.matches for item in references}
    named = [item for item in context.certificates if item.fingerprint in matched and _named_by(info, item)]
    named += [item for item in context.certificates if _named_by(info, item)]
    named += [item for item in context.certificates if item.fingerprint in matched and item.fingerprint is not None]
    unique = list({item.fingerprint: item for item in named}.values())[:50]
    content = None if context.content is None else b"".join(context.content) if info.signed_attributes is None else b""
    best: tuple[Certificate | None, CryptoResult | None] = (None, None)
    for item in unique:
        result = verify.verify_value(info, item.spki, content, received_order=context.received_order)
        if best[0] is None or result is CryptoResult.VALID:
            best = (item, result)
        if result is CryptoResult.VALID:
            break
    return (*best, tuple(item.fingerprint for item in unique))


@dataclass(frozen=True, slots=True)
class _Reference:
    facts: CertificateReference
    issuer: bytes | None
    serial: int | None


def _with_issuer(item: _Reference, certificate: Certificate | None) -> _Reference:
    if certificate is None or item.facts.matches != certificate.fingerprint or item.issuer is None:
        return item
    agrees = item.issuer == certificate.issuer.der and item.serial == certificate.serial
    facts = item.facts
    return _Reference(
        CertificateReference(
            attribute=facts.attribute,
            algorithm=facts.algorithm,
            digest=facts.digest,
            matches=facts.matches,
            issuer_serial_matches=agrees,
        ),
        item.issuer,
        item.serial,
    )


# --- the format's own rules --------------------------------------------------------------------------------------


def _structure(info: SignerInfo, context: SignerContext) -> tuple[Reason, ...]:
    """RFC 5652 clauses 5.3 and 11: what makes a SignerInfo unacceptable whatever its value says."""
    found: list[Reason] = []
    if info.signed_attributes is not None:
        if len(info.signed_values(oids.MESSAGE_DIGEST)) != 1:
            found.append(Reason.of("TS-CMS-MESSAGE-DIGEST", count=len(info.signed_values(oids.MESSAGE_DIGEST))))
        found.extend(_content_type(info, context.content_type))
        if not _protection_agrees(info):
            found.append(Reason.of("TS-CMS-ALGORITHM-PROTECTION"))
    elif context.content_type not in (None, oids.ID_DATA):
        # Signed attributes are compulsory when the content is not id-data (RFC 5652 5.3).
        found.append(Reason.of("TS-CMS-SIGNED-ATTRIBUTES", type=context.content_type))
    return tuple(found)


def _content_type(info: SignerInfo, expected: str | None) -> list[Reason]:
    values = info.signed_values(oids.CONTENT_TYPE)
    if expected is None:
        return []
    try:
        named = [attributes.object_identifier(value) for value in values]
    except DerError:
        named = []
    return [] if named == [expected] else [Reason.of("TS-CMS-CONTENT-TYPE", found=" ".join(named), expected=expected)]


def _protection_agrees(info: SignerInfo) -> bool:
    """CMSAlgorithmProtection repeats the algorithms of the SignerInfo (RFC 6211 clause 3)."""
    for value in info.signed_values(oids.ALGORITHM_PROTECTION):
        try:
            parts = der.children(value, der.single(value, der.SEQUENCE), 3)
            digest = parts[0].whole(value)
            signature = next((b"\x30" + item.whole(value)[1:] for item in parts[1:] if item.tag == 0xA1), None)
        except (DerError, IndexError):
            return False
        if digest != info.digest_algorithm.whole or signature not in (None, info.signature_algorithm.whole):
            return False
    return True


class _AttributeReader:
    """Reads attributes, noting what cannot be read: a fault where the attribute decides, else a remark."""

    def __init__(self, info: SignerInfo) -> None:
        self._info = info
        self.faults: list[Reason] = []
        self.remarks: list[Reason] = []

    def optional(self, oid: str, decode: Callable[[bytes], T]) -> list[T]:
        """Every readable value of a signed attribute that informs."""
        return self._values(oid, decode, self.remarks)

    def _values(self, oid: str, decode: Callable[[bytes], T], complaints: list[Reason]) -> list[T]:
        found: list[T] = []
        for value in self._info.signed_values(oid):
            try:
                found.append(decode(value))
            except (DerError, CmsError, IndexError):
                complaints.append(Reason.of("TS-CMS-ATTRIBUTE-UNREADABLE", attribute=oid))
        return found

    def claimed_time(self) -> datetime | None:
        times = self.optional(oids.SIGNING_TIME, attributes.time)
        if len(times) > 1:
            self.remarks.append(Reason.of("TS-CMS-ATTRIBUTE-REPEATED", attribute=oids.SIGNING_TIME, count=len(times)))
        return times[0] if times else None

    def policy(self) -> PolicyReference | None:
        found = [item for item in self.optional(oids.SIGNATURE_POLICY, attributes.signature_policy) if item]
        if not found:
            return None
        first = found[0]
        return PolicyReference(
            identifier=first.identifier,
            algorithm=verify.digest_name(first.digest_oid) if first.digest_oid else None,
            digest=first.digest.hex() if first.digest is not None else None,
            location=first.location,
        )

    def commitments(self) -> tuple[str, ...]:
        return tuple(self.optional(oids.COMMITMENT_TYPE, attributes.commitment_type))

    def roles(self) -> tuple[str, ...]:
        found = self.optional(oids.SIGNER_ATTRIBUTES, attributes.claimed_roles)
        found += self.optional(oids.SIGNER_ATTRIBUTES_V2, attributes.claimed_roles)
        return tuple(role for roles in found for role in roles)

    def certificate_references(self, certificates: tuple[Certificate, ...]) -> tuple[_Reference, ...]:
        found: list[_Reference] = []
        for oid, version in ((oids.SIGNING_CERTIFICATE, 1), (oids.SIGNING_CERTIFICATE_V2, 2)):

            def decode(value: bytes, version: int = version) -> tuple[CertId, ...]:
                return attributes.signing_certificate(value, version=version)

            for references in self._values(oid, decode, self.faults):
                found.extend(_reference(oid, item, certificates) for item in references)
        return tuple(found)


def _reference(oid: str, item: CertId, certificates: tuple[Certificate, ...]) -> _Reference:
    matches = next(
        (one.fingerprint for one in certificates if verify.content_digest(item.digest_oid, (one.der,)) == item.digest),
        None,
    )
    facts = CertificateReference(
        attribute=oid,
        algorithm=verify.digest_name(item.digest_oid),
        digest=item.digest.hex(),
        matches=matches,
    )
    return _Reference(facts, item.issuer, item.serial)
