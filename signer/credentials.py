"""Credentials: which key and certificate sign for whom, and whether they may now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from ops.platform.audit import AuditLog
from ops.platform.clock import Clock
from ops.platform.database import Database
from ops.platform.keys import KeyStore
from signer.errors import CredentialTakenError, CredentialUnknownError, CredentialUnusableError
from signer.model import SigningIdentity
from signer.models import CredentialRow
from validator.asn1 import der as reader

ACTIVE, DISABLED = "active", "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A signing key with certificate under the control of one person or organisation. `status` is "active" or
    "disabled", with a reason."""

    id: str
    owner: str
    key_label: str
    identity: SigningIdentity
    status: str
    status_reason: str
    created_at: datetime

    def require_usable(self, at: datetime) -> None:
        """Raise CredentialUnusableError unless it may sign at `at`."""
        facts = self.identity.facts
        if self.status != ACTIVE:
            raise CredentialUnusableError(f"The credential {self.id} is disabled: {self.status_reason}.")
        if not facts.not_before <= at <= facts.not_after:
            raise CredentialUnusableError(f"The certificate of the credential {self.id} is not in force now.")


class Credentials:
    """The credentials of one installation. Every change is logged in the transaction that makes it."""

    def __init__(self, database: Database, keys: KeyStore, audit: AuditLog, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._audit = audit
        self._clock = clock

    def add(
        self,
        credential: str,
        *,
        owner: str,
        key_label: str,
        certificate: bytes,
        chain: Sequence[bytes] = (),
        pss: bool = False,
    ) -> Credential:
        """Register a key of the key store together with its certificate and issuers (DER, nearest first).

        CredentialUnusableError when the key is not the certificate's; CredentialTakenError when the identifier or the
        certificate is registered already; AlgorithmRefusedError; the key store's errors.
        """
        identity = SigningIdentity(certificate, tuple(chain), pss=pss)
        if self._keys.public_key(key_label) != identity.facts.spki:
            raise CredentialUnusableError(f"The key {key_label} does not belong to the certificate.")
        # Asked here so that a key that cannot sign is found out now and not at the first signature.
        fingerprint = sha256(certificate).hexdigest()
        scheme = identity.scheme
        row = CredentialRow(
            credential=credential,
            owner=owner,
            key_label=key_label,
            certificate=certificate,
            chain=b"".join(chain),
            fingerprint=fingerprint,
            pss=pss,
            status=ACTIVE,
            status_reason="",
            created_at=self._clock.now(),
        )
        details = {"owner": owner, "key": key_label, "certificate": fingerprint, "digest": scheme.digest}
        try:
            with self._database.write() as session:
                session.add(row)
                session.flush()
                self._audit.append(session, "signer.credential.added", credential, details)
        except IntegrityError as error:
            raise CredentialTakenError(
                f"The credential {credential} or its certificate is registered already."
            ) from error
        return _credential(row)

    def get(self, credential: str) -> Credential:
        """One credential; CredentialUnknownError."""
        with self._database.read() as session:
            return _credential(_row(session, credential))

    def require_free(self, credential: str) -> None:
        """Raise CredentialTakenError when the identifier is used."""
        with self._database.read() as session:
            if session.get(CredentialRow, credential) is not None:
                raise CredentialTakenError(f"The credential {credential} exists already.")

    def all(self, owner: str | None = None) -> tuple[Credential, ...]:
        """All credentials, or those of one owner, by identifier."""
        query = select(CredentialRow).order_by(CredentialRow.credential)
        if owner is not None:
            query = query.where(CredentialRow.owner == owner)
        with self._database.read() as session:
            return tuple(_credential(row) for row in session.exec(query))

    def disable(self, credential: str, reason: str) -> Credential:
        """Stop a credential for good, for example when its certificate was revoked."""
        with self._database.write() as session:
            row = _row(session, credential)
            row.status, row.status_reason = DISABLED, reason
            session.add(row)
            self._audit.append(session, "signer.credential.disabled", credential, {"reason": reason})
            return _credential(row)


def _row(session: Session, credential: str) -> CredentialRow:
    row = session.get(CredentialRow, credential)
    if row is None:
        raise CredentialUnknownError(f"There is no credential {credential}.")
    return row


def _credential(row: CredentialRow) -> Credential:
    return Credential(
        id=row.credential,
        owner=row.owner,
        key_label=row.key_label,
        identity=SigningIdentity(row.certificate, split_certificates(row.chain), pss=row.pss),
        status=row.status,
        status_reason=row.status_reason,
        created_at=row.created_at,
    )


def split_certificates(octets: bytes) -> tuple[bytes, ...]:
    """The certificates in concatenated DER."""
    found: list[bytes] = []
    position = 0
    while position < len(octets):
        element = reader.read(octets, position, len(octets))
        found.append(element.whole(octets))
        position = element.end
    return tuple(found)
