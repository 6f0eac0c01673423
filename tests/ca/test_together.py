"""Many callers at once: shared commits, distinct serials, and each gets its own answer."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest
from sqlalchemy import event

from ca.errors import CaError, RequestRefusedError, SigningError
from ca.group import GroupCommit
from ca.orders import Order
from ca.values import Issued
from tests.ca.world import SEAL_SUBJECT, World, csr, rsa_key


def _try(world: World, changes: dict[str, object]) -> Issued | str:
    try:
        return world.seal(**changes)
    except CaError as error:
        return error.code


def test_each_caller_gets_its_own_answer(kazakhstan: World) -> None:
    asked: list[dict[str, object]] = [{}, {"key": csr(rsa_key(1024))}, {"subject": SEAL_SUBJECT[:-1]}] * 6
    with ThreadPoolExecutor(9) as pool:
        answers = list(pool.map(lambda changes: _try(kazakhstan, changes), asked))
    issued = [answer for answer in answers if isinstance(answer, Issued)]
    assert len({one.serial for one in issued}) == 6
    refused = [answer for answer in answers if isinstance(answer, str)]
    assert refused == ["TS-CA-KEY-WEAK", "TS-CA-REQUEST-REFUSED"] * 6


def test_waiting_callers_share_commits(kazakhstan: World) -> None:
    commits = 0
    counting = threading.Lock()

    def count(_connection: object) -> None:
        nonlocal commits
        with counting:
            commits += 1

    barrier = threading.Barrier(12)

    def ask(_number: int) -> Issued:
        request = kazakhstan.request()
        barrier.wait(10)
        return kazakhstan.ca.issue_now(request)

    event.listen(kazakhstan.database.engine, "commit", count)
    with ThreadPoolExecutor(12) as pool:
        issued = list(pool.map(ask, range(12)))
    event.remove(kazakhstan.database.engine, "commit", count)
    assert len({one.serial for one in issued}) == 12
    assert commits < 2 * 12


def test_a_single_caller_pays_two_commits(kazakhstan: World) -> None:
    commits: list[object] = []
    request = kazakhstan.request()
    count = commits.append
    event.listen(kazakhstan.database.engine, "commit", count)
    kazakhstan.ca.issue_now(request)
    event.remove(kazakhstan.database.engine, "commit", count)
    assert len(commits) == 2


def test_nobody_is_left_waiting_when_a_turn_is_interrupted() -> None:
    order, all_queued = cast(Order, object()), threading.Event()
    sizes: list[int] = []

    def issue(orders: Sequence[Order]) -> list[Issued | CaError]:
        sizes.append(len(orders))
        if len(sizes) == 1:
            all_queued.wait(10)
            return [RequestRefusedError("refused")]
        raise KeyboardInterrupt

    group = GroupCommit(issue)
    told: list[type[BaseException]] = []

    def ask() -> None:
        try:
            group.issue_now(order)
        except BaseException as error:
            told.append(type(error))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 10
    while len(group._queue) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    all_queued.set()
    for thread in threads:
        thread.join(10)
    assert sizes == [1, 2]
    assert set(told) == {RequestRefusedError, KeyboardInterrupt, SigningError}


def test_one_that_needs_approval_does_not_hold_up_the_others(kz: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    guarded = replace(kz.ca.profiles["legal-person"], name="guarded", approvals=1)
    room = replace(kz.ca._room, profiles={**kz.ca.profiles, "guarded": guarded})
    monkeypatch.setattr(kz.ca, "_room", room)
    outcomes: dict[str, Issued | str] = {}
    start = threading.Barrier(2)

    def ask(profile: str) -> None:
        start.wait(10)
        outcomes[profile] = _try(kz, {"profile": profile})

    threads = [threading.Thread(target=ask, args=(profile,)) for profile in ("guarded", "legal-person")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert outcomes["guarded"] == "TS-CA-APPROVAL-INVALID"
    assert isinstance(outcomes["legal-person"], Issued)
