"""Validation of basic signatures (EN 319 102-1 clause 5.3)."""

from dataclasses import dataclass, replace
from datetime import datetime

from policies.reasons import Reason
from policies.vocabulary import Indication, SubIndication
from validator.evidence import SignatureFacts
from validator.judge.chains import Purpose
from validator.judge.conclusion import Conclusion, failed, passed
from validator.judge.context import Context
from validator.judge.rules.subjects import context_of
from validator.judge.signature_blocks import (
    acceptance,
    cryptographic_verification,
    format_check,
    identify_certificate,
    initialise,
)
from validator.judge.verdict import Block
from validator.judge.x509 import validate_certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Basic:
    """Result of 5.3: the conclusion, every block that ran, and the certificate validation with its path."""

    conclusion: Conclusion
    blocks: tuple[Block, ...]
    certificate: Conclusion | None
    acceptance: Conclusion | None = None


def validate_basic(
    context: Context,
    signature: SignatureFacts,
    purpose: Purpose = Purpose.SIGNATURE,
    content_time: datetime | None = None,
    known_at: datetime | None = None,
) -> Basic:
    """The basic process. `content_time` is the genTime of a valid content time-stamp: the signature was made later;
    `known_at` see `validate_certificate`.

    All blocks that can run do run, so that a reader sees every obstacle; the order of 5.3 decides.
    """
    form = format_check(context, signature)
    identified = identify_certificate(signature)
    initialised = initialise(context, signature)
    value = cryptographic_verification(signature)
    blocks = [
        form.block("FC", "EN 319 102-1 5.2.2"),
        identified.block("ISC", "EN 319 102-1 5.2.3"),
        initialised.block("VCI", "EN 319 102-1 5.2.4"),
        value.block("CV", "EN 319 102-1 5.2.7"),
    ]
    certificate = accepted = None
    if identified.passed and signature.signing_certificate is not None:
        found = validate_certificate(context, signature.signing_certificate, purpose, known_at, context_of(signature))
        certificate = _proven(context, found, content_time)
        accepted = _sav(context, signature, certificate, content_time)
        blocks.append(certificate.block("XCV", "EN 319 102-1 5.2.6"))
        blocks.append(accepted.block("SAV", "EN 319 102-1 5.2.8"))
    conclusion = _decide(form, value, identified, initialised, certificate, accepted)
    return Basic(conclusion=conclusion, blocks=tuple(blocks), certificate=certificate, acceptance=accepted)


def _decide(
    form: Conclusion,
    value: Conclusion,
    identified: Conclusion,
    initialised: Conclusion,
    certificate: Conclusion | None,
    accepted: Conclusion | None,
) -> Conclusion:
    """The order of 5.3: FC, then a digest that differs, ISC, VCI, CV before XCV, SAV last.

    Without the certificate CV cannot run, except for the digests, and those are conclusive on their own. What is proven
    wrong comes before what the policy only leaves open (VCI), so that no policy makes a forgery look undecided.
    """
    broken_hash = value if value.sub_indication is SubIndication.HASH_FAILURE else None
    proven = value if value.indication is Indication.FAILED else None
    order = (form, broken_hash, identified, proven, initialised, value, certificate, accepted)
    return next((item for item in order if item is not None and not item.passed), certificate or passed())


def _proven(context: Context, certificate: Conclusion, content_time: datetime | None) -> Conclusion:
    """Step 4: a content time-stamp later than revocation or expiry proves that the signature came after it."""
    if content_time is None or certificate.path is None:
        return certificate
    facts = context.chains.certificate(certificate.path.certificates[0])
    sub = certificate.sub_indication
    if sub is SubIndication.REVOKED_NO_POE and certificate.revoked_at and content_time > certificate.revoked_at:
        reason = Reason.of("TS-SIG-AFTER-REVOCATION", time=content_time.isoformat())
        return _again(failed(SubIndication.REVOKED, reason, *certificate.reasons), certificate)
    outside = (SubIndication.OUT_OF_BOUNDS_NO_POE, SubIndication.OUT_OF_BOUNDS_NOT_REVOKED)
    if sub in outside and facts is not None and content_time > facts.not_after:
        reason = Reason.of("TS-SIG-AFTER-EXPIRY", time=content_time.isoformat())
        return _again(failed(SubIndication.EXPIRED, reason, *certificate.reasons), certificate)
    return certificate


def _again(conclusion: Conclusion, of: Conclusion) -> Conclusion:
    return replace(conclusion, path=of.path, statuses=of.statuses, revoked_at=of.revoked_at)


def _sav(
    context: Context, signature: SignatureFacts, certificate: Conclusion, content_time: datetime | None
) -> Conclusion:
    found = acceptance(context, signature, context.at, certificate.path)
    if content_time is None or found.sub_indication is not SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE:
        return found
    # Step 6: the algorithm was already unreliable before the signature can have been made.
    late = [item for item in found.findings if item.finding.until is None or item.finding.until < content_time]
    if not late:
        return found
    return replace(found, sub_indication=SubIndication.CRYPTO_CONSTRAINTS_FAILURE)
