"""What callers of the certificate authority give and get: frozen values, DER as `bytes`, times aware UTC."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

Attributes = tuple[tuple[str, str], ...]


class AuthorityKind(StrEnum):
    """What an authority is for. Only a TTP authority issues TTP certificates, and it issues nothing else but status."""

    ROOT = "root"
    ISSUING = "issuing"
    HUB = "hub"
    TTP = "ttp"


class RevocationReason(IntEnum):
    """CRLReason (RFC 5280 5.3.1). `certificateHold` only comes from suspension, `removeFromCRL` from nobody."""

    UNSPECIFIED = 0
    KEY_COMPROMISE = 1
    CA_COMPROMISE = 2
    AFFILIATION_CHANGED = 3
    SUPERSEDED = 4
    CESSATION_OF_OPERATION = 5
    CERTIFICATE_HOLD = 6
    PRIVILEGE_WITHDRAWN = 9
    AA_COMPROMISE = 10


@dataclass(frozen=True, slots=True)
class Pkcs10:
    """A certification request (RFC 2986), DER or PEM. Only its key is used: the profile owns everything else."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key in the installation's own key store, by label. Possession is proved by the store holding it."""

    label: str


@dataclass(frozen=True, slots=True)
class CrossTerms:
    """What a cross-certificate allows (RFC 5280 4.2.1.5, .10, .11, .14).

    `mappings` are (issuer domain policy, subject domain policy). `permitted_countries` and `excluded_countries` become
    directoryName subtrees `C=XX`. The counters are certificates that may follow, None = extension field absent.
    `instrument` is the legal basis that the certificate implements.
    """

    instrument: str
    policies: tuple[str, ...]
    mappings: tuple[tuple[str, str], ...] = ()
    permitted_countries: tuple[str, ...] = ()
    excluded_countries: tuple[str, ...] = ()
    path_length: int | None = None
    require_explicit_policy: int | None = 0
    inhibit_policy_mapping: int | None = None
    inhibit_any_policy: int | None = 0


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """One certificate asked for.

    `subject` are (attribute, text) pairs in order, country first (`ca.names.ATTRIBUTES` has the names; `ca.identity`
    makes national ones). `policies` narrows or names the policies where the profile leaves them open. Dates are
    optional; without them the profile's apply, cut to the issuer's own end. `limit` is a transaction limit as (ISO 4217
    code, amount, exponent).
    """

    authority: str
    profile: str
    subject: Attributes
    key: Pkcs10 | StoredKey
    not_before: datetime | None = None
    not_after: datetime | None = None
    policies: tuple[str, ...] = ()
    identification_kind: int | None = None
    limit: tuple[str, int, int] | None = None
    requested_by: str = "operator"


@dataclass(frozen=True, slots=True)
class NewAuthority:
    """An authority to create. `parent` None makes a self-signed root; `subject` country first.

    `key_algorithm` is a `ops.platform.keys.KeyAlgorithm` value. `predecessor` is the authority whose key this one
    replaces: it must have the same subject, and `link` then makes the link certificates. `policies` empty means every
    policy that the jurisdiction's profiles issue under.
    """

    name: str
    jurisdiction: str
    kind: AuthorityKind
    subject: Attributes
    parent: str | None = None
    key_algorithm: str = "ec-p256"
    profile: str | None = None
    policies: tuple[str, ...] = ()
    predecessor: str | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    requested_by: str = "operator"


@dataclass(frozen=True, slots=True)
class AuthorityView:
    """An authority as callers see it. `subject` and `spki` are DER; `certificate` is its own certificate by its parent
    (self-signed for a root), None before it is issued."""

    name: str
    jurisdiction: str
    kind: AuthorityKind
    parent: str | None
    predecessor: str | None
    subject: bytes
    spki: bytes
    key_id: bytes
    key_label: str
    certificate: bytes | None
    crl_url: str
    ocsp_url: str
    issuer_url: str


@dataclass(frozen=True, slots=True)
class Issued:
    """An issued certificate. `der` is complete; `serial` the number itself."""

    id: int
    authority: str
    serial: int
    profile: str
    der: bytes
    sha256: str
    not_before: datetime
    not_after: datetime

    @property
    def pem(self) -> str:
        """The certificate in PEM (RFC 7468)."""
        from ca.pem import pem

        return pem("CERTIFICATE", self.der)


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate's record. `state` is a `CertificateState` value; `revocation` the present one, if any."""

    id: int
    authority: str
    serial: int
    state: str
    profile: str
    purpose: str
    subject: str
    sha256: str | None
    der: bytes | None
    not_before: datetime | None
    not_after: datetime | None
    instrument: str | None
    revocation: "RevocationView | None" = None
    history: "tuple[StatusEvent, ...]" = ()


@dataclass(frozen=True, slots=True)
class RevocationView:
    """A revocation or suspension in force."""

    reason: RevocationReason
    revoked_at: datetime
    invalidity_date: datetime | None
    grounds: str
    actor: str

    @property
    def suspended(self) -> bool:
        """Whether it can still be released."""
        return self.reason is RevocationReason.CERTIFICATE_HOLD


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """One step of a certificate's status: revoked, suspended, released."""

    action: str
    at: datetime
    reason: int | None
    grounds: str
    actor: str


@dataclass(frozen=True, slots=True)
class Crl:
    """A published list."""

    authority: str
    number: int
    der: bytes
    this_update: datetime
    next_update: datetime


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """What revoking an authority ends: every certificate that certifies it and everything below it.

    `certificates` are (issuer, serial) of the authority's own certificates; `authorities` the names below;
    `end_entities` the number of unexpired end-entity certificates that stop being valid; `cross_certificates`
    (issuer, serial) of edges to and from it.
    """

    authority: str
    certificates: tuple[tuple[str, int], ...]
    authorities: tuple[str, ...]
    end_entities: int
    cross_certificates: tuple[tuple[str, int], ...]
