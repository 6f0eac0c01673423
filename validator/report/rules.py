"""Which rules of the policy were evaluated for each signature and time-stamp, and whether they held.

A verdict holds the reasons of a building block; a rule that can give one of them did not hold. Several rules of one
block may share a code: then the reasons do not tell which of them it was, and the row says so.
"""

from collections import Counter
from collections.abc import Iterable

from validator.judge.policy import JudgementPolicy
from validator.judge.rules.model import Rule, RuleContext, Setting
from validator.judge.verdict import Block, SignatureVerdict, TimestampVerdict, Verdict
from validator.report.content import RuleRow

MAX_ROWS = 20_000


def rule_rows(verdict: Verdict, policy: JudgementPolicy) -> tuple[RuleRow, ...]:
    """The rules by object, in the order of the definitions; those that the policy ignores are left out."""
    found: list[RuleRow] = []
    judged: tuple[SignatureVerdict | TimestampVerdict, ...] = (*verdict.signatures, *verdict.timestamps)
    for item in judged:
        found += _of(item.id, item.blocks, _context(item), policy)
        if len(found) > MAX_ROWS:
            break
    return tuple(found[:MAX_ROWS])


def _context(item: SignatureVerdict | TimestampVerdict) -> RuleContext:
    if isinstance(item, TimestampVerdict):
        return RuleContext.TIME_STAMP
    return RuleContext.COUNTER_SIGNATURE if item.parent else RuleContext.SIGNATURE


def _of(name: str, blocks: tuple[Block, ...], context: RuleContext, policy: JudgementPolicy) -> Iterable[RuleRow]:
    codes: dict[str, set[str]] = {}
    for block in blocks:
        codes.setdefault(block.name, set()).update(reason.code for reason in block.reasons)
    for block_name, stated in codes.items():
        rules = _evaluated(policy, block_name, context)
        shared = Counter(code for rule, _ in rules for code in rule.reasons)
        for rule, setting in rules:
            given = tuple(code for code in rule.reasons if code in stated)
            held = not given or (None if all(shared[code] > 1 for code in given) else False)
            yield RuleRow(
                object=name,
                rule=rule.id,
                block=rule.block,
                clause=rule.clause,
                context=context,
                level=setting.level,
                held=held,
                reasons=given,
            )


def _evaluated(policy: JudgementPolicy, block: str, context: RuleContext) -> tuple[tuple[Rule, Setting], ...]:
    return tuple(
        pair for (name, where, _), pairs in policy.active.items() if (name, where) == (block, context) for pair in pairs
    )
