"""Recognises a PDF by its header, without loading a PDF reader (ISO 32000-2 7.5.2)."""

_WITHIN = 1024


def looks_like_pdf(octets: bytes) -> bool:
    """The header `%PDF-` within the first 1024 octets, as readers accept it."""
    return b"%PDF-" in octets[:_WITHIN]
