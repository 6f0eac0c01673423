"""A judging process: reads tasks from standard input, answers on standard output, under bounds that nobody lifts again.

It knows no secret (its environment is empty but for the language and the import path), cannot write a file, and dies
rather than take more memory or processor time than a task is given.
"""

import os
import resource
import sys
from typing import Any, BinaryIO

from ops.service.web import wire
from policies.errors import TrustspaceError

STOPPED = "TS-WEB-WORKER"


def bound_process(memory: int) -> None:
    """Bound this process for good: address space in octets, no core dumps, no files written."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))


def allow_seconds(seconds: int) -> None:
    """Processor time until the next call: what was used so far and `seconds` more; then the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Answer tasks until the server goes away."""
    from ops.service.web.judging import perform

    wire.send(outgoing, {"ready": True})
    while True:
        try:
            task, blobs = wire.receive(incoming)
        except wire.WireError:
            return
        allow_seconds(int(task["seconds"]))
        try:
            answer, results = perform(task, blobs)
        except TrustspaceError as error:
            answer, results = {"error": error.as_dict(), "status": error.http_status}, ()
        except MemoryError:
            # What is left of this process is not to be trusted with another document.
            wire.send(outgoing, {"stopped": "memory"})
            return
        except Exception as error:  # noqa: BLE001 - the fault goes into the log by its type; its text may quote the file
            answer, results = {"failed": type(error).__name__, "trace": _places(error)}, ()
        wire.send(outgoing, answer, results)


def _places(error: BaseException) -> list[str]:
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-12:]
    return [f"{'/'.join(frame.filename.rsplit('/', 3)[-3:])}:{frame.lineno} {frame.name}" for frame in frames]


def main(arguments: list[str]) -> None:
    """`memory` in octets is the only argument. Standard output carries messages and nothing else."""
    incoming: Any = sys.stdin.buffer
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    bound_process(int(arguments[0]))
    try:
        serve(incoming, outgoing)
    except BrokenPipeError:
        return


if __name__ == "__main__":
    main(sys.argv[1:])
