"""A key that never leaves its token signs documents and time-stamps (SoftHSM)."""

from collections.abc import Iterator
from datetime import UTC, datetime
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


@pytest.fixture(scope="module")
def store(softhsm: Any) -> Iterator[Pkcs11KeyStore]:
    """A token of this module's own."""
    opened = Pkcs11KeyStore(softhsm.module, "signing", softhsm.pin)
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
