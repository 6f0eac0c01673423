"""Issuing and answering for status, against the raw rate of the one signature that each of them needs."""

from collections.abc import Iterator
from functools import partial

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as x509_ocsp

from ca.identity import natural_person
from ca.issuance import Prepared
from ca.service import CertificateAuthority
from ca.values import CertificateRequest, Issued, Pkcs10
from ops.service.bench.installation import ISSUING, bench_installation
from ops.service.bench.measure import Figure, once, rate

BATCH = 200
# SHA-1 names an issuer in a certID, it protects nothing there (RFC 6960 4.3).
_CERT_ID_HASHES = (("SHA-1", SHA1()), ("SHA-256", SHA256()))  # noqa: S303


def issue() -> tuple[Figure, ...]:
    """Certificates a second, stored, linted and audited on SQLite: one by one, and in batches with two commits each."""
    with bench_installation() as (_, authority):
        raw = _raw_sign()
        requests = _requests()
        single = rate(lambda: authority.issue_now(next(requests)))
        batches = [[next(requests) for _ in range(BATCH)] for _ in range(5)]
        seconds = sorted(once(partial(_batch, authority, batch)) for batch in batches)
        batched = BATCH / seconds[len(seconds) // 2]
        return (
            Figure(name="issue, one at a time", rate=single, reference="raw P-256 signatures", reference_rate=raw),
            Figure(
                name=f"issue, batches of {BATCH}",
                rate=batched,
                reference="raw P-256 signatures",
                reference_rate=raw,
            ),
        )


def ocsp() -> tuple[Figure, ...]:
    """OCSP answers a second, signed on demand from the database, by SHA-1 and SHA-256 certID."""
    with bench_installation() as (_, authority):
        raw = _raw_sign()
        authority.create_responder(ISSUING)
        certificate = authority.issue_now(next(_requests()))
        figures = []
        for name, algorithm in _CERT_ID_HASHES:
            request = _status_request(authority, certificate, algorithm)
            found = rate(partial(authority.ocsp, request))
            figures.append(
                Figure(
                    name=f"OCSP answer, certID by {name}",
                    rate=found,
                    reference="raw P-256 signatures",
                    reference_rate=raw,
                )
            )
        return tuple(figures)


def _batch(authority: CertificateAuthority, batch: list[CertificateRequest]) -> list[Issued]:
    outcomes = authority.prepare_batch(batch)
    return authority.issue_batch([outcome.token for outcome in outcomes if isinstance(outcome, Prepared)])


def _requests() -> Iterator[CertificateRequest]:
    """Requests of different persons with different keys, made before they are asked for."""
    number = 0
    while True:
        number += 1
        key = ec.generate_private_key(ec.SECP256R1())
        request = x509.CertificateSigningRequestBuilder(subject_name=x509.Name([])).sign(key, SHA256())
        subject = natural_person("KZ", given_name="Person", surname=f"Number {number}", identifier=f"PNOKZ-{number}")
        yield CertificateRequest(ISSUING, "natural-person", subject, Pkcs10(request.public_bytes(Encoding.DER)))


def _status_request(authority: CertificateAuthority, issued: Issued, algorithm: SHA1 | SHA256) -> bytes:
    issuer = authority.authority(ISSUING).certificate
    assert issuer is not None
    builder = x509_ocsp.OCSPRequestBuilder().add_certificate(
        x509.load_der_x509_certificate(issued.der), x509.load_der_x509_certificate(issuer), algorithm
    )
    return builder.build().public_bytes(Encoding.DER)


def _raw_sign() -> float:
    key = ec.generate_private_key(ec.SECP256R1())
    scheme = ec.ECDSA(SHA256())
    message = b"x" * 900
    return rate(lambda: key.sign(message, scheme))
