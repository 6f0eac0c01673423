"""SM3 (GB/T 32905, ISO/IEC 10118-3), in Python, for installations whose OpenSSL has it switched off."""

from struct import pack, unpack

from policies.algorithms.hashes.construction import Construction

_BLOCK = 64
_WORD = (1 << 32) - 1
_INITIAL = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)

State = tuple[int, ...]


def _rotated(word: int, by: int) -> int:
    by %= 32
    return (word << by | word >> 32 - by) & _WORD


# T_j of GB/T 32905 4.2, rotated as the rounds use them.
_CONSTANTS = tuple(_rotated(0x79CC4519 if j < 16 else 0x7A879D8A, j) for j in range(64))


def _expanded(block: bytes) -> list[int]:
    """The 68 words W of GB/T 32905 5.3.2."""
    words = list(unpack(">16I", block))
    for j in range(16, 68):
        mixed = words[j - 16] ^ words[j - 9] ^ _rotated(words[j - 3], 15)
        mixed ^= _rotated(mixed, 15) ^ _rotated(mixed, 23)
        words.append(mixed ^ _rotated(words[j - 13], 7) ^ words[j - 6])
    return words


def _absorb(state: State, block: bytes) -> State:
    """CF of GB/T 32905 5.3.3."""
    words = _expanded(block)
    a, b, c, d, e, f, g, h = state
    for j, constant in enumerate(_CONSTANTS):
        turned = _rotated(a, 12)
        ss1 = _rotated(turned + e + constant & _WORD, 7)
        if j < 16:
            ff, gg = a ^ b ^ c, e ^ f ^ g
        else:
            ff, gg = a & b | a & c | b & c, e & f | ~e & g
        tt1 = ff + d + (ss1 ^ turned) + (words[j] ^ words[j + 4]) & _WORD
        tt2 = gg + h + ss1 + words[j] & _WORD
        a, b, c, d = tt1, a, _rotated(b, 9), c
        e, f, g, h = tt2 ^ _rotated(tt2, 9) ^ _rotated(tt2, 17), e, _rotated(f, 19), g
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True))


def _finish(state: State, rest: bytes, length: int) -> bytes:
    """A one bit, zeros, and the length in bits as 64 bits (GB/T 32905 5.2)."""
    padded = rest + b"\x80"
    padded += bytes(-(len(padded) + 8) % _BLOCK) + (8 * length & (1 << 64) - 1).to_bytes(8, "big")
    for start in range(0, len(padded), _BLOCK):
        state = _absorb(state, padded[start : start + _BLOCK])
    return pack(">8I", *state)


SM3 = Construction("SM3", 32, _BLOCK, lambda: _INITIAL, _absorb, _finish)
