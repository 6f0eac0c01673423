"""What every test may use: both databases, a clock that stands still, the corpus, loopback sockets, outside tools."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL

from ops.platform.clock import FixedClock
from ops.platform.database import Database, parse_database_url

PROJECT = Path(__file__).resolve().parent.parent
CORPUS = PROJECT.parent / "shared" / "corpus"
POSTGRES = "TRUSTSPACE_TEST_POSTGRES"
# No test is timed: a busy machine says nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
SOFTHSM_MODULES = (Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/lib64/pkcs11/libsofthsm2.so"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`loopback` opens 127.0.0.1 and nothing else."""
    for item in items:
        if item.get_closest_marker("loopback"):
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1"]))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Octets are named by their argument: made anew in each process, they would give each worker other test names."""
    return argname if isinstance(val, bytes) else None


def _absent(reason: str) -> None:
    """Skip on a developer's machine; on CI an absent part is a failure, never a silent gap."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def absent() -> Callable[[str], None]:
    """`absent("no such engine")` says that something that cannot be asked for by its path is not there."""
    return _absent


@pytest.fixture(scope="session")
def require() -> Callable[[str], str]:
    """`require("openssl")` gives the tool's path, or skips the test (fails it under CI=true)."""

    def find(tool: str) -> str:
        path = shutil.which(tool)
        if path is None:
            _absent(f"{tool} is not installed")
        assert path is not None
        return path

    return find


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The directory of other people's real data beside the checkout; skipped where it is absent, on CI too."""
    if not CORPUS.is_dir():
        pytest.skip("no ../shared/corpus beside the checkout")
    return CORPUS


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at 2026-06-01T12:00:00Z until it is moved."""
    return FixedClock(datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def postgresql_server() -> URL:
    """The test server's address from TRUSTSPACE_TEST_POSTGRES; its user may create databases."""
    address = os.environ.get(POSTGRES)
    if not address:
        _absent(f"{POSTGRES} names no PostgreSQL server")
    return parse_database_url(str(address))


@pytest.fixture(scope="session")
def new_postgresql_database(postgresql_server: URL) -> Iterator[Callable[[], URL]]:
    """Creates empty databases of the server; they are dropped when the session ends."""
    names: list[str] = []
    admin = create_engine(postgresql_server, isolation_level="AUTOCOMMIT", pool_size=1)

    def create() -> URL:
        name = f"trustspace_test_{uuid.uuid4().hex}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        names.append(name)
        return postgresql_server.set(database=name)

    yield create
    with admin.connect() as connection:
        for name in names:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def postgresql_database(new_postgresql_database: Callable[[], URL]) -> URL:
    """One database per test process; each test gets a schema of its own in it."""
    return new_postgresql_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, empty, isolated database: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/trustspace.sqlite"
        return
    server: URL = request.getfixturevalue("postgresql_database")
    schema = f"t{uuid.uuid4().hex}"
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield server.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def empty_database(database_url: str) -> Iterator[Database]:
    """A database without tables, on both systems."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def database(empty_database: Database) -> Database:
    """A database with every table that the imported rooms declare, on both systems."""
    empty_database.create_tables()
    return empty_database


@dataclass(frozen=True)
class SoftHsm:
    """A PKCS#11 module with the tokens "keys", "keys-2" and "signing", all under one user PIN."""

    module: Path
    pin: str = "user-pin"


@pytest.fixture(scope="session")
def softhsm(require: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    """SoftHSM with fresh tokens. One for the process: the module reads its configuration once, when it is loaded."""
    tool = require("softhsm2-util")
    module = next((path for path in SOFTHSM_MODULES if path.exists()), None)
    if module is None:
        pytest.fail("softhsm2-util is installed, but its module is not where Debian and Fedora put it")
    directory = tmp_path_factory.mktemp("softhsm")
    (directory / "tokens").mkdir()
    configuration = directory / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {directory}/tokens\nobjectstore.backend = file\n")
    found = SoftHsm(module)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        for label in ("keys", "keys-2", "signing"):
            command = [tool, "--init-token", "--free", "--label", label, "--so-pin", "so-pin", "--pin", found.pin]
            subprocess.run(command, check=True, capture_output=True)
        yield found
