"""Ed25519 and Ed448 (RFC 8032, RFC 8410, RFC 8419): pure mode, parameters absent."""

from functools import partial

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from policies.algorithms.digests import DigestAlgorithm
from policies.algorithms.encoding import MalformedError, UnsupportedError
from policies.algorithms.identifiers import AlgorithmIdentifier, SubjectPublicKeyInfo
from policies.algorithms.model import AlgorithmUse, CryptoResult
from policies.algorithms.suite import Check, LoadedKey, SignatureScheme, Suite

ED25519, ED448 = "1.3.101.112", "1.3.101.113"


def load_key(info: SubjectPublicKeyInfo, _inherited: bytes | None) -> LoadedKey:
    """The raw public key of 32 or 57 octets."""
    if info.algorithm.parameters is not None:
        raise MalformedError("EdDSA parameters must be absent (RFC 8410 3)")
    name, bits, loader = (
        ("Ed25519", 256, Ed25519PublicKey.from_public_bytes)
        if info.algorithm.oid == ED25519
        else ("Ed448", 456, Ed448PublicKey.from_public_bytes)
    )
    try:
        return LoadedKey(AlgorithmUse(name, bits, "signature"), loader(info.key))
    except UnsupportedAlgorithm:
        raise UnsupportedError(name) from None
    except ValueError:
        raise MalformedError("EdDSA public key") from None


def _verify(key: Ed25519PublicKey | Ed448PublicKey, message: bytes, signature: bytes) -> CryptoResult:
    try:
        key.verify(signature, message)
    except (InvalidSignature, ValueError):
        return CryptoResult.INVALID
    return CryptoResult.VALID


def _digests(identifier: AlgorithmIdentifier) -> tuple[DigestAlgorithm, ...]:
    if identifier.parameters is not None:
        raise MalformedError("EdDSA parameters must be absent (RFC 8410 3)")
    return ()


def _prepare(identifier: AlgorithmIdentifier, key: LoadedKey) -> Check:
    _digests(identifier)
    assert isinstance(key.material, Ed25519PublicKey | Ed448PublicKey)
    return partial(_verify, key.material)


SUITE = Suite(
    name="eddsa",
    keys={ED25519: load_key, ED448: load_key},
    signatures={oid: SignatureScheme(frozenset({oid}), _digests, _prepare) for oid in (ED25519, ED448)},
    cms={},
    cms_digests={},
)
