"""A reason as it stands in a verdict: a code and its parameters, no words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from policies.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a verdict. `params` are (name, text) pairs in a fixed order: equal verdicts are equal bytes.
    `severity` is set where a validation policy gives the reason another weight than its definition does."""

    code: str
    params: tuple[tuple[str, str], ...] = ()
    severity: Severity | None = None

    @classmethod
    def of(cls, code: str, /, **params: object) -> "Reason":
        """Build a reason; parameter values are turned into text, names sorted."""
        return cls(code, tuple(sorted((name, str(value)) for name, value in params.items())))

    def weighing(self, severity: Severity | None) -> "Reason":
        """The same reason with the weight that a policy gives it."""
        return self if self.severity is severity else replace(self, severity=severity)

    def param(self, name: str) -> str:
        """The text of one parameter; KeyError when the reason does not have it."""
        return dict(self.params)[name]

    def mapping(self) -> Mapping[str, str]:
        """The parameters as a mapping."""
        return dict(self.params)
