"""A small PKI and a signer on pyHanko, so that what is judged was made by other people's code."""

import asyncio
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import crl as asn1_crl
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID, ObjectIdentifier
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore
from reportlab.pdfgen import canvas

from validator.evidence import Evidence, encode
from validator.gather import AnchorInput, GatherRequest, Source, gather
from validator.judge import Verdict, judge, judgement_policy

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TIME_STAMPING = ObjectIdentifier("1.3.6.1.5.5.7.3.8")


@cache
def key(label: str) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    """One key per label: RSA for time-stamp authorities (pyHanko's own wants that), P-256 for everybody else."""
    if label.startswith("tsa"):
        return rsa.generate_private_key(65537, 3072)
    return ec.generate_private_key(ec.SECP256R1())


def name(label: str, country: str) -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, country), (NameOID.ORGANIZATION_NAME, "Model"), (NameOID.COMMON_NAME, label)]
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


@dataclass(frozen=True)
class Holder:
    """A certificate with its key's label."""

    label: str
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def asn1(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.der)

    @property
    def asn1_key(self) -> asn1_keys.PrivateKeyInfo:
        octets = key(self.label).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return asn1_keys.PrivateKeyInfo.load(octets)

    @property
    def source(self) -> Source:
        return Source(f"{self.label}.cer", self.der)


@dataclass
class World:
    """Root, issuing CA, signer and TSA of one state, and everything they can make. Times may be moved per object."""

    country: str = "KZ"
    start: datetime = NOW - 1000 * DAY
    end: datetime = NOW + 1000 * DAY
    revoked: dict[str, tuple[datetime, x509.ReasonFlags]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root = self.issue("root", None, ca=True)
        self.ca = self.issue("ca", self.root, ca=True)
        self.tsa = self.issue("tsa", self.ca, eku=True)
        self.signer = self.issue("signer", self.ca)

    def issue(
        self,
        label: str,
        issuer: Holder | None,
        *,
        ca: bool = False,
        eku: bool = False,
        start: datetime | None = None,
        end: datetime | None = None,
        usage: str = "content_commitment",
        more: Iterable[x509.ExtensionType] = (),
    ) -> Holder:
        own = key(f"{label}") if not ca else key(f"{self.country}-{label}")
        used = f"{self.country}-{label}" if ca else label
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(label, self.country))
            .issuer_name(issuer.certificate.subject if issuer else name(label, self.country))
            .public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start or self.start)
            .not_valid_after(end or self.end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(_usage(ca, usage), critical=True)
        )
        signing = key(issuer.label) if issuer else own
        if issuer:
            identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
            builder = builder.add_extension(identifier, critical=False)
        for extension in more:
            builder = builder.add_extension(extension, critical=False)
        if eku:
            builder = builder.add_extension(x509.ExtendedKeyUsage([TIME_STAMPING]), critical=True)
        return Holder(used, builder.sign(signing, hashes.SHA256()))

    def cross(self, issuer: Holder) -> Holder:
        """A cross-certificate for this world's root, issued by the root of another one."""
        own = self.root.certificate
        builder = (
            x509.CertificateBuilder()
            .subject_name(own.subject)
            .issuer_name(issuer.certificate.subject)
            .public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.start)
            .not_valid_after(self.end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
            .add_extension(x509.BasicConstraints(True, None), critical=True)
            .add_extension(_usage(True, ""), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key(issuer.label).public_key()), critical=False
            )
        )
        return Holder(self.root.label, builder.sign(key(issuer.label), hashes.SHA256()))

    def crl(self, issuer: Holder, at: datetime = NOW, days: float = 7, revoked: Iterable[Holder] = ()) -> bytes:
        """A CRL of `issuer` issued at `at`; revocations of this world that happened by then are on it."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.certificate.subject)
            .last_update(at)
            .next_update(at + days * DAY)
            .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key(issuer.label).public_key()), critical=False
            )
        )
        for holder in revoked:
            when, reason = self.revoked[holder.label]
            if when <= at:
                entry = (
                    x509.RevokedCertificateBuilder()
                    .serial_number(holder.certificate.serial_number)
                    .revocation_date(when)
                    .add_extension(x509.CRLReason(reason), critical=False)
                    .build()
                )
                builder = builder.add_revoked_certificate(entry)
        return builder.sign(key(issuer.label), hashes.SHA256()).public_bytes(Encoding.DER)

    def crls(self, at: datetime = NOW, days: float = 7) -> list[bytes]:
        """Lists of root and issuing CA; whoever is in `revoked` is on the list of its issuer."""
        ca = [item for item in (self.signer, self.tsa) if item.label in self.revoked]
        root = [item for item in (self.ca,) if item.label in self.revoked]
        return [self.crl(self.root, at, days, root), self.crl(self.ca, at, days, ca)]

    def stamper(self, at: datetime, tsa: Holder | None = None) -> DummyTimeStamper:
        used = tsa or self.tsa
        store = SimpleCertificateStore.from_certs([used.asn1, self.ca.asn1])
        return DummyTimeStamper(used.asn1, used.asn1_key, certs_to_embed=store, fixed_dt=at)

    def pyhanko_signer(self, holder: Holder | None = None, *, embed: bool = True) -> signers.SimpleSigner:
        used = holder or self.signer
        store = SimpleCertificateStore.from_certs([self.ca.asn1] if embed else [])
        return signers.SimpleSigner(used.asn1, used.asn1_key, cert_registry=store)

    def cms(
        self,
        data: bytes,
        *,
        stamp: datetime | None = None,
        detached: bool = True,
        holder: Holder | None = None,
        embed: bool = True,
    ) -> bytes:
        """CAdES over `data`, with a signature time-stamp of `stamp` when given."""
        signer = self.pyhanko_signer(holder, embed=embed)
        info = asyncio.run(
            signer.async_sign_general_data(
                data,
                "sha256",
                detached=detached,
                use_cades=True,
                timestamper=self.stamper(stamp) if stamp else None,
            )
        )
        return bytes(info.dump())

    def pdf(
        self,
        data: bytes | None = None,
        *,
        stamp: datetime | None = None,
        holder: Holder | None = None,
        field_name: str = "Signature1",
        certify: fields.MDPPerm | None = None,
    ) -> bytes:
        """PAdES over a one-page document (or over `data`)."""
        writer = IncrementalPdfFileWriter(io.BytesIO(data or blank_pdf()))
        meta = signers.PdfSignatureMetadata(
            field_name=field_name,
            subfilter=fields.SigSeedSubFilter.PADES,
            md_algorithm="sha256",
            certify=certify is not None,
            docmdp_permissions=certify or fields.MDPPerm.FILL_FORMS,
        )
        stamper = self.stamper(stamp) if stamp else None
        out = signers.PdfSigner(meta, self.pyhanko_signer(holder), timestamper=stamper).sign_pdf(writer)
        return bytes(out.getvalue())

    def with_store(self, data: bytes, crls: Iterable[bytes], certificates: Iterable[Holder] = ()) -> bytes:
        """The PDF with a document security store added as an incremental update."""
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        contents = writer.prev.embedded_signatures[0].pkcs7_content.hex().encode("ascii")
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            contents,
            certs=[item.asn1 for item in (self.root, self.ca, self.tsa, *certificates)],
            crls=[asn1_crl.CertificateList.load(item) for item in crls],
            ocsps=[],
        )
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    def with_document_stamp(self, data: bytes, at: datetime, tsa: Holder | None = None) -> bytes:
        """The PDF with a document time-stamp added."""
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        out = signers.PdfTimeStamper(self.stamper(at, tsa)).timestamp_pdf(writer, "sha256")
        return bytes(out.getvalue())


def _usage(ca: bool, bit: str) -> x509.KeyUsage:
    bits = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    for one in ("key_cert_sign", "crl_sign") if ca else (bit,):
        bits[one] = True
    return x509.KeyUsage(**bits)


@cache
def blank_pdf(text: str = "Supply contract No 1") -> bytes:
    """One page with one line of text."""
    out = io.BytesIO()
    page = canvas.Canvas(out, invariant=True)
    page.drawString(72, 720, text)
    page.save()
    return out.getvalue()


def altered_value(data: bytes) -> bytes:
    """The CMS with the last octet of the signature value changed."""
    info = asn1_cms.ContentInfo.load(data)
    signature = bytes(info["content"]["signer_infos"][0]["signature"].native)
    at = data.rindex(signature) + len(signature) - 1
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


@pytest.fixture(scope="session")
def world() -> World:
    """The state of Kazakhstan in miniature, nothing revoked."""
    return World()


@pytest.fixture(scope="session")
def make_world() -> Callable[..., World]:
    """Another state, or the same with revocations: `make_world(country="BY")`."""
    return World


@pytest.fixture(scope="session")
def evidence_of() -> Callable[..., Evidence]:
    """Gather offline: file, anchors and CRLs as octets or holders."""

    def build(
        data: bytes,
        *,
        anchors: Iterable[Holder] = (),
        crls: Iterable[bytes] = (),
        certificates: Iterable[Holder] = (),
        detached: Iterable[bytes] = (),
        **more: Any,
    ) -> Evidence:
        request = GatherRequest(
            document=Source("document", data),
            detached=tuple(Source(f"detached-{at}", item) for at, item in enumerate(detached)),
            anchors=tuple(AnchorInput(source=item.source, **more) for item in anchors),
            certificates=tuple(item.source for item in certificates),
            crls=tuple(Source(f"crl-{at}", item) for at, item in enumerate(crls)),
        )
        return gather(request)

    return build


@pytest.fixture(scope="session")
def judged() -> Callable[..., Verdict]:
    """Judge Evidence at a time (default NOW) under a policy (default "default")."""

    def run(evidence: Evidence, at: datetime = NOW, policy: str = "default") -> Verdict:
        return judge(evidence, judgement_policy(policy), at)

    return run


@pytest.fixture(scope="session")
def now() -> datetime:
    """The validation time of these tests."""
    return NOW


@pytest.fixture(scope="session")
def broken_value() -> Callable[[bytes], bytes]:
    """Changes the last octet of a CMS signature's value."""
    return altered_value


@pytest.fixture(scope="session")
def encoded() -> Callable[[object], bytes]:
    """Canonical octets."""
    return encode


@pytest.fixture(scope="session")
def unsigned_pdf() -> bytes:
    """A PDF without signature."""
    return blank_pdf()
