"""A key that never leaves its token signs documents and time-stamps (SoftHSM)."""

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ops.platform.clock import FixedClock
from ops.platform.keys import KeyAlgorithm
from ops.platform.keys.pkcs11 import Pkcs11KeyStore
from signer import flow
from signer.holder import store_signer
from signer.model import AdesLevel, SignatureFormat, SigningOptions, SigningServices
from signer.selfcheck import SelfValidation
from signer.tsa.authority import TimestampAuthority
from signer.tsa.clockguard import ClockGuard
from signer.tsa.serials import CountingSerialNumbers
from signer.tsa.unit import TimestampingUnit, UnitPolicy

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
MODULES = (Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/lib64/pkcs11/libsofthsm2.so"))


@pytest.fixture(scope="module")
def store(require: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pkcs11KeyStore]:
    """A fresh token of this module's own."""
    tool = require("softhsm2-util")
    module = next(path for path in MODULES if path.exists())
    directory = tmp_path_factory.mktemp("token")
    (directory / "tokens").mkdir()
    configuration = directory / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {directory}/tokens\nobjectstore.backend = file\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        command = [tool, "--init-token", "--free", "--label", "signing", "--so-pin", "so-pin", "--pin", "user-pin"]
        subprocess.run(command, check=True, capture_output=True)
        opened = Pkcs11KeyStore(module, "signing", "user-pin")
        yield opened
        opened.close()


class Public:
    def __init__(self, spki: bytes) -> None:
        self._key = load_der_public_key(spki)

    def public_key(self) -> Any:
        return self._key


@pytest.mark.parametrize("format", list(SignatureFormat))
@pytest.mark.parametrize(
    ("algorithm", "pss"),
    [(KeyAlgorithm.EC_P256, False), (KeyAlgorithm.RSA_3072, True), (KeyAlgorithm.ED25519, False)],
)
def test_a_token_signs_a_document(
    store: Pkcs11KeyStore,
    pki: Any,
    pdf: bytes,
    services: SigningServices,
    format: SignatureFormat,
    algorithm: KeyAlgorithm,
    pss: bool,
) -> None:
    label = f"{algorithm.value}-{format}"
    identity = pki.issue("On a token", Public(store.generate(label, algorithm).spki)).identity(pss=pss)
    judging = SigningServices(
        timestamper=services.timestamper, material=services.material, judge=SelfValidation(FixedClock(NOW))
    )
    holder = store_signer(store, label, identity.scheme)
    options = SigningOptions(level=AdesLevel.LTA)
    assert flow.sign(format, pdf, identity, options, judging, holder, lambda: NOW)


def test_a_token_holds_the_key_of_a_time_stamping_unit(store: Pkcs11KeyStore, pki: Any) -> None:
    issued = pki.tsu(Public(store.generate("tsu", KeyAlgorithm.EC_P384).spki))
    policy = UnitPolicy("1.3.6.1.4.1.55555.1.1")
    unit = TimestampingUnit.from_store("tsu", issued.identity(), store, "tsu", policy, NOW)
    authority = TimestampAuthority(unit, ClockGuard(FixedClock(NOW)), CountingSerialNumbers())
    assert authority.stamp(bytes(48), "sha384")
