"""The OCSP responder's logic (RFC 6960, RFC 9654): request octets in, response octets out, one signature.

Issuers are found by any known digest of their name and key, because a state's own clients may use the state's own;
statuses come through a look-up function, so that nothing here does input or output. A serial that was never reserved is
`unknown`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha1

from ca import oids, reader
from ca.validity import whole_second
from ca.values import RevocationReason
from ops.platform import der
from policies.algorithms import digest, digest_supported

LARGEST_REQUEST = 16_384
MOST_CERTIFICATES = 32
# RFC 9654 2.1: 32 octets are to be accepted; beyond 128 the request is malformed, between them the nonce is not echoed.
_ECHOED_NONCE, _LONGEST_NONCE = 32, 128

SHA1, SHA256 = "1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1"

MALFORMED = b"\x30\x03\x0a\x01\x01"
INTERNAL_ERROR = b"\x30\x03\x0a\x01\x02"
TRY_LATER = b"\x30\x03\x0a\x01\x03"
UNAUTHORIZED = b"\x30\x03\x0a\x01\x06"

_GOOD = der.implicit(0, b"")
_UNKNOWN = der.implicit(2, b"")
_BASIC = der.oid(oids.OCSP_BASIC)


@dataclass(frozen=True, slots=True)
class CertId:
    """One certificate asked about. `encoded` is the CertID as it came; `issuer` its (digest, name, key) hashes."""

    encoded: bytes
    issuer: tuple[str, bytes, bytes]
    serial: int


@dataclass(frozen=True, slots=True)
class OcspRequest:
    """A request that was read. `nonce` is the octets to echo, None when there are none."""

    certificates: tuple[CertId, ...]
    nonce: bytes | None


@dataclass(frozen=True, slots=True)
class SingleStatus:
    """What is known of one serial. `reason` is meaningful with `revoked_at` only."""

    known: bool
    revoked_at: datetime | None = None
    reason: RevocationReason = RevocationReason.UNSPECIFIED


@dataclass(frozen=True, slots=True)
class Template:
    """What all answers of one responder share, encoded once."""

    responder_id: bytes
    archive_cutoff: bytes

    @classmethod
    def of(cls, responder_key_bits: bytes, archive_cutoff: datetime) -> "Template":
        """For a responder named by its key (RFC 6960 4.2.1) of an authority that keeps every status since a moment."""
        key_hash = sha1(responder_key_bits, usedforsecurity=False).digest()
        cutoff = der.extension(oids.OCSP_ARCHIVE_CUTOFF, der.generalized_time(archive_cutoff))
        return cls(der.explicit(2, der.octet_string(key_hash)), der.explicit(1, der.sequence(cutoff)))


def names_issuer(wanted: tuple[str, bytes, bytes], name: bytes, key_bits: bytes) -> bool:
    """Whether a request's (digest OID, hash of the name, hash of the key) mean the issuer with this name's DER and
    these contents of the key's BIT STRING."""
    oid, of_name, of_key = wanted
    return digest_supported(oid) and (digest(oid, name), digest(oid, key_bits)) == (of_name, of_key)


def read_request(octets: bytes) -> OcspRequest:
    """Read an OCSPRequest; a signature on it is not looked at (RFC 6960 4.1.2 leaves that to the server).

    Raises ReadError for anything malformed, oversized, or with more than 32 certificates.
    """
    if len(octets) > LARGEST_REQUEST:
        raise reader.ReadError("the request is too large")
    outer = reader.children(reader.one(octets, 0x30), minimum=1, limit=2)
    fields = list(reader.children(reader.expect(outer[0], 0x30), minimum=1, limit=4))
    if fields[0].tag == 0xA0:
        fields.pop(0)
    if fields and fields[0].tag == 0xA1:
        fields.pop(0)
    if not fields:
        raise reader.ReadError("the list of certificates is missing")
    asked = reader.children(reader.expect(fields[0], 0x30), minimum=1, limit=MOST_CERTIFICATES)
    nonce = _nonce(reader.expect(fields[1], 0xA2)) if len(fields) > 1 else None
    return OcspRequest(tuple(_cert_id(reader.expect(request, 0x30)) for request in asked), nonce)


def _cert_id(request: reader.Node) -> CertId:
    node = reader.expect(reader.children(request, minimum=1, limit=2)[0], 0x30)
    algorithm, name_hash, key_hash, serial = reader.children(node, minimum=4, limit=4)
    named = reader.oid_text(reader.children(reader.expect(algorithm, 0x30), minimum=1, limit=2)[0])
    hashes = (reader.expect(name_hash, 0x04).contents, reader.expect(key_hash, 0x04).contents)
    return CertId(node.whole, (named, *hashes), reader.integer(serial))


def _nonce(extensions: reader.Node) -> bytes | None:
    for extension in reader.children(reader.one(extensions.contents, 0x30), limit=16):
        parts = reader.children(reader.expect(extension, 0x30), minimum=2, limit=3)
        if reader.oid_text(parts[0]) != oids.OCSP_NONCE:
            continue
        nonce = reader.one(reader.expect(parts[-1], 0x04).contents, 0x04).contents
        if not 1 <= len(nonce) <= _LONGEST_NONCE:
            raise reader.ReadError("the nonce is empty or too long")
        return nonce if len(nonce) <= _ECHOED_NONCE else None
    return None


def response_data(
    request: OcspRequest,
    statuses: Sequence[SingleStatus],
    template: Template,
    *,
    now: datetime,
    lifetime: timedelta,
    latest: datetime,
) -> bytes:
    """The to-be-signed ResponseData (RFC 6960 4.2.1). `latest` bounds nextUpdate: the responder's own end."""
    this_update = whole_second(now)
    times = _times(this_update, min(this_update + lifetime, latest))
    singles = (
        der.sequence(asked.encoded, _status(status), *times, template.archive_cutoff)
        for asked, status in zip(request.certificates, statuses, strict=True)
    )
    nonce = b""
    if request.nonce is not None:
        echoed = der.extension(oids.OCSP_NONCE, der.octet_string(request.nonce))
        nonce = der.explicit(1, der.sequence(echoed))
    return der.sequence(template.responder_id, times[0], der.sequence(*singles), nonce)


@lru_cache(maxsize=64)
def _times(this_update: datetime, next_update: datetime) -> tuple[bytes, bytes]:
    # All answers of a second and of a responder share them.
    return der.generalized_time(this_update), der.explicit(0, der.generalized_time(next_update))


def _status(status: SingleStatus) -> bytes:
    if status.revoked_at is not None:
        reason = b""
        if status.reason is not RevocationReason.UNSPECIFIED:
            reason = der.explicit(0, der.enumerated(int(status.reason)))
        return der.explicit(1, der.generalized_time(status.revoked_at) + reason)
    return _GOOD if status.known else _UNKNOWN


def successful(basic_response: bytes) -> bytes:
    """OCSPResponse with status successful around a signed BasicOCSPResponse."""
    body = der.sequence(_BASIC, der.octet_string(basic_response))
    return der.sequence(der.enumerated(0), der.explicit(0, body))
