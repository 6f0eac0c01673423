"""A small PKI made octet by octet, so that every fault of a CRL or an OCSP response can be built on purpose."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ops.platform import der
from policies.algorithms import CryptoResult, digest, verify
from policies.reasons import Reason
from validator.path.certificate import Certificate, parse_certificate
from validator.path.name import Name
from validator.revocation.context import SignerPurpose, SignerVerdict, StatusContext
from validator.revocation.crl import CertificateList, parse_crl
from validator.revocation.keys import public_key_octets
from validator.revocation.ocsp import OcspResponse, parse_ocsp
from validator.revocation.status import certificate_status
from validator.revocation.types import RevocationEvidence, Status, StatusAnswer

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ECDSA_SHA256 = der.algorithm("1.2.840.10045.4.3.2")
SHA_1 = "1.3.14.3.2.26"


@cache
def key(label: str) -> ec.EllipticCurvePrivateKey:
    """One P-256 key per label."""
    return ec.generate_private_key(ec.SECP256R1())


@cache
def spki(label: str) -> bytes:
    return key(label).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def sign(label: str, message: bytes) -> bytes:
    return key(label).sign(message, ec.ECDSA(hashes.SHA256()))


def key_id(label: str) -> bytes:
    return digest(SHA_1, public_key_octets(spki(label)))


def name(*parts: str) -> bytes:
    """A distinguished name from O= and CN= texts, most general first."""
    types = {"C": "2.5.4.6", "O": "2.5.4.10", "OU": "2.5.4.11", "CN": "2.5.4.3"}
    rdns = []
    for part in parts:
        label, _, text = part.partition("=")
        rdns.append(der.set_of(der.sequence(der.oid(types[label]), der.utf8_string(text))))
    return der.sequence(*rdns)


def rdn(part: str) -> bytes:
    """Contents of the RDN of a one-part name, for nameRelativeToCRLIssuer."""
    whole = name(part)
    return whole[2:][2:]


# Extensions ---------------------------------------------------------------------------------------------------------


def aki(label: str, critical: bool = False) -> bytes:
    return der.extension("2.5.29.35", der.sequence(der.implicit(0, key_id(label))), critical=critical)


def crl_number(number: int, critical: bool = False) -> bytes:
    return der.extension("2.5.29.20", der.integer(number), critical=critical)


def delta_indicator(base: int, critical: bool = True) -> bytes:
    return der.extension("2.5.29.27", der.integer(base), critical=critical)


def reason(code: int) -> bytes:
    return der.extension("2.5.29.21", der.enumerated(code))


def invalidity(at: datetime) -> bytes:
    return der.extension("2.5.29.24", der.generalized_time(at))


def certificate_issuer(issuer: bytes, critical: bool = True) -> bytes:
    return der.extension("2.5.29.29", der.sequence(der.explicit(4, issuer)), critical=critical)


def uri(text: str) -> bytes:
    return der.implicit(6, text.encode())


def directory(encoded: bytes) -> bytes:
    return der.explicit(4, encoded)


def full_name(*names: bytes) -> bytes:
    """DistributionPointName with fullName, inside the [0] of its holder."""
    return der.explicit(0, der.explicit(0, b"".join(names)))


def relative_name(part: str) -> bytes:
    return der.explicit(0, der.explicit(1, rdn(part)))


def _flags(number: int, bits: Iterable[int]) -> bytes:
    whole = der.named_bits(*bits)
    return der.implicit(number, whole[2:])


def point(named: bytes = b"", reasons: Iterable[int] | None = None, issuer: bytes = b"") -> bytes:
    """One DistributionPoint."""
    flags = b"" if reasons is None else _flags(1, reasons)
    return der.sequence(named, flags, der.explicit(2, directory(issuer)) if issuer else b"")


def crl_distribution_points(*points: bytes) -> bytes:
    return der.extension("2.5.29.31", der.sequence(*points))


def idp(
    named: bytes = b"",
    *,
    user: bool = False,
    ca: bool = False,
    attribute: bool = False,
    indirect: bool = False,
    reasons: Iterable[int] | None = None,
    critical: bool = True,
) -> bytes:
    parts = [named]
    parts += [der.implicit(1, b"\xff")] if user else []
    parts += [der.implicit(2, b"\xff")] if ca else []
    parts += [_flags(3, reasons)] if reasons is not None else []
    parts += [der.implicit(4, b"\xff")] if indirect else []
    parts += [der.implicit(5, b"\xff")] if attribute else []
    return der.extension("2.5.29.28", der.sequence(*parts), critical=critical)


def basic_constraints(ca: bool) -> bytes:
    return der.extension("2.5.29.19", der.sequence(der.boolean(True)) if ca else der.sequence(), critical=True)


def key_usage(*bits: int) -> bytes:
    return der.extension("2.5.29.15", der.named_bits(*bits), critical=True)


def extended_key_usage(*oids: str) -> bytes:
    return der.extension("2.5.29.37", der.sequence(*(der.oid(oid) for oid in oids)))


NO_CHECK = der.extension("1.3.6.1.5.5.7.48.1.5", der.null())
NO_REV_AVAIL = der.extension("2.5.29.56", der.null())
SHORT_TERM = der.extension("0.4.0.194121.2.1", der.null())
OCSP_SIGNING = extended_key_usage("1.3.6.1.5.5.7.3.9")
UNKNOWN_CRITICAL = der.extension("1.3.6.1.4.1.55555.1", der.null(), critical=True)
CERTIFICATE_SIGN, CRL_SIGN, DIGITAL_SIGNATURE = 5, 6, 0


# Certificates, CRLs, responses --------------------------------------------------------------------------------------


def bits_of(signature: bytes) -> bytes:
    return der.bit_string(signature)


def certificate(
    subject: bytes,
    label: str,
    issuer: bytes,
    signer: str,
    *extensions: bytes,
    serial: int = 1,
    not_before: datetime = NOW - 300 * DAY,
    not_after: datetime = NOW + 300 * DAY,
    key_identifier: bytes | None = None,
) -> Certificate:
    """A certificate for `subject` and the key `label`, signed with the key `signer` in the name of `issuer`."""
    ski = der.extension("2.5.29.14", der.octet_string(key_identifier or key_id(label)))
    tbs = der.sequence(
        der.explicit(0, der.integer(2)),
        der.integer(serial),
        ECDSA_SHA256,
        issuer,
        der.sequence(der.time(not_before), der.time(not_after)),
        subject,
        spki(label),
        der.explicit(3, der.sequence(ski, aki(signer), *extensions)),
    )
    parsed = parse_certificate(der.sequence(tbs, ECDSA_SHA256, bits_of(sign(signer, tbs))))
    assert isinstance(parsed, Certificate), parsed
    return parsed


@dataclass(frozen=True)
class Authority:
    """A CA with one key and one certificate."""

    subject: bytes
    label: str
    certificate: Certificate

    def issue(self, subject: str, *extensions: bytes, label: str | None = None, **rest: object) -> Certificate:
        """An end-entity certificate unless `extensions` say otherwise."""
        return certificate(
            name("O=Test", f"CN={subject}"), label or subject, self.subject, self.label, *extensions, **rest
        )  # type: ignore[arg-type]


def authority(common_name: str, label: str | None = None, usage: tuple[int, ...] | None = (5, 6)) -> Authority:
    """A self-signed CA; `usage` None leaves key usage out."""
    subject, label = name("O=Test", f"CN={common_name}"), label or common_name
    extensions = (basic_constraints(True), *(() if usage is None else (key_usage(*usage),)))
    return Authority(subject, label, certificate(subject, label, subject, label, *extensions))


def sub_authority(
    parent: Authority, common_name: str, *, serial: int = 2, usage: tuple[int, ...] = (5, 6)
) -> Authority:
    subject = name("O=Test", f"CN={common_name}")
    own = parent.issue(common_name, basic_constraints(True), key_usage(*usage), label=common_name, serial=serial)
    return Authority(subject, common_name, own)


def entry(serial: int, at: datetime = NOW - 10 * DAY, *extensions: bytes) -> bytes:
    """One revoked certificate."""
    return der.sequence(der.integer(serial), der.time(at), der.sequence(*extensions) if extensions else b"")


def crl_octets(
    issuer: bytes,
    signer: str,
    *entries: bytes,
    this: bytes | datetime = NOW - DAY,
    following: bytes | datetime | None = NOW + DAY,
    number: int | None = 1,
    extensions: tuple[bytes, ...] = (),
    with_aki: bool = True,
    version: bytes = der.integer(1),
    revoked: bytes | None = None,
    extension_field: bytes | None = None,
    inner: bytes = ECDSA_SHA256,
    outer: bytes = ECDSA_SHA256,
    flip: bool = False,
) -> bytes:
    """The DER of a CRL; `revoked` and `extension_field` replace whole fields."""
    own = ((aki(signer),) if with_aki else ()) + (() if number is None else (crl_number(number),))
    all_extensions = (*own, *extensions)
    if extension_field is None:
        extension_field = der.explicit(0, der.sequence(*all_extensions)) if all_extensions else b""
    if revoked is None:
        revoked = der.sequence(*entries) if entries else b""
    moments = [der.time(item) if isinstance(item, datetime) else item for item in (this, following) if item is not None]
    tbs = der.sequence(version, inner, issuer, *moments, revoked, extension_field)
    signature = bytearray(sign(signer, tbs))
    if flip:
        signature[-1] ^= 1
    return der.sequence(tbs, outer, bits_of(bytes(signature)))


def crl(ca: Authority, *entries: bytes, **rest: object) -> CertificateList:
    parsed = parse_crl(crl_octets(ca.subject, ca.label, *entries, **rest))  # type: ignore[arg-type]
    assert isinstance(parsed, CertificateList), parsed
    return parsed


GOOD, UNKNOWN = der.implicit(0, b""), der.implicit(2, b"")


def revoked_status(at: datetime = NOW - 10 * DAY, code: int | None = None) -> bytes:
    body = der.generalized_time(at) + (b"" if code is None else der.explicit(0, der.enumerated(code)))
    return der.explicit(1, body)


def cert_id(subject: Certificate, issuer: Certificate, *, hash_oid: str = SHA_1, serial: int | None = None) -> bytes:
    return der.sequence(
        der.algorithm(hash_oid, der.null()),
        der.octet_string(digest(hash_oid, issuer.subject.der)),
        der.octet_string(digest(hash_oid, public_key_octets(issuer.spki))),
        der.integer(subject.serial if serial is None else serial),
    )


def single(
    identifier: bytes,
    status: bytes = GOOD,
    *,
    this: datetime = NOW - DAY,
    following: datetime | None = NOW + DAY,
    extensions: tuple[bytes, ...] = (),
) -> bytes:
    return der.sequence(
        identifier,
        status,
        der.generalized_time(this),
        b"" if following is None else der.explicit(0, der.generalized_time(following)),
        der.explicit(1, der.sequence(*extensions)) if extensions else b"",
    )


def by_name(subject: bytes) -> bytes:
    return der.explicit(1, subject)


def by_key(label: str) -> bytes:
    return der.explicit(2, der.octet_string(key_id(label)))


def ocsp_octets(
    responder: bytes,
    signer: str,
    *singles: bytes,
    produced: datetime = NOW - DAY,
    certificates: tuple[Certificate, ...] = (),
    extensions: tuple[bytes, ...] = (),
    version: bytes = b"",
    flip: bool = False,
    bare: bool = False,
) -> bytes:
    """The DER of an OCSPResponse, or of the BasicOCSPResponse alone when `bare`."""
    tbs = der.sequence(
        version,
        responder,
        der.generalized_time(produced),
        der.sequence(*singles),
        der.explicit(1, der.sequence(*extensions)) if extensions else b"",
    )
    signature = bytearray(sign(signer, tbs))
    if flip:
        signature[-1] ^= 1
    carried = der.explicit(0, der.sequence(*(item.der for item in certificates))) if certificates else b""
    basic = der.sequence(tbs, ECDSA_SHA256, bits_of(bytes(signature)), carried)
    if bare:
        return basic
    body = der.sequence(der.oid("1.3.6.1.5.5.7.48.1.1"), der.octet_string(basic))
    return der.sequence(der.enumerated(0), der.explicit(0, body))


def ocsp(*arguments: object, **rest: object) -> OcspResponse:
    parsed = parse_ocsp(ocsp_octets(*arguments, **rest))  # type: ignore[arg-type]
    assert isinstance(parsed, OcspResponse), parsed
    return parsed


# Asking -------------------------------------------------------------------------------------------------------------


@dataclass
class SmallEngine:
    """Just enough of a path engine: a signer is trusted when its issuer is one of `authorities`, the signature
    verifies, it is inside its validity, and (unless not `ask_status`) its own status is good."""

    authorities: tuple[Authority, ...]
    pool: tuple[Certificate, ...] = ()
    evidence: RevocationEvidence = field(default_factory=RevocationEvidence)
    ask_status: bool = True

    def certificates_of(self, subject: Name) -> Iterator[Certificate]:
        yield from (item for item in self.pool if item.subject == subject)

    def certificates_issued_by(self, issuer: Name) -> Iterator[Certificate]:
        yield from (item for item in self.pool if item.issuer == issuer)

    def validate_signer(
        self, certificate: Certificate, purpose: SignerPurpose, at: datetime, context: StatusContext
    ) -> SignerVerdict:
        for parent in self.authorities:
            issued = certificate.issuer == parent.certificate.subject and CryptoResult.VALID is verify(
                certificate.outer_algorithm, parent.certificate.spki, certificate.tbs, certificate.signature
            )
            if not issued:
                continue
            if not certificate.not_before <= at <= certificate.not_after:
                return SignerVerdict(False, (), (Reason.of("TS-PATH-VALIDITY"),))
            if not self.ask_status:
                return SignerVerdict(True, (certificate.fingerprint, parent.certificate.fingerprint))
            answer = certificate_status(certificate, parent.certificate, at, self.evidence, context)
            if answer.status in (Status.GOOD, Status.NOT_REQUIRED):
                return SignerVerdict(True, (certificate.fingerprint, parent.certificate.fingerprint))
            return SignerVerdict(False, (), answer.reasons)
        return SignerVerdict(False)


def ask(
    subject: Certificate,
    ca: Authority,
    *evidence: object,
    at: datetime = NOW,
    pool: tuple[Certificate, ...] = (),
    authorities: tuple[Authority, ...] | None = None,
    **context: object,
) -> StatusAnswer:
    """The status of `subject`, issued by `ca`, from `evidence` (parsed values)."""
    offered = RevocationEvidence.of(evidence)  # type: ignore[arg-type]
    engine = SmallEngine(authorities or (ca,), pool, offered)
    return certificate_status(subject, ca.certificate, at, offered, StatusContext(engine=engine, **context))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def pki() -> SimpleNamespace:
    """Everything above by name."""
    return SimpleNamespace(**{label: value for label, value in globals().items() if not label.startswith("_")})
