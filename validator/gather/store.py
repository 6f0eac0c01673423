"""Collects certificates, CRLs and OCSP responses by content, each once, with every place where it was found."""

import hashlib
from collections.abc import Iterable

from policies.reasons import Reason
from validator.evidence import ObjectKind, StoredObject
from validator.path.certificate import Certificate, parse_certificate

MAX_OBJECTS = 20_000
MAX_OCTETS = 1024 * 1024 * 1024


class ObjectStore:
    """Append-only; ordered by kind and hash when read, so that the same inputs give the same Evidence."""

    def __init__(self) -> None:
        self._found: dict[tuple[ObjectKind, str], tuple[bytes, set[str]]] = {}
        self._octets = 0
        self.refused = 0

    def add(self, kind: ObjectKind, der: bytes, origin: str) -> str:
        """Keep the octets and say by which SHA-256 they are known; beyond the limits they are only counted."""
        name = hashlib.sha256(der).hexdigest()
        known = self._found.get((kind, name))
        if known is not None:
            known[1].add(origin)
        elif len(self._found) >= MAX_OBJECTS or self._octets + len(der) > MAX_OCTETS:
            self.refused += 1
        else:
            self._found[kind, name] = (der, {origin})
            self._octets += len(der)
        return name

    def certificates(self) -> tuple[Certificate, ...]:
        """Every readable certificate, ordered by hash."""
        parsed = (parse_certificate(der) for der in self._of(ObjectKind.CERTIFICATE))
        return tuple(item for item in parsed if isinstance(item, Certificate))

    def is_anchor(self, name: str) -> bool:
        """Whether the certificate with this SHA-256 was given as a trust anchor."""
        known = self._found.get((ObjectKind.CERTIFICATE, name))
        return known is not None and "anchor" in known[1]

    def _of(self, kind: ObjectKind) -> Iterable[bytes]:
        return (der for (found, _), (der, _) in sorted(self._found.items(), key=lambda item: item[0]) if found is kind)

    def objects(self) -> tuple[StoredObject, ...]:
        """All objects, ordered by kind and hash."""
        return tuple(
            StoredObject(kind=kind, sha256=name, der=der, origins=tuple(sorted(origins)))
            for (kind, name), (der, origins) in sorted(self._found.items(), key=lambda item: item[0])
        )

    def remarks(self) -> tuple[Reason, ...]:
        """Says when something was left out."""
        return (Reason.of("TS-DOC-OBJECTS-LIMIT", count=self.refused),) if self.refused else ()
