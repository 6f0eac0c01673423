"""The bounded memory keeps what is asked for and never more than its limit, whatever it is given."""

from hypothesis import given
from hypothesis import strategies as st

from validator.asn1.memory import Generations

LIMIT = 100


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 130)), max_size=200))
def test_what_is_kept_is_right_and_never_weighs_more_than_the_limit(steps: list[tuple[int, int]]) -> None:
    memory: Generations[int, tuple[int, int]] = Generations(LIMIT)
    weights: dict[int, int] = {}
    for key, weight in steps:
        found = memory.get(key)
        if found is None:
            memory.put(key, (key, weight), weight)
            weights[key] = weight
            assert (memory.get(key) is not None) == (weight <= LIMIT)
        else:
            assert found == (key, weights[key])
        kept = [one for one in weights if one in memory._young or one in memory._old]
        assert sum(weights[one] for one in kept) <= LIMIT
        assert len(memory) == len(kept)


def test_what_is_asked_for_again_stays_and_what_is_not_goes() -> None:
    memory: Generations[str, str] = Generations(10)
    memory.put("asked for", "value")
    for number in range(100):
        memory.put(f"passing {number}", "value")
        assert memory.get("asked for") == "value"
    assert memory.get("passing 0") is None
    memory.clear()
    assert memory.get("asked for") is None
    assert len(memory) == 0
