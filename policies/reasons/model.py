"""A reason as it stands in a verdict: a code and its parameters, no words."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from policies.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a verdict. `params` are (name, text) pairs in a fixed order: equal verdicts are equal bytes.
    `severity` is set where a validation policy gives the reason another weight than its definition does; `rule` names
    the rule of the policy that gave it, None where the standard itself does (it makes no two reasons different)."""

    code: str
    params: tuple[tuple[str, str], ...] = ()
    severity: Severity | None = None
    rule: str | None = field(default=None, compare=False)

    @classmethod
    def of(cls, code: str, /, **params: object) -> "Reason":
        """Build a reason; parameter values are turned into text, names sorted."""
        return cls(code, tuple(sorted((name, str(value)) for name, value in params.items())))

    def weighing(self, severity: Severity | None, rule: str | None = None) -> "Reason":
        """The same reason with the weight that a policy gives it, by one of its rules."""
        return replace(self, severity=severity, rule=rule or self.rule)

    def param(self, name: str) -> str:
        """The text of one parameter; KeyError when the reason does not have it."""
        return dict(self.params)[name]

    def mapping(self) -> Mapping[str, str]:
        """The parameters as a mapping."""
        return dict(self.params)
