"""What a list says about one certificate: its services that are on the certificate's way up, period by period, with the
qualifiers that the certificate meets; over an agreement of mutual recognition read as the pointing party reads them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from policies.jurisdictions import jurisdictions
from policies.reasons import Reason
from policies.trustlists import uris
from policies.trustlists.agreement import Agreement, Equivalence, EquivalencePeriod, ServiceKey
from policies.trustlists.criteria import CertificateContent, holds, impose
from policies.trustlists.entries import EU, ServiceFact
from policies.trustlists.model import Provider, ServicePeriod, Texts, TrustList, TrustService

# Members of the European Economic Area outside the Union, and Greece as lists write it.
_UNION_LISTS = frozenset((EU, "EL", "IS", "LI", "NO"))

_CONTEXTS = frozenset((uris.CONTEXT_COMPLIANCE, uris.CONTEXT_TYPE, uris.CONTEXT_QSCD))

Depth = Callable[[TrustService], int | None]
"""How many issuers stand between the certificate and the service's key (0: the key signed the certificate); None when
the service is not on the way up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """How a list was reached: the agreement in the pointer, and the law of the pointing party."""

    agreement: Agreement
    law: str


def law_of(territory: str | None) -> str:
    """The law that a list of this territory speaks under: the Union's for its members, else the territory's own."""
    code = (territory or EU).upper()
    union = jurisdictions().get(EU)
    return EU if code in _UNION_LISTS or (union is not None and code in union.members) else code


def service_facts(
    listed: TrustList, name: str, content: CertificateContent, depth: Depth, pointed: Pointed | None = None
) -> tuple[tuple[ServiceFact, ...], tuple[Reason, ...]]:
    """The facts for one certificate, and what could not be applied. `name` is what reports call the list."""
    found: list[ServiceFact] = []
    reasons: list[Reason] = []
    for provider, service in listed.services():
        distance = depth(service)
        if distance is None:
            continue
        own = _own_facts(provider, service, name, content, distance, law_of(listed.scheme.territory))
        if pointed is None:
            found += own
            continue
        for fact in own:
            translated, ambiguous = _translated(fact, content, pointed)
            found += translated
            if ambiguous:
                reasons.append(Reason.of("TS-TL-AMBIGUOUS", list=name, service=fact.name))
    return tuple(found), tuple(dict.fromkeys(reasons))


def _own_facts(
    provider: Provider, service: TrustService, name: str, content: CertificateContent, distance: int, law: str
) -> list[ServiceFact]:
    facts = []
    for period, end in service.spans():
        qualifiers, undecided = captured(period, content)
        facts.append(
            ServiceFact(
                list=name,
                type=period.type,
                status=period.status,
                start=period.start,
                end=end,
                name=in_english(period.names),
                provider=in_english(provider.names),
                additional=tuple(item.uri for item in period.additional),
                qualifiers=qualifiers,
                undecided=undecided,
                law=law,
                depth=distance,
            )
        )
    return facts


def in_english(texts: Texts) -> str:
    """The English text, which every list must have, else the first."""
    english = (item.text for item in texts if item.language.lower().startswith("en"))
    return next(english, texts[0].text if texts else "")


def captured(period: ServicePeriod, content: CertificateContent) -> tuple[tuple[str, ...], bool]:
    """The qualifiers whose criteria the certificate meets, each once, and whether something in the entry that is not
    understood could change them: an unknown criterion, or an unknown critical extension."""
    found: list[str] = []
    undecided = period.critical_unknown
    for element in period.qualifications:
        met = holds(element.criteria, content)
        undecided = undecided or met is None
        if met:
            found += element.qualifiers
    return tuple(dict.fromkeys(found)), undecided


# --- over an agreement -------------------------------------------------------------------------------------------


def _translated(fact: ServiceFact, content: CertificateContent, pointed: Pointed) -> tuple[list[ServiceFact], bool]:
    """The fact as the pointing party reads it, one for every span of an equivalence; when several equivalences fit at
    the same time none is applied. A fact that none fits stays as it is and never counts."""
    found = [
        item for equivalence in pointed.agreement.equivalences for item in _by(fact, equivalence, content, pointed)
    ]
    if not found:
        return [replace(fact, under_agreement=True)], False
    if _overlap(found):
        return [replace(fact, under_agreement=True)], True
    return found, False


def _by(
    fact: ServiceFact, equivalence: Equivalence, content: CertificateContent, pointed: Pointed
) -> Iterator[ServiceFact]:
    read = read_under(equivalence, content)
    for period, end in equivalence.spans():
        start, until = max(fact.start, period.start), _earlier(fact.end, end)
        status = _status(fact.status, period)
        if not _fits(fact, period) or status is None or (until is not None and until <= start):
            continue
        yield replace(
            fact,
            type=period.pointing[0].type,
            additional=_additional(period.pointing),
            status=status,
            start=start,
            end=until,
            qualifiers=_qualifiers(fact, period),
            law=pointed.law,
            under_agreement=True,
            equivalence=equivalence.identifier,
            enacted_from=period.start if period.enacted else None,
            enacted_until=end,
            content=read,
        )


def read_under(equivalence: Equivalence, content: CertificateContent) -> CertificateContent:
    """The certificate's content as the equivalence in force when it was issued reads it: what a certificate states is
    fixed at its issuance. A mapping about something that is not known here is left alone."""
    period = equivalence.at(content.not_before)
    read = content
    if period is None or not period.enacted:
        return read
    for mapping in period.contents:
        if mapping.context in _CONTEXTS and holds(mapping.pointed, content):
            read = impose(mapping.pointing, read)
    return read


def read_service(period: ServicePeriod, pointed: Pointed | None) -> tuple[str, str]:
    """Type and status of a listed service as the reader's law knows them: over an agreement by the equivalence that
    fits, whenever it was enacted; as they stand where none does, or without an agreement."""
    known = {item.uri for item in period.additional}
    for equivalence in pointed.agreement.equivalences if pointed else ():
        for one, _ in equivalence.spans():
            status = _status(period.status, one)
            fits = any(key.type == period.type and known.issuperset(key.additional) for key in one.pointed)
            if fits and one.pointing and status is not None:
                return one.pointing[0].type, status
    return period.type, period.status


def _fits(fact: ServiceFact, period: EquivalencePeriod) -> bool:
    known = set(fact.additional)
    return bool(period.pointing) and any(
        key.type == fact.type and known.issuperset(key.additional) for key in period.pointed
    )


def _additional(keys: tuple[ServiceKey, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(uri for key in keys if key.type == keys[0].type for uri in key.additional))


def _status(status: str, period: EquivalencePeriod) -> str | None:
    for mapping in (*period.valid, *period.invalid):
        if status in mapping.pointed and mapping.pointing:
            return mapping.pointing[0]
    return None


def _qualifiers(fact: ServiceFact, period: EquivalencePeriod) -> tuple[str, ...]:
    """Only what the agreement maps crosses over."""
    known = dict(period.qualifiers)
    return tuple(known[item] for item in fact.qualifiers if item in known)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [item for item in (one, other) if item is not None]
    return min(known) if known else None


def _overlap(facts: list[ServiceFact]) -> bool:
    """Two equivalences claim the service at the same time. The periods of one never overlap."""
    return any(
        one.equivalence != other.equivalence
        and one.enacted_from is not None
        and other.enacted_from is not None
        and (one.end is None or other.start < one.end)
        and (other.end is None or one.start < other.end)
        for position, one in enumerate(facts)
        for other in facts[position + 1 :]
    )
