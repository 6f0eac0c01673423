"""The values that pass between the steps of a signature, and the few services that the steps ask for."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from signer.certificate import CertificateFacts, facts
from signer.schemes import SignatureScheme, scheme_of


class SignatureFormat(StrEnum):
    """The AdES formats that this signer writes."""

    PADES = "pades"
    CADES = "cades"


class AdesLevel(StrEnum):
    """Baseline levels; each contains the one before (EN 319 122-1 6, EN 319 142-1 6)."""

    B = "b"
    T = "t"
    LT = "lt"
    LTA = "lta"

    @property
    def has_timestamp(self) -> bool:
        """Whether the level needs a signature time-stamp."""
        return self is not AdesLevel.B

    @property
    def has_material(self) -> bool:
        """Whether the level needs certificates and revocation data inside."""
        return self in (AdesLevel.LT, AdesLevel.LTA)


@dataclass(frozen=True, slots=True)
class SigningIdentity:
    """With which certificate a signature is made. `certificate` and `chain` (its issuers, nearest first, the root may
    be left out) are DER; `pss` chooses RSASSA-PSS for an RSA key."""

    certificate: bytes
    chain: tuple[bytes, ...] = ()
    pss: bool = False

    @property
    def facts(self) -> CertificateFacts:
        """The signing certificate's parts."""
        return facts(self.certificate)

    @property
    def scheme(self) -> SignatureScheme:
        """How its key signs."""
        return scheme_of(self.facts.spki, pss=self.pss)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleStamp:
    """Where the visible card goes: page from 0, `box` = left, bottom, right, top in points of that page. `lines` are
    shown in order; without any the signer's name, the reason and the time are."""

    page: int = 0
    box: tuple[int, int, int, int] = (36, 36, 276, 106)
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningOptions:
    """What the holder asks for. `commitment` is a key of `signer.cms.COMMITMENTS`; `field` is the PDF signature field
    to fill (a new one when None); a `reason` and a `commitment` exclude each other in PAdES (EN 319 142-1 6.3)."""

    level: AdesLevel = AdesLevel.B
    reason: str | None = None
    location: str | None = None
    commitment: str | None = None
    field: str | None = None
    stamp: VisibleStamp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A signature that lacks only its value; the same for every key holder (remote, token, local agent).

    `document_digest` is the SHA-256 of the document as it was handed in: what consent and authorisation name.
    `to_be_signed` is the DER of the signed attributes; the holder answers with the signature over these octets.
    `to_be_signed_digest` is their digest under `digest` ("sha256" …), for holders that sign digests. `carrier` is the
    content to which the value belongs: the document itself, or for PAdES the file with an empty `placeholder`
    (offsets of ``<`` and after ``>``).
    """

    format: SignatureFormat
    identity: SigningIdentity
    options: SigningOptions
    at: datetime
    document_digest: bytes
    digest: str
    to_be_signed: bytes
    to_be_signed_digest: bytes
    content_digest: bytes
    carrier: bytes
    placeholder: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Material:
    """What a signature needs to be judged later: DER certificates, CRLs and OCSPResponses, each once."""

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    def union(self, other: "Material") -> "Material":
        """Both, in order, without repetition."""
        return Material(
            tuple(dict.fromkeys(self.certificates + other.certificates)),
            tuple(dict.fromkeys(self.crls + other.crls)),
            tuple(dict.fromkeys(self.ocsps + other.ocsps)),
        )


class Timestamper(Protocol):
    """Gives RFC 3161 tokens; a local unit and a client of a remote one look the same."""

    def stamp(self, imprint: bytes, digest: str) -> bytes:
        """A TimeStampToken (DER ContentInfo) over `imprint`, a digest value made with `digest` ("sha256" …).

        Raises `signer.errors.TimestampError`; never returns something weaker.
        """
        ...


class MaterialSource(Protocol):
    """Finds chain and revocation material."""

    def collect(self, chains: Iterable[Sequence[bytes]], at: datetime) -> Material:
        """Everything needed to judge the first certificate of each of `chains` at `at` (the others help to build the
        chain); complete, or RevocationMissingError, ChainMissingError, CertificateRevokedError."""
        ...


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """What the validator says about a finished signature. `reasons` are codes, worst first."""

    accepted: bool
    indication: str
    reasons: tuple[str, ...] = ()


# The signed file, and what was prepared: it names the certificate, the level and, for CAdES, holds the content.
Judge = Callable[[bytes, Prepared], SelfCheck]


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningServices:
    """What finishing a signature may call on. A level that needs a missing one is refused before the key is used."""

    timestamper: Timestamper | None = None
    material: MaterialSource | None = None
    judge: Judge | None = None
