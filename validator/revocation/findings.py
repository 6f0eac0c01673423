"""What single pieces of evidence say about a certificate, and how they add up to one answer.

The order of the evidence never matters: a permanent revocation from any authentic source decides; a hold decides
unless knowledge that is newer and covers the same reasons lifts it; "good" needs fresh knowledge for every reason
(RFC 5280 6.3.3, final step); what is known but not fresh is STALE (EN 319 102-1 5.2.5).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from policies.reasons import Reason
from validator.revocation.extensions import ALL_REASONS
from validator.revocation.types import Status, StatusAnswer


class Finding(NamedTuple):
    """One authentic source's statement. `status` is GOOD, REVOKED or ON_HOLD; `reasons_mask` the revocation reasons
    that the statement covers; `others` further sources it was read together with; `notes` the leniencies that were
    needed to use the source."""

    status: Status
    reasons_mask: int
    source: str
    source_kind: str
    this_update: datetime
    next_update: datetime | None
    fresh: bool
    signer_path: tuple[str, ...]
    revocation_time: datetime | None = None
    reason_code: int | None = None
    invalidity_date: datetime | None = None
    others: tuple[str, ...] = ()
    notes: tuple[Reason, ...] = ()

    def lifted_by(self, other: "Finding") -> bool:
        """`other` says good, is newer, and covers every reason that this hold stands on."""
        covers = self.reasons_mask & ~other.reasons_mask == 0
        return other.status is Status.GOOD and other.this_update > self.this_update and covers


def combine(findings: Iterable[Finding], notes: Iterable[Reason]) -> StatusAnswer:
    """The answer that all `findings` give together; `notes` say why other evidence was not used, and are given
    where nothing usable decided."""
    known = list(findings)
    if len(known) == 1 and _says_it_all(known[0]):
        return _answer(known[0], ())
    known.sort(key=_newest_first)
    revoked = [item for item in known if item.status is Status.REVOKED]
    if revoked:
        return _answer(min(revoked, key=_earliest_revocation), ())
    good = [item for item in known if item.status is Status.GOOD and item.fresh]
    holds = [item for item in known if item.status is Status.ON_HOLD]
    standing = [item for item in holds if not any(item.lifted_by(other) for other in good)]
    if standing:
        return _answer(standing[0], ())
    covered = 0
    needed: list[Finding] = []
    for item in good:
        if item.reasons_mask & ~covered:
            needed.append(item)
            covered |= item.reasons_mask
    if covered & ALL_REASONS == ALL_REASONS:
        return _answer(needed[0], (), sources=_sources(*needed))
    remarks = _distinct(notes)
    if known and not good:
        stale = known[0]
        return _answer(stale, (*_stale_reasons(stale), *remarks), Status.STALE)
    if good:
        missing = ALL_REASONS & ~covered
        return StatusAnswer(
            status=Status.UNKNOWN, reasons=(Reason.of("TS-REV-REASONS-NOT-COVERED", mask=f"{missing:09b}"), *remarks)
        )
    return StatusAnswer(status=Status.UNKNOWN, reasons=remarks or (Reason.of("TS-REV-NO-EVIDENCE"),))


def _says_it_all(finding: Finding) -> bool:
    return finding.status is Status.GOOD and finding.fresh and finding.reasons_mask & ALL_REASONS == ALL_REASONS


def _newest_first(finding: Finding) -> tuple[float, str]:
    return -finding.this_update.timestamp(), finding.source


def _earliest_revocation(finding: Finding) -> tuple[datetime, float, str]:
    moment = finding.revocation_time or finding.this_update
    return moment, -finding.this_update.timestamp(), finding.source


def _stale_reasons(finding: Finding) -> tuple[Reason, ...]:
    if finding.next_update is None:
        return (Reason.of("TS-REV-NO-NEXT-UPDATE", source=finding.source, issued=finding.this_update.isoformat()),)
    return (
        Reason.of(
            "TS-REV-STALE",
            source=finding.source,
            issued=finding.this_update.isoformat(),
            next=finding.next_update.isoformat(),
        ),
    )


def _distinct(notes: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(set(notes), key=lambda reason: (reason.code, reason.params)))


def _answer(
    finding: Finding,
    reasons: tuple[Reason, ...],
    status: Status | None = None,
    sources: tuple[str, ...] | None = None,
) -> StatusAnswer:
    return StatusAnswer(
        status or finding.status,
        (*_own_reasons(finding, status), *finding.notes, *reasons),
        finding.source,
        _sources(finding) if sources is None else sources,
        finding.source_kind,
        finding.this_update,
        finding.next_update,
        finding.revocation_time,
        finding.reason_code,
        finding.invalidity_date,
        finding.signer_path,
        finding.fresh,
    )


def _sources(*findings: Finding) -> tuple[str, ...]:
    if len(findings) == 1:
        return (findings[0].source, *findings[0].others)
    return tuple(dict.fromkeys(source for item in findings for source in (item.source, *item.others)))


def _own_reasons(finding: Finding, status: Status | None) -> tuple[Reason, ...]:
    if status is not None or finding.revocation_time is None:
        return ()
    code = "TS-REV-ON-HOLD" if finding.status is Status.ON_HOLD else "TS-REV-REVOKED"
    if finding.status is Status.GOOD:
        code = "TS-REV-REVOKED-LATER"
    return (
        Reason.of(
            code,
            since=finding.revocation_time.isoformat(),
            reason="unspecified" if finding.reason_code is None else REASON_NAMES[finding.reason_code],
            source=finding.source,
        ),
    )


REASON_NAMES = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    8: "removeFromCRL",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}
"""Names of CRLReason (RFC 5280 5.3.1)."""
