"""Other people's code over everything that the demonstration wrote: openssl, pkilint, poppler and pyHanko."""

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from tests.e2e import linters

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

MEMBERS = ("am", "by", "kz", "kg", "ru")
STATES = (*MEMBERS, "ee", "cn")


@pytest.fixture(scope="module")
def pem(demo_output: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's certificates and CRLs in PEM, under the same names."""
    folder = tmp_path_factory.mktemp("pem")
    for path in demo_output.glob("certificates/*/*.cer"):
        octets = x509.load_der_x509_certificate(path.read_bytes()).public_bytes(Encoding.PEM)
        (folder / f"{path.parent.name}--{path.stem}.pem").write_bytes(octets)
    lists = [x509.load_der_x509_crl(path.read_bytes()) for path in demo_output.glob("crls/*.crl")]
    (folder / "crls.pem").write_bytes(b"".join(item.public_bytes(Encoding.PEM) for item in lists))
    return folder


def one(pem: Path, pattern: str) -> Path:
    found = sorted(pem.glob(pattern))
    assert found, pattern
    return found[0]


def joined(pem: Path, name: str, *patterns: str) -> Path:
    target = pem / name
    target.write_bytes(b"".join(path.read_bytes() for pattern in patterns for path in sorted(pem.glob(pattern))))
    return target


def openssl_verify(openssl: str, pem: Path, leaf: Path, root: Path, untrusted: Path, *more: str) -> str:
    done = subprocess.run(
        [openssl, "verify", "-x509_strict", "-crl_check_all", "-CRLfile", str(pem / "crls.pem"), "-CAfile", str(root),
         "-untrusted", str(untrusted), *more, str(leaf)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.mark.parametrize("state", STATES)
def test_openssl_verifies_every_persons_path_at_home(state: str, pem: Path, require: Callable[[str], str]) -> None:
    untrusted = joined(pem, f"{state}-home.chain", f"{state}-root--issuing-*.pem")
    leaves = [path for path in pem.glob(f"{state}-issuing--*.pem") if "--ocsp-" not in path.name]
    assert leaves
    for leaf in leaves:
        told = openssl_verify(require("openssl"), pem, leaf, one(pem, f"{state}-root--root-*.pem"), untrusted)
        if "careless" in told or "revoked" in told:
            assert state == "kz"
            continue
        if "expired" in told:
            assert state == "by"
            continue
        assert told.strip().endswith(": OK"), told


@pytest.mark.parametrize(("forum", "home"), [("by", "kz"), ("kz", "am"), ("ru", "by"), ("am", "ru")])
def test_openssl_goes_through_the_cross_certificates(
    forum: str, home: str, pem: Path, require: Callable[[str], str]
) -> None:
    """With explicit policy: the mappings of both cross-certificates have to carry the signer's policy."""
    untrusted = joined(
        pem,
        f"{forum}-{home}.chain",
        f"{forum}-root--cross-*.pem",
        "eaeu-root--cross-*.pem",
        f"{home}-root--issuing-*.pem",
    )
    policies = ("-policy_check", "-policy", "2.5.29.32.0", "-explicit_policy")
    leaf = sorted([*pem.glob(f"{home}-issuing--legal-person-*"), *pem.glob(f"{home}-issuing--natural-person-*")])[0]
    told = openssl_verify(require("openssl"), pem, leaf, one(pem, f"{forum}-root--root-*.pem"), untrusted, *policies)
    assert told.strip().endswith(": OK"), told


def test_openssl_refuses_the_suspended_cross_certificate(pem: Path, require: Callable[[str], str]) -> None:
    untrusted = joined(pem, "by-kg.chain", "by-root--cross-*.pem", "eaeu-root--cross-*.pem", "kg-root--issuing-*.pem")
    leaf = one(pem, "kg-issuing--legal-person-*.pem")
    told = openssl_verify(require("openssl"), pem, leaf, one(pem, "by-root--root-*.pem"), untrusted)
    assert "certificate revoked" in told


@pytest.mark.parametrize("state", STATES)
def test_openssl_accepts_every_ocsp_response(
    state: str, demo_output: Path, pem: Path, require: Callable[[str], str]
) -> None:
    issuer = str(one(pem, f"{state}-root--issuing-*.pem"))
    for response in sorted(demo_output.glob(f"ocsp/{state}-issuing/*.ors")):
        done = subprocess.run(
            [require("openssl"), "ocsp", "-respin", str(response), "-no_nonce",
             "-issuer", issuer, "-cert", str(pem / f"{state}-issuing--{response.stem}.pem"),
             "-CAfile", str(one(pem, f"{state}-root--root-*.pem")),
             "-verify_other", issuer],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Response verify OK" in done.stderr, done.stderr
        assert ": good" in done.stdout or ": revoked" in done.stdout


def told_by(judge: Callable[[bytes], str], paths: list[Path]) -> dict[str, str]:
    return {path.name: told for path in paths if (told := judge(path.read_bytes()))}


def is_person(path: Path) -> bool:
    return path.name.startswith(("natural-person-", "legal-person-", "organisation-person-"))


def test_pkilint_finds_nothing_in_any_certificate(demo_output: Path) -> None:
    paths = sorted(demo_output.glob("certificates/*/*.cer"))
    assert len(paths) > 100
    persons = [path for path in paths if is_person(path)]
    assert len(persons) >= 9
    assert told_by(linters.service_certificate, paths) == {}
    assert told_by(linters.person_certificate, persons) == {}


def test_pkilint_finds_nothing_in_any_list_or_response(demo_output: Path) -> None:
    responses = sorted(demo_output.glob("ocsp/*/*.ors"))
    assert len(responses) > 100
    assert told_by(linters.revocation_list, sorted(demo_output.glob("crls/*.crl"))) == {}
    assert told_by(linters.ocsp_response, responses) == {}


SIGNED = (
    "contract.pdf",
    "court-filing.pdf",
    "expired-with-long-term-data.pdf",
    "european.pdf",
    "agency-batch/0000.pdf",
)


@pytest.mark.parametrize("name", SIGNED)
def test_poppler_finds_every_signature_value_valid(name: str, demo_output: Path, require: Callable[[str], str]) -> None:
    told = subprocess.run(
        [require("pdfsig"), "-nocert", str(demo_output / "documents" / name)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    count = told.count("Signature #")
    assert count >= 1
    # A document time-stamp is not a signature that poppler checks.
    checked = count - told.count("Signature Type: unknown")
    assert told.count("Signature is Valid.") == checked, told


def test_poppler_sees_the_changed_octet(demo_output: Path, require: Callable[[str], str]) -> None:
    told = subprocess.run(
        [require("pdfsig"), "-nocert", str(demo_output / "documents" / "contract-tampered.pdf")],
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    assert "Digest Mismatch" in told


@pytest.mark.parametrize(("name", "home"), [("contract.pdf", "kz"), ("court-filing.pdf", "ru"), ("european.pdf", "ee")])
def test_pyhanko_validates_the_first_signature_at_home(name: str, home: str, demo_output: Path) -> None:
    roots = [path.read_bytes() for path in demo_output.glob(f"certificates/{home}-root/root-*.cer")]
    issuing = [path.read_bytes() for path in demo_output.glob(f"certificates/{home}-root/issuing-*.cer")]
    context = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(root) for root in roots],
        other_certs=[asn1_x509.Certificate.load(item) for item in issuing],
        crls=[path.read_bytes() for path in demo_output.glob(f"crls/{home}-*.crl")],
        revocation_mode="require",
    )
    reader = PdfFileReader(io.BytesIO((demo_output / "documents" / name).read_bytes()))
    status = validate_pdf_signature(reader.embedded_regular_signatures[0], context)
    assert (status.valid, status.intact, status.trusted) == (True, True, True)
