"""Turns a reason into a sentence and a next step in one language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from policies.reasons.model import Reason

LANGUAGES = ("en", "ru", "hy", "kk", "ky", "be", "vi", "de")


@cache
def wording(language: str) -> Mapping[str, Mapping[str, str]]:
    """The rows (`sentence`, optional `next`) of a language by code; KeyError for an unknown language. A language
    without any file is empty."""
    if language not in LANGUAGES:
        raise KeyError(language)
    table: dict[str, Mapping[str, str]] = {}
    folder = files("policies.reasons").joinpath("wording").joinpath(language)
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.name.endswith(".toml"):
            table.update(tomllib.loads(entry.read_text(encoding="utf-8")))
    return MappingProxyType(table)


def sentence(reason: Reason, language: str = "en") -> str:
    """What happened, in one sentence. KeyError for an unknown code or language."""
    return wording(language)[reason.code]["sentence"].format_map(reason.mapping())


def next_step(reason: Reason, language: str = "en") -> str:
    """What the reader can do about it; empty where nothing needs doing."""
    return wording(language)[reason.code].get("next", "").format_map(reason.mapping())
