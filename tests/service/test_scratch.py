"""A run's own database is upgraded and empty, and leaves nothing on the server."""

from pathlib import Path

from sqlalchemy import inspect, text

from ops.platform.database import Database
from ops.service.scratch import is_postgresql, scratch_database


def test_a_runs_own_database(database: Database, tmp_path: Path) -> None:
    own = database.url.render_as_string(hide_password=False)
    server = own if is_postgresql(own) else None
    with scratch_database(tmp_path, "run", server=server) as address:
        scratch = Database(address)
        assert scratch.is_postgresql == database.is_postgresql
        with scratch.read() as session:
            assert session.execute(text("SELECT count(*) FROM ca_certificate")).scalar_one() == 0
        scratch.close()
    assert (tmp_path / "run.sqlite").exists() == (server is None)
    if server is not None:
        assert not any(name.startswith("trustspace_run_") for name in inspect(database.engine).get_schema_names())
