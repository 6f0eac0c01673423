"""Every rule that a policy can weigh: one subject that breaks it, one that keeps it, at every level."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policies.jurisdictions import CertificateClaims
from policies.reasons import Reason, catalogue, severity
from policies.vocabulary import Indication, Severity, SubIndication
from validator.evidence import (
    AttributeFacts,
    ByteRangeFacts,
    CertificateReference,
    Change,
    Evidence,
    PolicyReference,
    SignatureFacts,
    TimestampFacts,
    TimestampKind,
    TrustMode,
    TrustState,
)
from validator.judge.chains import CertificateFacts, PathFacts
from validator.judge.policy import JudgementPolicy, judgement_policy, policy_from_toml
from validator.judge.rules import Level, Rule, rules
from validator.judge.rules.evaluate import CHECKS, Hearing, Subject, hear
from validator.judge.rules.subjects import (
    CertificateSubject,
    ListSubject,
    SignatureSubject,
    StatusSubject,
    TimeSubject,
    TokenSubject,
)
from validator.revocation.types import Status, StatusAnswer

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
CERTIFICATE = CertificateFacts(
    name="c1", subject="CN=A", issuer="CN=CA", serial="1", not_before=NOW - 100 * DAY, not_after=NOW + 100 * DAY
)
ISSUER = replace(CERTIFICATE, name="c2", subject="CN=CA", country="BY", ca=True, not_after=NOW + 500 * DAY)
ISSUER = replace(ISSUER, not_before=NOW - 500 * DAY)
SIGNATURE = SignatureFacts(id="s1", format="PAdES", packaging="enveloped", value_sha256="aa", signing_certificate="c1")
STAMP = TimestampFacts(id="t1", kind=TimestampKind.SIGNATURE, order=0, token_sha256="bb")
REFERENCE = CertificateReference(attribute="v2", algorithm="SHA-256", digest="00", matches="c1")
RANGES = ByteRangeFacts(
    ranges=((0, 10), (20, 10)), gap_is_contents=True, covers_revision=True, covers_file=True, revision=1, revisions=1
)
ANSWER = StatusAnswer(
    status=Status.GOOD, source="r1", source_kind="crl", this_update=NOW - DAY, next_update=NOW + DAY
)  # fmt: skip


def signature(others: tuple[SignatureFacts, ...] = (), stamps: tuple[TimestampFacts, ...] = (), **facts: Any) -> Any:
    own = replace(SIGNATURE, **facts)
    evidence = Evidence(
        container="pdf",
        documents=(),
        trust=TrustState(mode=TrustMode.GIVEN),
        signatures=(own, *others),
        timestamps=stamps,
    )
    return SignatureSubject(
        evidence=evidence,
        signature=own,
        algorithms=judgement_policy("default").algorithms,
        at=NOW,
        now=NOW,
        path=PathFacts(certificates=("c1", "c2"), valid=True),
        signer=CERTIFICATE,
    )


def certificate(issuer: CertificateFacts | None = ISSUER, above: int = 1, answer: Any = None, **facts: Any) -> Any:
    return CertificateSubject(certificate=replace(CERTIFICATE, **facts), issuer=issuer, above=above, answer=answer)


def claims(**said: Any) -> Any:
    return certificate(claims=CertificateClaims(**said))


def status(**said: Any) -> Any:
    return certificate(answer=ANSWER._replace(**said))


def token(authority: CertificateFacts | None = None, **facts: Any) -> Any:
    return TokenSubject(token=replace(STAMP, **facts), authority=authority)


def timed(claimed: datetime | None = NOW - DAY, **said: Any) -> Any:
    return TimeSubject(signature=replace(SIGNATURE, claimed_time=claimed), best=NOW, **said)


def listed(**said: Any) -> Any:
    return ListSubject(name="EE", at=NOW, **said)


def attribute(identifier: str, *, signed: bool = True) -> Any:
    return signature(attributes=(AttributeFacts(identifier=identifier, values=1, signed=signed),))


def policy_named(**said: Any) -> Any:
    return signature(policy=PolicyReference(identifier="1.2.3", **said))


@dataclass(frozen=True)
class Case:
    """`broken` breaks the rule of this check, `kept` keeps it; `parameters` as TOML."""

    broken: Subject
    kept: Subject
    parameters: str = ""


CHANGED = Change(category="undefined", permitted=False)
FILLED = Change(category="form", permitted=True)
CUT = ByteRangeFacts(
    ranges=((0, 15), (25, 10)), gap_is_contents=True, covers_revision=False, covers_file=False, revision=1, revisions=2
)
AUTHORITY = replace(CERTIFICATE, extended_key_usage=frozenset(("1.3.6.1.5.5.7.3.8",)), extended_key_usage_critical=True)
OTHER = replace(SIGNATURE, id="s2", value_sha256="bb")
REMARK = Reason.of("TS-CMS-ATTRIBUTE-REPEATED", attribute="1.2", count=2)
QC, SSCD, SEAL = "0.4.0.1862.1.1", "0.4.0.1862.1.4", "0.4.0.1862.1.6.2"
PERSON = {"given_name": "A", "surname": "B"}
ONE = 'values = ["1.2"]'

ZIP = Evidence(container="zip", documents=(), trust=TrustState(mode=TrustMode.GIVEN))

FORM = {
    "structure_remarks": Case(signature(remarks=(REMARK,)), signature()),
    "signature_format": Case(signature(), signature(format="XAdES"), 'values = ["XAdES"]'),
    "sub_format": Case(signature(sub_format="x"), signature(), 'values = ["y"]'),
    "packaging": Case(signature(), signature(packaging="detached"), 'values = ["detached"]'),
    "container": Case(signature(), replace(signature(), evidence=ZIP), 'values = ["zip"]'),
    "signature_unique": Case(signature((replace(OTHER, value_sha256="aa"),)), signature((OTHER,))),
    "byte_range_overlap": Case(
        signature((replace(OTHER, byte_range=CUT),), byte_range=RANGES),
        signature((replace(OTHER, byte_range=replace(CUT, ranges=((0, 40), (50, 5)))),), byte_range=RANGES),
    ),
    "covers_revision": Case(signature(byte_range=CUT), signature(byte_range=RANGES)),
    "covers_file": Case(signature(byte_range=CUT), signature(byte_range=RANGES)),
    "change_undefined": Case(signature(changes=(CHANGED,)), signature(changes=(FILLED,))),
    "extended": Case(signature(changes=(FILLED,)), signature()),
    "certification": Case(signature(certification_level=3), signature(certification_level=1)),
}
PROPERTIES = {
    "policy_accepted": Case(policy_named(), signature(policy=PolicyReference(identifier="1.2")), ONE),
    "policy_available": Case(policy_named(), policy_named(found=True)),
    "policy_hash": Case(policy_named(digest_matches=False), policy_named(digest_matches=True)),
    "policy_hash_stated": Case(policy_named(), policy_named(digest="00")),
    "reference_present": Case(signature(), signature(certificate_references=(REFERENCE,))),
    "reference_single": Case(
        signature(certificate_references=(REFERENCE, REFERENCE)), signature(certificate_references=(REFERENCE,))
    ),
    "reference_in_path": Case(
        signature(certificate_references=(REFERENCE, replace(REFERENCE, matches="c9"))),
        signature(certificate_references=(REFERENCE, replace(REFERENCE, matches="c2"))),
    ),
    "reference_whole_path": Case(
        signature(certificate_references=(REFERENCE,)),
        signature(certificate_references=(REFERENCE, replace(REFERENCE, matches="c2"))),
    ),
    "reference_digest": Case(
        signature(certificate_references=(replace(REFERENCE, algorithm="SHA-1"),)),
        signature(certificate_references=(REFERENCE,)),
    ),
    "issuer_serial": Case(
        signature(certificate_references=(replace(REFERENCE, issuer_serial_matches=False),)),
        signature(certificate_references=(replace(REFERENCE, issuer_serial_matches=True),)),
    ),
    "message_digest": Case(signature(), attribute("1.2.840.113549.1.9.4")),
    "signing_time": Case(signature(), signature(claimed_time=NOW)),
    "signing_time_in_validity": Case(signature(claimed_time=NOW - 200 * DAY), signature(claimed_time=NOW)),
    "signing_time_not_future": Case(signature(claimed_time=NOW + DAY), signature(claimed_time=NOW)),
    "content_type": Case(signature(), attribute("1.2.840.113549.1.9.3")),
    "content_hints": Case(signature(), attribute("1.2.840.113549.1.9.16.2.4")),
    "content_identifier": Case(signature(), attribute("1.2.840.113549.1.9.16.2.7")),
    "commitment": Case(signature(), signature(commitments=("1.2",))),
    "commitment_forbidden": Case(signature(commitments=("1.2",)), signature()),
    "commitment_type": Case(signature(commitments=("1.3",)), signature(commitments=("1.2",)), ONE),
    "signer_location": Case(signature(), signature(location="Minsk")),
    "signer_role": Case(signature(), signature(roles=("notary",))),
    "signer_role_value": Case(signature(roles=("1.3",)), signature(roles=("1.2",)), ONE),
    "reason_given": Case(signature(), signature(reason_text="approved")),
    "content_time_stamp": Case(
        signature(stamps=(replace(STAMP, owner="s1"),)),
        signature(stamps=(replace(STAMP, owner="s1", kind=TimestampKind.CONTENT),)),
    ),
    "counter_signature": Case(signature((OTHER,)), signature((replace(OTHER, parent="s1"),))),
    "counter_signature_forbidden": Case(signature((replace(OTHER, parent="s1"),)), signature((OTHER,))),
    "signed_attributes": Case(attribute("1.2", signed=False), attribute("1.2"), ONE),
    "unsigned_attributes": Case(attribute("1.2"), attribute("1.2", signed=False), ONE),
    "attributes_forbidden": Case(attribute("1.2"), attribute("1.3"), ONE),
}
CERTIFICATES = {
    "key_usage": Case(
        certificate(key_usage=frozenset(("keyEncipherment",))), certificate(), 'values = ["nonRepudiation"]'
    ),
    "key_usage_present": Case(certificate(), certificate(key_usage=frozenset())),
    "key_usage_exclusive": Case(certificate(key_usage=frozenset(("1.2", "1.3"))), certificate(), ONE),
    "extended_key_usage": Case(certificate(), certificate(extended_key_usage=frozenset(("1.2",))), ONE),
    "certificate_policies": Case(claims(), claims(policies=frozenset(("1.2", "1.3"))), ONE),
    "certificate_policies_forbidden": Case(claims(policies=frozenset(("1.2", "1.3"))), claims(), ONE),
    "certificate_policies_present": Case(claims(), claims(policies=frozenset(("1.2",)))),
    "extensions_required": Case(certificate(), certificate(extensions=frozenset(("1.2",))), ONE),
    "extensions_forbidden": Case(certificate(extensions=frozenset(("1.2",))), certificate(), ONE),
    "critical_extensions": Case(certificate(critical_extensions=frozenset(("1.3",))), certificate(), ONE),
    "no_revocation_available": Case(certificate(extensions=frozenset(("2.5.29.56",))), certificate()),
    "authority_information_access": Case(certificate(), certificate(issuer_access=True)),
    "revocation_information_access": Case(certificate(), certificate(revocation_access=True)),
    "subject_key_identifier": Case(certificate(), certificate(extensions=frozenset(("2.5.29.14",)))),
    "authority_key_identifier": Case(certificate(), certificate(extensions=frozenset(("2.5.29.35",)))),
    "not_self_signed": Case(certificate(issuer=None, self_issued=True), certificate(self_issued=True)),
    "issued_inside_issuer": Case(certificate(not_before=NOW - 900 * DAY), certificate()),
    "ends_inside_issuer": Case(certificate(not_after=NOW + 900 * DAY), certificate()),
    "validity_maximum": Case(certificate(), certificate(not_before=NOW, not_after=NOW + DAY), "seconds = 86400"),
    "path_length": Case(certificate(above=2), certificate(above=1), "count = 1"),
    "subject_country": Case(certificate(country="RU"), certificate(country="by"), 'values = ["BY"]'),
    "issuer_country": Case(certificate(issuer=None), certificate(), 'values = ["BY"]'),
    "subject_organisation": Case(certificate(), certificate(organisation="O")),
    "organisation_name": Case(certificate(organisation="P"), certificate(organisation="O"), 'values = ["O"]'),
    "common_name": Case(certificate(), certificate(common_name="A")),
    "personal_name": Case(certificate(surname="B"), certificate(**PERSON)),
    "subject_name": Case(certificate(), certificate(common_name="A"), 'values = ["A"]'),
    "pseudonym": Case(certificate(pseudonym="Fox"), certificate()),
    "serial_number": Case(certificate(), certificate(identifier="PNOBY-1")),
    "organisation_identifier": Case(certificate(), certificate(organisation_identifier="TAXBY-1")),
    "natural_person": Case(certificate(), certificate(**PERSON)),
    "legal_person": Case(certificate(**PERSON), claims(qc_statements=frozenset((SEAL,)))),
    "qc_compliance": Case(claims(), claims(qc_statements=frozenset((QC,)))),
    "qc_sscd": Case(claims(), claims(qc_statements=frozenset((SSCD,)))),
    "qc_type": Case(claims(), claims(qc_statements=frozenset((SEAL,))), 'values = ["eseal"]'),
    "qc_legislation": Case(claims(qc_legislation=("RU",)), claims(qc_legislation=("BY",)), 'values = ["BY"]'),
    "qc_statements": Case(claims(), claims(qc_statements=frozenset(("1.2",))), ONE),
    "qc_statements_forbidden": Case(claims(qc_statements=frozenset(("1.2",))), claims(), ONE),
    "next_update": Case(status(next_update=None), status()),
    "source_kind": Case(status(), status(source_kind="ocsp"), 'values = ["ocsp"]'),
    "issued_after_certificate": Case(status(this_update=NOW - 200 * DAY), status()),
    "issued_before_expiry": Case(status(this_update=NOW + 200 * DAY), status()),
    "not_self_issued": Case(status(signer_path=("c1",)), status(signer_path=("c2",))),
    "maximum_age": Case(
        StatusSubject(certificate=CERTIFICATE, answer=ANSWER._replace(this_update=NOW - 2 * DAY), at=NOW),
        StatusSubject(certificate=CERTIFICATE, answer=ANSWER._replace(this_update=NOW - DAY / 2), at=NOW),
        "seconds = 86400",
    ),
}
TIMES = {
    "key_purpose": Case(token(CERTIFICATE), token(AUTHORITY)),
    "time_stamp_policy": Case(token(), token(policy="1.2"), ONE),
    "accuracy": Case(token(), token(accuracy_microseconds=1)),
    "accuracy_maximum": Case(
        token(accuracy_microseconds=2_000_000), token(accuracy_microseconds=1_000_000), "seconds = 1"
    ),
    "qualified_statement": Case(token(), token(qualified_statement=True)),
    "time_stamp_serial": Case(token(), token(serial="1")),
    "imprint_algorithm": Case(
        token(imprint_algorithm="SHA-1"), token(imprint_algorithm="SHA-256"), 'values = ["SHA-256"]'
    ),
    "time_stamp_order": Case(timed(disorder=("t1", "t2")), timed()),
    "time_stamp_delay": Case(timed(proven=True), timed(claimed=NOW, proven=True), "seconds = 3600"),
    "time_stamp_present": Case(timed(), timed(proven=True)),
    "time_stamps_valid": Case(timed(invalid=1), timed()),
    "long_term_material": Case(timed(proven=True), timed(proven=True, long_term=True)),
    "archive_time_stamp": Case(timed(), timed(archived=True)),
}
LISTS = {
    "list_fresh": Case(listed(), listed(age_seconds=60), "seconds = 3600"),
    "list_not_expired": Case(listed(next_update=NOW - DAY), listed(next_update=NOW + DAY)),
    "list_well_signed": Case(listed(), listed(signed=True)),
    "list_not_tampered": Case(listed(signed=False), listed()),
    "list_version": Case(listed(version=4), listed(version=5), 'values = ["5"]'),
}
CASES = {**FORM, **PROPERTIES, **CERTIFICATES, **TIMES, **LISTS}
WEIGHED = [rule for rule in rules().values() if rule.check is not None]
# What the subjects above break beside the rule in question is not evaluated.
QUIET = "\n".join(f'"{rule.id}" = "ignore"' for rule in WEIGHED)


def policy(rule: Rule, level: Level, parameters: str) -> JudgementPolicy:
    said = f'level = "{level}"' + (f", {parameters}" if parameters and level is not Level.IGNORE else "")
    base = policy_text(QUIET.replace(f'"{rule.id}" = "ignore"', f'"{rule.id}" = {{ {said} }}'))
    return policy_from_toml("test.toml", base)


def policy_text(settings: str) -> str:
    return f'title = "test"\nalgorithm_policy = "default"\nrevocation = "require"\n[every]\n{settings}\n'


def test_every_rule_has_its_case() -> None:
    assert set(CASES) == set(CHECKS) == {rule.check for rule in WEIGHED}


@pytest.mark.parametrize("rule", WEIGHED, ids=lambda rule: rule.id)
def test_rule_at_every_level(rule: Rule) -> None:
    case = CASES[rule.check or ""]
    for level in Level:
        found = policy(rule, level, case.parameters)
        for context in rule.contexts:
            heard = hear(found, rule.block, context, case.broken, rule.position)
            assert hear(found, rule.block, context, case.kept, rule.position) == Hearing(), "kept and refused"
            expected = (rule.sub_indication if level is Level.FAIL else None, level is Level.FAIL)
            assert (heard.sub_indication, bool(heard.failures)) == expected
            assert bool(heard.remarks) is (level in (Level.WARN, Level.INFORM))
            reasons = (*heard.failures, *heard.remarks)
            assert {severity(reason) for reason in reasons} <= {level.severity}
            assert {reason.code for reason in reasons} <= set(rule.reasons or catalogue())
            assert {reason.rule for reason in reasons} <= {rule.id}
            assert heard.passed is (level is not Level.FAIL)


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)
def test_definition_is_whole(rule: Rule) -> None:
    assert set(rule.reasons) <= set(catalogue())
    assert rule.title.strip()
    assert rule.clause.strip()
    assert set(rule.defaults) == set(rule.contexts)
    assert rule.excludes is None or rule.excludes in rules()
    if rule.mandatory:
        assert all(item.level is Level.FAIL for item in rule.defaults.values())
        assert rule.check is None, "no policy weighs it, so that nothing need be evaluated beside the block"
    elif rule.check is not None:
        assert rule.sub_indication is not None
    assert all(item.origin.file.startswith("rules/") and item.origin.line > 0 for item in rule.defaults.values())


def test_format_that_fails_is_proven_wrong_and_the_rest_left_open() -> None:
    for rule in WEIGHED:
        heard = hear(
            policy(rule, Level.FAIL, CASES[rule.check or ""].parameters),
            rule.block,
            rule.contexts[0],
            CASES[rule.check or ""].broken,
            rule.position,
        )
        wrong = rule.sub_indication is SubIndication.FORMAT_FAILURE
        assert heard.conclusion().indication is (Indication.FAILED if wrong else Indication.INDETERMINATE)


def test_weight_of_a_reason_is_written_only_where_it_differs() -> None:
    rule = rules()["SAV.issuer-serial"]
    as_defined = hear(policy(rule, Level.WARN, ""), "SAV", rule.contexts[0], CASES["issuer_serial"].broken)
    heavier = hear(policy(rule, Level.FAIL, ""), "SAV", rule.contexts[0], CASES["issuer_serial"].broken)
    assert [item.severity for item in as_defined.remarks] == [None]
    assert [item.severity for item in heavier.failures] == [Severity.ERROR]
