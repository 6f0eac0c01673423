"""The words of the readable reports, one file per language; what is missing in a language is English and says so."""

import tomllib
from functools import cache
from importlib.resources import files

from validator.evidence import Change


@cache
def words(language: str) -> dict[str, str]:
    """All words of a language by key; English where a key or the language has none."""
    return {**_own("en"), **_own(language)}


def complete(language: str) -> bool:
    """The language has every word of its own."""
    return _own(language).keys() >= _own("en").keys()


def worded(language: str, key: str, **params: str) -> tuple[str, str]:
    """The language that the words of `key` really are in, and the words with their parameters filled in."""
    text = words(language)[key]
    return (language if key in _own(language) else "en"), text.format(**params) if params else text


def changed(change: Change, language: str = "en") -> str:
    """One sentence about a change after signing."""
    table = words(language)
    what = table.get(f"change_{change.category.replace('-', '_')}", change.category)
    where = f" {table['change_in'].format(revision=change.revision)}" if change.revision is not None else ""
    return f"{what}{where}; {table['change_permitted' if change.permitted else 'change_forbidden']}."


@cache
def _own(language: str) -> dict[str, str]:
    file = files("validator.report.words").joinpath(f"{language}.toml")
    if not language.isalpha() or not file.is_file():
        return {}
    found: dict[str, str] = tomllib.loads(file.read_text(encoding="utf-8"))
    return found
