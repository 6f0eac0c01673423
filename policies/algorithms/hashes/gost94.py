"""GOST R 34.11-94, also GOST 34.311-95 (RFC 5831), with the substitutions of RFC 4357 11.2, in Python.

All numbers are little-endian in octets. Russia computed it with the CryptoPro substitution, Kazakhstan and
Kyrgyzstan with the one that the standard gives for tests: two different digests.
"""

from array import array
from collections.abc import Callable
from functools import cache, partial, reduce
from operator import getitem, xor
from struct import unpack

from policies.algorithms.hashes.constants import GOST94_C3, GOST94_CRYPTOPRO, GOST94_TEST
from policies.algorithms.hashes.construction import Construction

_BLOCK = 32
_MODULUS = (1 << 256) - 1
_WORD = (1 << 32) - 1
_HALF_ROUNDS = (*range(8), *range(8), *range(8), *range(7, -1, -1))

# The chain value and the sum of all blocks, numbers of 256 bits.
State = tuple[int, int]
Substitution = tuple["array[int]", "array[int]"]


@cache
def _substitution(rows: bytes) -> Substitution:
    """For the low and the high 16 bits of a word: the substituted bits, rotated by 11 (GOST 28147-89 2)."""
    boxes = tuple(rows[start : start + 16] for start in range(0, len(rows), 16))
    return _half_word(boxes[:4], 0), _half_word(boxes[4:], 16)


def _half_word(boxes: tuple[bytes, ...], shift: int) -> "array[int]":
    first, second, third, fourth = boxes
    low = [high << 4 | value for high in second for value in first]
    high = [high << 4 | value for high in fourth for value in third]
    return array("I", (_rotated((upper << 8 | lower) << shift) for upper in high for lower in low))


def _rotated(word: int) -> int:
    return (word << 11 | word >> 21) & _WORD


def _encrypt(substitution: Substitution, key: tuple[int, ...], block: int) -> int:
    """GOST 28147-89 in simple substitution mode: 64 bits under eight words of key."""
    low, high = substitution
    right, left = block & _WORD, block >> 32
    for index in _HALF_ROUNDS:
        mixed = right + key[index] & _WORD
        right, left = left ^ low[mixed & 0xFFFF] ^ high[mixed >> 16], right
    return right << 32 | left


def _transposed(number: int) -> tuple[int, ...]:
    """P of GOST R 34.11-94 7.1, as eight words of key."""
    octets = number.to_bytes(32, "little")
    mixed = bytearray(32)
    for row in range(4):
        mixed[row::4] = octets[8 * row : 8 * row + 8]
    return unpack("<8I", mixed)


def _shifted(number: int) -> int:
    """A of GOST R 34.11-94 7.1: one step by 64 bits."""
    return number >> 64 | ((number ^ number >> 64) & (1 << 64) - 1) << 192


def _keys(chain: int, block: int) -> tuple[tuple[int, ...], ...]:
    keys = [_transposed(chain ^ block)]
    for constant in (0, GOST94_C3, 0):
        chain = _shifted(chain) ^ constant
        block = _shifted(_shifted(block))
        keys.append(_transposed(chain ^ block))
    return tuple(keys)


def _mixed_once(number: int) -> int:
    """psi of GOST R 34.11-94 7.3: one step of a shift register over words of 16 bits."""
    feedback = number ^ number >> 16 ^ number >> 32 ^ number >> 48 ^ number >> 192 ^ number >> 240
    return number >> 16 | (feedback & 0xFFFF) << 240


@cache
def _mixing(steps: int) -> tuple[tuple[int, ...], ...]:
    """psi taken `steps` times, which is linear: for each octet of the argument, what its value adds."""
    of_bit = []
    for bit in range(256):
        number = 1 << bit
        for _ in range(steps):
            number = _mixed_once(number)
        of_bit.append(number)
    return tuple(
        tuple(reduce(xor, (of_bit[start + bit] for bit in range(8) if value >> bit & 1), 0) for value in range(256))
        for start in range(0, 256, 8)
    )


def _mix(steps: int, number: int) -> int:
    return reduce(xor, map(getitem, _mixing(steps), number.to_bytes(32, "little")))


def _step(rows: bytes, chain: int, block: int) -> int:
    """The step function: psi^61(H ^ psi(M ^ psi^12(S))), with the powers of psi gathered."""
    substitution = _substitution(rows)
    encrypted = 0
    for position, key in enumerate(_keys(chain, block)):
        part = chain >> 64 * position & (1 << 64) - 1
        encrypted |= _encrypt(substitution, key, part) << 64 * position
    return _mix(61, chain) ^ _mix(62, block) ^ _mix(74, encrypted)


def _absorb(rows: bytes, state: State, block: bytes) -> State:
    chain, total = state
    number = int.from_bytes(block, "little")
    return _step(rows, chain, number), total + number & _MODULUS


def _finish(rows: bytes, state: State, rest: bytes, length: int) -> bytes:
    """The rest filled with zeros, where there is one; then the length in bits, then the sum."""
    if rest:
        state = _absorb(rows, state, rest)
    chain, total = state
    chain = _step(rows, chain, 8 * length & _MODULUS)
    return _step(rows, chain, total).to_bytes(32, "little")


def _zero() -> State:
    return 0, 0


def _gost94(name: str, rows: bytes) -> Construction:
    absorb: Callable[[State, bytes], State] = partial(_absorb, rows)
    return Construction(name, 32, _BLOCK, _zero, absorb, partial(_finish, rows))


CRYPTOPRO = _gost94("GOST94-CryptoPro", GOST94_CRYPTOPRO)
TEST = _gost94("GOST94-Test", GOST94_TEST)
