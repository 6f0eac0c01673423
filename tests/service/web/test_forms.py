"""Reports handed out by the service in every form: sealed by it, described in its own description, replayable."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ca import identity
from ops.platform.clock import SystemClock
from ops.service.web.app import create_app
from signer.errors import CredentialUnknownError
from signer.service import SigningService
from tests.service.web.client import Client
from tests.service.web.conftest import LIMITS
from tests.service.web.house import House, open_house, paper
from validator.evidence import import_evidence
from validator.gather import AnchorInput, Source
from validator.report.replay import read_report, replay_report
from validator.service import ValidationRequest, validate


@pytest.fixture(scope="module")
def sealing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation with a seal of its own."""
    with open_house(tmp_path_factory.mktemp("sealed"), SystemClock(), report_seal="seal") as found:
        found.build()
        found.add_unit()
        subject = identity.legal_person("KZ", organization="Recognition Service", identifier="050140000011")
        issued = found.issue("legal-person", subject, "seal")
        parts = found.installation
        signer = SigningService(parts.database, parts.keys, parts.audit, parts.clock)
        signer.credentials.add("seal", owner="service", key_label="seal", certificate=issued.der, chain=found.chain)
        yield found


@pytest.fixture(scope="module")
def sealed_client(sealing: House) -> Iterator[Client]:
    application = create_app(sealing.installation, sealing.authority, limits=LIMITS)
    yield Client(application)
    application.close()


@pytest.fixture(scope="module")
def reports(sealing: House, sealed_client: Client) -> dict[str, str]:
    asked = {"forum": "KZ", "offline": "true", "lang": "kk"}
    found = sealed_client.post("/api/v1/validate", files={"file": ("a.pdf", sealing.sign(paper()))}, data=asked)
    assert found.status_code == 200
    addresses: dict[str, str] = found.json()["reports"]
    return addresses


def judged(house: House, document: bytes, *detached: bytes) -> str:
    request = ValidationRequest(
        document=Source("report", document),
        detached=tuple(Source("content", item) for item in detached),
        anchors=(AnchorInput(source=Source("root", house.chain[-1]), territory="KZ"),),
    )
    return str(validate(request).verdict.indication)


def test_a_pdf_is_sealed_speaks_the_language_asked_for_and_replays(
    sealing: House, sealed_client: Client, reports: dict[str, str]
) -> None:
    found = sealed_client.get(reports["pdf"])
    assert found.headers["content-type"] == "application/pdf"
    assert judged(sealing, found.content) == "TOTAL-PASSED"
    read = read_report(found.content)
    assert read.languages == ("kk",)
    assert replay_report(read).same
    assert sealed_client.get(reports["pdf"]).content == found.content
    both = read_report(sealed_client.get(reports["pdf"], params={"lang": "be,kk"}).content)
    assert both.languages == ("be", "kk")


@pytest.mark.parametrize("form", ["xml", "json", "html"])
def test_other_forms_have_their_seal_beside(
    sealing: House, sealed_client: Client, reports: dict[str, str], form: str
) -> None:
    address = reports["pdf"].replace("forms/pdf", f"forms/{form}")
    octets, seal = sealed_client.get(address).content, sealed_client.get(f"{address}/seal").content
    assert judged(sealing, seal, octets) == "TOTAL-PASSED"
    if form != "html":
        evidence = import_evidence(sealed_client.get(reports["evidence"]).content)
        assert replay_report(read_report(octets), evidence).same


def test_reports_are_what_the_description_says(sealed_client: Client, reports: dict[str, str]) -> None:
    description = sealed_client.get("/api/v1/openapi.json").json()
    for name, body in (
        ("Report", sealed_client.get(reports["json"]).json()),
        ("AnswerLine", sealed_client.get(reports["json"]).json()),
    ):
        schema: dict[str, Any] = {"$ref": f"#/components/schemas/{name}", "components": description["components"]}
        assert [error.message for error in Draft202012Validator(schema).iter_errors(body)] == []
    answered = description["paths"]["/api/v1/reports/{report_id}"]["get"]["responses"]["200"]
    assert answered["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Report"}


def test_anchors_of_the_askers_own_are_told_in_every_form(sealing: House, sealed_client: Client) -> None:
    files = [("file", ("a.pdf", sealing.sign(paper()))), ("anchors", ("own.cer", sealing.chain[-1]))]
    asked = {"offline": "true", "lang": "en"}
    addresses = sealed_client.post("/api/v1/validate", files=files, data=asked).json()["reports"]
    pdf = sealed_client.get(addresses["pdf"]).content
    read = read_report(pdf)
    assert read.notices
    assert "trust anchors of their own" in read.notices[0]
    assert replay_report(read).same
    assert "trust anchors of their own" in sealed_client.get(addresses["xml"]).text
    assert json.loads(sealed_client.get(addresses["json"]).content)["notices"] == list(read.notices)


def test_what_cannot_be_handed_out_is_told(sealed_client: Client, reports: dict[str, str]) -> None:
    assert sealed_client.get(reports["pdf"], params={"lang": "xx"}).status_code == 422
    assert sealed_client.get(reports["pdf"], params={"lang": "en,en"}).status_code == 422
    assert sealed_client.get(reports["pdf"].replace("forms/pdf", "forms/odt")).status_code == 422
    assert sealed_client.get("/api/v1/reports/nothing/forms/pdf").status_code == 404
    assert sealed_client.get(f"{reports['pdf']}/seal").status_code == 404


def test_an_installation_without_seal_says_so(client: Client, house: House) -> None:
    found = client.post("/validate", files={"file": ("a.pdf", house.sign(paper()))}, data={"offline": "true"})
    assert found.status_code == 303, found.text[:3000]
    page = client.get(found.headers["location"])
    assert "no seal of its own" in page.text
    address = found.headers["location"].replace("/r/", "/api/v1/reports/")
    assert client.get(f"{address}/forms/pdf").content.startswith(b"%PDF")
    assert client.get(f"{address}/forms/xml/seal").status_code == 404


def test_a_seal_that_does_not_exist_stops_the_start(tmp_path: Path) -> None:
    with open_house(tmp_path / "wrong", SystemClock(), report_seal="nobody") as found:
        found.build()
        found.add_unit()
        with pytest.raises(CredentialUnknownError):
            create_app(found.installation, found.authority, limits=LIMITS)


def test_the_page_offers_every_language(sealed_client: Client, reports: dict[str, str]) -> None:
    page = sealed_client.get(reports["html"]).text
    assert page.count("/forms/pdf?lang=") == 8
    assert "sealed" in page
