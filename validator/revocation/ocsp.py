"""OCSP responses: read once per content hash into a frozen value (RFC 6960 4.2, nonce: RFC 9654).

`parse_ocsp` never raises: what has no readable structure becomes a `MalformedEvidence`. What can be read but breaks
the profile is an `OcspResponse` whose `faults` say so by stable words; whoever judges refuses it unless the
jurisdiction's profile grants the leniency `ocsp-` + word.
"""

from datetime import datetime
from hashlib import sha256

from validator.asn1 import der
from validator.asn1.memory import Generations
from validator.path.extension_values import Extension
from validator.path.name import Name, parse_name
from validator.revocation.entries import read_reason_code
from validator.revocation.extensions import read_extensions
from validator.revocation.malformed import MalformedEvidence
from validator.revocation.ocsp_shape import read_alike, remember_shape
from validator.revocation.ocsp_values import (
    ARCHIVE_CUTOFF,
    BASIC_RESPONSE,
    CRL_REFERENCE,
    EXTENDED_REVOKED,
    GOOD,
    INVALIDITY_DATE,
    NONCE,
    REASON_CODE,
    RESPONSE_STATUS,
    REVOKED,
    UNKNOWN,
    CertId,
    OcspResponse,
    SingleResponse,
)

__all__ = [
    "GOOD",
    "MAX_OCSP_OCTETS",
    "RESPONSE_STATUS",
    "REVOKED",
    "UNKNOWN",
    "CertId",
    "OcspResponse",
    "SingleResponse",
    "parse_ocsp",
]

MAX_OCSP_OCTETS = 4 * 1024 * 1024

_PROCESSED = frozenset({NONCE, EXTENDED_REVOKED, ARCHIVE_CUTOFF, CRL_REFERENCE, INVALIDITY_DATE, REASON_CODE})
# SHA-1 and SHA-2: parameters absent or NULL (RFC 3370 2.1, RFC 5754 2).
_WITHOUT_PARAMETERS = frozenset({"1.3.14.3.2.26", *(f"2.16.840.1.101.3.4.2.{number}" for number in range(1, 5))})
_NULL = b"\x05\x00"
_MAX_RESPONSES = 10_000
_MAX_CERTIFICATES = 64

_memory: Generations[bytes, OcspResponse | MalformedEvidence] = Generations(64 * 1024 * 1024)


def parse_ocsp(encoded: bytes) -> OcspResponse | MalformedEvidence:
    """The OCSPResponse (or, as in the CAdES revocation values, the BasicOCSPResponse) encoded as DER in `encoded`."""
    if len(encoded) > MAX_OCSP_OCTETS:
        return MalformedEvidence.too_large("ocsp", len(encoded), MAX_OCSP_OCTETS)
    known = _memory.get(encoded)
    if known is not None:
        return known
    digest = sha256(encoded).hexdigest()
    try:
        value: OcspResponse | MalformedEvidence = _read_once(encoded, digest)
    except der.DerError as error:
        value = MalformedEvidence.of("ocsp", digest, error.rule, error.offset)
    _memory.put(encoded, value, 2 * len(encoded) + 2_000)
    return value


def _read_once(data: bytes, sha256_hex: str) -> OcspResponse:
    response = read_alike(data, sha256_hex)
    if response is None:
        response = _read(data, sha256_hex)
        remember_shape(response)
    return response


def _read(data: bytes, sha256_hex: str) -> OcspResponse:
    outer = der.single(data, der.SEQUENCE)
    parts = der.sequence(data, outer, limit=4)
    if parts and parts[0].tag == der.SEQUENCE:
        return _read_basic(data, outer, sha256_hex, bare=True)
    if not parts or len(parts) > 2:
        raise der.DerError("missing-field" if not parts else "unexpected-field", outer.start)
    status = der.integer(data, parts[0], der.ENUMERATED)
    if status not in RESPONSE_STATUS:
        raise der.DerError("bad-response-status", parts[0].start)
    if status != 0:
        return OcspResponse(der=data, sha256=sha256_hex, response_status=status)
    if len(parts) != 2 or parts[1].tag != 0xA0:
        raise der.DerError("missing-field", outer.start)
    body = der.sequence(data, der.explicit(data, parts[1]), limit=2)
    if len(body) != 2 or body[1].tag != der.OCTET_STRING:
        raise der.DerError("missing-field", parts[1].start)
    if der.oid(data, body[0]) != BASIC_RESPONSE:
        raise der.DerError("unknown-response-type", body[0].start)
    return _read_basic(data, der.explicit(data, body[1]), sha256_hex, bare=False)


def _read_basic(data: bytes, basic: der.Element, sha256_hex: str, *, bare: bool) -> OcspResponse:
    parts = der.sequence(data, basic, limit=4)
    if len(parts) < 3:
        raise der.DerError("missing-field", basic.start)
    tbs, algorithm, signature = parts[:3]
    if algorithm.tag != der.SEQUENCE:
        raise der.DerError("unexpected-tag", algorithm.start)
    unused, signature_octets = der.bit_string(data, signature)
    if unused:
        raise der.DerError("bad-unused-bits", signature.start)
    reader = _ResponseData(data, tbs)
    return OcspResponse(
        der=data,
        sha256=sha256_hex,
        response_status=0,
        bare=bare,
        tbs_at=(tbs.start, tbs.end),
        algorithm=algorithm.whole(data),
        signature=signature_octets,
        certificates=_certificates(data, parts[3]) if len(parts) == 4 else (),
        responder_name=reader.responder_name,
        responder_key_hash=reader.responder_key_hash,
        produced_at=reader.produced_at,
        responses=reader.responses,
        nonce=reader.nonce,
        extended_revoked=EXTENDED_REVOKED in reader.extensions,
        unknown_critical=_unknown_critical(reader.extensions),
        faults=tuple(sorted(reader.faults)),
    )


def _certificates(data: bytes, holder: der.Element) -> tuple[bytes, ...]:
    if holder.tag != 0xA0:
        raise der.DerError("unexpected-field", holder.start)
    members = der.sequence(data, der.explicit(data, holder), limit=_MAX_CERTIFICATES)
    return tuple(member.whole(data) for member in members)


def _unknown_critical(extensions: dict[str, Extension]) -> tuple[str, ...]:
    return tuple(sorted(oid for oid, one in extensions.items() if one.critical and oid not in _PROCESSED))


class _ResponseData:
    """Reads ResponseData (RFC 6960 4.2.1)."""

    def __init__(self, data: bytes, tbs: der.Element) -> None:
        self.data = data
        self.faults: set[str] = set()
        fields = der.sequence(data, tbs, limit=5)
        if fields and fields[0].tag == 0xA0:
            # v1 is the only version and the DEFAULT, which DER leaves out (X.690 11.5).
            if der.integer(data, der.explicit(data, fields.pop(0))) != 0:
                raise der.DerError("bad-version", tbs.start)
            self.faults.add("encoded-default")
        if not 3 <= len(fields) <= 4:
            raise der.DerError("missing-field", tbs.start)
        self.responder_name: Name | None = None
        self.responder_key_hash: bytes | None = None
        self._responder(fields[0])
        self.produced_at = _generalized(data, fields[1])
        self.responses = tuple(
            _Single(data, element, self.faults).value()
            for element in der.sequence(data, fields[2], limit=_MAX_RESPONSES)
        )
        if not self.responses:
            self.faults.add("no-single-response")
        self.extensions = self._extensions(fields[3]) if len(fields) == 4 else {}
        self.nonce = self._nonce()

    def _responder(self, element: der.Element) -> None:
        inner = der.explicit(self.data, element)
        if element.tag == 0xA1:
            self.responder_name = parse_name(inner.whole(self.data))
        elif element.tag == 0xA2 and inner.tag == der.OCTET_STRING:
            self.responder_key_hash = inner.contents(self.data)
            if len(self.responder_key_hash) != 20:
                self.faults.add("responder-key-hash-length")
        else:
            raise der.DerError("unexpected-tag", element.start)

    def _extensions(self, element: der.Element) -> dict[str, Extension]:
        if element.tag != 0xA1:
            raise der.DerError("unexpected-field", element.start)
        return read_extensions(self.data, der.explicit(self.data, element), self.faults)

    def _nonce(self) -> bytes | None:
        extension = self.extensions.get(NONCE)
        if extension is None:
            return None
        try:
            nonce = der.single(extension.value, der.OCTET_STRING).contents(extension.value)
        except der.DerError:
            # Before RFC 6960 the nonce was the extension's bare octets, and archived responses show it.
            return extension.value
        if not 1 <= len(nonce) <= 128:
            self.faults.add("nonce-length")
        return nonce


def _generalized(data: bytes, element: der.Element) -> datetime:
    if element.tag != der.GENERALIZED_TIME:
        raise der.DerError("unexpected-tag", element.start)
    return der.time(data, element)


class _Single:
    """Reads one SingleResponse."""

    def __init__(self, data: bytes, element: der.Element, faults: set[str]) -> None:
        self._data = data
        self._faults = faults
        self._fields = der.sequence(data, element, limit=5)
        if len(self._fields) < 3:
            raise der.DerError("missing-field", element.start)

    def value(self) -> SingleResponse:
        data, fields = self._data, self._fields
        cert_id = _cert_id(data, fields[0])
        status, revoked, reason = self._status(fields[1])
        this_update = _generalized(data, fields[2])
        next_update, extensions = self._optional(fields[3:])
        if next_update is not None and next_update <= this_update:
            self._faults.add("next-update-not-after-this-update")
        return SingleResponse(
            cert_id=cert_id,
            status=status,
            this_update=this_update,
            next_update=next_update,
            revocation_time=revoked,
            reason_code=reason,
            invalidity_date=_time_extension(extensions.get(INVALIDITY_DATE)),
            archive_cutoff=_time_extension(extensions.get(ARCHIVE_CUTOFF)),
            unknown_critical=_unknown_critical(extensions),
        )

    def _status(self, element: der.Element) -> tuple[str, datetime | None, int | None]:
        data = self._data
        if element.tag in (0x80, 0x82):
            if element.value != element.end:
                raise der.DerError("bad-null", element.start)
            return (GOOD if element.tag == 0x80 else UNKNOWN), None, None
        parts = der.sequence(data, element, 0xA1, limit=2)
        if not parts:
            raise der.DerError("missing-field", element.start)
        reason = None
        if len(parts) == 2:
            if parts[1].tag != 0xA0:
                raise der.DerError("unexpected-field", parts[1].start)
            reason = read_reason_code(der.explicit(data, parts[1]).whole(data))
        return REVOKED, _generalized(data, parts[0]), reason

    def _optional(self, fields: list[der.Element]) -> tuple[datetime | None, dict[str, Extension]]:
        next_update: datetime | None = None
        extensions: dict[str, Extension] = {}
        for index, field in enumerate(fields):
            if field.tag == 0xA0 and index == 0:
                next_update = _generalized(self._data, der.explicit(self._data, field))
            elif field.tag == 0xA1 and index == len(fields) - 1:
                extensions = read_extensions(self._data, der.explicit(self._data, field), self._faults)
            else:
                raise der.DerError("unexpected-field", field.start)
        return next_update, extensions


def _cert_id(data: bytes, element: der.Element) -> CertId:
    parts = der.sequence(data, element, limit=4)
    if len(parts) != 4 or parts[1].tag != der.OCTET_STRING or parts[2].tag != der.OCTET_STRING:
        raise der.DerError("missing-field", element.start)
    algorithm = der.sequence(data, parts[0], limit=2)
    if not algorithm:
        raise der.DerError("missing-field", parts[0].start)
    der.integer(data, parts[3])
    oid = der.oid(data, algorithm[0])
    if len(algorithm) == 2 and oid in _WITHOUT_PARAMETERS and algorithm[1].whole(data) != _NULL:
        raise der.DerError("bad-parameters", algorithm[1].start)
    return CertId(oid, parts[1].contents(data), parts[2].contents(data), parts[3].contents(data))


def _time_extension(extension: Extension | None) -> datetime | None:
    if extension is None:
        return None
    return _generalized(extension.value, der.single(extension.value))
