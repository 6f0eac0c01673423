"""What a running installation counts and measures, in Prometheus' text format.

One registry per `Metrics`, none global: tests and several services in one process do not mix. Labels take few, known
values (never a file, a serial number or a name), so that the number of series stays bounded and holds no personal data.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """The project's metrics. Attributes are prometheus-client objects: `metrics.issued.labels("tsa").inc()`."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.requests = Counter(
            "trustspace_http_requests_total", "HTTP requests.", ["endpoint", "status"], registry=registry
        )
        self.request_seconds = Histogram(
            "trustspace_http_request_seconds",
            "Time of HTTP requests.",
            ["endpoint"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.issued = Counter("trustspace_certificates_issued_total", "Certificates.", ["profile"], registry=registry)
        self.revoked = Counter("trustspace_certificates_revoked_total", "Revocations.", ["reason"], registry=registry)
        self.crl_next_update = Gauge(
            "trustspace_crl_next_update_seconds",
            "When the CRL goes stale, Unix time.",
            ["authority"],
            registry=registry,
        )
        self.ocsp_responses = Counter(
            "trustspace_ocsp_responses_total", "OCSP answers.", ["certificate_status"], registry=registry
        )
        self.timestamps = Counter("trustspace_timestamps_total", "Time-stamp answers.", ["status"], registry=registry)
        self.signatures = Counter(
            "trustspace_signatures_total", "Signatures made.", ["format", "level"], registry=registry
        )
        self.validations = Counter(
            "trustspace_validations_total", "Judged documents.", ["indication", "sub_indication"], registry=registry
        )
        self.validation_seconds = Histogram(
            "trustspace_validation_seconds", "Time of judging a document.", buckets=_SECONDS, registry=registry
        )
        self.recognitions = Counter(
            "trustspace_recognitions_total", "Decisions on recognition.", ["forum", "decision"], registry=registry
        )
        self.fetches = Counter("trustspace_fetches_total", "Guarded fetches.", ["outcome"], registry=registry)
        self.mirror_age_seconds = Gauge(
            "trustspace_mirror_age_seconds", "Age of mirrored status.", ["service"], registry=registry
        )
        self.jobs = Counter("trustspace_jobs_total", "Finished jobs.", ["job", "outcome"], registry=registry)
        self.audit_entries = Counter("trustspace_audit_entries_total", "Audit entries written.", registry=registry)
        self.errors = Counter("trustspace_errors_total", "Errors shown to somebody.", ["code"], registry=registry)

    def render(self) -> bytes:
        """All series in the text exposition format 0.0.4 (UTF-8), for a response of type `CONTENT_TYPE`."""
        return generate_latest(self.registry)
