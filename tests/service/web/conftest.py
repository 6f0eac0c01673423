"""A furnished installation, its web application, and clients of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.platform.clock import SystemClock
from ops.service.web.app import WebApplication, WebLimits, create_app
from ops.service.web.workers import WorkerLimits
from tests.service.web.client import Client
from tests.service.web.house import House, open_house, paper

LIMITS = WebLimits(request_octets=4 * 2**20, workers=WorkerLimits(processes=1, waiting=4))


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One furnished installation on SQLite for all tests that change nothing in it."""
    with open_house(tmp_path_factory.mktemp("house"), SystemClock()) as found:
        found.build()
        found.add_unit()
        yield found


@pytest.fixture(scope="session")
def application(house: House) -> Iterator[WebApplication]:
    """Its web application."""
    found = create_app(house.installation, house.authority, limits=LIMITS)
    yield found
    found.close()


@pytest.fixture
def client(application: WebApplication) -> Client:
    """A client that goes through the ASGI interface."""
    return Client(application)


@pytest.fixture(scope="session")
def signed(house: House) -> bytes:
    """A contract signed at level LT."""
    return house.sign(paper())


@pytest.fixture(scope="session")
def detached(house: House) -> tuple[bytes, bytes]:
    """An original and its detached signature."""
    original = "Шарт № 1\n".encode()
    return original, house.sign(original, detached=True)


@pytest.fixture
def empty_house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """A new installation, on both databases."""
    with open_house(tmp_path / "house", SystemClock(), database_url) as found:
        yield found
