"""Makes text that strangers wrote fit to be shown: names in certificates, file names, reasons in signatures.

Control characters and the characters that turn the direction of writing are shown as what they are and do nothing;
text is cut where no reader would follow it any more. XML 1.0 (clause 2.2) and PDF cannot hold some of them at all.
"""

import re

MAX_CHARACTERS = 2_000

# C0 and C1 controls, surrogates, non-characters; bidirectional controls, invisible separators, tags (UAX 9, UTR 36).
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff0-\uffff\U000e0000-\U000e0fff]"
)
_SPACE = re.compile(r"[\t\n\r]+")


def shown(text: str, most: int = MAX_CHARACTERS) -> str:
    """`text` on one line, at most `most` characters, with what cannot be seen written as ⟨U+202E⟩."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return _HIDDEN.sub(_named, _SPACE.sub(" ", cut))


def _named(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found.group()):04X}⟩"
