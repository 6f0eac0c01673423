"""What each state, union and third country is: law, levels, identifiers, certificate practice, tolerances, as data."""

from policies.jurisdictions.levels import claimed_level, rank
from policies.jurisdictions.loader import UnknownJurisdictionError, jurisdictions, load_jurisdiction, unions_of
from policies.jurisdictions.model import (
    CertificateClaims,
    IdentifierRule,
    Jurisdiction,
    JurisdictionKind,
    LegalText,
    Leniency,
    LevelRule,
    ProfileFact,
)

__all__ = [
    "CertificateClaims",
    "IdentifierRule",
    "Jurisdiction",
    "JurisdictionKind",
    "LegalText",
    "Leniency",
    "LevelRule",
    "ProfileFact",
    "UnknownJurisdictionError",
    "claimed_level",
    "jurisdictions",
    "load_jurisdiction",
    "rank",
    "unions_of",
]
