"""The same room over keys that never leave a token."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

MODULES = (Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/lib64/pkcs11/libsofthsm2.so"))
WORKER = "tests.ca.token_worker"
PROJECT = Path(__file__).parents[2]


def test_hierarchies_in_a_token(require: Callable[[str], str], tmp_path: Path) -> None:
    tool = require("softhsm2-util")
    module = next((path for path in MODULES if path.exists()), None)
    if module is None:
        pytest.fail("softhsm2-util is installed, but its module is not where Debian and Fedora put it")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\n")
    environment = {**os.environ, "SOFTHSM2_CONF": str(tmp_path / "softhsm2.conf")}
    new_token = [tool, "--init-token", "--free", "--label", "ca", "--so-pin", "so-pin", "--pin", "user-pin"]
    subprocess.run(new_token, check=True, capture_output=True, env=environment)
    command = [sys.executable, "-m", WORKER, str(module), "ca", "user-pin", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=False, env=environment, timeout=120, cwd=PROJECT)
    assert done.returncode == 0, done.stderr.decode()
    certificates = x509.load_pem_x509_certificates(done.stdout)
    assert len(certificates) == 6
    for root, issuing, leaf in (certificates[:3], certificates[3:]):
        root.verify_directly_issued_by(root)
        issuing.verify_directly_issued_by(root)
        leaf.verify_directly_issued_by(issuing)
