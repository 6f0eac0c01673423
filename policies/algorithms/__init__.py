"""Signature and digest algorithms: what an identifier means, whether a value verifies, until when it is reliable.

One module per suite; `verify` never raises on hostile input, it answers with a `CryptoResult`.
"""

from policies.algorithms.digests import (
    DigestAlgorithm,
    RunningDigest,
    UnknownAlgorithmError,
    digest,
    digest_algorithm,
    digest_algorithms,
    digest_by_name,
    digest_supported,
    new_digest,
)
from policies.algorithms.model import (
    AlgorithmFinding,
    AlgorithmPolicy,
    AlgorithmStatus,
    AlgorithmUse,
    CatalogueRow,
    CryptoResult,
)
from policies.algorithms.policy import UnknownPolicyError, load_policy, policy_from_toml, policy_names
from policies.algorithms.registry import (
    cms_signature_algorithm,
    describe_key,
    describe_signature,
    key_bits,
    missing_part,
    on_test_parameters,
    spki_leniencies,
    verify,
    verify_cms,
)

__all__ = [
    "AlgorithmFinding",
    "AlgorithmPolicy",
    "AlgorithmStatus",
    "AlgorithmUse",
    "CatalogueRow",
    "CryptoResult",
    "DigestAlgorithm",
    "RunningDigest",
    "UnknownAlgorithmError",
    "UnknownPolicyError",
    "cms_signature_algorithm",
    "describe_key",
    "describe_signature",
    "digest",
    "digest_algorithm",
    "digest_algorithms",
    "digest_by_name",
    "digest_supported",
    "key_bits",
    "load_policy",
    "missing_part",
    "new_digest",
    "on_test_parameters",
    "policy_from_toml",
    "policy_names",
    "spki_leniencies",
    "verify",
    "verify_cms",
]
