"""Documents that are not signed: a stable code each, no key used, nothing written."""

import re
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import MDPPerm
from pyhanko_certvalidator.registry import SimpleCertificateStore

from policies.errors import TrustspaceError
from signer import files, flow
from signer.errors import DocumentRefusedError
from signer.model import AdesLevel, SignatureFormat, SigningOptions, SigningServices


def refused(document: bytes, issued: Any) -> TrustspaceError:
    """The refusal; a key that is touched fails the test."""

    def key(_: bytes) -> bytes:
        pytest.fail("the key was used")

    with pytest.raises(TrustspaceError) as error:
        flow.sign(
            SignatureFormat.PADES,
            document,
            issued.identity(),
            SigningOptions(),
            SigningServices(),
            key,
            lambda: issued.at,
        )
    return error.value


@pytest.fixture(scope="module")
def issued(pki: Any) -> Any:
    found = pki.issue("Signer")
    found.at = pki.at
    return found


def encrypted(pdf: bytes, user: str) -> bytes:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(pdf)))
    writer.encrypt(owner_pass="owner", user_pass=user)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def certified(pdf: bytes, pki: Any, permission: MDPPerm) -> bytes:
    """A certification signature made by pyHanko."""
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    author = pki.issue("Author")
    private = author.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(author.der),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )
    meta = signers.PdfSignatureMetadata(
        field_name="Author", certify=True, docmdp_permissions=permission, md_algorithm="sha256"
    )
    output = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), meta, signer)
    result: bytes = output.getvalue()
    return result


def locked(pdf: bytes, pki: Any) -> bytes:
    """An approval signature whose field locks the document (PDF 2.0)."""
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    author = pki.issue("Locker")
    private = author.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(author.der),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )
    spec = fields.SigFieldSpec(
        "Locked",
        field_mdp_spec=fields.FieldMDPSpec(fields.FieldMDPAction.ALL),
        doc_mdp_update_value=MDPPerm.NO_CHANGES,
    )
    meta = signers.PdfSignatureMetadata(field_name="Locked", md_algorithm="sha256")
    output = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), meta, signer, new_field_spec=spec)
    result: bytes = output.getvalue()
    return result


def test_each_kind_has_its_code(pdf: bytes, issued: Any, pki: Any) -> None:
    cases = {
        "TS-SIGN-EMPTY": [b""],
        "TS-SIGN-NOT-PDF": [b"x", b"PK\x03\x04" + bytes(2000), bytes(2000), bytes(1100) + pdf],
        "TS-SIGN-PDF-BROKEN": [
            pdf[: len(pdf) // 2],
            pdf[:-30],
            b"%PDF-1.7\n%%EOF",
            pdf.replace(b"/Root", b"/Boot"),
            pdf.replace(b"/Pages", b"/Fages"),
            re.sub(rb"startxref\s+\d+", b"startxref\n7", pdf),
            pdf.replace(b"/Count 2", b"/Count 0"),
        ],
        "TS-SIGN-PDF-ENCRYPTED": [encrypted(pdf, "secret"), encrypted(pdf, "")],
        "TS-SIGN-DOCMDP-FORBIDS": [certified(pdf, pki, MDPPerm.NO_CHANGES), locked(pdf, pki)],
    }
    for code, documents in cases.items():
        for document in documents:
            error = refused(document, issued)
            assert error.code == code, document[:40]
            assert error.sentence
            assert error.next_step
            assert error.exit_status == (1 if code == "TS-SIGN-DOCMDP-FORBIDS" else 2)


@pytest.mark.parametrize("permission", [MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_a_certified_document_that_allows_signatures_is_signed(
    pdf: bytes, issued: Any, pki: Any, permission: MDPPerm
) -> None:
    document = certified(pdf, pki, permission)
    services = SigningServices()
    signed = flow.sign(
        SignatureFormat.PADES, document, issued.identity(), SigningOptions(), services, issued.sign, lambda: issued.at
    )
    assert signed.startswith(document)


def test_two_hundred_megabytes_of_zeros_are_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "zeros.pdf"
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    start = time.process_time()
    with pytest.raises(DocumentRefusedError) as error:
        files.read_document(path, SignatureFormat.PADES)
    assert error.value.code == "TS-SIGN-NOT-PDF"
    assert time.process_time() - start < 1


def test_a_file_beyond_the_limit_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    with path.open("wb") as stream:
        stream.truncate(files.MAXIMUM_SIZE + 1)
    with pytest.raises(DocumentRefusedError) as error:
        files.read_document(path, SignatureFormat.CADES)
    assert error.value.code == "TS-SIGN-TOO-LARGE"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentRefusedError):
        files.read_document(tmp_path / "none.pdf", SignatureFormat.PADES)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_pdf_is_signed_or_refused_but_nothing_else(pdf: bytes, issued: Any, data: st.DataObject) -> None:
    document = bytearray(pdf)
    for _ in range(data.draw(st.integers(min_value=1, max_value=6))):
        document[data.draw(st.integers(min_value=0, max_value=len(pdf) - 1))] = data.draw(st.integers(0, 255))
    try:
        flow.prepare(SignatureFormat.PADES, bytes(document), issued.identity(), SigningOptions(), issued.at)
    except DocumentRefusedError:
        return


def test_other_peoples_broken_documents_do_not_bring_it_down(corpus: Path, issued: Any) -> None:
    """Signed, tampered and malformed PDFs of other projects: each is prepared for a further signature or refused."""
    paths = sorted((corpus / "documents").rglob("*.pdf"))
    assert paths
    outcomes = {"prepared": 0, "refused": 0}
    for path in paths:
        try:
            flow.prepare(SignatureFormat.PADES, path.read_bytes(), issued.identity(), SigningOptions(), issued.at)
            outcomes["prepared"] += 1
        except DocumentRefusedError:
            outcomes["refused"] += 1
    assert outcomes["prepared"] > outcomes["refused"]


class TestOutput:
    """Where the result goes."""

    def test_the_input_is_never_the_output(self, tmp_path: Path) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(b"x")
        (tmp_path / "link.pdf").symlink_to(path)
        for target in (path, tmp_path / "link.pdf"):
            with pytest.raises(TrustspaceError) as error:
                files.check_output(path, target, replace=True)
            assert error.value.code == "TS-SIGN-OUTPUT"

    def test_an_existing_file_stays(self, tmp_path: Path) -> None:
        target = tmp_path / "out.pdf"
        target.write_bytes(b"precious")
        with pytest.raises(TrustspaceError):
            files.check_output(tmp_path / "a.pdf", target)
        with pytest.raises(TrustspaceError):
            files.write_atomically(target, b"new")
        assert target.read_bytes() == b"precious"
        assert list(tmp_path.iterdir()) == [target]
        files.write_atomically(target, b"new", replace=True)
        assert target.read_bytes() == b"new"

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(TrustspaceError) as error:
            files.check_output(tmp_path / "a.pdf", tmp_path / "none" / "b.pdf")
        assert error.value.exit_status == 2

    @pytest.mark.parametrize(
        ("name", "format", "expected"),
        [
            ("a.pdf", SignatureFormat.PADES, "a.signed.pdf"),
            ("a", SignatureFormat.PADES, "a.signed.pdf"),
            ("a.txt", SignatureFormat.CADES, "a.txt.p7s"),
        ],
    )
    def test_default_names(self, name: str, format: SignatureFormat, expected: str) -> None:
        assert files.default_output(Path("x") / name, format) == Path("x") / expected


def test_levels_are_ordered() -> None:
    assert [level.has_timestamp for level in AdesLevel] == [False, True, True, True]
    assert [level.has_material for level in AdesLevel] == [False, False, True, True]
