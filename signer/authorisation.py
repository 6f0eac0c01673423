"""Consent before a key is used: an authorisation names the digests, is stored, and is good for one use.

This is the record half of sole control (EN 419 241-1 SRA_SAP): whoever shows an authorisation can sign nothing but what
it names, and not twice. How the holder is identified when granting it is the caller's business and is written down in
`granted_by`; a command line proves no more than the account it ran under.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col

from ops.platform.audit import AuditLog
from ops.platform.clock import Clock
from ops.platform.database import Database
from signer.credentials import Credential
from signer.errors import AuthorisationError
from signer.model import Prepared
from signer.models import AuthorisationRow

LIFETIME: Final = timedelta(minutes=10)
MAXIMUM_DIGESTS: Final = 10_000
LOGGED_DIGESTS: Final = 200


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A granted authorisation. `id` is a secret of 256 bits: it is shown to the holder only and not logged."""

    id: str
    credential: str
    expires_at: datetime


class Authorisations:
    """Grants and redeems authorisations."""

    def __init__(self, database: Database, audit: AuditLog, clock: Clock) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock

    def grant(
        self, credential: Credential, prepared: Sequence[Prepared], granted_by: str, lifetime: timedelta = LIFETIME
    ) -> Authorisation:
        """Record that the holder consents to exactly these prepared signatures; durable when this returns.

        AuthorisationError for an empty or over-long list, or one that was prepared for another certificate.
        """
        if not 1 <= len(prepared) <= MAXIMUM_DIGESTS:
            raise AuthorisationError(f"An authorisation names 1 to {MAXIMUM_DIGESTS} documents.")
        if any(item.identity.certificate != credential.identity.certificate for item in prepared):
            raise AuthorisationError("A document was prepared for another certificate.")
        now = self._clock.now()
        granted = Authorisation(token_hex(32), credential.id, now + lifetime)
        row = AuthorisationRow(
            authorisation=granted.id,
            credential=credential.id,
            digests=json.dumps(_pairs(prepared)),
            granted_by=granted_by,
            granted_at=now,
            expires_at=granted.expires_at,
            used_at=None,
        )
        with self._database.write() as session:
            session.add(row)
            session.flush()
            details = {"grantedBy": granted_by, **_logged(prepared)}
            self._audit.append(session, "signer.authorisation.granted", credential.id, details)
        return granted

    def redeem(self, authorisation: str, credential: Credential, prepared: Sequence[Prepared]) -> None:
        """Use an authorisation up. Only after this returned may the key be used: it and its audit entry are durable.

        AuthorisationError when it is unknown, used, expired, or names anything else.
        """
        with self._database.write() as session:
            self._take(session, authorisation, credential, prepared)
            self._audit.append(session, "signer.key.use", credential.id, _logged(prepared))

    def _take(self, session: Session, authorisation: str, credential: Credential, prepared: Sequence[Prepared]) -> None:
        now = self._clock.now()
        row = session.get(AuthorisationRow, authorisation)
        if row is None or row.credential != credential.id:
            raise AuthorisationError("There is no such authorisation for this credential.")
        if now > row.expires_at:
            raise AuthorisationError("The authorisation has expired.")
        if json.loads(row.digests) != _pairs(prepared):
            raise AuthorisationError("The authorisation was given for other documents.")
        unused = (col(AuthorisationRow.authorisation) == authorisation) & col(AuthorisationRow.used_at).is_(None)
        # Compare and set: of two requests that redeem at once, one finds no row.
        done = session.execute(update(AuthorisationRow).where(unused).values(used_at=now))
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise AuthorisationError("The authorisation was used already.")


def _pairs(prepared: Sequence[Prepared]) -> list[list[str]]:
    return [[item.document_digest.hex(), item.to_be_signed_digest.hex()] for item in prepared]


def _logged(prepared: Sequence[Prepared]) -> dict[str, object]:
    """What the log says about a batch: every document's digest up to a bound, and their number."""
    return {
        "count": len(prepared),
        "documents": [item.document_digest.hex() for item in prepared[:LOGGED_DIGESTS]],
    }
