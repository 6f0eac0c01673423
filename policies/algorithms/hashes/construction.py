"""The shape that every digest in Python here has: a state that takes whole blocks, and a last step.

States are values that are never changed in place, so a digest may be asked for at any moment and a copy costs
nothing. Memory is the state and less than one block of input.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, Self

Octets = bytes | bytearray | memoryview


class Hash(Protocol):
    """A digest under computation, with the interface that `hashlib` gives."""

    @property
    def name(self) -> str:
        """Catalogue name ("Streebog-256")."""
        ...

    @property
    def digest_size(self) -> int:
        """Octets of the digest."""
        ...

    @property
    def block_size(self) -> int:
        """Octets that one step takes (the B of HMAC, RFC 2104)."""
        ...

    def update(self, data: Octets, /) -> None:
        """Add octets, from any contiguous buffer."""
        ...

    def digest(self) -> bytes:
        """The digest of everything added so far; more may be added afterwards."""
        ...

    def hexdigest(self) -> str:
        """The same in lower-case hexadecimal."""
        ...

    def copy(self) -> Self:
        """A second computation that goes on from here by itself."""
        ...


@dataclass(frozen=True, slots=True)
class Construction:
    """One digest: catalogue name, sizes in octets, the initial state, `absorb(state, block)` for each whole block,
    and `finish(state, rest, length)` for the octets that are left (fewer than a block) and the message's length in
    octets."""

    name: str
    digest_size: int
    block_size: int
    initial: Callable[[], Any]
    absorb: Callable[[Any, bytes], Any]
    finish: Callable[[Any, bytes, int], bytes]


class PythonHash:
    """A `Hash` over a `Construction`."""

    __slots__ = ("_construction", "_length", "_rest", "_state")

    def __init__(self, construction: Construction) -> None:
        self._construction = construction
        self._state = construction.initial()
        self._rest = b""
        self._length = 0

    @property
    def name(self) -> str:
        return self._construction.name

    @property
    def digest_size(self) -> int:
        return self._construction.digest_size

    @property
    def block_size(self) -> int:
        return self._construction.block_size

    def update(self, data: Octets, /) -> None:
        view = memoryview(data).cast("B")
        self._length += len(view)
        size = self._construction.block_size
        missing = size - len(self._rest)
        if len(view) < missing:
            self._rest += bytes(view)
            return
        self._absorb(self._rest + bytes(view[:missing]))
        end = missing + (len(view) - missing) // size * size
        for start in range(missing, end, size):
            self._absorb(bytes(view[start : start + size]))
        self._rest = bytes(view[end:])

    def _absorb(self, block: bytes) -> None:
        self._state = self._construction.absorb(self._state, block)

    def digest(self) -> bytes:
        return self._construction.finish(self._state, self._rest, self._length)

    def hexdigest(self) -> str:
        return self.digest().hex()

    def copy(self) -> Self:
        other = type(self)(self._construction)
        other._state, other._rest, other._length = self._state, self._rest, self._length
        return other
