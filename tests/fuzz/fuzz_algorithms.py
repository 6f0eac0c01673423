"""Fuzz target: the one door to every algorithm. `python tests/fuzz/fuzz_algorithms.py -max_total_time=3600`.

Whatever the octets of algorithm, key, signature and digest: an answer, never an exception; and no changed triple of a
good signature is good, unless what was changed is a form that the suite reads as the same.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import atheris

with atheris.instrument_imports(include=["policies"]):
    from policies.algorithms import CryptoResult, describe_key, describe_signature, spki_leniencies, verify, verify_cms
    from policies.algorithms.making import Maker, makers
    from policies.algorithms.registry import forget_keys, on_test_parameters

from tests.fuzz.target import run

MESSAGE = b"message"
NAMES = (
    "gost-2012-256-a",
    "gost-2012-512-b",
    "gost-kz-2004",
    "gost-kz-2015-512",
    "tumar-kg",
    "bign-256",
    "bign-512",
    "sm2",
)
_calls = 0


def _random(count: int) -> bytes:
    return bytes(range(count))


def _case(kind: Maker) -> tuple[bytes, bytes, bytes]:
    private = kind.generate(_random)
    return kind.signature_algorithm_der, kind.public_key_info(private), kind.sign(private, MESSAGE, _random)


CASES = [_case(makers()[name]) for name in NAMES]
GOOD = {(spki, signature) for _, spki, signature in CASES}


def _joined(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


def seeds() -> list[bytes]:
    """A good triple of every suite."""
    return [_joined(*case, makers()[name].digest_algorithm_der) for name, case in zip(NAMES, CASES, strict=True)]


def _split(octets: bytes) -> list[bytes]:
    parts = []
    for _ in range(4):
        size = int.from_bytes(octets[:2], "big")
        parts.append(octets[2 : 2 + size])
        octets = octets[2 + size :]
    return parts


def check(octets: bytes) -> None:
    """Raises when a promise is broken."""
    global _calls
    _calls += 1
    if _calls % 10_000 == 0:
        forget_keys()
    algorithm, spki, signature, digest = _split(octets)
    result = verify(algorithm, spki, MESSAGE, signature)
    assert result in CryptoResult
    if result is CryptoResult.VALID:
        assert any(signature == good and spki[-32:] == key[-32:] for key, good in GOOD)
    for attributes in (True, False):
        assert verify_cms(algorithm, digest, spki, MESSAGE, signature, signed_attributes=attributes) in CryptoResult
    assert describe_signature(algorithm, spki)
    assert describe_key(spki).bits >= 0
    assert isinstance(on_test_parameters(spki), bool)
    assert isinstance(spki_leniencies(spki), tuple)


if __name__ == "__main__":
    run(check, seeds())
