"""A small installation for the web tests: a root, an issuing CA, a time-stamp unit, a company that signs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from ca import identity
from ca.service import CertificateAuthority
from ca.values import AuthorityKind, CertificateRequest, Issued, NewAuthority, StoredKey
from ops.platform.clock import Clock
from ops.platform.installation import Installation, opened
from ops.platform.keys import KeyAlgorithm
from ops.platform.settings import load_settings
from ops.service import schema
from signer.material import MaterialCollector
from signer.model import AdesLevel, Material, SignatureFormat, SigningOptions, SigningServices
from signer.service import SigningService
from signer.tsa.service import TimestampUnits
from signer.tsa.unit import UnitPolicy

COMPANY = "ТОО «Алтын Дән»"


@dataclass
class House:
    """An open installation with its authorities."""

    installation: Installation
    authority: CertificateAuthority

    def issue(self, profile: str, subject: Any, label: str) -> Issued:
        self.installation.keys.generate(label, KeyAlgorithm.EC_P256)
        return self.authority.issue_now(CertificateRequest("kz-ca", profile, subject, StoredKey(label)))

    @property
    def chain(self) -> tuple[bytes, ...]:
        found = (self.authority.authority(name).certificate for name in ("kz-ca", "kz-root"))
        return tuple(certificate for certificate in found if certificate is not None)

    def build(self) -> None:
        create = self.authority.create_authority
        create(NewAuthority("kz-root", "KZ", AuthorityKind.ROOT, _organisation("Root")))
        create(NewAuthority("kz-ca", "KZ", AuthorityKind.ISSUING, _organisation("Issuing"), parent="kz-root"))
        for name in ("kz-root", "kz-ca"):
            self.authority.create_responder(name)
            self.authority.publish_crl(name)

    def add_unit(self, name: str = "default") -> Issued:
        issued = self.issue("tsa", _organisation(f"TSU {name}"), f"tsa-{name}")
        policy = UnitPolicy(self.authority.policies("KZ", "tsa")[0])
        units = TimestampUnits(*self._parts())
        units.add(name, key_label=f"tsa-{name}", certificate=issued.der, chain=self.chain, policy=policy)
        return issued

    def sign(self, document: bytes, *, level: AdesLevel = AdesLevel.LT, detached: bool = False) -> bytes:
        signer = SigningService(*self._parts())
        if "seller" not in self.installation.keys.labels():
            subject = identity.legal_person("KZ", organization=COMPANY, identifier="110240003300")
            issued = self.issue("legal-person", subject, "seller")
            signer.credentials.add(
                "seller", owner="seller", key_label="seller", certificate=issued.der, chain=self.chain
            )
        given = Material(self.chain, tuple(self.authority.crl(name).der for name in ("kz-root", "kz-ca")))
        services = SigningServices(
            timestamper=TimestampUnits(*self._parts()).open("default"), material=MaterialCollector(given=given)
        )
        form = SignatureFormat.CADES if detached else SignatureFormat.PADES
        return signer.sign(document, "seller", form, SigningOptions(level=level), services, granted_by="seller")

    def _parts(self) -> tuple[Any, ...]:
        found = self.installation
        return found.database, found.keys, found.audit, found.clock


def _organisation(role: str) -> tuple[tuple[str, str], ...]:
    return (
        ("countryName", "KZ"),
        ("organizationName", "Test CA"),
        ("organizationIdentifier", "NTRKZ-050140000011"),
        ("commonName", f"Test CA {role}"),
    )


@contextmanager
def open_house(
    folder: Path, clock: Clock, database_url: str | None = None, base_url: str = "http://127.0.0.1:1", **more: Any
) -> Iterator[House]:
    """A new installation, without authorities."""
    settings = load_settings(
        {
            "data_dir": folder,
            "database_address": database_url or f"sqlite:///{folder}/trustspace.sqlite",
            "key_passphrase": "correct horse battery staple",
            "base_url": base_url,
            **more,
        }
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = settings.open_database()
    schema.upgrade(database)
    database.close()
    with opened(settings, clock) as installation:
        parts = (installation.database, installation.keys, installation.audit, installation.clock)
        yield House(installation, CertificateAuthority(*parts, base_url))


def paper(text: str = "Contract 1") -> bytes:
    """A plain PDF."""
    output = BytesIO()
    canvas = Canvas(output, invariant=True)
    canvas.drawString(72, 720, text)
    canvas.showPage()
    canvas.save()
    return output.getvalue()


def moment(text: str) -> datetime:
    """An aware time."""
    return datetime.fromisoformat(text)
