"""Completes an Evidence from outside: missing issuers by AIA, fresh OCSP responses and CRLs, all by the guarded client.

Every address stands in a certificate that may be hostile, so the client decides where a connection may go, and this
module how many there are. A fetch that fails is a remark, never an error.
"""

from collections.abc import Iterable

from ops.platform.fetch import Fetcher, FetchError
from policies.reasons import Reason
from validator.asn1.der import DerError
from validator.errors import TrustMaterialError
from validator.evidence import ObjectKind
from validator.gather.builder import Builder
from validator.gather.source import Source
from validator.gather.store import ObjectStore
from validator.gather.trust import certificates as certificates_of_file
from validator.mirror.request import ocsp_request
from validator.mirror.sources import crl_addresses, ocsp_addresses
from validator.path.certificate import Certificate
from validator.path.general_name import URI
from validator.revocation.ocsp import OcspResponse, parse_ocsp
from validator.revocation.status import not_required

MAX_FETCHES = 60
MAX_CLIMB = 8
_CA_ISSUERS = "1.3.6.1.5.5.7.48.2"


def complete(store: ObjectStore, builder: Builder, fetcher: Fetcher) -> tuple[Reason, ...]:
    """Fetch what the paths of all signing certificates lack; returns what went wrong as remarks."""
    run = _Run(store, fetcher)
    for certificate in run.known(_signing(builder)):
        run.follow(certificate)
    return tuple(run.remarks)


def _signing(builder: Builder) -> Iterable[str]:
    for signature in builder.signatures:
        if signature.signing_certificate:
            yield signature.signing_certificate
    for token in builder.timestamps:
        if token.signature is not None and token.signature.signing_certificate:
            yield token.signature.signing_certificate


def _question(certificate: Certificate, issuer: Certificate) -> bytes | None:
    try:
        return ocsp_request(certificate, issuer)
    except DerError:
        return None


class _Run:
    def __init__(self, store: ObjectStore, fetcher: Fetcher) -> None:
        self._store = store
        self._fetcher = fetcher
        self._left = MAX_FETCHES
        self._done: set[str] = set()
        self.remarks: list[Reason] = []

    def known(self, names: Iterable[str]) -> list[Certificate]:
        wanted = set(names)
        return [item for item in self._store.certificates() if item.fingerprint in wanted]

    def follow(self, certificate: Certificate) -> None:
        """From a certificate upwards: its issuers, then its status, as long as something new turns up."""
        frontier = [certificate]
        for _ in range(MAX_CLIMB):
            following: list[Certificate] = []
            for item in frontier:
                if item.self_issued or item.fingerprint in self._done:
                    continue
                self._done.add(item.fingerprint)
                issuers = self._issuers(item)
                self._status(item, issuers)
                following += issuers
            if not following:
                return
            frontier = following

    def _issuers(self, certificate: Certificate) -> list[Certificate]:
        # An issuer that is at hand but no anchor proves nothing: a file can carry decoys, and the way to this
        # forum's anchor may lead through a cross-certificate that only the issuer's own bundle holds.
        if any(self._store.is_anchor(item.fingerprint) for item in self._issued_by(certificate)):
            return self._issued_by(certificate)
        for access in certificate.details.authority_info_access or ():
            if access.method == _CA_ISSUERS and access.location.kind == URI:
                self._take_certificates(access.location.text)
        return self._issued_by(certificate)

    def _issued_by(self, certificate: Certificate) -> list[Certificate]:
        return [item for item in self._store.certificates() if item.subject.key == certificate.issuer.key]

    def _take_certificates(self, url: str) -> None:
        body = self._fetched(url, None)
        if body is None:
            return
        try:
            for octets in certificates_of_file(Source(url, body)):
                self._store.add(ObjectKind.CERTIFICATE, octets, f"fetched:{url}")
        except TrustMaterialError as error:
            self.remarks.append(Reason.of("TS-DOC-FETCH-FAILED", url=url, why=error.sentence.rstrip(".")))

    def _status(self, certificate: Certificate, issuers: list[Certificate]) -> None:
        if not issuers or not_required(certificate) is not None:
            return
        answered = False
        question = _question(certificate, issuers[0])
        for url in ocsp_addresses(certificate) if question else ():
            body = self._fetched(url, question)
            if body is not None:
                self._store.add(ObjectKind.OCSP, body, f"fetched:{url}")
                # A responder that declines (unauthorized, tryLater …) leaves the question to the CRL.
                parsed = parse_ocsp(body)
                answered = isinstance(parsed, OcspResponse) and parsed.response_status == 0
                if answered:
                    break
        for url in () if answered else crl_addresses(certificate):
            body = self._fetched(url, None)
            if body is not None:
                self._store.add(ObjectKind.CRL, body, f"fetched:{url}")
                break

    def _fetched(self, url: str, body: bytes | None) -> bytes | None:
        if self._left <= 0:
            self.remarks.append(Reason.of("TS-DOC-FETCH-FAILED", url=url, why="too many fetches for one file"))
            return None
        self._left -= 1
        try:
            if body is None:
                return self._fetcher.get(url).body
            return self._fetcher.post(url, body, content_type="application/ocsp-request").body
        except FetchError as error:
            self.remarks.append(Reason.of("TS-DOC-FETCH-FAILED", url=url[:300], why=error.sentence.rstrip(".")))
            return None
