"""Judging online: what certificates name is fetched by the guarded client, within bounds, or not at all."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ops.platform.clock import SystemClock
from ops.platform.fetch import FetchAddressError, FetchLimits, FetchTimeoutError, FetchUrlError
from ops.service.loopback import base_url, bound_socket, serving
from ops.service.web.app import create_app
from ops.service.web.judging import BudgetedFetcher
from signer.model import AdesLevel
from tests.service.web.client import Client
from tests.service.web.conftest import LIMITS
from tests.service.web.house import House, open_house, paper

pytestmark = pytest.mark.loopback


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, bytes]]:
    """Another installation that serves its status, and a document signed under it without any status inside."""
    listener = bound_socket()
    with open_house(tmp_path_factory.mktemp("foreign") / "house", SystemClock(), base_url=base_url(listener)) as house:
        house.build()
        house.add_unit()
        signed = house.sign(paper(), level=AdesLevel.B)
        application = create_app(house.installation, house.authority, limits=LIMITS)
        with serving(application, listener):
            yield house, signed
        application.close()


@pytest.fixture(params=[True, False], ids=["private addresses allowed", "public addresses only"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[bool, Client]]:
    """An installation without authorities of its own."""
    with open_house(tmp_path / "here", SystemClock(), allow_private_addresses=request.param) as house:
        application = create_app(house.installation, house.authority, limits=LIMITS)
        yield request.param, Client(application)
        application.close()


def judge(client: Client, foreign: tuple[House, bytes], **fields: str) -> Any:
    house, signed = foreign
    files = [("file", ("contract.pdf", signed)), ("anchors", ("root.cer", house.chain[-1]))]
    return client.post("/api/v1/validate", files=files, data=fields).json()


def test_status_is_fetched_only_where_the_client_may_go(
    here: tuple[bool, Client], foreign: tuple[House, bytes]
) -> None:
    allowed, client = here
    offline = judge(client, foreign, offline="true")
    assert (offline["indication"], offline["subIndication"]) == ("INDETERMINATE", "TRY_LATER")
    online = judge(client, foreign)
    if allowed:
        assert online["indication"] == "TOTAL-PASSED"
    else:
        assert online["indication"] == "INDETERMINATE"


def test_an_installation_asks_its_own_responders_wherever_they_are(tmp_path: Path) -> None:
    listener = bound_socket()
    with open_house(tmp_path / "house", SystemClock(), base_url=base_url(listener)) as house:
        house.build()
        house.add_unit()
        files = {"file": ("contract.pdf", house.sign(paper(), level=AdesLevel.B))}
        application = create_app(house.installation, house.authority, limits=LIMITS)
        with serving(application, listener):
            answer = Client(application).post("/api/v1/validate", files=files, data={"forum": "KZ"})
        application.close()
    assert answer.json()["indication"] == "TOTAL-PASSED"
    assert "TS-DOC-FETCH-FAILED" not in answer.text


def test_only_its_responders_and_nothing_that_looks_like_them() -> None:
    with bound_socket() as silent:
        own = base_url(silent)
        fetcher = BudgetedFetcher(5.0, FetchLimits(), False, own)
        for address in (
            f"{own}/metrics",
            f"{own}",
            f"{own}1/crl/x",
            f"{own}@127.0.0.1/crl/x",
            "http://127.0.0.1/crl/x",
        ):
            with pytest.raises((FetchAddressError, FetchUrlError)):
                fetcher.get(address)


def test_all_fetches_of_a_document_share_one_time() -> None:
    fetcher = BudgetedFetcher(0.5, FetchLimits(total_time=timedelta(seconds=5)), True)
    with bound_socket() as silent:
        # Accepts connections and never answers.
        silent.listen(8)
        with pytest.raises(FetchTimeoutError):
            fetcher.get(base_url(silent))
        with pytest.raises(FetchTimeoutError) as raised:
            fetcher.get(base_url(silent))
    assert "used up" in raised.value.sentence
