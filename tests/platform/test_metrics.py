"""Metrics render as Prometheus reads them, one registry each."""

from prometheus_client.parser import text_string_to_metric_families

from ops.platform.metrics import CONTENT_TYPE, Metrics


def test_counts_are_rendered() -> None:
    metrics = Metrics()
    metrics.validations.labels("TOTAL-FAILED", "HASH_FAILURE").inc()
    metrics.request_seconds.labels("/ocsp").observe(0.002)
    families = {family.name: family for family in text_string_to_metric_families(metrics.render().decode())}
    (sample,) = [s for s in families["trustspace_validations"].samples if s.name.endswith("_total")]
    assert (sample.labels, sample.value) == ({"indication": "TOTAL-FAILED", "sub_indication": "HASH_FAILURE"}, 1.0)
    assert "trustspace_http_request_seconds" in families
    assert CONTENT_TYPE.startswith("text/plain; version=0.0.4")


def test_two_services_do_not_mix() -> None:
    one, other = Metrics(), Metrics()
    one.audit_entries.inc(3)
    assert b"trustspace_audit_entries_total 3.0" in one.render()
    assert b"trustspace_audit_entries_total 0.0" in other.render()


def test_every_metric_is_ours_and_explained() -> None:
    for family in Metrics().registry.collect():
        assert family.name.startswith("trustspace_")
        assert family.documentation.endswith(".")
