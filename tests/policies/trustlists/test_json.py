"""Lists of trusted entities in JSON: read back as written, strict about members, and never falling."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.trustlists import (
    DigitalIdentity,
    ListPointer,
    Provider,
    Scheme,
    ServicePeriod,
    TrustList,
    TrustService,
    uris,
)
from policies.trustlists.errors import TrustListError
from policies.trustlists.json_reader import read_json_list
from policies.trustlists.json_writer import write_json_list
from policies.trustlists.model import AdditionalInformation, Address, Localised, PostalAddress, SupplyPoint

ISSUED = datetime(2026, 1, 1, tzinfo=UTC)
words = st.text(st.sampled_from("aÄжЎՀY&<>\"'\\"), min_size=1, max_size=6)
texts = st.lists(st.builds(Localised, st.sampled_from(["en", "be"]), words), min_size=1, max_size=2).map(tuple)
moments = st.integers(0, 10**6).map(lambda hours: datetime.fromtimestamp(hours * 3600, UTC))
octets = st.lists(st.binary(min_size=1, max_size=6), max_size=2).map(tuple)


def some(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(strategy, max_size=2).map(tuple)


fields = {
    "type": words,
    "names": texts,
    "identity": st.builds(DigitalIdentity, certificates=octets, subject_names=some(words), key_identifiers=octets),
    "status": words,
    "start": moments,
}
current = st.builds(
    ServicePeriod, **fields, scheme_definitions=some(st.builds(Localised, st.just("en"), words)),
    supply_points=some(st.builds(SupplyPoint, uri=words, type=st.one_of(st.none(), words))),
)  # fmt: skip
services = st.builds(TrustService, current=current, history=some(st.builds(ServicePeriod, **fields)))
addresses = st.builds(
    Address,
    postal=some(st.builds(PostalAddress, language=st.just("en"), street=words, locality=words, country=words)),
    electronic=some(st.builds(Localised, st.just("en"), words)),
)
lists = st.builds(
    TrustList,
    scheme=st.builds(
        Scheme, version=st.just(1), sequence=st.integers(0, 9), type=words, operator=texts, address=addresses,
        names=texts, information=some(st.builds(Localised, st.just("en"), words)), status_determination=words,
        territory=st.one_of(st.none(), words), notices=some(st.builds(Localised, st.just("en"), words)),
        pointers=some(
            st.builds(ListPointer, location=words, signers=octets, type=st.one_of(st.none(), words), operator=texts)
        ),
        issued=moments, next_update=moments, distribution_points=some(words),
    ),
    providers=some(
        st.builds(
            Provider, names=texts, address=addresses, information=some(st.builds(Localised, st.just("en"), words)),
            services=st.lists(services, min_size=1, max_size=2).map(tuple),
        )
    ),
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(lists)
def test_what_is_written_reads_back(listed: TrustList) -> None:
    assert replace(read_json_list(write_json_list(listed)), digest="") == listed


PLAIN = TrustList(
    scheme=Scheme(
        version=1, sequence=7, type="t", operator=(Localised("en", "O"),), address=Address(postal=(), electronic=()),
        names=(), information=(), status_determination="", issued=ISSUED, next_update=ISSUED,
    ),
    providers=(
        Provider(
            names=(Localised("en", "P"),), address=Address(postal=(), electronic=()),
            services=(
                TrustService(
                    current=ServicePeriod(
                        type="t", names=(Localised("en", "S"),), identity=DigitalIdentity(), status="", start=ISSUED
                    )
                ),
            ),
        ),
    ),
)  # fmt: skip


def body() -> Any:
    return json.loads(write_json_list(PLAIN))


def test_the_payload_of_a_compact_jws_is_read() -> None:
    parts = (b'{"alg":"ES256"}', write_json_list(PLAIN), b"signature")
    jws = b".".join(base64.urlsafe_b64encode(item).rstrip(b"=") for item in parts)
    assert read_json_list(jws).scheme == PLAIN.scheme


def test_presence_is_trust_from_the_issue_on_where_a_profile_has_no_status() -> None:
    found = body()
    information = found["LoTE"]["TrustedEntitiesList"][0]["TrustedEntityServices"][0]["ServiceInformation"]
    assert "ServiceStatus" not in information
    del information["StatusStartingTime"]
    (_, service), *_ = read_json_list(json.dumps(found).encode()).services()
    assert (service.current.status, service.current.start) == ("", ISSUED)


def change(found: Any, path: str, value: object) -> bytes:
    *above, last = path.split("/")
    at = found["LoTE"]
    for name in above:
        at = at[int(name)] if name.isdecimal() else at[name]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return json.dumps(found).encode()


ENTITY = "TrustedEntitiesList/0"
SERVICE = f"{ENTITY}/TrustedEntityServices/0"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Extra", 1),
        ("ListAndSchemeInformation/Extra", 1),
        ("ListAndSchemeInformation/LoTESequenceNumber", "7"),
        ("ListAndSchemeInformation/LoTESequenceNumber", True),
        ("ListAndSchemeInformation/LoTESequenceNumber", -1),
        ("ListAndSchemeInformation/LoTEVersionIdentifier", None),
        ("ListAndSchemeInformation/SchemeOperatorName", []),
        ("ListAndSchemeInformation/NextUpdate", None),
        ("ListAndSchemeInformation/NextUpdate", "soon"),
        ("ListAndSchemeInformation/ListIssueDateTime", None),
        ("ListAndSchemeInformation/SchemeName", {"lang": "en"}),
        (f"{ENTITY}/Extra", 1),
        (f"{ENTITY}/TrustedEntityInformation/TEName", []),
        (f"{ENTITY}/TrustedEntityServices", []),
        (f"{SERVICE}/ServiceInformation/Extra", 1),
        (f"{SERVICE}/ServiceInformation/ServiceDigitalIdentity", None),
        (f"{SERVICE}/ServiceInformation/ServiceName", None),
        (f"{SERVICE}/ServiceInformation/ServiceDigitalIdentity", {"X509Certificates": [{"val": "!"}]}),
        (f"{SERVICE}/ServiceHistory", [{"ServiceName": [{"lang": "en", "value": "S"}], "ServiceDigitalIdentity": {}}]),
    ],
)
def test_departures_are_refused(path: str, value: object) -> None:
    with pytest.raises(TrustListError):
        read_json_list(change(body(), path, value))


@pytest.mark.parametrize("octets", [b"", b"{}", b"[]", b"a.b", b"a.!.c", b"{" * 100_000, b'{"LoTE":null}', b"\xff"])
def test_what_is_no_list_is_told_so(octets: bytes) -> None:
    with pytest.raises(TrustListError):
        read_json_list(octets)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 400), st.binary(max_size=3), st.integers(0, 30))
def test_any_damage_gives_a_list_or_a_reason(at: int, put: bytes, drop: int) -> None:
    whole = write_json_list(PLAIN)
    try:
        read_json_list(whole[:at] + put + whole[at + drop :])
    except TrustListError:
        return


def test_what_the_binding_does_not_carry_is_refused() -> None:
    (provider,) = PLAIN.providers
    (service,) = provider.services
    more = replace(service.current, additional=(AdditionalInformation(uri=uris.FOR_ESEALS),))
    beyond = replace(provider, services=(replace(service, current=more),))
    with pytest.raises(ValueError, match="extensions"):
        write_json_list(replace(PLAIN, providers=(beyond,)))
    with pytest.raises(ValueError, match="next update"):
        write_json_list(replace(PLAIN, scheme=replace(PLAIN.scheme, next_update=None)))
