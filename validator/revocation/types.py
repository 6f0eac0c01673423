"""The question of revocation and its answer: status at a time, known from what, fresh enough?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from policies.reasons import Reason
from validator.asn1.frozen import maker
from validator.revocation.crl import CertificateList
from validator.revocation.malformed import MalformedEvidence
from validator.revocation.ocsp import OcspResponse


class Status(StrEnum):
    """What is known about a certificate at the asked time."""

    GOOD = "good"
    REVOKED = "revoked"
    ON_HOLD = "on-hold"
    STALE = "stale"
    UNKNOWN = "unknown"
    NOT_REQUIRED = "not-required"


class EvidenceIndex(NamedTuple):
    """CRLs by the key of their issuer's name, OCSP responses by the serial numbers they answer for, and the OCSP
    responses that are no answer (not successful). Each item once."""

    crls: Mapping[bytes, tuple[CertificateList, ...]]
    ocsps: Mapping[bytes, tuple[OcspResponse, ...]]
    unsuccessful: tuple[OcspResponse, ...]

    @classmethod
    def of(cls, crls: tuple[CertificateList, ...], ocsps: tuple[OcspResponse, ...]) -> "EvidenceIndex":
        """Index the evidence."""
        if len(crls) <= 1 and len(ocsps) == 1:
            return cls._of_few(crls, ocsps[0])
        by_issuer: dict[bytes, list[CertificateList]] = {}
        for crl in dict.fromkeys(crls):
            by_issuer.setdefault(crl.issuer.key, []).append(crl)
        by_serial: dict[bytes, list[OcspResponse]] = {}
        unsuccessful = []
        for response in dict.fromkeys(ocsps):
            if response.response_status != 0:
                unsuccessful.append(response)
            for single in response.responses:
                answers = by_serial.setdefault(single.cert_id.serial_octets, [])
                if not answers or answers[-1] is not response:
                    answers.append(response)
        return cls(
            {key: tuple(found) for key, found in by_issuer.items()},
            {key: tuple(answers) for key, answers in by_serial.items()},
            tuple(unsuccessful),
        )

    @classmethod
    def _of_few(cls, crls: tuple[CertificateList, ...], response: OcspResponse) -> "EvidenceIndex":
        """The usual case, one response for the end entity and one list for its issuer, without the detours."""
        serials = dict.fromkeys([single.cert_id.serial_octets for single in response.responses], (response,))
        unsuccessful = (response,) if response.response_status != 0 else ()
        return tuple.__new__(cls, ({crl.issuer.key: crls for crl in crls}, serials, unsuccessful))


@dataclass(frozen=True, slots=True)
class RevocationEvidence:
    """Everything offered: parsed CRLs and OCSP responses, in any order, for any certificate, from anyone.

    `malformed` is what was offered and could not be read; an answer that finds nothing usable names it.
    """

    crls: tuple[CertificateList, ...] = ()
    ocsps: tuple[OcspResponse, ...] = ()
    malformed: tuple[MalformedEvidence, ...] = ()
    _index: "list[EvidenceIndex]" = field(default_factory=list, repr=False, compare=False)

    @property
    def index(self) -> "EvidenceIndex":
        """The evidence by what it speaks about; made on first use and kept."""
        if not self._index:
            self._index.append(EvidenceIndex.of(self.crls, self.ocsps))
        return self._index[0]

    @classmethod
    def of(cls, parsed: Iterable[CertificateList | OcspResponse | MalformedEvidence]) -> "RevocationEvidence":
        """Sort the results of `parse_crl` and `parse_ocsp` into their places."""
        crls: list[CertificateList] = []
        ocsps: list[OcspResponse] = []
        malformed: list[MalformedEvidence] = []
        for item in parsed:
            if isinstance(item, OcspResponse):
                ocsps.append(item)
            elif isinstance(item, CertificateList):
                crls.append(item)
            else:
                malformed.append(item)
        return _evidence(tuple(crls), tuple(ocsps), tuple(malformed), [])


_evidence = maker(RevocationEvidence)


class StatusAnswer(NamedTuple):
    """Status of one certificate at one time.

    `source` is the SHA-256 (hex) of the CRL or OCSP response that decided, `sources` that of everything the answer
    stands on (a delta and its base, the partitions that cover all reasons together), `source` first. `source_kind` is
    "crl", "delta-crl" or "ocsp"; `this_update`/`next_update` are the source's. For REVOKED and ON_HOLD
    `revocation_time`, `reason_code` (RFC 5280 5.3.1 number, None when absent) and, where given, `invalidity_date`.
    `reasons` say what decided, or what was looked at and why it was not used. `signer_path` names (SHA-256 hex) the
    certificates that signed the source, signer first. `fresh` is EN 319 102-1 5.2.5.
    """

    status: Status
    reasons: tuple[Reason, ...] = ()
    source: str | None = None
    sources: tuple[str, ...] = ()
    source_kind: str | None = None
    this_update: datetime | None = None
    next_update: datetime | None = None
    revocation_time: datetime | None = None
    reason_code: int | None = None
    invalidity_date: datetime | None = None
    signer_path: tuple[str, ...] = ()
    fresh: bool = False
