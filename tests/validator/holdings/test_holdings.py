"""Kept Evidences come back as they were, each octet string is stored once, and damage is noticed."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import text

from ops.platform.database import Database
from validator.cli.rejudge import RejudgeOptions, change_of
from validator.errors import OptionError
from validator.evidence import Evidence, digest
from validator.holdings import Damaged, Held, Holdings, outcome
from validator.judge import judge, judgement_policy
from validator.recognise import RecognitionContext
from validator.rejudging import Change, Incident, NewAnchor, rejudge_one

KEY = "ab" * 32


def test_incidents_are_read_from_words_and_from_files(tmp_path: Path) -> None:
    source = "https://example.org/notice/" + "x" * 300
    notices = tmp_path / "notices"
    notices.write_text(f"# since when\n{KEY}@2024-01-01T00:00:00Z#{source}\n\n{KEY.upper()}@2025-01-01\n")
    (one,) = change_of(RejudgeOptions(holdings="x", incidents=(f"{KEY}@2024-01-01#{source}",))).incidents
    assert (one.name, one.source) == (KEY, source)
    assert [item.source for item in change_of(RejudgeOptions(holdings="x", incidents=(str(notices),))).incidents] == [
        source,
        "assumed",
    ]


@pytest.mark.parametrize("octets", [b"\xff\xfe", b"nonsense", KEY.encode() + b"@yesterday"])
def test_what_is_no_incident_is_refused(tmp_path: Path, octets: bytes) -> None:
    notices = tmp_path / "notices"
    notices.write_bytes(octets)
    with pytest.raises(OptionError):
        change_of(RejudgeOptions(holdings="x", incidents=(str(notices),)))


def held(name: str, evidence: Evidence, at: datetime) -> Held:
    verdict = judge(evidence, judgement_policy("default"), at)
    return Held(name=name, evidence=evidence, outcome=outcome(verdict, (), RecognitionContext(), ()))


@pytest.fixture(scope="module")
def evidences(world: Any, evidence_of: Callable[..., Evidence], now: datetime) -> list[Evidence]:
    lists = world.crls()
    return [
        evidence_of(world.cms(f"Contract {number}".encode(), detached=False), anchors=[world.root], crls=lists)
        for number in range(5)
    ]


@pytest.fixture
def holdings(database_url: str) -> Iterator[Holdings]:
    database = Database(database_url)
    database.create_tables()
    opened = Holdings(database)
    yield opened
    opened.close()


def test_everything_comes_back_in_order_of_identity(
    holdings: Holdings, evidences: list[Evidence], now: datetime
) -> None:
    kept = [held(f"contract-{at}.p7s", item, now) for at, item in enumerate(evidences)]
    holdings.keep(kept, now)
    assert list(holdings.read()) == sorted(kept, key=lambda item: digest(item.evidence))
    assert holdings.count() == len(kept)


def test_ranges_cover_everything_once(holdings: Holdings, evidences: list[Evidence], now: datetime) -> None:
    holdings.keep([held("x", item, now) for item in evidences], now)
    ranges = list(holdings.boundaries(2))
    assert len(ranges) == 3
    assert [item for first, end in ranges for item in holdings.read(first, end)] == list(holdings.read())


def test_octets_that_are_shared_are_stored_once(
    holdings: Holdings, evidences: list[Evidence], now: datetime, database_url: str
) -> None:
    holdings.keep([held("x", item, now) for item in evidences], now)
    database = Database(database_url)
    with database.read() as session:
        rows = session.execute(text("SELECT count(*) FROM holdings_octets")).scalar_one()
    database.close()
    assert rows == len({item.sha256 for evidence in evidences for item in evidence.objects})
    assert rows < sum(len(evidence.objects) for evidence in evidences)


def test_keeping_twice_keeps_the_newer_outcome(holdings: Holdings, evidences: list[Evidence], now: datetime) -> None:
    holdings.keep([held("old name", evidences[0], now)], now)
    later = now + timedelta(days=400)
    holdings.keep([held("new name", evidences[0], later)], later)
    (found,) = holdings.read()
    assert isinstance(found, Held)
    assert (found.name, found.outcome.at) == ("new name", later)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE holdings_octets SET octets = (SELECT facts FROM holdings_evidence LIMIT 1)",
        "UPDATE holdings_evidence SET facts = (SELECT octets FROM holdings_octets LIMIT 1)",
        "DELETE FROM holdings_octets",
        "UPDATE holdings_evidence SET outcome = '{'",
    ],
)
def test_damage_is_told_and_not_judged(
    holdings: Holdings, evidences: list[Evidence], now: datetime, database_url: str, damage: str
) -> None:
    holdings.keep([held("contract.p7s", evidences[0], now)], now)
    database = Database(database_url)
    with database.connect_for_write() as connection:
        connection.execute(text(damage))
    database.close()
    again = Holdings(Database(database_url))
    (found,) = again.read()
    again.close()
    assert isinstance(found, Damaged)
    assert found.identity == digest(evidences[0])


def test_an_unknown_identity_is_not_found(holdings: Holdings) -> None:
    assert holdings.find("00" * 32) is None


# --- judging again ---------------------------------------------------------------------------------------------------


def test_nothing_changes_when_nothing_is_changed(evidences: list[Evidence], now: datetime) -> None:
    again = rejudge_one(held("x", evidences[0], now), Change())
    assert not again.changed
    assert again.before == again.after
    assert again.identity == digest(evidences[0])


def test_a_stolen_key_is_found_by_certificate_and_by_key(world: Any, evidences: list[Evidence], now: datetime) -> None:

    spki = world.ca.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    kept = held("x", evidences[0], now)
    for octets in (world.ca.der, spki):
        incident = Incident(name=sha256(octets).hexdigest(), since=now - timedelta(days=1), source="assumed")
        again = rejudge_one(kept, Change(incidents=(incident,)))
        assert again.changed
        assert again.after.sub_indication == "REVOKED_CA_NO_POE"
        assert again.reasons


def test_the_earliest_of_several_notices_counts(world: Any, evidences: list[Evidence], now: datetime) -> None:
    name = sha256(world.signer.der).hexdigest()
    notices = tuple(Incident(name=name, since=now + timedelta(days=days), source=f"{days}") for days in (1, -1, 2))
    assert rejudge_one(held("x", evidences[0], now), Change(incidents=notices)).changed
    assert not rejudge_one(held("x", evidences[0], now), Change(incidents=notices[::2])).changed


def test_trust_can_be_taken_away_and_given(
    world: Any, make_world: Callable[..., Any], evidences: list[Evidence], now: datetime
) -> None:
    kept = held("x", evidences[0], now)
    name = sha256(world.root.der).hexdigest()
    stranger = NewAnchor(der=make_world(country="BY").root.der, source="by.cer", territory="BY")
    gone = rejudge_one(kept, Change(without=frozenset((name,)), anchors=(stranger,)))
    assert gone.after.sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
    again = Change(without=frozenset((name,)), anchors=(NewAnchor(der=world.root.der, source="again"),))
    assert not rejudge_one(kept, again).changed


def test_another_policy_and_time_are_applied(evidences: list[Evidence], now: datetime) -> None:
    kept = held("x", evidences[0], now)
    assert rejudge_one(kept, Change(policy="strict")).after.policy == "strict"
    late = rejudge_one(kept, Change(at=now + timedelta(days=4000)))
    assert late.changed
    assert late.after.indication == "INDETERMINATE"
