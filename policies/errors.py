"""The root of every error tree of the project.

A room derives its own small tree from `TrustspaceError`. An error carries a stable code, one human sentence and the
next step, because the same three are shown on the command line, in the API and on the page.
"""


class TrustspaceError(Exception):
    """Something a person has to be told.

    `code` is stable (upper case, `TS-` prefix), `sentence` says what happened, `next_step` what to do about it.
    `exit_status` is what the command line returns (2 = usage or unreadable input, 1 = anything else) and
    `http_status` what the API answers.
    """

    code = "TS-ERROR"
    next_step = "Report this with the code and the time at which it happened."
    exit_status = 1
    http_status = 500

    def __init__(self, sentence: str, *, next_step: str | None = None, code: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        if next_step is not None:
            self.next_step = next_step
        if code is not None:
            self.code = code

    def as_dict(self) -> dict[str, str]:
        """The three parts that every surface shows."""
        return {"code": self.code, "message": self.sentence, "nextStep": self.next_step}


class UnreadableInputError(TrustspaceError):
    """The input cannot be read at all: exit status 2, HTTP 422."""

    code = "TS-INPUT-UNREADABLE"
    next_step = "Check that the right file was given and that it is complete."
    exit_status = 2
    http_status = 422
