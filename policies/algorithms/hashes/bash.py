"""bash256, bash384 and bash512: the hash algorithms of STB 34.101.77, in Python. Words are little-endian in octets."""

from itertools import chain
from struct import pack, unpack

from policies.algorithms.hashes.constants import BASH_C1, BASH_FEEDBACK, BASH_PERMUTATION, BASH_ROTATIONS
from policies.algorithms.hashes.construction import Construction

_WORDS = 24
_ROUNDS = 24
_MASK = (1 << 64) - 1

State = tuple[int, ...]


def _round_constants() -> tuple[int, ...]:
    """C1 and the next values of its shift register (STB 34.101.77 6.2.3)."""
    constants = [BASH_C1]
    while len(constants) < _ROUNDS:
        last = constants[-1]
        constants.append(last >> 1 ^ (BASH_FEEDBACK if last & 1 else 0))
    return tuple(constants)


_CONSTANTS = _round_constants()
_COLUMNS = tuple((column, *(rotation * 7**column % 64 for rotation in BASH_ROTATIONS)) for column in range(8))


def _permute(state: State) -> State:
    """bash-f (STB 34.101.77 6.2): 24 rounds over three rows of eight words."""
    for constant in _CONSTANTS:
        columns = [_column(state[j], state[8 + j], state[16 + j], m1, n1, m2, n2) for j, m1, n1, m2, n2 in _COLUMNS]
        words = tuple(chain.from_iterable(zip(*columns, strict=True)))
        moved = [words[source] for source in BASH_PERMUTATION]
        moved[-1] ^= constant
        state = tuple(moved)
    return state


def _column(w0: int, w1: int, w2: int, m1: int, n1: int, m2: int, n2: int) -> tuple[int, int, int]:
    """bash-s (STB 34.101.77 6.2.2) over one column."""
    turned = w0 << m1 | w0 >> 64 - m1
    w0 ^= w1 ^ w2
    mixed = w1 ^ (w0 << n1 | w0 >> 64 - n1) & _MASK
    w1 = (turned & _MASK) ^ mixed
    w2 ^= (w2 << m2 ^ w2 >> 64 - m2 ^ mixed << n2 ^ mixed >> 64 - n2) & _MASK
    return w0 ^ (_MASK ^ w2 | w1), w1 ^ (w0 | w2), w2 ^ (w0 & w1)


def _absorb(state: State, block: bytes) -> State:
    """The block takes the place of the first words of the state (STB 34.101.77 7.3)."""
    return _permute((*unpack(f"<{len(block) // 8}Q", block), *state[len(block) // 8 :]))


def _bash(level: int) -> Construction:
    """The algorithm of security level l: digest of 2l bits, blocks of 1536 - 4l bits."""
    block_size = (8 * _WORDS * 8 - 4 * level) // 8
    digest_size = level // 4

    def finish(state: State, rest: bytes, _length: int) -> bytes:
        padded = (rest + b"\x40").ljust(block_size, b"\x00")
        return pack(f"<{_WORDS}Q", *_absorb(state, padded))[:digest_size]

    return Construction(f"bash{2 * level}", digest_size, block_size, lambda: _initial(level), _absorb, finish)


def _initial(level: int) -> State:
    return (*(0,) * (_WORDS - 1), level // 4)


BASH_256 = _bash(128)
BASH_384 = _bash(192)
BASH_512 = _bash(256)
