"""SLH-DSA (FIPS 205, RFC 9909, RFC 9814): twelve parameter sets, pure and pre-hashed, empty context, parameters absent.

The arithmetic is that of the package `slh-dsa`, an optional part of the installation (`EXTRA`); without it every use is
unsupported, and `missing_part` of the registry says which part is missing. Verifying costs 2 to 12 ms.
"""

from collections.abc import Callable
from functools import cache, partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from policies.algorithms.digests import DigestAlgorithm
from policies.algorithms.encoding import MalformedError, UnsupportedError
from policies.algorithms.identifiers import AlgorithmIdentifier, SubjectPublicKeyInfo
from policies.algorithms.model import AlgorithmUse, CryptoResult
from policies.algorithms.suite import Check, LoadedKey, SignatureScheme, Suite

if TYPE_CHECKING:
    from slhdsa import PublicKey
    from slhdsa.lowlevel.parameters import Parameter

EXTRA = "post-quantum"
PURE, PREHASHED = 20, 35
_ARC = "2.16.840.1.101.3.4.3."
# In the order of the object identifiers (NIST computer security objects register).
SETS = tuple(f"{family}_{bits}{kind}" for family in ("sha2", "shake") for bits in (128, 192, 256) for kind in "sf")
PURE_OIDS = {f"{_ARC}{PURE + at}": name for at, name in enumerate(SETS)}
PREHASHED_OIDS = {f"{_ARC}{PREHASHED + at}": name for at, name in enumerate(SETS)}
_NAMES = PURE_OIDS | PREHASHED_OIDS
_STRONGEST = frozenset({"SHA-512", "SHA3-512", "SHAKE256"})
_STRONG = _STRONGEST | {"SHA-384", "SHA3-384"}
# RFC 9814 4 names digests per set; stronger ones are made by OpenSSL and Bouncy Castle and weaken nothing.
_CMS_DIGESTS = {128: _STRONG | {"SHA-256", "SHA-512/256", "SHA3-256", "SHAKE128"}, 192: _STRONG, 256: _STRONGEST}


@cache
def available() -> bool:
    """Whether the optional part that computes SLH-DSA is installed."""
    return find_spec("slhdsa") is not None


def parameter_set(name: str) -> "Parameter":
    """The parameters of a set by its name in `SETS`. Raises UnsupportedError when the optional part is missing."""
    if not available():
        raise UnsupportedError(f"SLH-DSA needs the optional part {EXTRA}")
    import slhdsa

    found: Parameter = getattr(slhdsa, name)
    return found


def bits_of(name: str) -> int:
    """The 128, 192 or 256 in the name of a set: its claimed strength, by which policies order the sets."""
    return int(name.rstrip("sf").rpartition("_")[2])


def load_key(info: SubjectPublicKeyInfo, _inherited: bytes | None) -> LoadedKey:
    """The raw public key of 32, 48 or 64 octets: PK.seed, PK.root (RFC 9909 4)."""
    if info.algorithm.parameters is not None:
        raise MalformedError("SLH-DSA parameters must be absent (RFC 9909 3)")
    name = _NAMES[info.algorithm.oid]
    bits = bits_of(name)
    if len(info.key) != bits // 4:
        raise MalformedError("SLH-DSA public key")
    parameters = parameter_set(name)
    from slhdsa import PublicKey

    return LoadedKey(AlgorithmUse("SLH-DSA", bits, "signature"), PublicKey.from_digest(info.key, parameters))


def _verify(check: Callable[[bytes, bytes], bool], message: bytes, signature: bytes) -> CryptoResult:
    return CryptoResult.VALID if check(message, signature) else CryptoResult.INVALID


def _digests(identifier: AlgorithmIdentifier) -> tuple[DigestAlgorithm, ...]:
    # The digest of the pre-hashed form is part of the set and no weaker than it, so a policy judges the set.
    if identifier.parameters is not None:
        raise MalformedError("SLH-DSA parameters must be absent (RFC 9909 3)")
    return ()


def _prepare(identifier: AlgorithmIdentifier, key: LoadedKey) -> Check:
    _digests(identifier)
    material: PublicKey = key.material  # type: ignore[assignment]
    return partial(_verify, material.verify_pure if identifier.oid in PURE_OIDS else material.verify_hash)


SUITE = Suite(
    name="slh-dsa",
    keys=dict.fromkeys(_NAMES, load_key),
    # RFC 9909 3: a key that names the pre-hashed form signs in that form only, any other key in the pure one.
    signatures={oid: SignatureScheme(frozenset({oid}), _digests, _prepare) for oid in _NAMES},
    cms={},
    # RFC 9814 admits the pure form only.
    cms_digests={oid: _CMS_DIGESTS[bits_of(name)] for oid, name in PURE_OIDS.items()}
    | dict.fromkeys(PREHASHED_OIDS, frozenset[str]()),
)
