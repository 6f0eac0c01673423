"""The service's own seal over its reports: PAdES in a PDF, detached CAdES beside everything else, with a time-stamp and
all material for judging it later (level LT). A seal that cannot be made whole is an error, never a report without one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from ca.service import CertificateAuthority
from ops.platform.installation import Installation, opened
from ops.platform.settings import load_settings
from signer.errors import TsaUnitUnknownError
from signer.material import MaterialCollector
from signer.model import AdesLevel, Material, SignatureFormat, SigningOptions, SigningServices, Timestamper
from signer.service import SigningService
from signer.tsa.client import TimestampClient
from signer.tsa.service import TimestampUnits

GRANTED_BY = "seal of reports"
_OPTIONS = SigningOptions(level=AdesLevel.LT)


class ReportSealer:
    """A `validator.report.forms.Sealer` over an open installation. `authority` is a unit of it or an http address; None
    means its only unit."""

    def __init__(self, installation: Installation, credential: str, authority: str | None = None) -> None:
        self._installation = installation
        self._credential = credential
        parts = (installation.database, installation.keys, installation.audit, installation.clock)
        self._signer = SigningService(*parts)
        self._authority = CertificateAuthority.of(installation)
        self._timestamper = _timestamper(installation, authority)

    @property
    def certificate(self) -> bytes:
        """The seal's certificate, DER. Raises CredentialUnknownError."""
        return self._signer.credentials.get(self._credential).identity.certificate

    def seal_pdf(self, document: bytes) -> bytes:
        """The PDF with the seal as an incremental update. Raises the signer's errors."""
        return self._sealed(document, SignatureFormat.PADES)

    def seal_beside(self, octets: bytes) -> bytes:
        """A detached seal (CMS SignedData, DER). Raises the signer's errors."""
        return self._sealed(octets, SignatureFormat.CADES)

    def _sealed(self, octets: bytes, form: SignatureFormat) -> bytes:
        services = SigningServices(timestamper=self._timestamper, material=self._material())
        return self._signer.sign(octets, self._credential, form, _OPTIONS, services, granted_by=GRANTED_BY)

    def _material(self) -> MaterialCollector:
        """The lists of this installation's own authorities are at hand; only those of others have to be fetched."""
        views = [item for item in self._authority.authorities() if item.certificate is not None]
        certificates = tuple(item.certificate for item in views if item.certificate is not None)
        crls = tuple(self._authority.crl(item.name).der for item in views)
        return MaterialCollector(given=Material(certificates, crls), fetcher=self._installation.fetcher())


@contextmanager
def open_sealer(credential: str, authority: str | None) -> Iterator[ReportSealer]:
    """The sealer of the configured installation, for as long as the context is open."""
    with opened(load_settings()) as installation:
        yield ReportSealer(installation, credential, authority)


def _timestamper(installation: Installation, authority: str | None) -> Timestamper:
    if authority is not None and authority.startswith(("http://", "https://")):
        return TimestampClient(authority, installation.fetcher())
    units = TimestampUnits(installation.database, installation.keys, installation.audit, installation.clock)
    names = units.names()
    if authority is None and len(names) != 1:
        known = ", ".join(names) or "none"
        raise TsaUnitUnknownError(f"It is not clear which time-stamp authority is meant; units here: {known}.")
    return units.open(authority or names[0])
