"""A process that dies at any step of issuance loses nothing it acknowledged and uses no serial twice."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography import x509
from sqlalchemy import text

from ca.errors import TokenError
from ops.platform.clock import FixedClock
from ops.platform.database import Database
from tests.ca.world import World, open_world

STEPS = ("before-reserve", "reserved", "prepared", "redeemed", "signed", "stored")
WORKER = "tests.fault.issue_worker"
PROJECT = Path(__file__).parents[2]


@pytest.fixture
def world(database: Database, tmp_path: Path, clock: FixedClock) -> World:
    """An installation with a hierarchy, on both databases."""
    world = open_world(database, tmp_path, clock)
    world.hierarchy("KZ")
    return world


def _run(address: str, folder: Path, at: FixedClock, step: str, count: int = 1) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", WORKER, address, str(folder), step, str(count), at.now().isoformat()]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=PROJECT)


def _acknowledged(output: str) -> dict[str, str]:
    lines = [line.split() for line in output.splitlines()]
    return {words[1]: words[2] for words in lines if words[0] == "issued"}


def _whole(world: World) -> None:
    """The audit chain holds and every stored certificate is under a serial of its own."""
    with world.database.read() as session:
        entries = list(world.audit.entries(session))
        size = session.execute(text("SELECT size FROM audit_log")).scalar_one()
        serials = session.execute(text("SELECT issuer_id, serial FROM ca_certificate")).all()
    assert [entry.sequence for entry in entries] == list(range(size))
    assert all(later.previous_hash == earlier.entry_hash for earlier, later in pairwise(entries))
    assert max(Counter(serials).values()) == 1


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step(world: World, database_url: str, tmp_path: Path, clock: FixedClock, step: str) -> None:
    stopped = _run(database_url, tmp_path, clock, step)
    assert stopped.returncode == -signal.SIGKILL, stopped.stderr
    # Nothing was acknowledged as issued: the process died before it could say so.
    assert _acknowledged(stopped.stdout) == {}
    _whole(world)

    before = world.ca.certificates("kz-ca")
    states = [record.state for record in before]
    expected = {
        "before-reserve": [], "reserved": [], "prepared": ["prepared"], "redeemed": ["signing"], "signed": ["signing"],
        "stored": ["issued"],
    }  # fmt: skip
    assert states == expected[step]

    voided = world.ca.recover(older_than=timedelta(0))
    after = world.ca.certificates("kz-ca")
    if step in ("redeemed", "signed"):
        # It may exist somewhere: void for us, revoked for everybody.
        assert [record.state for record in after] == ["void"]
        assert voided == (("kz-ca", after[0].serial),)
        assert after[0].revocation is not None
        published = x509.load_der_x509_crl(world.ca.publish_crl("kz-ca").der)
        assert published.get_revoked_certificate_by_serial_number(after[0].serial) is not None
    elif step == "prepared":
        # Nothing was signed: another process may finish it, once.
        reopened = world.ca.reopen(after[0].id)
        assert world.ca.issue(reopened.token).serial == after[0].serial
        with pytest.raises(TokenError):
            world.ca.issue(reopened.token)
    else:
        assert voided == ()

    again = _run(database_url, tmp_path, clock, "-")
    assert again.returncode == 0, again.stderr
    (serial,) = _acknowledged(again.stdout)
    assert int(serial, 16) not in {record.serial for record in before}
    _whole(world)


@pytest.mark.parametrize("step", ["crl-numbered", "crl-signed"])
def test_list_number_never_goes_back_after_a_kill(world: World, tmp_path: Path, clock: FixedClock, step: str) -> None:
    first = world.ca.publish_crl("kz-ca").number

    class StoppedError(Exception):
        pass

    def stop(name: str) -> None:
        if name == step:
            raise StoppedError

    halting = open_world(world.database, tmp_path, clock, step=stop)
    with pytest.raises(StoppedError):
        halting.ca.publish_crl("kz-ca")
    assert world.ca.crl("kz-ca").number == first
    assert world.ca.publish_crl("kz-ca").number > first + 1


def test_acknowledged_before_the_kill_is_still_there(
    world: World, database_url: str, tmp_path: Path, clock: FixedClock
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", WORKER, database_url, str(tmp_path), "-", "100000", clock.now().isoformat()],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=PROJECT,
    )  # fmt: skip
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(25)]
    process.kill()
    told += process.stdout.readlines()
    process.stdout.close()
    process.wait(30)
    acknowledged = _acknowledged("".join(line for line in told if line.endswith("\n")))
    assert len(acknowledged) >= 12
    stored = {f"{record.serial:040x}": record.sha256 for record in world.ca.certificates("kz-ca", limit=100_000)}
    assert acknowledged.items() <= stored.items()
    _whole(world)


def test_several_processes_at_once(world: World, database_url: str, tmp_path: Path, clock: FixedClock) -> None:
    with ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(lambda _: _run(database_url, tmp_path, clock, "-", 10), range(3)))
    assert [run.returncode for run in runs] == [0, 0, 0], runs[0].stderr
    assert len({serial for run in runs for serial in _acknowledged(run.stdout)}) == 30
    _whole(world)


def _outcome(action: Callable[[], object]) -> str:
    try:
        action()
    except TokenError:
        return "spent"
    return "issued"


def test_one_token_in_many_threads_is_redeemed_once(world: World) -> None:
    prepared = world.ca.prepare(world.request())
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: _outcome(lambda: world.ca.issue(prepared.token)), range(8)))
    assert sorted(outcomes) == ["issued"] + ["spent"] * 7
    _whole(world)


def test_many_threads_issue_distinct_serials(world: World) -> None:
    with ThreadPoolExecutor(6) as pool:
        issued = list(pool.map(lambda _: world.seal(), range(30)))
    assert len({one.serial for one in issued}) == 30
    _whole(world)
