"""Evaluates the rules of a building block for one subject, as the policy weighs them. Pure.

All rules that are not ignored are evaluated, also after one has failed: a reader sees every obstacle. The first rule
that fails, in the order of the definitions, names the sub-indication.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from policies.reasons import Reason, definition
from policies.vocabulary import SubIndication
from validator.judge.conclusion import Conclusion, failed, indeterminate, passed
from validator.judge.policy import JudgementPolicy
from validator.judge.rules import attributes, certificates, form, statuses, times, trust_lists
from validator.judge.rules.found import Reasons
from validator.judge.rules.model import Level, Position, Rule, RuleContext, Setting
from validator.judge.rules.subjects import (
    CertificateSubject,
    ListSubject,
    SignatureSubject,
    StatusSubject,
    TimeSubject,
    TokenSubject,
)

Subject = SignatureSubject | CertificateSubject | StatusSubject | TokenSubject | TimeSubject | ListSubject
Check = Callable[[Any, Setting], Reasons]
CHECKS: Mapping[str, Check] = {
    **form.CHECKS,
    **attributes.CHECKS,
    **certificates.CERTIFICATE_CHECKS,
    **statuses.AGE_CHECKS,
    **statuses.CHECKS,
    **times.TOKEN_CHECKS,
    **times.TIME_CHECKS,
    **trust_lists.CHECKS,
}
# A format that fails is proven wrong; every other rule of a policy leaves the question open (5.1.3, table 5).
_FAILED = frozenset((SubIndication.FORMAT_FAILURE,))


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the rules of one block say: reasons of rules that failed, reasons of the others that did not hold, and the
    sub-indication of the first that failed (None when none did)."""

    failures: tuple[Reason, ...] = ()
    remarks: tuple[Reason, ...] = ()
    sub_indication: SubIndication | None = None

    @property
    def passed(self) -> bool:
        """No rule failed."""
        return self.sub_indication is None

    def conclusion(self) -> Conclusion:
        """The block's conclusion where nothing but these rules decides."""
        sub = self.sub_indication
        if sub is None:
            return passed(*self.remarks)
        conclude = failed if sub in _FAILED else indeterminate
        return conclude(sub, *self.failures, *self.remarks)


NOTHING = Hearing()
"""Every rule that was asked holds."""


def hear(
    policy: JudgementPolicy, block: str, context: RuleContext, subject: Subject, position: Position | None = None
) -> Hearing:
    """Evaluate the rules of `block` that the policy does not ignore in `context`; `position` for rules about one
    certificate of a path."""
    broken = []
    for rule, setting in policy.evaluated(block, context, position):
        reasons = CHECKS[rule.check or ""](subject, setting)
        if reasons:
            broken.append((rule, setting.level, reasons))
    return _said(broken) if broken else NOTHING


def _said(broken: list[tuple[Rule, Level, Reasons]]) -> Hearing:
    failing = [item for item in broken if item[1] is Level.FAIL]
    others = [item for item in broken if item[1] is not Level.FAIL]
    return Hearing(
        tuple(_weighing(reason, rule, level) for rule, level, reasons in failing for reason in reasons),
        tuple(_weighing(reason, rule, level) for rule, level, reasons in others for reason in reasons),
        failing[0][0].sub_indication if failing else None,
    )


def together(hearings: Iterable[Hearing]) -> Hearing:
    """What several hearings say in their order; the first failure decides."""
    found = [item for item in hearings if item is not NOTHING]
    if len(found) < 2:
        return found[0] if found else NOTHING
    return Hearing(
        tuple(dict.fromkeys(reason for item in found for reason in item.failures)),
        tuple(dict.fromkeys(reason for item in found for reason in item.remarks)),
        next((item.sub_indication for item in found if item.sub_indication is not None), None),
    )


def _weighing(reason: Reason, rule: Rule, level: Level) -> Reason:
    """The reason with the level's weight, which is only written where the definition has another."""
    known = definition(reason.code).severity
    return reason.weighing(None if known is level.severity else level.severity, rule.id)
