"""Trust lists: what a published list says, and what follows from it for certificates, signatures and time-stamps."""

from policies.trustlists.agreement import (
    Agreement,
    ContentMapping,
    Equivalence,
    EquivalencePeriod,
    ServiceKey,
    StatusMapping,
)
from policies.trustlists.criteria import CertificateContent, CriteriaList
from policies.trustlists.entries import CertificateType, ServiceFact
from policies.trustlists.model import (
    DigitalIdentity,
    ListPointer,
    Provider,
    Scheme,
    ServicePeriod,
    TrustList,
    TrustService,
)
from policies.trustlists.qualification import (
    CertificateQualification,
    Level,
    qualify_certificate,
    qualify_signature,
    qualify_timestamp,
)

__all__ = [
    "Agreement",
    "CertificateContent",
    "CertificateQualification",
    "CertificateType",
    "ContentMapping",
    "CriteriaList",
    "DigitalIdentity",
    "Equivalence",
    "EquivalencePeriod",
    "Level",
    "ListPointer",
    "Provider",
    "Scheme",
    "ServiceFact",
    "ServiceKey",
    "ServicePeriod",
    "StatusMapping",
    "TrustList",
    "TrustService",
    "qualify_certificate",
    "qualify_signature",
    "qualify_timestamp",
]
