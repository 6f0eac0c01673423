"""Decides the legal quality of certificates, signatures and time-stamps from trusted lists (TS 119 615 4.4 to 4.6,
TS 119 172-4 4.3): at issuance and at the best signature time, the weaker of the two.

The certificate states a claim; the list decides. Whatever is missing, contradictory or not understood makes the
answer weaker, never stronger, and is named as a reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from policies.reasons import Reason
from policies.trustlists import entries, uris
from policies.trustlists.criteria import CertificateContent
from policies.trustlists.entries import Aspect, CertificateType, ServiceFact
from policies.vocabulary import Indication

GRACE_END = datetime(2017, 7, 1, tzinfo=UTC)
"""Until then a provider under supervision before eIDAS counted as qualified (Regulation 910/2014 art. 51(3))."""

_PASSED = (Indication.TOTAL_PASSED, Indication.PASSED)
_FAILED = (Indication.TOTAL_FAILED, Indication.FAILED)
_OLD_GRANTED = (uris.UNDER_SUPERVISION, uris.SUPERVISION_IN_CESSATION, uris.ACCREDITED)


class Level(StrEnum):
    """Class of a certificate."""

    QUALIFIED_QSCD = "qualified-qscd"
    QUALIFIED = "qualified"
    NOT_QUALIFIED = "not-qualified"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateQualification:
    """Class and type of a certificate at `at`. UNDECIDED when no usable list speaks of its issuer, or the services
    that do contradict one another. `service` is the name of the service that decided, `equivalence` the legal
    identifier of the agreement's equivalence that was applied."""

    at: datetime
    level: Level
    type: CertificateType = CertificateType.UNKNOWN
    service: str | None = None
    equivalence: str | None = None
    reasons: tuple[Reason, ...] = ()


def qualify_certificate(
    content: CertificateContent, services: Iterable[ServiceFact], at: datetime
) -> CertificateQualification:
    """The class of a certificate at the moment `at` (aware).

    `services`: the status periods of all services, of usable lists only, whose key is on the certificate's path; with
    qualifiers reduced to those whose criteria the certificate meets. Empty gives UNDECIDED.
    """
    known = sorted(services, key=_order)
    if not known:
        return _undecided(at, Reason.of("TS-QUAL-NO-LIST"))
    there = [item for item in known if item.holds(at)]
    if not there:
        return _plain(content, at, Reason.of("TS-QUAL-NO-SERVICE", time=_day(at)))
    enacted = [item for item in there if not item.under_agreement or item.enacted(at)]
    if not enacted:
        return _plain(content, at, Reason.of("TS-QUAL-NOT-ENACTED", time=_day(at)))
    return _among(content, enacted, at)


def _order(item: ServiceFact) -> tuple[object, ...]:
    return item.depth, item.list, item.name, item.start, item.type, item.status, item.qualifiers


def _among(content: CertificateContent, there: list[ServiceFact], at: datetime) -> CertificateQualification:
    issuing = _nearest([item for item in there if item.type == uris.CA_QC])
    if not issuing:
        return _plain(entries.read_as(content, there[0]), at, Reason.of("TS-QUAL-NO-CA-QC", time=_day(at)))
    covering = [item for item in issuing if entries.covers(item, entries.read_as(content, item))]
    if not covering:
        reason = Reason.of("TS-QUAL-TYPE-NOT-COVERED", time=_day(at), service=issuing[0].name)
        return _plain(entries.read_as(content, issuing[0]), at, reason)
    granted = [item for item in covering if is_granted(item, at)]
    if not granted:
        status = covering[0].status.rsplit("/", 1)[-1]
        reason = Reason.of("TS-QUAL-NOT-GRANTED", time=_day(at), service=covering[0].name, status=status)
        return _plain(entries.read_as(content, covering[0]), at, reason)
    found = [_judge(content, item, at) for item in granted]
    if len({(item.level, item.type) for item in found}) > 1:
        names = ", ".join(sorted({item.name for item in granted}))
        return _undecided(at, Reason.of("TS-QUAL-CONFLICT", time=_day(at), services=names))
    return found[0]


def _nearest(services: list[ServiceFact]) -> list[ServiceFact]:
    """The services of the certificate's nearest listed issuer: a root's entry does not speak for a listed issuer."""
    nearest = min((item.depth for item in services), default=0)
    return [item for item in services if item.depth == nearest]


def is_granted(service: ServiceFact, at: datetime) -> bool:
    """The status lets others rely on the service; statuses of the law before eIDAS only in entries of that time."""
    if service.status == uris.GRANTED:
        return True
    return service.status in _OLD_GRANTED and entries.before_eidas(service.start) and at < GRACE_END


def _judge(content: CertificateContent, service: ServiceFact, at: datetime) -> CertificateQualification:
    read = entries.read_as(content, service)
    contradictions = entries.contradictions(service)
    reasons = [
        Reason.of("TS-QUAL-ENTRY-CONTRADICTS", service=service.name, qualifiers=_short(found))
        for _, found in contradictions
    ]
    if service.equivalence is not None:
        reasons.insert(0, Reason.of("TS-QUAL-AGREEMENT", equivalence=service.equivalence))
    broken = {aspect for aspect, _ in contradictions}
    qualified = Aspect.QUALIFIED not in broken and entries.is_qualified(read, service)
    if not qualified:
        reasons.append(Reason.of("TS-QUAL-NOT-QUALIFIED", time=_day(at), service=service.name))
        return _plain(read, at, *reasons, service=service)
    kind = CertificateType.UNKNOWN if Aspect.TYPE in broken else entries.type_by_list(read, service)
    if kind is CertificateType.UNKNOWN:
        reasons.append(Reason.of("TS-QUAL-TYPE-UNKNOWN", time=_day(at)))
    device = Aspect.DEVICE not in broken and entries.has_device(read, service)
    if not device:
        reasons.append(Reason.of("TS-QUAL-NO-QSCD", time=_day(at)))
    return CertificateQualification(
        at=at,
        level=Level.QUALIFIED_QSCD if device else Level.QUALIFIED,
        type=kind,
        service=service.name,
        equivalence=service.equivalence,
        reasons=tuple(reasons),
    )


def _undecided(at: datetime, *reasons: Reason) -> CertificateQualification:
    return CertificateQualification(at=at, level=Level.UNDECIDED, reasons=reasons)


def _plain(
    content: CertificateContent, at: datetime, *reasons: Reason, service: ServiceFact | None = None
) -> CertificateQualification:
    """A certificate that is not qualified: its own words alone say what it is for."""
    return CertificateQualification(
        at=at,
        level=Level.NOT_QUALIFIED,
        type=entries.type_by_certificate(content),
        service=service.name if service else None,
        equivalence=service.equivalence if service else None,
        reasons=reasons,
    )


# --- two moments, and the words ----------------------------------------------------------------------------------


_RANK = (Level.QUALIFIED_QSCD, Level.QUALIFIED, Level.NOT_QUALIFIED, Level.UNDECIDED)


def weaker(issued: CertificateQualification, used: CertificateQualification) -> tuple[Level, CertificateType]:
    """The class that holds at both moments; the type only where both name the same (TS 119 172-4 4.3)."""
    level = max(issued.level, used.level, key=_RANK.index)
    return level, issued.type if issued.type is used.type else CertificateType.UNKNOWN


_WORDS = {
    (Level.QUALIFIED_QSCD, CertificateType.ESIGNATURE): "QESIG",
    (Level.QUALIFIED_QSCD, CertificateType.ESEAL): "QESEAL",
    (Level.QUALIFIED_QSCD, CertificateType.UNKNOWN): "UNKNOWN-QC-QSCD",
    (Level.QUALIFIED, CertificateType.ESIGNATURE): "ADESIG-QC",
    (Level.QUALIFIED, CertificateType.ESEAL): "ADESEAL-QC",
    (Level.QUALIFIED, CertificateType.UNKNOWN): "UNKNOWN-QC",
    (Level.NOT_QUALIFIED, CertificateType.ESIGNATURE): "ADESIG",
    (Level.NOT_QUALIFIED, CertificateType.ESEAL): "ADESEAL",
    (Level.NOT_QUALIFIED, CertificateType.UNKNOWN): "UNKNOWN",
}
_FAILED_WORDS = {Level.QUALIFIED_QSCD: "NOT-ADES-QC-QSCD", Level.QUALIFIED: "NOT-ADES-QC"}


def signature_word(indication: Indication, level: Level, kind: CertificateType) -> str:
    """The label of TS 119 172-4 for a signature: QESIG, QESEAL, ADESIG-QC, ADESEAL-QC, ADESIG, ADESEAL,
    UNKNOWN-QC-QSCD, UNKNOWN-QC or UNKNOWN, with the prefix INDETERMINATE- while it is not decided;
    NOT-ADES-QC-QSCD, NOT-ADES-QC or NOT-ADES; NA."""
    if indication in _FAILED:
        word = "NOT-ADES" if kind is CertificateType.WEB else _FAILED_WORDS.get(level, "NOT-ADES")
        return "NA" if level is Level.UNDECIDED else word
    if level is Level.UNDECIDED:
        return "NA"
    if kind is CertificateType.WEB:
        return "NOT-ADES"
    word = _WORDS[level, kind]
    return word if indication in _PASSED else f"INDETERMINATE-{word}"


def qualify_signature(indication: Indication, issued: CertificateQualification, used: CertificateQualification) -> str:
    """The label for a signature with `indication`, from its certificate's class at issuance and at the best signature
    time."""
    level, kind = weaker(issued, used)
    return signature_word(indication, level, kind)


def qualify_timestamp(services: Iterable[ServiceFact], moments: Iterable[datetime]) -> tuple[str, tuple[Reason, ...]]:
    """QTSA when a service for qualified time-stamps was granted at every one of `moments` (genTime and the earliest
    proof of the token's existence), TSA otherwise, NA when no usable list speaks of its issuer (TS 119 615 4.7)."""
    known, asked = tuple(services), tuple(moments)
    if not known or not asked:
        return "NA", (Reason.of("TS-QUAL-NO-LIST"),)
    missing = [at for at in asked if not _stamps(known, at)]
    if missing:
        return "TSA", (Reason.of("TS-QUAL-NO-QTST", time=_day(min(missing))),)
    return "QTSA", ()


def _stamps(services: tuple[ServiceFact, ...], at: datetime) -> bool:
    return any(
        item.type == uris.TSA_QTST
        and item.holds(at)
        and (not item.under_agreement or item.enacted(at))
        and is_granted(item, at)
        for item in services
    )


def _day(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _short(qualifiers: tuple[str, ...]) -> str:
    return ", ".join(sorted(item.rsplit("/", 1)[-1] for item in qualifiers))
