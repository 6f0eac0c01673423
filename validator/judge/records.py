"""Validation of evidence records (EN 319 102-1 clause 5.6.3 step 1, RFC 4998 clause 5.3, RFC 6283 clause 3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from policies.algorithms import AlgorithmUse
from policies.algorithms.digests import digest_algorithms
from policies.reasons import Reason, definition
from policies.vocabulary import Indication, Severity, SubIndication
from validator.evidence import EvidenceRecordFacts, TimestampFacts
from validator.judge.chain_algorithms import algorithm_reasons
from validator.judge.conclusion import Conclusion, Finding, failed, indeterminate, passed
from validator.judge.context import Context
from validator.judge.poe import ProofsOfExistence
from validator.judge.signature_blocks import digest_unsupported
from validator.judge.verdict import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRecord:
    """One evidence record with its conclusion; `time` is what it proves, that of its first archive time-stamp."""

    facts: EvidenceRecordFacts
    conclusion: Conclusion
    blocks: tuple[Block, ...]
    time: datetime | None = None


Stamps = Mapping[str, tuple[TimestampFacts, Conclusion]]


def judge_records(context: Context, stamps: Stamps, proofs: ProofsOfExistence) -> tuple[JudgedRecord, ...]:
    """Every evidence record; `stamps` are the judged archive time-stamps by id. A valid record proves, at the time of
    its first archive time-stamp, everything that it covers (step 1 c)."""
    found = tuple(_judge(context, item, stamps) for item in context.evidence.evidence_records)
    for item in found:
        if item.conclusion.passed and item.time is not None:
            proofs.add(item.facts.covers, item.time, item.facts.id)
    return found


def _judge(context: Context, record: EvidenceRecordFacts, stamps: Stamps) -> JudgedRecord:
    chain = [stamps.get(name) for name in record.timestamps]
    known = [item for item in chain if item is not None]
    form = _form(record, missing=len(chain) - len(known))
    data = _data(record)
    order = _order([item for item, _ in known])
    tree = _tree(context, record, [item for item, _ in known])
    tokens = next((item for _, item in known if not item.passed), passed())
    checks = (form, data, order, tokens, tree)
    failing = [item for item in checks if not item.passed]
    decisive = next((item for item in failing if item.indication is Indication.FAILED), failing[0] if failing else form)
    blocks = (
        form.block("FC", "RFC 4998 3.1"),
        data.block("CV", "RFC 4998 5.3"),
        order.block("ERV", "RFC 4998 5.3"),
        tokens.block("TSV", "EN 319 102-1 5.6.3"),
        tree.block("SAV", "EN 319 102-1 5.6.3"),
    )
    first = known[0][0].gen_time if known else None
    return JudgedRecord(facts=record, conclusion=decisive, blocks=blocks, time=first)


def _form(record: EvidenceRecordFacts, *, missing: int) -> Conclusion:
    errors = [item for item in record.structure if definition(item.code).severity is Severity.ERROR]
    remarks = [item for item in record.structure if item not in errors]
    if not record.timestamps or missing:
        errors.append(Reason.of("TS-ERV-TIME-STAMPS", missing=missing, count=len(record.timestamps)))
    return failed(SubIndication.FORMAT_FAILURE, *errors, *remarks) if errors else passed(*remarks)


def _data(record: EvidenceRecordFacts) -> Conclusion:
    """The protected data is at hand, and its digests are in the first hash tree."""
    broken = sorted({item.name or item.kind for item in record.references if item.found and item.intact is False})
    if broken:
        return failed(SubIndication.HASH_FAILURE, Reason.of("TS-ERV-HASH", references=", ".join(broken)))
    unknown = [item.algorithm for item in record.references if item.found and item.intact is None]
    if unknown:
        return digest_unsupported(unknown[0])
    if not record.references or any(not item.found for item in record.references):
        return indeterminate(SubIndication.SIGNED_DATA_NOT_FOUND, Reason.of("TS-ERV-DATA-NOT-FOUND"))
    return passed()


def _order(chain: list[TimestampFacts]) -> Conclusion:
    """Archive time-stamps ascend in time (RFC 4998 5.1: ordered by the time of the time-stamp)."""
    for first, second in pairwise(chain):
        if first.gen_time is None or second.gen_time is None or second.gen_time < first.gen_time:
            reason = Reason.of("TS-TSP-ORDER", first=first.id, second=second.id)
            return indeterminate(SubIndication.TIMESTAMP_ORDER_FAILURE, reason)
    return passed()


def _tree(context: Context, record: EvidenceRecordFacts, chain: list[TimestampFacts]) -> Conclusion:
    """The digests of the hash tree had to be reliable until the next archive time-stamp took over, or until now."""
    until = chain[1].gen_time if len(chain) > 1 and chain[1].gen_time else context.at
    findings = tuple(dict.fromkeys(_weak(context, (item.algorithm for item in record.references), until)))
    if not findings:
        return passed()
    return Conclusion(
        indication=Indication.INDETERMINATE,
        sub_indication=SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
        reasons=algorithm_reasons("TS-SIG-ALGORITHM", findings),
        findings=findings,
    )


def _weak(context: Context, names: Iterable[str], at: datetime) -> tuple[Finding, ...]:
    bits = {item.name: item.bits for item in digest_algorithms()}
    uses = (AlgorithmUse(name, bits.get(name, 0), "digest") for name in names)
    return context.unreliable(uses, at, "evidence-record")
