"""Which form of a digest is used: the compiled one, that of a library of the system, or the one in Python.

A faster form is taken only after it gave the known answers; one that did not is never used in this process, a
warning says so, and `status` names it.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from policies.algorithms.hashes import bash, belt, compiled, gbt32905, gost94, libgcrypt, openssl, streebog
from policies.algorithms.hashes.answers import knows
from policies.algorithms.hashes.construction import Construction, Hash, PythonHash

_CONSTRUCTIONS: dict[str, Construction] = {
    item.name: item
    for item in (
        streebog.STREEBOG_256,
        streebog.STREEBOG_512,
        gost94.CRYPTOPRO,
        gost94.TEST,
        belt.BELT_HASH,
        bash.BASH_256,
        bash.BASH_384,
        bash.BASH_512,
        gbt32905.SM3,
    )
}
NAMES = tuple(_CONSTRUCTIONS)
PYTHON = "python"


class AcceleratorWarning(RuntimeWarning):
    """A faster form of a digest is present, but did not give the known answers; it is not used."""


@dataclass(frozen=True, slots=True)
class Status:
    """How a digest is computed in this process: catalogue name, form in use ("c", "libgcrypt", "openssl" or
    "python"), and the forms that are present but failed their self-test."""

    name: str
    backend: str
    refused: tuple[str, ...]


def _python(name: str) -> Callable[[], Hash]:
    return partial(PythonHash, _CONSTRUCTIONS[name])


# From the fastest to the one that is always there.
_SOURCES: tuple[tuple[str, Callable[[str], Callable[[], Hash] | None]], ...] = (
    ("c", compiled.constructor),
    ("openssl", openssl.constructor),
    ("libgcrypt", libgcrypt.constructor),
    (PYTHON, _python),
)


def forms(name: str) -> dict[str, Callable[[], Hash]]:
    """Every form of the digest that this installation has, fastest first, untested. Raises KeyError."""
    found = {source: constructor(name) for source, constructor in _SOURCES if name in _CONSTRUCTIONS}
    if not found:
        raise KeyError(name)
    return {source: new for source, new in found.items() if new is not None}


@cache
def _chosen(name: str) -> tuple[Status, Callable[[], Hash]]:
    refused: list[str] = []
    for source, new in forms(name).items():
        if source == PYTHON or knows(new()):
            return Status(name, source, tuple(refused)), new
        refused.append(source)
        warnings.warn(f"{name} of {source} gives wrong digests and is not used.", AcceleratorWarning, stacklevel=2)
    raise AssertionError("the form in Python is always there")


def new(name: str) -> Hash:
    """A fresh computation of the digest with this catalogue name, in the form in use. Raises KeyError."""
    return _chosen(name)[1]()


def status(name: str) -> Status:
    """How the digest with this catalogue name is computed in this process. Raises KeyError."""
    return _chosen(name)[0]


def backend(name: str) -> str:
    """The form in use: "c", "libgcrypt", "openssl" or "python". Raises KeyError."""
    return status(name).backend
