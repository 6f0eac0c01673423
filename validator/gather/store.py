"""Collects certificates, CRLs and OCSP responses by content, each once, with every place where it was found."""

import hashlib
from collections.abc import Iterable

from policies.reasons import Reason
from validator.cms import ber
from validator.evidence import ObjectKind, StoredObject
from validator.path.certificate import Certificate, parse_certificate

MAX_OBJECTS = 20_000
MAX_OCTETS = 1024 * 1024 * 1024
_BASIC_OCSP = bytes.fromhex("06092b0601050507300101")


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

    def add_basic_ocsp(self, der: bytes, origin: str) -> str:
        """Keep a BasicOCSPResponse inside the OCSPResponse that it came from (RFC 6960 4.2.1)."""
        body = ber.wrap(0x30, _BASIC_OCSP + ber.wrap(0x04, der))
        return self.add(ObjectKind.OCSP, ber.wrap(0x30, b"\x0a\x01\x00" + ber.wrap(0xA0, body)), origin)

    def certificates(self) -> tuple[Certificate, ...]:
        """Every readable certificate, ordered by hash."""
        parsed = (parse_certificate(der) for der in self._of(ObjectKind.CERTIFICATE))
        return tuple(item for item in parsed if isinstance(item, Certificate))

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
