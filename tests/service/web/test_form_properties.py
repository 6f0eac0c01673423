"""Whatever octets come as a form, the answer is one of the foreseen ones and never a fault of the service."""

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from tests.service.web.client import Client

HEADERS = {"content-type": "multipart/form-data; boundary=xyz"}
FORESEEN = {200, 303, 400, 422}

names = st.sampled_from(["file", "forum", "at", "lang", "offline", "anchors", "detached", "documentKind", "x", "", '"'])
values = st.one_of(st.binary(max_size=60), st.sampled_from([b"KZ", b"%PDF-1.7\n", b"0\x80\x06\x00", b"true", b""]))
dispositions = st.builds(
    lambda name, file: f'form-data; name="{name}"' + (f'; filename="{file}"' if file is not None else ""),
    names,
    st.one_of(st.none(), st.sampled_from(["a.pdf", "", "..\\..\\x", "/etc/passwd", "\u202efdp.exe"])),
)
parts = st.builds(
    lambda disposition, value: f"--xyz\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + value + b"\r\n",
    dispositions,
    values,
)
bodies = st.one_of(
    st.binary(max_size=200),
    st.builds(
        lambda found, end: b"".join(found) + end, st.lists(parts, max_size=6), st.sampled_from([b"--xyz--\r\n", b""])
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies)
def test_any_form_gets_a_foreseen_answer(client: Client, body: bytes) -> None:
    api = client.post("/api/v1/validate", content=body, headers=HEADERS)
    page = client.post("/validate", content=body, headers=HEADERS)
    assert api.status_code in FORESEEN - {303}, api.text
    assert page.status_code in FORESEEN - {200}, page.text
    if api.status_code >= 400:
        error = api.json()["error"]
        assert set(error) == {"code", "message", "nextStep"}
        assert error["code"] in page.text
