"""The terms that every room shares, named as the standards name them.

Indications and sub-indications: ETSI EN 319 102-1 clause 5.1. Party and document kinds: the scopes that the
recognition instruments distinguish.
"""

from enum import StrEnum


class Indication(StrEnum):
    """Main status of a whole signature, of one building block, of a time-stamp or evidence record."""

    TOTAL_PASSED = "TOTAL-PASSED"
    TOTAL_FAILED = "TOTAL-FAILED"
    INDETERMINATE = "INDETERMINATE"
    PASSED = "PASSED"
    FAILED = "FAILED"
    NO_SIGNATURE = "NO-SIGNATURE"


class SubIndication(StrEnum):
    """Why a status is not PASSED (EN 319 102-1 clause 5.1.3, table 6)."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    SIG_CONSTRAINTS_FAILURE = "SIG_CONSTRAINTS_FAILURE"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    CERTIFICATE_CHAIN_GENERAL_FAILURE = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE_NO_POE = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    POLICY_PROCESSING_ERROR = "POLICY_PROCESSING_ERROR"
    SIGNATURE_POLICY_NOT_AVAILABLE = "SIGNATURE_POLICY_NOT_AVAILABLE"
    TIMESTAMP_ORDER_FAILURE = "TIMESTAMP_ORDER_FAILURE"
    NO_SIGNING_CERTIFICATE_FOUND = "NO_SIGNING_CERTIFICATE_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND_NO_POE = "NO_CERTIFICATE_CHAIN_FOUND_NO_POE"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    REVOKED_CA_NO_POE = "REVOKED_CA_NO_POE"
    OUT_OF_BOUNDS_NOT_REVOKED = "OUT_OF_BOUNDS_NOT_REVOKED"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    REVOCATION_OUT_OF_BOUNDS_NO_POE = "REVOCATION_OUT_OF_BOUNDS_NO_POE"
    NO_POE = "NO_POE"
    TRY_LATER = "TRY_LATER"
    SIGNED_DATA_NOT_FOUND = "SIGNED_DATA_NOT_FOUND"


class PartyKind(StrEnum):
    """Who acts: recognition instruments are scoped by the kinds of both sides."""

    NATURAL_PERSON = "natural-person"
    SOLE_TRADER = "sole-trader"
    LEGAL_PERSON = "legal-person"
    PUBLIC_AUTHORITY = "public-authority"
    COURT = "court"
    NOTARY = "notary"
    LAWYER = "lawyer"
    UNION_BODY = "union-body"


class DocumentKind(StrEnum):
    """What is signed, as far as an instrument distinguishes it."""

    CONTRACT = "contract"
    INVOICE = "invoice"
    WAYBILL = "waybill"
    COURT_FILING = "court-filing"
    COURT_DECISION = "court-decision"
    ADMINISTRATIVE = "administrative"
    LICENCE = "licence"
    CERTIFICATE_OF_ORIGIN = "certificate-of-origin"
    POWER_OF_ATTORNEY = "power-of-attorney"
    PROCUREMENT = "procurement"
    PAYMENT = "payment"
    OTHER = "other"


class SignatureLevel(StrEnum):
    """Legal level of a signature or seal, jurisdiction-neutral."""

    SIMPLE = "simple"
    ADVANCED = "advanced"
    ADVANCED_QUALIFIED_CERTIFICATE = "advanced-qc"
    QUALIFIED = "qualified"


class Mark(StrEnum):
    """How a fact about law or practice is known: read in a public text, believed from memory, or invented for the
    model space."""

    PUBLIC_TEXT = "public text"
    MEMORY = "memory"
    ILLUSTRATIVE = "illustrative"


class RecognitionDecision(StrEnum):
    """The second axis: is a technically judged signature given effect in the forum."""

    RECOGNISED = "RECOGNISED"
    NOT_RECOGNISED = "NOT-RECOGNISED"
    NOT_DECIDED = "NOT-DECIDED"
    NOT_ASKED = "NOT-ASKED"


class Severity(StrEnum):
    """How much a reason weighs in the verdict it belongs to."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
