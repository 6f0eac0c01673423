"""What the offered CRLs say about one certificate (RFC 5280 6.3.3; delta CRLs: 5.2.4)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policies.reasons import Reason
from validator.asn1 import der
from validator.revocation.crl import CertificateList
from validator.revocation.entries import CERTIFICATE_HOLD, REMOVE_FROM_CRL, CrlEntry
from validator.revocation.findings import Finding
from validator.revocation.question import Question
from validator.revocation.scope import covered_reasons, crl_issuer_keys
from validator.revocation.signers import Signer, crl_signer
from validator.revocation.types import Status

# Small lists are searched before their signature is checked, because most say nothing new; a large one is worth its
# index only when it is authentic.
_LARGE = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Usable:
    """A CRL that may be used as far as it can be told without its signature. One that is not `sound` breaks the
    profile: it makes nothing good, but the revocations that its issuer signed are not forgotten for that."""

    crl: CertificateList
    reasons_mask: int
    entries: tuple[CrlEntry, ...]
    notes: tuple[Reason, ...]
    sound: bool

    @property
    def order(self) -> tuple[object, ...]:
        """Later lists are greater."""
        return self.crl.this_update, self.crl.crl_number or 0, self.crl.sha256

    @property
    def partition(self) -> tuple[object, ...]:
        """Lists of one partition follow each other; a list of another key or scope is another partition."""
        crl = self.crl
        key_id = None if crl.authority_key_id is None else crl.authority_key_id.key_id
        return crl.issuer.key, key_id, None if crl.scope is None else crl.scope.encoded


def crl_findings(question: Question) -> list[Finding]:
    """The statements of all CRLs that are authentic and speak about the certificate."""
    by_issuer = question.evidence.index.crls
    if not by_issuer:
        return []
    concerning = [crl for key in crl_issuer_keys(question.certificate) for crl in by_issuer.get(key, ())]
    return list(_findings(question, concerning)) if concerning else []


def _findings(question: Question, concerning: list[CertificateList]) -> Iterator[Finding]:
    partitions: dict[tuple[object, ...], list[_Usable]] = {}
    for crl in concerning:
        question.context.in_time()
        usable = _usable(question, crl)
        if usable is not None:
            partitions.setdefault(usable.partition, []).append(usable)
    # Newest first, so that a limit on the work cuts off the same lists in whatever order they came.
    newest_first = sorted(partitions.values(), key=lambda members: max(item.order for item in members), reverse=True)
    for members in newest_first:
        yield from _Partition(question, members).findings()


def _usable(question: Question, crl: CertificateList) -> _Usable | None:
    if crl.unknown_critical:
        question.note("TS-REV-CRITICAL-EXTENSION", kind="crl", source=crl.sha256, extension=crl.unknown_critical[0])
        return None
    mask = covered_reasons(crl, question.certificate)
    if not mask:
        question.note("TS-REV-SCOPE", source=crl.sha256)
        return None
    if not question.issued_in_time(crl.sha256, crl.this_update):
        return None
    if len(crl.der) > _LARGE and crl_signer(question, crl) is None:
        return None
    try:
        faults = crl.faults if crl.entries is None else (*crl.faults, *crl.entries.faults())
        unknown = () if crl.entries is None else crl.entries.unknown_critical()
        entries = crl.find(question.certificate.serial_octets)
    except der.DerError as error:
        question.note("TS-REV-MALFORMED", kind="crl", sha256=crl.sha256, rule=error.rule, offset=error.offset)
        return None
    if unknown:
        # 5.3: not even to say that some other certificate is good.
        question.note("TS-REV-CRITICAL-EXTENSION", kind="crl", source=crl.sha256, extension=unknown[0])
        return None
    notes, own = question.admitted("crl", crl.sha256, faults), _own_entries(question, crl, entries)
    return _Usable(crl=crl, reasons_mask=mask, entries=own, notes=notes or (), sound=notes is not None)


def _own_entries(question: Question, crl: CertificateList, entries: Iterable[CrlEntry]) -> tuple[CrlEntry, ...]:
    issuer = question.certificate.issuer.key
    return tuple(entry for entry in entries if issuer in (entry.certificate_issuer or (crl.issuer.key,)))


class _Partition:
    """The usable CRLs of one issuer, key and scope."""

    def __init__(self, question: Question, members: list[_Usable]) -> None:
        self._question = question
        newest_first = sorted(members, key=lambda item: item.order, reverse=True)
        self._complete = [item for item in newest_first if item.sound and not item.crl.is_delta]
        self._deltas = [item for item in newest_first if item.sound and item.crl.is_delta]
        self._unsound = [item for item in newest_first if not item.sound]

    def findings(self) -> Iterator[Finding]:
        """What the newest authentic list (with its delta) says, and every revocation that an older one, a delta without
        base or a list that breaks the profile records: a revocation is not undone by being left out later. A list that
        is due for replacement does not spoil an older one that is not."""
        base = next((item for item in self._complete if self._signer(item) is not None), None)
        delta = self._delta_for(base)
        if base is not None:
            yield from self._current(base, delta)
        elif self._deltas:
            self._question.note("TS-REV-DELTA-WITHOUT-BASE", source=self._deltas[0].crl.sha256)
        due = base is not None and not self._fresh(base)
        for item in (*self._complete, *self._deltas, *self._unsound):
            if item is not base and item is not delta and item.entries and self._signer(item) is not None:
                yield from (one for one in self._listed(item) if one.status is not Status.GOOD)
        if due:
            for item in self._complete:
                if not item.entries and self._fresh(item) and self._signer(item) is not None:
                    yield from self._silent(item, None)

    def _fresh(self, item: _Usable) -> bool:
        return self._question.fresh(item.crl.this_update, item.crl.next_update)

    def _signer(self, item: _Usable) -> Signer | None:
        return crl_signer(self._question, item.crl)

    def _delta_for(self, base: _Usable | None) -> _Usable | None:
        if base is None or base.crl.crl_number is None:
            return None
        signer = self._signer(base)
        for item in self._deltas:
            if not _combines(base.crl, item.crl):
                continue
            own = self._signer(item)
            # 6.3.3 (h): the delta's signature verifies with the key of the complete CRL.
            if own is not None and signer is not None and own.certificate.spki == signer.certificate.spki:
                return item
        return None

    def _current(self, base: _Usable, delta: _Usable | None) -> Iterator[Finding]:
        released = delta is not None and any(entry.reason_code == REMOVE_FROM_CRL for entry in delta.entries)
        if delta is not None and delta.entries:
            yield from self._listed(delta, base)
        for finding in self._listed(base, delta):
            # removeFromCRL ends a hold (5.3.1); a permanent revocation stays, whatever a delta says.
            if not released or finding.status is Status.REVOKED:
                yield finding
        if not base.entries and (delta is None or not delta.entries):
            yield from self._silent(base, delta)

    def _silent(self, base: _Usable, delta: _Usable | None) -> Iterator[Finding]:
        latest = delta or base
        crl = latest.crl
        if self._question.outlived(crl.this_update, base.crl.expired_certs_from):
            self._question.note("TS-REV-EXPIRED-NOT-COVERED", source=crl.sha256, issued=crl.this_update.isoformat())
            return
        yield self._finding(latest, Status.GOOD, None, base)

    def _listed(self, item: _Usable, other: _Usable | None = None) -> Iterator[Finding]:
        """What the entries of `item` say; `other` is the list it is combined with."""
        question = self._question
        for entry in item.entries:
            since = question.effective(entry.revocation_time, entry.reason_code, entry.invalidity_date)
            if entry.reason_code == REMOVE_FROM_CRL:
                if other is not None:
                    yield self._finding(item, Status.GOOD, None, other, removal=True)
            elif not question.revoked_at(item.crl.this_update, since):
                yield self._finding(item, Status.GOOD, entry, other)
            elif entry.reason_code == CERTIFICATE_HOLD:
                yield self._finding(item, Status.ON_HOLD, entry, other)
            else:
                yield self._finding(item, Status.REVOKED, entry, other)

    def _finding(
        self, item: _Usable, status: Status, entry: CrlEntry | None, other: _Usable | None, *, removal: bool = False
    ) -> Finding:
        crl, signer, question = item.crl, self._signer(item), self._question
        fresh = question.fresh(crl.this_update, crl.next_update)
        notes = item.notes if signer is None else (*item.notes, *signer.notes)
        if other is not None and other is not item:
            # A complete CRL that is still fresh is not made stale by a delta that is not; but that a hold has ended is
            # known from the delta alone.
            fresh = fresh or (not removal and question.fresh(other.crl.this_update, other.crl.next_update))
            notes = (
                *notes,
                *other.notes,
                Reason.of("TS-REV-DELTA-COMBINED", source=crl.sha256, other=other.crl.sha256),
            )
        return Finding(
            status=status,
            reasons_mask=item.reasons_mask,
            source=crl.sha256,
            source_kind="delta-crl" if crl.is_delta else "crl",
            this_update=crl.this_update,
            next_update=crl.next_update,
            fresh=fresh,
            signer_path=() if signer is None else signer.path,
            revocation_time=None if entry is None else entry.revocation_time,
            reason_code=None if entry is None else entry.reason_code,
            invalidity_date=None if entry is None else entry.invalidity_date,
            others=() if other is None or other is item else (other.crl.sha256,),
            notes=notes,
        )


def _combines(base: CertificateList, delta: CertificateList) -> bool:
    # 5.2.4: the complete CRL is no older than the delta's base and older than the delta itself. The partition has
    # made sure that issuer, key identifier and scope are the same (6.3.3 (c)).
    if delta.base_crl_number is None or delta.crl_number is None or base.crl_number is None:
        return False
    return delta.base_crl_number <= base.crl_number < delta.crl_number
