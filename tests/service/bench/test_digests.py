"""The figures of the digests: one for each form, the one in use marked."""

from ops.service.bench.digests import digests
from policies.algorithms import hashes


def test_every_form_of_every_national_digest_is_measured() -> None:
    figures = digests(rounds=1, seconds=0.0)
    measured = [(item.name.removesuffix(", MB/s"), item.detail["backend"]) for item in figures]
    assert measured == [(name, backend) for name in hashes.NAMES for backend in hashes.forms(name)]
    used = {
        item.name.removesuffix(", MB/s"): item.detail["backend"] for item in figures if item.detail["used"] == "yes"
    }
    assert used == {name: hashes.backend(name) for name in hashes.NAMES}
    assert {item.reference for item in figures} == {"SHA-256"}
