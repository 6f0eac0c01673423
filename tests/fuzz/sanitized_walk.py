"""Run by `test_native_sanitized.py`: the extension at the given path, over certificates that were tampered with."""

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ops.service.bench.hierarchy import certify, ed25519_party, person_extensions
from tests.fuzz.extensions import load
from validator.asn1 import der
from validator.path.frame import walk_parts

CERTIFICATES = 6_000
TELLING = b"\x00\x01\x7f\x80\x81\x82\x83\x84\xff\x1f\x30"


def tampered(octets: bytes, chance: random.Random) -> bytes:
    """Cut off somewhere, now and then, and with some octets changed."""
    changed = bytearray(octets[: chance.randrange(1, len(octets))] if chance.random() < 0.3 else octets)
    for _ in range(chance.randrange(4)):
        changed[chance.randrange(len(changed))] = chance.choice((chance.choice(TELLING), chance.randrange(256)))
    return bytes(changed)


def in_python(octets: bytes, start: int, end: int, limit: int) -> list[der.Element] | None:
    try:
        return der.read_children(octets, der.Element(0x30, 0, start, end), limit)
    except der.DerError:
        return None


def check(module, octets: bytes, chance: random.Random) -> None:
    """The whole walk, and the members from any place to any other."""
    assert module.certificate(octets) == walk_parts(octets)
    for _ in range(4):
        start, end = chance.randrange(len(octets) + 3), chance.randrange(len(octets) + 1)
        limit = chance.randrange(20)
        expected = in_python(octets, start, end, limit)
        assert module.members(der.Element, octets, start, end, limit) == expected
        found = module.encodings(octets, start, end, limit)
        assert found == (None if expected is None else [one.whole(octets) for one in expected])
    # Ends behind the data are nobody's to read.
    assert module.members(der.Element, octets, 0, len(octets) + 1, 9) is None


if __name__ == "__main__":
    module, chance = load("validator.asn1._native", sys.argv[1]), random.Random(690)
    holder, issuer = ed25519_party("Holder"), ed25519_party("Issuer")
    model = certify(holder, issuer, ca=False, extra=person_extensions())
    assert module.certificate(model) is not None
    for _ in range(CERTIFICATES):
        check(module, tampered(model, chance), chance)
    sys.stdout.write(f"{CERTIFICATES} certificates")
