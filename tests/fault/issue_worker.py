"""Issues certificates in a process of its own, which may be told to kill itself at a step.

Arguments: database address, folder, step at which to stop (or "-"), number of certificates, base time. Each certificate
that is acknowledged is one line on standard output, flushed: `issued SERIAL SHA256`; a prepared one is
`prepared SERIAL`. The process gives itself no chance to clean up: SIGKILL, as after a loss of power.
"""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from ops.platform.clock import FixedClock
from ops.platform.database import Database
from tests.ca.world import open_world


def main(address: str, folder: str, stop_at: str, count: str, at: str) -> None:
    """Issue, and stop at the step."""

    def step(name: str) -> None:
        if name == stop_at:
            os.kill(os.getpid(), signal.SIGKILL)

    world = open_world(Database(address), Path(folder), FixedClock(datetime.fromisoformat(at)), step=step)
    for _ in range(int(count)):
        prepared = world.ca.prepare(world.request())
        print(f"prepared {prepared.serial:040x}", flush=True)  # noqa: T201 - what the test reads
        issued = world.ca.issue(prepared.token)
        print(f"issued {issued.serial:040x} {issued.sha256}", flush=True)  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main(*sys.argv[1:])
