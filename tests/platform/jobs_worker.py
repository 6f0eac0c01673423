"""A process that runs one durable job of three steps and can be killed in the middle of the second.

Arguments: database address, directory. Each step writes its name to the file `steps`; the second waits for ever unless
the file `go` exists. Prints the job's result.
"""

import sys
import time
from datetime import timedelta
from pathlib import Path

from ops.platform.clock import SystemClock
from ops.platform.jobs import JobRun, Jobs, Json


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(url: str, folder: Path) -> None:
    def note(text: str) -> str:
        with (folder / "steps").open("a", encoding="utf-8") as steps:
            steps.write(f"{text}\n")
        return text

    def second() -> str:
        note("second")
        while not (folder / "go").exists():
            time.sleep(0.01)
        return "second"

    def work(run: JobRun, arguments: object) -> Json:
        return [
            run.step("first", lambda: note("first")),
            run.step("second", second),
            run.step("third", lambda: "third"),
        ]

    jobs = Jobs(url, SystemClock(), poll=timedelta(milliseconds=20))
    jobs.register("three-steps", work)
    jobs.launch()
    job = jobs.enqueue("three-steps", {}, key="once")
    say(f"accepted {job}")
    say(str(jobs.wait(job)))
    jobs.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
