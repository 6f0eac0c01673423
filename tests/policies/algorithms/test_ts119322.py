"""Tables of algorithms go out and come back the same, in both forms; what others write is read or refused, aloud."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.algorithms import AlgorithmPolicy, AlgorithmStatus, AlgorithmUse, load_policy, policy_names
from policies.algorithms.model import CatalogueRow, policy_of_rows
from policies.algorithms.names import digest_names, signature_names
from policies.algorithms.ts119322 import (
    Evaluation,
    ListedAlgorithm,
    SuitabilityPolicy,
    UnreadableSuiteError,
    policy_of_suite,
    read_json,
    read_suite,
    read_xml,
    suite_of_policy,
    write_json,
    write_xml,
)

ISSUED = datetime(2026, 2, 1, tzinfo=UTC)
WRITERS = (write_json, write_xml)
# In the shape of the suite that ETSI publishes for TS 119 312 v2.1.1.
PUBLISHED = {
    "SecuritySuitabilityPolicy": {
        "PolicyName": {"Name": "ETSI ESI Cryptographic Suites", "ObjectIdentifier": "2.1.1"},
        "Publisher": {"Name": "European Telecommunications Standards Institute", "Address": "Sophia Antipolis"},
        "PolicyIssueDate": "2026-02-01T00:00:00.000+01:00",
        "Usage": "Signature-related assessment",
        "Algorithm": [
            {
                "AlgorithmIdentifier": {"Name": "SHA224", "ObjectIdentifier": "2.16.840.1.101.3.4.2.4"},
                "Evaluation": [{"Validity": {"End": "2029-01-01"}, "Recommendation": "L"}],
            },
            {
                "AlgorithmIdentifier": {"Name": "SHA256", "ObjectIdentifier": "2.16.840.1.101.3.4.2.1"},
                "Evaluation": [{"Validity": {}, "Recommendation": "R"}],
            },
            {
                "AlgorithmIdentifier": {"Name": "sha224WithRSA", "ObjectIdentifier": "1.2.840.113549.1.1.14"},
                "Evaluation": [
                    {"Validity": {"End": "2026-04-01"}, "Parameter": [{"Min": 1900, "name": "moduluslength"}]},
                    {"Validity": {"End": "2029-01-01"}, "Parameter": [{"Min": 3000, "name": "moduluslength"}]},
                ],
            },
            {
                "AlgorithmIdentifier": {"Name": "sha256WithRSA", "ObjectIdentifier": "1.2.840.113549.1.1.11"},
                "Evaluation": [
                    {"Validity": {"End": "2026-04-01"}, "Parameter": [{"Min": 1900, "name": "moduluslength"}]},
                    {"Validity": {"End": "2034-01-01"}, "Parameter": [{"Min": 3000, "name": "moduluslength"}]},
                ],
            },
            {
                "AlgorithmIdentifier": {"Name": "ECDSA with SHA-256", "ObjectIdentifier": "1.2.840.10045.4.3.2"},
                "Evaluation": [{"Validity": {}}],
            },
            {
                "AlgorithmIdentifier": {"Name": "ML-DSA-65", "ObjectIdentifier": "2.16.840.1.101.3.4.3.18"},
                "Evaluation": [{"Validity": {"Start": "2026-02-01"}, "Recommendation": "R"}],
            },
            {
                "AlgorithmIdentifier": {"Name": "WHIRLPOOL", "ObjectIdentifier": "1.0.10118.3.0.55"},
                "Evaluation": [{"Validity": {"End": "2020-12-01"}}],
            },
            {
                "AlgorithmIdentifier": {"Name": "secp256r1", "ObjectIdentifier": "1.2.840.10045.3.1.7"},
                "Evaluation": [{"Validity": {}}],
            },
            {
                "AlgorithmIdentifier": {"Name": "secp384r1", "ObjectIdentifier": "1.3.132.0.34"},
                "Evaluation": [{"Validity": {"End": "2030-06-30"}}],
            },
        ],
        "version": "2",
    }
}


def published(change: object = None) -> bytes:
    return json.dumps(PUBLISHED if change is None else change).encode()


@pytest.mark.parametrize("name", policy_names())
@pytest.mark.parametrize("write", WRITERS)
def test_every_catalogue_comes_back_to_the_same_digest(name: str, write: object) -> None:
    policy = load_policy(name)
    octets = write(suite_of_policy(policy, publisher="a ministry", issued=ISSUED))  # type: ignore[operator]
    back = policy_of_suite(read_suite(octets), name)
    assert back.ignored == ()
    assert back.policy.entries == policy.entries
    assert back.policy.digest == policy.digest


def test_what_is_written_is_the_same_each_time_and_ascribed() -> None:
    suite = suite_of_policy(load_policy("default"), publisher="a ministry", issued=ISSUED)
    for write, read in ((write_json, read_json), (write_xml, read_xml)):
        assert write(suite) == write(suite)
        back = read(write(suite))
        assert (back.publisher, back.issued, back.name) == ("a ministry", ISSUED, suite.name)
        assert not back.signed


@pytest.mark.parametrize(
    ("use", "until"),
    [
        (AlgorithmUse("SHA-224", 224, "digest"), datetime(2029, 1, 1, 23, 59, 59, tzinfo=UTC)),
        (AlgorithmUse("SHA-256", 256, "digest"), None),
        (AlgorithmUse("RSA", 2048, "signature"), datetime(2026, 4, 1, 23, 59, 59, tzinfo=UTC)),
        # SHA-224 has an entry of its own, so the longer-lived pair says how long such a key lasts.
        (AlgorithmUse("RSA", 4096, "signature"), datetime(2034, 1, 1, 23, 59, 59, tzinfo=UTC)),
        (AlgorithmUse("ECDSA", 256, "signature"), None),
        (AlgorithmUse("ECDSA", 384, "signature"), datetime(2030, 6, 30, 23, 59, 59, tzinfo=UTC)),
        (AlgorithmUse("ML-DSA", 65, "signature"), None),
        (AlgorithmUse("ML-DSA", 87, "signature"), None),
    ],
)
def test_a_published_suite_says_the_same_as_a_policy(use: AlgorithmUse, until: datetime | None) -> None:
    policy = policy_of_suite(read_json(published()), "etsi").policy
    assert policy.finding(use, datetime(2026, 1, 1, tzinfo=UTC)) is None
    if until is None:
        assert policy.finding(use, datetime(2099, 1, 1, tzinfo=UTC)) is None
    else:
        assert policy.finding(use, until) is None
        assert policy.finding(use, until + timedelta(seconds=1)) is not None


@pytest.mark.parametrize(
    "use",
    [
        AlgorithmUse("SHA-1", 160, "digest"),
        AlgorithmUse("RSA", 1024, "signature"),
        AlgorithmUse("ECDSA", 224, "signature"),
        AlgorithmUse("ECDSA-secp256k1", 256, "signature"),
        AlgorithmUse("ML-DSA", 44, "signature"),
        AlgorithmUse("GOST R 34.10-2012", 256, "signature"),
    ],
)
def test_what_a_published_suite_does_not_list_is_not_reliable(use: AlgorithmUse) -> None:
    found = policy_of_suite(read_json(published()), "etsi")
    assert found.policy.status(use, ISSUED) is AlgorithmStatus.NOT_LISTED
    assert found.ignored == ("WHIRLPOOL",)


def test_legacy_is_deprecated_from_the_day_of_issue() -> None:
    policy = policy_of_suite(read_json(published()), "etsi").policy
    use = AlgorithmUse("SHA-224", 224, "digest")
    assert policy.status(use, datetime(2026, 1, 1, tzinfo=UTC)) is AlgorithmStatus.ALLOWED
    assert policy.status(use, datetime(2026, 3, 1, tzinfo=UTC)) is AlgorithmStatus.DEPRECATED


def _changed(path: tuple[object, ...], value: object) -> bytes:
    document = json.loads(published())
    place = document["SecuritySuitabilityPolicy"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(document).encode()


FIRST, RSA = ("Algorithm", 0), ("Algorithm", 2, "Evaluation", 0)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"SecuritySuitabilityPolicy": []}',
        published({**PUBLISHED, "SecuritySuitabilityPolicyType": {}}),
        _changed(("Algorithm",), []),
        _changed(("Algorithm",), {}),
        _changed(("Algorithm",), [[]]),
        _changed(("PolicyName",), "text"),
        _changed(("PolicyIssueDate",), "soon"),
        _changed(("PolicyIssueDate",), None),
        _changed((*FIRST, "Evaluation"), []),
        _changed((*FIRST, "AlgorithmIdentifier"), {}),
        _changed((*FIRST, "AlgorithmIdentifier", "ObjectIdentifier"), 5),
        _changed((*FIRST, "Evaluation", 0, "Validity"), None),
        _changed((*FIRST, "Evaluation", 0, "Validity"), {"End": "2029-13-01"}),
        _changed((*FIRST, "Evaluation", 0, "Recommendation"), "X"),
        _changed((*RSA, "Parameter"), [{"Max": 4096, "name": "moduluslength"}]),
        _changed((*RSA, "Parameter"), [{"Min": "1900", "name": "moduluslength"}]),
        _changed((*RSA, "Parameter"), [{"Min": True, "name": "moduluslength"}]),
        _changed((*RSA, "Parameter"), [{"Min": -1, "name": "moduluslength"}]),
        _changed((*RSA, "Parameter"), [{"Min": 10**9, "name": "moduluslength"}]),
        _changed((*RSA, "Parameter"), [{"Min": 1900, "name": "weight"}]),
        _changed((*RSA, "Any"), {"trustspace": {"bits": 1900}}),
        b"<",
        b"<a/>",
        b'<!DOCTYPE SecuritySuitabilityPolicy [<!ENTITY a "b">]>'
        b'<SecuritySuitabilityPolicy xmlns="urn:ietf:params:xml:ns:dssc">&a;</SecuritySuitabilityPolicy>',
        b'<SecuritySuitabilityPolicy xmlns="urn:ietf:params:xml:ns:dssc"/>',
        b" " * 4_000_001,
    ],
)
def test_a_table_that_is_no_table_is_refused_with_a_sentence(octets: bytes) -> None:
    with pytest.raises(UnreadableSuiteError) as caught:
        read_suite(octets)
    assert caught.value.code == "TS-ALGORITHM-TABLE"
    assert caught.value.exit_status == 2


def test_a_comment_does_not_shorten_a_size() -> None:
    policy = load_policy("etsi-ts-119-312")
    octets = write_xml(suite_of_policy(policy, publisher="a ministry", issued=ISSUED))
    cut = octets.replace(b"<Min>3000</Min>", b"<Min>30<!-- -->0<?cut?>0</Min>")
    assert cut != octets
    assert read_xml(cut) == read_xml(octets)


@pytest.mark.parametrize(
    "own",
    [
        {"bits": "1900", "source": "s"},
        {"bits": "1024", "source": "s", "until": "2026-04-02T00:00:00+00:00"},
        {"bits": "3000", "source": "s", "until": "2026-04-01T10:00:00+00:00"},
        {"bits": "many", "source": "s", "until": "2026-04-01T10:00:00+00:00"},
        {"bits": "1900", "until": "2026-04-01T10:00:00+00:00"},
        {"bits": "1900", "source": "s", "until": "2026-04-01T10:00:00"},
        {"bits": "1900", "source": "s", "until": "9999-12-31T23:59:59-12:00"},
    ],
)
def test_an_addition_of_ours_that_contradicts_the_table_is_refused(own: dict[str, str]) -> None:
    suite = read_json(_changed((*RSA, "Any"), {"trustspace": own}))
    with pytest.raises(UnreadableSuiteError):
        policy_of_suite(suite, "x")


def test_an_addition_of_ours_keeps_the_hour() -> None:
    own = {"bits": "1900", "source": "s", "until": "2026-04-01T20:59:59+00:00"}
    policy = policy_of_suite(read_json(_changed((*RSA, "Any"), {"trustspace": own})), "x").policy
    row = policy.row(AlgorithmUse("RSA", 2048, "signature"))
    assert row is not None
    # The other pair of the published suite says the whole day, and the latest end of one size counts.
    assert row.until == datetime(2026, 4, 1, 23, 59, 59, tzinfo=UTC)


def test_a_signed_table_says_so() -> None:
    document = json.loads(published())
    document["SecuritySuitabilityPolicy"]["Signature"] = "eyJ.."
    assert read_json(json.dumps(document).encode()).signed


# --- any table -----------------------------------------------------------------------------------------------------

NAMES = [("digest", item.name) for item in digest_names()] + sorted(
    {("signature", item.use) for item in signature_names()}
)
MOMENTS = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)


@st.composite
def lines(draw: st.DrawFn) -> tuple[CatalogueRow, ...]:
    sizes = sorted(draw(st.sets(st.integers(1, 600), min_size=1, max_size=3)))
    found = []
    for bits in sizes:
        until, recognised = draw(MOMENTS), draw(MOMENTS)
        found.append(
            CatalogueRow(
                bits=bits,
                until=until,
                source=draw(TEXTS),
                deprecated=draw(MOMENTS),
                recognised_until=recognised if until is not None else None,
                recognised_source="an act" if recognised is not None and until is not None else "",
            )
        )
    return tuple(found)


@st.composite
def policies(draw: st.DrawFn) -> AlgorithmPolicy:
    chosen = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    return policy_of_rows("x", draw(TEXTS), {key: draw(lines()) for key in chosen})


@settings(max_examples=60)
@given(policies(), st.sampled_from(WRITERS), st.datetimes(datetime(1990, 1, 1), timezones=st.just(UTC)))
def test_any_policy_means_the_same_after_a_round_trip(policy: AlgorithmPolicy, write: object, at: datetime) -> None:
    suite = suite_of_policy(policy, publisher="p", issued=ISSUED)
    if not suite.algorithms:
        return  # every line speaks about sizes that no identifier of its algorithm has
    back = policy_of_suite(read_suite(write(suite)), "x").policy  # type: ignore[operator]
    for row in signature_names():
        for bits in (256, 512, 456, 384, 44, 65, 87, 128, 192):
            use = AlgorithmUse(row.use, bits, "signature")
            if _met(row.use, bits):
                assert back.status(use, at) == policy.status(use, at), use
    for digest in digest_names():
        use = AlgorithmUse(digest.name, 512, "digest")
        assert back.status(use, at) == policy.status(use, at), use


def _met(use: str, bits: int) -> bool:
    """Whether keys of that size exist: identifiers that fix a size speak about that size only."""
    from policies.algorithms.sizes import SIZES

    if use == "ECDSA-secp256k1":
        return bits == 256
    sizes = {SIZES.get(row.oids[0]) for row in signature_names() if row.use == use}
    return None in sizes or bits in sizes


IDENTIFIERS = st.sampled_from([row.oids[0] for row in signature_names()] + [row.oids[0] for row in digest_names()])
DAYS = st.none() | st.dates(date(1990, 1, 1), date(2090, 1, 1))
EVALUATIONS = st.builds(
    Evaluation,
    minimum=st.none() | st.integers(0, 20_000),
    parameter=st.sampled_from(["moduluslength", "plength"]),
    start=DAYS,
    end=DAYS,
    legacy=st.none() | st.booleans(),
)
ALGORITHMS = st.builds(
    ListedAlgorithm,
    name=TEXTS,
    oids=st.tuples(IDENTIFIERS),
    evaluations=st.lists(EVALUATIONS, min_size=1, max_size=4).map(tuple),
    remarks=st.lists(TEXTS, max_size=2).map(tuple),
)


@settings(max_examples=60)
@given(st.lists(ALGORITHMS, min_size=1, max_size=8), st.sampled_from(WRITERS), st.none() | st.just(ISSUED))
def test_any_table_comes_back_as_it_was(
    algorithms: list[ListedAlgorithm], write: object, following: datetime | None
) -> None:
    suite = SuitabilityPolicy(
        name="n", publisher="p", issued=ISSUED, next_update=following, usage="u", algorithms=tuple(algorithms)
    )
    back = read_suite(write(suite))  # type: ignore[operator]
    plain = tuple(
        ListedAlgorithm(
            name=item.name,
            oids=item.oids,
            uris=item.uris,
            evaluations=tuple(_without_idle_parameter(entry) for entry in item.evaluations),
            remarks=item.remarks,
        )
        for item in algorithms
    )
    assert back.algorithms == plain
    assert back.next_update == following
    # Whatever a table says, a policy can be made of it, and a longer key is never worse by being longer in it.
    policy_of_suite(back, "x")


def _without_idle_parameter(entry: Evaluation) -> Evaluation:
    parameter = entry.parameter if entry.minimum is not None else "moduluslength"
    return Evaluation(minimum=entry.minimum, parameter=parameter, start=entry.start, end=entry.end, legacy=entry.legacy)
