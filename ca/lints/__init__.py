"""The inline lints: no certificate is prepared that breaks one of these rules.

The bytes are read back by other code than wrote them, so that a fault of the writer is found before the key is used.
The rules are those that a general linter lets through (EN 319 412, bridges) and those whose breach has revoked
certificates by the million elsewhere. Each rule is named after its standard.
"""

from ca.lints import bridge, etsi, rfc5280
from ca.lints.model import RULES, Finding, Subject, subject_of

__all__ = ["RULES", "Finding", "Subject", "bridge", "etsi", "findings", "rfc5280", "subject_of"]


def findings(subject: Subject) -> tuple[Finding, ...]:
    """Every breach, in the order of the rules; empty for a certificate that may be issued."""
    return tuple(
        Finding(rule, text) for rule in RULES.values() if rule.applies(subject.plan) for text in rule.check(subject)
    )
