"""Lists as XML: what is written reads back the same, what others published reads, and nothing makes the reader fall."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.trustlists import (
    Agreement,
    ContentMapping,
    DigitalIdentity,
    Equivalence,
    EquivalencePeriod,
    ListPointer,
    Provider,
    Scheme,
    ServiceKey,
    ServicePeriod,
    StatusMapping,
    TrustList,
    TrustService,
    uris,
)
from policies.trustlists.criteria import (
    Assertion,
    CriteriaList,
    ExtendedKeyUsageCriterion,
    KeyUsageCriterion,
    PolicySetCriterion,
    QcStatement,
    QcStatementSetCriterion,
    SubjectAttributeCriterion,
)
from policies.trustlists.errors import TrustListError
from policies.trustlists.model import (
    AdditionalInformation,
    Address,
    Localised,
    PostalAddress,
    QualificationElement,
    SupplyPoint,
    TakenOverBy,
)
from policies.trustlists.xml_order import structure_faults
from policies.trustlists.xml_reader import read_trust_list
from policies.trustlists.xml_writer import write_trust_list

CORPUS = Path(__file__).resolve().parents[3].parent / "shared" / "corpus"

words = st.text(st.sampled_from("aÄжЎ ՀY&<>\"'-1"), min_size=1, max_size=8).map(lambda text: f"x{text}x")
uri = st.sampled_from(["http://example.org/a", "http://example.org/b?c=d&e=f", *sorted(uris.QUALIFIERS)])
oid = st.sampled_from(["1.2.3", "0.4.0.1862.1.1", "2.5.29.15"])
moments = st.integers(0, 10**6).map(lambda hours: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
texts = st.lists(st.builds(Localised, st.sampled_from(["en", "et", "be"]), words), min_size=1, max_size=2).map(tuple)
octets = st.binary(min_size=1, max_size=8)


def some(strategy: st.SearchStrategy, least: int = 0) -> st.SearchStrategy:
    return st.lists(strategy, min_size=least, max_size=2).map(tuple)


statements = st.builds(
    QcStatement, identifier=oid, type=st.one_of(st.none(), oid), legislation=st.one_of(st.none(), st.just("ZZ"))
)
leaves = {
    "usages": st.builds(KeyUsageCriterion, bits=some(st.tuples(st.just("nonRepudiation"), st.booleans()), 1)),
    "policies": st.builds(PolicySetCriterion, policies=some(oid, 1)),
    "purposes": st.builds(ExtendedKeyUsageCriterion, purposes=some(oid, 1)),
    "attributes": st.builds(SubjectAttributeCriterion, attributes=some(oid, 1)),
    "statements": st.builds(QcStatementSetCriterion, statements=some(statements, 1)),
}


@st.composite
def criteria(draw: st.DrawFn, depth: int = 2) -> CriteriaList:
    """In the order of the schema, which is the order that is read back."""
    found = [item for name in ("usages", "policies") for item in draw(some(leaves[name]))]
    if depth:
        found += draw(some(criteria(depth - 1)))
    found += [item for name in ("purposes", "attributes", "statements") for item in draw(some(leaves[name]))]
    description = draw(st.sampled_from(["", "why"]))
    return CriteriaList(assertion=draw(st.sampled_from(Assertion)), criteria=tuple(found), description=description)


def undescribed(found: CriteriaList) -> CriteriaList:
    """A declaration of the agreement's schema has no description of its own."""
    return replace(found, description="")


identities = st.builds(
    DigitalIdentity, certificates=some(octets, 1), subject_names=some(words), key_identifiers=some(octets)
)
period_fields = {
    "type": uri,
    "names": texts,
    "identity": identities,
    "status": uri,
    "start": moments,
    "additional": some(
        st.builds(AdditionalInformation, uri=uri, value=st.one_of(st.none(), words), critical=st.booleans())
    ),
    "qualifications": some(st.builds(QualificationElement, qualifiers=some(uri, 1), criteria=criteria())),
    "expired_revocation_from": st.one_of(st.none(), moments),
    "taken_over_by": st.one_of(
        st.none(),
        st.builds(
            TakenOverBy, uri=uri, language=st.just("en"), provider=texts, operator=texts, territory=st.just("EE")
        ),
    ),
}
points = st.builds(SupplyPoint, uri=uri, type=st.one_of(st.none(), uri))
current = st.builds(
    ServicePeriod,
    **period_fields,
    scheme_definitions=some(st.builds(Localised, st.just("en"), uri)),
    supply_points=some(points),
    provider_definitions=some(st.builds(Localised, st.just("en"), uri)),
)
services = st.builds(TrustService, current=current, history=some(st.builds(ServicePeriod, **period_fields)))
addresses = st.builds(
    Address,
    postal=some(
        st.builds(
            PostalAddress, language=st.just("en"), street=words, locality=words, country=st.just("EE"),
            state=st.one_of(st.none(), words), postal_code=st.one_of(st.none(), words),
        ),
        1,
    ),
    electronic=texts,
)  # fmt: skip
keys = st.builds(ServiceKey, type=uri, additional=some(uri))
mappings = st.builds(StatusMapping, pointing=some(uri, 1), pointed=some(uri, 1))
contents = st.builds(
    ContentMapping, context=uri, pointing=criteria(1).map(undescribed), pointed=criteria(1).map(undescribed)
)
equivalence_periods = st.builds(
    EquivalencePeriod, status=uri, start=moments, pointing=some(keys, 1), pointed=some(keys, 1), valid=some(mappings),
    invalid=some(mappings), contents=some(contents), qualifiers=some(st.tuples(uri, uri)),
)  # fmt: skip
agreements = st.builds(
    Agreement, technical_type=st.just("1"), version=st.just("1"), pointing_legislation=words, pointed_legislation=words,
    depth=st.one_of(st.none(), st.just("1")),
    equivalences=some(
        st.builds(Equivalence, identifier=words, current=equivalence_periods, history=some(equivalence_periods))
    ),
)  # fmt: skip
pointers = st.builds(
    ListPointer, location=uri, signers=some(octets), type=st.one_of(st.none(), uri), operator=some(
        st.builds(Localised, st.just("en"), words)), rules=some(st.builds(Localised, st.just("en"), uri)),
    territory=st.one_of(st.none(), st.just("EE")), mime_type=st.one_of(st.none(), st.just("application/x")),
    agreement=st.one_of(st.none(), agreements),
)  # fmt: skip
schemes = st.builds(
    Scheme, version=st.sampled_from([5, 6]), sequence=st.integers(1, 10**6), type=uri, operator=texts,
    address=addresses, names=texts, information=texts, status_determination=uri,
    rules=some(st.builds(Localised, st.just("en"), uri)), territory=st.one_of(st.none(), st.just("EE")),
    notices=some(st.builds(Localised, st.just("en"), words)), pointers=some(pointers), issued=moments,
    next_update=st.one_of(st.none(), moments), distribution_points=some(uri),
)  # fmt: skip
providers = st.builds(
    Provider, names=texts, trade_names=some(st.builds(Localised, st.just("en"), words)), address=addresses,
    information=texts, services=some(services, 1),
)  # fmt: skip
lists = st.builds(TrustList, scheme=schemes, providers=some(providers), identifier=st.one_of(st.none(), st.just("id1")))


@settings(max_examples=60, deadline=None)
@given(lists)
def test_what_is_written_reads_back_and_stands_in_order(listed: TrustList) -> None:
    written = write_trust_list(listed)
    assert replace(read_trust_list(written), digest="") == listed
    assert structure_faults(written) == ()


FILES = sorted((*(CORPUS / "trust-lists").glob("*.xml"), *(CORPUS / "mutual-recognition").glob("*.xml")))


@pytest.mark.skipif(not FILES, reason="../shared/corpus is absent")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name[:24])
def test_published_lists_read_and_are_written_the_same(path: Path) -> None:
    listed = read_trust_list(path.read_bytes())
    whole = replace(
        listed.scheme,
        issued=listed.scheme.issued.replace(microsecond=0),
        next_update=listed.scheme.next_update and listed.scheme.next_update.replace(microsecond=0),
    )
    listed = replace(listed, scheme=whole)
    assert replace(read_trust_list(write_trust_list(listed)), digest=listed.digest) == listed
    assert structure_faults(path.read_bytes()) == ()


# --- hostile input -----------------------------------------------------------------------------------------------

SMALL = write_trust_list(
    TrustList(
        scheme=Scheme(
            version=6, sequence=1, type=uris.EU_GENERIC, operator=(Localised("en", "O"),),
            address=Address(postal=(), electronic=()), names=(Localised("en", "N"),), information=(),
            status_determination="", issued=datetime(2026, 1, 1, tzinfo=UTC), next_update=None,
        )
    )
)  # fmt: skip


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x00" * 100,
        b"<TrustServiceStatusList/>",
        SMALL[:-10],
        SMALL.replace(b"<TSLSequenceNumber>1<", b"<TSLSequenceNumber>one<"),
        SMALL.replace(b"<TSLSequenceNumber>1<", b"<TSLSequenceNumber>" + b"9" * 5_000 + b"<"),
        SMALL.replace(b"2026-01-01T00:00:00Z", b"yesterday"),
        SMALL.replace(b"2026-01-01T00:00:00Z", b"2026-01-01T00:00:00"),
        SMALL.replace(b"<TSLVersionIdentifier>6</TSLVersionIdentifier>", b""),
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + SMALL.split(b"?>", 1)[1],
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">' + SMALL.split(b"?>", 1)[1],
        SMALL.replace(b"<SchemeInformation>", b"<a>" * 100 + b"</a>" * 100 + b"<SchemeInformation>"),
    ],
    ids=range(12),
)
def test_what_is_no_list_is_told_so(octets: bytes) -> None:
    with pytest.raises(TrustListError):
        read_trust_list(octets)


def test_entities_are_refused_before_they_grow() -> None:
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "'
        + b"&a;" * 1000
        + b'"><!ENTITY c "'
        + b"&b;" * 1000
        + b'">]><x>&c;</x>'
    )
    with pytest.raises(TrustListError):
        read_trust_list(bomb)


@pytest.mark.parametrize(
    "start",
    [
        b"<a " + b" ".join(b'a%d=""' % at for at in range(65)) + b"/>",
        b"<a " + b" ".join(b'xmlns:p%d="urn:p%d"' % (at, at) for at in range(65)) + b"/>",
        b"".join(b'<a xmlns:p%d="urn:p%d" xmlns:q%d="urn:q">' % (at, at, at) for at in range(33)) + b"</a>" * 33,
    ],
)
def test_what_canonicalisation_would_take_long_over_is_refused(start: bytes) -> None:
    with pytest.raises(TrustListError, match="too many attributes or namespaces"):
        read_trust_list(start)


def test_namespaces_of_siblings_do_not_add_up() -> None:
    many = b"".join(b'<x xmlns:p%d="urn:p%d"/>' % (at, at) for at in range(200))
    assert read_trust_list(SMALL.replace(b"<NextUpdate/>", b"<NextUpdate/>" + many)).scheme.version == 6


def test_a_comment_cannot_cut_a_text() -> None:
    cut = SMALL.replace(b"TSLType/EUgeneric", b"TSLType/EU<!-- -->generic")
    assert read_trust_list(cut).scheme.type == uris.EU_GENERIC


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(SMALL) - 1), st.binary(max_size=3), st.integers(0, 40))
def test_any_damage_gives_a_list_or_a_reason(at: int, put: bytes, drop: int) -> None:
    damaged = SMALL[:at] + put + SMALL[at + drop :]
    try:
        found = read_trust_list(damaged)
    except TrustListError:
        return
    assert found.scheme.version >= 0


def test_departures_from_the_order_are_told() -> None:
    moved = SMALL.replace(b"<TSLSequenceNumber>1</TSLSequenceNumber>", b"")
    moved = moved.replace(
        b"<HistoricalInformationPeriod>", b"<TSLSequenceNumber>1</TSLSequenceNumber><HistoricalInformationPeriod>"
    )
    assert read_trust_list(moved).scheme.sequence == 1
    assert any("TSLSequenceNumber" in item for item in structure_faults(moved))
    assert any("missing" in item for item in structure_faults(SMALL.replace(b"<NextUpdate/>", b"")))
