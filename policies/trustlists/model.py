"""Trusted lists as TS 119 612 defines them, and lists of lists: schemes, providers, services with their history.

Values only; reading and writing is `policies.trustlists.xml_reader` and `xml_writer`. A question about a service is
always put for a moment: "granted then" counts, not "granted now" (TS 119 615 4.3).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from policies.trustlists import uris
from policies.trustlists.agreement import Agreement
from policies.trustlists.criteria import CriteriaList


@dataclass(frozen=True, slots=True)
class Localised:
    """A text or a URI in one language (BCP 47 tag)."""

    language: str
    text: str


Texts = tuple[Localised, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    """A postal address in one language; `country` is ISO 3166-1 alpha-2."""

    language: str
    street: str
    locality: str
    country: str
    state: str | None = None
    postal_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a scheme operator or provider is reached."""

    postal: tuple[PostalAddress, ...]
    electronic: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitalIdentity:
    """What identifies a service: one key (TS 119 612 5.5.3). Certificates are DER; `subject_names` RFC 4514 text;
    `key_identifiers` the octets of a SubjectKeyIdentifier; `others` the canonical XML of ds:KeyValue and Other."""

    certificates: tuple[bytes, ...] = ()
    subject_names: tuple[str, ...] = ()
    key_identifiers: tuple[bytes, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdditionalInformation:
    """AdditionalServiceInformation (5.5.9.4)."""

    uri: str
    language: str = "en"
    value: str | None = None
    critical: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationElement:
    """Qualifiers for those certificates of the service that meet the criteria (5.5.9.2)."""

    qualifiers: tuple[str, ...]
    criteria: CriteriaList
    critical: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOverBy:
    """Who took the service over (5.5.9.3)."""

    uri: str
    language: str
    provider: Texts
    operator: Texts
    territory: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyPoint:
    """Where the service is used; `type` is the URI of the version 6 attribute."""

    uri: str
    type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePeriod:
    """A service as it stood from `start` (aware UTC) until the next period begins: the current entry or an instance of
    its history (5.5, 5.6). `unknown_extensions` names extensions that are not understood here, `critical_unknown` says
    whether one of them was critical; `expired_revocation_from`: since when the service keeps the revocation status of
    expired certificates."""

    type: str
    names: Texts
    identity: DigitalIdentity
    status: str
    start: datetime
    additional: tuple[AdditionalInformation, ...] = ()
    qualifications: tuple[QualificationElement, ...] = ()
    expired_revocation_from: datetime | None = None
    taken_over_by: TakenOverBy | None = None
    unknown_extensions: tuple[str, ...] = ()
    critical_unknown: bool = False
    scheme_definitions: Texts = ()
    supply_points: tuple[SupplyPoint, ...] = ()
    provider_definitions: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustService:
    """One service of one provider: its current entry and its history, newest first, as the list gives them."""

    current: ServicePeriod
    history: tuple[ServicePeriod, ...] = ()

    @property
    def periods(self) -> tuple[ServicePeriod, ...]:
        """All periods, newest first by starting time."""
        return tuple(sorted((self.current, *self.history), key=lambda item: item.start, reverse=True))

    def spans(self) -> Iterator[tuple[ServicePeriod, datetime | None]]:
        """Each period with the moment at which it ends (the first moment of the next one; None for the newest)."""
        end = None
        for period in self.periods:
            yield period, end
            end = period.start

    def at(self, moment: datetime) -> ServicePeriod | None:
        """The period that `moment` falls in (its first moment belongs to it); None before the history begins."""
        return next((item for item in self.periods if item.start <= moment), None)

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """The DER certificates of the current entry and of the history, each once."""
        return tuple(dict.fromkeys(found for item in self.periods for found in item.identity.certificates))


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A trust service provider and its services (5.4)."""

    names: Texts
    trade_names: Texts = ()
    address: Address
    information: Texts = ()
    services: tuple[TrustService, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPointer:
    """A pointer to another list (5.3.13): where it is, whose keys may sign it (DER certificates), what it is, and an
    agreement of mutual recognition with its scheme."""

    location: str
    signers: tuple[bytes, ...] = ()
    type: str | None = None
    operator: Texts = ()
    rules: Texts = ()
    territory: str | None = None
    mime_type: str | None = None
    agreement: Agreement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """SchemeInformation (5.3). `next_update` None means that the list is closed; `history_period` counts days, 65535
    without end; `notices` are policies or legal notices."""

    version: int
    sequence: int
    type: str
    operator: Texts
    address: Address
    names: Texts
    information: Texts
    status_determination: str
    rules: Texts = ()
    territory: str | None = None
    notices: Texts = ()
    notices_are_policies: bool = False
    history_period: int = uris.FOR_EVER
    pointers: tuple[ListPointer, ...] = ()
    issued: datetime
    next_update: datetime | None
    distribution_points: tuple[str, ...] = ()
    unknown_extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustList:
    """A whole list. `digest` is the SHA-256 of the file it was read from, hexadecimal: its name in an Evidence."""

    scheme: Scheme
    providers: tuple[Provider, ...] = ()
    identifier: str | None = None
    digest: str = ""

    def services(self) -> Iterator[tuple[Provider, TrustService]]:
        """Every service with its provider, in the order of the list."""
        for provider in self.providers:
            for service in provider.services:
                yield provider, service

    def fresh_at(self, at: datetime) -> bool:
        """True from the issue up to and including `next_update`; a closed list is never fresh."""
        return self.scheme.next_update is not None and self.scheme.issued <= at <= self.scheme.next_update
