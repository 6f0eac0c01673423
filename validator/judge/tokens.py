"""Judges every time-stamp and evidence record of the Evidence and collects what they prove (5.4, 5.6.3 steps 1, 5)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from policies.algorithms import AlgorithmUse
from policies.algorithms.digests import digest_algorithms
from policies.vocabulary import SubIndication
from validator.evidence import SignatureFacts, TimestampFacts, TimestampKind
from validator.judge.chains import Purpose
from validator.judge.conclusion import Conclusion
from validator.judge.context import Context
from validator.judge.past import Subject, validate_past_signature
from validator.judge.poe import ProofsOfExistence
from validator.judge.records import JudgedRecord, judge_records
from validator.judge.signature_blocks import acceptance
from validator.judge.timestamps import TokenResult, validate_token
from validator.judge.verdict import Block

PAST = frozenset(
    (
        SubIndication.REVOKED_NO_POE,
        SubIndication.REVOKED_CA_NO_POE,
        SubIndication.OUT_OF_BOUNDS_NO_POE,
        SubIndication.OUT_OF_BOUNDS_NOT_REVOKED,
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
        SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE,
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE,
        SubIndication.TRY_LATER,
    )
)
_FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedToken:
    """One token: `plain` as 5.4 finds it now, `final` with the help of newer tokens (PSV)."""

    plain: TokenResult
    final: Conclusion
    blocks: tuple[Block, ...]

    @property
    def facts(self) -> TimestampFacts:
        """The token."""
        return self.plain.facts


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedTokens:
    """All tokens, newest first, the evidence records, and the proofs of existence that the valid ones give."""

    tokens: tuple[JudgedToken, ...]
    proofs: ProofsOfExistence
    records: tuple[JudgedRecord, ...] = ()

    def covering(self, signature: SignatureFacts) -> tuple[JudgedToken, ...]:
        """The tokens that belong to a signature or cover its value, newest first."""
        return tuple(
            item
            for item in self.tokens
            if item.facts.owner == signature.id
            or any(one.kind == "signature" and one.id == signature.id for one in item.facts.covers)
        )


def judge_tokens(context: Context) -> JudgedTokens:
    """Every token and evidence record of the Evidence (5.6.3 steps 1 and 5). A newer valid token may prove that an
    older one existed in time; evidence records come first, because what they prove helps all others."""
    proofs = ProofsOfExistence(context.at)
    stamps = context.evidence.timestamps
    archived = [item for item in stamps if item.kind is TimestampKind.EVIDENCE_RECORD]
    # What the archive time-stamps cover is proven only once their record is: among themselves they need less.
    renewals = _in_turn(context, archived, ProofsOfExistence(context.at))
    records = judge_records(context, {item.facts.id: (item.facts, item.final) for item in renewals}, proofs)
    others = _in_turn(context, [item for item in stamps if item.kind is not TimestampKind.EVIDENCE_RECORD], proofs)
    tokens = sorted((*renewals, *others), key=lambda item: _age(item.facts), reverse=True)
    return JudgedTokens(tokens=tuple(tokens), proofs=proofs, records=records)


def _in_turn(context: Context, stamps: list[TimestampFacts], proofs: ProofsOfExistence) -> list[JudgedToken]:
    """Tokens, newest first; each valid one proves what it covers for the older ones."""
    judged: list[JudgedToken] = []
    for token in sorted(stamps, key=_age, reverse=True):
        found = _one(context, token, proofs)
        judged.append(found)
        if found.final.passed and token.gen_time is not None and token.kind is not TimestampKind.CONTENT:
            _prove(context, token, proofs)
    return judged


def _age(token: TimestampFacts) -> tuple[datetime, int, str]:
    return token.gen_time or _FIRST, token.order, token.id


def _prove(context: Context, token: TimestampFacts, proofs: ProofsOfExistence) -> None:
    """POE extraction: only while the imprint's digest is reliable, or the token is proven from when it was."""
    use = _imprint_use(token)
    known = proofs.time("timestamp", token.id)
    if token.gen_time is None or use is None or context.policy.algorithms.finding(use, known) is not None:
        return
    proofs.add(token.covers, token.gen_time, token.id)


def _imprint_use(token: TimestampFacts) -> AlgorithmUse | None:
    for item in digest_algorithms():
        if item.name == token.imprint_algorithm:
            return AlgorithmUse(item.name, item.bits, "digest")
    return None


def _one(context: Context, token: TimestampFacts, proofs: ProofsOfExistence) -> JudgedToken:
    plain = validate_token(context, token)
    signature = token.signature
    concluded = plain.conclusion
    if concluded.sub_indication not in PAST or signature is None or signature.signing_certificate is None:
        return JudgedToken(plain=plain, final=concluded, blocks=plain.blocks)
    subject = Subject(
        kind="timestamp",
        name=token.id,
        certificate=signature.signing_certificate,
        purpose=Purpose.TIME_STAMP,
        current=concluded,
    )
    final, past = validate_past_signature(context, proofs, subject)
    blocks = (
        *plain.blocks,
        past.conclusion.block("PCV", "EN 319 102-1 5.6.2.1"),
        final.block("PSV", "EN 319 102-1 5.6.2.4"),
    )
    if final.passed:
        accepted = acceptance(context, signature, proofs.time("timestamp", token.id), past.path)
        final = final if accepted.passed else accepted
    return JudgedToken(plain=plain, final=final, blocks=blocks)
