"""Sealed reports: made by this installation's own seal, accepted by our validator, by OpenSSL and by poppler; a changed
octet is noticed. The commands are run as a person runs them.
"""

import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner

from ca import identity
from ops.platform.clock import SystemClock
from ops.service.cli import SEALER, _open_sealer
from ops.service.report.sealing import ReportSealer
from policies.errors import TrustspaceError
from signer.service import SigningService
from tests.service.web.house import House, open_house, paper
from validator.cli.validate import app
from validator.gather import AnchorInput, Source
from validator.report.forms import Form, made_report
from validator.report.replay import read_report, replay_report
from validator.service import ValidationRequest, ValidationResult, validate

PASSPHRASE = "correct horse battery staple"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("sealing"), SystemClock()) as found:
        found.build()
        found.add_unit()
        subject = identity.legal_person("KZ", organization="Recognition Service", identifier="050140000011")
        issued = found.issue("legal-person", subject, "seal")
        installation = found.installation
        signer = SigningService(installation.database, installation.keys, installation.audit, installation.clock)
        signer.credentials.add("seal", owner="service", key_label="seal", certificate=issued.der, chain=found.chain)
        yield found


@pytest.fixture(scope="module")
def sealer(house: House) -> ReportSealer:
    return ReportSealer(house.installation, "seal")


@pytest.fixture(scope="module")
def result(house: House) -> ValidationResult:
    return judged(house, house.sign(paper()))


def judged(house: House, document: bytes, *detached: bytes) -> ValidationResult:
    return validate(
        ValidationRequest(
            document=Source("document", document),
            detached=tuple(Source("detached", item) for item in detached),
            anchors=(AnchorInput(source=Source("root", house.chain[-1]), territory="KZ"),),
        )
    )


def made(form: Form, result: ValidationResult, sealer: ReportSealer) -> Any:
    return made_report(form, "case", result.evidence, result.verdict, result.recognitions, ("en",), sealer)


def test_a_sealed_pdf_is_totally_passed_and_still_the_same_report(
    house: House, sealer: ReportSealer, result: ValidationResult
) -> None:
    report = made(Form.PDF, result, sealer)
    own = judged(house, report.octets)
    assert own.verdict.indication == "TOTAL-PASSED"
    (signature,) = own.verdict.signatures
    assert signature.level == "PAdES-BASELINE-LT"
    assert signature.best_time_proof is not None
    assert signature.signer is not None
    assert signature.signer.organisation == "Recognition Service"
    assert replay_report(read_report(report.octets)).same
    with pikepdf.open(io.BytesIO(report.octets)) as pdf, pdf.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfuaid:part"]) == ("3", "1")


def test_a_changed_octet_of_a_sealed_pdf_is_told(house: House, sealer: ReportSealer, result: ValidationResult) -> None:
    octets = made(Form.PDF, result, sealer).octets
    changed = octets.replace(b"(trustspace)", b"(trustspacE)", 1)
    assert changed != octets
    assert judged(house, changed).verdict.indication == "TOTAL-FAILED"
    assert [item.field for item in replay_report(read_report(changed)).differences] == ["pages"]


@pytest.mark.parametrize("form", [Form.JSON, Form.XML, Form.HTML])
def test_a_seal_beside_is_totally_passed_and_names_no_other_report(
    house: House, sealer: ReportSealer, result: ValidationResult, form: Form
) -> None:
    report = made(form, result, sealer)
    assert judged(house, report.seal, report.octets).verdict.indication == "TOTAL-PASSED"
    assert judged(house, report.seal, report.octets + b" ").verdict.indication == "TOTAL-FAILED"


def test_openssl_accepts_a_seal_beside(
    house: House, sealer: ReportSealer, result: ValidationResult, tmp_path: Path
) -> None:
    report = made(Form.XML, result, sealer)
    (tmp_path / "report.xml").write_bytes(report.octets)
    (tmp_path / "report.p7s").write_bytes(report.seal)
    root = x509.load_der_x509_certificate(house.chain[-1])
    (tmp_path / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    command = "openssl cms -verify -binary -inform DER -in report.p7s -content report.xml -CAfile root.pem -purpose any"
    done = subprocess.run([*command.split(), "-out", "out"], cwd=tmp_path, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out").read_bytes() == report.octets


def test_poppler_accepts_the_seal_of_a_pdf(sealer: ReportSealer, result: ValidationResult, tmp_path: Path) -> None:
    if shutil.which("pdfsig") is None:
        pytest.skip("pdfsig (Debian: poppler-utils) is not installed")
    file = tmp_path / "report.pdf"
    file.write_bytes(made(Form.PDF, result, sealer).octets)
    said = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, check=False, text=True).stdout
    assert "Signature is Valid." in said
    assert "ETSI.CAdES.detached" in said


# --- the commands ------------------------------------------------------------------------------------------------


@pytest.fixture
def run(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`run("validate", …)` inside the installation: exit status and what was printed."""
    settings = house.installation.settings
    monkeypatch.setenv("TRUSTSPACE_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("TRUSTSPACE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("TRUSTSPACE_KEY_PASSPHRASE", PASSPHRASE)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "signed.pdf").write_bytes(house.sign(paper()))
    (tmp_path / "root.cer").write_bytes(house.chain[-1])

    def invoke(*words: str) -> tuple[int, str]:
        found = CliRunner().invoke(app, list(words[1:]), obj={SEALER: _open_sealer})
        if isinstance(found.exception, TrustspaceError):
            raise found.exception
        return found.exit_code, found.stdout

    return invoke


ASKED = ("validate", "signed.pdf", "--anchor", "root.cer", "--offline", "--forum", "KZ")


@pytest.mark.parametrize("form", ["pdf", "xml", "json", "html"])
def test_a_report_is_written_sealed_and_replayed(run: Any, tmp_path: Path, form: str) -> None:
    name = f"report.{form}"
    run(*ASKED, "--report", form, "--out", name, "--seal", "seal", "--evidence", "facts.json")
    assert (tmp_path / f"{name}.p7s").exists() == (form != "pdf")
    if form == "html":
        return
    more = () if form == "pdf" else ("--evidence", "facts.json")
    status, said = run("validate", "--replay", name, *more, "--anchor", "root.cer", "--json")
    row = json.loads(said)
    assert status == 0, row
    assert row["same"] is True
    (seal,) = row["seals"]
    assert seal["indication"] == "TOTAL-PASSED"


def test_evidence_can_come_from_holdings(run: Any, tmp_path: Path) -> None:
    run(*ASKED, "--report", "json", "--out", "report.json", "--keep", "kept.sqlite")
    assert run("validate", "--replay", "report.json", "--holdings", "kept.sqlite")[0] == 0
    with pytest.raises(TrustspaceError) as refused:
        run("validate", "--replay", "report.json", "--holdings", "elsewhere.sqlite")
    assert refused.value.exit_status == 2


def test_a_changed_report_and_a_broken_seal_are_told(run: Any, tmp_path: Path) -> None:
    run(*ASKED, "--report", "json", "--out", "report.json", "--seal", "seal", "--evidence", "facts.json")
    file = tmp_path / "report.json"
    file.write_bytes(file.read_bytes().replace(b'"digestsIntact":true', b'"digestsIntact":false', 1))
    status, said = run("validate", "--replay", "report.json", "--evidence", "facts.json")
    assert status == 1
    assert "different" in said
    assert "signatures[0].digestsIntact: the report states 'False', now it is 'True'" in said
    assert "BROKEN" in said


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((*ASKED, "--report", "odt", "--out", "x"), "TS-VALIDATE-OPTION"),
        ((*ASKED, "--report", "pdf"), "TS-VALIDATE-OPTION"),
        ((*ASKED, "--seal", "seal"), "TS-VALIDATE-OPTION"),
        ((*ASKED, "--language", "en,ru,de", "--report", "pdf", "--out", "x"), "TS-VALIDATE-OPTION"),
        ((*ASKED, "--language", "xx"), "TS-VALIDATE-OPTION"),
        ((*ASKED, "--report", "pdf", "--out", "nowhere/x.pdf"), "TS-OUTPUT-UNWRITABLE"),
        ((*ASKED, "--report", "pdf", "--out", "x.pdf", "--seal", "nobody"), "TS-SIGN-CREDENTIAL-UNKNOWN"),
        (("validate", "--replay", "root.cer"), "TS-REPORT-UNREADABLE"),
        (("validate", "--replay", "absent.json"), "TS-DOC-NOT-FOUND"),
    ],
)
def test_what_cannot_be_done_is_told_and_leaves_nothing(run: Any, tmp_path: Path, words: Any, code: str) -> None:
    with pytest.raises(TrustspaceError) as refused:
        run(*words)
    assert refused.value.code == code
    assert not (tmp_path / "x.pdf").exists()
