"""What of an Evidence can bear on one certificate; everything else may be left out, and no answer about it changes.

Whoever stands above a certificate bears the name that it states as its issuer's (RFC 5280 6.1.3 (a) (4)); whoever signs
a CRL bears the name of its issuer (6.3.3 (f)); whoever signs an OCSP response comes with it or bears the name in it
(RFC 6960 4.2.2.2). So what bears on a certificate is found by following names upwards from it, from the trust anchors,
from all CRLs, and from the OCSP responses that answer for what was found.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from validator.asn1.memory import Generations
from validator.evidence import ObjectKind, StoredObject
from validator.path.certificate import Certificate, parse_certificate
from validator.path.name import Name
from validator.revocation.crl import parse_crl
from validator.revocation.ocsp import OcspResponse, parse_ocsp
from validator.revocation.types import RevocationEvidence

_MAX_KEPT_OCTETS = 32 * 1024 * 1024
_MAX_AROUND = 256


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What bears on `certificate`: the `pool` of certificates that may stand above it or sign for it, in the order of
    the Evidence, and the revocation data. `key` names all of it by content; `octets` is how many there are."""

    certificate: Certificate
    pool: tuple[Certificate, ...]
    evidence: RevocationEvidence
    key: tuple[object, ...]
    octets: int


class Objects:
    """The stored objects of an Evidence, read. `certificates` by SHA-256 (hexadecimal), those inside OCSP responses
    among them."""

    __slots__ = ("_around", "_by_subject", "certificates", "evidence", "pool")

    def __init__(self, stored: tuple[StoredObject, ...]) -> None:
        parsed = [parse_certificate(item.der) for item in stored if item.kind is ObjectKind.CERTIFICATE]
        crls = [parse_crl(item.der) for item in stored if item.kind is ObjectKind.CRL]
        ocsps = [parse_ocsp(item.der) for item in stored if item.kind is ObjectKind.OCSP]
        parsed += [parse_certificate(der) for item in ocsps for der in getattr(item, "certificates", ())]
        self.certificates = {item.fingerprint: item for item in parsed if isinstance(item, Certificate)}
        self.pool = tuple(self.certificates.values())
        self.evidence = RevocationEvidence.of((*crls, *ocsps))
        self._by_subject: dict[bytes, list[Certificate]] = {}
        for item in self.pool:
            self._by_subject.setdefault(item.subject.key, []).append(item)
        self._around: dict[tuple[str, ...], Surroundings] = {}

    def subjects(self, subject: Name) -> tuple[Certificate, ...]:
        """Certificates at hand with this subject."""
        return tuple(self._by_subject.get(subject.key, ()))

    def around(self, name: str, anchors: tuple[str, ...]) -> Surroundings | None:
        """What bears on the certificate `name` where `anchors` are the trust anchors' certificates, all of them at
        hand; None where the certificate is not."""
        key = (name, *anchors)
        known = self._around.get(key)
        if known is None and name in self.certificates:
            if len(self._around) >= _MAX_AROUND:
                self._around.clear()
            known = self._around[key] = self._found(name, anchors)
        return known

    def _found(self, name: str, anchors: tuple[str, ...]) -> Surroundings:
        walk = _Walk(self._by_subject, self.evidence)
        walk.add(self.certificates[name])
        for anchor in anchors:
            walk.offer(self.certificates[anchor])
        walk.follow()
        pool = tuple([item for item in self.pool if item.fingerprint in walk.offered])
        ocsps = tuple([item for item in self.evidence.ocsps if item.sha256 in walk.answers])
        evidence = RevocationEvidence(self.evidence.crls, ocsps, self.evidence.malformed)
        octets = [len(item.der) for group in (pool, evidence.crls) for item in group]
        return Surroundings(
            certificate=self.certificates[name],
            pool=pool,
            evidence=evidence,
            key=(name, *_names(pool, evidence)),
            octets=sum(octets) + sum(len(item.der) for item in ocsps),
        )


def _names(pool: tuple[Certificate, ...], evidence: RevocationEvidence) -> Iterable[object]:
    yield tuple([item.fingerprint for item in pool])
    yield tuple([item.sha256 for item in evidence.crls])
    yield tuple([item.sha256 for item in evidence.ocsps])
    yield tuple([(item.sha256, item.reason) for item in evidence.malformed])


class _Walk:
    """Follows names upwards. `offered` are the certificates (SHA-256) that were found by a name or stand for
    themselves, `answers` the OCSP responses (SHA-256)."""

    def __init__(self, by_subject: dict[bytes, list[Certificate]], evidence: RevocationEvidence) -> None:
        self._by_subject = by_subject
        self._index = evidence.index
        self._names: set[bytes] = set()
        self._next: list[bytes] = [crl.issuer.key for crl in evidence.crls]
        self._seen: set[str] = set()
        self.offered: set[str] = set()
        # What is no answer to anything is noted beside every question.
        self.answers = {item.sha256 for item in self._index.unsuccessful}

    def offer(self, certificate: Certificate) -> None:
        """A certificate that may stand above others or sign for them."""
        self.offered.add(certificate.fingerprint)
        self.add(certificate)

    def add(self, certificate: Certificate) -> None:
        """A certificate whose issuer and status may be asked for."""
        if certificate.fingerprint in self._seen:
            return
        self._seen.add(certificate.fingerprint)
        self._next.append(certificate.issuer.key)
        for response in self._index.ocsps.get(certificate.serial_octets, ()):
            if response.sha256 not in self.answers:
                self.answers.add(response.sha256)
                self._signed(response)

    def _signed(self, response: OcspResponse) -> None:
        if response.responder_name is not None:
            self._next.append(response.responder_name.key)
        for encoded in response.certificates:
            responder = parse_certificate(encoded)
            if isinstance(responder, Certificate):
                self.offer(responder)

    def follow(self) -> None:
        """All the way up."""
        while self._next:
            name = self._next.pop()
            if name not in self._names:
                self._names.add(name)
                for found in self._by_subject.get(name, ()):
                    self.offer(found)


_read: Generations[tuple[object, ...], Objects] = Generations(_MAX_KEPT_OCTETS)


def objects_of(stored: tuple[StoredObject, ...]) -> Objects:
    """The objects, read; the same value for the same octets while it is remembered."""
    key = tuple([(item.kind, item.der) for item in stored])
    known = _read.get(key)
    if known is None:
        known = Objects(stored)
        _read.put(key, known, 8_000 + sum(len(item.der) for item in stored))
    return known
