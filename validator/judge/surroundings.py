"""What of an Evidence can bear on one certificate; everything else may be left out, and no answer about it changes.

Whoever stands above a certificate bears the name that it states as its issuer's (RFC 5280 6.1.3 (a) (4)); whoever signs
a CRL bears the name of its issuer (6.3.3 (f)); whoever signs an OCSP response comes with it or is named in it, by its
name or by its key (RFC 6960 4.2.2.2, 4.2.2.3). So what bears on a certificate is found by following these upwards from
it, from the trust anchors, from all CRLs, and from the OCSP responses that answer for what was found.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from policies.algorithms import AlgorithmUse, describe_signature
from validator.asn1.memory import Generations
from validator.evidence import ObjectKind, StoredObject
from validator.path.certificate import Certificate, parse_certificate
from validator.revocation.crl import parse_crl
from validator.revocation.keys import key_sha1
from validator.revocation.ocsp import OcspResponse, parse_ocsp
from validator.revocation.signers import OCSP_SIGNING_OCTETS
from validator.revocation.types import RevocationEvidence, StatusAnswer

_MAX_KEPT_OCTETS = 32 * 1024 * 1024
_MAX_AROUND = 256
_MAX_POOL = 64
# Below the limits of one question about status, whoever signed what (validator.revocation.question, .signers).
_MAX_CHECKS, _MAX_KEYS = 400, 16


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What bears on `certificate`: the `pool` of certificates that may stand above it or sign for it, in the order of
    the Evidence, and the revocation data. `key` names all of it by content; `octets` is how many there are; `much` that
    the limits on the work may come to bear on a question about it."""

    certificate: Certificate
    pool: tuple[Certificate, ...]
    evidence: RevocationEvidence
    key: tuple[object, ...]
    octets: int
    much: bool


class Objects:
    """Readable objects: `certificates` by SHA-256 (hexadecimal) and, in their order, as `pool`."""

    __slots__ = ("_algorithms", "_around", "_by_subject", "_responders", "certificates", "evidence", "pool")

    def __init__(self, certificates: Iterable[Certificate], evidence: RevocationEvidence) -> None:
        self.certificates = {item.fingerprint: item for item in certificates}
        self.pool = tuple(self.certificates.values())
        self.evidence = evidence
        self._algorithms: dict[str, bytes] | None = None
        self._by_subject: dict[bytes, list[Certificate]] | None = None
        self._responders: dict[bytes | None, list[Certificate]] | None = None
        self._around: dict[tuple[str, ...], Surroundings] = {}

    def signature_uses(self, certificate: str, issuer: str | None) -> tuple[AlgorithmUse, ...]:
        """As `Chains` says."""
        one = self.certificates.get(certificate)
        other = self.certificates.get(issuer) if issuer else None
        return () if one is None or other is None else describe_signature(one.outer_algorithm, other.spki)

    def evidence_uses(self, answer: StatusAnswer) -> tuple[AlgorithmUse, ...]:
        """As `Chains` says."""
        if self._algorithms is None:
            self._algorithms = {item.sha256: item.algorithm for item in reversed(self.evidence.ocsps)}
            self._algorithms |= {item.sha256: item.outer_algorithm for item in reversed(self.evidence.crls)}
        signer = self.certificates.get(answer.signer_path[0]) if answer.signer_path else None
        algorithm = self._algorithms.get(answer.source or "")
        return () if signer is None or algorithm is None else describe_signature(algorithm, signer.spki)

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

    def _responders_of(self, key_hash: bytes) -> Iterable[Certificate]:
        """Certificates for OCSP signing with this SHA-1 of their key."""
        if self._responders is None:
            self._responders = {}
            for item in self.pool:
                if OCSP_SIGNING_OCTETS in item.der:
                    self._responders.setdefault(key_sha1(item.spki), []).append(item)
        return self._responders.get(key_hash, ())

    def _found(self, name: str, anchors: tuple[str, ...]) -> Surroundings:
        if self._by_subject is None:
            self._by_subject = _by_subject(self.pool)
        walk = _Walk(self._by_subject, self._responders_of, self.evidence)
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
            much=_is_much(len(pool), len(evidence.crls) + len(ocsps)),
        )


def _is_much(certificates: int, sources: int) -> bool:
    return certificates > _MAX_POOL or sources * min(certificates + 1, _MAX_KEYS) > _MAX_CHECKS


def _by_subject(pool: Iterable[Certificate]) -> dict[bytes, list[Certificate]]:
    found: dict[bytes, list[Certificate]] = {}
    for item in pool:
        found.setdefault(item.subject.key, []).append(item)
    return found


def _names(pool: tuple[Certificate, ...], evidence: RevocationEvidence) -> Iterable[object]:
    yield tuple([item.fingerprint for item in pool])
    yield tuple([item.sha256 for item in evidence.crls])
    yield tuple([item.sha256 for item in evidence.ocsps])
    yield tuple([(item.sha256, item.reason) for item in evidence.malformed])


class _Walk:
    """Follows names upwards. `offered` are the certificates (SHA-256) that were found by a name or stand for
    themselves, `answers` the OCSP responses (SHA-256)."""

    def __init__(
        self,
        by_subject: dict[bytes, list[Certificate]],
        responders: Callable[[bytes], Iterable[Certificate]],
        evidence: RevocationEvidence,
    ) -> None:
        self._by_subject = by_subject
        self._index = evidence.index
        self._responders = responders
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
        elif response.responder_key_hash is not None:
            for named in self._responders(response.responder_key_hash):
                self.offer(named)
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


def read_objects(stored: Iterable[StoredObject]) -> Objects:
    """The objects of an Evidence that can be read; certificates inside OCSP responses are among them."""
    octets: dict[ObjectKind, list[bytes]] = {kind: [] for kind in ObjectKind}
    for item in stored:
        octets[item.kind].append(item.der)
    ocsps = [parse_ocsp(der) for der in octets[ObjectKind.OCSP]]
    inside = (der for item in ocsps for der in getattr(item, "certificates", ()))
    parsed = (parse_certificate(der) for der in (*octets[ObjectKind.CERTIFICATE], *inside))
    evidence = RevocationEvidence.of((*(parse_crl(der) for der in octets[ObjectKind.CRL]), *ocsps))
    return Objects((item for item in parsed if isinstance(item, Certificate)), evidence)


def objects_of(stored: tuple[StoredObject, ...]) -> Objects:
    """As `read_objects`; the same value for the same octets while it is remembered."""
    key = tuple([(item.kind, item.der) for item in stored])
    known = _read.get(key)
    if known is None:
        known = read_objects(stored)
        _read.put(key, known, 8_000 + sum(len(item.der) for item in stored))
    return known
