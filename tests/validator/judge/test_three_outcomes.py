"""Invalid, unsupported and forbidden by policy are three answers: at the value, its digest, a certificate, a CRL."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from asn1crypto import cms as asn1_cms

from policies.algorithms import AlgorithmPolicy, load_policy
from policies.algorithms.encoding import encode_object_identifier
from policies.algorithms.identifiers import encode_algorithm
from policies.algorithms.policy import policy_from_toml
from validator.evidence import TimestampFacts, TimestampKind
from validator.judge import judge, judgement_policy
from validator.judge.timestamps import _imprint

DATA = b"One hundred tonnes of wheat."
ECDSA_SHA256, UNKNOWN = "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.99"
SHA256, UNKNOWN_DIGEST = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.99"
SLH_DSA = "2.16.840.1.101.3.4.3.20"
SIGNATURE_ERRORS = {
    "TS-SIG-VALUE",
    "TS-SIG-VALUE-MALFORMED",
    "TS-SIG-HASH",
    "TS-SIG-ALGORITHM-UNSUPPORTED",
    "TS-ALG-DIGEST-UNSUPPORTED",
    "TS-SIG-ALGORITHM",
}


def renamed(octets: bytes, old: str, new: str) -> bytes:
    """All occurrences of an object identifier exchanged for one of the same length."""
    before, after = encode_object_identifier(old), encode_object_identifier(new)
    assert before in octets
    assert len(before) == len(after)
    return octets.replace(before, after)


def in_signer(data: bytes, old: str, new: str) -> bytes:
    """The same in the SignerInfo alone, its attributes included."""
    info = asn1_cms.ContentInfo.load(data)["content"]["signer_infos"][0].dump()
    at = data.rindex(info)
    return data[:at] + renamed(data[at:], old, new)


def codes(verdict: Any) -> set[str]:
    return {reason.code for reason in verdict.signatures[0].reasons}


@pytest.fixture
def document(world: Any) -> bytes:
    return bytes(world.cms(DATA))


@pytest.fixture
def asked(world: Any, evidence_of: Any) -> Callable[..., Any]:
    """The verdict on a CMS, with the root as anchor and fresh lists unless others are given."""

    def ask(data: bytes, *, algorithms: AlgorithmPolicy | None = None, **more: Any) -> Any:
        given = {"anchors": [world.root], "crls": world.crls(), "detached": [DATA], **more}
        policy = judgement_policy("default")
        if algorithms is not None:
            policy = replace(policy, algorithms=algorithms)
        return judge(evidence_of(data, **given), policy, datetime(2026, 6, 1, 12, tzinfo=UTC))

    return ask


def test_the_value(document: bytes, asked: Any, broken_value: Any) -> None:
    banned = load_policy("default").ending("signature", "ECDSA", datetime(2020, 1, 1, tzinfo=UTC))
    for data, policy, indication, sub, code in (
        (document, None, "TOTAL-PASSED", None, None),
        (broken_value(document), None, "TOTAL-FAILED", "SIG_CRYPTO_FAILURE", "TS-SIG-VALUE"),
        (
            in_signer(document, ECDSA_SHA256, UNKNOWN),
            None,
            "INDETERMINATE",
            "CRYPTO_CONSTRAINTS_FAILURE",
            "TS-SIG-ALGORITHM-UNSUPPORTED",
        ),
        (document, banned, "INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "TS-SIG-ALGORITHM"),
    ):
        verdict = asked(data, algorithms=policy)
        assert (verdict.indication, verdict.sub_indication) == (indication, sub)
        assert codes(verdict) & SIGNATURE_ERRORS == ({code} if code else set())


def test_the_digest(document: bytes, asked: Any) -> None:
    banned = load_policy("default").ending("digest", "SHA-256", datetime(2020, 1, 1, tzinfo=UTC))
    wrong = asked(document, detached=[b"Two hundred tonnes of wheat."])
    assert (wrong.indication, wrong.sub_indication) == ("TOTAL-FAILED", "HASH_FAILURE")
    unknown = asked(in_signer(document, SHA256, UNKNOWN_DIGEST))
    assert (unknown.indication, unknown.sub_indication) == ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE")
    assert codes(unknown) & SIGNATURE_ERRORS == {"TS-ALG-DIGEST-UNSUPPORTED"}
    assert dict(unknown.signatures[0].reasons[0].params)["algorithm"] == UNKNOWN_DIGEST
    assert not unknown.signatures[0].digests_intact
    forbidden = asked(document, algorithms=banned)
    assert (forbidden.indication, forbidden.sub_indication) == ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
    assert codes(forbidden) & SIGNATURE_ERRORS == {"TS-SIG-ALGORITHM"}


def test_without_signed_attributes_an_unknown_algorithm_is_no_wrong_digest(world: Any, asked: Any) -> None:
    info = asn1_cms.ContentInfo.load(world.cms(DATA))
    signer = info["content"]["signer_infos"][0]
    signer["signed_attrs"] = None
    for algorithm, indication, sub in (
        (UNKNOWN, "INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE"),
        (ECDSA_SHA256, "TOTAL-FAILED", "HASH_FAILURE"),
    ):
        signer["signature_algorithm"] = asn1_cms.SignedDigestAlgorithm({"algorithm": algorithm})
        verdict = asked(info.dump(force=True))
        assert (verdict.indication, verdict.sub_indication) == (indication, sub)


def test_a_known_algorithm_with_wrong_parameters_is_invalid(document: bytes, asked: Any) -> None:
    # The last element of a SEQUENCE is exchanged: an INTEGER as parameters where none are allowed.
    info = asn1_cms.ContentInfo.load(document)
    signer = info["content"]["signer_infos"][0]
    signer["signature_algorithm"] = asn1_cms.SignedDigestAlgorithm.load(encode_algorithm(ECDSA_SHA256, b"\x02\x01\x01"))
    verdict = asked(info.dump(force=True))
    assert verdict.indication == "TOTAL-FAILED"
    assert "TS-SIG-VALUE-MALFORMED" in codes(verdict)
    assert not codes(verdict) & {"TS-SIG-ALGORITHM-UNSUPPORTED", "TS-ALG-DIGEST-UNSUPPORTED"}


def test_a_missing_part_of_the_installation_is_named(
    document: bytes, asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import policies.algorithms.slhdsa as slhdsa
    from policies.algorithms.registry import forget_keys

    monkeypatch.setattr(slhdsa, "available", lambda: False)
    forget_keys()
    # A value under an identifier that is known, by a key of another kind, is not that key's whatever is installed.
    info = asn1_cms.ContentInfo.load(document)
    signer = info["content"]["signer_infos"][0]
    signer["signature_algorithm"] = asn1_cms.SignedDigestAlgorithm.load(encode_algorithm(SLH_DSA))
    verdict = asked(info.dump(force=True))
    assert "TS-SIG-VALUE" in codes(verdict)
    from validator.judge.signature_blocks import _unsupported

    facts = replace(_facts(asked, document), algorithm=SLH_DSA, uses=())
    reasons = _unsupported(facts).reasons
    assert [reason.code for reason in reasons] == ["TS-SIG-ALGORITHM-UNSUPPORTED", "TS-ALG-NOT-INSTALLED"]
    assert dict(reasons[1].params)["part"] == "post-quantum"


def _facts(asked: Any, document: bytes) -> Any:
    from validator.gather import GatherRequest, Source, gather

    return gather(GatherRequest(document=Source("document", document))).signatures[0]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda der: renamed(der, ECDSA_SHA256, UNKNOWN), "TS-PATH-SIGNATURE-UNSUPPORTED"),
        (lambda der: der[:-1] + bytes([der[-1] ^ 1]), "TS-PATH-SIGNATURE"),
    ],
)
def test_a_certificate_of_an_authority(world: Any, asked: Any, change: Callable[[bytes], bytes], code: str) -> None:
    data = world.cms(DATA, embed=False)
    broken = change(world.ca.der)

    class Given:
        from validator.gather import Source

        source = Source("ca.cer", broken)

    verdict = asked(data, certificates=[Given])
    assert verdict.indication == "INDETERMINATE"
    wanted = {"TS-PATH-SIGNATURE-UNSUPPORTED", "TS-PATH-SIGNATURE", "TS-PATH-SIGNATURE-MALFORMED", "TS-PATH-ALGORITHM"}
    assert codes(verdict) & wanted == {code}


def test_a_list(world: Any, document: bytes, asked: Any) -> None:
    root, ca = world.crls()
    unknown = asked(document, crls=[root, renamed(ca, ECDSA_SHA256, UNKNOWN)])
    forged = asked(document, crls=[root, ca[:-1] + bytes([ca[-1] ^ 1])])
    for verdict, code in ((unknown, "TS-REV-SIGNATURE-UNSUPPORTED"), (forged, "TS-REV-SIGNATURE")):
        assert (verdict.indication, verdict.sub_indication) == ("INDETERMINATE", "TRY_LATER")
        assert codes(verdict) & {"TS-REV-SIGNATURE-UNSUPPORTED", "TS-REV-SIGNATURE"} == {code}


def token(**facts: Any) -> TimestampFacts:
    return TimestampFacts(
        id="T-1",
        kind=TimestampKind.SIGNATURE,
        order=0,
        token_sha256="00" * 32,
        **facts,
    )


@pytest.mark.parametrize(
    ("facts", "indication", "sub"),
    [
        ({"imprint_found": True, "imprint_intact": True}, "PASSED", None),
        ({"imprint_found": True, "imprint_intact": False}, "FAILED", "HASH_FAILURE"),
        (
            {"imprint_found": True, "imprint_algorithm": UNKNOWN_DIGEST},
            "INDETERMINATE",
            "CRYPTO_CONSTRAINTS_FAILURE",
        ),
        ({}, "INDETERMINATE", "SIGNED_DATA_NOT_FOUND"),
    ],
)
def test_an_imprint(facts: dict[str, Any], indication: str, sub: str | None) -> None:
    found = _imprint(token(**facts))
    assert (found.indication, found.sub_indication) == (indication, sub)


BASE = 'extends = "default"\n[signature]\nECDSA = [{ bits = 256, source = "an act", '


def test_what_counts_still_but_not_well_is_said(document: bytes, asked: Any) -> None:
    deprecated = policy_from_toml("x", BASE + "deprecated = 2026-01-01T00:00:00Z }]\n")
    recognised = policy_from_toml(
        "x",
        BASE
        + 'until = 2026-01-01T00:00:00Z, recognised_until = 2027-01-01T00:00:00Z, recognised_source = "a law" }]\n',
    )
    rumoured = policy_from_toml(
        "x",
        BASE + "until = 2026-01-01T00:00:00Z, recognised_until = 2027-01-01T00:00:00Z, "
        'recognised_source = "a rumour (unverified)" }]\n',
    )
    for policy, indication, code in (
        (deprecated, "TOTAL-PASSED", "TS-ALG-DEPRECATED"),
        (recognised, "TOTAL-PASSED", "TS-ALG-RECOGNISED"),
        (rumoured, "INDETERMINATE", "TS-SIG-ALGORITHM"),
    ):
        verdict = asked(document, algorithms=policy)
        assert verdict.indication == indication
        assert code in codes(verdict)
    assert not {code for code in codes(asked(document)) if code.startswith("TS-ALG")}
