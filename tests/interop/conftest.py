"""The installation whose products other people's programs judge."""

import logging
import subprocess
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from ops.platform.clock import FixedClock, SystemClock
from ops.platform.database import Database
from tests.ca.world import World, open_world
from tests.interop.peers import BouncyCastle, OpenSsl

JARS = tuple(Path("/usr/share/java") / name for name in ("bcprov.jar", "bcpkix.jar", "bcutil.jar"))


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


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An installation for a whole module, at the machine's time: each test builds houses of its own in it."""
    import signer.models
    import signer.tsa.models  # noqa: F401 - all declare tables

    folder = tmp_path_factory.mktemp("world")
    database = Database(f"sqlite:///{folder}/world.sqlite")
    database.create_tables()
    logging.getLogger("ops.platform.keys.private").setLevel(logging.ERROR)
    yield open_world(database, folder, FixedClock(SystemClock().now()))
    database.close()


@pytest.fixture(scope="session")
def pdf() -> bytes:
    """A plain page."""
    output = BytesIO()
    canvas = Canvas(output, invariant=True)
    canvas.drawString(72, 720, "Contract")
    canvas.showPage()
    canvas.save()
    return output.getvalue()


@pytest.fixture
def plain_openssl(require: Callable[[str], str], tmp_path: Path) -> OpenSsl:
    """OpenSSL as it comes."""
    return OpenSsl(require("openssl"), tmp_path, engine=False)


@pytest.fixture
def gost_openssl(require: Callable[[str], str], absent: Callable[[str], None], tmp_path: Path) -> OpenSsl:
    """OpenSSL with the GOST engine (Debian's libengine-gost-openssl)."""
    found = OpenSsl(require("openssl"), tmp_path, engine=True)
    if found.run("engine", "gost").status != 0:
        absent("OpenSSL has no GOST engine; apt-get install libengine-gost-openssl")
    return found


@pytest.fixture(scope="session")
def bouncy_castle(
    require: Callable[[str], str], absent: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory
) -> BouncyCastle:
    """Bouncy Castle of Debian (libbcprov-java, libbcpkix-java) behind a small program compiled here."""
    compiler = require("javac")
    if not all(jar.exists() for jar in JARS):
        absent("Bouncy Castle is not installed; apt-get install libbcprov-java libbcpkix-java")
    folder, jars = tmp_path_factory.mktemp("peer"), ":".join(map(str, JARS))
    source = Path(__file__).with_name("Peer.java")
    subprocess.run(
        [compiler, "-cp", jars, "-d", str(folder), str(source)], check=True, capture_output=True, timeout=120
    )
    return BouncyCastle(require("java"), f"{jars}:{folder}")
