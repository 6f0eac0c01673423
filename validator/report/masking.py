"""Hides the middle of personal identifiers on screen and paper; the machine's reports have them in full."""

from validator.report.safe_text import shown


def masked(identifier: str | None) -> str | None:
    """The beginning and the end of an identifier; short ones say nothing and stay."""
    if identifier is None or len(identifier) <= 6:
        return identifier
    safe = shown(identifier, 60)
    return safe[:4] + "•" * (len(safe) - 6) + safe[-2:]
