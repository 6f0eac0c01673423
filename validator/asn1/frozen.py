"""Makes frozen values at the price of ordinary ones.

The constructor of a frozen dataclass goes through `object.__setattr__` once for every field. Certificates and OCSP
responses are made by the thousand and have many fields; here an ordinary object with the same slots is filled, and
becomes a value of the frozen class when it is complete.
"""

from collections.abc import Callable
from dataclasses import fields, make_dataclass
from typing import Any, TypeVar, cast

T = TypeVar("T")


def maker(kind: type[T]) -> Callable[..., T]:
    """A function that makes a value of `kind`, a frozen dataclass with slots and without bases, from the values of all
    its fields in their order; defaults are not filled in."""
    draft = make_dataclass(kind.__name__, [item.name for item in fields(cast(Any, kind))], slots=True, eq=False)

    def make(*values: object) -> Any:
        made = draft(*values)
        made.__class__ = kind
        return made

    return make
