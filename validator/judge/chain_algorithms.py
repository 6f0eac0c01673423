"""Decides whether the algorithms that a certificate chain and its revocation data stand on are reliable at a time
(EN 319 102-1 5.2.6.4 step 6)."""

from datetime import datetime
from itertools import pairwise

from policies.reasons import Reason
from policies.vocabulary import Indication, SubIndication
from validator.judge.chains import PathFacts
from validator.judge.conclusion import Conclusion, Finding, passed
from validator.judge.context import Context
from validator.revocation.types import StatusAnswer


def path_findings(
    context: Context, path: PathFacts, statuses: tuple[StatusAnswer, ...], at: datetime
) -> tuple[Finding, ...]:
    """Algorithms of the certificates (the anchor's own signature aside) and of the revocation data used, at `at`."""
    names = path.certificates
    found: list[Finding] = []
    for one, issuer in pairwise(names):
        found += context.unreliable(context.chains.signature_uses(one, issuer), at, f"certificate:{one}")
    for answer in statuses:
        if answer.source is not None:
            found += context.unreliable(context.chains.evidence_uses(answer), at, f"revocation:{answer.source}")
    return tuple(dict.fromkeys(found))


def algorithm_reasons(code: str, findings: tuple[Finding, ...]) -> tuple[Reason, ...]:
    """One reason per algorithm."""
    return tuple(
        dict.fromkeys(
            Reason.of(
                code,
                algorithm=item.finding.use.name,
                bits=item.finding.use.bits,
                until=item.finding.until.isoformat() if item.finding.until else "-",
            )
            for item in findings
        )
    )


def chain_algorithms(context: Context, path: PathFacts, statuses: tuple[StatusAnswer, ...]) -> Conclusion:
    """5.2.6.4 step 6 at the validation time: passed, with what is soon to end as remarks, or what is not reliable."""
    return weak(path_findings(context, path, statuses, context.at)) or passed(*_algorithm_remarks(context, path))


def weak(findings: tuple[Finding, ...]) -> Conclusion | None:
    """5.2.6.4 step 6: what the chain and its revocation data stand on is not reliable; None when all of it is."""
    if not findings:
        return None
    return Conclusion(
        indication=Indication.INDETERMINATE,
        sub_indication=SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
        reasons=algorithm_reasons("TS-CHAIN-ALGORITHM", findings),
        findings=findings,
    )


def _algorithm_remarks(context: Context, path: PathFacts) -> tuple[Reason, ...]:
    pairs = pairwise(path.certificates)
    uses = (use for one, issuer in pairs for use in context.chains.signature_uses(one, issuer))
    return context.remarks(uses, context.at, "TS-CHAIN-ALGORITHM")
