"""The certificates a search may use, found by subject, with the distance of every name to a trust anchor.

The index of a pool is kept as long as the same tuple of certificates is asked about, because a batch offers one pool
to thousands of questions. It holds facts about names only, no opinion.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from validator.path.certificate import Certificate
from validator.path.name import Name


@dataclass(frozen=True, slots=True)
class Entity:
    """A subject with one key, and all its certificates. `identity` is (key of the subject's name, DER of the SPKI)."""

    identity: tuple[bytes, bytes]
    certificates: list[Certificate]


_last: list[tuple[tuple[Certificate, ...], "_Index"]] = []
_KEPT = 4


class _Index:
    """Certificates by the key of their subject and, made on first use, by the key of their issuer."""

    __slots__ = ("by_issuer", "by_subject", "entities", "issued")

    def __init__(self, certificates: Iterable[Certificate]) -> None:
        self.by_subject: dict[bytes, list[Certificate]] = {}
        self.by_issuer: dict[bytes, set[bytes]] | None = None
        self.issued: dict[bytes, list[Certificate]] | None = None
        self.entities: dict[bytes, list[Entity]] = {}
        by_subject = self.by_subject
        for certificate in certificates:
            key = certificate.subject.key
            if key in by_subject:
                by_subject[key].append(certificate)
            else:
                by_subject[key] = [certificate]

    def subjects_issued_by(self, issuer: bytes) -> Iterable[bytes]:
        if self.by_issuer is None:
            self.by_issuer = {}
            for subject, certificates in self.by_subject.items():
                for certificate in certificates:
                    self.by_issuer.setdefault(certificate.issuer.key, set()).add(subject)
        return self.by_issuer.get(issuer, ())

    def issued_by(self, issuer: bytes) -> Iterable[Certificate]:
        if self.issued is None:
            self.issued = {}
            for certificates in self.by_subject.values():
                for certificate in certificates:
                    self.issued.setdefault(certificate.issuer.key, []).append(certificate)
        return self.issued.get(issuer, ())


def _index(certificates: tuple[Certificate, ...]) -> _Index:
    for kept, index in _last:
        if kept is certificates:
            return index
    index = _Index(certificates)
    _last.insert(0, (certificates, index))
    del _last[_KEPT:]
    return index


def _grouped(subject: bytes, certificates: Iterable[Certificate]) -> list[Entity]:
    groups: dict[bytes, list[Certificate]] = {}
    for certificate in certificates:
        groups.setdefault(certificate.spki, []).append(certificate)
    return [Entity((subject, spki), group) for spki, group in groups.items()]


class Pool:
    """The certificates of one question: the shared index plus what was fetched while searching."""

    __slots__ = ("_distances", "_extra", "_frontier", "_index", "_known")

    def __init__(self, certificates: tuple[Certificate, ...], anchors: Iterable[Certificate]) -> None:
        self._index = _index(certificates)
        self._extra: dict[bytes, list[Certificate]] = {}
        self._known: set[str] = set()
        self._distances = {anchor.subject.key: 0 for anchor in anchors}
        self._frontier = deque(self._distances)

    def add(self, certificates: Iterable[Certificate]) -> bool:
        """Offer further certificates; True when at least one was new."""
        fresh = False
        for certificate in certificates:
            same = self._extra.setdefault(certificate.subject.key, [])
            if certificate.fingerprint not in self._known and certificate not in self.of(certificate.subject):
                self._known.add(certificate.fingerprint)
                same.append(certificate)
                fresh = True
        return fresh

    def of(self, subject: Name) -> list[Certificate]:
        """The certificates whose subject is `subject`, in the order in which they were offered."""
        offered = self._index.by_subject.get(subject.key, [])
        extra = self._extra.get(subject.key)
        return [*offered, *extra] if extra else offered

    def issued_by(self, issuer: Name) -> Iterator[Certificate]:
        """The certificates whose issuer is `issuer`."""
        wanted = issuer.key
        yield from self._index.issued_by(wanted)
        for extra in self._extra.values():
            yield from (item for item in extra if item.issuer.key == wanted)

    def entities(self, subject: Name) -> list[Entity]:
        """The certificates whose subject is `subject`, by key."""
        if subject.key in self._extra:
            return _grouped(subject.key, self.of(subject))
        known = self._index.entities.get(subject.key)
        if known is None:
            known = self._index.entities[subject.key] = _grouped(subject.key, self.of(subject))
        return known

    def distance(self, name: Name) -> int | None:
        """Certificates between `name` and the nearest trust anchor by names alone; None when no anchor is above it.

        A breadth-first search from the anchors, carried only as far as it is asked about.
        """
        key = name.key
        distances, frontier = self._distances, self._frontier
        while key not in distances and frontier:
            issuer = frontier.popleft()
            for subject in self._index.subjects_issued_by(issuer):
                if subject not in distances:
                    distances[subject] = distances[issuer] + 1
                    frontier.append(subject)
        return distances.get(key)
