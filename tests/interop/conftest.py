"""The installation whose products other people's programs judge."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.platform.clock import FixedClock, SystemClock
from ops.platform.database import Database
from tests.ca.world import World, open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A new installation whose clock stands at the machine's time: other programs judge by that."""
    import ca.models
    import ops.platform.audit  # noqa: F401 - both declare tables

    assert ca.models
    database = Database(f"sqlite:///{tmp_path}/world.sqlite")
    database.create_tables()
    yield open_world(database, tmp_path, FixedClock(SystemClock().now()))
    database.close()
