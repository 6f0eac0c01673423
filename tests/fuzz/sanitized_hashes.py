"""Run by `test_native_sanitized.py`: the extension at the given path, over random messages, pieces and alignments."""

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from policies.algorithms import hashes
from policies.algorithms.hashes import constants
from tests.fuzz.extensions import load

MESSAGES = 400


def with_tables(path: str):
    """The extension, ready to compute."""
    module = load("policies.algorithms.hashes._native", path)
    module.prepare(
        constants.STREEBOG_PI,
        constants.STREEBOG_A,
        constants.STREEBOG_C,
        constants.GOST94_CRYPTOPRO,
        constants.GOST94_TEST,
        constants.BELT_H,
    )
    return module


def check(module, chance: random.Random, name: str) -> None:
    """One message in random pieces at random alignments; buffers end where the sanitizer sees the next octet."""
    message = chance.randbytes(chance.choice((chance.randrange(300), chance.randrange(6_000))))
    running, start = module.Hash(name), 0
    while start < len(message):
        end = min(len(message), start + chance.choice((1, 31, 32, 64, 95, 128, 257, 5_000)))
        running.update(memoryview(message)[start:end])
        running = running.copy() if chance.random() < 0.2 else running
        start = end
    whole = hashes.forms(name)["python"]()
    whole.update(message)
    assert running.digest() == whole.digest(), (name, len(message))


if __name__ == "__main__":
    module, chance = with_tables(sys.argv[1]), random.Random(34)
    for number in range(MESSAGES):
        check(module, chance, [name for name in hashes.NAMES if name != "SM3"][number % 8])
    sys.stdout.write(f"{MESSAGES} messages")
