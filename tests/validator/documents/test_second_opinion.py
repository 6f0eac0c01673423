"""Other people's validators over the same files: pyHanko's own, poppler's pdfsig, and openssl cms."""

import asyncio
import io
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import crl as asn1_crl
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

DATA = b"One hundred tonnes of wheat."


def by_pyhanko(data: bytes, world: Any) -> bool:
    context = ValidationContext(
        trust_roots=[world.root.asn1],
        crls=[asn1_crl.CertificateList.load(item) for item in world.crls()],
        allow_fetching=False,
        revocation_mode="hard-fail",
        moment=world.moment,
    )
    found = PdfFileReader(io.BytesIO(data)).embedded_signatures[0]
    return bool(asyncio.run(async_validate_pdf_signature(found, signer_validation_context=context)).bottom_line)


@pytest.mark.parametrize("change", ["none", "content", "value"])
def test_pyhanko_agrees(change: str, world: Any, now: Any, evidence_of: Any, judged: Any) -> None:
    data = world.pdf()
    if change == "content":
        data = data.replace(b"/MediaBox", b"/MediaBux", 1)
    elif change == "value":
        at = data.index(b"/Contents <") + 400
        data = data[:at] + (b"0" if data[at : at + 1] != b"0" else b"1") + data[at + 1 :]
    world.moment = now
    ours = judged(evidence_of(data, anchors=[world.root], crls=world.crls())).indication == "TOTAL-PASSED"
    try:
        theirs = by_pyhanko(data, world)
    except Exception:
        theirs = False
    assert ours == theirs == (change == "none")


def test_pdfsig_agrees_on_integrity(
    world: Any, tmp_path: Path, require: Callable[[str], str], evidence_of: Any, judged: Any
) -> None:
    pdfsig = require("pdfsig")
    good = world.pdf()
    bad = good.replace(b"/MediaBox", b"/MediaBux", 1)
    for data, valid in ((good, True), (bad, False)):
        file = tmp_path / "signed.pdf"
        file.write_bytes(data)
        told = subprocess.run([pdfsig, "-nocert", str(file)], capture_output=True, text=True, check=False).stdout
        signature = judged(evidence_of(data)).signatures[0]
        assert ("Signature is Valid" in told) is valid
        assert (signature.intact and signature.digests_intact) is valid


@pytest.mark.parametrize("document", [DATA, b"something else"])
def test_openssl_agrees(
    document: bytes, world: Any, tmp_path: Path, require: Callable[[str], str], evidence_of: Any, judged: Any
) -> None:
    openssl = require("openssl")
    signed = world.cms(DATA)
    (tmp_path / "signed.p7s").write_bytes(signed)
    (tmp_path / "data").write_bytes(document)
    (tmp_path / "root.pem").write_bytes(world.root.certificate.public_bytes(Encoding.PEM))
    command = [openssl, "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", str(tmp_path / "signed.p7s")]
    command += ["-content", str(tmp_path / "data"), "-CAfile", str(tmp_path / "root.pem"), "-purpose", "any"]
    command += ["-attime", str(int(world.end.timestamp()) - 1000), "-out", str(tmp_path / "out")]
    theirs = subprocess.run(command, capture_output=True, check=False).returncode == 0
    ours = judged(evidence_of(signed, anchors=[world.root], crls=world.crls(), detached=[document]))
    assert (ours.indication == "TOTAL-PASSED") is theirs is (document == DATA)
