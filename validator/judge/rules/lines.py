"""Finds the line on which each value of a TOML file stands, so that a refusal or an explanation can point to it.

The reader of the standard library keeps no positions. The files of this room are plain enough for a scanner: tables in
headers, one key a line; a value may run over several lines.
"""

import re
from collections.abc import Mapping

_KEY = r"(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|[A-Za-z0-9_-]+)"
_HEADER = re.compile(rf"^\s*\[\[?\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*\]\]?\s*(?:#.*)?$")
_ENTRY = re.compile(rf"^\s*({_KEY})\s*(?:\.[^=]*)?=\s*(.*)$")
_TEXT = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|#.*")
_PART = re.compile(_KEY)


def lines_of(text: str) -> Mapping[tuple[str, ...], int]:
    """The line (from 1) of every table header and every key of a TOML text, by its path of names."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        if depth > 0:
            depth += _opened(line)
            continue
        if header := _HEADER.match(line):
            table = tuple(_bare(part) for part in _PART.findall(header.group(1)))
            found.setdefault(table, number)
        elif entry := _ENTRY.match(line):
            found.setdefault((*table, _bare(entry.group(1))), number)
            depth = max(0, _opened(entry.group(2)))
    return found


def _bare(key: str) -> str:
    return key[1:-1] if key[:1] in "\"'" else key


def _opened(part: str) -> int:
    """How many brackets a line opens more than it closes, texts and comments aside."""
    plain = _TEXT.sub("", part)
    return sum(plain.count(mark) for mark in "[{") - sum(plain.count(mark) for mark in "]}")
