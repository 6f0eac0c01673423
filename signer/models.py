"""Tables of the signer: credentials, and the authorisations under which their keys may be used."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary, Text
from sqlmodel import Field, SQLModel

from ops.platform.database import UtcDateTime


class CredentialRow(SQLModel, table=True):
    """A signing key with its certificate. `chain` is concatenated DER, nearest issuer first; `status` is "active" or
    "disabled"."""

    __tablename__ = "signer_credential"

    credential: str = Field(primary_key=True, max_length=100)
    owner: str = Field(max_length=500, index=True)
    key_label: str = Field(max_length=100)
    certificate: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    chain: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    fingerprint: str = Field(max_length=64, unique=True)
    pss: bool
    status: str = Field(max_length=20)
    status_reason: str = Field(max_length=500)
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class AuthorisationRow(SQLModel, table=True):
    """The holder's consent to sign exactly these digests, once. `digests` is a JSON list of pairs [SHA-256 of the
    document, digest of the octets to be signed], in hex; `used_at` is set before the key is used."""

    __tablename__ = "signer_authorisation"

    authorisation: str = Field(primary_key=True, max_length=64)
    credential: str = Field(max_length=100, foreign_key="signer_credential.credential", index=True)
    digests: str = Field(sa_column=Column(Text, nullable=False))
    granted_by: str = Field(max_length=500)
    granted_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    used_at: datetime | None = Field(sa_column=Column(UtcDateTime, nullable=True))
