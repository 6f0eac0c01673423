"""Fuzz target: national digests. Run alone as long as wanted: `python tests/fuzz/fuzz_hashes.py -max_total_time=3600`.

Whatever is added, in whatever pieces, with digests and copies between: every form gives the digest that the form in
Python gives of the whole.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import atheris

with atheris.instrument_imports(include=["policies.algorithms.hashes"]):
    from policies.algorithms import hashes

from tests.fuzz.target import run


def seeds() -> list[bytes]:
    """For each digest: octets in one piece, and in several with everything between."""
    whole = bytes(range(150))
    return [bytes((number,)) + rest for number in range(len(hashes.NAMES)) for rest in (whole, b"\x40" * 140, b"")]


def check(octets: bytes) -> None:
    """Raises when two forms differ. The first octet chooses the digest; each piece begins with its length."""
    name = hashes.NAMES[octets[0] % len(hashes.NAMES)] if octets else hashes.NAMES[0]
    forms = {source: new() for source, new in hashes.forms(name).items()}
    position, added = 1, b""
    while position < len(octets):
        command = octets[position]
        piece = octets[position + 1 : position + 1 + command]
        position += 1 + command
        added += piece
        for source, running in forms.items():
            running.update(piece)
            if command & 1:
                forms[source] = running.copy()
                running.update(b"another")
            if command & 2:
                running.digest()
    whole = hashes.forms(name)["python"]()
    whole.update(added)
    assert {running.digest() for running in forms.values()} == {whole.digest()}


if __name__ == "__main__":
    run(check, seeds())
