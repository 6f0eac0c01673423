"""Consistency of a list in itself and with the one before it (TS 119 612 clauses 5.3, 5.5 and 5.6).

Findings about the list for its operator and its readers; what they mean for one certificate is decided entry by entry.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from policies.reasons import Reason
from policies.trustlists import uris
from policies.trustlists.entries import ServiceFact, contradictions
from policies.trustlists.facts import in_english
from policies.trustlists.model import Localised, ServicePeriod, TrustList, TrustService

LONGEST = timedelta(days=186)
"""Six months between two issues (TS 119 612 5.3.15)."""

KeyOf = Callable[[bytes], bytes | None]
"""The SubjectPublicKeyInfo of a DER certificate, None when it cannot be read."""


def examine(listed: TrustList, name: str, key_of: KeyOf) -> tuple[Reason, ...]:
    """What is wrong in one list. `name` is what reports call it."""
    found = [*_scheme(listed, name), *_duplicates(listed, name, key_of)]
    for _, service in listed.services():
        found += _service(listed, service, name)
    return tuple(dict.fromkeys(found))


def compare(before: TrustList, after: TrustList, name: str, key_of: KeyOf) -> tuple[Reason, ...]:
    """What is wrong in `after` as the successor of `before`: its number must have grown, and every change of a service
    must have left the former entry in the history (5.6; nothing is ever deleted)."""
    found: list[Reason] = []
    number, known = after.scheme.sequence, before.scheme.sequence
    if number <= known and after.digest != before.digest:
        found.append(Reason.of("TS-TL-SEQUENCE", list=name, sequence=number, known=known))
    now = {_identity(service, key_of): service for _, service in after.services()}
    for _, service in before.services():
        later = now.get(_identity(service, key_of))
        kept = {_core(item) for item in later.periods} if later else set()
        if any(_core(item) not in kept for item in service.periods):
            found.append(Reason.of("TS-TL-HISTORY", list=name, service=in_english(service.current.names)))
    return tuple(dict.fromkeys(found))


def _identity(service: TrustService, key_of: KeyOf) -> tuple[str, frozenset[bytes]]:
    return service.current.type, frozenset(_keys(service, key_of))


def _keys(service: TrustService, key_of: KeyOf) -> Iterator[bytes]:
    for certificate in service.current.identity.certificates:
        key = key_of(certificate)
        if key is not None:
            yield key


def _core(period: ServicePeriod) -> tuple[object, ...]:
    """What may never change once it has been published."""
    return period.type, period.status, period.start


# --- the scheme --------------------------------------------------------------------------------------------------


def _scheme(listed: TrustList, name: str) -> Iterator[Reason]:
    scheme = listed.scheme
    if scheme.sequence < 1:
        yield _departs(name, "TSLSequenceNumber is not at least 1")
    if scheme.next_update is not None and not scheme.issued < scheme.next_update <= scheme.issued + LONGEST:
        yield _departs(name, "NextUpdate is not within six months of the issue")
    for part, texts in _english(listed):
        if not any(item.language.lower().split("-")[0] == "en" for item in texts):
            yield _departs(name, f"{part} has no English text")
    for pointer in scheme.pointers:
        if not pointer.signers:
            yield _departs(name, "a pointer names no certificate of a signer")


def _english(listed: TrustList) -> Iterator[tuple[str, tuple[Localised, ...]]]:
    yield "SchemeOperatorName", listed.scheme.operator
    yield "SchemeName", listed.scheme.names
    for provider in listed.providers:
        yield "TSPName", provider.names


# --- services ----------------------------------------------------------------------------------------------------


def _service(listed: TrustList, service: TrustService, name: str) -> Iterator[Reason]:
    named = in_english(service.current.names)
    if not service.current.identity.certificates:
        yield _departs(name, f"the service “{named}” has no certificate")
    given = (service.current, *service.history)
    starts = [item.start for item in given]
    if starts != sorted(starts, reverse=True):
        yield _departs(name, f"the history of the service “{named}” is not in order")
    for period in given:
        if period.start > listed.scheme.issued:
            yield Reason.of("TS-TL-STATUS-FUTURE", list=name, service=named, time=_text(period.start))
        yield from _contradictions(period, name, named)
    if _starts_withdrawn(given[-1]):
        yield Reason.of("TS-TL-HISTORY", list=name, service=named)


def _starts_withdrawn(first: ServicePeriod) -> bool:
    """No service begins by ending: something must have stood there before."""
    return first.status in (uris.WITHDRAWN, uris.DEPRECATED_NATIONALLY)


def _contradictions(period: ServicePeriod, name: str, named: str) -> Iterator[Reason]:
    """Contradictions between the qualifiers of one element, which no certificate can escape."""
    for element in period.qualifications:
        fact = ServiceFact(
            list=name,
            type=period.type,
            status=period.status,
            start=period.start,
            additional=tuple(item.uri for item in period.additional),
            qualifiers=element.qualifiers,
        )
        for _, qualifiers in contradictions(fact):
            short = ", ".join(sorted({item.rsplit("/", 1)[-1] for item in qualifiers}))
            yield Reason.of("TS-TL-CONTRADICTION", list=name, service=named, qualifiers=short)


def _duplicates(listed: TrustList, name: str, key_of: KeyOf) -> Iterator[Reason]:
    """One key, one entry for each type of service (5.5.3). Several certificates of the key in one entry are allowed."""
    seen: set[tuple[str, bytes]] = set()
    for _, service in listed.services():
        keys = set(_keys(service, key_of))
        if len(keys) > 1:
            yield _departs(name, f"the service “{in_english(service.current.names)}” has several keys")
        entries = {(service.current.type, key) for key in keys}
        if entries & seen:
            yield Reason.of("TS-TL-DUPLICATE-KEY", list=name, service=in_english(service.current.names))
        seen |= entries


def _departs(name: str, detail: str) -> Reason:
    return Reason.of("TS-TL-STRUCTURE", list=name, detail=detail)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
