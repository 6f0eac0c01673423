"""Rules about time-stamps (block TSV; EN 319 102-1 5.4) and what they prove of a signature (LTV; 5.5.4, 5.6.3)."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from policies.reasons import Reason
from validator.judge.rules.found import HOLDS, Reasons, accepted, listed
from validator.judge.rules.model import Setting
from validator.judge.rules.subjects import TimeSubject, TokenSubject

TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
_MICROSECONDS = 1_000_000


def _missing(item: str) -> Reasons:
    return (Reason.of("TS-RULE-TIME-STAMP-MISSING", item=item),)


def _value(item: str, found: str, wanted: str) -> Reasons:
    return (Reason.of("TS-RULE-TIME-STAMP-VALUE", item=item, found=found, wanted=wanted),)


# --- one token ------------------------------------------------------------------------------------------------------


def _key_purpose(subject: TokenSubject, setting: Setting) -> Reasons:
    authority = subject.authority
    if authority is None:
        return HOLDS
    found, critical = authority.extended_key_usage or frozenset(), authority.extended_key_usage_critical
    if found == {TIME_STAMPING} and critical:
        return HOLDS
    return (Reason.of("TS-TSP-KEY-PURPOSE", found=" ".join(sorted(found)) or "-", critical=str(critical)),)


def _time_stamp_policy(subject: TokenSubject, setting: Setting) -> Reasons:
    found, wanted = subject.token.policy, setting.texts()
    return HOLDS if found and accepted((found,), wanted) else _value("policy", found or "-", listed(wanted))


def _accuracy(subject: TokenSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.token.accuracy_microseconds is not None else _missing("accuracy")


def _accuracy_maximum(subject: TokenSubject, setting: Setting) -> Reasons:
    found, limit = subject.token.accuracy_microseconds, setting.number("seconds") or 0
    if found is None or found <= limit * _MICROSECONDS:
        return HOLDS
    return _value("accuracy", f"{found} µs", f"{limit} s")


def _qualified_statement(subject: TokenSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.token.qualified_statement else _missing("esi4-qtstStatement-1")


def _serial(subject: TokenSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.token.serial is not None else _missing("serialNumber")


def _imprint_algorithm(subject: TokenSubject, setting: Setting) -> Reasons:
    found, wanted = subject.token.imprint_algorithm, setting.texts()
    return HOLDS if found and accepted((found,), wanted) else _value("messageImprint", found or "-", listed(wanted))


# --- a signature's time ---------------------------------------------------------------------------------------------


def _order(subject: TimeSubject, setting: Setting) -> Reasons:
    if subject.disorder is None:
        return HOLDS
    first, second = subject.disorder
    return (Reason.of("TS-TSP-ORDER", first=first, second=second),)


def _delay(subject: TimeSubject, setting: Setting) -> Reasons:
    """5.5.4 step 5: the claimed time plus the delay that the policy grants is after the best signature time."""
    claimed, seconds = subject.signature.claimed_time, setting.number("seconds") or 0
    if claimed is None:
        return (Reason.of("TS-SIG-TIME-ABSENT"),)
    if subject.best - claimed < timedelta(seconds=seconds):
        return HOLDS
    if not subject.proven:
        return (Reason.of("TS-RULE-NO-PROOF-OF-TIME"),)
    times = {"claimed": claimed.isoformat(), "best": subject.best.isoformat()}
    return (Reason.of("TS-SIG-TIME-DELAY", seconds=seconds, **times),)


def _present(subject: TimeSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.proven else (Reason.of("TS-RULE-NO-PROOF-OF-TIME"),)


def _all_valid(subject: TimeSubject, setting: Setting) -> Reasons:
    return (Reason.of("TS-RULE-TIME-STAMP-INVALID", count=subject.invalid),) if subject.invalid else HOLDS


def _long_term_material(subject: TimeSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.proven and subject.long_term else (Reason.of("TS-SIG-NO-LONG-TERM"),)


def _archived(subject: TimeSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.archived else (Reason.of("TS-RULE-NO-ARCHIVE"),)


TOKEN_CHECKS: Mapping[str, Callable[[TokenSubject, Setting], Reasons]] = {
    "key_purpose": _key_purpose,
    "time_stamp_policy": _time_stamp_policy,
    "accuracy": _accuracy,
    "accuracy_maximum": _accuracy_maximum,
    "qualified_statement": _qualified_statement,
    "time_stamp_serial": _serial,
    "imprint_algorithm": _imprint_algorithm,
}
TIME_CHECKS: Mapping[str, Callable[[TimeSubject, Setting], Reasons]] = {
    "time_stamp_order": _order,
    "time_stamp_delay": _delay,
    "time_stamp_present": _present,
    "time_stamps_valid": _all_valid,
    "long_term_material": _long_term_material,
    "archive_time_stamp": _archived,
}
