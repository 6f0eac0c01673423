"""Dated catalogues: every date has a source, the boundary is inclusive, what is not listed is never reliable."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.algorithms import AlgorithmUse, UnknownPolicyError, digest_algorithms, load_policy, policy_names
from policies.algorithms.policy import policy_from_toml

TODAY = datetime(2026, 11, 21, tzinfo=UTC)


def use(name: str, bits: int, purpose: str = "signature") -> AlgorithmUse:
    return AlgorithmUse(name, bits, purpose)


@pytest.mark.parametrize("name", policy_names())
def test_every_row_has_a_source(name: str) -> None:
    policy = load_policy(name)
    for (purpose, algorithm), rows in policy.entries.items():
        for bits, _ in rows:
            assert policy.sources[purpose, algorithm, bits].strip()


def test_digests_of_the_catalogues_exist() -> None:
    known = {item.name for item in digest_algorithms()}
    for name in policy_names():
        listed = {algorithm for purpose, algorithm in load_policy(name).entries if purpose == "digest"}
        assert listed <= known


@pytest.mark.parametrize(
    ("policy", "asked", "reliable"),
    [
        ("default", use("SHA-256", 256, "digest"), True),
        ("default", use("SHA-1", 160, "digest"), False),
        ("default", use("MD5", 128, "digest"), False),
        ("default", use("RSA", 2048), True),
        ("default", use("RSA", 2047), True),
        ("default", use("RSA", 1899), False),
        ("default", use("RSA", 1024), False),
        ("default", use("RSA", 512), False),
        ("default", use("ECDSA", 256), True),
        ("default", use("DSA", 2048), False),
        ("default", use("ML-DSA", 44), True),
        ("default", use("1.2.643.7.1.1.3.2", 0), False),
        ("default", use("malformed", 0), False),
        ("legacy", use("SHA-1", 160, "digest"), True),
        ("legacy", use("RSA", 1024), True),
        ("legacy", use("DSA", 1024), True),
        ("legacy", use("RSA", 1023), False),
        ("legacy", use("MD5", 128, "digest"), False),
        ("etsi-ts-119-312", use("RSA", 2047), True),
        ("etsi-ts-119-312", use("RSA", 1024), False),
    ],
)
def test_today(policy: str, asked: AlgorithmUse, reliable: bool) -> None:
    assert (load_policy(policy).finding(asked, TODAY) is None) == reliable


def test_the_end_moment_still_counts() -> None:
    policy = load_policy("default")
    sha1 = use("SHA-1", 160, "digest")
    end = datetime(2012, 8, 1, tzinfo=UTC)
    assert policy.finding(sha1, end) is None
    late = policy.finding(sha1, end + timedelta(seconds=1))
    assert late is not None
    assert late.until == end


@given(
    st.sampled_from(policy_names()),
    st.sampled_from(["RSA", "ECDSA", "DSA"]),
    st.integers(0, 4096),
    st.integers(0, 4096),
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),
)
def test_a_longer_key_is_never_worse_and_time_never_heals(
    name: str, algorithm: str, bits: int, more: int, at: datetime
) -> None:
    policy = load_policy(name)
    if policy.finding(use(algorithm, bits), at) is None:
        assert policy.finding(use(algorithm, bits + more), at) is None
        assert policy.finding(use(algorithm, bits), at - timedelta(days=more)) is None


def test_a_policy_is_one_object_and_can_key_a_cache() -> None:
    assert load_policy("default") is load_policy("default")
    assert len({load_policy(name) for name in policy_names()}) == len(policy_names())


def test_a_ban_ends_one_algorithm_and_never_revives_another() -> None:
    policy, ban = load_policy("default"), datetime(2026, 10, 12, tzinfo=UTC)
    banned = policy.ending("signature", "ECDSA", ban)
    assert banned.finding(use("ECDSA", 384), ban) is None
    assert banned.finding(use("ECDSA", 384), TODAY) is not None
    assert banned.finding(use("ECDSA", 192), TODAY) is not None
    assert banned.finding(use("RSA", 3072), TODAY) is None
    assert policy.finding(use("ECDSA", 384), TODAY) is None
    assert banned.digest != policy.digest
    with pytest.raises(KeyError):
        policy.ending("signature", "GOST", ban)


def test_an_unknown_name_is_a_stable_error() -> None:
    with pytest.raises(UnknownPolicyError) as caught:
        load_policy("../default")
    assert caught.value.as_dict()["code"] == "TS-POLICY-UNKNOWN"


@pytest.mark.parametrize(
    "rows",
    [
        '[{ bits = 2048, source = "s" }, { bits = 1024, source = "s" }]',
        '[{ bits = 2048, source = "" }]',
        '[{ bits = 2048, source = "s", till = 2030-01-01T00:00:00Z }]',
        '[{ bits = 2048, source = "s", until = 2030 }]',
    ],
)
def test_a_faulty_catalogue_is_refused(rows: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        policy_from_toml("x", f"[signature]\nRSA = {rows}\n")
