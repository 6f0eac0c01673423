"""The durable schedules of an installation: lists long before half their life, recovery, the mirror, signed heads.

Everything here is repeatable: a run that was killed half-way is simply done again (DESIGN §5).
"""

from collections.abc import Mapping
from datetime import timedelta

from ca.service import CertificateAuthority
from ops.platform.installation import Installation
from ops.platform.jobs import JobRun, Jobs, Json
from ops.platform.metrics import Metrics
from validator.mirror.schedule import schedule_mirror
from validator.mirror.service import StatusMirror

PUBLISH_JOB = "ca.publish-due"
RECOVER_JOB = "ca.recover"
HEAD_JOB = "audit.sign-head"


def installation_jobs(
    installation: Installation, authority: CertificateAuthority, metrics: Metrics, *, worker: str = "local"
) -> Jobs:
    """The jobs with everything registered and scheduled; `launch` them, and `close` them in the end."""

    settings = installation.settings
    jobs = Jobs(
        settings.jobs_url,
        installation.clock,
        worker=worker,
        retention=timedelta(days=settings.job_retention_days),
        metrics=metrics,
    )
    _schedule_authorities(jobs, authority)
    _schedule_audit(jobs, installation)
    schedule_mirror(jobs, StatusMirror(installation.database, installation.fetcher(), installation.clock))
    return jobs


def catch_up(authority: CertificateAuthority) -> None:
    """What must not wait for a schedule when a service starts: give up what a stopped process left, renew lists."""
    authority.recover()
    authority.publish_due()


def _schedule_authorities(jobs: Jobs, authority: CertificateAuthority) -> None:
    def publish(_run: JobRun, _arguments: Mapping[str, Json]) -> Json:
        return list(authority.publish_due())

    def recover(_run: JobRun, _arguments: Mapping[str, Json]) -> Json:
        return len(authority.recover())

    jobs.register(PUBLISH_JOB, publish)
    jobs.register(RECOVER_JOB, recover)
    # A list is due at half its life and after every change of status, so a minute bounds how long a revocation waits.
    jobs.schedule("ca-publish-due", PUBLISH_JOB, "* * * * *", {})
    jobs.schedule("ca-recover", RECOVER_JOB, "*/10 * * * *", {})


def _schedule_audit(jobs: Jobs, installation: Installation) -> None:
    def sign_head(_run: JobRun, _arguments: Mapping[str, Json]) -> Json:
        with installation.database.write() as session:
            return installation.audit.sign_head(session).size

    jobs.register(HEAD_JOB, sign_head)
    jobs.schedule("audit-sign-head", HEAD_JOB, "7 * * * *", {})
