"""An installation on both databases, and one that already has a hierarchy."""

from pathlib import Path

import pytest

from ops.platform.clock import FixedClock
from ops.platform.database import Database
from tests.ca.world import World, open_world


@pytest.fixture
def world(database: Database, tmp_path: Path, clock: FixedClock) -> World:
    """A new installation without authorities."""
    return open_world(database, tmp_path, clock)


@pytest.fixture
def kazakhstan(world: World) -> World:
    """An installation with `kz-root` and `kz-ca`."""
    world.hierarchy("KZ")
    return world


@pytest.fixture
def plain_database(tmp_path: Path) -> Database:
    """SQLite alone, for what does not depend on the database."""
    import ca.models
    import ops.platform.audit  # noqa: F401 - both declare tables

    assert ca.models
    database = Database(f"sqlite:///{tmp_path}/plain.sqlite")
    database.create_tables()
    return database


@pytest.fixture
def kz(plain_database: Database, tmp_path: Path, clock: FixedClock) -> World:
    """As `kazakhstan`, on SQLite only."""
    world = open_world(plain_database, tmp_path, clock)
    world.hierarchy("KZ")
    return world
