"""Facts that another system recorded: what is read of them, how hostile files are met, what comes of real ones."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from policies.algorithms import AlgorithmUse
from policies.reasons import definition
from policies.vocabulary import Severity
from validator.cli.judge import RECORDED_POLICY, app
from validator.diagnostic import import_diagnostic_data
from validator.diagnostic.algorithms import digest_use, signature_use
from validator.evidence import Evidence, TimestampKind, decode, encode
from validator.judge import judge, judgement_policy
from validator.report import answer_line

NAMESPACE = "http://dss.esig.europa.eu/validation/diagnostic"

# Rows whose expectation this judgement does not share, each with the reason.
NOT_SHARED = {
    "D0000": "the building block of a counter-signature says FAILED; the signature as a whole is TOTAL-FAILED (5.1.3)",
    "D0002": "rests on a policy of its test that ends an algorithm earlier than the default",
    "D0016": "speaks of the building block of the revocation data, whose key size nobody recorded",
    "D0019": "speaks of the building block of the revocation data; the signature passes by its archive time-stamps",
    "D0021": "speaks of the first of two processes over the time-stamp; the later one resolves it (5.6.3)",
    "D0022": "asks for the long-term process only; the evidence record resolves it (D0069, the same file)",
    "D0030": "rests on a policy of its test that does not look at the digest of the signature policy",
    "D0054": "rests on a policy for trust lists, by which a signature has to cover the whole file",
    "D0079": "rests on an empty policy; without a signing certificate nothing can be verified (5.2.3)",
    "D0089": "rests on a policy of its test that only warns of weak algorithms",
}

CERTIFICATE = """<Certificate Id="C1"><SubjectDistinguishedName Format="RFC2253">CN=a</SubjectDistinguishedName>
<SerialNumber>10</SerialNumber><NotBefore>2020-01-01T00:00:00Z</NotBefore><NotAfter>2030-01-01T00:00:00</NotAfter>
<BasicSignature><EncryptionAlgoUsedToSignThisToken>RSA</EncryptionAlgoUsedToSignThisToken>
<KeyLengthUsedToSignThisToken>?</KeyLengthUsedToSignThisToken></BasicSignature>
<Trusted sunsetDate="2025-01-01T00:00:00Z">true</Trusted></Certificate>"""


def data(inside: str, at: str = "2024-01-01T00:00:00Z", namespace: str = NAMESPACE) -> bytes:
    head = f'<DiagnosticData xmlns="{namespace}"><ValidationDate>{at}</ValidationDate>'
    return f"{head}{inside}</DiagnosticData>".encode()


def rule(octets: bytes) -> str:
    """Why the file is refused."""
    evidence = import_diagnostic_data(octets)
    assert [item.code for item in evidence.structure] == ["TS-DIAG-UNREADABLE"]
    verdict = judge(evidence, judgement_policy(RECORDED_POLICY), datetime(2024, 1, 1, tzinfo=UTC))
    assert (verdict.indication, verdict.sub_indication) == ("TOTAL-FAILED", "FORMAT_FAILURE")
    return str(dict(evidence.structure[0].params)["rule"])


def test_facts_are_found_by_name_in_any_namespace() -> None:
    for namespace in (NAMESPACE, "urn:another"):
        evidence = import_diagnostic_data(
            data(f"<UsedCertificates>{CERTIFICATE}</UsedCertificates>", namespace=namespace)
        )
        recorded = evidence.recorded
        assert recorded is not None
        assert recorded.at == datetime(2024, 1, 1, tzinfo=UTC)
        (one,) = recorded.certificates
        assert (one.subject, one.serial, one.trusted, one.sunset) == (
            "CN=a",
            "a",
            True,
            datetime(2025, 1, 1, tzinfo=UTC),
        )
        assert one.not_after == datetime(2030, 1, 1, tzinfo=UTC)
        assert one.signature.uses == (AlgorithmUse("RSA", 0, "signature"),)
        assert not one.signature.intact
        assert [item.certificate for item in evidence.trust.anchors] == ["C1"]


def test_older_words_for_the_same_facts() -> None:
    older = """<Signatures><Signature Id="S"><DateTime>2020-01-01T00:00:00Z</DateTime>
        <SignatureFormat>XAdES-BASELINE-B</SignatureFormat><SigningCertificate Id="C1"/></Signature></Signatures>"""
    (signature,) = import_diagnostic_data(data(older)).signatures
    assert signature.claimed_time == datetime(2020, 1, 1, tzinfo=UTC)
    assert signature.signing_certificate == "C1"
    assert signature.format == "XAdES"


MATCHER = "<DigestMethod>SHA256</DigestMethod><DataFound>true</DataFound><DataIntact>true</DataIntact>"
FAULTS = {
    "TS-DIAG-AMBIGUOUS": f'<DigestMatchers><DigestMatcher type="REFERENCE" id="a" duplicated="true">{MATCHER}'
    "</DigestMatcher></DigestMatchers>",
    "TS-DIAG-SIGNERS": "<SignatureFormat>PAdES-BASELINE-B</SignatureFormat><SignerInformationStore><SignerInfo/>"
    "<SignerInfo/></SignerInformationStore>",
    "TS-DIAG-PDF": '<PDFRevision><PDFSignatureDictionary consistent="false"/></PDFRevision>',
    "TS-DIAG-STRUCTURE": '<StructuralValidation valid="false"/>',
    "TS-DIAG-ENTRY-MISSING": '<DigestMatchers><DigestMatcher type="MANIFEST_ENTRY"><DataFound>false</DataFound>'
    "</DigestMatcher></DigestMatchers>",
}


@pytest.mark.parametrize("code", FAULTS)
def test_faults_that_a_recording_states(code: str) -> None:
    evidence = import_diagnostic_data(data(f'<Signatures><Signature Id="S">{FAULTS[code]}</Signature></Signatures>'))
    verdict = judge(evidence, judgement_policy(RECORDED_POLICY), datetime(2024, 1, 1, tzinfo=UTC))
    assert code in {item.code for item in verdict.signatures[0].reasons}
    refused = definition(code).severity is Severity.ERROR
    assert (verdict.sub_indication == "FORMAT_FAILURE") is refused


def test_what_an_evidence_record_needs() -> None:
    def record(matchers: str, stamps: str) -> tuple[str, str | None, set[str]]:
        inside = f'<EvidenceRecord Id="E"><DigestMatchers>{matchers}</DigestMatchers>{stamps}</EvidenceRecord>'
        evidence = import_diagnostic_data(data(f"<EvidenceRecords>{inside}</EvidenceRecords>"))
        verdict = judge(evidence, judgement_policy(RECORDED_POLICY), datetime(2024, 1, 1, tzinfo=UTC))
        (found,) = verdict.evidence_records
        assert verdict.indication == found.indication
        return found.indication, found.sub_indication, {item.code for item in found.reasons}

    whole = f'<DigestMatcher type="EVIDENCE_RECORD_ARCHIVE_OBJECT">{MATCHER}</DigestMatcher>'
    dangling = '<EvidenceRecordTimestamps><FoundTimestamp Timestamp="T"/></EvidenceRecordTimestamps>'
    for stamps in ("", dangling):
        assert record(whole, stamps) == ("FAILED", "FORMAT_FAILURE", {"TS-ERV-TIME-STAMPS"})
    broken = whole.replace("<DataIntact>true", "<DataIntact>false")
    assert "TS-ERV-HASH" in record(broken, "")[2]
    assert "TS-ERV-DATA-NOT-FOUND" in record("", "")[2]


def test_files_that_are_no_diagnostic_data() -> None:
    assert rule(b"") == "not well-formed XML"
    assert rule(b"\x00\xff" * 50) == "not well-formed XML"
    assert rule(b"<DiagnosticData>") == "not well-formed XML"
    assert rule(b"<Other/>") == "the root element is not DiagnosticData"
    assert rule(data("", at="yesterday")) == "a time that is none"
    assert (
        rule(data("<UsedCertificates><Certificate Id='C'/></UsedCertificates>"))
        == "a certificate without name or validity"
    )
    assert (
        rule(data(f"<UsedCertificates>{CERTIFICATE}{CERTIFICATE}</UsedCertificates>"))
        == "one identifier for two objects"
    )
    assert rule(data("<Signatures><Signature/></Signatures>")) == "a signature without identifier"
    assert rule(data("<UsedTimestamps><Timestamp Type='NONE'/></UsedTimestamps>")) == "a time-stamp without identifier"


@pytest.mark.parametrize("number", ["--5", "-", "", "5-", "1e3", "٣٣٣x", "9" * 101])
def test_what_is_no_number_is_said(number: str) -> None:
    lists = f"<TrustedLists><TrustedList Id='l'><SequenceNumber>{number}</SequenceNumber></TrustedList></TrustedLists>"
    found = import_diagnostic_data(data(lists))
    assert [item.code for item in found.structure] == (["TS-DIAG-UNREADABLE"] if number else [])


def test_hostile_xml_is_refused_without_being_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="ascii")
    outside = f'<!DOCTYPE DiagnosticData [<!ENTITY x SYSTEM "{secret.as_uri()}">]><DiagnosticData>&x;</DiagnosticData>'
    bomb = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><DiagnosticData>&b;</DiagnosticData>'
    assert rule(outside.encode()) == rule(bomb.encode()) == "a document type declaration"
    assert rule(data("<a>" * 100 + "</a>" * 100)) == "nested too deeply"
    assert rule(data("<a>" * 5000 + "</a>" * 5000)) == "not well-formed XML"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 4000), st.integers(0, 4000))
def test_no_octets_raise(noise: bytes, start: int, length: int) -> None:
    """A file with a piece cut out or replaced gives an Evidence that can be judged."""
    whole = data(f"<UsedCertificates>{CERTIFICATE}</UsedCertificates><Signatures><Signature Id='S'/></Signatures>")
    evidence = import_diagnostic_data(whole[:start] + noise + whole[start + length :])
    verdict = judge(evidence, judgement_policy(RECORDED_POLICY), datetime(2024, 1, 1, tzinfo=UTC))
    assert verdict.indication not in ("TOTAL-PASSED", "PASSED")


@given(st.text(max_size=20), st.integers(0, 1 << 20))
def test_unknown_algorithms_are_never_reliable(name: str, bits: int) -> None:
    catalogue = judgement_policy(RECORDED_POLICY).algorithms
    now = datetime(2024, 1, 1, tzinfo=UTC)
    for use in (digest_use(f"x{name}"), signature_use(f"x{name}", bits)):
        assert use.bits == 0
        assert catalogue.finding(use, now) is not None
    assert digest_use("SHA256") == AlgorithmUse("SHA-256", 256, "digest")
    assert signature_use("PLAIN-ECDSA", 256) == AlgorithmUse("ECDSA", 256, "signature")


# --- other people's cases -----------------------------------------------------------------------------------------


def rows(corpus: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (corpus / "diagnostic-data.jsonl").read_text(encoding="utf-8").splitlines()]


def answered(corpus: Path, row: dict[str, Any]) -> dict[str, Any]:
    evidence = import_diagnostic_data((corpus / row["file"]).read_bytes())
    assert not evidence.structure
    assert evidence.recorded is not None
    assert decode(Evidence, encode(evidence)) == evidence
    return answer_line(row["id"], judge(evidence, judgement_policy(RECORDED_POLICY), evidence.recorded.at))


def agrees(expected: str, answer: dict[str, Any]) -> bool:
    every = [answer, *answer["signatures"], *answer["timestamps"]]
    kind, _, word = expected.partition("/")
    if kind == "QUALIFICATION":
        return any((item.get("qualification") or "").upper().replace("-", "_") == word for item in every)
    return any(item["indication"] == kind and word in (item["subIndication"] or "") for item in every)


def test_recorded_cases_of_another_implementation(corpus: Path) -> None:
    found = {row["id"]: agrees(row["expected"], answered(corpus, row)) for row in rows(corpus)}
    assert {name for name, agreed in found.items() if not agreed} == set(NOT_SHARED)


def test_evidence_records_are_judged_and_prove(corpus: Path) -> None:
    row = next(item for item in rows(corpus) if item["id"] == "D0069")
    evidence = import_diagnostic_data((corpus / row["file"]).read_bytes())
    assert {item.kind for item in evidence.timestamps} >= {TimestampKind.SIGNATURE, TimestampKind.EVIDENCE_RECORD}
    answer = answered(corpus, row)
    assert [item["indication"] for item in answer["evidenceRecords"]] == ["PASSED"]
    assert answer["signatures"][0]["bestSignatureTime"] == "2021-04-08T12:54:23Z"


def test_the_command_judges_for_the_recorded_time(corpus: Path, tmp_path: Path) -> None:
    file = str(corpus / rows(corpus)[-1]["file"])
    stored = tmp_path / "evidence.json"
    done = CliRunner().invoke(app, ["--diagnostic-data", file, "--json", "--evidence", str(stored)])
    assert done.exit_code == 0
    first = json.loads(done.stdout)
    assert first["replay"]["policy"] == RECORDED_POLICY
    again = CliRunner().invoke(app, [str(stored), "--policy", RECORDED_POLICY, "--at", first["replay"]["at"], "--json"])
    assert json.loads(again.stdout)["replay"]["verdict"] == first["replay"]["verdict"]


@pytest.mark.parametrize("words", [(), ("a", "--diagnostic-data", "b")])
def test_the_command_wants_exactly_one_file(words: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, list(words)).exit_code == 2
