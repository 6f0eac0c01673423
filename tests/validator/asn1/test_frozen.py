"""What is made fast is the same value as what its class makes, and as frozen."""

from dataclasses import FrozenInstanceError, dataclass

import pytest

from validator.asn1.frozen import maker


@dataclass(frozen=True, slots=True)
class Value:
    """A value with a default."""

    first: int
    second: str = "default"


make = maker(Value)


def test_it_is_the_same_value() -> None:
    made = make(1, "two")
    assert type(made) is Value
    assert made == Value(1, "two")
    assert hash(made) == hash(Value(1, "two"))
    assert repr(made) == repr(Value(1, "two"))


def test_it_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        make(1, "two").first = 2  # type: ignore[misc]


def test_every_field_is_given() -> None:
    with pytest.raises(TypeError):
        make(1)
