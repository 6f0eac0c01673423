"""The byte form: deterministic, the only spelling, and refusing what it cannot hold."""

import json
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum, StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.platform.audit.canonical import canonical, parse_object, parse_time, plain, time_text
from ops.platform.audit.entry import AuditRecord, encode_body
from ops.platform.audit.errors import AuditRecordError

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
NAMES = st.text("ABCabc019_.:-", min_size=1, max_size=10)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_every_value_comes_back_and_has_one_form(value: dict[str, object]) -> None:
    record = canonical(plain(value))
    assert parse_object(record) == value
    assert canonical(plain(dict(reversed(value.items())))) == record


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=3))
def test_another_spelling_is_refused(value: dict[str, object]) -> None:
    for other in (json.dumps(value, indent=1), canonical(plain(value)) + " "):
        with pytest.raises(ValueError, match="canonical"):
            parse_object(other)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        '{"b":1,"a":1}',
        '{"a":1.5}',
        '{"a":1.0}',
        '{"a":1e3}',
        '{"a":-0}',
        '{"a":01}',
        '{"a":NaN}',
        '{"a":Infinity}',
        '{"a":"\\u0041"}',
        '{"a":"\\ud800"}',
        '{"a":"\\/"}',
        "[]",
        "1",
        "",
        "{",
        "[" * 100_000,
        '{"a":' * 5_000 + "1" + "}" * 5_000,
        '{"a":' + "1" * 10_000 + "}",
    ],
)
def test_what_is_not_the_one_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the JSON reader's
        parse_object(text)


def test_the_form_is_rfc_8785() -> None:
    # Control characters, quotes and line separators as in RFC 8785 3.2.2.2 and 3.2.3.
    value = {"b": '\u20ac$\x0f\nA\'B"\\\\"/\u2028', "a": [True, None, -3, {}], "A": ""}
    assert canonical(plain(value)) == (
        '{"A":"","a":[true,null,-3,{}],"b":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u2028"}'
    )


def test_times_octets_and_members_become_text() -> None:
    class Reason(StrEnum):
        KEY_COMPROMISE = "keyCompromise"

    class Number(Enum):
        ONE = 1

    east = datetime(2026, 6, 1, 17, 0, 0, 5, tzinfo=timezone(timedelta(hours=5)))
    value = {"at": east, "hash": b"\x00\xff", "reason": Reason.KEY_COMPROMISE, "n": Number.ONE, "l": ("a",)}
    assert plain(value) == {
        "at": "2026-06-01T12:00:00.000005Z",
        "hash": "00ff",
        "reason": "keyCompromise",
        "n": 1,
        "l": ["a"],
    }


@given(st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9000, 1, 1), timezones=st.timezones()))
def test_a_time_comes_back_to_the_microsecond(at: datetime) -> None:
    assert parse_time(time_text(at)) == at.astimezone(UTC)


@pytest.mark.parametrize(
    "text", ["2026-06-01T12:00:00Z", "2026-06-01T12:00:00.000000+00:00", "2026-13-01T12:00:00.000000Z", "", "now"]
)
def test_another_spelling_of_a_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_time(text)


def _nested(depth: int) -> object:
    return [] if depth == 0 else [_nested(depth - 1)]


@pytest.mark.parametrize(
    "details",
    [
        {"a": 0.5},
        {"a": 2**53},
        {"a": object()},
        {"a": {1, 2}},
        {"a": datetime(2026, 1, 1)},
        {"a": "\ud800"},
        {"a b": 1},
        {"": 1},
        {1: 1},
        {"a": _nested(40)},
        {"a": "x" * 70_000},
    ],
)
def test_details_that_have_no_form_are_refused(details: dict[str, object]) -> None:
    with pytest.raises(AuditRecordError):
        encode_body(AuditRecord("ca.issued", "serial:1", details), AT)


@pytest.mark.parametrize(
    ("event", "subject"),
    [("", "s"), ("Ca", "s"), ("ca issued", "s"), ("ca..x", "s"), ("a" * 101, "s"), ("ca", "a\nb"), ("ca", "a" * 501)],
)
def test_events_and_subjects_have_their_form(event: str, subject: str) -> None:
    with pytest.raises(AuditRecordError):
        encode_body(AuditRecord(event, subject, {}), AT)
