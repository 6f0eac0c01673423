"""Puts the mirror on the platform's schedule: a durable job that collects what is due, and one that forgets."""

from collections.abc import Mapping
from datetime import timedelta

from ops.platform.jobs import JobRun, Jobs, Json
from validator.mirror.service import StatusMirror

COLLECT_JOB = "mirror.collect"
PRUNE_JOB = "mirror.prune"
KEEP_HISTORY = timedelta(days=3653)
"""Ten years: as long as a signature may be disputed in the states of the space; installations may keep longer."""


def schedule_mirror(
    jobs: Jobs, mirror: StatusMirror, *, cron: str = "*/5 * * * *", keep: timedelta = KEEP_HISTORY
) -> None:
    """Register and schedule both jobs; before `jobs.launch()`. `cron` in UTC says how often to look for due sources,
    `keep` how long history is kept."""

    def collect(run: JobRun, arguments: Mapping[str, Json]) -> Json:
        report = mirror.collect_due()
        return {"renewed": report.renewed, "unchanged": report.unchanged, "failed": report.failed}

    def prune(run: JobRun, arguments: Mapping[str, Json]) -> Json:
        return mirror.prune(keep)

    jobs.register(COLLECT_JOB, collect)
    jobs.register(PRUNE_JOB, prune)
    jobs.schedule("mirror-collect", COLLECT_JOB, cron, {})
    jobs.schedule("mirror-prune", PRUNE_JOB, "41 2 * * 0", {})
