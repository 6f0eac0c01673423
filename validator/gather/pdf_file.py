"""Reads a PDF: signatures, document time-stamps, security store, what changed after each (EN 319 142-1)."""

import hashlib
from dataclasses import replace
from datetime import datetime

from pyhanko.pdf_utils import generic

from policies.reasons import Reason
from validator.cms.signed_data import CmsError, SignedData, SignerInfo, parse
from validator.evidence import (
    ByteRangeFacts,
    Change,
    CoveredObject,
    ObjectKind,
    ReferenceFacts,
    SignatureFacts,
    TimestampKind,
)
from validator.gather.builder import Builder
from validator.gather.signatures import Content, SignerContext
from validator.gather.tokens import TokenPlace, collect_token
from validator.pdf.byte_range import covered, facts, well_formed
from validator.pdf.changes import changes_after
from validator.pdf.dss import SecurityStore, read_store
from validator.pdf.fields import SignatureDictionary, signature_dictionaries
from validator.pdf.reader import BoundedReader, PdfFaultError, open_pdf, page_count

CADES, PKCS7, PKCS7_SHA1, RFC3161, X509 = (
    "ETSI.CAdES.detached",
    "adbe.pkcs7.detached",
    "adbe.pkcs7.sha1",
    "ETSI.RFC3161",
    "adbe.x509.rsa_sha1",
)
_KINDS = {"certificate": ObjectKind.CERTIFICATE, "crl": ObjectKind.CRL, "ocsp": ObjectKind.OCSP}


def read(octets: bytes, builder: Builder) -> int | None:
    """Add everything that a PDF says; returns the number of pages when it is known."""
    try:
        reader = open_pdf(octets)
        dictionaries = signature_dictionaries(reader)
    except PdfFaultError as fault:
        builder.structure.append(Reason.of(_FAULTS.get(fault.rule, "TS-PDF-DAMAGED"), detail=fault.detail))
        return None
    _PdfFile(reader, builder).add(dictionaries)
    try:
        return page_count(reader)
    except PdfFaultError:
        return None


_FAULTS = {
    "encrypted": "TS-PDF-ENCRYPTED",
    "budget": "TS-PDF-TOO-COMPLEX",
    "too-many-revisions": "TS-PDF-TOO-COMPLEX",
}


class _PdfFile:
    def __init__(self, reader: BoundedReader, builder: Builder) -> None:
        self._reader = reader
        self._builder = builder
        self._sha256 = hashlib.sha256(reader.octets).hexdigest()
        self._covered: list[tuple[int, CoveredObject]] = []

    def add(self, dictionaries: tuple[SignatureDictionary, ...]) -> None:
        parsed = [(item, self._parse(item)) for item in dictionaries]
        self._store(read_store(self._reader))
        for item, signed in parsed:
            if isinstance(signed, SignedData):
                self._builder.collect(signed, "cms")
            for certificate in item.certificates:
                self._builder.store.add(ObjectKind.CERTIFICATE, certificate, "cms")
        for item, signed in parsed:
            self._one(item, signed)
        self._unreachable(dictionaries)

    def _parse(self, item: SignatureDictionary) -> SignedData | str:
        try:
            return parse(item.contents, trailing=True)
        except CmsError as fault:
            return fault.rule

    def _store(self, store: SecurityStore) -> None:
        for entry, revision in zip(store.entries, store.revisions, strict=True):
            name = self._builder.store.add(_KINDS[entry.kind], entry.octets, entry.origin)
            self._covered.append((revision, CoveredObject(kind="object", id=name)))
        if store.faults:
            self._builder.remarks.append(Reason.of("TS-PDF-DSS-UNREADABLE", count=store.faults))

    def _one(self, item: SignatureDictionary, signed: SignedData | str) -> None:
        span = facts(self._reader, item)
        try:
            changes = changes_after(self._reader, item, span)
        except PdfFaultError as fault:
            changes = (Change(category="undefined", permitted=False, detail=fault.rule),)
        structure = self._structure(item, span, signed)
        content = covered(self._reader.octets, item.byte_range) if self._readable(item) else None
        if item.sub_filter == RFC3161 or item.type == "/DocTimeStamp":
            self._document_timestamp(item, span, changes, structure, content)
        elif isinstance(signed, SignedData) and signed.signers:
            for info in signed.signers:
                self._signature(item, span, changes, structure, content, signed, info)
        else:
            self._unreadable(item, span, structure)

    def _readable(self, item: SignatureDictionary) -> bool:
        return well_formed(item.byte_range, len(self._reader.octets))

    def _structure(
        self, item: SignatureDictionary, span: ByteRangeFacts, signed: SignedData | str
    ) -> tuple[Reason, ...]:
        found = [Reason.of("TS-PDF-DICTIONARY", entry=word) for word in item.faults]
        if not self._readable(item):
            found.append(Reason.of("TS-PDF-BYTE-RANGE", ranges=str(item.byte_range)))
        elif not span.gap_is_contents:
            found.append(Reason.of("TS-PDF-BYTE-RANGE-GAP"))
        if isinstance(signed, str):
            found.append(Reason.of("TS-CMS-UNREADABLE", rule=signed))
            return tuple(found)
        if len(signed.signers) != 1:
            found.append(Reason.of("TS-PDF-SIGNERS", count=len(signed.signers)))
        if item.sub_filter in (CADES, PKCS7) and signed.content is not None:
            found.append(Reason.of("TS-PDF-CONTENT-INSIDE"))
        if item.contents[signed.consumed :].strip(b"\0"):
            found.append(Reason.of("TS-PDF-CONTENTS-PADDING"))
        if item.sub_filter not in (CADES, PKCS7, PKCS7_SHA1, RFC3161):
            found.append(Reason.of("TS-PDF-SUBFILTER", subfilter=item.sub_filter or "-"))
        return tuple(found)

    def _signature(
        self,
        item: SignatureDictionary,
        span: ByteRangeFacts,
        changes: tuple[Change, ...],
        structure: tuple[Reason, ...],
        content: Content | None,
        signed: SignedData,
        info: SignerInfo,
    ) -> None:
        inner = content if signed.content is None else (signed.content,)
        remarks = (Reason.of("TS-CMS-BER"),) if signed.tolerated else ()
        context = SignerContext(
            id="",
            format="PAdES" if item.sub_filter == CADES else "PDF-PKCS7",
            sub_format=item.sub_filter,
            packaging="enveloped",
            content=inner,
            content_type=signed.content_type,
            certificates=self._builder.store.certificates(),
            embedded=self._builder.collect(signed, "cms"),
            field=", ".join(item.fields),
            structure=structure,
            remarks=remarks,
            document_sha256=self._sha256,
        )
        at = len(self._builder.signatures)
        found = self._builder.add_signer(signed, info, context)
        references = found.references
        if signed.content is not None:
            references = (*references, _encapsulated_digest(item, signed.content, content))
        claimed = found.claimed_time or _pdf_time(item.signing_time)
        source = found.claimed_time_source or ("/M" if claimed else None)
        self._builder.signatures[at] = replace(
            found,
            references=references,
            claimed_time=claimed,
            claimed_time_source=source,
            byte_range=span,
            certification_level=item.certification_level,
            changes=changes,
            location=found.location or item.location,
            reason_text=item.reason,
        )
        self._cover(item, CoveredObject(kind="signature", id=found.id), found.embedded)
        for stamp in self._builder.timestamps:
            if stamp.owner == found.id:
                self._cover(item, CoveredObject(kind="timestamp", id=stamp.id), _embedded(stamp.signature))

    def _cover(self, item: SignatureDictionary, object_: CoveredObject, embedded: tuple[str, ...]) -> None:
        self._covered.append((item.revision, object_))
        self._covered.extend((item.revision, CoveredObject(kind="object", id=name)) for name in embedded)

    def _document_timestamp(
        self,
        item: SignatureDictionary,
        span: ByteRangeFacts,
        changes: tuple[Change, ...],
        structure: tuple[Reason, ...],
        content: Content | None,
    ) -> None:
        token = _exact(item.contents)
        covers = tuple(dict.fromkeys(found for revision, found in self._covered if revision <= item.revision))
        document = (CoveredObject(kind="document", id=self._sha256),)
        place = TokenPlace(
            kind=TimestampKind.DOCUMENT,
            imprinted=content,
            covers=(*covers, *document) if span.covers_revision else document,
        )
        collect_token(token, self._builder.store)
        found = self._builder.add_token(token, place)
        self._builder.timestamps[-1] = replace(
            found, structure=(*structure, *found.structure), byte_range=span, changes=changes
        )
        self._cover(item, CoveredObject(kind="timestamp", id=found.id), _embedded(found.signature))

    def _unreadable(self, item: SignatureDictionary, span: ByteRangeFacts, structure: tuple[Reason, ...]) -> None:
        """A signature that cannot be parsed is still a signature: it must be reported, not overlooked."""
        digest = hashlib.sha256(item.contents).hexdigest()
        name = f"S-{digest[:16]}-{len(self._builder.signatures) + 1}"
        self._builder.taken.add(name)
        self._builder.signatures.append(
            SignatureFacts(
                id=name,
                format="PAdES" if item.sub_filter == CADES else "PDF-PKCS7",
                sub_format=item.sub_filter,
                packaging="enveloped",
                field=", ".join(item.fields),
                structure=structure or (Reason.of("TS-CMS-NO-SIGNER"),),
                value_sha256=digest,
                byte_range=span,
                document_sha256=self._sha256,
            )
        )

    def _unreachable(self, dictionaries: tuple[SignatureDictionary, ...]) -> None:
        """Signature dictionaries in the octets that no field of the last revision points to."""
        written = self._reader.octets.count(b"/ByteRange")
        if written > len(dictionaries):
            self._builder.remarks.append(Reason.of("TS-PDF-UNREACHABLE", count=written - len(dictionaries)))


def _exact(contents: bytes) -> bytes:
    try:
        return contents[: parse(contents, trailing=True).consumed]
    except CmsError:
        return contents


def _embedded(signature: SignatureFacts | None) -> tuple[str, ...]:
    return signature.embedded if signature else ()


def _encapsulated_digest(item: SignatureDictionary, inside: bytes, content: Content | None) -> ReferenceFacts:
    """adbe.pkcs7.sha1 signs the SHA-1 of the ByteRange as content (ISO 32000-2 12.8.3.3); in any other form a content
    inside the CMS means that the ByteRange itself is not signed."""
    if item.sub_filter != PKCS7_SHA1 or content is None:
        return ReferenceFacts(kind="byte-range", algorithm="-", found=content is not None, intact=False)
    running = hashlib.sha1(usedforsecurity=False)
    for piece in content:
        running.update(piece)
    return ReferenceFacts(kind="byte-range", algorithm="SHA-1", found=True, intact=running.digest() == inside)


def _pdf_time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = generic.parse_pdf_date(text, strict=False)
    except Exception:  # noqa: BLE001 - a claim that cannot be read is no claim
        return None
    return found if isinstance(found, datetime) and found.tzinfo is not None else None
