from typing import Self, final

from policies.algorithms.hashes.construction import Octets

@final
class Hash:
    name: str
    digest_size: int
    block_size: int
    def __new__(cls, name: str, /) -> Self: ...
    def update(self, data: Octets, /) -> None: ...
    def digest(self) -> bytes: ...
    def hexdigest(self) -> str: ...
    def copy(self) -> Self: ...

def prepare(
    streebog_pi: bytes,
    streebog_a: bytes,
    streebog_c: bytes,
    gost94_cryptopro: bytes,
    gost94_test: bytes,
    belt_h: bytes,
    /,
) -> None: ...
