"""Small worlds of recorded facts: the judgement's algorithm without cryptography."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policies.algorithms import AlgorithmUse, CryptoResult
from validator.evidence import (
    AnchorFacts,
    AttributeFacts,
    CertificateReference,
    CoveredObject,
    Evidence,
    EvidenceRecordFacts,
    ReferenceFacts,
    SignatureFacts,
    TimestampFacts,
    TimestampKind,
    TrustMode,
    TrustState,
)
from validator.evidence.recorded import (
    RecordedCertificate,
    RecordedExtensions,
    RecordedFacts,
    RecordedRevocation,
    RecordedSignature,
    RecordedStatus,
)

NOW = datetime(2024, 6, 1, tzinfo=UTC)
SIGNING = ("1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5")
TIME_STAMPING, OCSP_SIGNING = "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9"


def day(offset: float) -> datetime:
    """A time so many days from the validation time."""
    return NOW + timedelta(days=offset)


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything as days from the validation time. `revoked` (when, reason number) of the signer, `ca_revoked` of the
    authority; `lists` (issued, next update) of the signer's CRLs; `stamps` (kind, time); `record` the times of an
    evidence record's archive time-stamps; `responder` when the OCSP responder ends, None for CRLs by the authority."""

    signer: tuple[float, float] = (-1000, 1000)
    ca: tuple[float, float] = (-3000, 3000)
    tsa: tuple[float, float] = (-2000, 2000)
    sunset: float | None = None
    revoked: tuple[float, int | None] | None = None
    ca_revoked: tuple[float, int | None] | None = None
    lists: tuple[tuple[float, float], ...] = ((-1, 6),)
    responder: float | None = None
    stamps: tuple[tuple[TimestampKind, float], ...] = ()
    record: tuple[float, ...] = ()
    record_intact: bool = True
    digest: str = "SHA-256"
    intact: bool = True
    value: bool = True

    def evidence(self) -> Evidence:
        """The Evidence of one signature in this world."""
        stamps = tuple(_stamp(self, at, kind, offset) for at, (kind, offset) in enumerate(self.stamps))
        archived = tuple(
            _stamp(self, len(stamps) + at, TimestampKind.EVIDENCE_RECORD, offset)
            for at, offset in enumerate(self.record)
        )
        records = (_record(self, archived),) if archived else ()
        return Evidence(
            container="diagnostic-data",
            documents=(),
            trust=TrustState(
                mode=TrustMode.GIVEN,
                anchors=(
                    AnchorFacts(
                        certificate="root", source="test", sunset=None if self.sunset is None else day(self.sunset)
                    ),
                ),
            ),
            signatures=(_signature(self),),
            timestamps=(*stamps, *archived),
            evidence_records=records,
            recorded=RecordedFacts(
                origin="test", at=NOW, certificates=_certificates(self), revocations=_revocations(self)
            ),
        )


def _uses(digest: str) -> tuple[AlgorithmUse, ...]:
    return AlgorithmUse(digest, 160 if digest == "SHA-1" else 256, "digest"), AlgorithmUse("RSA", 3072, "signature")


def _signature(world: World) -> SignatureFacts:
    return SignatureFacts(
        id="S",
        format="CAdES",
        packaging="recorded",
        references=(ReferenceFacts(kind="MESSAGE_DIGEST", algorithm="SHA-256", found=True, intact=world.intact),),
        result=CryptoResult.VALID if world.value else CryptoResult.INVALID,
        value_sha256="00",
        uses=_uses(world.digest),
        signing_certificate="signer",
        certificate_references=(
            CertificateReference(attribute="signing-certificate", algorithm="SHA-256", digest="00", matches="signer"),
        ),
        claimed_time=day(-500),
        attributes=tuple(AttributeFacts(identifier=name, values=1, signed=True) for name in SIGNING),
    )


def _stamp(world: World, order: int, kind: TimestampKind, offset: float) -> TimestampFacts:
    older = [*(("T", at) for at in range(order))] if kind is not TimestampKind.CONTENT else []
    signed = [CoveredObject(kind="signature", id="S")] if kind is not TimestampKind.CONTENT else []
    objects = (CoveredObject(kind="object", id=name) for name in _objects(world) if kind in _PRESERVING)
    stamps = (CoveredObject(kind="timestamp", id=f"T{at}") for _, at in older if kind in _PRESERVING)
    return TimestampFacts(
        id=f"T{order}",
        kind=kind,
        owner=None if kind is TimestampKind.EVIDENCE_RECORD else "S",
        order=order,
        gen_time=day(offset),
        imprint_algorithm="SHA-256",
        imprint_found=True,
        imprint_intact=True,
        covers=(*signed, *objects, *stamps),
        signature=SignatureFacts(
            id=f"T{order}:signature",
            format="RFC3161",
            packaging="enveloping",
            references=(ReferenceFacts(kind="token", algorithm="SHA-256", found=True, intact=True),),
            result=CryptoResult.VALID,
            value_sha256="00",
            uses=_uses("SHA-256"),
            signing_certificate="tsa",
            certificate_references=(
                CertificateReference(attribute="signing-certificate", algorithm="SHA-256", digest="00", matches="tsa"),
            ),
        ),
        token_sha256="00",
    )


_PRESERVING = (TimestampKind.ARCHIVE, TimestampKind.DOCUMENT, TimestampKind.EVIDENCE_RECORD)


def _record(world: World, archived: tuple[TimestampFacts, ...]) -> EvidenceRecordFacts:
    before = tuple(CoveredObject(kind="timestamp", id=f"T{at}") for at in range(len(world.stamps)))
    return EvidenceRecordFacts(
        id="ER",
        form="test",
        owner="S",
        references=(
            ReferenceFacts(kind="ARCHIVE_OBJECT", algorithm="SHA-256", found=True, intact=world.record_intact),
        ),
        timestamps=tuple(item.id for item in archived),
        covers=(
            CoveredObject(kind="signature", id="S"),
            *(CoveredObject(kind="object", id=name) for name in _objects(world)),
            *before,
        ),
    )


def _objects(world: World) -> tuple[str, ...]:
    return ("signer", "ca", "tsa", "responder", "ca-crl", "tsa-crl", *(f"crl{at}" for at in range(len(world.lists))))


def _certificates(world: World) -> tuple[RecordedCertificate, ...]:
    found = tuple(
        RecordedStatus(
            revocation=f"crl{at}",
            word="revoked" if world.revoked and world.revoked[0] <= issued else "good",
            time=day(world.revoked[0]) if world.revoked and world.revoked[0] <= issued else None,
            reason=world.revoked[1] if world.revoked and world.revoked[0] <= issued else None,
        )
        for at, (issued, _) in enumerate(world.lists)
    )
    above = RecordedStatus(
        revocation="ca-crl",
        word="revoked" if world.ca_revoked else "good",
        time=day(world.ca_revoked[0]) if world.ca_revoked else None,
        reason=world.ca_revoked[1] if world.ca_revoked else None,
    )
    fine = (RecordedStatus(revocation="tsa-crl", word="good"),)
    return (
        _certificate("root", None, (-4000, 4000), ca=True, trusted=True),
        _certificate("ca", "root", world.ca, ca=True, statuses=(above,)),
        _certificate("signer", "ca", world.signer, statuses=found, digest=world.digest),
        _certificate("tsa", "root", world.tsa, usages=(TIME_STAMPING,), statuses=fine),
        _certificate(
            "responder", "ca", (-3000, 3000 if world.responder is None else world.responder), usages=(OCSP_SIGNING,),
            no_check=True,
        ),
    )  # fmt: skip


def _certificate(
    name: str,
    issuer: str | None,
    validity: tuple[float, float],
    *,
    ca: bool = False,
    trusted: bool = False,
    usages: tuple[str, ...] | None = None,
    statuses: tuple[RecordedStatus, ...] = (),
    no_check: bool = False,
    digest: str = "SHA-256",
) -> RecordedCertificate:
    return RecordedCertificate(
        name=name,
        subject=f"CN={name}",
        issuer=f"CN={issuer or name}",
        serial="1",
        not_before=day(validity[0]),
        not_after=day(validity[1]),
        signature=RecordedSignature(intact=True, signer=issuer, uses=_uses(digest)),
        extensions=RecordedExtensions(
            ca=ca,
            key_usage=("crlSign", "keyCertSign") if ca else ("nonRepudiation",),
            extended_key_usage=usages,
            ocsp_no_check=no_check,
        ),
        key=f"key of {name}",
        self_signed=issuer is None,
        trusted=trusted,
        statuses=statuses,
    )


def _revocations(world: World) -> tuple[RecordedRevocation, ...]:
    own = tuple(
        _revocation(f"crl{at}", "ca" if world.responder is None else "responder", issued, following)
        for at, (issued, following) in enumerate(world.lists)
    )
    return (*own, _revocation("ca-crl", "root", -1, 30), _revocation("tsa-crl", "root", -1, 30))


def _revocation(name: str, signer: str, issued: float, following: float) -> RecordedRevocation:
    return RecordedRevocation(
        name=name,
        kind="crl" if signer in ("ca", "root") else "ocsp",
        signature=RecordedSignature(intact=True, signer=signer, uses=_uses("SHA-256")),
        this_update=day(issued),
        next_update=day(following),
        produced_at=day(issued),
        expired_certs_on_crl=day(-3000),
    )


@pytest.fixture(scope="session")
def make_facts() -> Callable[..., World]:
    """`make_facts(signer=(-100, -10), …).evidence()` is the Evidence of one signature in a world of recorded facts."""

    def make(**changes: Any) -> World:
        return World(**changes)

    return make


@pytest.fixture(scope="session")
def facts_time() -> datetime:
    """The validation time of the recorded worlds."""
    return NOW
