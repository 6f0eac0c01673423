"""Signatures with time and with long-term material (EN 319 102-1 clause 5.5), and with archive material (5.6.3)."""

from dataclasses import dataclass, replace
from datetime import datetime

from policies.reasons import Reason
from policies.vocabulary import Indication, SubIndication
from validator.evidence import SignatureFacts, TimestampKind
from validator.judge.basic import Basic
from validator.judge.chain_algorithms import path_findings, weak
from validator.judge.chains import Purpose
from validator.judge.conclusion import Conclusion, failed, indeterminate
from validator.judge.context import Context
from validator.judge.demands import heard_about_time
from validator.judge.past import Subject, validate_past_signature
from validator.judge.signature_blocks import acceptance, signature_findings
from validator.judge.tokens import PAST, JudgedToken, JudgedTokens
from validator.judge.verdict import Block
from validator.judge.x509 import fresh_at, path_statuses

_PROVING = frozenset((TimestampKind.SIGNATURE, TimestampKind.DOCUMENT, TimestampKind.ARCHIVE))
_ARCHIVING = frozenset((TimestampKind.DOCUMENT, TimestampKind.ARCHIVE, TimestampKind.EVIDENCE_RECORD))
_CONTINUE = frozenset(
    (
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
        SubIndication.REVOKED_NO_POE,
        SubIndication.REVOKED_CA_NO_POE,
        SubIndication.TRY_LATER,
        SubIndication.OUT_OF_BOUNDS_NO_POE,
        SubIndication.OUT_OF_BOUNDS_NOT_REVOKED,
    )
)
_ARCHIVE_CONTINUE = PAST | {SubIndication.SIG_CONSTRAINTS_FAILURE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A conclusion with the best signature time and what proves it (None: only the validation time)."""

    conclusion: Conclusion
    best: datetime
    proof: str | None = None
    blocks: tuple[Block, ...] = ()


def validate_with_time(
    context: Context, signature: SignatureFacts, basic: Basic, tokens: tuple[JudgedToken, ...]
) -> Timed:
    """5.5.4. `tokens` are those that cover the signature; only the ones that pass on their own count here."""
    best, proof = _best(context, tokens)
    current = basic.conclusion
    then = _listed_then(context, signature, basic, best)
    if then is not None:
        basic = replace(basic, certificate=then)
    elif not current.passed and current.sub_indication not in _CONTINUE:
        return Timed(conclusion=current, best=best, proof=proof)
    conclusion = _steps(context, signature, basic, tokens, best, proof)
    return Timed(conclusion=conclusion, best=best, proof=proof)


def _listed_then(context: Context, signature: SignatureFacts, basic: Basic, best: datetime) -> Conclusion | None:
    """The path of the best signature time, where its anchor is a service that its trust list withdrew only later.

    A list tells which services were trusted when, so a proof of the signature's own time is enough, as it is for a
    certification authority that was revoked later (step 4). A sunset date that stands alone asks for more (5.6.2.2).
    """
    certificate, leaf = basic.certificate, signature.signing_certificate
    if basic.conclusion.sub_indication is not SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE or leaf is None:
        return None
    path = context.chains.path(leaf, best, Purpose.SIGNATURE, revocation=False)
    listed = {item.name for item in context.evidence.trust.lists}
    if certificate is None or not path.valid or path.anchor is None or path.anchor.source not in listed:
        return None
    withdrawn = path.anchor.sunset
    return replace(certificate, path=path) if withdrawn is None or best <= withdrawn else None


def _best(context: Context, tokens: tuple[JudgedToken, ...]) -> tuple[datetime, str | None]:
    """Steps 1 and 3: the earliest genTime of a valid token over the signature value."""
    times = [
        (item.plain.time, item.facts.id)
        for item in tokens
        if item.facts.kind in _PROVING and item.plain.time is not None and item.plain.time <= context.at
    ]
    found = min(times, default=None, key=lambda pair: (pair[0], pair[1]))
    return (context.at, None) if found is None or found[0] is None else (found[0], found[1])


def _steps(
    context: Context,
    signature: SignatureFacts,
    basic: Basic,
    tokens: tuple[JudgedToken, ...],
    best: datetime,
    proof: str | None,
) -> Conclusion:
    for check in (
        _at_best_time(context, signature, basic, best),
        _demands(context, signature, tokens, best, proof),
        _freshness(context, basic, best),
        _accepted(context, signature, basic, best),
        _algorithms_now(context, basic, best),
    ):
        if check is not None:
            return check
    return _passed(basic)


def _passed(basic: Basic) -> Conclusion:
    certificate = basic.certificate
    path, statuses = (certificate.path, certificate.statuses) if certificate else (None, ())
    return Conclusion(indication=Indication.PASSED, path=path, statuses=statuses)


def _at_best_time(context: Context, signature: SignatureFacts, basic: Basic, best: datetime) -> Conclusion | None:
    """Step 4: does the best signature time resolve what the basic process left open?"""
    current, certificate = basic.conclusion, basic.certificate
    facts = context.chains.certificate(signature.signing_certificate) if signature.signing_certificate else None
    if certificate is None or facts is None:
        return current if not current.passed else None
    early = failed(SubIndication.NOT_YET_VALID, Reason.of("TS-SIG-BEFORE-VALIDITY", time=best.isoformat()))
    sub = current.sub_indication
    if sub in (SubIndication.REVOKED_NO_POE, SubIndication.REVOKED_CA_NO_POE):
        if current.revoked_at is None or current.revoked_at <= best:
            return current
        if best < facts.not_before:
            return early
        if best <= facts.not_after:
            return None
        reason = Reason.of("TS-POE-AFTER-EXPIRY", time=best.isoformat())
        return indeterminate(SubIndication.OUT_OF_BOUNDS_NOT_REVOKED, reason, *current.reasons)
    if sub in (SubIndication.OUT_OF_BOUNDS_NOT_REVOKED, SubIndication.OUT_OF_BOUNDS_NO_POE) and best < facts.not_before:
        return early
    if sub is SubIndication.OUT_OF_BOUNDS_NOT_REVOKED:
        return None if best <= facts.not_after else current
    if sub is SubIndication.OUT_OF_BOUNDS_NO_POE:
        return current
    if sub is SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE:
        about_value = all(item.object == "signature" for item in current.findings)
        return None if about_value and not signature_findings(context, signature, best) else current
    return early if current.passed and best < facts.not_before else None


def _demands(
    context: Context, signature: SignatureFacts, tokens: tuple[JudgedToken, ...], best: datetime, proof: str | None
) -> Conclusion | None:
    """Steps 4e and 5, and what else the policy demands of the time-stamps."""
    heard = heard_about_time(context, signature, tokens, best, proof)
    return None if heard.passed else heard.conclusion()


def _freshness(context: Context, basic: Basic, best: datetime) -> Conclusion | None:
    """Steps 6 and 7. Whatever the best time resolved, every certificate of the path must be known to have been good
    then, from fresh knowledge: behind one revocation or expiry there may stand another."""
    current, certificate = basic.conclusion, basic.certificate
    if current.passed or certificate is None or certificate.path is None:
        return None
    if current.on_hold and (current.revoked_at is None or best >= current.revoked_at):
        return current
    if fresh_at(context, certificate.path, best):
        return None
    if current.sub_indication is SubIndication.TRY_LATER:
        return current
    reason = Reason.of("TS-CHAIN-STATUS-NOT-FRESH", time=best.isoformat())
    return indeterminate(SubIndication.TRY_LATER, reason, *current.reasons)


def _accepted(context: Context, signature: SignatureFacts, basic: Basic, best: datetime) -> Conclusion | None:
    """Steps 8 and 9."""
    path = basic.certificate.path if basic.certificate else None
    found = acceptance(context, signature, best, path)
    return None if found.passed else found


def _algorithms_now(context: Context, basic: Basic, best: datetime) -> Conclusion | None:
    """Step 10: certificates and the revocation data that answered for the best time, at the current time."""
    path = basic.certificate.path if basic.certificate else None
    if path is None:
        return None
    found = weak(path_findings(context, path, path_statuses(context, path, best, until=context.at), context.at))
    return None if found is None else replace(found, path=path)


def has_archive_material(tokens: tuple[JudgedToken, ...]) -> bool:
    """A token protects the signature as a whole, its long-term material included."""
    return any(item.facts.kind in _ARCHIVING for item in tokens)


def validate_archived(context: Context, signature: SignatureFacts, timed: Timed, judged: JudgedTokens) -> Timed:
    """5.6.3 from step 4 on; the tokens were judged and their proofs collected before (step 5)."""
    current = timed.conclusion
    if current.passed or current.sub_indication not in _ARCHIVE_CONTINUE or signature.signing_certificate is None:
        return timed
    proofs = judged.proofs
    best = min(timed.best, proofs.time("signature", signature.id))
    proof = proofs.proof("signature", signature.id) if best < timed.best else timed.proof
    subject = Subject(
        kind="signature",
        name=signature.id,
        certificate=signature.signing_certificate,
        purpose=Purpose.SIGNATURE,
        current=current,
    )
    found, past = validate_past_signature(context, proofs, subject)
    blocks = (
        past.conclusion.block("PCV", "EN 319 102-1 5.6.2.1"),
        found.block("PSV", "EN 319 102-1 5.6.2.4"),
    )
    if found.passed:
        tokens = judged.covering(signature)
        checks = (
            _demands(context, signature, tokens, best, proof),
            acceptance(context, signature, best, past.path),
        )
        found = next((item for item in checks if item is not None and not item.passed), found)
    return Timed(conclusion=found, best=best, proof=proof, blocks=blocks)
