"""Collects what a signature needs to be judged later: its chain, and revocation data for every certificate in it.

Complete or an error (level LT of EN 319 122-1 and EN 319 142-1): each certificate up to a root has a CRL or an OCSP
response that speaks about it, verifies, is fresh and says "good". It is checked here although the validator judges the
result as well, because a signature that lacks one CRL cannot be repaired in ten years.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from ops.platform.fetch import Fetcher, FetchError
from signer import cms
from signer.errors import ChainMissingError, RevocationMissingError
from signer.model import Material
from signer.status import Answer, crl_answer, is_signed_by, needs_no_status, ocsp_answer, ocsp_request
from validator.asn1.der import DerError
from validator.path.certificate import Certificate, MalformedCertificate, parse_certificate
from validator.path.general_name import URI

CA_ISSUERS: Final = "1.3.6.1.5.5.7.48.2"
OCSP: Final = "1.3.6.1.5.5.7.48.1"
MAXIMUM_CHAIN: Final = 10
MAXIMUM_LOCATIONS: Final = 4
MAXIMUM_CERTIFICATES: Final = 1024 * 1024
MAXIMUM_OCSP: Final = 1024 * 1024

Offered = Certificate | MalformedCertificate
_Check = Callable[[bytes, Certificate, Certificate, datetime], Answer]


class MaterialCollector:
    """Collects from what was given and, with a `fetcher`, from the addresses in the certificates
    (`signer.model.MaterialSource`). `anchors` are certificates (DER) at which a chain may end besides roots."""

    def __init__(
        self, *, given: Material = Material(), fetcher: Fetcher | None = None, anchors: Iterable[bytes] = ()
    ) -> None:
        self._given = given
        self._fetcher = fetcher
        self._anchors = frozenset(anchors)

    def collect(self, chains: Iterable[Sequence[bytes]], at: datetime) -> Material:
        """Chain and revocation data for the first certificate of each of `chains`; the others help to build them.

        ChainMissingError, RevocationMissingError, CertificateRevokedError; never an incomplete answer.
        """
        work = _Collection(self._given, self._fetcher, at)
        for certificates in chains:
            chain = self._chain(tuple(certificates), work)
            work.certificates.update((item.der, None) for item in chain)
            for certificate, issuer in pairwise(chain):
                work.add_status(certificate, issuer)
        return Material(tuple(work.certificates), tuple(work.crls), tuple(work.ocsps))

    def _chain(self, certificates: tuple[bytes, ...], work: "_Collection") -> list[Certificate]:
        pool = [parse_certificate(item) for item in (*certificates, *self._given.certificates)]
        first = parse_certificate(certificates[0]) if certificates else None
        if not isinstance(first, Certificate):
            raise ChainMissingError("The certificate whose chain is needed cannot be read.")
        chain = [first]
        while not self._ends(chain[-1]):
            issuer = _issuer(chain[-1], pool) or _issuer(chain[-1], work.fetch_issuers(chain[-1]))
            if issuer is None or issuer in chain or len(chain) >= MAXIMUM_CHAIN:
                raise ChainMissingError(f"The issuer of {chain[-1].subject.text()} cannot be found.")
            chain.append(issuer)
        return chain

    def _ends(self, certificate: Certificate) -> bool:
        return certificate.der in self._anchors or (certificate.self_issued and is_signed_by(certificate, certificate))


class _Collection:
    """One run: what was found so far, each object once and in order."""

    def __init__(self, given: Material, fetcher: Fetcher | None, at: datetime) -> None:
        self.certificates: dict[bytes, None] = {}
        self.crls: dict[bytes, None] = {}
        self.ocsps: dict[bytes, None] = {}
        self._given = given
        self._fetcher = fetcher
        self._at = at
        self._fetched: dict[str, bytes] = {}

    def add_status(self, certificate: Certificate, issuer: Certificate, depth: int = 0) -> None:
        """Find revocation data for one certificate, and for the responder that signed it where that is needed."""
        if needs_no_status(certificate):
            return
        reasons: list[str] = []
        for check, found, octets in self._offers(certificate, issuer, reasons):
            answer = check(octets, certificate, issuer, self._at)
            if not answer.usable:
                reasons.append(answer.why)
                continue
            found[octets] = None
            if answer.responder is not None and depth == 0:
                self.add_status(answer.responder, issuer, depth + 1)
            return
        why = "; ".join(dict.fromkeys(reasons)) or "the certificate names no source"
        raise RevocationMissingError(f"There is no usable revocation data for {certificate.subject.text()}: {why}.")

    def _offers(
        self, certificate: Certificate, issuer: Certificate, reasons: list[str]
    ) -> Iterator[tuple[_Check, dict[bytes, None], bytes]]:
        """Found and given objects, then fetched ones; OCSP before CRLs because it is smaller and fresher."""
        yield from ((ocsp_answer, self.ocsps, item) for item in (*self.ocsps, *self._given.ocsps))
        yield from ((crl_answer, self.crls, item) for item in (*self.crls, *self._given.crls))
        for url in _access_urls(certificate, OCSP):
            octets = self._fetch(url, reasons, ocsp_request(certificate, issuer))
            if octets is not None:
                yield ocsp_answer, self.ocsps, octets
        for url in _crl_urls(certificate):
            octets = self._fetch(url, reasons, None)
            if octets is not None:
                yield crl_answer, self.crls, octets

    def fetch_issuers(self, certificate: Certificate) -> list[Offered]:
        """Certificates behind the caIssuers addresses: a DER certificate or a certs-only CMS (RFC 5280 4.2.2.1)."""
        found: list[Offered] = []
        for url in _access_urls(certificate, CA_ISSUERS):
            octets = self._fetch(url, [], None, maximum=MAXIMUM_CERTIFICATES)
            found.extend(parse_certificate(item) for item in _bundle(octets or b""))
        return found

    def _fetch(self, url: str, reasons: list[str], body: bytes | None, *, maximum: int | None = None) -> bytes | None:
        if self._fetcher is None:
            reasons.append("fetching is off")
            return None
        if body is None and url in self._fetched:
            return self._fetched[url]
        try:
            if body is not None:
                content_type = "application/ocsp-request"
                return self._fetcher.post(url, body, content_type=content_type, max_bytes=MAXIMUM_OCSP).body
            octets = self._fetched[url] = self._fetcher.get(url, max_bytes=maximum).body
            return octets
        except FetchError as error:
            reasons.append(f"{url}: {error.sentence}")
            return None


def _issuer(certificate: Certificate, pool: Iterable[Offered]) -> Certificate | None:
    named = (item for item in pool if isinstance(item, Certificate) and item.subject.key == certificate.issuer.key)
    return next((item for item in named if is_signed_by(certificate, item)), None)


def _bundle(octets: bytes) -> tuple[bytes, ...]:
    try:
        return tuple(item for item in cms.read_signed_data(octets).certificates if item[0] == 0x30)
    except (DerError, IndexError):
        return (octets,)


def _access_urls(certificate: Certificate, method: str) -> list[str]:
    entries = certificate.details.authority_info_access or ()
    found = [entry.location.text for entry in entries if entry.method == method and entry.location.kind == URI]
    return [url for url in found if url.startswith(("http://", "https://"))][:MAXIMUM_LOCATIONS]


def _crl_urls(certificate: Certificate) -> list[str]:
    points = certificate.details.crl_distribution_points or ()
    found = [name.text for point in points for name in point.full_name if name.kind == URI]
    return [url for url in found if url.startswith(("http://", "https://"))][:MAXIMUM_LOCATIONS]
