"""A time that somebody wrote down, as the aware UTC time that all the house counts in (ISO 8601, xs:dateTime)."""

from datetime import UTC, datetime


def utc_time(text: str) -> datetime:
    """The aware UTC time of `text`; one without a zone is UTC. Raises ValueError, also outside the calendar's years."""
    return _in_utc(text, required=False)


def zoned_time(text: str) -> datetime:
    """The aware UTC time of `text`, where one without a zone would be a guess. Raises ValueError."""
    return _in_utc(text, required=True)


def _in_utc(text: str, required: bool) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        if required:
            raise ValueError(f"a time without a zone: {text!r}")
        return found.replace(tzinfo=UTC)
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"a time outside the calendar: {text!r}") from error
