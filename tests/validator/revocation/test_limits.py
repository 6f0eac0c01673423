"""Floods, unknown and outdated algorithms, and the promise that every reason of this room has a case."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from policies.algorithms import AlgorithmPolicy
from policies.reasons import catalogue, next_step, sentence
from policies.reasons.model import Reason
from validator.path.engine import build_path
from validator.path.types import PathRequest, PathSettings, TrustAnchor
from validator.revocation import question
from validator.revocation.entries import MAX_SAME_SERIAL
from validator.revocation.types import RevocationEvidence, Status


def codes(answer) -> set[str]:
    return {reason.code for reason in answer.reasons}


@pytest.fixture(scope="module")
def ca(pki: SimpleNamespace):
    return pki.authority("Limits CA")


@pytest.fixture(scope="module")
def leaf(pki: SimpleNamespace, ca):
    return ca.issue("Limits leaf", serial=5000)


def test_algorithms_that_the_policy_does_not_admit(pki, ca, leaf):
    nothing = AlgorithmPolicy("nothing", {})
    response = pki.ocsp(pki.by_name(ca.subject), ca.label, pki.single(pki.cert_id(leaf, ca.certificate)))
    for item in (pki.crl(ca), response, pki.crl(ca, pki.entry(5000))):
        answer = pki.ask(leaf, ca, item, algorithms=nothing)
        assert (answer.status, codes(answer)) == (Status.UNKNOWN, {"TS-REV-ALGORITHM"})


def test_signature_algorithm_that_nobody_knows(pki, ca, leaf):
    unknown = pki.der.algorithm("1.2.3.4.5")
    answer = pki.ask(leaf, ca, pki.crl(ca, inner=unknown, outer=unknown))
    assert (answer.status, codes(answer)) == (Status.UNKNOWN, {"TS-REV-SIGNATURE-UNSUPPORTED"})


def test_a_flood_of_lists_ends(pki, ca, leaf, monkeypatch):
    monkeypatch.setattr(question, "MAX_SIGNATURE_CHECKS", 20)
    scopes = [
        pki.idp(user=True, named=pki.full_name(pki.directory(ca.subject), pki.uri(f"http://{n}/"))) for n in range(40)
    ]
    flood = [pki.crl(ca, flip=True, extensions=(scope,)) for scope in scopes]
    answer = pki.ask(leaf, ca, *flood)
    assert answer.status is Status.UNKNOWN
    assert "TS-REV-LIMIT" in codes(answer)
    newest = pki.crl(ca, this=pki.NOW, number=9)
    assert pki.ask(leaf, ca, *flood, newest).status is Status.GOOD
    assert pki.ask(leaf, ca, newest, *flood).status is Status.GOOD


def test_one_serial_number_a_thousand_times_is_read_so_often_and_no_more(pki, ca, leaf):
    listed = pki.crl(ca, *[pki.entry(leaf.serial, pki.NOW - pki.DAY, pki.reason(1))] * (MAX_SAME_SERIAL + 10))
    assert len(listed.find(leaf.serial_octets)) == MAX_SAME_SERIAL
    assert pki.ask(leaf, ca, listed).status is Status.REVOKED


def test_a_crowd_of_certificates_of_the_issuers_name(pki, ca, leaf):
    """The key identifier leads to the signer, wherever it stands in the pool."""
    label = "limits crl key"
    partition = pki.full_name(pki.uri("http://x.example/"))
    points = pki.crl_distribution_points(pki.point(partition))
    signer = pki.certificate(ca.subject, label, ca.subject, ca.label, pki.key_usage(6), points, serial=601)
    crowd = [
        pki.certificate(ca.subject, f"crowd {n}", ca.subject, ca.label, pki.key_usage(6), serial=700 + n)
        for n in range(60)
    ]
    listed = pki.parse_crl(pki.crl_octets(ca.subject, label, number=5))
    about_signer = pki.crl(ca, extensions=(pki.idp(partition),))
    for pool in ((*crowd, signer), (signer, *crowd)):
        assert pki.ask(leaf, ca, listed, about_signer, pool=pool).status is Status.GOOD


def test_what_is_not_known_in_time_is_not_taken_for_an_answer(pki):
    """Ten issuers of CRLs, each of which could say something about every other: too many orders to try them all."""
    top = pki.authority("Ring root")
    names = [pki.name("O=Test", f"CN=Ring {n}") for n in range(10)]
    points = pki.crl_distribution_points(*(pki.point(issuer=one) for one in names))
    issuers = [top.issue(f"Ring {n}", pki.key_usage(6), points, serial=900 + n) for n in range(10)]
    lists = [
        pki.parse_crl(pki.crl_octets(one, f"Ring {n}", extensions=(pki.idp(indirect=True),)))
        for n, one in enumerate(names)
    ]

    def outcome(count: int, **limits: object):
        leaf = top.issue("Ring leaf", pki.key_usage(0), points, serial=950)
        evidence = RevocationEvidence.of((*lists[:count], pki.crl(top)))
        settings = PathSettings(deadline_seconds=60.0, **limits)
        anchors = (TrustAnchor(top.certificate),)
        request = PathRequest(
            leaf=leaf, anchors=anchors, pool=tuple(issuers), evidence=evidence, at=pki.NOW, settings=settings
        )
        return build_path(request)

    assert outcome(3).valid
    assert [reason.code for reason in outcome(10, max_steps=300).reasons] == ["TS-PATH-BUDGET"]


def test_every_reason_has_a_case_and_words():
    own = [item for item in catalogue().values() if item.area == "revocation"]
    assert len(own) > 30
    cases = "".join(path.read_text() for path in Path(__file__).parent.rglob("test_*.py"))
    for item in own:
        assert item.code in cases, f"{item.code} is raised by no case"
        reason = Reason.of(item.code, **dict.fromkeys(item.params, "x"))
        assert sentence(reason)
        assert next_step(reason) or item.severity == "information"
