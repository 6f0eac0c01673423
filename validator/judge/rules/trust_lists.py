"""Rules about the trust lists that anchors come from (block TL; TS 119 615 4.1 to 4.3, TS 119 612)."""

from collections.abc import Callable, Mapping

from policies.reasons import Reason
from validator.judge.rules.found import HOLDS, Reasons, accepted, listed
from validator.judge.rules.model import Setting
from validator.judge.rules.subjects import ListSubject


def _reason(subject: ListSubject, item: str, found: str, wanted: str) -> Reasons:
    return (Reason.of("TS-RULE-LIST", list=subject.name, item=item, found=found, wanted=wanted),)


def _fresh(subject: ListSubject, setting: Setting) -> Reasons:
    age, limit = subject.age_seconds, setting.number("seconds") or 0
    if age is not None and age <= limit:
        return HOLDS
    return _reason(subject, "age", "-" if age is None else f"{age} s", f"{limit} s")


def _not_expired(subject: ListSubject, setting: Setting) -> Reasons:
    due = subject.next_update
    if due is not None and subject.at <= due:
        return HOLDS
    return _reason(subject, "NextUpdate", "-" if due is None else due.isoformat(), f">= {subject.at.isoformat()}")


def _well_signed(subject: ListSubject, setting: Setting) -> Reasons:
    if subject.signed is True:
        return HOLDS
    return _reason(subject, "signature", "unchecked" if subject.signed is None else "broken", "good")


def _not_tampered(subject: ListSubject, setting: Setting) -> Reasons:
    return _reason(subject, "signature", "broken", "good") if subject.signed is False else HOLDS


def _version(subject: ListSubject, setting: Setting) -> Reasons:
    found, wanted = subject.version, setting.texts()
    if found is not None and accepted((str(found),), wanted):
        return HOLDS
    return _reason(subject, "TSLVersionIdentifier", "-" if found is None else str(found), listed(wanted))


CHECKS: Mapping[str, Callable[[ListSubject, Setting], Reasons]] = {
    "list_fresh": _fresh,
    "list_not_expired": _not_expired,
    "list_well_signed": _well_signed,
    "list_not_tampered": _not_tampered,
    "list_version": _version,
}
