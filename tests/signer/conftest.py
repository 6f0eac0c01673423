"""A small hierarchy made with the library's own builders, independent of the `ca` room, and PDFs to sign."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from reportlab.pdfgen.canvas import Canvas

from ops.platform.clock import FixedClock, SystemClock
from signer.material import MaterialCollector
from signer.model import Material, SigningIdentity, SigningServices
from signer.schemes import SignatureScheme
from signer.tsa.authority import TimestampAuthority
from signer.tsa.clockguard import ClockGuard
from signer.tsa.serials import CountingSerialNumbers
from signer.tsa.unit import TimestampingUnit, UnitPolicy

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
POLICY = "1.3.6.1.4.1.55555.1.1"
BASE = "http://127.0.0.1:1"


def name(common: str, organisation: str = "Оңтүстік Сауда ЖШС") -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "KZ"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def der_of(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def sign_with(key: Any, scheme: SignatureScheme) -> Callable[[bytes], bytes]:
    """What a key holder does, with a bare key."""
    algorithm = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[scheme.digest]

    def sign(message: bytes) -> bytes:
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return key.sign(message)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(message, ec.ECDSA(algorithm))
        if scheme.padding == "pss":
            return key.sign(message, padding.PSS(padding.MGF1(algorithm), algorithm.digest_size), algorithm)
        return key.sign(message, padding.PKCS1v15(), algorithm)

    return sign


@dataclass
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Any
    issuers: tuple[bytes, ...] = ()

    @property
    def der(self) -> bytes:
        return der_of(self.certificate)

    def identity(self, *, pss: bool = False) -> SigningIdentity:
        return SigningIdentity(self.der, self.issuers, pss=pss)

    def sign(self, message: bytes, *, pss: bool = False) -> bytes:
        return sign_with(self.key, self.identity(pss=pss).scheme)(message)


@dataclass
class Pki:
    """Root and issuing CA; issues what a test asks for, and status about it."""

    at: datetime = NOW
    root: Issued = field(init=False)
    issuing: Issued = field(init=False)
    revoked: dict[int, x509.ReasonFlags] = field(default_factory=dict)

    def __post_init__(self) -> None:
        root_key = ec.generate_private_key(ec.SECP384R1())
        self.root = Issued(self._build(name("Test Root"), root_key, name("Test Root"), root_key, ca=2), root_key)
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._build(name("Test Issuing CA"), key, name("Test Root"), root_key, ca=0, crl="root")
        self.issuing = Issued(certificate, key, (self.root.der,))

    def _build(
        self,
        subject: x509.Name,
        key: Any,
        issuer: x509.Name,
        issuer_key: Any,
        *,
        ca: int | None = None,
        crl: str | None = None,
        aia: bool = False,
        extra: tuple[tuple[x509.ExtensionType, bool], ...] = (),
        days: tuple[int, int] = (-30, 700),
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.at + timedelta(days=days[0]))
            .not_valid_after(self.at + timedelta(days=days[1]))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        )
        if ca is not None:
            builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=ca), critical=True)
            builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        if crl is not None:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(f"{BASE}/{crl}.crl")], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        if aia:
            access = [
                (AuthorityInformationAccessOID.CA_ISSUERS, f"{BASE}/issuing.cer"),
                (AuthorityInformationAccessOID.OCSP, f"{BASE}/ocsp"),
            ]
            descriptions = [x509.AccessDescription(oid, x509.UniformResourceIdentifier(url)) for oid, url in access]
            builder = builder.add_extension(x509.AuthorityInformationAccess(descriptions), critical=False)
        for extension, critical in extra:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(issuer_key, hashes.SHA384() if issuer_key.curve.key_size == 384 else hashes.SHA256())

    def issue(
        self,
        common: str,
        key: Any = None,
        *,
        usage: bool = True,
        extra: tuple[tuple[x509.ExtensionType, bool], ...] = (),
        **options: Any,
    ) -> Issued:
        key = key or ec.generate_private_key(ec.SECP256R1())
        bits = ((_usage("content_commitment"), True),) if usage else ()
        certificate = self._build(
            name(common),
            key,
            self.issuing.certificate.subject,
            self.issuing.key,
            crl=options.pop("crl", "issuing"),
            aia=options.pop("aia", False),
            extra=(*bits, *extra),
            **options,
        )
        return Issued(certificate, key, (self.issuing.der, self.root.der))

    def tsu(self, key: Any = None, *, eku: tuple[x509.ObjectIdentifier, ...] | None = None, **options: Any) -> Issued:
        purposes = eku or (ExtendedKeyUsageOID.TIME_STAMPING,)
        extra = ((x509.ExtendedKeyUsage(purposes), options.pop("critical", True)), *options.pop("extra", ()))
        return self.issue(
            "Test TSU 1", key, usage=False, extra=((_usage("digital_signature"), True), *extra), **options
        )

    def unit(self, issued: Issued | None = None, *, accuracy_ms: int = 500) -> TimestampingUnit:
        issued = issued or self.tsu()
        return TimestampingUnit(
            "unit-1", issued.identity(), issued.sign, UnitPolicy(POLICY, accuracy_ms=accuracy_ms), NOW
        )

    def authority(self, clock: Any = None, **options: Any) -> TimestampAuthority:
        guard = ClockGuard(clock or FixedClock(NOW))
        return TimestampAuthority(self.unit(**options), guard, CountingSerialNumbers())

    def crl(self, issuer: Issued, at: datetime | None = None) -> bytes:
        at = at or self.at
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.certificate.subject)
            .last_update(at - timedelta(hours=1))
            .next_update(at + timedelta(days=7))
            .add_extension(x509.CRLNumber(7), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
        )
        for serial, reason in self.revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at - timedelta(days=1))
            builder = builder.add_revoked_certificate(entry.add_extension(x509.CRLReason(reason), False).build())
        algorithm = hashes.SHA384() if issuer.key.curve.key_size == 384 else hashes.SHA256()
        return builder.sign(issuer.key, algorithm).public_bytes(Encoding.DER)

    def ocsp(self, issued: Issued, at: datetime | None = None, status: Any = None) -> bytes:
        at = at or self.at
        status = status or ocsp.OCSPCertStatus.GOOD
        revoked = status is ocsp.OCSPCertStatus.REVOKED
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=issued.certificate,
            issuer=self.issuing.certificate,
            algorithm=hashes.SHA1(),
            cert_status=status,
            this_update=at - timedelta(minutes=5),
            next_update=at + timedelta(days=1),
            revocation_time=at - timedelta(days=1) if revoked else None,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.issuing.certificate)
        return builder.sign(self.issuing.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def pem(self, folder: Path) -> Path:
        path = folder / "root.pem"
        path.write_bytes(self.root.certificate.public_bytes(Encoding.PEM))
        return path


def _usage(*bits: str) -> x509.KeyUsage:
    signing = ("digital_signature", "content_commitment", "key_cert_sign", "crl_sign")
    other = ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only")
    names = (*signing, *other)
    return x509.KeyUsage(**{bit: bit in bits for bit in names})


@pytest.fixture(scope="session")
def pki() -> Pki:
    """The hierarchy at 2026-06-01, nothing revoked."""
    return Pki()


@pytest.fixture
def fresh_pki() -> Pki:
    """A hierarchy of a test's own, to revoke in."""
    return Pki()


@pytest.fixture(scope="session")
def real_pki() -> Pki:
    """The same at the machine's own time, for other people's programs that cannot be told another one."""
    return Pki(at=datetime.now(UTC).replace(microsecond=0))


@pytest.fixture(scope="session")
def signers(pki: Pki) -> dict[str, Issued]:
    """One end entity for each kind of key."""
    return make_signers(pki)


@pytest.fixture(scope="session")
def real_signers(real_pki: Pki) -> dict[str, Issued]:
    """The same under the hierarchy of the machine's own time."""
    return make_signers(real_pki)


def make_signers(pki: Pki) -> dict[str, Issued]:
    keys: dict[str, Any] = {
        "ec256": ec.generate_private_key(ec.SECP256R1()),
        "ec384": ec.generate_private_key(ec.SECP384R1()),
        "rsa3072": rsa.generate_private_key(65537, 3072),
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
    }
    return {kind: pki.issue(f"Айгүл Серікқызы {kind}", key) for kind, key in keys.items()}


@pytest.fixture(scope="session")
def pdf() -> bytes:
    """A plain two-page PDF."""
    output = BytesIO()
    canvas = Canvas(output, invariant=True)
    for page in (1, 2):
        canvas.drawString(72, 720, f"Contract, page {page}")
        canvas.showPage()
    canvas.save()
    return output.getvalue()


class GivenMaterial:
    """A material source that gives CRLs of both authorities: what a fetch would bring."""

    def __init__(self, pki: Pki, at: datetime | None = None) -> None:
        self.pki, self.at = pki, at

    def collect(self, chains: Any, at: datetime) -> Material:
        given = Material((), (self.pki.crl(self.pki.root, self.at), self.pki.crl(self.pki.issuing, self.at)), ())
        return MaterialCollector(given=given).collect(chains, at)


@pytest.fixture(scope="session")
def services(pki: Pki) -> SigningServices:
    """A time-stamp authority and revocation material at the hierarchy's own time."""
    return SigningServices(timestamper=pki.authority(FixedClock(NOW)), material=GivenMaterial(pki))


@pytest.fixture(scope="session")
def real_services(real_pki: Pki) -> SigningServices:
    """The same at the machine's own time."""
    issued = real_pki.tsu()
    unit = TimestampingUnit("real", issued.identity(), issued.sign, UnitPolicy(POLICY), real_pki.at)
    authority = TimestampAuthority(unit, ClockGuard(SystemClock()), CountingSerialNumbers())
    return SigningServices(timestamper=authority, material=GivenMaterial(real_pki))
