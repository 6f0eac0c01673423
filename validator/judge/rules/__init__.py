"""The rules that a judgement follows, as data: what each asks, under which clause, and how a policy weighs it.

`definitions/*.toml` declares every rule; the modules beside it evaluate those about which the standard leaves a policy
a choice, one small pure function a rule. Import `validator.judge.rules.evaluate` to evaluate them.
"""

from validator.judge.rules.catalogue import rules
from validator.judge.rules.model import Kind, Level, Origin, Parameter, Position, Rule, RuleContext, Setting

__all__ = ["Kind", "Level", "Origin", "Parameter", "Position", "Rule", "RuleContext", "Setting", "rules"]
