"""What the API says about an installation, on both databases: authorities, law, health, metrics, itself."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from ca import identity
from ops.platform.clock import FixedClock
from ops.platform.metrics import Metrics
from ops.service.web.app import WebApplication, create_app
from ops.service.web.health import Health
from tests.service.web.client import Client
from tests.service.web.conftest import LIMITS
from tests.service.web.house import House, paper


@pytest.fixture
def app(empty_house: House) -> Iterator[WebApplication]:
    found = create_app(empty_house.installation, empty_house.authority, limits=LIMITS)
    yield found
    found.close()


def test_an_empty_installation(app: WebApplication) -> None:
    client = Client(app)
    assert client.get("/api/v1/authorities").json() == {"authorities": []}
    assert client.get("/").status_code == 200
    assert client.get("/api/v1/health").json()["healthy"] is True


def test_authorities_and_their_certificates(app: WebApplication, empty_house: House) -> None:
    empty_house.build()
    empty_house.issue("natural-person", _person(), "person")
    client = Client(app)
    listed = client.get("/api/v1/authorities").json()["authorities"]
    assert [(item["name"], item["jurisdiction"], item["parent"]) for item in listed] == [
        ("kz-root", "KZ", None),
        ("kz-ca", "KZ", "kz-root"),
    ]
    found = client.get("/api/v1/authorities/kz-ca/certificates").text
    assert '"profile":"ocsp"' in found
    # Who holds a certificate is not published.
    assert "Сейтова" not in found


def _person() -> tuple[tuple[str, str], ...]:
    return identity.natural_person("KZ", given_name="Айгүл", surname="Сейтова", identifier="850615300129")


def test_a_document_is_judged_by_what_the_database_holds(app: WebApplication, empty_house: House) -> None:
    empty_house.build()
    empty_house.add_unit()
    files = {"file": ("contract.pdf", empty_house.sign(paper()))}
    client = Client(app)
    answer = client.post("/api/v1/validate", files=files, data={"forum": "KZ", "offline": "true"}).json()
    assert answer["indication"] == "TOTAL-PASSED"
    assert answer["recognition"][0]["decision"] == "RECOGNISED"


def test_the_law_is_listed(client: Client) -> None:
    codes = {row["code"] for row in client.get("/api/v1/jurisdictions").json()["jurisdictions"]}
    assert {"AM", "BY", "KZ", "KG", "RU", "EAEU"} <= codes
    assert all(row["citation"] for row in client.get("/api/v1/instruments").json()["instruments"])
    reasons = client.get("/api/v1/reasons", params={"lang": "ru"}).json()["reasons"]
    assert len({row["code"] for row in reasons}) == len(reasons) > 100


def test_the_description_names_every_field_of_the_form(client: Client) -> None:
    described = client.get("/api/v1/openapi.json").json()
    form = described["paths"]["/api/v1/validate"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert {"file", "detached", "anchors", "certs", "crls", "forum", "policy", "at", "lang"} <= set(form["properties"])
    for path in ("/api/v1/health", "/api/v1/authorities", "/api/v1/reasons", "/api/v1/reports/{report_id}"):
        assert path in described["paths"]


@pytest.mark.parametrize(
    "address", ["/", "/nothing", "/api/v1/health", "/static/trustspace.css", "/crl/kz-root.crl", "/metrics"]
)
def test_every_answer_is_hardened(client: Client, address: str) -> None:
    headers = client.get(address).headers
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_health_names_a_list_that_is_missing(app: WebApplication, empty_house: House) -> None:
    empty_house.build()
    assert Client(app).get("/api/v1/health").status_code == 200
    with empty_house.installation.database.write() as session:
        session.execute(text("DELETE FROM ca_crl"))
    found = _health(empty_house).checks()
    assert {check.name for check in found if not check.is_good} == {"crl:kz-root", "crl:kz-ca"}


def _health(house: House) -> Health:
    return Health(house.installation, house.authority, Metrics())


def test_health_sees_that_the_audit_log_cannot_be_written(empty_house: House) -> None:
    with empty_house.installation.database.write() as session:
        session.execute(text("ALTER TABLE audit_entry RENAME TO audit_entry_away"))
    bad = {check.name for check in _health(empty_house).checks() if not check.is_good}
    with empty_house.installation.database.write() as session:
        session.execute(text("ALTER TABLE audit_entry_away RENAME TO audit_entry"))
    assert "audit-log" in bad
    assert all(check.is_good for check in _health(empty_house).checks())


def test_a_health_check_leaves_no_entry(empty_house: House) -> None:
    audit, database = empty_house.installation.audit, empty_house.installation.database
    with database.read() as session:
        before = len(list(audit.entries(session)))
    assert all(check.is_good for check in _health(empty_house).checks())
    with database.write() as session:
        audit.append(session, "test.event", "after", {})
    with database.read() as session:
        assert len(list(audit.entries(session))) == before + 1


def test_health_sees_a_clock_that_is_set(empty_house: House) -> None:
    steady = iter((0.0, 100.0, 100.0, 100.0))
    looked = Health(empty_house.installation, empty_house.authority, Metrics(), lambda: next(steady))
    assert [check.name for check in looked.checks() if not check.is_good] == ["clock"]


def test_health_sees_a_list_past_half_its_life(tmp_path: object, clock: FixedClock) -> None:
    from pathlib import Path

    from tests.service.web.house import open_house

    with open_house(Path(str(tmp_path)) / "late", clock) as house:
        house.build()
        assert all(check.is_good for check in _health(house).checks())
        clock.advance(timedelta(days=3, hours=13))
        bad = {check.name for check in _health(house).checks() if not check.is_good}
        assert {"crl:kz-root", "crl:kz-ca"} <= bad
        assert house.authority.publish_due()
        assert all(check.is_good for check in _health(house).checks())


def test_metrics_count_requests_without_their_paths(client: Client) -> None:
    client.get("/some/secret/name")
    found = client.get("/metrics").text
    assert 'endpoint="other"' in found
    assert "secret" not in found
