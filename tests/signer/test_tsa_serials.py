"""Serial numbers are unique for ever: under concurrency, over restarts and crashes, in two processes, after a fork."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asn1crypto import tsp

from ops.platform.clock import FixedClock
from ops.platform.database import Database
from signer.tsa.authority import TimestampAuthority
from signer.tsa.clockguard import ClockGuard
from signer.tsa.request import message_imprint, write_request
from signer.tsa.serials import SerialNumbers

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
REQUEST = write_request(message_imprint("sha256", bytes(32)), nonce=1)


def serial(answer: bytes) -> int:
    signed = tsp.TimeStampResp.load(answer)["time_stamp_token"]["content"]
    return int(signed["encap_content_info"]["content"].parsed["serial_number"].native)


def test_two_thousand_concurrent_requests_and_a_restart_between(pki: Any, database: Database) -> None:
    unit = pki.unit()
    found: list[int] = []
    for _ in range(2):
        # A restart: a new authority over the same database; the first one's block is lost half used.
        authority = TimestampAuthority(
            unit, ClockGuard(FixedClock(NOW)), SerialNumbers(database, "unit-1", block_size=150)
        )
        with ThreadPoolExecutor(16) as threads:
            found.extend(map(serial, threads.map(authority.respond, [REQUEST] * 1000)))
    assert len(set(found)) == 2000
    assert all(0 < number < 2**160 for number in found)


def test_the_counter_alone_keeps_them_apart(database: Database) -> None:
    def counters(numbers: SerialNumbers) -> Iterator[bytes]:
        # Without the random octets at the end: what must be unique even when they repeat.
        return (numbers.next(NOW)[:-8] for _ in range(25))

    first = SerialNumbers(database, "u", block_size=10)
    second = SerialNumbers(database, "u", block_size=10)
    found = [*counters(first), *counters(second), *counters(first), *counters(SerialNumbers(database, "u"))]
    assert len(set(found)) == 100


def test_they_are_positive_and_of_one_length(database: Database) -> None:
    numbers = SerialNumbers(database, "u", block_size=3)
    for _ in range(10):
        encoded = numbers.next(NOW)
        assert (encoded[0], encoded[1], len(encoded)) == (0x02, 17, 19)
        assert encoded[2] == 0x01


def test_units_do_not_share_blocks(database: Database) -> None:
    # Unique per unit: each has its own counter, which begins with 0.
    first, second = SerialNumbers(database, "a"), SerialNumbers(database, "b")
    assert first.next(NOW)[:-8] == second.next(NOW)[:-8]


def test_a_block_that_cannot_be_recorded_gives_no_number(database: Database) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("the audit log is full")

    with pytest.raises(RuntimeError):
        SerialNumbers(database, "u", on_block=refuse).next(NOW)
    assert SerialNumbers(database, "u").next(NOW)[2:11] == b"\x01" + bytes(8)


def test_the_newest_time_is_remembered_over_a_restart(database: Database) -> None:
    later = NOW + timedelta(hours=1)
    SerialNumbers(database, "u").start(later)
    assert SerialNumbers(database, "u").start(NOW) == later


def test_a_child_process_takes_its_own_block(tmp_path: Any) -> None:
    database = Database(f"sqlite:///{tmp_path}/fork.sqlite")
    database.create_tables()
    numbers = SerialNumbers(database, "u")
    before = numbers.next(NOW)[:-8]
    numbers._process = os.getpid() + 1  # what a forked child sees
    after = numbers.next(NOW)[:-8]
    assert before[3:8] != after[3:8]
    database.close()
