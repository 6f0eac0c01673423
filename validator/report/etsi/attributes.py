"""SignatureAttributes (TS 119 102-2 annex A): what the signature says about itself, signed or beside."""

import base64

from validator.evidence import SignatureFacts, TimestampKind
from validator.report.etsi.names import DS, own
from validator.report.etsi.nodes import Element, add, add_own, add_time, is_hexadecimal, refer
from validator.report.etsi.objects import Objects

_DIGESTS = {
    "1.3.14.3.2.26": "http://www.w3.org/2000/09/xmldsig#sha1",
    "2.16.840.1.101.3.4.2.1": "http://www.w3.org/2001/04/xmlenc#sha256",
    "2.16.840.1.101.3.4.2.2": "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "2.16.840.1.101.3.4.2.3": "http://www.w3.org/2001/04/xmlenc#sha512",
}
_STAMPS = {
    TimestampKind.CONTENT: "AllDataObjectsTimeStamp",
    TimestampKind.SIGNATURE: "SignatureTimeStamp",
    TimestampKind.REFERENCES: "SigAndRefsTimeStamp",
    TimestampKind.ARCHIVE: "ArchiveTimeStamp",
    TimestampKind.DOCUMENT: "DocTimeStamp",
}
_STORE = {"C": "Certs", "R": "CRLs", "O": "OCSPs"}


def add_attributes(parent: Element, signature: SignatureFacts, objects: Objects) -> None:
    """The attributes in the order of the annex; left out when there are none, because the schema wants one at least."""
    holder = add(parent, "SignatureAttributes")
    _add_signed(holder, signature)
    _add_stamps(holder, signature, objects)
    _add_pdf(holder, signature, objects)
    if len(holder) == 0:
        parent.remove(holder)


def _add_signed(holder: Element, signature: SignatureFacts) -> None:
    if signature.claimed_time is not None:
        # The signing-time attribute, or the entry M of a PDF signature, which the byte range covers.
        add_time(add(holder, "SigningTime", Signed="true"), "Time", signature.claimed_time)
    if signature.certificate_references:
        made = add(holder, "SigningCertificate", Signed="true")
        for item in signature.certificate_references:
            if not is_hexadecimal(item.digest):
                continue
            identifier = add(made, "CertID")
            add(identifier, "DigestMethod", space=DS, Algorithm=digest_uri(item.algorithm))
            add(identifier, "DigestValue", _base64(item.digest), space=DS)
    for commitment in signature.commitments:
        add(add(holder, "CommitmentTypeIndication", Signed="true"), "CommitmentTypeIdentifier", _identifier(commitment))
    if signature.policy is not None:
        made = add(holder, "SigPolicyIdentifier", Signed="true")
        add(made, "SigPolicyId", _identifier(signature.policy.identifier))
    if signature.location:
        add(add(holder, "SignatureProductionPlace", Signed="true"), "AddressString", signature.location)
    if signature.roles:
        made = add(holder, "SignerRole", Signed="true")
        for role in signature.roles:
            details = add(made, "RoleDetails")
            add(details, "Role", role)
            add(details, "EndorsementType", "claimed")


def _add_stamps(holder: Element, signature: SignatureFacts, objects: Objects) -> None:
    for token in objects.evidence.timestamps:
        name = _STAMPS.get(token.kind)
        identifier = objects.id("timestamp", token.id)
        own_token = token.owner == signature.id or any(
            item.kind == "signature" and item.id == signature.id for item in token.covers
        )
        if name is None or identifier is None or token.gen_time is None or not own_token:
            continue
        made = add(holder, name, Signed="true" if token.kind is TimestampKind.CONTENT else "false")
        refer(made, "AttributeObject", identifier)
        add_time(made, "TimeStampValue", token.gen_time)


def _add_pdf(holder: Element, signature: SignatureFacts, objects: Objects) -> None:
    if signature.byte_range is None:
        return
    _add_store(holder, objects)
    if signature.reason_text:
        add(add(holder, "Reason", Signed="true"), "ReasonElement", signature.reason_text)
    if signature.sub_format:
        add(add(holder, "SubFilter", Signed="true"), "SubFilterElement", signature.sub_format)
    numbers = " ".join(f"{start} {length}" for start, length in signature.byte_range.ranges)
    add(holder, "ByteRange", numbers)
    information = add(holder, "OtherInformation")
    add_own(information, "Field", signature.field or "")


def _add_store(holder: Element, objects: Objects) -> None:
    """DSS: the objects that the document security store holds."""
    found: dict[str, list[str]] = {}
    for item in objects.evidence.objects:
        identifier = objects.certificate(item.sha256)
        if "dss" in item.origins and identifier is not None:
            found.setdefault(_STORE[identifier[0]], []).append(identifier)
    if found:
        made = add(holder, "DSS", Signed="false")
        for name in _STORE.values():
            if name in found:
                refer(made, name, *found[name])


def digest_uri(algorithm: str) -> str:
    """The XML Signature identifier of a digest named by word or OID; a URN of the OID where there is none."""
    word = algorithm.lower().replace("-", "")
    for identifier, uri in _DIGESTS.items():
        if algorithm == identifier or uri.endswith(f"#{word}"):
            return uri
    return _identifier(algorithm)


def _identifier(text: str) -> str:
    """A URI for an identifier: itself, the URN of an OID (RFC 3061), or one of ours."""
    if text.replace(".", "").isdigit():
        return f"urn:oid:{text}"
    return text if text.startswith(("http://", "https://", "urn:")) and " " not in text else own("identifier", text)


def _base64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()
