"""Everything known about a file, as facts: what `gather` produces and `judge` reads (EN 319 102-1 clause 5.1.4).

No opinion stands here: a digest that differs is a fact, "invalid" is a judgement. Digests are lower-case hexadecimal
SHA-256 unless a field says otherwise; object identifiers are dotted; times are aware UTC; certificates, CRLs and OCSP
responses are kept once, as the octets that were found, and named everywhere by the SHA-256 of those octets.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from policies.algorithms import AlgorithmUse, CryptoResult
from policies.reasons import Reason
from validator.evidence.codec import BLOB, DERIVED
from validator.evidence.lists import ListedService, ListFacts
from validator.evidence.recorded import RecordedFacts

SCHEMA = 2


class ObjectKind(StrEnum):
    """What a stored object is."""

    CERTIFICATE = "certificate"
    CRL = "crl"
    OCSP = "ocsp"


class TimestampKind(StrEnum):
    """What a time-stamp token was made over (EN 319 122-1 clause 5, EN 319 142-1 clause 5.4)."""

    CONTENT = "content"
    SIGNATURE = "signature"
    REFERENCES = "references"
    ARCHIVE = "archive"
    DOCUMENT = "document"
    DETACHED = "detached"
    EVIDENCE_RECORD = "evidence-record"


class TrustMode(StrEnum):
    """Whether trust is asked at all: NONE wants cryptographic and structural truth only."""

    NONE = "none"
    GIVEN = "given"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """One file that was looked at. `role` is "signed" (the file that carries signatures) or "detached"."""

    name: str
    sha256: str
    size: int
    role: str
    kind: str
    pages: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """A certificate, CRL or OCSP response exactly as found. `origins` say where ("cms", "dss", "vri", "offered",
    "anchor", "fetched:URL", …), sorted. The canonical form holds the name, not the octets."""

    kind: ObjectKind
    sha256: str
    der: bytes = field(repr=False, metadata={BLOB: "sha256"})
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceFacts:
    """One digest that the signature covers. `intact` is None when the data was not found, or was found and its digest
    algorithm is not supported."""

    kind: str
    algorithm: str
    found: bool
    intact: bool | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateReference:
    """One entry of a signing-certificate attribute (RFC 5035 clause 4, EN 319 122-1 clause 5.2.2).

    `matches` is the SHA-256 of the certificate whose digest equals the reference; `issuer_serial_matches` is None
    when the reference names no issuer and serial number or nothing matched by digest.
    """

    attribute: str
    algorithm: str
    digest: str
    matches: str | None = None
    issuer_serial_matches: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReference:
    """The signature policy that a signature names (EN 319 122-1 clause 5.2.9). `digest` is hexadecimal. `found` says
    whether the policy document was at hand, `digest_matches` what comparing its digest said; both None when nobody
    looked. `implied` stands for the policy that the signature leaves implicit."""

    identifier: str
    algorithm: str | None = None
    digest: str | None = None
    location: str | None = None
    found: bool | None = None
    digest_matches: bool | None = None
    implied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeFacts:
    """Attributes of a signature in the form's own identifiers (OID for CMS), with how many values each has."""

    identifier: str
    values: int
    signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that is different after the signed revision.

    `category` is "dss", "signature", "time-stamp", "form", "annotation", "metadata", "content", "undefined" or
    "trailing-data"; `permitted` says whether the signed revision allows it (DocMDP, FieldMDP, the rules of the
    difference analysis); `revision` counts from 1; `detail` is a word for people and never decides.
    """

    category: str
    permitted: bool
    revision: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteRangeFacts:
    """The PDF ByteRange: (offset, length) pairs, and what they leave out (ISO 32000-2 clause 12.8.1)."""

    ranges: tuple[tuple[int, int], ...]
    gap_is_contents: bool
    covers_revision: bool
    covers_file: bool
    revision: int
    revisions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFacts:
    """One signature: of a document, of another signature (`parent`), or inside a time-stamp token.

    `format` is "PAdES", "CAdES", "CMS", "PDF-PKCS7" or "RFC3161" (later formats add theirs); `packaging` "detached",
    "enveloping", "enveloped" or "counter-signature". `structure` are the format's own faults (format check);
    `references` the digests; `result` what the signature check over the signed attributes said, None when no key was
    known to check with. `signing_certificate` is the certificate that `result` was obtained with; `embedded` all
    certificates, CRLs and OCSP responses that this signature carries. `value_sha256` names the signature value.
    """

    id: str
    format: str
    sub_format: str | None = None
    packaging: str
    parent: str | None = None
    field: str | None = None
    structure: tuple[Reason, ...] = ()
    remarks: tuple[Reason, ...] = ()
    references: tuple[ReferenceFacts, ...] = ()
    result: CryptoResult | None = None
    value_sha256: str
    algorithm: str | None = None
    uses: tuple[AlgorithmUse, ...] = ()
    signing_certificate: str | None = None
    candidates: tuple[str, ...] = ()
    certificate_references: tuple[CertificateReference, ...] = ()
    identifier_matches: bool | None = None
    claimed_time: datetime | None = None
    claimed_time_source: str | None = None
    attributes: tuple[AttributeFacts, ...] = ()
    policy: PolicyReference | None = None
    commitments: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    location: str | None = None
    reason_text: str | None = None
    embedded: tuple[str, ...] = ()
    byte_range: ByteRangeFacts | None = None
    certification_level: int | None = None
    changes: tuple[Change, ...] = ()
    document_sha256: str | None = None

    @property
    def data_found(self) -> bool:
        """All signed data was at hand."""
        return bool(self.references) and all(item.found for item in self.references)

    @property
    def digests_intact(self) -> bool:
        """Every reference was found and its digest agrees."""
        return bool(self.references) and all(item.intact is True for item in self.references)

    @property
    def intact(self) -> bool:
        """The signature value verifies with the signing certificate's key."""
        return self.result is CryptoResult.VALID


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredObject:
    """What a time-stamp proves to have existed: kind "signature", "timestamp", "evidence-record", "object" (a
    certificate, CRL or OCSP response) or "document", and its id here (SHA-256 for objects and documents)."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampFacts:
    """One RFC 3161 token. `owner` is the signature id it belongs to (None for a document time-stamp); `order` is its
    position among all tokens, oldest first by position in the file. `imprint_intact` is None when the data was not
    found, or was found and the imprint's digest algorithm is not supported. `accuracy_microseconds` is None when the
    token states none. `signature` is the token's own CMS signature, None when the token cannot be read (`structure`
    then says why)."""

    id: str
    kind: TimestampKind
    owner: str | None = None
    order: int
    structure: tuple[Reason, ...] = ()
    gen_time: datetime | None = None
    accuracy_microseconds: int | None = None
    ordering: bool = False
    serial: str | None = None
    policy: str | None = None
    qualified_statement: bool = False
    unknown_critical_extensions: tuple[str, ...] = ()
    imprint_algorithm: str | None = None
    imprint_found: bool = False
    imprint_intact: bool | None = None
    covers: tuple[CoveredObject, ...] = ()
    signature: SignatureFacts | None = None
    token_sha256: str
    byte_range: ByteRangeFacts | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecordFacts:
    """One evidence record (RFC 4998, RFC 6283). `references` are the protected data, `timestamps` the ids of its
    archive time-stamps (kind EVIDENCE_RECORD) in the order of their chains, `covers` what the record proves to have
    existed. `owner` is the signature or time-stamp that it stands beside, None for a record that stands alone."""

    id: str
    form: str
    owner: str | None = None
    structure: tuple[Reason, ...] = ()
    references: tuple[ReferenceFacts, ...] = ()
    timestamps: tuple[str, ...] = ()
    covers: tuple[CoveredObject, ...] = ()


OCSP_RESPONDER = "ocsp"
"""Purpose of a certificate that anchors no path but may sign OCSP responses (RFC 6960 2.2, trusted responder)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorFacts:
    """A trust anchor that was given: certificate hash, where it came from, whose it is, until when it anchors.
    `purposes` limits it ("signature", "time-stamp", or OCSP_RESPONDER for a responder that a list vouches for, which
    anchors nothing else); empty means any."""

    certificate: str
    source: str
    territory: str | None = None
    sunset: datetime | None = None
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    """A certificate whose key is held to be in other hands since a moment, whatever its issuer publishes: a notice of
    a supervisory body, a court's finding, or an assumption that somebody wants to see played through. `source` says
    which."""

    certificate: str
    since: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustState:
    """The pinned inputs of trust: mode, anchors, the hashes of everything that was offered beside the file, and the
    certificates whose keys are held to be in other hands; the trust lists that were used, and their services on the way
    up from the certificates of the file."""

    mode: TrustMode
    anchors: tuple[AnchorFacts, ...] = ()
    incidents: tuple[IncidentFacts, ...] = ()
    offered: tuple[str, ...] = ()
    lists: tuple[ListFacts, ...] = ()
    services: tuple[ListedService, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All facts about one file under one trust state: frozen, serialisable, named by its content.

    `container` is "pdf", "cms", "time-stamp", "xml", "zip", "json" or "unknown"; `structure` are faults of the file
    as a whole, `remarks` what else was noticed while gathering (a fetch that failed, an object that cannot be read).
    `recorded` stands in for the octets of certificates and revocation data where only findings about them are known.
    `identity` is the SHA-256 of the canonical form once `validator.evidence.digest` was asked for it, else empty.
    """

    container: str
    documents: tuple[DocumentFacts, ...]
    trust: TrustState
    signatures: tuple[SignatureFacts, ...] = ()
    timestamps: tuple[TimestampFacts, ...] = ()
    evidence_records: tuple[EvidenceRecordFacts, ...] = ()
    objects: tuple[StoredObject, ...] = ()
    structure: tuple[Reason, ...] = ()
    remarks: tuple[Reason, ...] = ()
    recorded: RecordedFacts | None = None
    schema: int = SCHEMA
    identity: str = field(default="", init=False, compare=False, repr=False, metadata={DERIVED: True})

    def object(self, sha256: str) -> StoredObject | None:
        """The stored object of that hash, None when it is not there."""
        return next((item for item in self.objects if item.sha256 == sha256), None)
