"""The units of an installation: registered once, opened with their keys, every change and every block of serial numbers
in the audit log (EN 319 421 7.6 and 7.12)."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from ops.platform.audit import AuditLog
from ops.platform.clock import Clock, SystemClock
from ops.platform.database import Database
from ops.platform.keys import KeyStore
from signer.credentials import split_certificates
from signer.errors import TsaUnitTakenError, TsaUnitUnknownError
from signer.model import SigningIdentity
from signer.tsa.authority import TimestampAuthority
from signer.tsa.clockguard import ClockGuard
from signer.tsa.models import TsaSerialRow, TsaUnitRow
from signer.tsa.serials import SerialNumbers
from signer.tsa.unit import TimestampingUnit, UnitPolicy


class TimestampUnits:
    """Registers and opens time-stamping units."""

    def __init__(self, database: Database, keys: KeyStore, audit: AuditLog, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._audit = audit
        self._clock = clock

    def add(self, unit: str, *, key_label: str, certificate: bytes, chain: Sequence[bytes], policy: UnitPolicy) -> None:
        """Register a unit with a key of the key store and its certificate with issuers (DER, nearest first).

        TsaUnitError when certificate and key may not stamp, TsaUnitTakenError for a name that was ever used.
        """
        now = self._clock.now()
        identity = SigningIdentity(certificate, tuple(chain))
        TimestampingUnit.from_store(unit, identity, self._keys, key_label, policy, now)
        row = TsaUnitRow(
            unit=unit,
            key_label=key_label,
            certificate=certificate,
            chain=b"".join(chain),
            policy=policy.policy,
            also=" ".join(policy.also),
            accuracy_ms=policy.accuracy_ms,
            created_at=now,
        )
        serial = TsaSerialRow(unit=unit, next_block=0, latest_time=now)
        details = {"key": key_label, "certificate": certificate, "policy": policy.policy}
        try:
            with self._database.write() as session:
                session.add_all((row, serial))
                session.flush()
                self._audit.append(session, "signer.tsa.unit.added", unit, details)
        except IntegrityError as error:
            raise TsaUnitTakenError(f"There is or was a time-stamping unit {unit}.") from error

    def require_free(self, unit: str) -> None:
        """Raise TsaUnitTakenError when the name is or was used."""
        with self._database.read() as session:
            if session.get(TsaSerialRow, unit) is not None:
                raise TsaUnitTakenError(f"There is or was a time-stamping unit {unit}.")

    def names(self) -> tuple[str, ...]:
        """The units, by name."""
        with self._database.read() as session:
            return tuple(session.exec(select(TsaUnitRow.unit).order_by(TsaUnitRow.unit)))

    def open(self, unit: str) -> TimestampAuthority:
        """The unit, ready to answer: certificate and key checked again, the first block of serial numbers taken.

        TsaUnitUnknownError, TsaUnitError, the key store's and the database's errors.
        """
        with self._database.read() as session:
            row = session.get(TsaUnitRow, unit)
        if row is None:
            raise TsaUnitUnknownError(f"There is no time-stamping unit {unit}.")
        now = self._clock.now()
        policy = UnitPolicy(row.policy, tuple(row.also.split()), row.accuracy_ms)
        identity = SigningIdentity(row.certificate, split_certificates(row.chain))
        loaded = TimestampingUnit.from_store(unit, identity, self._keys, row.key_label, policy, now)
        # Only the machine's clock can drift against the machine's steady one; others are moved on purpose.
        guard = ClockGuard(self._clock, steady=time.monotonic if isinstance(self._clock, SystemClock) else None)
        serials = SerialNumbers(self._database, unit, on_block=self._log_block(unit))
        guard.know(serials.start(now))
        return TimestampAuthority(loaded, guard, serials)

    def clock_event(self, authority: TimestampAuthority, reason: str | None) -> None:
        """The monitor's or operator's word about the clock, logged: a reason stops the unit, None lets it go on."""
        if reason is not None:
            authority.guard.mark_bad(reason)
        with self._database.write() as session:
            event = "signer.tsa.clock.good" if reason is None else "signer.tsa.clock.bad"
            self._audit.append(session, event, authority.unit.name, {"reason": reason or ""})
        if reason is None:
            authority.guard.mark_good()

    def _log_block(self, unit: str) -> Callable[[Session, int, datetime], None]:
        """Writes the audit entry of a block: which serial numbers may have been used from when on."""

        def log(session: Session, block: int, at: datetime) -> None:
            details = {"block": block, "from": at.isoformat()}
            self._audit.append(session, "signer.tsa.serials.reserved", unit, details)

        return log
