"""belt-hash of STB 34.101.31 (8.7 in the edition of 2020), in Python. All words are little-endian in octets."""

from array import array
from functools import cache
from struct import pack, unpack

from policies.algorithms.hashes.constants import BELT_H
from policies.algorithms.hashes.construction import Construction

_BLOCK = 32
_WORD = (1 << 32) - 1
_ONES = (1 << 128) - 1

# s and the two halves of h: numbers of 128 bits.
State = tuple[int, int, int]


@cache
def _tables() -> tuple["array[int]", ...]:
    """The substituted pairs of octets, rotated by 5, 13, 21 and 29. G_r of a word is the sum of the pair of its low
    half rotated by r and the pair of its high half rotated by r + 16."""
    pairs = [high << 8 | low for high in BELT_H for low in BELT_H]
    return tuple(array("I", ((pair << by | pair >> 32 - by) & _WORD for pair in pairs)) for by in (5, 13, 21, 29))


def encrypt_block(key: int, block: int) -> int:
    """belt-block: 128 bits under a key of 256 bits (STB 34.101.31 6.1.3)."""
    r5, r13, r21, r29 = _tables()
    keys = unpack("<8I", key.to_bytes(32, "little")) * 7
    a, b, c, d = unpack("<4I", block.to_bytes(16, "little"))
    for turn in range(8):
        k1, k2, k3, k4, k5, k6, k7 = keys[7 * turn : 7 * turn + 7]
        word = a + k1 & _WORD
        b ^= r5[word & 0xFFFF] ^ r21[word >> 16]
        word = d + k2 & _WORD
        c ^= r21[word & 0xFFFF] ^ r5[word >> 16]
        word = b + k3 & _WORD
        a = a - (r13[word & 0xFFFF] ^ r29[word >> 16]) & _WORD
        word = b + c + k4 & _WORD
        e = r21[word & 0xFFFF] ^ r5[word >> 16] ^ turn + 1
        b = b + e & _WORD
        c = c - e & _WORD
        word = c + k5 & _WORD
        d = d + (r13[word & 0xFFFF] ^ r29[word >> 16]) & _WORD
        word = a + k6 & _WORD
        b ^= r21[word & 0xFFFF] ^ r5[word >> 16]
        word = d + k7 & _WORD
        c ^= r5[word & 0xFFFF] ^ r21[word >> 16]
        a, b, c, d = b, d, a, c
    return int.from_bytes(pack("<4I", b, d, a, c), "little")


def _compress(block: int, low: int, high: int) -> tuple[int, int, int]:
    """sigma_1 and the two halves of sigma_2 of block ‖ low ‖ high (STB 34.101.31 6.9.2)."""
    first, second = block & _ONES, block >> 128
    mixed = low ^ high
    mixed ^= encrypt_block(block, mixed)
    return (
        mixed,
        first ^ encrypt_block(mixed | high << 128, first),
        second ^ encrypt_block(mixed ^ _ONES | low << 128, second),
    )


def _absorb(state: State, block: bytes) -> State:
    total, low, high = state
    mixed, low, high = _compress(int.from_bytes(block, "little"), low, high)
    return total ^ mixed, low, high


def _finish(state: State, rest: bytes, length: int) -> bytes:
    """The rest filled with zeros, where there is one; then the length in bits and s."""
    total, low, high = _absorb(state, rest) if rest else state
    _, low, high = _compress(8 * length & _ONES | total << 128, low, high)
    return (low | high << 128).to_bytes(32, "little")


def _initial() -> State:
    value = int.from_bytes(BELT_H[:32], "little")
    return 0, value & _ONES, value >> 128


BELT_HASH = Construction("belt-hash", 32, _BLOCK, _initial, _absorb, _finish)
