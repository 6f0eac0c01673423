"""Signature and digest algorithms: what an identifier means, whether a value verifies, until when it is reliable.

One module per suite; `verify` never raises on hostile input, it answers with a `CryptoResult`.
"""

from policies.algorithms.model import AlgorithmFinding, AlgorithmPolicy, AlgorithmUse, CryptoResult
from policies.algorithms.policy import load_policy, policy_names
from policies.algorithms.registry import describe_signature, digest, key_bits, verify

__all__ = [
    "AlgorithmFinding",
    "AlgorithmPolicy",
    "AlgorithmUse",
    "CryptoResult",
    "describe_signature",
    "digest",
    "key_bits",
    "load_policy",
    "policy_names",
    "verify",
]
