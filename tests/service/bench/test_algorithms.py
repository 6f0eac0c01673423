"""The benchmark of algorithms measures every suite that can sign and every digest, and verifies what it measures."""

from collections.abc import Callable

import pytest

from ops.service.bench import algorithms as bench
from policies.algorithms import digest_algorithms, hashes
from policies.algorithms.curves import arithmetic


def test_every_suite_and_digest_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def once(operation: Callable[[], object], *, rounds: int, seconds: float) -> float:
        operation()
        return 1.0

    monkeypatch.setattr(bench, "rate", once)
    monkeypatch.setattr(bench, "_openssl_sm2", lambda: 0.0)
    before = arithmetic.chosen().name
    figures = bench.algorithms()
    assert arithmetic.chosen().name == before
    names = {figure.name for figure in figures}
    assert len(names) == len(figures)
    for item in ("RSA-2048 PSS", "ECDSA P-256", "Ed448", "ML-DSA-87", "DSA-2048", "slh-dsa-sha2-128f"):
        assert {f"{item}: sign", f"{item}: verify", f"{item}: verify, new key"} <= names
    for kind in (item.name for item in arithmetic.arithmetics()):
        for maker in ("gost-2012-256-a", "gost-2012-512-a", "gost-kz-2015-512", "tumar-kg", "bign-512", "sm2"):
            assert f"{maker}, {kind}: verify" in names
    digests = {item.name for item in digest_algorithms()}
    measured = {name.split(",")[0] for name in names if name.endswith(": MiB")}
    assert measured == digests
    for name in hashes.NAMES:
        assert {f"{name}, {form}: MiB" for form in hashes.forms(name)} <= names


def test_the_reference_is_of_the_same_size() -> None:
    brainpool = {256: 1.0, 384: 2.0, 512: 3.0}
    assert bench._reference("bign-384", brainpool, 0.0) == ("OpenSSL brainpoolP384r1", 2.0)
    assert bench._reference("gost-2012-512-a", brainpool, 0.0) == ("OpenSSL brainpoolP512r1", 3.0)
    assert bench._reference("gost-2012-256-a", brainpool, 5.0) == ("OpenSSL brainpoolP256r1", 1.0)
    assert bench._reference("sm2", brainpool, 5.0) == ("OpenSSL SM2 (speed)", 5.0)
    assert bench._reference("sm2", brainpool, 0.0) == ("OpenSSL brainpoolP256r1", 1.0)
