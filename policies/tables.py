"""Reads the room's data files strictly: an unknown or missing key is an error, never a silent default."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

Row = Mapping[str, Any]


def checked(row: Row, required: Iterable[str], optional: Iterable[str] = ()) -> Row:
    """`row` itself when it holds all `required` keys and none beyond `optional`. Raises ValueError."""
    missing, unknown = set(required) - set(row), set(row) - set(required) - set(optional)
    if missing or unknown:
        raise ValueError(f"missing {sorted(missing)}, unknown {sorted(unknown)} in {dict(row)}")
    return row


def instant(value: object) -> datetime:
    """The first moment (UTC) of a TOML date, or a TOML date-time with offset as aware UTC. Raises ValueError."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value} has no offset")
        return value.astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    raise ValueError(f"{value!r} is not a date")


def optional_instant(value: object) -> datetime | None:
    """`instant`, or None for an absent value."""
    return None if value is None else instant(value)
