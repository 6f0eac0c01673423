"""The words of the readable report, one file per language; a language that is missing falls back to English."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def words(language: str) -> dict[str, str]:
    """All words of a language by key; English where a key or the language has none."""
    folder = files("validator.report.words")
    table: dict[str, str] = tomllib.loads(folder.joinpath("en.toml").read_text(encoding="utf-8"))
    own = folder.joinpath(f"{language}.toml")
    if language != "en" and language.isalpha() and own.is_file():
        table.update(tomllib.loads(own.read_text(encoding="utf-8")))
    return table


def complete(language: str) -> bool:
    """The language has its own words."""
    return language == "en" or (
        language.isalpha() and files("validator.report.words").joinpath(f"{language}.toml").is_file()
    )
