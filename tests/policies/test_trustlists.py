"""Status is a question about a moment: boundaries, order of history, closed lists."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.trustlists import ServiceKind, ServiceStatus, StatusPeriod, TrustList, TrustService

START = datetime(2024, 1, 1, tzinfo=UTC)
HELD, BACK = START + timedelta(days=100), START + timedelta(days=130)


def service(*history: StatusPeriod) -> TrustService:
    return TrustService(
        id="ca-1", provider="P", name="N", jurisdiction="KZ", kind=ServiceKind.QUALIFIED_CA, certificates=(b"",),
        history=history,
    )  # fmt: skip


HISTORY = (
    StatusPeriod(status=ServiceStatus.GRANTED, start=START),
    StatusPeriod(status=ServiceStatus.SUSPENDED, start=HELD),
    StatusPeriod(status=ServiceStatus.GRANTED, start=BACK),
)


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (START - timedelta(seconds=1), None),
        (START, ServiceStatus.GRANTED),
        (HELD - timedelta(seconds=1), ServiceStatus.GRANTED),
        (HELD, ServiceStatus.SUSPENDED),
        (BACK, ServiceStatus.GRANTED),
        (BACK + timedelta(days=9_000), ServiceStatus.GRANTED),
    ],
)
def test_status_at(at: datetime, status: ServiceStatus | None) -> None:
    assert service(*HISTORY).status_at(at) is status


def test_a_history_is_ordered_and_not_empty() -> None:
    with pytest.raises(ValueError, match="ascend"):
        service()
    with pytest.raises(ValueError, match="ascend"):
        service(*reversed(HISTORY))


def test_a_list_is_fresh_until_its_next_update_and_never_when_closed() -> None:
    issued, until = START, START + timedelta(days=180)
    open_ = TrustList(
        jurisdiction="KZ", operator="O", sequence=1, issued=issued, next_update=until, services=(service(*HISTORY),),
        digest="00",
    )  # fmt: skip
    assert open_.fresh_at(until)
    assert not open_.fresh_at(until + timedelta(seconds=1))
    assert not open_.fresh_at(issued - timedelta(seconds=1))
    closed = TrustList(
        jurisdiction="KZ", operator="O", sequence=2, issued=issued, next_update=None, services=(), digest="00"
    )
    assert not closed.fresh_at(issued)
    assert open_.services_granted_at(HELD, ServiceKind.QUALIFIED_CA) == ()
    assert open_.services_granted_at(BACK, ServiceKind.QUALIFIED_CA) == open_.services
    assert open_.services_granted_at(BACK, ServiceKind.TSA) == ()
