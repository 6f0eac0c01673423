"""The digests in C, which an installation may lack."""

from collections.abc import Callable

import pytest

from policies.algorithms import hashes
from policies.algorithms.hashes import Hash


@pytest.fixture
def compiled(absent: Callable[[str], None]) -> Callable[[str], Hash]:
    """`compiled(name)` starts a computation in C; skipped where the extension is absent, a failure under CI=true."""

    def start(name: str) -> Hash:
        form = hashes.forms(name).get("c")
        if form is None:
            absent("the digests in C were not compiled at installation")
        assert form is not None
        return form()

    return start
