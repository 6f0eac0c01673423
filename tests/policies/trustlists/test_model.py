"""Status is a question about a moment: boundaries, order of history, closed lists."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.trustlists import DigitalIdentity, Scheme, ServicePeriod, TrustList, TrustService, uris
from policies.trustlists.model import Address

START = datetime(2024, 1, 1, tzinfo=UTC)
HELD, BACK = START + timedelta(days=100), START + timedelta(days=130)


def period(status: str, start: datetime) -> ServicePeriod:
    return ServicePeriod(type=uris.CA_QC, names=(), identity=DigitalIdentity(), status=status, start=start)


SERVICE = TrustService(
    current=period(uris.GRANTED, BACK), history=(period(uris.GRANTED, START), period(uris.WITHDRAWN, HELD))
)


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (START - timedelta(seconds=1), None),
        (START, uris.GRANTED),
        (HELD - timedelta(seconds=1), uris.GRANTED),
        (HELD, uris.WITHDRAWN),
        (BACK, uris.GRANTED),
        (BACK + timedelta(days=9_000), uris.GRANTED),
    ],
)
def test_status_at(at: datetime, status: str | None) -> None:
    found = SERVICE.at(at)
    assert (found.status if found else None) == status


def test_spans_join_without_gap_and_the_newest_has_no_end() -> None:
    assert [(item.start, end) for item, end in SERVICE.spans()] == [(BACK, None), (HELD, BACK), (START, HELD)]


def listed(next_update: datetime | None) -> TrustList:
    scheme = Scheme(
        version=6, sequence=1, type=uris.EU_GENERIC, operator=(), address=Address(postal=(), electronic=()), names=(),
        information=(), status_determination="", issued=START, next_update=next_update,
    )  # fmt: skip
    return TrustList(scheme=scheme)


def test_a_list_is_fresh_until_its_next_update_and_never_when_closed() -> None:
    until = START + timedelta(days=180)
    assert listed(until).fresh_at(until)
    assert not listed(until).fresh_at(until + timedelta(seconds=1))
    assert not listed(until).fresh_at(START - timedelta(seconds=1))
    assert not listed(None).fresh_at(START)
