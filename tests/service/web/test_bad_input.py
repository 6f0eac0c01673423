"""Everything that can be wrong with a request: a code, a sentence and a next step, on the API and on the page."""

import asyncio
import re
from html import unescape
from typing import Any

import pytest

from ops.service.web import limits
from ops.service.web.app import WebApplication
from tests.service.web.client import Client
from tests.service.web.house import paper

LIMIT = 4 * 2**20

File = tuple[str, bytes]


def encrypted() -> bytes:
    from io import BytesIO

    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(BytesIO(paper())))
    writer.encrypt(owner_pass="owner", user_pass="user")
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


UNREADABLE = {
    "zero octets": b"",
    "not a PDF": b"just some text\n",
    "half a PDF": paper()[: len(paper()) // 2],
    "an encrypted PDF": encrypted(),
    "an image": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "a broken CMS": b"\x30\x82\xff\xff" + bytes(100),
}

FIELDS = {
    "forum": "XX",
    "at": "yesterday",
    "policy": "no-such-policy",
    "documentKind": "poem",
    "relyingParty": "cat",
    "lang": "xx",
    "offline": "perhaps",
}


def alert(page: str) -> str:
    """The text of the page's alert region."""
    found = re.search(r'<div class="alert" role="alert"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert found, page
    return unescape(re.sub(r"<[^>]+>", " ", found.group(1)))


def complete(error: Any) -> None:
    assert re.fullmatch(r"TS-[A-Z0-9-]+", error["code"])
    assert error["message"].endswith(".")
    assert error["nextStep"].endswith(".")


def both(client: Client, **options: Any) -> tuple[Any, Any]:
    return client.post("/api/v1/validate", **options), client.post("/validate", **options)


def agree(api: Any, page: Any, status: int, code: str) -> None:
    assert (api.status_code, page.status_code) == (status, status), api.text
    error = api.json()["error"]
    complete(error)
    assert error["code"] == code
    told = alert(page.text)
    assert code in told
    assert error["message"] in told
    assert error["nextStep"] in told


@pytest.mark.parametrize("octets", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_file_that_is_no_signed_form(client: Client, octets: bytes) -> None:
    files = {"file": ("contract.pdf", octets)}
    api, page = both(client, files=files, data={"forum": "KZ", "offline": "true", "documentKind": "contract"})
    agree(api, page, 422, api.json()["error"]["code"])
    # The verdict's members stand beside the error, as the batch interface would give them.
    assert api.json()["indication"] in ("NO-SIGNATURE", "TOTAL-FAILED")
    assert '<option value="KZ" selected>' in page.text
    assert '<option value="contract" selected>' in page.text


def test_a_pdf_without_signature_is_an_answer_and_no_error(client: Client) -> None:
    api, page = both(client, files={"file": ("contract.pdf", paper())}, data={"offline": "true"})
    assert (api.status_code, api.json()["indication"]) == (200, "NO-SIGNATURE")
    assert page.status_code == 303


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_with_an_impossible_value(client: Client, name: str) -> None:
    data = {"forum": "KZ", "documentKind": "contract"} | {name: FIELDS[name]}
    api, page = both(client, files={"file": ("contract.pdf", paper())}, data=data)
    agree(api, page, 422, "TS-WEB-FIELD")
    if name != "forum":
        assert '<option value="KZ" selected>' in page.text


@pytest.mark.parametrize("at", ["2999-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "2026-13-01", "1e9"])
def test_a_time_that_cannot_be_judged_for(client: Client, at: str) -> None:
    api, page = both(client, files={"file": ("contract.pdf", paper())}, data={"at": at})
    agree(api, page, 422, "TS-WEB-FIELD")


def test_a_field_that_is_not_utf8(client: Client) -> None:
    body, media_type = multipart([("forum", None, b"\xff\xfe"), ("file", "contract.pdf", paper())])
    api, page = both(client, content=body, headers={"content-type": media_type})
    agree(api, page, 422, "TS-WEB-FIELD")


def test_a_field_nobody_knows(client: Client) -> None:
    api, page = both(client, files={"file": ("contract.pdf", paper())}, data={"nonsense": "1"})
    agree(api, page, 422, "TS-WEB-FIELD")


def test_two_files(client: Client) -> None:
    api, page = both(client, files=[("file", ("a.pdf", paper())), ("file", ("b.pdf", paper()))])
    agree(api, page, 422, "TS-WEB-FIELD")


def test_a_text_where_a_file_belongs(client: Client) -> None:
    body, media_type = multipart([("file", None, b"hello")])
    api, page = both(client, content=body, headers={"content-type": media_type})
    agree(api, page, 422, "TS-WEB-FIELD")


def test_no_file(client: Client) -> None:
    api, page = both(client, files={"forum": (None, "KZ")})
    agree(api, page, 422, "TS-WEB-NO-FILE")
    assert '<option value="KZ" selected>' in page.text


def test_an_empty_file_field_as_browsers_send_it(client: Client) -> None:
    body, media_type = multipart([("file", "", b""), ("forum", None, b"KZ")])
    api, page = both(client, content=body, headers={"content-type": media_type})
    agree(api, page, 422, "TS-WEB-NO-FILE")


@pytest.mark.parametrize("media_type", ["application/json", "application/pdf", "text/plain", ""])
def test_another_media_type(client: Client, media_type: str) -> None:
    api, page = both(client, content=b"{}", headers={"content-type": media_type})
    agree(api, page, 415, "TS-WEB-MEDIA-TYPE")


@pytest.mark.parametrize(
    "body",
    [
        b"no boundary anywhere",
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nnever ended',
        b"--b\r\nContent-Type: text/plain\r\n\r\nno name\r\n--b--\r\n",
        b"",
    ],
    ids=["no boundary", "never ended", "no name", "empty"],
)
def test_a_broken_form(client: Client, body: bytes) -> None:
    headers = {"content-type": "multipart/form-data; boundary=b"}
    api, page = both(client, content=body, headers=headers)
    agree(api, page, 400, "TS-WEB-FORM")


def test_a_form_without_boundary(client: Client) -> None:
    api, page = both(client, content=b"x", headers={"content-type": "multipart/form-data"})
    agree(api, page, 400, "TS-WEB-FORM")


@pytest.mark.parametrize("name", [None, "part.bin"])
def test_thousands_of_parts(client: Client, name: str | None) -> None:
    body, media_type = multipart([(f"p{number}", name, b"x") for number in range(5000)])
    api, page = both(client, content=body, headers={"content-type": media_type})
    agree(api, page, 400, "TS-WEB-FORM")


def test_a_field_as_long_as_a_book(client: Client) -> None:
    body, media_type = multipart([("forum", None, b"K" * 100_000), ("file", "contract.pdf", paper())])
    api, page = both(client, content=body, headers={"content-type": media_type})
    agree(api, page, 400, "TS-WEB-FORM")


def test_a_file_that_is_announced_too_large(client: Client) -> None:
    api, page = both(client, files={"file": ("zeros.pdf", bytes(LIMIT + 1))})
    agree(api, page, 413, "TS-WEB-TOO-LARGE")


def test_a_file_that_grows_too_large(application: WebApplication) -> None:
    """Sent in chunks without a length: refused on the way, having held no more than the limit."""
    taken = 0

    async def chunks() -> Any:
        nonlocal taken
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        for _ in range(200):
            taken += 2**20
            yield bytes(2**20)

    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = Client(application).post("/api/v1/validate", content=chunks(), headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "TS-WEB-TOO-LARGE")
    assert taken <= LIMIT + 2 * 2**20


def test_a_body_that_stands_still(application: WebApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LONGEST_PAUSE", 0.05)

    async def chunks() -> Any:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        await asyncio.sleep(600)

    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = Client(application).post("/api/v1/validate", content=chunks(), headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (408, "TS-WEB-SLOW")


def test_an_anchor_that_is_none(client: Client, signed: bytes) -> None:
    files = [("file", ("contract.pdf", signed)), ("anchors", ("root.cer", b"nonsense"))]
    api, page = both(client, files=files, data={"offline": "true"})
    agree(api, page, 422, "TS-DOC-TRUST-MATERIAL")


@pytest.mark.parametrize("address", ["/api/v1/nothing", "/api/v1/authorities/nobody/certificates"])
def test_an_api_address_that_leads_nowhere(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    complete(answer.json()["error"])


def test_a_page_that_is_not_there(client: Client) -> None:
    answer = client.get("/nothing")
    assert answer.status_code == 404
    assert "TS-WEB-NOT-FOUND" in alert(answer.text)


def test_another_method(client: Client) -> None:
    answer = client.get("/api/v1/validate")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "TS-WEB-METHOD")


def test_a_language_that_is_not_here(client: Client) -> None:
    answer = client.get("/api/v1/reasons", params={"lang": "xx"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "TS-WEB-FIELD")


def test_a_limit_that_is_no_number(client: Client) -> None:
    answer = client.get("/api/v1/authorities/kz-root/certificates", params={"limit": "many"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "TS-WEB-FIELD")


def test_a_name_full_of_markup_stays_text(client: Client, signed: bytes) -> None:
    files = {"file": ('<script>alert(1)</script>"&.pdf', signed)}
    answer = client.post("/validate", files=files, data={"forum": "KZ", "offline": "true"})
    page = client.get(answer.headers["location"]).text
    assert "<script" not in page


def multipart(parts: list[tuple[str, str | None, bytes]]) -> tuple[bytes, str]:
    """A form as octets, with whatever a client should not send."""
    body = b""
    for name, filename, value in parts:
        disposition = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename is not None else "")
        body += f"--xyz\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + value + b"\r\n"
    return body + b"--xyz--\r\n", "multipart/form-data; boundary=xyz"
