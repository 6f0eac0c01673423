"""Reads the document security store: certificates, CRLs, OCSP responses, per-signature entries (EN 319 142-1 5.4.2)."""

from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic

from validator.pdf.reader import BoundedReader, PdfFaultError, contained, entry

MAX_OBJECTS = 5_000
MAX_OCTETS = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """One object of the store: kind "certificate", "crl" or "ocsp", its octets, where ("dss" or "vri")."""

    kind: str
    octets: bytes
    origin: str


@dataclass(frozen=True, slots=True)
class SecurityStore:
    """The store of the current revision. `present` says whether the catalog names one; `faults` counts entries that
    could not be read; `revisions` the revisions (from 0) that wrote each entry, by position."""

    present: bool
    entries: tuple[StoreEntry, ...] = ()
    revisions: tuple[int, ...] = ()
    faults: int = 0


def read_store(reader: BoundedReader) -> SecurityStore:
    """The store, entries in the order of the arrays; unreadable parts are counted, never raised."""
    try:
        with contained():
            store = entry(reader.root, "/DSS")
    except PdfFaultError:
        return SecurityStore(True, faults=1)
    if not isinstance(store, generic.DictionaryObject):
        return SecurityStore(store is not None, faults=int(store is not None))
    collector = _Collector(reader)
    collector.add(store, (("/Certs", "certificate"), ("/CRLs", "crl"), ("/OCSPs", "ocsp")), "dss")
    collector.add_related(store)
    return SecurityStore(True, tuple(collector.entries), tuple(collector.revisions), collector.faults)


class _Collector:
    def __init__(self, reader: BoundedReader) -> None:
        self._reader = reader
        self._left = MAX_OCTETS
        self.entries: list[StoreEntry] = []
        self.revisions: list[int] = []
        self.faults = 0

    def add(self, holder: Any, keys: tuple[tuple[str, str], ...], origin: str) -> None:
        for key, kind in keys:
            try:
                with contained():
                    array: Any = entry(holder, key) or generic.ArrayObject()
                    items = [array.raw_get(at) for at in range(min(len(array), MAX_OBJECTS))]
            except PdfFaultError:
                self.faults += 1
                continue
            for item in items:
                self._one(item, kind, origin)

    def add_related(self, store: Any) -> None:
        try:
            with contained():
                related = entry(store, "/VRI")
                holders = [related[key] for key in list(related)[:MAX_OBJECTS]] if related else []
        except PdfFaultError:
            self.faults += 1
            return
        for holder in holders:
            if isinstance(holder, generic.DictionaryObject):
                self.add(holder, (("/Cert", "certificate"), ("/CRL", "crl"), ("/OCSP", "ocsp")), "vri")

    def _one(self, item: Any, kind: str, origin: str) -> None:
        if len(self.entries) >= MAX_OBJECTS:
            self.faults += 1
            return
        try:
            with contained():
                stream = item.get_object()
                octets = bytes(stream.data)
                self._left -= len(octets)
                if self._left < 0:
                    raise PdfFaultError("budget")
                revision = self._written(item)
        except PdfFaultError:
            self.faults += 1
            return
        self.entries.append(StoreEntry(kind, octets, origin))
        self.revisions.append(revision)

    def _written(self, item: Any) -> int:
        if not isinstance(item, generic.IndirectObject):
            return int(self._reader.total_revisions) - 1
        return int(self._reader.xrefs.get_last_change(item.reference))
