"""What the rules look at: one signature, one certificate of a path, its status, one time-stamp, one trust list."""

from dataclasses import dataclass
from datetime import datetime

from policies.algorithms import AlgorithmPolicy
from validator.evidence import Evidence, SignatureFacts, TimestampFacts
from validator.judge.chains import CertificateFacts, PathFacts
from validator.judge.rules.model import RuleContext
from validator.revocation.types import StatusAnswer


def context_of(signature: SignatureFacts) -> RuleContext:
    """For what a signature is relied on: the signature of a time-stamp token, a counter-signature, or neither."""
    if signature.format == "RFC3161":
        return RuleContext.TIME_STAMP
    return RuleContext.SIGNATURE if signature.parent is None else RuleContext.COUNTER_SIGNATURE


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureSubject:
    """A signature in its Evidence. `at` is the time for which it is accepted (best signature time), `now` the
    validation time; `path` and `signer` are None where no path or certificate was found."""

    evidence: Evidence
    signature: SignatureFacts
    algorithms: AlgorithmPolicy
    at: datetime
    now: datetime
    path: PathFacts | None = None
    signer: CertificateFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSubject:
    """A certificate of a path; `issuer` None where it is not at hand; `above` counts the CA certificates between it and
    the trust anchor; `answer` what is known of its revocation status, None where that was not asked."""

    certificate: CertificateFacts
    issuer: CertificateFacts | None
    above: int
    answer: StatusAnswer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusSubject:
    """What is known of a certificate's revocation status at `at`."""

    certificate: CertificateFacts
    answer: StatusAnswer
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSubject:
    """A time-stamp token and its authority's certificate, None where that is not at hand."""

    token: TimestampFacts
    authority: CertificateFacts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSubject:
    """What is proven about a signature's time: `best` the best signature time, `proven` whether a time-stamp proves it,
    `invalid` how many time-stamps over it did not pass, `disorder` the ids of two that contradict each other;
    `long_term` that the file carries the material for its path, `archived` that a time-stamp protects all of it."""

    signature: SignatureFacts
    best: datetime
    proven: bool = False
    invalid: int = 0
    disorder: tuple[str, str] | None = None
    long_term: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSubject:
    """A trust list that was used. `signed` None where its signature was not checked; `age_seconds` since it was
    fetched, None where that is not known."""

    name: str
    at: datetime
    age_seconds: int | None = None
    next_update: datetime | None = None
    signed: bool | None = None
    version: int | None = None
