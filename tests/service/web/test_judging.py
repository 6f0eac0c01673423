"""Judging over HTTP: the API's answer is the interface's line, and the page ends in the report."""

from pathlib import Path

from ops.service.web.app import WebApplication, create_app
from tests.service.web.client import Client
from tests.service.web.conftest import LIMITS
from tests.service.web.house import COMPANY, House
from validator.evidence import import_evidence

MEMBERS = ["id", "indication", "subIndication", "signatures", "timestamps", "evidenceRecords", "recognition", "reasons"]


def post(client: Client, octets: bytes, **fields: str) -> dict:
    answer = client.post(
        "/api/v1/validate", files={"file": ("contract.pdf", octets)}, data={"offline": "true"} | fields
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_answer_is_the_interfaces_line(client: Client, signed: bytes) -> None:
    answer = post(client, signed, forum="KZ", documentKind="contract", relyingParty="legal-person")
    assert list(answer)[:-1] == MEMBERS
    assert answer["indication"] == "TOTAL-PASSED", answer
    assert [item["signer"] for item in answer["signatures"]] == [COMPANY]
    assert [(item["forum"], item["decision"]) for item in answer["recognition"]] == [("KZ", "RECOGNISED")]


def test_without_a_forum_nothing_is_trusted(client: Client, signed: bytes) -> None:
    answer = post(client, signed)
    assert answer["indication"] == "INDETERMINATE"
    assert answer["recognition"] == []


def test_the_services_own_policy_applies_where_none_is_chosen(house: House, signed: bytes, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    text = 'title = "mine"\nextends = "default"\n[signature]\n"SAV.commitment" = "fail"\n'
    file.write_text(text, encoding="utf-8")
    application = create_app(house.installation, house.authority, limits=LIMITS, policy=str(file))
    try:
        client = Client(application)
        own = post(client, signed, forum="KZ")
        chosen = post(client, signed, forum="KZ", policy="default")
    finally:
        application.close()
    assert (own["indication"], own["subIndication"]) == ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE")
    assert chosen["indication"] == "TOTAL-PASSED"


def test_another_forum_trusts_its_own_roots_only(client: Client, signed: bytes) -> None:
    answer = post(client, signed, forum="BY")
    assert answer["indication"] == "INDETERMINATE"
    assert [item["decision"] for item in answer["recognition"]] != ["RECOGNISED"]


def test_an_uploaded_anchor_is_used_and_named(client: Client, house: House, signed: bytes) -> None:
    files = [("file", ("contract.pdf", signed)), ("anchors", ("my-root.cer", house.chain[-1]))]
    answer = client.post("/api/v1/validate", files=files, data={"offline": "true"}).json()
    assert answer["indication"] == "TOTAL-PASSED"
    page = client.get(answer["reports"]["html"]).text
    assert "given with the document: my-root.cer" in page
    # Who is shown the report's address did not choose that anchor, and is told so first of all.
    assert "handed in trust anchors of their own" in page[: page.index('class="axes"')]
    saved = client.get(answer["reports"]["html"] + "/report.html").text
    assert "handed in trust anchors of their own" in saved


def test_the_installations_anchor_is_named(client: Client, signed: bytes) -> None:
    answer = post(client, signed, forum="KZ")
    assert "this installation: root kz-root" in client.get(answer["reports"]["html"]).text


def test_a_changed_document_fails(client: Client, signed: bytes) -> None:
    broken = signed.replace(b"Contract 1", b"Contract 2") if b"Contract 1" in signed else _flip(signed)
    assert post(client, broken, forum="KZ")["indication"] == "TOTAL-FAILED"


def _flip(octets: bytes) -> bytes:
    # Inside the page's content stream, long before the signature.
    place = octets.index(b"stream") + 12
    return octets[:place] + bytes((octets[place] ^ 1,)) + octets[place + 1 :]


def test_a_detached_signature_with_its_original(client: Client, detached: tuple[bytes, bytes]) -> None:
    original, signature = detached
    files = [("file", ("contract.p7s", signature)), ("detached", ("contract.txt", original))]
    answer = client.post("/api/v1/validate", files=files, data={"forum": "KZ", "offline": "true"}).json()
    assert answer["indication"] == "TOTAL-PASSED"


def test_judging_at_a_time_before_the_certificate(client: Client, signed: bytes) -> None:
    answer = post(client, signed, forum="KZ", at="2020-01-01T00:00:00Z")
    assert answer["indication"] != "TOTAL-PASSED"
    assert "chose the time 2020-01-01T00:00:00Z" in client.get(answer["reports"]["html"]).text


def test_the_reports_can_be_taken_along(client: Client, signed: bytes) -> None:
    links = post(client, signed, forum="KZ")["reports"]
    assert client.get(links["json"]).json()["replay"]["verdict"]
    assert import_evidence(client.get(links["evidence"]).content).container == "pdf"
    saved = client.get(links["html"] + "/report.html")
    assert saved.headers["content-disposition"].startswith("attachment")
    assert saved.text.startswith("<!doctype html>")


def test_the_page_ends_in_the_report(client: Client, signed: bytes) -> None:
    answer = client.post("/validate", files={"file": ("contract.pdf", signed)}, data={"forum": "KZ", "offline": "true"})
    assert answer.status_code == 303
    page = client.get(answer.headers["location"])
    assert page.status_code == 200
    assert COMPANY in page.text
    assert "TOTAL-PASSED" in page.text


def test_another_forum_never_inherits_the_first_ones_trust(client: Client, signed: bytes) -> None:
    first = post(client, signed, forum="KZ")
    address = first["reports"]["html"]
    moved = client.post(f"{address}/forum", files={"forum": (None, "BY")})
    assert moved.status_code == 303
    again = client.get("/api/v1/reports/" + moved.headers["location"].removeprefix("/r/")).json()
    direct = post(client, signed, forum="BY", at=again["replay"]["at"])
    for name in ("indication", "subIndication", "recognition"):
        assert again[name] == direct[name]
    assert again["indication"] == "INDETERMINATE"
    assert again["recognition"][0]["decision"] != "RECOGNISED"


def test_back_at_the_first_forum_the_verdict_is_the_first(client: Client, signed: bytes) -> None:
    first = post(client, signed, forum="KZ")
    there = client.post(first["reports"]["html"] + "/forum", files={"forum": (None, "BY")}).headers["location"]
    back = client.post(f"{there}/forum", files={"forum": (None, "KZ")}).headers["location"]
    again = client.get(back.replace("/r/", "/api/v1/reports/")).json()
    assert {name: again[name] for name in MEMBERS[1:]} == {name: first[name] for name in MEMBERS[1:]}


def test_a_report_nobody_made_is_not_there(client: Client) -> None:
    answer = client.get("/api/v1/reports/unknown")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "TS-WEB-REPORT-GONE")
    assert client.get("/r/unknown").status_code == 404


def test_judgements_are_counted(application: WebApplication, client: Client, signed: bytes) -> None:
    post(client, signed, forum="KZ")
    text = client.get("/metrics").text
    assert 'trustspace_validations_total{indication="TOTAL-PASSED",sub_indication=""}' in text
    assert 'trustspace_recognitions_total{decision="RECOGNISED",forum="KZ"}' in text
