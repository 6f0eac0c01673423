"""Times that were written down: with a zone they keep their moment, without one they are UTC or refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.times import utc_time, zoned_time

READERS = (utc_time, zoned_time)
# A day away from the ends of the calendar every offset stays within it.
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))


@given(MOMENTS, st.integers(-1439, 1439))
def test_a_moment_is_the_same_in_every_zone(moment: datetime, minutes: int) -> None:
    written = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    for read in READERS:
        found = read(written.isoformat())
        assert found == written
        assert found.tzinfo is UTC


@given(MOMENTS)
def test_without_a_zone_it_is_utc_or_refused(moment: datetime) -> None:
    assert utc_time(moment.isoformat()) == moment.replace(tzinfo=UTC)
    with pytest.raises(ValueError, match="without a zone"):
        zoned_time(moment.isoformat())


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59-12:00"]
)
def test_what_is_no_time_is_a_value_error(read: Callable[[str], datetime], text: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|month|outside the calendar"):
        read(text)
