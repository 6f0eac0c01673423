"""The catalogue of tolerances is complete: every fault that the readers name has one, and nothing else is in it."""

import re
from pathlib import Path

from validator.revocation import crl, entries, extensions, ocsp, signers
from validator.revocation.leniencies import LENIENCIES

WORD = re.compile(r'faults\.add\(\s*"([a-z0-9-]+)"')


def named_in(*modules: object) -> set[str]:
    return {word for module in modules for word in WORD.findall(Path(str(module.__file__)).read_text())}


def test_every_fault_has_a_leniency_and_every_leniency_a_fault():
    shared = named_in(extensions)
    lists, responses = named_in(crl, entries, signers) | shared, named_in(ocsp)
    general = {"duplicate-extension", "empty-extensions", "encoded-default"}
    assert set(LENIENCIES) == {f"crl-{word}" for word in lists} | {f"ocsp-{word}" for word in responses | general}
