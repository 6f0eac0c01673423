"""Logs are structured and hold neither documents nor personal data."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from ops.platform.fetch import FetchUrlError
from ops.platform.logs import configure_logs, get_logger, withhold


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    target = io.StringIO()
    configure_logs(level="INFO", form="json", stream=target)
    yield target
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_line(stream: io.StringIO) -> None:
    get_logger("ca").info("crl-published", number=7, authority="kz-root")
    (line,) = lines(stream)
    assert line.pop("at").endswith("Z")
    assert line == {"event": "crl-published", "level": "info", "number": 7, "authority": "kz-root"}


def test_the_level_holds_back(stream: io.StringIO) -> None:
    get_logger("ca").debug("detail")
    logging.getLogger("library").debug("detail")
    assert lines(stream) == []


def test_foreign_loggers_go_the_same_way(stream: io.StringIO) -> None:
    logging.getLogger("foreign.library").warning("started on %s", "x" * 500)
    (line,) = lines(stream)
    assert (line["level"], len(line["event"]) < 300) == ("warning", True)


def test_bytes_become_their_length(stream: io.StringIO) -> None:
    get_logger("v").info("gathered", pdf=b"%PDF-1.7 secret", parts=[b"secret"], nested={"der": bytearray(b"secret")})
    assert "secret" not in stream.getvalue()
    assert lines(stream)[0]["pdf"] == "[15 octets]"


@pytest.mark.parametrize("key", ["_", "_record_", "__der"])
def test_no_spelling_of_a_key_lets_octets_through(stream: io.StringIO, key: str) -> None:
    get_logger("v").info("seen", **{key: b"secret", "inner": {key: b"secret", "_record": b"secret"}})
    assert "secret" not in stream.getvalue()
    assert lines(stream)[0][key] == "[6 octets]"


@pytest.mark.parametrize(
    "key",
    ["passphrase", "key_passphrase", "PIN", "access_token", "signer_name", "subject", "email", "Surname", "given_name"],
)
def test_private_keys_lose_their_value(stream: io.StringIO, key: str) -> None:
    get_logger("v").info("seen", **{key: "Иванов", "inner": {key: "Иванов"}})
    assert "Иванов" not in stream.getvalue()
    assert lines(stream)[0][key] == "[withheld]"


@pytest.mark.parametrize("key", ["content_type", "document_kind", "pinned", "sub_indication", "opinion"])
def test_harmless_keys_keep_it(stream: io.StringIO, key: str) -> None:
    get_logger("v").info("seen", **{key: "value"})
    assert lines(stream)[0][key] == "value"


def test_an_exception_is_written_without_its_text(stream: io.StringIO) -> None:
    try:
        raise ValueError("cannot parse 'Иванов'")
    except ValueError:
        get_logger("v").exception("gather-failed")
    (line,) = lines(stream)
    assert line["error"] == "ValueError"
    assert "test_logs.py" in line["trace"][0]
    assert "Иванов" not in stream.getvalue()


def test_our_errors_are_written_by_code(stream: io.StringIO) -> None:
    error = FetchUrlError("no", url="http://private")
    get_logger("v").warning("fetch-failed", error=error)
    get_logger("v").warning("fetch-failed", exc_info=error)
    assert [line["error"] for line in lines(stream)] == ["TS-FETCH-URL", "TS-FETCH-URL"]


def test_the_console_form_is_for_people() -> None:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    target = io.StringIO()
    configure_logs(form="console", stream=target)
    get_logger("x").info("started", port=1)
    assert "started" in target.getvalue()
    assert not target.getvalue().startswith("{")
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=2000) | st.binary(max_size=2000),
        lambda inner: st.lists(inner, max_size=40) | st.dictionaries(st.text(max_size=20), inner, max_size=40),
        max_leaves=50,
    )
)
def test_what_is_written_is_bounded(value: object) -> None:
    json.dumps(event := withhold(None, "info", {"value": value}))
    assert depth(event) <= 6


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def test_an_exception_in_a_library_is_written_without_its_text(stream: io.StringIO) -> None:
    try:
        raise ValueError("cannot parse 'Иванов'")
    except ValueError:
        logging.getLogger("library").exception("job failed")
    assert lines(stream)[0]["error"] == "ValueError"
    assert "Иванов" not in stream.getvalue()
