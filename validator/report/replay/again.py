"""Judges again what a report names and compares all that it states: data, XML, and the octets of its pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from policies.recognition import Mechanism
from validator.errors import EvidenceError
from validator.evidence import Evidence, digest
from validator.judge import Verdict, judge, judgement_policy
from validator.policy_files import policy_named
from validator.recognise import Recognition, RecognitionContext, recognise
from validator.report.content import AskedRow
from validator.report.etsi import Maker, etsi_report
from validator.report.full import full_report
from validator.report.maker import maker
from validator.report.pdf import pdf_report
from validator.report.replay.compare import MAX_DIFFERENCES, Difference, json_differences, xml_differences
from validator.report.replay.read import ReadReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay found. `same` means that no field differs; `other_maker` that the report was made with other words
    or forms, so that its pages were not compared octet by octet. `differences` are at most MAX_DIFFERENCES."""

    same: bool
    differences: tuple[Difference, ...]
    other_maker: str | None
    verdict: Verdict


def replay_report(read: ReadReport, evidence: Evidence | None = None, policy: str | None = None) -> Replayed:
    """Judge `evidence` (or what the report carries) under the policy that the report names, or that `policy` says where
    to find, at the report's time.

    Raises EvidenceError when there is no evidence or it is not the one that the report names, PolicyUnknownError and
    PolicyRefusedError for the policy, UnknownJurisdictionError for a forum.
    """
    facts = _named(read, evidence if evidence is not None else read.evidence)
    # A file is opened only where the person names it: a report may have been written by anybody.
    used = policy_named(policy) if policy else judgement_policy(read.pinned["policy"])
    verdict = judge(facts, used, read.at)
    answers = tuple(item for row in read.asked for item in _answered(verdict, row))
    found = tuple(islice(_differences(read, facts, verdict, answers), MAX_DIFFERENCES))
    made_by = read.pinned["maker"]
    return Replayed(
        same=not found, differences=found, other_maker=None if made_by == maker() else made_by, verdict=verdict
    )


def _named(read: ReadReport, evidence: Evidence | None) -> Evidence:
    name = read.pinned["evidence"]
    if evidence is None:
        raise EvidenceError(
            f"The report does not carry the evidence {name}.",
            next_step="Give it with --evidence FILE, or name the holdings that keep it with --holdings.",
        )
    if digest(evidence) != name:
        raise EvidenceError(
            f"The evidence is {digest(evidence)}, and the report names {name}.",
            next_step="Give the evidence that was handed out with this report.",
        )
    return evidence


def _answered(verdict: Verdict, row: AskedRow) -> Iterator[Recognition]:
    signature = next((item for item in verdict.signatures if item.id == row.signature), None)
    homes = frozenset((signature.home,)) if signature is not None and signature.home else frozenset()
    context = RecognitionContext(
        relying=row.relying,
        document=row.document,
        signer=row.signer,
        contract=Mechanism.CONTRACT in row.mechanisms,
        receipts=frozenset((row.signature,)) if Mechanism.RECEIPT in row.mechanisms else frozenset(),
        accepted_lists=homes if Mechanism.LIST_EQUIVALENCE in row.mechanisms else frozenset(),
        admit_illustrative=row.admit_illustrative,
        evaluation_time=row.evaluation_time,
    )
    return (item for item in recognise(verdict, row.forum, context) if item.signature == row.signature)


def _differences(
    read: ReadReport, evidence: Evidence, verdict: Verdict, answers: tuple[Recognition, ...]
) -> Iterator[Difference]:
    if read.json is not None:
        yield from json_differences(read.json, full_report(read.identifier, evidence, verdict, answers, read.notices))
    sealer = Maker(certificate=read.certificate) if read.certificate is not None else None
    if read.xml is not None:
        yield from xml_differences(
            read.xml, etsi_report(read.identifier, evidence, verdict, answers, sealer, read.notices)
        )
    if read.pages is not None and read.pinned["maker"] == maker():
        pages = pdf_report(read.identifier, evidence, verdict, answers, read.languages, sealer, read.notices)
        # A seal is an incremental update: what was there before it stands unchanged at the beginning.
        if not read.pages.startswith(pages):
            yield Difference(field="pages", stated="other pages than these data give", found="the pages of these data")
