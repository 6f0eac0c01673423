"""Evidence that is carried away and read back: the same facts, the same identity, or a refusal."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.errors import EvidenceError
from validator.evidence import Evidence, decode, digest, encode, export_evidence, import_evidence
from validator.evidence.model import AnchorFacts, Change, SignatureFacts, TrustMode, TrustState


@pytest.fixture(scope="module")
def evidence(world: Any, evidence_of: Callable[..., Evidence], now: datetime) -> Evidence:
    return evidence_of(world.pdf(stamp=now - timedelta(days=1)), anchors=[world.root], crls=world.crls())


def test_the_same_facts_and_octets_come_back(evidence: Evidence) -> None:
    again = import_evidence(export_evidence(evidence))
    assert again == evidence
    assert [item.der for item in again.objects] == [item.der for item in evidence.objects]
    assert digest(again) == digest(evidence)
    assert export_evidence(again) == export_evidence(evidence)


def test_the_canonical_form_names_octets_and_does_not_copy_them(evidence: Evidence) -> None:
    facts = json.loads(encode(evidence))
    assert facts["objects"]
    assert all(set(item) == {"kind", "sha256", "origins"} for item in facts["objects"])


def test_an_identity_follows_the_facts(evidence: Evidence) -> None:
    before = digest(evidence)
    changed = replace(evidence, container="cms")
    assert changed.identity == ""
    assert digest(changed) != before
    assert digest(replace(changed, container=evidence.container)) == before


def _bundle(evidence: Evidence) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(export_evidence(evidence))
    return found


def _refused(whole: object, words: str) -> None:
    with pytest.raises(EvidenceError, match=words):
        import_evidence(json.dumps(whole).encode())


def test_a_changed_fact_is_refused(evidence: Evidence) -> None:
    whole = _bundle(evidence)
    whole["evidence"]["signatures"][0]["claimedTime"] = "2020-01-01T00:00:00Z"
    _refused(whole, "was changed")


def test_changed_octets_are_refused(evidence: Evidence) -> None:
    whole = _bundle(evidence)
    name = next(iter(whole["blobs"]))
    octets = bytearray(base64.b64decode(whole["blobs"][name]))
    octets[-1] ^= 1
    whole["blobs"][name] = base64.b64encode(octets).decode()
    _refused(whole, "not those that were named")


def test_missing_octets_are_refused(evidence: Evidence) -> None:
    whole = _bundle(evidence)
    name = next(iter(whole["blobs"]))
    del whole["blobs"][name]
    _refused(whole, name)


def _restated(whole: dict[str, Any]) -> dict[str, Any]:
    """With the identity that its facts have now: whoever makes up facts can compute it."""
    octets = json.dumps(whole["evidence"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return {**whole, "identity": hashlib.sha256(octets).hexdigest()}


def test_a_reason_whose_sentence_cannot_be_said_is_refused(evidence: Evidence) -> None:
    whole = _bundle(evidence)
    whole["evidence"]["remarks"] = [{"code": "TS-DOC-TOO-COMPLEX", "params": []}]
    _refused(_restated(whole), "TS-DOC-TOO-COMPLEX without detail")


def test_evidence_about_no_document_is_refused(evidence: Evidence) -> None:
    whole = _bundle(evidence)
    whole["evidence"]["documents"] = []
    _refused(_restated(whole), "no document")


def test_another_schema_is_refused_with_what_to_do(evidence: Evidence) -> None:
    whole = _bundle(evidence)
    whole["evidence"]["schema"] = 3
    with pytest.raises(EvidenceError, match="schema 3") as caught:
        import_evidence(json.dumps(whole).encode())
    assert "Gather" in (caught.value.next_step or "")


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\xff",
        b"null",
        b"[" * 100_000,
        b"9" * 10_000,
        b'{"format":"trustspace-evidence"}',
        b'{"format":"trustspace-evidence","identity":1,"evidence":[],"blobs":{}}',
        b'{"format":"trustspace-evidence","identity":1,"evidence":{"schema":2},"blobs":[]}',
        b'{"format":"trustspace-evidence","identity":"","evidence":{"schema":2,"container":7},"blobs":{}}',
    ],
)
def test_what_is_no_evidence_is_refused(octets: bytes) -> None:
    with pytest.raises(EvidenceError):
        import_evidence(octets)


_moments = st.datetimes(timezones=st.just(UTC))
_texts = st.text(max_size=20)


@given(
    st.builds(
        SignatureFacts,
        id=_texts,
        format=_texts,
        packaging=_texts,
        value_sha256=_texts,
        claimed_time=st.none() | _moments,
        commitments=st.lists(_texts, max_size=3).map(tuple),
        changes=st.lists(
            st.builds(Change, category=_texts, permitted=st.booleans(), revision=st.none() | st.integers()), max_size=2
        ).map(tuple),
    )
)
def test_encoding_is_undone_by_decoding(facts: SignatureFacts) -> None:
    assert decode(SignatureFacts, encode(facts)) == facts


@given(_moments, _texts)
def test_equal_values_have_equal_octets(sunset: datetime, source: str) -> None:
    anchor = AnchorFacts(certificate="00", source=source, sunset=sunset)
    elsewhere = replace(anchor, sunset=sunset.astimezone(timezone(timedelta(hours=5))))
    one, other = (TrustState(mode=TrustMode.GIVEN, anchors=(item,)) for item in (anchor, elsewhere))
    assert encode(one) == encode(other)
