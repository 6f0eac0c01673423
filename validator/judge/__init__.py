"""The judgement: EN 319 102-1 over an Evidence. Pure: no input or output, no clock."""

from validator.judge.policy import JudgementPolicy, judgement_policies, judgement_policy
from validator.judge.process import judge
from validator.judge.verdict import (
    Block,
    ChainLink,
    EvidenceRecordVerdict,
    Process,
    SignatureVerdict,
    Signer,
    TimestampVerdict,
    Verdict,
)

__all__ = [
    "Block",
    "ChainLink",
    "EvidenceRecordVerdict",
    "JudgementPolicy",
    "Process",
    "SignatureVerdict",
    "Signer",
    "TimestampVerdict",
    "Verdict",
    "judge",
    "judgement_policies",
    "judgement_policy",
]
