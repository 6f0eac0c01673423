"""Which rules of the policy were evaluated for each signature and time-stamp, and whether they held.

A reason names the rule that gave it: a rule that no reason names held. The rules about time and about long-term
material (LTV, LTA) are evaluated for every signature, those about the age of a status (RFC) with its certificate.
"""

from collections.abc import Iterable

from validator.judge.policy import JudgementPolicy
from validator.judge.rules.model import Rule, RuleContext, Setting
from validator.judge.verdict import SignatureVerdict, TimestampVerdict, Verdict
from validator.report.content import RuleRow

MAX_ROWS = 20_000
_ALWAYS = ("LTV", "LTA")
_WITH = {"XCV": ("RFC",)}


def rule_rows(verdict: Verdict, policy: JudgementPolicy) -> tuple[RuleRow, ...]:
    """The rules by object, in the order of the definitions; those that the policy ignores are left out."""
    found: list[RuleRow] = []
    judged: tuple[SignatureVerdict | TimestampVerdict, ...] = (*verdict.signatures, *verdict.timestamps)
    for item in judged:
        found += _of(item, policy)
        if len(found) > MAX_ROWS:
            break
    return tuple(found[:MAX_ROWS])


def _context(item: SignatureVerdict | TimestampVerdict) -> RuleContext:
    if isinstance(item, TimestampVerdict):
        return RuleContext.TIME_STAMP
    return RuleContext.COUNTER_SIGNATURE if item.parent else RuleContext.SIGNATURE


def _of(item: SignatureVerdict | TimestampVerdict, policy: JudgementPolicy) -> Iterable[RuleRow]:
    reasons = (*item.reasons, *(reason for block in item.blocks for reason in block.reasons))
    given: dict[str, dict[str, None]] = {}
    for reason in reasons:
        if reason.rule is not None:
            given.setdefault(reason.rule, {})[reason.code] = None
    context = _context(item)
    for rule, setting in _evaluated(policy, _blocks(item), context):
        yield RuleRow(
            object=item.id,
            rule=rule.id,
            block=rule.block,
            clause=rule.clause,
            context=context,
            level=setting.level,
            held=rule.id not in given,
            reasons=tuple(given.get(rule.id, ())),
        )


def _blocks(item: SignatureVerdict | TimestampVerdict) -> frozenset[str]:
    """The blocks whose rules were evaluated for an object."""
    ran = {block.name for block in item.blocks}
    more = (name for block in ran for name in _WITH.get(block, ()))
    return frozenset((*ran, *more, *(_ALWAYS if isinstance(item, SignatureVerdict) else ())))


def _evaluated(
    policy: JudgementPolicy, blocks: frozenset[str], context: RuleContext
) -> tuple[tuple[Rule, Setting], ...]:
    return tuple(
        pair
        for (block, where, _), pairs in policy.active.items()
        if block in blocks and where is context
        for pair in pairs
    )
