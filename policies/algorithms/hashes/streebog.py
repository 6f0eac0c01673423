"""Streebog with 256 and 512 bits (GOST R 34.11-2012, ISO/IEC 10118-3; RFC 6986), in Python.

Octets of the message and of the digest are in the order in which files and certificates hold them: the first octet
is the least significant of the standard's numbers. RFC 6986 prints the same numbers most significant octet first.
"""

from functools import cache, reduce
from operator import getitem, xor

from policies.algorithms.hashes.constants import STREEBOG_A, STREEBOG_C, STREEBOG_PI
from policies.algorithms.hashes.construction import Construction

_BLOCK = 64
_MODULUS = (1 << 512) - 1
_CONSTANTS = tuple(int.from_bytes(STREEBOG_C[start : start + 64], "big") for start in range(0, len(STREEBOG_C), 64))

# h, the count of bits N, and the sum of all blocks (RFC 6986 8): numbers of 512 bits.
State = tuple[int, int, int]


@cache
def _tables() -> tuple[tuple[int, ...], ...]:
    """For each octet of a vector of 512 bits, what its value adds to L(P(S(vector))): P moves octet c of row r to
    octet r of row c, and l acts on rows."""
    rows = tuple(_row_table(position) for position in range(8))
    return tuple(tuple(value << 64 * column for value in rows[row]) for row in range(8) for column in range(8))


def _row_table(position: int) -> tuple[int, ...]:
    """What each value of the octet at this position adds to l(row) after the substitution."""
    lines = tuple(int.from_bytes(STREEBOG_A[start : start + 8], "big") for start in range(0, len(STREEBOG_A), 8))
    of_bit = tuple(lines[63 - 8 * position - bit] for bit in range(8))
    return tuple(reduce(xor, (line for bit, line in enumerate(of_bit) if value >> bit & 1), 0) for value in STREEBOG_PI)


def _lps(vector: int) -> int:
    """L(P(S(vector)))."""
    return reduce(xor, map(getitem, _tables(), vector.to_bytes(64, "little")))


def _compress(count: int, chain: int, block: int) -> int:
    """g_N(h, m) of RFC 6986 7."""
    key = _lps(chain ^ count)
    state = block
    for constant in _CONSTANTS:
        state = _lps(state ^ key)
        key = _lps(key ^ constant)
    return state ^ key ^ chain ^ block


def _absorb(state: State, block: bytes) -> State:
    chain, count, total = state
    number = int.from_bytes(block, "little")
    return _compress(count, chain, number), count + 512 & _MODULUS, total + number & _MODULUS


def _finish(state: State, rest: bytes, digest_size: int) -> bytes:
    """Stage 3 of RFC 6986 8: the padded rest, then the length, then the sum."""
    chain, count, total = state
    padded = int.from_bytes(rest + b"\x01", "little")
    chain = _compress(count, chain, padded)
    chain = _compress(0, chain, count + 8 * len(rest) & _MODULUS)
    chain = _compress(0, chain, total + padded & _MODULUS)
    return chain.to_bytes(64, "little")[-digest_size:]


def _streebog(name: str, digest_size: int, initial: int) -> Construction:
    return Construction(
        name=name,
        digest_size=digest_size,
        block_size=_BLOCK,
        initial=lambda: (initial, 0, 0),
        absorb=_absorb,
        finish=lambda state, rest, _length: _finish(state, rest, digest_size),
    )


STREEBOG_256 = _streebog("Streebog-256", 32, int.from_bytes(b"\x01" * 64, "little"))
STREEBOG_512 = _streebog("Streebog-512", 64, 0)
