"""Finds the listed services on the way up from each signing certificate, and records what they say about it."""

from dataclasses import dataclass, field

from policies.algorithms import CryptoResult, verify
from policies.reasons import Reason
from policies.trustlists import CertificateContent, ServiceFact, TrustService
from policies.trustlists.facts import service_facts
from validator.evidence import ListedService, ReadContent
from validator.gather.builder import Builder
from validator.gather.lists import GivenList, service_certificates
from validator.gather.store import ObjectStore
from validator.judge.certificate_facts import certificate_facts
from validator.path.certificate import Certificate

MAX_DEPTH = 10
MAX_CHECKS = 400


def listed_services(
    lists: tuple[GivenList, ...], builder: Builder, store: ObjectStore
) -> tuple[tuple[ListedService, ...], tuple[Reason, ...]]:
    """What the lists say about every signing certificate of signatures and time-stamps, in a fixed order; and what of
    agreements could not be applied."""
    climb = _Climb(store.certificates(), lists)
    found: list[ListedService] = []
    reasons: list[Reason] = []
    for certificate in _signing(builder, store):
        depths = climb.depths(certificate)
        for given in lists if depths else ():
            facts, wrong = _facts(given, certificate, depths)
            found += [_listed(item, certificate) for item in facts]
            reasons += wrong
    return tuple(sorted(found, key=_order)), tuple(dict.fromkeys(reasons))


def _signing(builder: Builder, store: ObjectStore) -> list[Certificate]:
    signatures = [*builder.signatures, *(item.signature for item in builder.timestamps if item.signature is not None)]
    names = {name for item in signatures for name in (item.signing_certificate, *item.candidates) if name}
    return [item for item in store.certificates() if item.fingerprint in names]


def _order(item: ListedService) -> tuple[str, ...]:
    return (item.certificate, item.list, str(item.depth), item.type, item.name, item.start.isoformat(), item.status)


@dataclass(slots=True)
class _Climb:
    """Which keys stand above a certificate, and how many issuers away; bounded in depth and in signature checks."""

    pool: tuple[Certificate, ...]
    lists: tuple[GivenList, ...]
    checks: int = 0
    above: dict[str, tuple[Certificate, ...]] = field(default_factory=dict)

    def depths(self, leaf: Certificate) -> dict[bytes, int]:
        """SubjectPublicKeyInfo of every issuer → its distance (0 for the direct one); the certificate's own key too."""
        found = {leaf.spki: 0}
        level: tuple[Certificate, ...] = (leaf,)
        for depth in range(MAX_DEPTH):
            level = tuple(
                issuer
                for item in level
                for issuer in self._issuers(item)
                if found.setdefault(issuer.spki, depth) == depth
            )
            if not level:
                break
        return found

    def _issuers(self, certificate: Certificate) -> tuple[Certificate, ...]:
        known = self.above.get(certificate.fingerprint)
        if known is None:
            known = tuple(item for item in self._named(certificate) if self._signed(certificate, item))
            self.above[certificate.fingerprint] = known
        return known

    def _named(self, certificate: Certificate) -> list[Certificate]:
        key = certificate.issuer.key
        found = {item.spki: item for item in self.pool if item.subject.key == key}
        for given in self.lists:
            found |= {item.spki: item for item, _ in given.read.by_subject.get(key, ())}
        return [item for item in found.values() if item.fingerprint != certificate.fingerprint]

    def _signed(self, certificate: Certificate, issuer: Certificate) -> bool:
        self.checks += 1
        if self.checks > MAX_CHECKS:
            return False
        result = verify(certificate.outer_algorithm, issuer.spki, certificate.tbs, certificate.signature)
        return result is CryptoResult.VALID


def _facts(
    given: GivenList, certificate: Certificate, depths: dict[bytes, int]
) -> tuple[tuple[ServiceFact, ...], tuple[Reason, ...]]:
    def depth(service: TrustService) -> int | None:
        known = [depths[item.spki] for item in service_certificates(service) if item.spki in depths]
        return min(known, default=None)

    return service_facts(given.read.listed, given.facts.name, content(certificate), depth, given.pointed)


def content(certificate: Certificate) -> CertificateContent:
    """What lists ask of a certificate."""
    return CertificateContent(
        not_before=certificate.not_before,
        claims=certificate_facts(certificate).claims,
        key_usage=certificate.details.key_usage,
        subject_attributes=frozenset(item.type for rdn in certificate.subject.rdns for item in rdn),
    )


def _listed(item: ServiceFact, certificate: Certificate) -> ListedService:
    return ListedService(
        certificate=certificate.fingerprint,
        list=item.list,
        type=item.type,
        status=item.status,
        start=item.start,
        end=item.end,
        name=item.name,
        provider=item.provider,
        additional=item.additional,
        qualifiers=item.qualifiers,
        undecided=item.undecided,
        law=item.law,
        depth=item.depth,
        identity=item.identity,
        under_agreement=item.under_agreement,
        equivalence=item.equivalence,
        enacted_from=item.enacted_from,
        enacted_until=item.enacted_until,
        content=None if item.content is None else _read(item.content),
    )


def _read(read: CertificateContent) -> ReadContent:
    return ReadContent(
        not_before=read.not_before,
        policies=tuple(sorted(read.claims.policies)),
        qc_statements=tuple(sorted(read.claims.qc_statements)),
        extended_key_usages=tuple(sorted(read.claims.extended_key_usages)),
        qc_legislation=read.claims.qc_legislation,
    )
