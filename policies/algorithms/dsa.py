"""DSA (FIPS 186-4, RFC 3279 2.2.2 and 2.3.2, RFC 5758 3.1): read only, for old hierarchies.

Domain parameters may be absent from a key and inherited from the issuer (RFC 5280 4.1.2.7, 6.1.4 (e)).
"""

from functools import partial

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa

from policies.algorithms.digests import DigestAlgorithm, digest_by_name
from policies.algorithms.encoding import INTEGER, MalformedError, UnsupportedError, integer, only, positive, sequence
from policies.algorithms.identifiers import AlgorithmIdentifier, SubjectPublicKeyInfo
from policies.algorithms.model import AlgorithmUse, CryptoResult
from policies.algorithms.suite import Check, LoadedKey, SignatureScheme, Suite

DSA = "1.2.840.10040.4.1"
SIZES = {(1024, 160), (2048, 224), (2048, 256), (3072, 256)}

DIGESTS = {
    "1.2.840.10040.4.3": "SHA-1",
    "2.16.840.1.101.3.4.3.1": "SHA-224",
    "2.16.840.1.101.3.4.3.2": "SHA-256",
    "2.16.840.1.101.3.4.3.3": "SHA-384",
    "2.16.840.1.101.3.4.3.4": "SHA-512",
    "2.16.840.1.101.3.4.3.5": "SHA3-224",
    "2.16.840.1.101.3.4.3.6": "SHA3-256",
    "2.16.840.1.101.3.4.3.7": "SHA3-384",
    "2.16.840.1.101.3.4.3.8": "SHA3-512",
}


def load_key(info: SubjectPublicKeyInfo, inherited: bytes | None) -> LoadedKey:
    """The integer y with its own parameters or, when it has none, the `inherited` Dss-Parms (DER)."""
    parameters = inherited if info.algorithm.parameters_absent_or_null else info.algorithm.parameters
    if parameters is None:
        raise MalformedError("DSA parameters are neither present nor inherited")
    numbers = [positive(element) for element in sequence(parameters)]
    if len(numbers) != 3:
        raise MalformedError("Dss-Parms")
    p, q, g = numbers
    y = integer(only(info.key, INTEGER))
    if (p.bit_length(), q.bit_length()) not in SIZES:
        raise UnsupportedError("DSA parameter sizes")
    if not 1 < g < p or not 1 < y < p or p % 2 == 0:
        raise MalformedError("DSA numbers")
    return LoadedKey(AlgorithmUse("DSA", p.bit_length(), "signature"), _key(p, q, g, y))


def bare_use(info: SubjectPublicKeyInfo) -> AlgorithmUse | None:
    """The use of a key whose parameters are inherited and not at hand; None when it has its own or is malformed.

    y is smaller than p, so its length rounded up to 64 bits never overstates the size of the key.
    """
    if not info.algorithm.parameters_absent_or_null:
        return None
    try:
        y = integer(only(info.key, INTEGER))
    except MalformedError:
        return None
    return AlgorithmUse("DSA", -(-y.bit_length() // 64) * 64, "signature") if y > 1 else None


def _key(p: int, q: int, g: int, y: int) -> dsa.DSAPublicKey:
    try:
        return dsa.DSAPublicNumbers(y, dsa.DSAParameterNumbers(p, q, g)).public_key()
    except ValueError:
        raise MalformedError("DSA numbers") from None


def _verify(key: dsa.DSAPublicKey, digest: DigestAlgorithm, message: bytes, signature: bytes) -> CryptoResult:
    assert digest.primitive is not None
    try:
        key.verify(signature, message, digest.primitive)
    except (InvalidSignature, ValueError):
        return CryptoResult.INVALID
    except UnsupportedAlgorithm:
        return CryptoResult.UNSUPPORTED
    return CryptoResult.VALID


def _digests(identifier: AlgorithmIdentifier) -> tuple[DigestAlgorithm, ...]:
    # NULL was common before RFC 3279 asked for absence, and changes nothing.
    if not identifier.parameters_absent_or_null:
        raise MalformedError("DSA signature parameters must be absent (RFC 3279 2.2.2)")
    return (digest_by_name(DIGESTS[identifier.oid]),)


def _prepare(identifier: AlgorithmIdentifier, key: LoadedKey) -> Check:
    assert isinstance(key.material, dsa.DSAPublicKey)
    return partial(_verify, key.material, _digests(identifier)[0])


_SCHEME = SignatureScheme(frozenset({DSA}), _digests, _prepare)

SUITE = Suite(
    name="dsa",
    keys={DSA: load_key},
    signatures=dict.fromkeys(DIGESTS, _SCHEME),
    cms={(DSA, name): oid for oid, name in DIGESTS.items()},
    cms_digests={},
)
