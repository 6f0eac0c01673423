"""What can be wrong with a trust list as a file."""

from policies.errors import UnreadableInputError


class TrustListError(UnreadableInputError):
    """The file is not a trust list, or a part that everything else rests on is missing or malformed. `rule` is a short
    phrase for a reason's parameter."""

    code = "TS-TRUST-LIST-UNREADABLE"
    next_step = "Fetch the list again from its operator, and check that the whole file arrived."

    def __init__(self, rule: str) -> None:
        super().__init__(f"The trust list cannot be read: {rule}.")
        self.rule = rule
