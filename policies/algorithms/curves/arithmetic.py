"""Which big integers compute: Python's own, or GMP's through gmpy2 where that is installed (two to five times faster).

Both give the same numbers; tests run the whole room on each.
"""

from collections.abc import Callable
from dataclasses import dataclass

try:
    import gmpy2
except ImportError:  # the optional extra `fast` is not installed
    gmpy2 = None


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A kind of integer: `number` makes one from an int, `inverse(value, modulus)` is the modular inverse, which must
    exist (the modulus is prime and the value not 0 modulo it)."""

    name: str
    number: Callable[[int], int]
    inverse: Callable[[int, int], int]


def _python_inverse(value: int, modulus: int) -> int:
    return pow(value, -1, modulus)


PYTHON = Arithmetic("python", int, _python_inverse)
_available: dict[str, Arithmetic] = {PYTHON.name: PYTHON}
if gmpy2 is not None:
    _available["gmpy2"] = Arithmetic("gmpy2", gmpy2.mpz, gmpy2.invert)
_chosen = _available.get("gmpy2", PYTHON)


def arithmetics() -> tuple[Arithmetic, ...]:
    """The kinds that this installation has; "python" always."""
    return tuple(_available.values())


def chosen() -> Arithmetic:
    """The kind that keys loaded from now on compute with."""
    return _chosen


def choose(name: str) -> None:
    """Compute with the kind `name` ("python", "gmpy2"): for tests and measurements. Keys that are loaded keep theirs
    (`registry.forget_keys` drops them). Raises KeyError when this installation has no such kind."""
    global _chosen
    _chosen = _available[name]
