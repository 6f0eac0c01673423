"""ValidationConstraintsEvaluationReport (TS 119 102-2 clause 4.3.4): the policy, and every rule of it that was
evaluated for one signature or time-stamp.
"""

from policies.vocabulary import Indication
from validator.judge.policy import JudgementPolicy
from validator.judge.verdict import Verdict
from validator.report.content import RuleRow
from validator.report.etsi import names
from validator.report.etsi.names import XADES
from validator.report.etsi.nodes import Element, add, add_digest, add_typed
from validator.report.etsi.status import add_indications


def add_constraints(
    parent: Element, verdict: Verdict, policy: JudgementPolicy | None, rows: tuple[RuleRow, ...]
) -> None:
    """The policy by name and digest, and `rows`, the rules of one object."""
    made = add(parent, "ValidationConstraintsEvaluationReport")
    used = add(made, "SignatureValidationPolicy")
    identified = add(add(used, "SignaturePolicyIdentifier"), "SignaturePolicyId", space=XADES)
    identifier = add(identified, "SigPolicyId", space=XADES)
    add(identifier, "Identifier", names.own("policy", verdict.policy), space=XADES)
    add_digest(identified, verdict.policy_hash, name="SigPolicyHash", space=XADES)
    add(used, "PolicyName", policy.title if policy else verdict.policy)
    for row in rows:
        _add_rule(made, row, policy)


def _add_rule(parent: Element, row: RuleRow, policy: JudgementPolicy | None) -> None:
    made = add(parent, "ValidationConstraint")
    add(made, "ValidationConstraintIdentifier", names.own("rule", row.rule))
    add_typed(made, "ValidationConstraintParameter", names.own("rule-parameter", "level"), row.level)
    if policy is not None:
        for name, value in policy.setting(row.rule, row.context).parameters:
            text = str(value) if isinstance(value, int) else " ".join(value)
            add_typed(made, "ValidationConstraintParameter", names.own("rule-parameter", name), text)
    add(add(made, "ConstraintStatus"), "Status", names.APPLIED)
    status = add(made, "ValidationStatus")
    held = {True: Indication.PASSED, False: Indication.FAILED, None: Indication.INDETERMINATE}
    add_indications(status, held[row.held], None)
    if row.reasons:
        add(made, "Indications", " ".join(row.reasons))
