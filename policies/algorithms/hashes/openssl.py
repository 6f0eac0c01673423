"""SM3 as OpenSSL computes it, through `cryptography`; absent where OpenSSL has it switched off."""

from collections.abc import Callable
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from policies.algorithms.hashes.construction import Hash, Octets


class OpensslHash:
    """SM3 under computation, as a `Hash`."""

    __slots__ = ("_context",)
    name = "SM3"
    digest_size = 32
    block_size = 64

    def __init__(self) -> None:
        self._context = hashes.Hash(hashes.SM3())

    def update(self, data: Octets, /) -> None:
        self._context.update(memoryview(data).cast("B"))

    def digest(self) -> bytes:
        return self._context.copy().finalize()

    def hexdigest(self) -> str:
        return self.digest().hex()

    def copy(self) -> Self:
        other = type(self)()
        other._context = self._context.copy()
        return other


def constructor(name: str) -> Callable[[], Hash] | None:
    """The constructor of the digest with this catalogue name, None where OpenSSL lacks it."""
    if name != OpensslHash.name:
        return None
    try:
        OpensslHash()
    except UnsupportedAlgorithm:
        return None
    return OpensslHash
