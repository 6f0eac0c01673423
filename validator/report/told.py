"""A reason in words: the sentence and the next step, and in which language they really are."""

from dataclasses import dataclass

from policies.reasons import Reason, definition, next_step, sentence, severity


@dataclass(frozen=True, slots=True)
class Told:
    """A reason in words: code, sentence, next step, and the language that the words are in."""

    code: str
    severity: str
    clause: str
    sentence: str
    next: str
    language: str


def tell(reason: Reason, language: str = "en") -> Told:
    """A reason in words; in English where the language has none, the code where its parameters do not fit, as in
    evidence of another version."""
    known = definition(reason.code)
    for candidate in (language, "en"):
        try:
            said, step = sentence(reason, candidate), next_step(reason, candidate)
        except (KeyError, ValueError, IndexError, FileNotFoundError):
            continue
        return Told(reason.code, str(severity(reason)), known.clause, said, step, candidate)
    return Told(reason.code, str(severity(reason)), known.clause, reason.code, "", "en")
