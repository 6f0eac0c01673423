"""What an OCSP response says (RFC 6960 4.2), as frozen values."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from validator.asn1.frozen import maker
from validator.path.name import Name

BASIC_RESPONSE = "1.3.6.1.5.5.7.48.1.1"
NONCE = "1.3.6.1.5.5.7.48.1.2"
CRL_REFERENCE = "1.3.6.1.5.5.7.48.1.3"
ARCHIVE_CUTOFF = "1.3.6.1.5.5.7.48.1.6"
EXTENDED_REVOKED = "1.3.6.1.5.5.7.48.1.9"
INVALIDITY_DATE = "2.5.29.24"
REASON_CODE = "2.5.29.21"

RESPONSE_STATUS = {
    0: "successful",
    1: "malformedRequest",
    2: "internalError",
    3: "tryLater",
    5: "sigRequired",
    6: "unauthorized",
}
GOOD, REVOKED, UNKNOWN = "good", "revoked", "unknown"


class CertId(NamedTuple):
    """Whose status it is (RFC 6960 4.1.1): OID of the digest, digests of the issuer's name and key, contents octets
    of the serial number."""

    hash_algorithm: str
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial_octets: bytes


class SingleResponse(NamedTuple):
    """The status of one certificate. `status` is "good", "revoked" or "unknown"; `archive_cutoff` the moment from
    which on expired certificates are still answered for (4.4.4); `unknown_critical` OIDs of critical single
    extensions that are not processed."""

    cert_id: CertId
    status: str
    this_update: datetime
    next_update: datetime | None = None
    revocation_time: datetime | None = None
    reason_code: int | None = None
    invalidity_date: datetime | None = None
    archive_cutoff: datetime | None = None
    unknown_critical: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OcspResponse:
    """A readable OCSP response. Equality is by content.

    `response_status` is the number of RFC 6960 4.2.1; unless it is 0 nothing else is known. `tbs_at` is the range of
    the signed octets in `der`, `certificates` the DER of the certificates it carries. The responder is named by
    `responder_name` or by `responder_key_hash` (SHA-1 of the key). `bare` says that the octets were a
    BasicOCSPResponse without the outer OCSPResponse.
    """

    der: bytes
    sha256: str
    response_status: int
    bare: bool = False
    tbs_at: tuple[int, int] = (0, 0)
    algorithm: bytes = b""
    signature: bytes = b""
    certificates: tuple[bytes, ...] = ()
    responder_name: Name | None = None
    responder_key_hash: bytes | None = None
    produced_at: datetime | None = None
    responses: tuple[SingleResponse, ...] = ()
    nonce: bytes | None = None
    extended_revoked: bool = False
    unknown_critical: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OcspResponse) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    @property
    def tbs(self) -> bytes:
        """The signed octets: the DER of ResponseData."""
        return self.der[self.tbs_at[0] : self.tbs_at[1]]

    def another(
        self,
        der: bytes,
        sha256: str,
        signature: bytes,
        produced_at: datetime,
        responses: tuple[SingleResponse, ...],
        nonce: bytes | None,
    ) -> "OcspResponse":
        """A response that says the same in all other respects."""
        return _response(
            *(der, sha256, self.response_status, self.bare, self.tbs_at, self.algorithm, signature, self.certificates),
            *(self.responder_name, self.responder_key_hash, produced_at, responses, nonce, self.extended_revoked),
            *(self.unknown_critical, self.faults),
        )


_response = maker(OcspResponse)
