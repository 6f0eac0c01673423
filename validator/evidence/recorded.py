"""Facts about certificates, revocation data and trust services that somebody else established and recorded.

An Evidence usually holds octets, and everything about a certificate is read from them. Where only another system's
findings are at hand, this is their place: still facts (what a signature check said, what a list stated), never an
opinion. Names of certificates and of revocation data are those of the recording; the rest of the Evidence uses them in
place of a SHA-256. Times are aware UTC; object identifiers dotted; URIs as written.
"""

from dataclasses import dataclass, field
from datetime import datetime

from policies.algorithms import AlgorithmUse


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSignature:
    """A signature on a certificate, CRL or OCSP response: whether it was found to verify, which algorithms it stands
    on, and the certificate it verified with (None when that was not at hand)."""

    intact: bool
    signer: str | None = None
    uses: tuple[AlgorithmUse, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPerson:
    """The subject's attributes that name a person or an organisation."""

    country: str | None = None
    common_name: str | None = None
    given_name: str | None = None
    surname: str | None = None
    pseudonym: str | None = None
    identifier: str | None = None
    organisation: str | None = None
    organisation_identifier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedExtensions:
    """What the extensions of a certificate state; None for an extension that is absent, where the difference matters.
    `present` names all that were recorded by OID, `critical` those among them that are critical."""

    present: tuple[str, ...] = ()
    critical: tuple[str, ...] = ()
    ca: bool = False
    path_length: int | None = None
    key_usage: tuple[str, ...] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    policies: tuple[str, ...] = ()
    qc_statements: tuple[str, ...] = ()
    qc_legislation: tuple[str, ...] | None = None
    private_key_start: datetime | None = None
    private_key_end: datetime | None = None
    ocsp_no_check: bool = False
    validity_assured: bool = False
    no_revocation_available: bool = False
    ca_issuers: bool = False
    revocation_access: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEquivalence:
    """How a mutual-recognition agreement changed what a list or a certificate states (MRA schema v2): the legal
    identifier of the equivalence, since when it is enacted, and what stood there before."""

    legal_identifier: str | None = None
    since: datetime | None = None
    original_type: str | None = None
    original_status: str | None = None
    original_information: tuple[str, ...] = ()
    original_qualifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedService:
    """One period of a trust service that issued, or is, the certificate (TS 119 612 5.5 and 5.6): `type` and `status`
    URIs, valid from `start` until before `end` (None: still). `qualifiers` are those that the list's criteria gave to
    this very certificate. `identity` names the certificate that identifies the service, `list` the RecordedList."""

    list: str | None = None
    parent_list: str | None = None
    provider: str = ""
    name: str = ""
    type: str
    status: str
    start: datetime
    end: datetime | None = None
    identity: str | None = None
    information: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()
    expired_since: datetime | None = None
    recognised: bool = False
    equivalence: RecordedEquivalence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedStatus:
    """What one CRL or OCSP response says about a certificate: `word` is "good", "revoked", "on-hold" or "unknown";
    `reason` the number of RFC 5280 5.3.1."""

    revocation: str
    word: str
    time: datetime | None = None
    reason: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCertificate:
    """One certificate. `key` and `issuer_key` name public keys, so that two certificates of one key are seen as such;
    `trusted` says that it is an anchor of the recording system, from `trusted_since` and until `sunset`."""

    name: str
    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    signature: RecordedSignature
    person: RecordedPerson = field(default_factory=RecordedPerson)
    extensions: RecordedExtensions = field(default_factory=RecordedExtensions)
    key: str | None = None
    self_signed: bool = False
    trusted: bool = False
    trusted_since: datetime | None = None
    sunset: datetime | None = None
    sources: tuple[str, ...] = ()
    statuses: tuple[RecordedStatus, ...] = ()
    services: tuple[RecordedService, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRevocation:
    """One CRL or OCSP response (`kind` "crl" or "ocsp"). `produced_at` is producedAt of an OCSP response;
    `expired_certs_on_crl` and `archive_cutoff` tell since when certificates that expired are still covered
    (X.509 9.5.2.8, RFC 6960 4.4.4); `certificate_hash` what the CertHash extension compared to, None without one;
    `responder_matches` whether the responder's identifier names the certificate of the signer, None when not told.
    `origins` as for StoredObject."""

    name: str
    kind: str
    signature: RecordedSignature
    this_update: datetime | None = None
    next_update: datetime | None = None
    produced_at: datetime | None = None
    expired_certs_on_crl: datetime | None = None
    archive_cutoff: datetime | None = None
    certificate_hash: bool | None = None
    responder_matches: bool | None = None
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedList:
    """A trust list that was used: `parent` is the list of lists that points to it; `recognised` that it was reached
    over a mutual-recognition pointer."""

    name: str
    url: str = ""
    territory: str | None = None
    type: str | None = None
    sequence: int | None = None
    version: int | None = None
    issued: datetime | None = None
    next_update: datetime | None = None
    loaded: datetime | None = None
    well_signed: bool | None = None
    list_of_lists: bool = False
    recognised: bool = False
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFacts:
    """All that a recording tells beside the signatures and time-stamps; `at` is the time for which it was made."""

    origin: str
    at: datetime
    certificates: tuple[RecordedCertificate, ...] = ()
    revocations: tuple[RecordedRevocation, ...] = ()
    lists: tuple[RecordedList, ...] = ()
