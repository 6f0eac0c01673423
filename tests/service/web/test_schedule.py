"""The schedules run for real, on both databases: lists are renewed, half-issued certificates given up, heads signed."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from ca.values import RevocationReason
from ops.platform.clock import FixedClock
from ops.platform.jobs import Jobs, JobState, Json
from ops.platform.metrics import Metrics
from ops.service import schedule
from tests.service.web.house import House, open_house

pytestmark = pytest.mark.loopback


@pytest.fixture
def house(request: pytest.FixtureRequest, database_url: str, tmp_path: Path, clock: FixedClock) -> Iterator[House]:
    if make_url(database_url).get_backend_name() != "sqlite":
        # Jobs keep their tables in a schema of their own, so they need a database and not a search path.
        database_url = request.getfixturevalue("new_postgresql_database")().render_as_string(hide_password=False)
    with open_house(tmp_path / "house", clock, database_url) as found:
        found.build()
        yield found


@pytest.fixture
def rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Schedules are registered as they are, but for a minute that does not come during a test: the machine's own
    clock drives them, and a run of theirs beside the enqueued one would publish as well."""
    registered = Jobs.schedule

    def schedule_rarely(jobs: Jobs, name: str, job: str, cron: str, arguments: Mapping[str, Json]) -> None:
        registered(jobs, name, job, "0 0 29 2 *", arguments)

    monkeypatch.setattr(Jobs, "schedule", schedule_rarely)


@pytest.mark.usefixtures("rarely")
def test_every_job_does_its_work(house: House, clock: FixedClock) -> None:
    victim = house.issue("ocsp", (("countryName", "KZ"), ("organizationName", "T"), ("commonName", "T")), "victim")
    house.authority.publish_due()
    before = house.authority.crl("kz-ca").number
    house.authority.revoke("kz-ca", victim.serial, RevocationReason.KEY_COMPROMISE, grounds="test")
    clock.advance(timedelta(minutes=1))
    jobs = schedule.installation_jobs(house.installation, house.authority, Metrics())
    jobs.launch()
    try:
        done = {name: jobs.wait(jobs.enqueue(name, {})) for name in _JOBS}
    finally:
        jobs.close()
    assert {name: status.state for name, status in done.items()} == dict.fromkeys(_JOBS, JobState.DONE)
    assert done[schedule.PUBLISH_JOB].result == ["kz-ca"]
    assert house.authority.crl("kz-ca").number == before + 1
    with house.installation.database.read() as session:
        head = house.installation.audit.head(session)
    assert head is not None
    assert head.at == clock.now()


_JOBS = (schedule.PUBLISH_JOB, schedule.RECOVER_JOB, schedule.HEAD_JOB, "mirror.collect")


def test_a_start_gives_up_what_a_stopped_process_left(house: House, clock: FixedClock) -> None:
    clock.advance(timedelta(days=4))
    schedule.catch_up(house.authority)
    crl = house.authority.crl("kz-root")
    assert crl.this_update == clock.now()
