"""The GOST engine of OpenSSL signs for us and we for it: R 34.10-2012 on its sets, R 34.10-2001 read only."""

import base64
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from policies.algorithms import CryptoResult, describe_key, spki_leniencies, verify
from policies.algorithms.curves import Arithmetic
from policies.algorithms.gost_ru import SIGNATURE_256, SIGNATURE_512, SIGNATURE_2001
from policies.algorithms.identifiers import DER_NULL, encode_algorithm
from policies.algorithms.making import maker

ENGINE = ("-engine", "gost")
MESSAGE = b"the message that both sign"
VALID, INVALID, *_ = CryptoResult
DIGESTS = {"gost2012_256": "md_gost12_256", "gost2012_512": "md_gost12_512", "gost2001": "md_gost94"}
SIGNATURES = {"gost2012_256": SIGNATURE_256, "gost2012_512": SIGNATURE_512, "gost2001": SIGNATURE_2001}
SETS = {
    ("gost2012_256", "A"): "gost-2012-256-cryptopro-a",
    ("gost2012_256", "B"): "gost-2012-256-cryptopro-b",
    ("gost2012_256", "C"): "gost-2012-256-cryptopro-c",
    ("gost2012_256", "XA"): "gost-2012-256-cryptopro-xch-a",
    ("gost2012_256", "XB"): "gost-2012-256-cryptopro-xch-b",
    ("gost2012_256", "TCA"): "gost-2012-256-a",
    ("gost2012_256", "TCB"): "gost-2012-256-b",
    ("gost2012_256", "TCC"): "gost-2012-256-c",
    ("gost2012_256", "TCD"): "gost-2012-256-d",
    ("gost2012_512", "A"): "gost-2012-512-a",
    ("gost2012_512", "B"): "gost-2012-512-b",
    ("gost2012_512", "C"): "gost-2012-512-c",
    ("gost2001", "A"): None,
    ("gost2001", "B"): None,
    ("gost2001", "C"): None,
    ("gost2001", "XA"): None,
}


@pytest.fixture(scope="module")
def openssl(require: Callable[[str], str], absent: Callable[[str], None]) -> str:
    tool = require("openssl")
    if subprocess.run([tool, "engine", "gost"], capture_output=True, check=False).returncode:
        absent("OpenSSL has no GOST engine; apt-get install libengine-gost-openssl")
    return tool


@pytest.mark.parametrize(("algorithm", "parameters"), SETS, ids="-".join)
def test_signatures_of_the_engine_verify_and_ours_verify_in_the_engine(
    openssl: str, tmp_path: Path, arithmetic: Arithmetic, algorithm: str, parameters: str
) -> None:
    def run(*arguments: str) -> bytes:
        return subprocess.run([openssl, *arguments], cwd=tmp_path, check=True, capture_output=True).stdout

    options = ("-algorithm", algorithm, "-pkeyopt", f"paramset:{parameters}", "-out", "key.pem")
    digest = f"-{DIGESTS[algorithm]}"
    (tmp_path / "message").write_bytes(MESSAGE)
    run("genpkey", *ENGINE, *options)
    spki = run("pkey", *ENGINE, "-in", "key.pem", "-pubout", "-outform", "DER")
    value = run("dgst", *ENGINE, digest, "-sign", "key.pem", "message")
    identifier = encode_algorithm(SIGNATURES[algorithm])
    for written in (identifier, encode_algorithm(SIGNATURES[algorithm], DER_NULL)):
        assert verify(written, spki, MESSAGE, value) is VALID
    assert verify(identifier, spki, MESSAGE + b".", value) is INVALID
    assert verify(identifier, spki, MESSAGE, value[::-1]) is INVALID
    assert describe_key(spki).bits == (512 if algorithm.endswith("512") else 256)
    assert set(spki_leniencies(spki)) <= {"gost-superfluous-digest-parameters"}
    name = SETS[algorithm, parameters]
    if name is None:
        return
    armoured = (tmp_path / "key.pem").read_text()
    private = base64.b64decode("".join(line for line in armoured.splitlines() if not line.startswith("-")))
    kind = maker(name)
    assert kind.public_key_info(private) == spki
    (tmp_path / "ours").write_bytes(kind.sign(private, MESSAGE, lambda count: bytes(range(count))))
    run("dgst", *ENGINE, digest, "-prverify", "key.pem", "-signature", "ours", "message")
