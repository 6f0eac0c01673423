"""A reason as it stands in a verdict: a code and its parameters, no words."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a verdict. `params` are (name, text) pairs in a fixed order: equal verdicts are equal bytes."""

    code: str
    params: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, code: str, /, **params: object) -> "Reason":
        """Build a reason; parameter values are turned into text, names sorted."""
        return cls(code, tuple(sorted((name, str(value)) for name, value in params.items())))

    def param(self, name: str) -> str:
        """The text of one parameter; KeyError when the reason does not have it."""
        return dict(self.params)[name]

    def mapping(self) -> Mapping[str, str]:
        """The parameters as a mapping."""
        return dict(self.params)
