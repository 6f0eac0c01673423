"""What a signature identifier fixes about its key, and how much an attacker has to spend on one (SP 800-57 Part 1)."""

from collections.abc import Mapping
from types import MappingProxyType

from policies.algorithms import composite, mldsa, slhdsa
from policies.algorithms.model import AlgorithmUse

_BIGN = "1.2.112.0.2.0.34.101.45."
SIZES: Mapping[str, int] = MappingProxyType(
    {
        "1.3.101.112": 256,
        "1.3.101.113": 456,
        mldsa.ML_DSA_44: 44,
        mldsa.ML_DSA_65: 65,
        mldsa.ML_DSA_87: 87,
        **{oid: slhdsa.bits_of(name) for oid, name in (slhdsa.PURE_OIDS | slhdsa.PREHASHED_OIDS).items()},
        **{oid: item.level for oid, item in composite.COMPOSITES.items()},
        "1.2.643.2.2.3": 256,
        "1.2.643.7.1.1.3.2": 256,
        "1.2.643.7.1.1.3.3": 512,
        "1.2.398.3.10.1.1.1.2": 256,
        "1.2.398.3.10.1.1.2.3.1": 256,
        "1.2.398.3.10.1.1.2.3.2": 512,
        "1.3.6.1.4.1.6801.1.2.2": 256,
        f"{_BIGN}12": 256,
        f"{_BIGN}13": 256,
        f"{_BIGN}14": 384,
        f"{_BIGN}15": 512,
        "1.2.156.10197.1.501": 256,
    }
)
"""Signature OID → the size in bits (as policies count it) of the only keys it is met with; no entry where the key
decides."""

# NIST SP 800-57 Part 1 Rev. 5, table 2: moduli from this size up are as strong as that many bits.
_FACTORING = ((15_360, 256), (7_680, 192), (3_072, 128), (1_900, 112), (1_024, 80))
_MODULAR = frozenset({"RSA", "RSASSA-PSS", "DSA"})
# Strengths that do not follow from the size: FIPS 204 table 1 (categories 2, 3, 5), RFC 8032, known collisions.
_FIXED = {
    ("Ed25519", 256): 128,
    ("Ed448", 456): 224,
    ("ML-DSA", 44): 128,
    ("ML-DSA", 65): 192,
    ("ML-DSA", 87): 256,
    # At least as strong as the lattice half alone: both have to verify.
    (composite.NAME, 44): 128,
    (composite.NAME, 65): 192,
    (composite.NAME, 87): 256,
    ("MD5", 128): 18,
    ("SHA-1", 160): 61,
    ("GOST94-CryptoPro", 256): 105,
    ("GOST94-Test", 256): 105,
}


def strength(use: AlgorithmUse) -> int:
    """Bits of classical security of a use, at least; for a digest against collisions. 0 below every known table."""
    fixed = _FIXED.get((use.name, use.bits))
    if fixed is not None:
        return fixed
    if use.name in _MODULAR:
        return next((bits for size, bits in _FACTORING if use.bits >= size), 0)
    if use.name == "SLH-DSA":
        return use.bits
    # A group of that order (Pollard's rho) or a digest of that length (birthdays).
    return min(use.bits // 2, 256)
