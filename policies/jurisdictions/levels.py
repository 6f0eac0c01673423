"""Decides which local class of signature a certificate claims (ETSI EN 319 412-5, national OIDs).

A claim only: "qualified" never follows from the certificate alone, the trust list of the state has to confirm it.
"""

from policies.jurisdictions.model import CertificateClaims, Jurisdiction, Legislation, LevelProof, LevelRule
from policies.vocabulary import SignatureLevel

_ORDER = tuple(SignatureLevel)


def rank(level: SignatureLevel) -> int:
    """The place of a level, 0 for the weakest; a greater number satisfies a smaller one."""
    return _ORDER.index(level)


def claimed_level(jurisdiction: Jurisdiction, claims: CertificateClaims) -> LevelRule | None:
    """The strongest class of `jurisdiction` that the certificate carries a proof of; None when it carries none."""
    proved = [
        rule for rule in jurisdiction.levels if any(_holds(proof, claims, jurisdiction.code) for proof in rule.proofs)
    ]
    return max(proved, key=lambda rule: rank(rule.level), default=None)


def _holds(proof: LevelProof, claims: CertificateClaims, code: str) -> bool:
    return (
        (not proof.policies or bool(proof.policies & claims.policies))
        and proof.qc_statements <= claims.qc_statements
        and (not proof.extended_key_usages or bool(proof.extended_key_usages & claims.extended_key_usages))
        and _legislation_holds(proof.legislation, claims.qc_legislation, code)
    )


def _legislation_holds(wanted: Legislation, stated: tuple[str, ...] | None, code: str) -> bool:
    if wanted is Legislation.OWN:
        return stated is not None and code in stated
    return wanted is Legislation.ANY or stated is None
