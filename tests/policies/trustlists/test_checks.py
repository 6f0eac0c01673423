"""Consistency of a list in itself and with its predecessor, and whether it can be used at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from policies.trustlists import DigitalIdentity, Provider, Scheme, ServicePeriod, TrustList, TrustService, uris
from policies.trustlists.checks import compare, examine
from policies.trustlists.criteria import Assertion, CriteriaList
from policies.trustlists.model import Address, Localised, QualificationElement
from policies.trustlists.state import ListState, SignatureCheck, problems, unusable

ISSUED = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def period(**changes: object) -> ServicePeriod:
    plain = ServicePeriod(
        type=uris.CA_QC, names=(Localised("en", "CA"),), identity=DigitalIdentity(certificates=(b"key-1",)),
        status=uris.GRANTED, start=ISSUED - 100 * DAY,
    )  # fmt: skip
    return replace(plain, **changes)


def listed(*services: TrustService, **changes: object) -> TrustList:
    scheme = Scheme(
        version=6, sequence=3, type=uris.EU_GENERIC, operator=(Localised("en", "O"),),
        address=Address(postal=(), electronic=()), names=(Localised("en", "N"),), information=(),
        status_determination="", issued=ISSUED, next_update=ISSUED + 90 * DAY,
    )  # fmt: skip
    provider = Provider(names=(Localised("en", "P"),), address=scheme.address, services=services)
    return TrustList(scheme=replace(scheme, **changes), providers=(provider,), digest=str(changes))


def key_of(octets: bytes) -> bytes | None:
    return octets.partition(b"/")[0] or None


GOOD = TrustService(current=period())


def codes(*services: TrustService, **changes: object) -> list[str]:
    return [item.code for item in examine(listed(*services, **changes), "EE-3", key_of)]


def test_a_good_list_has_nothing_to_tell() -> None:
    assert codes(GOOD) == []


@pytest.mark.parametrize(
    ("service", "code"),
    [
        (TrustService(current=period(start=ISSUED + DAY)), "TS-TL-STATUS-FUTURE"),
        (TrustService(current=period(status=uris.WITHDRAWN)), "TS-TL-HISTORY"),
        (TrustService(current=period(identity=DigitalIdentity())), "TS-TL-STRUCTURE"),
        (TrustService(current=period(identity=DigitalIdentity(certificates=(b"a", b"b")))), "TS-TL-STRUCTURE"),
        (TrustService(current=period(start=ISSUED - 200 * DAY), history=(period(),)), "TS-TL-STRUCTURE"),
        (
            TrustService(
                current=period(
                    qualifications=(
                        QualificationElement(
                            qualifiers=(uris.WITH_QSCD, uris.NO_QSCD), criteria=CriteriaList(assertion=Assertion.ALL)
                        ),
                    )
                )
            ),
            "TS-TL-CONTRADICTION",
        ),
    ],
)
def test_what_is_wrong_with_an_entry(service: TrustService, code: str) -> None:
    assert code in codes(service)


def test_one_key_stands_once_for_a_type_of_service() -> None:
    other = TrustService(current=period(names=(Localised("en", "other"),)))
    assert codes(GOOD, other) == ["TS-TL-DUPLICATE-KEY"]
    twice = DigitalIdentity(certificates=(b"key-1/old", b"key-1/new"))
    assert codes(TrustService(current=period(identity=twice))) == []
    stamps = TrustService(current=period(type=uris.TSA_QTST))
    assert codes(GOOD, stamps) == []


def test_what_is_wrong_with_a_scheme() -> None:
    assert codes(GOOD, sequence=0) == ["TS-TL-STRUCTURE"]
    assert codes(GOOD, next_update=ISSUED + 400 * DAY) == ["TS-TL-STRUCTURE"]
    assert codes(GOOD, next_update=None) == []
    assert codes(GOOD, names=(Localised("et", "N"),)) == ["TS-TL-STRUCTURE"]


def test_a_change_must_leave_its_history() -> None:
    before = listed(GOOD)
    withdrawn = period(status=uris.WITHDRAWN, start=ISSUED)
    kept = listed(TrustService(current=withdrawn, history=(GOOD.current,)), sequence=4)
    assert compare(before, kept, "EE-4", key_of) == ()
    lost = listed(TrustService(current=withdrawn), sequence=4)
    assert [item.code for item in compare(before, lost, "EE-4", key_of)] == ["TS-TL-HISTORY"]
    gone = listed(sequence=4)
    assert [item.code for item in compare(before, gone, "EE-4", key_of)] == ["TS-TL-HISTORY"]
    older = listed(GOOD, sequence=2)
    assert [item.code for item in compare(before, older, "EE-2", key_of)] == ["TS-TL-SEQUENCE"]
    assert compare(before, before, "EE-3", key_of) == ()


STATE = ListState(
    name="EE-3", version=6, sequence=3, issued=ISSUED, next_update=ISSUED + 90 * DAY, signature=SignatureCheck.GOOD
)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": 4}, "TS-TL-VERSION"),
        ({"version": None}, "TS-TL-VERSION"),
        ({"signature": SignatureCheck.UNCHECKED}, "TS-TL-UNCHECKED"),
        ({"signature": SignatureCheck.BROKEN}, "TS-TL-SIGNATURE"),
        ({"signature": SignatureCheck.STRANGER}, "TS-TL-SIGNER"),
        ({"issued": ISSUED + 2 * DAY}, "TS-TL-FUTURE"),
        ({"next_update": ISSUED}, "TS-TL-EXPIRED"),
        ({"next_update": None}, "TS-TL-CLOSED"),
    ],
)
def test_a_list_that_cannot_be_used(changes: dict, code: str) -> None:
    assert [item.code for item in problems(replace(STATE, **changes), ISSUED + DAY)] == [code]


def test_a_list_is_used_from_its_issue_until_its_next_update_and_never_after_a_newer_one() -> None:
    assert problems(STATE, ISSUED) == problems(STATE, ISSUED + 90 * DAY) == ()
    assert problems(STATE, ISSUED + 90 * DAY + timedelta(seconds=1))
    assert problems(STATE, ISSUED, known_sequence=3) == ()
    assert [item.code for item in problems(STATE, ISSUED, known_sequence=4)] == ["TS-TL-SEQUENCE"]


def test_what_stands_below_an_unusable_list_is_unusable() -> None:
    states = {
        "EU-1": replace(STATE, name="EU-1", version=4),
        "EE-3": replace(STATE, parent="EU-1"),
        "LV-1": replace(STATE, name="LV-1", parent="XX-0"),
        "A": replace(STATE, name="A", parent="B"),
        "B": replace(STATE, name="B", parent="A"),
    }
    found = {name: problems(state, ISSUED) for name, state in states.items()}
    assert unusable(states, found) == {"EU-1", "EE-3"}
