"""ML-DSA (FIPS 204, RFC 9881, RFC 9882): pure mode, empty context, parameters absent."""

from functools import partial

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey, MLDSA65PublicKey, MLDSA87PublicKey

from policies.algorithms.digests import DigestAlgorithm
from policies.algorithms.encoding import MalformedError, UnsupportedError
from policies.algorithms.identifiers import AlgorithmIdentifier, SubjectPublicKeyInfo
from policies.algorithms.model import AlgorithmUse, CryptoResult
from policies.algorithms.suite import Check, LoadedKey, SignatureScheme, Suite

MLDSAPublicKey = MLDSA44PublicKey | MLDSA65PublicKey | MLDSA87PublicKey

ML_DSA_44, ML_DSA_65, ML_DSA_87 = (f"2.16.840.1.101.3.4.3.{last}" for last in (17, 18, 19))
# The policy's "bits" of a lattice scheme are those of its parameter set's name, which orders them by strength.
_SETS: dict[str, tuple[int, type[MLDSAPublicKey]]] = {
    ML_DSA_44: (44, MLDSA44PublicKey),
    ML_DSA_65: (65, MLDSA65PublicKey),
    ML_DSA_87: (87, MLDSA87PublicKey),
}
_STRONGEST = frozenset({"SHA-512", "SHA3-512", "SHAKE256"})
_STRONG = _STRONGEST | {"SHA-384", "SHA3-384"}


def load_key(info: SubjectPublicKeyInfo, _inherited: bytes | None) -> LoadedKey:
    """The raw public key of 1312, 1952 or 2592 octets."""
    if info.algorithm.parameters is not None:
        raise MalformedError("ML-DSA parameters must be absent (RFC 9881 2)")
    number, kind = _SETS[info.algorithm.oid]
    try:
        return LoadedKey(AlgorithmUse("ML-DSA", number, "signature"), kind.from_public_bytes(info.key))
    except UnsupportedAlgorithm:
        raise UnsupportedError("ML-DSA") from None
    except ValueError:
        raise MalformedError("ML-DSA public key") from None


def _verify(key: MLDSAPublicKey, message: bytes, signature: bytes) -> CryptoResult:
    try:
        key.verify(signature, message)
    except (InvalidSignature, ValueError):
        return CryptoResult.INVALID
    return CryptoResult.VALID


def _digests(identifier: AlgorithmIdentifier) -> tuple[DigestAlgorithm, ...]:
    if identifier.parameters is not None:
        raise MalformedError("ML-DSA parameters must be absent (RFC 9881 2)")
    return ()


def _prepare(identifier: AlgorithmIdentifier, key: LoadedKey) -> Check:
    _digests(identifier)
    assert isinstance(key.material, MLDSAPublicKey)
    return partial(_verify, key.material)


SUITE = Suite(
    name="ml-dsa",
    keys=dict.fromkeys(_SETS, load_key),
    signatures={oid: SignatureScheme(frozenset({oid}), _digests, _prepare) for oid in _SETS},
    cms={},
    cms_digests={
        ML_DSA_44: _STRONG | {"SHA-256", "SHA-512/256", "SHA3-256"},
        ML_DSA_65: _STRONG,
        ML_DSA_87: _STRONGEST,
    },
)
