"""Runs the validation processes over an Evidence and assembles the Verdict (EN 319 102-1 clauses 5.3 to 5.6).

Pure and deterministic: the same Evidence, policy and time give the same octets of the Verdict.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from policies.reasons import Reason, definition
from policies.vocabulary import Indication, Severity, SubIndication
from validator.evidence import Evidence, SignatureFacts, TimestampKind, digest
from validator.judge.basic import Basic, validate_basic
from validator.judge.carried import Carried
from validator.judge.chain_links import chain_links
from validator.judge.chains import Chains, PathFacts
from validator.judge.conclusion import Conclusion
from validator.judge.context import Context
from validator.judge.demands import demanded, heard_about_material
from validator.judge.incidents import IncidentChains
from validator.judge.level import level
from validator.judge.listed import about_lists, without_refused_lists
from validator.judge.longterm import Timed, has_archive_material, validate_archived, validate_with_time
from validator.judge.people import home, signer
from validator.judge.policy import JudgementPolicy
from validator.judge.qualified import signature_quality, timestamp_quality
from validator.judge.recorded_chains import RecordedChains
from validator.judge.records import JudgedRecord
from validator.judge.shared_chains import SharedChains
from validator.judge.tokens import JudgedToken, JudgedTokens, judge_tokens
from validator.judge.verdict import (
    Block,
    EvidenceRecordVerdict,
    Process,
    SignatureVerdict,
    TimestampVerdict,
    Verdict,
)
from validator.revocation.types import StatusAnswer

_WHOLE = {Indication.PASSED: Indication.TOTAL_PASSED, Indication.FAILED: Indication.TOTAL_FAILED}


def judge(evidence: Evidence, policy: JudgementPolicy, at: datetime, chains: Chains | None = None) -> Verdict:
    """The Verdict of `evidence` under `policy` at the validation time `at` (aware).

    `chains` answers about certificates; by default the engines over the Evidence's own objects. Never raises for any
    content of the Evidence.
    """
    trusted = without_refused_lists(evidence, policy, at)
    asked: Chains = chains or (RecordedChains if evidence.recorded else SharedChains)(trusted, policy, at)
    memory = asked if isinstance(asked, SharedChains) else None
    if evidence.trust.incidents:
        asked = IncidentChains(asked, evidence.trust.incidents)
    context = Context(evidence=evidence, chains=asked, policy=policy, at=at, memory=memory)
    tokens = judge_tokens(context)
    signatures = tuple(_signature(context, item, tokens) for item in evidence.signatures)
    in_file = sorted(tokens.tokens, key=lambda item: (item.facts.order, item.facts.id))
    stamps = tuple(_token(context, item, tokens) for item in in_file)
    records = tuple(_record(item) for item in tokens.records)
    indication, sub = _overall(evidence, signatures, stamps, records)
    return Verdict(
        evidence=digest(evidence),
        policy=policy.name,
        policy_hash=policy.digest,
        at=at,
        indication=indication,
        sub_indication=sub,
        signatures=signatures,
        timestamps=stamps,
        evidence_records=records,
        reasons=(
            *_document_reasons(evidence, (*signatures, *stamps, *records)),
            *about_lists(evidence, policy, at),
        ),
    )


# --- the whole file ----------------------------------------------------------------------------------------------


def _overall(
    evidence: Evidence,
    signatures: tuple[SignatureVerdict, ...],
    stamps: tuple[TimestampVerdict, ...],
    records: tuple[EvidenceRecordVerdict, ...],
) -> tuple[Indication, SubIndication | None]:
    """All signatures must pass; a file without any is judged by its time-stamps and evidence records; a form that
    cannot be read fails."""
    inner = {name for item in records for name in item.timestamps}
    alone = tuple(item for item in stamps if item.id not in inner)
    judged: tuple[SignatureVerdict | TimestampVerdict | EvidenceRecordVerdict, ...]
    judged = signatures or (*alone, *records) or stamps
    faults = [item for item in evidence.structure if definition(item.code).severity is Severity.ERROR]
    if not judged:
        broken = any(definition(item.code).sub_indication is SubIndication.FORMAT_FAILURE for item in faults)
        return (Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE) if broken else (Indication.NO_SIGNATURE, None)
    if faults:
        return (Indication.TOTAL_FAILED if signatures else Indication.FAILED), SubIndication.FORMAT_FAILURE
    for wanted in (Indication.TOTAL_FAILED, Indication.FAILED, Indication.INDETERMINATE):
        for item in judged:
            if item.indication is wanted:
                return item.indication, item.sub_indication
    return judged[0].indication, None


def _document_reasons(evidence: Evidence, judged: tuple[object, ...]) -> tuple[Reason, ...]:
    found = [*evidence.structure, *evidence.remarks]
    if not judged and not evidence.structure:
        found.append(Reason.of("TS-DOC-NO-SIGNATURE"))
    return tuple(dict.fromkeys(found))


# --- one signature -----------------------------------------------------------------------------------------------


def _signature(context: Context, signature: SignatureFacts, tokens: JudgedTokens) -> SignatureVerdict:
    own = tokens.covering(signature)
    basic = validate_basic(context, signature, content_time=_content_time(own))
    timed = validate_with_time(context, signature, basic, own)
    process = _process(own)
    # A sunset date that has passed is for the past to resolve, with whatever proof there is (5.6.2.4 step 3).
    outlived = timed.conclusion.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE
    carried = Carried(context, basic)
    if process is Process.LTA or outlived or carried.complete():
        timed = validate_archived(context, signature, timed, tokens)
    timed = _demands(context, signature, own, timed, carried)
    return _verdict(context, signature, basic, timed, process, carried)


def _content_time(tokens: Iterable[JudgedToken]) -> datetime | None:
    times = [item.facts.gen_time for item in tokens if item.facts.kind is TimestampKind.CONTENT and item.final.passed]
    return max((item for item in times if item is not None), default=None)


def _process(tokens: tuple[JudgedToken, ...]) -> Process:
    if has_archive_material(tokens):
        return Process.LTA
    return Process.LTVM if any(item.facts.kind is TimestampKind.SIGNATURE for item in tokens) else Process.BASIC


def _demands(
    context: Context, signature: SignatureFacts, own: tuple[JudgedToken, ...], timed: Timed, carried: Carried
) -> Timed:
    """What the policy demands of the proofs and of the material that the signature brings, whatever process ended."""
    heard = heard_about_material(context, signature, own, timed.best, timed.proof, carried.complete)
    return replace(timed, conclusion=demanded(timed.conclusion, heard))


def _verdict(
    context: Context,
    signature: SignatureFacts,
    basic: Basic,
    timed: Timed,
    process: Process,
    carried: Carried,
) -> SignatureVerdict:
    conclusion = timed.conclusion
    indication = _WHOLE.get(conclusion.indication, conclusion.indication)
    path, statuses = _shown_path(basic, conclusion)
    name = signature.signing_certificate
    facts = context.chains.certificate(name) if name else None
    territory = path.anchor.territory if path and path.anchor else None
    jurisdiction = home(facts, territory) if facts else territory
    quality = signature_quality(context, facts, path, jurisdiction, indication, timed.best)
    return SignatureVerdict(
        id=signature.id,
        format=signature.format,
        level=level(context.evidence, signature, long_term=carried.form()),
        parent=signature.parent,
        indication=indication,
        sub_indication=conclusion.sub_indication,
        process=process,
        intact=signature.intact,
        digests_intact=signature.digests_intact,
        signer=signer(facts) if facts else None,
        claimed_time=signature.claimed_time,
        best_signature_time=timed.best,
        best_time_proof=timed.proof,
        qualification=quality.word,
        qualification_basis=quality.basis,
        agreement=quality.agreement,
        legal_level=quality.level,
        home=jurisdiction,
        covers_whole=signature.byte_range.covers_file if signature.byte_range else None,
        changes=signature.changes,
        blocks=(*basic.blocks, *timed.blocks),
        reasons=tuple(dict.fromkeys((*_reasons(context, signature, basic, conclusion), *quality.reasons))),
        chain=chain_links(context, path, statuses),
        policies=path.policies if path else (),
        leniencies=path.leniencies if path else (),
    )


def _shown_path(basic: Basic, conclusion: Conclusion) -> tuple[PathFacts | None, tuple[StatusAnswer, ...]]:
    certificate = basic.certificate
    if conclusion.path is not None:
        return conclusion.path, conclusion.statuses or (certificate.statuses if certificate else ())
    return (certificate.path, certificate.statuses) if certificate else (None, ())


def _reasons(context: Context, signature: SignatureFacts, basic: Basic, conclusion: Conclusion) -> tuple[Reason, ...]:
    """The decisive reasons first, then what else stands against or beside the signature; a problem that the proofs
    of existence resolved is not repeated."""
    found = [*conclusion.reasons]
    if conclusion.passed:
        found += basic.blocks[0].reasons
    else:
        found += [reason for block in basic.blocks for reason in block.reasons]
    remarks = [reason for block in basic.blocks if block.indication is Indication.PASSED for reason in block.reasons]
    return tuple(dict.fromkeys((*found, *remarks)))


# --- one evidence record -----------------------------------------------------------------------------------------


def _record(judged: JudgedRecord) -> EvidenceRecordVerdict:
    found = judged.conclusion
    others = () if found.passed else (reason for block in judged.blocks for reason in block.reasons)
    return EvidenceRecordVerdict(
        id=judged.facts.id,
        form=judged.facts.form,
        owner=judged.facts.owner,
        indication=found.indication,
        sub_indication=found.sub_indication,
        time=judged.time,
        timestamps=judged.facts.timestamps,
        blocks=judged.blocks,
        reasons=tuple(dict.fromkeys((*found.reasons, *others))),
    )


# --- one time-stamp ----------------------------------------------------------------------------------------------


def _token(context: Context, judged: JudgedToken, tokens: JudgedTokens) -> TimestampVerdict:
    token, final = judged.facts, judged.final
    path, statuses = final.path, final.statuses
    certificate = judged.plain.certificate
    if path is None and certificate is not None:
        path, statuses = certificate.path, certificate.statuses
    name = token.signature.signing_certificate if token.signature else None
    facts = context.chains.certificate(name) if name else None
    moments = () if token.gen_time is None else (token.gen_time, tokens.proofs.time("timestamp", token.id))
    quality = timestamp_quality(context, facts, path, moments)
    alone = token.kind in (TimestampKind.DOCUMENT, TimestampKind.DETACHED)
    inner = token.signature is not None and token.signature.digests_intact
    return TimestampVerdict(
        id=token.id,
        kind=token.kind,
        owner=token.owner,
        indication=final.indication,
        sub_indication=final.sub_indication,
        intact=token.signature is not None and token.signature.intact,
        digests_intact=inner and not (alone and token.imprint_intact is False),
        imprint_intact=token.imprint_intact,
        qualification=quality.word,
        time=token.gen_time,
        authority=(facts.common_name or facts.subject) if facts else None,
        blocks=judged.blocks,
        reasons=(
            *_token_reasons(final, judged.blocks),
            *(token.signature.remarks if token.signature else ()),
            *quality.reasons,
        ),
        chain=chain_links(context, path, statuses),
        changes=token.changes,
    )


def _token_reasons(final: Conclusion, blocks: tuple[Block, ...]) -> tuple[Reason, ...]:
    if final.passed:
        remarks = (reason for block in blocks if block.indication is Indication.PASSED for reason in block.reasons)
        return tuple(dict.fromkeys((*final.reasons, *remarks)))
    return tuple(dict.fromkeys((*final.reasons, *(reason for block in blocks for reason in block.reasons))))
