"""The unforgeable step between preparing and issuing: a token that is redeemed once.

`IssuanceToken` comes from `prepare` only, `Redeemed` from redeeming only: both demand this module's own sentinel. What
makes the token one-use is not this process but a compare-and-set on the certificate's row, so that it holds across
threads, processes and restarts.
"""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlmodel import Session

from ca.errors import TokenError
from ca.models import CertificateRow, CertificateState
from ca.rows import locked_rows

_SENTINEL: Final = object()


class IssuanceToken:
    """The right to have one prepared certificate signed, once. Cannot be constructed outside this module."""

    __slots__ = ("_secret", "certificate_id", "tbs_hash")

    def __init__(self, sentinel: object, certificate_id: int, tbs_hash: str, secret: bytes) -> None:
        if sentinel is not _SENTINEL:
            raise TypeError("an issuance token comes from prepare() only")
        self.certificate_id: Final = certificate_id
        self.tbs_hash: Final = tbs_hash
        self._secret: Final = secret

    def secret_hash(self) -> str:
        """SHA-256 of the secret, hex: what the row keeps."""
        return sha256(self._secret).hexdigest()

    def __repr__(self) -> str:
        return f"<token for certificate {self.certificate_id}>"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("an issuance token cannot be copied or pickled")


class Redeemed:
    """The proof that a token was redeemed: carries the exact bytes to sign, and gives them out once."""

    __slots__ = ("_tbs", "certificate_id", "issuer_id", "serial", "tbs_hash")

    def __init__(self, sentinel: object, row: CertificateRow) -> None:
        if sentinel is not _SENTINEL or row.id is None or row.tbs is None or row.tbs_hash is None:
            raise TypeError("only a redeemed token makes this")
        self.certificate_id: Final = row.id
        self.issuer_id: Final = row.issuer_id
        self.serial: Final = row.serial
        self.tbs_hash: Final = row.tbs_hash
        self._tbs: bytes | None = row.tbs

    def take(self) -> bytes:
        """The to-be-signed bytes, once. Raises TokenError the second time or when they are not the linted ones."""
        tbs, self._tbs = self._tbs, None
        if tbs is None:
            raise TokenError("The to-be-signed bytes were taken already.")
        if not hmac.compare_digest(sha256(tbs).hexdigest(), self.tbs_hash):
            raise TokenError("The stored bytes are not the ones that were checked.")
        return tbs


def mint(certificate_id: int, tbs_hash: str) -> IssuanceToken:
    """A fresh token; its `secret_hash` has to go into the certificate's row, which makes every earlier one void."""
    return IssuanceToken(_SENTINEL, certificate_id, tbs_hash, secrets.token_bytes(32))


def redeem(session: Session, tokens: Sequence[IssuanceToken], at: datetime) -> list[tuple[Redeemed, CertificateRow]]:
    """Move the rows from prepared to signing by compare-and-set; for each the right to sign, and the row.

    The rows are locked while they are compared and set: on SQLite the writing transaction excludes every other.
    Works inside the caller's transaction: the rights are only to be used after its commit. Raises TokenError when a
    token was redeemed before, replaced, or its certificate is void.
    """
    if not all(isinstance(token, IssuanceToken) for token in tokens):
        raise TypeError("only an issuance token can be redeemed")
    rows = locked_rows(session, [token.certificate_id for token in tokens])
    return [_redeem(rows.get(token.certificate_id), token, at) for token in tokens]


def _redeem(row: CertificateRow | None, token: IssuanceToken, at: datetime) -> tuple[Redeemed, CertificateRow]:
    prepared = row is not None and row.state == CertificateState.PREPARED.value
    if row is None or not prepared or (row.token_hash, row.tbs_hash) != (token.secret_hash(), token.tbs_hash):
        raise TokenError("The token was redeemed already, or its certificate was prepared again or is void.")
    row.state, row.token_hash, row.redeemed_at = CertificateState.SIGNING.value, None, at
    return Redeemed(_SENTINEL, row), row
