"""Recorded signatures: `Signatures/Signature` of diagnostic data, and what time-stamps have in common with them."""

import base64
import binascii
import hashlib
from collections.abc import Iterator

from policies.algorithms import AlgorithmUse, CryptoResult
from policies.reasons import Reason
from validator.diagnostic.algorithms import digest_use, signature_uses
from validator.diagnostic.certificates import intact
from validator.diagnostic.xml import DiagnosticError, Node
from validator.evidence import AttributeFacts, CertificateReference, PolicyReference, ReferenceFacts, SignatureFacts

# Digests that tell nothing about this file: data of other documents in one hash tree (RFC 6283 3.2.1).
_ELSEWHERE = frozenset(("EVIDENCE_RECORD_ORPHAN_REFERENCE",))
# An XML manifest's entries are not references of the signature itself (XMLDSig 5.1): what is missing there is said.
_ENTRIES = frozenset(("MANIFEST_ENTRY",))
_SIGNED_PROPERTIES = (
    "MESSAGE_DIGEST",
    "SIGNED_PROPERTIES",
    "CONTENT_DIGEST",
    "JWS_SIGNING_INPUT_DIGEST",
    "SIG_D_ENTRY",
)
# RFC 5652 11, RFC 2634 2.9 and EN 319 132-1 5.2.4.
MESSAGE_DIGEST, SIGNING_TIME, CONTENT_TYPE = (f"1.2.840.113549.1.9.{arc}" for arc in (4, 5, 3))
CONTENT_HINTS, DATA_OBJECT_FORMAT = "1.2.840.113549.1.9.16.2.4", "DataObjectFormat"


def signature(node: Node) -> SignatureFacts:
    """One signature. Raises DiagnosticError without an identifier."""
    name = node.attribute("Id")
    if not name:
        raise DiagnosticError("a signature without identifier")
    basic = node.child("BasicSignature")
    parent = node.attribute("Parent")
    form = node.text("SignatureFormat") or "unknown"
    return SignatureFacts(
        id=name,
        format=form.partition("-")[0],
        sub_format=form,
        packaging="counter-signature" if parent or node.attribute("CounterSignature") == "true" else "recorded",
        parent=parent,
        structure=tuple(_faults(node)),
        remarks=tuple(_remarks(node)),
        references=references(node.child("DigestMatchers")),
        result=CryptoResult.VALID if intact(basic) else CryptoResult.INVALID,
        value_sha256=_value_digest(node, name),
        algorithm=basic.text("EncryptionAlgoUsedToSignThisToken") if basic else None,
        uses=tuple(dict.fromkeys((*signature_uses(basic), *reference_uses(node.child("DigestMatchers"))))),
        signing_certificate=signing_certificate(node),
        certificate_references=tuple(certificate_references(node)),
        claimed_time=node.time("ClaimedSigningTime", "DateTime"),
        claimed_time_source="signed-attribute",
        attributes=tuple(_attributes(node)),
        policy=_policy(node.child("Policy")),
        commitments=tuple(
            item.text("Identifier") or "" for item in node.walk("CommitmentTypeIndications", "CommitmentTypeIndication")
        ),
        roles=tuple(item.value or "" for item in node.walk("SignerRole", "Role")),
        location=_location(node.child("SignatureProductionPlace")),
        document_sha256=None,
    )


def signing_certificate(node: Node) -> str | None:
    """The certificate that the signature value was checked with."""
    found = node.child("SigningCertificate")
    return found.attribute("Certificate", "Id") if found else None


def references(matchers: Node | None) -> tuple[ReferenceFacts, ...]:
    """The digests that are covered. A manifest's entry that was not found is left to `_remarks`."""
    found = []
    for item in matchers.children("DigestMatcher") if matchers else ():
        reference = _reference(item)
        if reference.kind in _ELSEWHERE or (reference.kind in _ENTRIES and not reference.found):
            continue
        found.append(reference)
    return tuple(found)


def reference_uses(matchers: Node | None) -> Iterator[AlgorithmUse]:
    """The digests by which the signature stands for its data (EN 319 102-1 5.2.8: algorithms of the references too)."""
    for item in matchers.children("DigestMatcher") if matchers else ():
        method = item.text("DigestMethod")
        if method and item.attribute("type") not in (_ENTRIES | _ELSEWHERE):
            yield digest_use(method)


def _reference(item: Node) -> ReferenceFacts:
    seen = bool(item.flag("DataFound"))
    method = item.text("DigestMethod")
    return ReferenceFacts(
        kind=item.attribute("type") or "REFERENCE",
        algorithm=digest_use(method).name if method else "unknown",
        found=seen,
        intact=bool(item.flag("DataIntact")) if seen else None,
        name=item.attribute("documentName", "uri", "name", "id") or item.attribute("type"),
    )


def certificate_references(node: Node) -> Iterator[CertificateReference]:
    """The signing-certificate attribute's entries, of certificates that are at hand and of those that are not."""
    for holder in node.children("FoundCertificates"):
        for item in holder.children("RelatedCertificate", "OrphanCertificate"):
            for entry in item.children("CertificateRef"):
                if entry.text("Origin") == "SIGNING_CERTIFICATE" and _by_digest(entry):
                    yield _entry(item, entry)


def _by_digest(entry: Node) -> bool:
    """Other ways to name a certificate (SerialInfo of a SignerInfo) stand beside the attribute, not in it."""
    return entry.child("DigestAlgoAndValue") is not None or entry.child("IssuerSerial") is not None


def _entry(item: Node, entry: Node) -> CertificateReference:
    digest, serial = entry.child("DigestAlgoAndValue"), entry.child("IssuerSerial")
    method = digest.text("DigestMethod") if digest else None
    matches = digest is not None and digest.flag("match") is not False and item.name == "RelatedCertificate"
    return CertificateReference(
        attribute="signing-certificate",
        algorithm=digest_use(method).name if method else "unknown",
        digest=_hex(digest.text("DigestValue") if digest else None),
        matches=item.attribute("Certificate", "Id") if matches else None,
        issuer_serial_matches=serial.flag("match") if serial else None,
    )


def _hex(value: str | None) -> str:
    try:
        return base64.b64decode(value or "", validate=True).hex()
    except (binascii.Error, ValueError):
        return ""


def _value_digest(node: Node, name: str) -> str:
    value = node.text("SignatureValue") or name
    return hashlib.sha256(value.encode()).hexdigest()


def _faults(node: Node) -> Iterator[Reason]:
    duplicated = sorted(
        {_label(item) for item in node.walk("DigestMatchers", "DigestMatcher") if item.flag("duplicated")}
    )
    if duplicated:
        yield Reason.of("TS-DIAG-AMBIGUOUS", names=", ".join(duplicated))
    if node.attribute("duplicated", "Duplicated") == "true":
        yield Reason.of("TS-DIAG-AMBIGUOUS", names=node.attribute("Id") or "")
    yield from pdf_faults(node)
    current = [item.attribute("Current") for item in node.walk("SignerInformationStore", "SignerInfo")]
    if len(current) > 1 and (node.text("SignatureFormat") or "").startswith(("PAdES", "PDF", "PKCS7")):
        yield Reason.of("TS-DIAG-SIGNERS", count=len(current))


def pdf_faults(node: Node) -> Iterator[Reason]:
    """What was found wrong with the PDF revision that a signature or time-stamp stands in."""
    revision = node.child("PDFRevision")
    for item in revision.children("PDFSignatureDictionary") if revision else ():
        if item.flag("consistent") is False:
            yield Reason.of("TS-DIAG-PDF", part="signature dictionary")
        if any(one.flag("valid") is False for one in item.children("SignatureByteRange")):
            yield Reason.of("TS-DIAG-PDF", part="ByteRange")
    modified = revision.child("ModificationDetection") if revision else node.child("ModificationDetection")
    if modified is not None and modified.child("PageDifference") is not None:
        yield Reason.of("TS-DIAG-PDF", part="number of pages")


def _label(item: Node) -> str:
    return item.attribute("uri", "id", "documentName") or item.attribute("type") or "-"


def _remarks(node: Node) -> Iterator[Reason]:
    structure = node.child("StructuralValidation")
    if structure is not None and structure.attribute("valid") == "false":
        yield Reason.of("TS-DIAG-STRUCTURE")
    missing = [item for item in node.walk("DigestMatchers", "DigestMatcher") if _is_missing_entry(item)]
    if missing:
        yield Reason.of("TS-DIAG-ENTRY-MISSING", count=len(missing))


def _is_missing_entry(item: Node) -> bool:
    return item.attribute("type") in _ENTRIES and not item.flag("DataFound")


def _attributes(node: Node) -> Iterator[AttributeFacts]:
    """Signed attributes whose presence a policy may ask for, by the identifiers of the forms themselves."""
    kinds = [item.attribute("type") for item in node.walk("DigestMatchers", "DigestMatcher")]
    found = {
        MESSAGE_DIGEST: sum(kind in _SIGNED_PROPERTIES for kind in kinds),
        SIGNING_TIME: 1 if node.text("ClaimedSigningTime", "DateTime") else 0,
        CONTENT_TYPE: 1 if node.text("ContentType") else 0,
        CONTENT_HINTS: 1 if node.text("ContentHints") else 0,
        DATA_OBJECT_FORMAT: 1 if node.text("MimeType") else 0,
    }
    for identifier, values in found.items():
        if values:
            yield AttributeFacts(identifier=identifier, values=values, signed=True)


def _policy(node: Node | None) -> PolicyReference | None:
    """The signature policy. A signature without one has no element, or the identifier NO_POLICY."""
    identifier = node.text("Id") if node else None
    if node is None or identifier is None or identifier == "NO_POLICY":
        return None
    digest = node.child("DigestAlgoAndValue")
    zero = node.flag("ZeroHash") or (digest.flag("zeroHash") if digest else None)
    matches = node.flag("Status") if digest is None else digest.flag("match")
    implied = identifier == "IMPLICIT_POLICY"
    return PolicyReference(
        identifier=identifier,
        digest=_hex(digest.text("DigestValue")) or None if digest else None,
        location=node.text("Url"),
        found=None if implied else bool(node.flag("Identified")),
        # A digest of zero says that the signer bound no particular octets (TS 101 733 5.8.1, sigPolicyHash).
        digest_matches=None if implied else bool(matches or zero),
        implied=implied,
    )


def _location(place: Node | None) -> str | None:
    parts = [item.value for item in place.children() if item.value] if place else []
    return ", ".join(parts) or None
