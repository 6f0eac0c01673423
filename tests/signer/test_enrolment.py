"""From an authority of the same installation to a credential that signs and a unit that stamps."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ca.service import CertificateAuthority
from ca.values import AuthorityKind, NewAuthority
from ops.platform.audit import AuditLog
from ops.platform.clock import FixedClock
from ops.platform.database import Database
from ops.platform.keys import KeyAlgorithm, SoftwareKeyStore
from policies.errors import TrustspaceError
from signer.enrolment import Enrolment
from signer.errors import CredentialTakenError, TsaUnitTakenError
from signer.material import MaterialCollector
from signer.model import AdesLevel, Material, SignatureFormat, SigningOptions, SigningServices
from signer.service import SigningService
from signer.tsa.service import TimestampUnits
from signer.tsa.unit import UnitPolicy

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
SELLER = (
    ("countryName", "KZ"),
    ("organizationName", "Оңтүстік Сауда ЖШС"),
    ("organizationIdentifier", "NTRKZ-1"),
    ("commonName", "Оңтүстік Сауда ЖШС"),
)


class Installation:
    """A national hierarchy, a signer and units over one database."""

    def __init__(self, database: Database, keys: SoftwareKeyStore) -> None:
        clock = FixedClock(NOW)
        keys.generate("audit", KeyAlgorithm.EC_P256)
        audit = AuditLog(keys, "audit", clock, "test")
        with database.write() as session:
            audit.create(session)
        self.keys = keys
        self.ca = CertificateAuthority(database, keys, audit, clock, "http://127.0.0.1:1")
        root = (*SELLER[:3], ("commonName", "Root"))
        self.ca.create_authority(NewAuthority("root", "KZ", AuthorityKind.ROOT, root))
        issuing = (*SELLER[:3], ("commonName", "Issuing"))
        self.ca.create_authority(NewAuthority("issuing", "KZ", AuthorityKind.ISSUING, issuing, parent="root"))
        self.signer = SigningService(database, keys, audit, clock)
        self.units = TimestampUnits(database, keys, audit, clock)
        self.enrolment = Enrolment(self.ca, keys)

    def credential(self, name: str = "seller", profile: str = "legal-person") -> None:
        self.enrolment.credential(
            self.signer.credentials, name, owner="Seller", authority="issuing", profile=profile, subject=SELLER
        )

    def unit(self, name: str = "unit") -> None:
        subject = (*SELLER[:3], ("commonName", "TSU 1"))
        policy = UnitPolicy("1.3.6.1.4.1.32473.1.4.999")
        self.enrolment.unit(self.units, name, authority="issuing", subject=subject, policy=policy)


@pytest.fixture
def installation(database: Database, tmp_path: Path) -> Iterator[Installation]:
    keys = SoftwareKeyStore(tmp_path / "keys", "passphrase", work_factor=12)
    yield Installation(database, keys)
    keys.close()


def test_a_new_credential_signs_long_term(installation: Installation, pdf: bytes) -> None:
    installation.credential()
    installation.unit()
    crls = tuple(installation.ca.publish_crl(name).der for name in ("root", "issuing"))
    services = SigningServices(
        timestamper=installation.units.open("unit"), material=MaterialCollector(given=Material((), crls, ()))
    )
    options = SigningOptions(level=AdesLevel.LTA)
    for format in SignatureFormat:
        assert installation.signer.sign(pdf, "seller", format, options, services, granted_by="test")


def test_a_name_that_is_taken_makes_no_key(installation: Installation) -> None:
    installation.credential()
    installation.unit()
    before = installation.keys.labels()
    with pytest.raises(CredentialTakenError):
        installation.credential()
    with pytest.raises(TsaUnitTakenError):
        installation.unit()
    assert installation.keys.labels() == before


@pytest.mark.parametrize("profile", ["no-such-profile", "natural-person"])
def test_a_refused_certificate_leaves_no_key(installation: Installation, profile: str) -> None:
    before = installation.keys.labels()
    with pytest.raises(TrustspaceError):
        installation.credential(profile=profile)
    assert installation.keys.labels() == before
    assert installation.signer.credentials.all() == ()
