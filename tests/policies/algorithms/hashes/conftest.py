"""The forms of each digest, and what is asked of an installation under CI."""

import os
from collections.abc import Callable

import pytest

from policies.algorithms import hashes
from policies.algorithms.hashes import Hash

COMPILED = tuple(name for name in hashes.NAMES if name != "SM3")  # SM3 is OpenSSL's


@pytest.fixture
def compiled() -> Callable[[str], Hash]:
    """`compiled(name)` starts a computation in C; skipped where the extension is absent, a failure under CI=true."""

    def start(name: str) -> Hash:
        form = hashes.forms(name).get("c")
        if form is None:
            reason = "the digests in C were not compiled at installation"
            if os.environ.get("CI") == "true":
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
        return form()

    return start
