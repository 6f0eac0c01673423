"""Brings the text of a name into the form in which names are compared (RFC 5280 7.1, RFC 4518)."""

import stringprep
import unicodedata


def normalise_text(text: str) -> str:
    """Text ready for caseIgnoreMatch: RFC 4518 mapping, case folding, NFKC and insignificant-space handling."""
    if not text.isascii():
        text = _composed(text.translate(_folding))
    elif not text.isprintable():
        text = text.translate(_folding)
    return " ".join(text.lower().split())


def _composed(text: str) -> str:
    """NFKC, of long texts piece by piece: bringing a run of combining marks into order costs the square of its length,
    and characters that stand for many others end it. What is equal then is equivalent; two ways of writing more than a
    piece may be told apart."""
    if len(text) <= _PIECE:
        return unicodedata.normalize("NFKC", text)
    composed, left = "", _GROWTH * len(text)
    for at in range(0, len(text), _PIECE):
        piece = unicodedata.normalize("NFKC", text[at : at + _PIECE])
        left -= len(piece)
        if left < 0:
            return composed + text[at:]
        composed += piece
    return composed


_PIECE, _GROWTH = 256, 3


class _Folding(dict[int, str]):
    """What the preparation makes of each character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        if len(self) >= _MAX_FOLDED:
            self.clear()
        folded = self[code] = "".join(map(stringprep.map_table_b2, _mapped(chr(code))))
        return folded


_MAX_FOLDED = 20_000
_folding = _Folding()


def _mapped(character: str) -> str:
    # RFC 4518 2.2: white space becomes SPACE, soft hyphen, joiners and control characters become nothing.
    if character in "\t\n\v\f\r\x85" or unicodedata.category(character) in {"Zs", "Zl", "Zp"}:
        return " "
    if stringprep.in_table_b1(character) or unicodedata.category(character) in {"Cc", "Cf"}:
        return ""
    return character
