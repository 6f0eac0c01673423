"""What an installation itself knows when a document is judged here: its roots as anchors, and the status it publishes.

Only the roots of the forum are anchors: what the forum does not itself trust is reached through cross-certificates or
not at all. Every anchor carries where it came from, and the report says it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from ca.errors import CaError
from ca.service import CertificateAuthority
from ca.values import AuthorityKind, AuthorityView

_KEPT_SECONDS = 15.0
_ROOTS = (AuthorityKind.ROOT, AuthorityKind.HUB)


@dataclass(frozen=True, slots=True)
class TrustFile:
    """One piece of DER: `role` as in a judging task, `territory` for anchors."""

    role: str
    name: str
    octets: bytes
    territory: str | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    roots: tuple[TrustFile, ...]
    others: tuple[TrustFile, ...]


class InstallationTrust:
    """The trust state of one installation, read at most every few seconds. Threads may share it."""

    def __init__(self, authority: CertificateAuthority, steady: Callable[[], float] = time.monotonic) -> None:
        self._authority = authority
        self._steady = steady
        self._lock = Lock()
        self._known: _Known | None = None
        self._read_at = 0.0

    def forums(self) -> tuple[str, ...]:
        """The jurisdictions that have a root here, sorted."""
        return tuple(sorted({item.territory for item in self._current().roots if item.territory}))

    def files(self, forum: str | None) -> tuple[TrustFile, ...]:
        """Anchors of the forum, then certificates and CRLs to build paths with."""
        return (*self.anchors(forum), *self._current().others)

    def anchors(self, forum: str | None) -> tuple[TrustFile, ...]:
        """The forum's own roots; none when no forum is asked."""
        return tuple(item for item in self._current().roots if forum is not None and item.territory == forum)

    def _current(self) -> _Known:
        with self._lock:
            if self._known is None or self._steady() - self._read_at > _KEPT_SECONDS:
                self._known, self._read_at = self._read(), self._steady()
            return self._known

    def _read(self) -> _Known:
        views = self._authority.authorities()
        roots = tuple(_anchor(view) for view in views if view.certificate is not None and view.kind in _ROOTS
                      and view.parent is None)  # fmt: skip
        certificates = [*self._authority.cross_certificates()]
        crls = []
        for view in views:
            certificates += self._authority.certifying(view.name)
            try:
                crls.append(TrustFile("crl", f"{view.name}.crl", self._authority.crl(view.name).der))
            except CaError:
                # Nothing published, or stale: then it is no information about status, and the report says what lacks.
                continue
        pool = (TrustFile("certificate", "installation", der) for der in dict.fromkeys(certificates))
        return _Known(roots, (*pool, *crls))


def _anchor(view: AuthorityView) -> TrustFile:
    assert view.certificate is not None
    return TrustFile("anchor", f"this installation: root {view.name}", view.certificate, view.jurisdiction)
