"""Validation of time-stamp tokens (EN 319 102-1 clause 5.4, RFC 3161 clause 2.3, EN 319 422)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.reasons import Reason, definition
from policies.vocabulary import Indication, Severity, SubIndication
from validator.evidence import TimestampFacts
from validator.judge.basic import Basic, validate_basic
from validator.judge.chains import CertificateFacts, Purpose
from validator.judge.conclusion import Conclusion, failed, indeterminate, passed
from validator.judge.context import Context
from validator.judge.rules.evaluate import hear
from validator.judge.rules.model import RuleContext
from validator.judge.rules.subjects import TokenSubject
from validator.judge.signature_blocks import digest_unsupported
from validator.judge.verdict import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenResult:
    """Conclusion for one token, its blocks, and the certificate validation behind it."""

    facts: TimestampFacts
    conclusion: Conclusion
    blocks: tuple[Block, ...]
    certificate: Conclusion | None

    @property
    def time(self) -> datetime | None:
        """The time that the token proves, only when it passed."""
        return self.facts.gen_time if self.conclusion.passed else None


def validate_token(context: Context, token: TimestampFacts) -> TokenResult:
    """5.4 plus the imprint: PASSED, FAILED or INDETERMINATE, whatever becomes of the signature it belongs to."""
    form, imprint = _form(context, token), _imprint(token)
    if token.signature is None:
        return TokenResult(facts=token, conclusion=form, blocks=(form.block("FC", "RFC 3161 2.4.2"),), certificate=None)
    known_at = token.gen_time if context.policy.timestamp_status == "gen-time" else None
    basic = validate_basic(context, token.signature, Purpose.TIME_STAMP, known_at=known_at)
    authority = _authority(context, token)
    conclusion = _decide(form, imprint, basic, authority)
    blocks = (
        form.block("FC", "EN 319 422 5"),
        imprint.block("CV", "EN 319 102-1 5.4"),
        *basic.blocks[1:],
        authority.block("TSV", "RFC 3161 2.3"),
    )
    return TokenResult(facts=token, conclusion=conclusion, blocks=blocks, certificate=basic.certificate)


def _decide(form: Conclusion, imprint: Conclusion, basic: Basic, authority: Conclusion) -> Conclusion:
    # The authority's own purpose before its path: newer tokens may mend the path, never the purpose.
    order = (form, imprint, authority, basic.conclusion)
    failing = [item for item in order if not item.passed]
    if not failing:
        return basic.conclusion
    return next((item for item in failing if item.indication is Indication.FAILED), failing[0])


def _form(context: Context, token: TimestampFacts) -> Conclusion:
    errors = [item for item in token.structure if definition(item.code).severity is Severity.ERROR]
    if token.unknown_critical_extensions:
        errors.append(Reason.of("TS-TSP-CRITICAL-EXTENSION", extensions=", ".join(token.unknown_critical_extensions)))
    forbidden = sorted({item.category for item in token.changes if not item.permitted})
    if forbidden:
        errors.append(Reason.of("TS-PDF-CHANGED", categories=", ".join(forbidden)))
    if errors or token.gen_time is None:
        return failed(SubIndication.FORMAT_FAILURE, *errors)
    if token.gen_time - context.at > timedelta(seconds=context.policy.clock_skew_seconds):
        return indeterminate(
            SubIndication.SIG_CONSTRAINTS_FAILURE, Reason.of("TS-TSP-FUTURE", time=token.gen_time.isoformat())
        )
    return passed()


def _imprint(token: TimestampFacts) -> Conclusion:
    if token.imprint_intact is True:
        return passed()
    if token.imprint_intact is False:
        return failed(SubIndication.HASH_FAILURE, Reason.of("TS-TSP-IMPRINT"))
    if token.imprint_found:
        return digest_unsupported(token.imprint_algorithm or "-")
    return indeterminate(SubIndication.SIGNED_DATA_NOT_FOUND, Reason.of("TS-TSP-DATA-NOT-FOUND"))


def _authority(context: Context, token: TimestampFacts) -> Conclusion:
    """What the policy demands of the token and of its authority's certificate (RFC 3161 2.3: extended key usage
    time-stamping, alone and critical); genTime inside the certificate's validity."""
    name = token.signature.signing_certificate if token.signature else None
    facts = context.chains.certificate(name) if name else None
    heard = hear(context.policy, "TSV", RuleContext.TIME_STAMP, TokenSubject(token=token, authority=facts))
    if facts is None or token.gen_time is None or _inside(facts, token.gen_time):
        return heard.conclusion()
    outside = Reason.of("TS-TSP-TIME-OUTSIDE", time=token.gen_time.isoformat())
    return indeterminate(SubIndication.CHAIN_CONSTRAINTS_FAILURE, *heard.failures, outside, *heard.remarks)


def _inside(facts: CertificateFacts, at: datetime) -> bool:
    start, end = facts.private_key_period or (None, None)
    return facts.not_before <= at <= facts.not_after and (start is None or start <= at) and (end is None or at <= end)
