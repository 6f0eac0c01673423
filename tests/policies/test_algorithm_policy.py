"""Dated catalogues: every date has a source, the boundary is inclusive, what is not listed is never reliable."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.algorithms import (
    AlgorithmPolicy,
    AlgorithmStatus,
    AlgorithmUse,
    CatalogueRow,
    UnknownPolicyError,
    load_policy,
    policy_names,
)
from policies.algorithms.model import UNVERIFIED
from policies.algorithms.names import digest_names, signature_names
from policies.algorithms.policy import policy_from_toml
from policies.jurisdictions import jurisdictions

TODAY = datetime(2026, 11, 21, tzinfo=UTC)


def use(name: str, bits: int, purpose: str = "signature") -> AlgorithmUse:
    return AlgorithmUse(name, bits, purpose)


@pytest.mark.parametrize("name", policy_names())
def test_every_row_has_a_source(name: str) -> None:
    policy = load_policy(name)
    for (purpose, algorithm), rows in policy.entries.items():
        for bits, _ in rows:
            assert policy.sources[purpose, algorithm, bits].strip()


@pytest.mark.parametrize("name", policy_names())
def test_algorithms_of_the_catalogues_are_those_that_have_names(name: str) -> None:
    known = {("digest", item.name) for item in digest_names()} | {("signature", item.use) for item in signature_names()}
    assert set(load_policy(name).entries) <= known


def test_the_general_catalogue_speaks_about_every_algorithm_that_has_a_name() -> None:
    known = {("digest", item.name) for item in digest_names()} | {("signature", item.use) for item in signature_names()}
    assert known == set(load_policy("default").entries)


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
        ("default", use("GOST R 34.10-2012", 512), True),
        ("default", use("GOST R 34.10-2001", 256), False),
        ("default", use("GOST94-CryptoPro", 256, "digest"), False),
        ("default", use("bign", 256), True),
        ("default", use("SLH-DSA", 128), True),
        ("legacy", use("GOST R 34.10-2001", 256), True),
        ("legacy", use("ML-DSA", 65), True),
        ("am", use("SHA-1", 160, "digest"), False),
        ("kz", use("RSA", 2048), True),
        ("etsi-ts-119-312", use("GOST R 34.10-2012", 256), True),
        ("etsi-ts-119-312", use("RSA", 2047), True),
        ("etsi-ts-119-312-v2", use("RSA", 2048), False),
        ("etsi-ts-119-312-v2", use("RSA", 3072), True),
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


@pytest.mark.parametrize(
    "text",
    [
        'extends = "nowhere"',
        'extends = "x"',
        "colour = 1",
        '[signature]\nRSA = [{ bits = 2048, source = "s", recognised_until = 2030-01-01T00:00:00Z }]',
        '[signature]\nRSA = [{ bits = 2048, source = "s", until = 2030-01-01T00:00:00 }]',
    ],
)
def test_a_catalogue_that_contradicts_itself_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"x|offset"):
        policy_from_toml("x", text)


def test_an_overlay_replaces_one_algorithm_strikes_out_another_and_leaves_the_rest() -> None:
    base = load_policy("default")
    overlay = policy_from_toml(
        "x", 'extends = "default"\n[signature]\nDSA = []\nECDSA = [{ bits = 384, source = "s" }]\n'
    )
    assert ("signature", "DSA") not in overlay.entries
    assert overlay.status(use("ECDSA", 256), TODAY) is AlgorithmStatus.NOT_LISTED
    assert overlay.entries["signature", "RSA"] == base.entries["signature", "RSA"]
    row = overlay.row(use("RSA", 4096))
    assert row is not None
    assert row.catalogue == "default"
    assert overlay.digest != base.digest


def test_the_digest_is_that_of_what_the_lines_say() -> None:
    text = '[signature]\nRSA = [{ bits = 2048, source = "s" }]\n'
    plain = policy_from_toml("x", text)
    assert policy_from_toml("y", f'# a remark\ntitle = "other"\n{text}').digest == plain.digest
    assert policy_from_toml("x", text.replace("2048", "3072")).digest != plain.digest
    assert policy_from_toml("x", text.replace('"s"', '"t"')).digest != plain.digest


END, LATER = datetime(2012, 8, 1, tzinfo=UTC), datetime(2017, 12, 31, tzinfo=UTC)


def recognising(source: str) -> AlgorithmPolicy:
    return policy_from_toml(
        "x",
        "[digest]\nSHA-1 = [{ bits = 160, deprecated = 2011-01-01T00:00:00Z, until = 2012-08-01T00:00:00Z, "
        f'source = "s", recognised_until = 2017-12-31T00:00:00Z, recognised_source = "{source}" }}]\n',
    )


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (datetime(2010, 12, 31, tzinfo=UTC), AlgorithmStatus.ALLOWED),
        (datetime(2011, 1, 1, tzinfo=UTC), AlgorithmStatus.DEPRECATED),
        (END, AlgorithmStatus.DEPRECATED),
        (END + timedelta(seconds=1), AlgorithmStatus.RECOGNISED),
        (LATER, AlgorithmStatus.RECOGNISED),
        (LATER + timedelta(seconds=1), AlgorithmStatus.BROKEN),
    ],
)
def test_what_is_broken_may_still_be_recognised_until_a_date_that_was_read(
    at: datetime, status: AlgorithmStatus
) -> None:
    sha1 = use("SHA-1", 160, "digest")
    policy = recognising("an act that was read")
    assert policy.status(sha1, at) is status
    assert (policy.finding(sha1, at) is None) == status.accepted


def test_a_recognition_that_nobody_read_makes_nothing_pass() -> None:
    sha1, policy = use("SHA-1", 160, "digest"), recognising(f"a rumour {UNVERIFIED}")
    assert policy.status(sha1, LATER) is AlgorithmStatus.BROKEN
    assert policy.finding(sha1, LATER) is not None


def test_a_ban_ends_a_recognition_too() -> None:
    banned = recognising("an act").ending("digest", "SHA-1", datetime(2011, 6, 1, tzinfo=UTC))
    assert banned.status(use("SHA-1", 160, "digest"), END) is AlgorithmStatus.BROKEN


def _moments(row: CatalogueRow) -> list[datetime]:
    known = [at for at in (row.until, row.end, row.deprecated, row.recognised_until) if at is not None]
    return [at + step for at in (*known, TODAY) for step in (timedelta(seconds=-1), timedelta(), timedelta(seconds=1))]


@pytest.mark.parametrize("name", policy_names())
def test_status_and_finding_agree_at_every_boundary(name: str) -> None:
    policy = load_policy(name)
    for (purpose, algorithm, bits), row in policy.rows.items():
        for at in _moments(row):
            asked = use(algorithm, bits, purpose)
            assert policy.status(asked, at).accepted == (policy.finding(asked, at) is None)


@pytest.mark.parametrize("code", sorted(jurisdictions()))
def test_no_state_s_unread_date_accepts_more_than_the_general_catalogue(code: str) -> None:
    policy, base = load_policy(jurisdictions()[code].algorithm_policy), load_policy("default")
    for (purpose, algorithm, bits), row in policy.rows.items():
        if UNVERIFIED not in row.source:
            continue
        for at in _moments(row):
            asked = use(algorithm, bits, purpose)
            assert base.finding(asked, at) is None or policy.finding(asked, at) is not None
