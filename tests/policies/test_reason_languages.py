"""Every reason can be said in every language of the product, with the same parameters as in English."""

import string

import pytest

from policies.reasons import LANGUAGES, catalogue
from policies.reasons.words import wording


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_worded(language: str) -> None:
    words = wording(language)
    missing = sorted(set(catalogue()) - set(words))
    assert not missing, f"{len(missing)} reasons have no sentence in {language}: {missing[:5]}"
    assert set(words) <= set(catalogue())
    for code, row in words.items():
        english = wording("en")[code]
        assert fields(row["sentence"]) == fields(english["sentence"]), code
        assert bool(row.get("next")) == bool(english.get("next")), code
        assert fields(row.get("next", "")) <= set(catalogue()[code].params), code
