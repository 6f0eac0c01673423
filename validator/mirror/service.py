"""The status mirror: watches sources, collects what they give, hands out evidence with its age.

A round takes the sources that are due one by one: the next date is written before the fetch, so that two processes
never ask for the same source at once; the outcome is written after it, whatever it was.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from ops.platform.clock import Clock
from ops.platform.database import Database
from ops.platform.fetch import Fetcher, FetchResult
from policies.errors import TrustspaceError
from validator.asn1 import der
from validator.mirror.errors import MirrorSourceError, MirrorSourceUnknownError
from validator.mirror.evidence import mirrored_evidence
from validator.mirror.intake import Accepted, Standing, accept_crl, accept_ocsp
from validator.mirror.models import MirrorHistoryRow, MirrorObjectRow, MirrorSourceRow
from validator.mirror.request import CONTENT_TYPE, ocsp_request
from validator.mirror.sources import (
    certificate_key,
    certificate_of,
    crl_addresses,
    issuer_key,
    issuers_of,
    ocsp_addresses,
    source_status,
    split_certificates,
)
from validator.mirror.values import CollectionReport, MirroredEvidence, SourceKind, SourceStatus
from validator.path.certificate import Certificate
from validator.revocation.crl import MAX_CRL_OCTETS
from validator.revocation.ocsp import MAX_OCSP_OCTETS

LEASE = timedelta(minutes=10)
FIRST_RETRY = timedelta(minutes=1)


class StatusMirror:
    """The mirror of one installation. Safe to share; several processes may collect at once."""

    def __init__(self, database: Database, fetcher: Fetcher, clock: Clock) -> None:
        self._database = database
        self._fetcher = fetcher
        self._clock = clock

    def watch_crl(
        self,
        url: str,
        issuers: Iterable[Certificate],
        *,
        label: str = "",
        interval: timedelta = timedelta(hours=1),
    ) -> int:
        """Watch a CRL (complete, delta or partition); gives the source's number, the same for the same source.

        `issuers` are the certificates of the CRL's issuer, all of one name, whose keys may sign. Raises
        `MirrorSourceError`.
        """
        certificates = tuple(issuers)
        if not certificates or len({item.subject.key for item in certificates}) != 1:
            raise MirrorSourceError("A list needs the certificates of its one issuer.")
        subject = issuer_key(certificates[0].subject)
        return self._watch(SourceKind.CRL, url, subject, label, certificates, None, interval)

    def watch_ocsp(
        self,
        url: str,
        certificate: Certificate,
        issuers: Iterable[Certificate],
        *,
        label: str = "",
        interval: timedelta = timedelta(hours=1),
    ) -> int:
        """Watch the status of one certificate at a responder. `issuers` are certificates of its issuer."""
        certificates = tuple(item for item in issuers if item.subject == certificate.issuer)
        if not certificates:
            raise MirrorSourceError("A responder needs the certificate of the certificate's issuer.")
        subject = certificate_key(certificate)
        return self._watch(SourceKind.OCSP, url, subject, label, certificates, certificate, interval)

    def watch_certificate(
        self, certificate: Certificate, issuers: Iterable[Certificate], *, label: str = ""
    ) -> tuple[int, ...]:
        """Watch every web address that `certificate` names for its own status (CRLs of its issuer, responders)."""
        own = tuple(issuers)
        numbers = [self.watch_crl(url, own, label=label) for url in crl_addresses(certificate)]
        numbers += [self.watch_ocsp(url, certificate, own, label=label) for url in ocsp_addresses(certificate)]
        return tuple(numbers)

    def unwatch(self, source_id: int) -> None:
        """Ask this source no more; what it gave stays. Raises `MirrorSourceUnknownError`."""
        with self._database.write() as session:
            self._row(session, source_id).active = False

    def sources(self) -> tuple[SourceStatus, ...]:
        """Every source as it stands, by number."""
        with self._database.read() as session:
            rows = session.exec(select(MirrorSourceRow).order_by(col(MirrorSourceRow.id))).all()
            now = self._clock.now()
            return tuple(source_status(row, now) for row in rows)

    def collect_due(self, *, limit: int = 1_000) -> CollectionReport:
        """Ask every source that is due, at most `limit`. A source that fails never stops the others."""
        counts = {"renewed": 0, "unchanged": 0, "failed": 0}
        for _ in range(limit):
            source = self._database.run_write(self._claim_next)
            if source is None:
                break
            counts[self._collect(source)] += 1
        return CollectionReport(**counts)

    def collect(self, source_id: int) -> SourceStatus:
        """Ask one source now, due or not; gives it as it stands after that."""
        with self._database.write() as session:
            row = self._row(session, source_id)
            row.due_at = self._clock.now() + LEASE
            session.flush()
            session.expunge(row)
        self._collect(row)
        with self._database.read() as session:
            return source_status(self._row(session, source_id), self._clock.now())

    def evidence_for(self, certificates: Iterable[Certificate], *, at: datetime | None = None) -> MirroredEvidence:
        """Everything that the mirror holds about the status of `certificates`, to judge with, and how old it is.

        With `at` also what was in force then: of each source the last object issued by `at` and the first one after.
        """
        with self._database.read() as session:
            return mirrored_evidence(session, certificates, at, self._clock.now())

    def prune(self, older_than: timedelta) -> int:
        """Forget history received longer ago than that, but never what is in use; gives how many entries."""
        limit = self._clock.now() - older_than
        with self._database.write() as session:
            current = select(MirrorSourceRow.current).where(col(MirrorSourceRow.current).is_not(None))
            old = select(MirrorHistoryRow).where(
                col(MirrorHistoryRow.fetched_at) < limit, col(MirrorHistoryRow.sha256).not_in(current)
            )
            rows = session.exec(old).all()
            for row in rows:
                session.delete(row)
            session.flush()
            kept = select(MirrorHistoryRow.sha256)
            for found in session.exec(select(MirrorObjectRow).where(col(MirrorObjectRow.sha256).not_in(kept))).all():
                session.delete(found)
            return len(rows)

    def _watch(
        self,
        kind: SourceKind,
        url: str,
        subject: str,
        label: str,
        issuers: tuple[Certificate, ...],
        certificate: Certificate | None,
        interval: timedelta,
    ) -> int:
        if urlsplit(url).scheme not in ("http", "https") or len(url) > 2048:
            raise MirrorSourceError("Only http and https addresses are watched.")
        with self._database.write() as session:
            self._database.lock(session, "mirror-sources")
            known = session.exec(
                select(MirrorSourceRow).where(
                    MirrorSourceRow.kind == kind, MirrorSourceRow.url == url, MirrorSourceRow.subject_key == subject
                )
            ).first()
            row = known or MirrorSourceRow(
                kind=kind,
                url=url,
                subject_key=subject,
                label=label[:200],
                issuers=b"",
                certificate=None if certificate is None else certificate.der,
                interval_seconds=0,
                due_at=self._clock.now(),
            )
            # Certificates of the issuer add up: a key that signed yesterday may still be met today.
            row.issuers = b"".join(dict.fromkeys((*split_certificates(row.issuers), *(item.der for item in issuers))))
            row.interval_seconds = max(60, int(interval.total_seconds()))
            row.active = True
            session.add(row)
            session.flush()
            assert row.id is not None
            return row.id

    def _row(self, session: Session, source_id: int) -> MirrorSourceRow:
        row = session.get(MirrorSourceRow, source_id)
        if row is None:
            raise MirrorSourceUnknownError(f"There is no source {source_id}.")
        return row

    def _claim_next(self, session: Session) -> MirrorSourceRow | None:
        self._database.lock(session, "mirror-claim")
        now = self._clock.now()
        row = session.exec(
            select(MirrorSourceRow)
            .where(col(MirrorSourceRow.active), col(MirrorSourceRow.due_at) <= now)
            .order_by(col(MirrorSourceRow.due_at), col(MirrorSourceRow.id))
            .limit(1)
        ).first()
        if row is not None:
            row.due_at = now + LEASE
            session.add(row)
            session.flush()
            session.expunge(row)
        return row

    def _collect(self, source: MirrorSourceRow) -> str:
        try:
            result = self._fetch(source)
            accepted = None if result.not_modified else self._accept(source, result.body)
        except TrustspaceError as error:
            self._record_failure(source, error)
            return "failed"
        self._record_success(source, result, accepted)
        return "unchanged" if accepted is None or accepted.value.sha256 == source.current else "renewed"

    def _fetch(self, source: MirrorSourceRow) -> FetchResult:
        if source.kind == SourceKind.CRL:
            return self._fetcher.get(
                source.url, etag=source.etag, last_modified=source.last_modified, max_bytes=MAX_CRL_OCTETS
            )
        certificate, issuers = certificate_of(source), issuers_of(source)
        assert certificate is not None
        try:
            request = ocsp_request(certificate, issuers[-1])
        except der.DerError as error:
            raise MirrorSourceError("The issuer's key cannot be read, so its responder cannot be asked.") from error
        return self._fetcher.post(source.url, request, content_type=CONTENT_TYPE, max_bytes=MAX_OCSP_OCTETS)

    def _accept(self, source: MirrorSourceRow, body: bytes) -> Accepted:
        number = None if source.crl_number is None else int(source.crl_number)
        standing = Standing(crl_number=number, this_update=source.this_update)
        certificate, now = certificate_of(source), self._clock.now()
        if certificate is None:
            return accept_crl(body, issuers_of(source), standing, now)
        return accept_ocsp(body, certificate, issuers_of(source), standing, now)

    def _record_failure(self, source: MirrorSourceRow, error: TrustspaceError) -> None:
        with self._database.write() as session:
            row = self._row(session, source.id or 0)
            now = self._clock.now()
            row.attempted_at, row.failures = now, row.failures + 1
            row.error_code, row.error_sentence = error.code, error.sentence[:1000]
            # Twice as long each time, but never less often than the source is asked anyway.
            pause = FIRST_RETRY * 2 ** min(row.failures - 1, 10)
            row.due_at = now + min(pause, timedelta(seconds=row.interval_seconds))

    def _record_success(self, source: MirrorSourceRow, result: FetchResult, accepted: Accepted | None) -> None:
        with self._database.write() as session:
            row = self._row(session, source.id or 0)
            now = self._clock.now()
            row.attempted_at = row.succeeded_at = now
            row.failures, row.error_code, row.error_sentence = 0, None, None
            row.due_at = now + timedelta(seconds=row.interval_seconds)
            if accepted is None:
                return
            row.etag, row.last_modified = _short(result.etag, 500), _short(result.last_modified, 100)
            if accepted.value.sha256 != row.current:
                self._keep(session, row, accepted, now)
            if accepted.next_update is not None:
                # Look again when the next one is out rather than a whole interval later.
                row.due_at = min(row.due_at, max(accepted.next_update, now + FIRST_RETRY))

    def _keep(self, session: Session, row: MirrorSourceRow, accepted: Accepted, now: datetime) -> None:
        digest = accepted.value.sha256
        if session.get(MirrorObjectRow, digest) is None:
            session.add(MirrorObjectRow(sha256=digest, octets=accepted.value.der))
            session.flush()
        session.add(
            MirrorHistoryRow(source_id=row.id or 0, sha256=digest, fetched_at=now, this_update=accepted.this_update)
        )
        row.current, row.this_update, row.next_update = digest, accepted.this_update, accepted.next_update
        row.crl_number = None if accepted.crl_number is None else str(accepted.crl_number)


def _short(text: str | None, limit: int) -> str | None:
    # A validator that does not fit is not sent back; the next request is then simply not conditional.
    return text if text is not None and len(text) <= limit else None
