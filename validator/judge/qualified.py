"""The legal quality of signatures and time-stamps: decided by the trust lists of the Evidence where there are any, else
only claimed by the certificate (TS 119 172-4, TS 119 615).

With lists, the decision fails closed: a list that cannot be used, an issuer that no list names, a service that was not
granted then all make the quality weaker, with the reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from policies.jurisdictions import CertificateClaims
from policies.reasons import Reason
from policies.trustlists import (
    CertificateContent,
    CertificateQualification,
    ServiceFact,
    qualify_certificate,
    qualify_timestamp,
)
from policies.trustlists.qualification import Level, signature_word, weaker
from policies.trustlists.state import ListState, SignatureCheck, problems, unusable
from policies.vocabulary import Indication, SignatureLevel
from validator.evidence.lists import ListedService, ListFacts, ReadContent
from validator.evidence.recorded import RecordedCertificate, RecordedFacts, RecordedList, RecordedService
from validator.judge.chains import CertificateFacts, PathFacts
from validator.judge.context import Context
from validator.judge.people import legal_level, qualification
from validator.judge.rules.model import Level as RuleLevel
from validator.judge.rules.model import RuleContext
from validator.judge.verdict import AppliedAgreement

_LEVELS = {
    Level.QUALIFIED_QSCD: SignatureLevel.QUALIFIED,
    Level.QUALIFIED: SignatureLevel.ADVANCED_QUALIFIED_CERTIFICATE,
    Level.NOT_QUALIFIED: SignatureLevel.ADVANCED,
}
# What another system recorded was accepted there; its policy says for which of these faults a list is refused.
_RULES = {
    "TS-TL-UNCHECKED": "TL.well-signed",
    "TS-TL-SIGNATURE": "TL.well-signed",
    "TS-TL-SIGNER": "TL.well-signed",
    "TS-TL-EXPIRED": "TL.not-expired",
    "TS-TL-CLOSED": "TL.not-expired",
    "TS-TL-VERSION": "TL.version",
}


class QualityBasis(StrEnum):
    """Where the word for the legal quality comes from: a list decided it, or the certificate claims it."""

    LIST = "list"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The word, the neutral level behind it (None when nothing is decided or claimed), and why not more."""

    word: str
    basis: QualityBasis
    level: SignatureLevel | None = None
    agreement: AppliedAgreement | None = None
    reasons: tuple[Reason, ...] = ()


def signature_quality(
    context: Context,
    facts: CertificateFacts | None,
    path: PathFacts | None,
    home: str | None,
    indication: Indication,
    best: datetime,
) -> Quality:
    """The legal quality of a signature by the certificate `facts` with the best signature time `best`; `home` is the
    jurisdiction whose levels a mere claim is read by."""
    if facts is None:
        return Quality(word="NA", basis=QualityBasis.CLAIM)
    if not _decides(context):
        word = qualification(facts, home, indication)
        return Quality(word=word, basis=QualityBasis.CLAIM, level=legal_level(facts.claims, home))
    return _decided(context, facts, path, home, indication, best)


def _decided(
    context: Context,
    facts: CertificateFacts,
    path: PathFacts | None,
    home: str | None,
    indication: Indication,
    best: datetime,
) -> Quality:
    services, faults = _services(context, facts.name, path)
    content = _content(facts)
    issued = qualify_certificate(content, services, facts.not_before)
    used = qualify_certificate(content, services, best)
    level, kind = weaker(issued, used)
    claimed = legal_level(facts.claims, home)
    return Quality(
        word=signature_word(indication, level, kind),
        basis=QualityBasis.LIST,
        level=_LEVELS.get(level, claimed),
        agreement=_agreement(context, services, issued, used),
        reasons=tuple(dict.fromkeys((*faults, *issued.reasons, *used.reasons))),
    )


def _agreement(
    context: Context,
    services: tuple[ServiceFact, ...],
    issued: CertificateQualification,
    used: CertificateQualification,
) -> AppliedAgreement | None:
    """The equivalence that both answers rest on, as the agreement between the two lists' territories."""
    if used.equivalence is None or issued.equivalence != used.equivalence:
        return None
    lists = {item.name: item for item in context.evidence.trust.lists}
    for fact in services:
        listed = lists.get(fact.list)
        if listed is None or listed.agreement_with is None or listed.territory is None:
            continue
        if fact.equivalence == used.equivalence and fact.holds(used.at) and fact.enacted_from is not None:
            return AppliedAgreement(
                equivalence=used.equivalence,
                forum=listed.agreement_with,
                home=listed.territory,
                start=fact.enacted_from,
                end=fact.enacted_until,
            )
    return None


def timestamp_quality(
    context: Context, facts: CertificateFacts | None, path: PathFacts | None, moments: Iterable[datetime]
) -> Quality:
    """QTSA, TSA or NA for a time-stamp of the authority `facts`: as listed at all `moments` (genTime, and the earliest
    proof that the token existed). Without lists nothing is claimed: NA."""
    if facts is None or not _decides(context):
        return Quality(word="NA", basis=QualityBasis.CLAIM)
    services, faults = _services(context, facts.name, path)
    word, reasons = qualify_timestamp(services, moments)
    return Quality(word=word, basis=QualityBasis.LIST, reasons=(*faults, *reasons))


def _decides(context: Context) -> bool:
    return context.evidence.recorded is not None or bool(context.evidence.trust.lists)


def _content(facts: CertificateFacts) -> CertificateContent:
    return CertificateContent(not_before=facts.not_before, claims=facts.claims, key_usage=facts.key_usage)


# --- which services may speak ------------------------------------------------------------------------------------


def _services(
    context: Context, certificate: str, path: PathFacts | None
) -> tuple[tuple[ServiceFact, ...], tuple[Reason, ...]]:
    """The services of usable lists that are on the way up from a certificate, and what is wrong with other lists that
    have such services."""
    recorded = context.evidence.recorded
    if recorded is not None:
        found = _recorded_services(recorded, certificate, path)
        states = {item.name: _recorded_state(item) for item in recorded.lists}
    else:
        trust = context.evidence.trust
        found = tuple(_listed(item) for item in trust.services if item.certificate == certificate)
        states = {item.name: list_state(item) for item in trust.lists}
    wrong = {name: _problems(context, state) for name, state in states.items()}
    refused = unusable(states, wrong)
    concerned = {item.list for item in found} & refused
    faults = (reason for name in sorted(refused & _with_parents(concerned, states)) for reason in wrong[name])
    return tuple(item for item in found if item.list not in refused), tuple(faults)


def _problems(context: Context, state: ListState) -> tuple[Reason, ...]:
    found = problems(state, context.at)
    if context.evidence.recorded is None:
        return found
    return tuple(item for item in found if _demanded(context, item))


def _demanded(context: Context, fault: Reason) -> bool:
    rule = _RULES.get(fault.code)
    return rule is not None and context.policy.setting(rule, RuleContext.TRUST_LIST).level is RuleLevel.FAIL


def _with_parents(names: set[str], states: Mapping[str, ListState]) -> set[str]:
    parents = {states[name].parent for name in names if name in states}
    return names | {item for item in parents if item is not None}


def list_state(item: ListFacts) -> ListState:
    """The facts of a list as the rules about lists take them."""
    return ListState(
        name=item.name,
        territory=item.territory,
        version=item.version,
        sequence=item.sequence,
        issued=item.issued,
        next_update=item.next_update,
        signature=item.signature,
        fault=item.fault,
        loaded=item.loaded,
        parent=item.parent,
        agreement=item.agreement_with is not None,
        list_of_lists=item.list_of_lists,
    )


def _listed(item: ListedService) -> ServiceFact:
    return ServiceFact(
        list=item.list,
        type=item.type,
        status=item.status,
        start=item.start,
        end=item.end,
        name=item.name,
        provider=item.provider,
        additional=item.additional,
        qualifiers=item.qualifiers,
        undecided=item.undecided,
        law=item.law,
        depth=item.depth,
        identity=item.identity,
        under_agreement=item.under_agreement,
        equivalence=item.equivalence,
        enacted_from=item.enacted_from,
        enacted_until=item.enacted_until,
        content=None if item.content is None else _read(item.content),
    )


def _read(content: ReadContent) -> CertificateContent:
    claims = CertificateClaims(
        policies=frozenset(content.policies),
        qc_statements=frozenset(content.qc_statements),
        extended_key_usages=frozenset(content.extended_key_usages),
        qc_legislation=content.qc_legislation,
    )
    return CertificateContent(not_before=content.not_before, claims=claims)


# --- recorded facts ----------------------------------------------------------------------------------------------


_WELL_SIGNED = {True: SignatureCheck.GOOD, False: SignatureCheck.BROKEN, None: SignatureCheck.UNCHECKED}


def _recorded_state(item: RecordedList) -> ListState:
    return ListState(
        name=item.name,
        territory=item.territory,
        version=item.version,
        sequence=item.sequence,
        issued=item.issued,
        next_update=item.next_update,
        signature=_WELL_SIGNED[item.well_signed],
        loaded=item.loaded,
        parent=item.parent,
        agreement=item.recognised,
        list_of_lists=item.list_of_lists,
    )


def _recorded_services(recorded: RecordedFacts, certificate: str, path: PathFacts | None) -> tuple[ServiceFact, ...]:
    one = next((item for item in recorded.certificates if item.name == certificate), None)
    if one is None:
        return ()
    agreed = {item.name for item in recorded.lists if item.recognised}
    return tuple(_recorded_service(item, one, agreed, path) for item in one.services)


def _recorded_service(
    item: RecordedService, one: RecordedCertificate, agreed: set[str], path: PathFacts | None
) -> ServiceFact:
    equivalence = item.equivalence
    return ServiceFact(
        list=item.list or "",
        type=item.type,
        status=item.status,
        start=item.start,
        end=item.end,
        name=item.name,
        provider=item.provider,
        additional=item.information,
        qualifiers=item.qualifiers,
        depth=_depth(item.identity, one, path),
        identity=item.identity,
        under_agreement=item.list in agreed or item.recognised or equivalence is not None,
        equivalence=equivalence.legal_identifier if equivalence else None,
        enacted_from=equivalence.since if equivalence and item.recognised else None,
    )


def _depth(identity: str | None, one: RecordedCertificate, path: PathFacts | None) -> int:
    if path is None or identity not in path.certificates[1:]:
        return 0
    return path.certificates.index(identity) - 1 if path.certificates[0] == one.name else 0
