"""The values that certificate extensions carry (RFC 5280 4.2), frozen, with the standard's own names."""

from dataclasses import dataclass
from typing import NamedTuple

from validator.path.general_name import GeneralName

ANY_POLICY = "2.5.29.32.0"
ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0"
PRACTICE_STATEMENT, USER_NOTICE = "1.3.6.1.5.5.7.2.1", "1.3.6.1.5.5.7.2.2"
POLICY_QUALIFIERS = frozenset({PRACTICE_STATEMENT, USER_NOTICE})
"""The practice statement's address and the user notice (4.2.1.4)."""

SUBJECT_DIRECTORY_ATTRIBUTES = "2.5.29.9"
SUBJECT_KEY_IDENTIFIER = "2.5.29.14"
KEY_USAGE = "2.5.29.15"
PRIVATE_KEY_USAGE_PERIOD = "2.5.29.16"
SUBJECT_ALT_NAME = "2.5.29.17"
ISSUER_ALT_NAME = "2.5.29.18"
BASIC_CONSTRAINTS = "2.5.29.19"
NAME_CONSTRAINTS = "2.5.29.30"
CRL_DISTRIBUTION_POINTS = "2.5.29.31"
CERTIFICATE_POLICIES = "2.5.29.32"
POLICY_MAPPINGS = "2.5.29.33"
AUTHORITY_KEY_IDENTIFIER = "2.5.29.35"
POLICY_CONSTRAINTS = "2.5.29.36"
EXTENDED_KEY_USAGE = "2.5.29.37"
FRESHEST_CRL = "2.5.29.46"
INHIBIT_ANY_POLICY = "2.5.29.54"
NO_REV_AVAIL = "2.5.29.56"
AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1"
QC_STATEMENTS = "1.3.6.1.5.5.7.1.3"
SUBJECT_INFO_ACCESS = "1.3.6.1.5.5.7.1.11"
TLS_FEATURE = "1.3.6.1.5.5.7.1.24"
OCSP_NO_CHECK = "1.3.6.1.5.5.7.48.1.5"
VALIDITY_ASSURED_SHORT_TERM = "0.4.0.194121.2.1"

EXTENSION_NAMES = {
    SUBJECT_DIRECTORY_ATTRIBUTES: "subjectDirectoryAttributes",
    SUBJECT_KEY_IDENTIFIER: "subjectKeyIdentifier",
    KEY_USAGE: "keyUsage",
    PRIVATE_KEY_USAGE_PERIOD: "privateKeyUsagePeriod",
    SUBJECT_ALT_NAME: "subjectAltName",
    ISSUER_ALT_NAME: "issuerAltName",
    BASIC_CONSTRAINTS: "basicConstraints",
    NAME_CONSTRAINTS: "nameConstraints",
    CRL_DISTRIBUTION_POINTS: "cRLDistributionPoints",
    CERTIFICATE_POLICIES: "certificatePolicies",
    POLICY_MAPPINGS: "policyMappings",
    AUTHORITY_KEY_IDENTIFIER: "authorityKeyIdentifier",
    POLICY_CONSTRAINTS: "policyConstraints",
    EXTENDED_KEY_USAGE: "extKeyUsage",
    FRESHEST_CRL: "freshestCRL",
    INHIBIT_ANY_POLICY: "inhibitAnyPolicy",
    NO_REV_AVAIL: "noRevAvail",
    AUTHORITY_INFO_ACCESS: "authorityInfoAccess",
    SUBJECT_INFO_ACCESS: "subjectInfoAccess",
    QC_STATEMENTS: "qcStatements",
    OCSP_NO_CHECK: "ocspNoCheck",
}

KEY_USAGE_BITS = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)
REVOCATION_REASON_BITS = (
    "unused",
    "keyCompromise",
    "cACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
    "privilegeWithdrawn",
    "aACompromise",
)


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension as found: dotted OID, criticality, contents octets of extnValue."""

    oid: str
    critical: bool
    value: bytes

    @property
    def label(self) -> str:
        """The standard's name where there is one, else the OID."""
        return EXTENSION_NAMES.get(self.oid, self.oid)


@dataclass(frozen=True, slots=True)
class BasicConstraints:
    """cA and pathLenConstraint (4.2.1.9); `path_length` None when absent."""

    ca: bool
    path_length: int | None


class AuthorityKeyIdentifier(NamedTuple):
    """Key identifier, issuer and serial of the issuer's certificate (4.2.1.1); each None or empty when absent."""

    key_id: bytes | None
    issuer: tuple[GeneralName, ...]
    serial: int | None


@dataclass(frozen=True, slots=True)
class PolicyInformation:
    """One policy with its qualifiers: (qualifier OID, DER of the qualifier)."""

    policy: str
    qualifiers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class PolicyConstraints:
    """Skip counts (4.2.1.11), None when the field is absent."""

    require_explicit_policy: int | None
    inhibit_policy_mapping: int | None


@dataclass(frozen=True, slots=True)
class NameConstraints:
    """Permitted and excluded subtrees' bases (4.2.1.10); None when the field is absent."""

    permitted: tuple[GeneralName, ...] | None
    excluded: tuple[GeneralName, ...] | None


@dataclass(frozen=True, slots=True)
class DistributionPoint:
    """One CRL distribution point (4.2.1.13).

    `full_name` or `relative_name` (the RDN's comparison key, to be appended to the CRL issuer's name) or neither;
    `reasons` as bit set over REVOCATION_REASON_BITS, None for all; `crl_issuer` empty when the certificate's issuer
    issues the CRL.
    """

    full_name: tuple[GeneralName, ...]
    relative_name: bytes | None
    reasons: int | None
    crl_issuer: tuple[GeneralName, ...]


@dataclass(frozen=True, slots=True)
class AccessDescription:
    """One entry of authorityInfoAccess or subjectInfoAccess: method OID and location."""

    method: str
    location: GeneralName
