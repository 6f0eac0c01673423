"""Words and sentences for a page in one language, or in two side by side for the two parties."""

from dataclasses import dataclass

from markupsafe import Markup, escape

from policies.reasons import Reason
from validator.report.safe_text import shown
from validator.report.told import tell
from validator.report.words import worded, words

Side = tuple[str, str]
"""A language and a text in it."""


@dataclass(frozen=True, slots=True)
class Said:
    """A reason in words: `sentences` and `steps` once per language, each in the language that they really are in."""

    code: str
    severity: str
    clause: str
    sentences: tuple[Side, ...]
    steps: tuple[Side, ...]


class Words:
    """The words of the page. A key gives markup that is safe to place; in two languages each part names its own."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self.languages = languages

    def __getitem__(self, key: str) -> Markup:
        return self.filled(key)

    def __contains__(self, key: str) -> bool:
        return key in words("en")

    def plain(self, key: str) -> str:
        """The words of the first language alone, for titles and labels that can hold no markup."""
        return worded(self.languages[0], key)[1]

    def filled(self, key: str, **params: str) -> Markup:
        """Words with their parameters."""
        safe = {name: shown(text) for name, text in params.items()}
        return self.joined([worded(language, key, **safe) for language in self.languages])

    def joined(self, sides: list[Side]) -> Markup:
        """Texts with a stroke between them; one that stands there already is not repeated."""
        different = list(dict.fromkeys(sides))
        if different == [(self.languages[0], different[0][1])]:
            return escape(different[0][1])
        marked = (Markup('<span lang="{}">{}</span>').format(*side) for side in different)
        return Markup(' <span class="stroke">/</span> ').join(marked)

    def said(self, reason: Reason) -> Said:
        """A reason in every language of the page."""
        told = [tell(reason, language) for language in self.languages]
        return Said(
            code=reason.code,
            severity=told[0].severity,
            clause=told[0].clause,
            sentences=tuple(dict.fromkeys((item.language, item.sentence) for item in told)),
            steps=tuple(dict.fromkeys((item.language, item.next) for item in told if item.next)),
        )
