"""A judging process that does on request what a hostile document might make a real one do."""

import json
import os
import sys
import time
from contextlib import suppress
from typing import Any

from ops.service.web import judging, worker

REAL = judging.perform


def perform(task: dict[str, Any], blobs: tuple[bytes, ...]) -> Any:
    match blobs[0].partition(b" ")[0]:
        case b"spin":
            while True:
                pass
        case b"sleep":
            time.sleep(600)
        case b"memory":
            return {"octets": len(bytearray(1 << 40))}, ()
        case b"die":
            os._exit(3)
        case b"write":
            with open(os.path.join(blobs[0].split()[1].decode(), "leak"), "wb") as stream:
                stream.write(blobs[0])
        case b"fault":
            raise ValueError("the secret content of the file")
        case b"environment":
            return {"names": sorted(os.environ)}, (json.dumps(sys.argv[1:]).encode(),)
        case b"nonsense":
            # Standard output is closed to it; only the messages' own pipe is left.
            for descriptor in range(3, 20):
                with suppress(OSError):
                    os.write(descriptor, b"\xff" * 100)
    return REAL(task, blobs)


if __name__ == "__main__":
    judging.perform = perform
    worker.main(sys.argv[1:])
