"""TimeStampReq in and out (RFC 3161 2.4.1): strict DER, each fault with its PKIFailureInfo bit."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from ops.platform import der
from ops.platform.keys import DIGEST_OIDS
from signer.schemes import digest_algorithm, digest_octets
from validator.asn1 import der as reader

MAXIMUM_REQUEST: Final = 4096
MAXIMUM_NONCE_OCTETS: Final = 64
_DIGEST_NAMES: Final = {der.oid(dotted): name for name, dotted in DIGEST_OIDS.items()}


class FailureInfo(IntEnum):
    """PKIFailureInfo: the position of the bit (RFC 3161 2.4.2)."""

    BAD_ALG = 0
    BAD_REQUEST = 2
    BAD_DATA_FORMAT = 5
    TIME_NOT_AVAILABLE = 14
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16
    ADD_INFO_NOT_AVAILABLE = 17
    SYSTEM_FAILURE = 25


class RequestFaultError(Exception):
    """Why a request is rejected; answered in the response, never shown as a failure of the service."""

    def __init__(self, failure: FailureInfo, text: str) -> None:
        super().__init__(text)
        self.failure = failure
        self.text = text


@dataclass(frozen=True, slots=True)
class TimestampRequest:
    """One well-formed request. `imprint` is the complete MessageImprint and `nonce` the complete INTEGER (empty when
    absent): both go into the token as they are. `policy` is the complete OBJECT IDENTIFIER, empty when absent."""

    imprint: bytes
    policy: bytes
    nonce: bytes
    cert_req: bool


def read_request(encoded: bytes) -> TimestampRequest:
    """Read a TimeStampReq; RequestFaultError when it is not one that can be answered."""
    if len(encoded) > MAXIMUM_REQUEST:
        raise RequestFaultError(FailureInfo.BAD_DATA_FORMAT, "the request is too long")
    try:
        return _read(encoded)
    except reader.DerError as error:
        raise RequestFaultError(FailureInfo.BAD_DATA_FORMAT, f"the request is not DER: {error}") from error


def _read(encoded: bytes) -> TimestampRequest:
    fields = reader.children(encoded, reader.single(encoded, reader.SEQUENCE), limit=8)
    if len(fields) < 2:
        raise RequestFaultError(FailureInfo.BAD_DATA_FORMAT, "fields are missing")
    if reader.integer(encoded, fields[0]) != 1:
        raise RequestFaultError(FailureInfo.BAD_REQUEST, "the version is not 1")
    _check_imprint(encoded, fields[1])
    policy, nonce, cert_req = b"", b"", False
    rest = fields[2:]
    if rest and rest[0].tag == reader.OID:
        reader.oid(encoded, rest[0])
        policy = rest.pop(0).whole(encoded)
    if rest and rest[0].tag == reader.INTEGER:
        nonce = _nonce(encoded, rest.pop(0))
    if rest and rest[0].tag == reader.BOOLEAN:
        if not reader.boolean(encoded, rest.pop(0)):
            raise RequestFaultError(FailureInfo.BAD_DATA_FORMAT, "a DEFAULT value is encoded (X.690 11.5)")
        cert_req = True
    if rest and rest[0].tag == 0xA0:
        if len(rest) == 1 and reader.children(encoded, rest[0]):
            raise RequestFaultError(FailureInfo.UNACCEPTED_EXTENSION, "no extension is supported")
        raise RequestFaultError(FailureInfo.BAD_DATA_FORMAT, "the extensions are malformed")
    if rest:
        raise RequestFaultError(FailureInfo.BAD_DATA_FORMAT, "an unknown field follows")
    return TimestampRequest(fields[1].whole(encoded), policy, nonce, cert_req)


def _check_imprint(encoded: bytes, imprint: reader.Element) -> None:
    if imprint.tag != reader.SEQUENCE:
        raise RequestFaultError(FailureInfo.BAD_DATA_FORMAT, "the message imprint is missing")
    parts = reader.children(encoded, imprint, limit=2)
    if len(parts) != 2 or parts[0].tag != reader.SEQUENCE or parts[1].tag != reader.OCTET_STRING:
        raise RequestFaultError(FailureInfo.BAD_DATA_FORMAT, "the message imprint is malformed")
    algorithm = reader.children(encoded, parts[0], limit=2)
    if not algorithm or algorithm[0].tag != reader.OID:
        raise RequestFaultError(FailureInfo.BAD_DATA_FORMAT, "the digest algorithm is malformed")
    name = _DIGEST_NAMES.get(algorithm[0].whole(encoded))
    if name is None or (len(algorithm) == 2 and algorithm[1].whole(encoded) != der.null()):
        raise RequestFaultError(FailureInfo.BAD_ALG, "the digest algorithm is not accepted")
    if parts[1].end - parts[1].value != digest_octets(name):
        raise RequestFaultError(FailureInfo.BAD_DATA_FORMAT, "the digest value has a wrong length")


def _nonce(encoded: bytes, element: reader.Element) -> bytes:
    if element.end - element.value > MAXIMUM_NONCE_OCTETS:
        raise RequestFaultError(FailureInfo.BAD_DATA_FORMAT, "the nonce is too long")
    if reader.integer(encoded, element) < 0:
        raise RequestFaultError(FailureInfo.BAD_DATA_FORMAT, "the nonce is negative")
    return element.whole(encoded)


def message_imprint(digest: str, value: bytes) -> bytes:
    """MessageImprint over a digest value (RFC 3161 2.4.1); ValueError when the length does not fit the digest."""
    if len(value) != digest_octets(digest):
        raise ValueError("the imprint's length does not fit its digest")
    return der.sequence(digest_algorithm(digest), der.octet_string(value))


def write_request(imprint: bytes, *, nonce: int, policy: str | None = None, cert_req: bool = True) -> bytes:
    """TimeStampReq over a MessageImprint."""
    return der.sequence(
        der.integer(1),
        imprint,
        der.oid(policy) if policy else b"",
        der.integer(nonce),
        der.boolean(True) if cert_req else b"",
    )
