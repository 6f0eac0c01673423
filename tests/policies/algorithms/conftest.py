"""The room computes with two kinds of integers; what matters is run with each."""

from collections.abc import Iterator

import pytest

from policies.algorithms import registry
from policies.algorithms.curves import Arithmetic, arithmetics, choose, chosen


@pytest.fixture(params=arithmetics(), ids=lambda item: item.name)
def arithmetic(request: pytest.FixtureRequest) -> Iterator[Arithmetic]:
    """One kind of integers, for keys loaded during the test."""
    before = chosen().name
    choose(request.param.name)
    registry.forget_keys()
    yield request.param
    choose(before)
    registry.forget_keys()
