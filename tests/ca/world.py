"""A small installation for tests: one key store, one audit log, one clock, and shorthands for what tests ask for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ca.issuance import Prepared
from ca.service import CertificateAuthority
from ca.values import (
    Attributes,
    AuthorityKind,
    AuthorityView,
    CertificateRequest,
    CrossTerms,
    Issued,
    NewAuthority,
    Pkcs10,
    StoredKey,
)
from ops.platform.audit import AuditLog
from ops.platform.clock import FixedClock
from ops.platform.database import Database
from ops.platform.keys import KeyAlgorithm, SoftwareKeyStore

BASE_URL = "http://pki.example.org"
IDENTIFIERS = {
    "KZ": "NTRKZ-941240000193",
    "BY": "TAXBY-800013732",
    "RU": "VATRU-7707083893",
    "EE": "NTREE-10000001",
    "AM": "NTRAM-00100001",
    "KG": "NTRKG-00200002",
}
SEAL_SUBJECT: Attributes = (
    ("countryName", "KZ"),
    ("organizationName", "ТОО «Степь»"),
    ("organizationIdentifier", "NTRKZ-941240000193"),
    ("commonName", "ТОО «Степь»"),
)


def spki_of(key: Any) -> bytes:
    """SubjectPublicKeyInfo of a private key, DER."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def csr(key: Any | None = None) -> Pkcs10:
    """A request with an empty subject for a key, or for a fresh P-256 key."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return Pkcs10(
        x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, digest).public_bytes(Encoding.DER)
    )


@cache
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    """An RSA key, made once per size."""
    return rsa.generate_private_key(65537, bits)


class Approver:
    """A person with a key of their own, outside of the key store."""

    def __init__(self, name: str, key: Any | None = None) -> None:
        self.name = name
        self.key = key or ec.generate_private_key(ec.SECP256R1())

    def sign(self, message: bytes) -> bytes:
        """A signature with the key's natural digest."""
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(message, ec.ECDSA(hashes.SHA256()))
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(message)


def name_of(country: str, common_name: str) -> Attributes:
    """A CA's subject in a state."""
    return (
        ("countryName", country),
        ("organizationName", f"Operator of {country}"),
        ("organizationIdentifier", IDENTIFIERS[country]),
        ("commonName", common_name),
    )


@dataclass
class World:
    """One installation in a test."""

    ca: CertificateAuthority
    database: Database
    keys: SoftwareKeyStore
    audit: AuditLog
    clock: FixedClock
    approvers: tuple[Approver, ...] = ()

    def hierarchy(self, country: str, algorithm: str = "ec-p256") -> tuple[AuthorityView, AuthorityView]:
        """A root and an issuing CA of a state: `xx-root` and `xx-ca`."""
        low = country.lower()
        root = self.ca.create_authority(
            NewAuthority(
                f"{low}-root", country, AuthorityKind.ROOT, name_of(country, f"Root {country}"), key_algorithm=algorithm
            )
        )
        below = NewAuthority(
            f"{low}-ca",
            country,
            AuthorityKind.ISSUING,
            name_of(country, f"CA {country}"),
            parent=f"{low}-root",
            key_algorithm=algorithm,
        )
        return root, self.ca.create_authority(below)

    def seal(self, authority: str = "kz-ca", **changes: Any) -> Issued:
        """A legal person's certificate."""
        return self.ca.issue_now(self.request(authority, **changes))

    def request(self, authority: str = "kz-ca", **changes: Any) -> CertificateRequest:
        """A request for a legal person's certificate with a fresh key."""
        fields: dict[str, Any] = {"profile": "legal-person", "subject": SEAL_SUBJECT, "key": csr()}
        return CertificateRequest(authority, **{**fields, **changes})

    def stored_key(self, label: str) -> StoredKey:
        """A new key of the key store."""
        self.keys.generate(label, KeyAlgorithm.EC_P256)
        return StoredKey(label)

    def approve(self, prepared: Prepared, count: int = 2) -> None:
        """Approvals by the first registered approvers."""
        if not self.approvers:
            self.approvers = tuple(Approver(f"officer-{number}") for number in range(3))
            for person in self.approvers:
                self.ca.register_approver(person.name, spki_of(person.key))
        for person in self.approvers[:count]:
            self.ca.approve(prepared.id, person.name, person.sign(prepared.tbs))

    def cross(self, issuer: str, subject: str | bytes, terms: CrossTerms, **options: Any) -> Issued:
        """A cross-certificate with its approvals."""
        prepared = self.ca.prepare_cross(issuer, subject, terms, **options)
        self.approve(prepared)
        return self.ca.issue(prepared.token)

    def policy(self, country: str, profile: str = "legal-person") -> str:
        """The first policy of a profile in a state."""
        return self.ca.policies(country, profile)[0]

    def terms(self, ours: str, theirs: str, **changes: Any) -> CrossTerms:
        """Terms that map one state's policies for seals to another's."""
        ours_policy, theirs_policy = self.policy(ours), self.policy(theirs)
        fields: dict[str, Any] = {
            "instrument": "model-treaty",
            "policies": (ours_policy,),
            "mappings": ((ours_policy, theirs_policy),),
            "permitted_countries": (theirs,),
            "path_length": 1,
        }
        return CrossTerms(**{**fields, **changes})

    def events(self, subject: str | None = None) -> list[str]:
        """Names of the logged events in order."""
        with self.database.read() as session:
            return [entry.event for entry in self.audit.entries(session, subject=subject)]

    def certificate(self, name: str) -> x509.Certificate:
        """An authority's own certificate, parsed."""
        encoded = self.ca.authority(name).certificate
        assert encoded is not None
        return x509.load_der_x509_certificate(encoded)


def open_world(
    database: Database, folder: Path, clock: FixedClock, *, step: Callable[[str], None] | None = None, **options: Any
) -> World:
    """The installation in a database and a folder; begun when it is new."""
    keys = SoftwareKeyStore(folder / "keys", "passphrase of a test", work_factor=12)
    fresh = "audit" not in keys.labels()
    if fresh:
        keys.generate("audit", KeyAlgorithm.EC_P256)
    audit = AuditLog(keys, "audit", clock, "test")
    if fresh:
        with database.write() as session:
            audit.create(session)
    options.setdefault("base_url", BASE_URL)
    ca = CertificateAuthority(database, keys, audit, clock, step=step, **options)
    return World(ca, database, keys, audit, clock)
