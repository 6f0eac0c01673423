"""Issuing and answering for status, against the raw rate of the one signature that each of them needs."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from statistics import median

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as x509_ocsp

from ca.identity import natural_person
from ca.issuance import Prepared
from ca.service import CertificateAuthority
from ca.values import CertificateRequest, Issued, Pkcs10
from ops.service.bench.installation import ISSUING, bench_installation, configured_server
from ops.service.bench.measure import Figure, once, rate

BATCH = 200
THREADS = 16
_ROUNDS = 5
# SHA-1 names an issuer in a certID, it protects nothing there (RFC 6960 4.3).
_CERT_ID_HASHES = (("SHA-1", SHA1()), ("SHA-256", SHA256()))  # noqa: S303


def issue() -> tuple[Figure, ...]:
    """Certificates a second, stored, linted and audited: one by one, from many threads, and in batches.

    On SQLite, and on PostgreSQL too when DATABASE_URL names one.
    """
    server = configured_server()
    return (*_issue(None, "SQLite"), *(_issue(server, "PostgreSQL") if server else ()))


def _issue(server: str | None, system: str) -> Iterator[Figure]:
    with bench_installation(server) as (_, authority):
        raw, requests = _raw_sign(), _requests()
        rates = {
            "one at a time": rate(lambda: authority.issue_now(next(requests))),
            f"{THREADS} threads": _threads(authority, requests),
            f"batches of {BATCH}": _batches(authority, requests),
        }
    for name, found in rates.items():
        yield Figure(name=f"issue, {name}, {system}", rate=found, reference="raw P-256 signatures", reference_rate=raw)


def _threads(authority: CertificateAuthority, requests: Iterator[CertificateRequest]) -> float:
    rounds = [list(islice(requests, BATCH)) for _ in range(_ROUNDS)]
    with ThreadPoolExecutor(THREADS) as pool:
        return BATCH / median(once(partial(_all, pool, authority, one)) for one in rounds)


def _all(pool: ThreadPoolExecutor, authority: CertificateAuthority, requests: list[CertificateRequest]) -> list[Issued]:
    return list(pool.map(authority.issue_now, requests))


def _batches(authority: CertificateAuthority, requests: Iterator[CertificateRequest]) -> float:
    rounds = [list(islice(requests, BATCH)) for _ in range(_ROUNDS)]
    return BATCH / median(once(partial(_batch, authority, one)) for one in rounds)


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
    """Requests of different persons with different keys."""
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
