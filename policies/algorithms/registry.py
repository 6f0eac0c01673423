"""Finds the suite of a signature and verifies it: the one door to every algorithm.

The hot path is one look-up: algorithm identifier and key octets lead to a prepared check, kept in a bounded cache.
"""

from functools import lru_cache

from policies.algorithms import (
    bign,
    composite,
    dsa,
    ecdsa,
    eddsa,
    gost,
    gost_kg,
    gost_kz,
    gost_ru,
    mldsa,
    rsa,
    slhdsa,
    sm2,
)
from policies.algorithms.digests import digest, digest_of_identifier
from policies.algorithms.encoding import (
    MalformedError,
    MismatchError,
    UnsupportedError,
    encode_object_identifier,
)
from policies.algorithms.identifiers import (
    MAX_ALGORITHM,
    MAX_PUBLIC_KEY,
    AlgorithmIdentifier,
    algorithm_identifier,
    encode_algorithm,
    subject_public_key_info,
)
from policies.algorithms.model import AlgorithmUse, CryptoResult
from policies.algorithms.suite import Check, LoadedKey, Suite

SUITES: tuple[Suite, ...] = (
    rsa.SUITE,
    ecdsa.SUITE,
    dsa.SUITE,
    eddsa.SUITE,
    mldsa.SUITE,
    slhdsa.SUITE,
    composite.SUITE,
    gost_ru.SUITE,
    gost_kz.SUITE,
    gost_kg.SUITE,
    bign.SUITE,
    sm2.SUITE,
)
MAX_SIGNATURE = 65_536
KEY_CACHE, CHECK_CACHE = 8_192, 8_192

__all__ = [
    "SUITES",
    "cms_signature_algorithm",
    "describe_key",
    "describe_signature",
    "digest",
    "forget_keys",
    "key_bits",
    "missing_part",
    "on_test_parameters",
    "spki_leniencies",
    "verify",
    "verify_cms",
]

_PARAMETERS_WITHIN = 64
_TEST_NAMES = tuple(
    encode_object_identifier(oid) for oid, domain in gost_ru.SETS.items() if domain in gost.TEST_DOMAINS
)
# What all of them have in common: the contents of 1.2.643.
_TEST_ARC = b"\x2a\x85\x03"
_keys = {oid: loader for suite in SUITES for oid, loader in suite.keys.items()}
_signatures = {oid: scheme for suite in SUITES for oid, scheme in suite.signatures.items()}
_cms = {pair: oid for suite in SUITES for pair, oid in suite.cms.items()}
_cms_keys = frozenset(key for key, _ in _cms)
_cms_digests = {oid: names for suite in SUITES for oid, names in suite.cms_digests.items()}


@lru_cache(maxsize=KEY_CACHE)
def _load(spki_der: bytes, dsa_parameters: bytes | None) -> LoadedKey | CryptoResult:
    """The loaded key, or why it cannot be loaded (cached too, so that a bad key costs once)."""
    try:
        info = subject_public_key_info(spki_der)
        loader = _keys.get(info.algorithm.oid)
        return CryptoResult.UNSUPPORTED if loader is None else loader(info, dsa_parameters)
    except MalformedError:
        return CryptoResult.MALFORMED
    except UnsupportedError:
        return CryptoResult.UNSUPPORTED
    except (ValueError, TypeError, OverflowError):
        return CryptoResult.MALFORMED


@lru_cache(maxsize=CHECK_CACHE)
def _check(algorithm_der: bytes, spki_der: bytes, dsa_parameters: bytes | None) -> Check | CryptoResult:
    try:
        identifier = algorithm_identifier(algorithm_der)
        scheme = _signatures.get(identifier.oid)
        if scheme is None:
            return CryptoResult.UNSUPPORTED
        key = _load(spki_der, dsa_parameters)
        if isinstance(key, CryptoResult):
            return key
        # A known signature algorithm met with a key of another one was certainly not made by that key.
        if subject_public_key_info(spki_der).algorithm.oid not in scheme.keys:
            return CryptoResult.INVALID
        return scheme.prepare(identifier, key)
    except MismatchError:
        return CryptoResult.INVALID
    except MalformedError:
        return CryptoResult.MALFORMED
    except UnsupportedError:
        return CryptoResult.UNSUPPORTED


def verify(
    algorithm_der: bytes, spki_der: bytes, message: bytes, signature: bytes, *, dsa_parameters: bytes | None = None
) -> CryptoResult:
    """Whether `signature` over `message` verifies.

    `algorithm_der` is the DER AlgorithmIdentifier of the signature, `spki_der` the DER SubjectPublicKeyInfo of the
    signer, `signature` the octets of the BIT STRING without the count of unused bits, `dsa_parameters` the DER
    Dss-Parms to inherit when the key has none (RFC 5280 4.1.2.7). Never raises: what no suite knows is UNSUPPORTED,
    what breaks its standard MALFORMED, a key of another algorithm INVALID.
    """
    if len(spki_der) > MAX_PUBLIC_KEY or len(algorithm_der) > MAX_ALGORITHM or len(signature) > MAX_SIGNATURE:
        return CryptoResult.MALFORMED
    if dsa_parameters is not None and len(dsa_parameters) > MAX_PUBLIC_KEY:
        return CryptoResult.MALFORMED
    check = _check(algorithm_der, spki_der, dsa_parameters)
    return check if isinstance(check, CryptoResult) else check(message, signature)


@lru_cache(maxsize=1_024)
def _cms_algorithm(signature_der: bytes, digest_der: bytes, signed_attributes: bool) -> bytes | CryptoResult:
    try:
        identifier = algorithm_identifier(signature_der)
        name = digest_of_identifier(digest_der).name
        if _digest_refused(identifier, name, signed_attributes):
            return CryptoResult.MALFORMED
        if identifier.oid in _cms_keys:
            return _combined(identifier, name)
        if identifier.oid in ecdsa.SUITE.signatures and identifier.parameters_absent_or_null:
            # Widespread in CMS although RFC 5754 3.3 asks for absence; certificates are held to the letter.
            return encode_algorithm(identifier.oid)
        return signature_der
    except MalformedError:
        return CryptoResult.MALFORMED
    except UnsupportedError:
        return CryptoResult.UNSUPPORTED


def _digest_refused(identifier: AlgorithmIdentifier, digest_name: str, signed_attributes: bool) -> bool:
    allowed = _cms_digests.get(identifier.oid)
    if allowed is None or digest_name in allowed:
        return False
    scheme = _signatures.get(identifier.oid)
    # A scheme without a digest of its own signs content as it is, beside which the digest says nothing (RFC 9882 3.3).
    return signed_attributes or scheme is None or bool(scheme.digests(identifier))


def _combined(identifier: AlgorithmIdentifier, digest_name: str) -> bytes | CryptoResult:
    if not identifier.parameters_absent_or_null:
        return CryptoResult.MALFORMED
    oid = _cms.get((identifier.oid, digest_name))
    return CryptoResult.UNSUPPORTED if oid is None else encode_algorithm(oid)


def cms_signature_algorithm(
    signature_algorithm_der: bytes, digest_algorithm_der: bytes, *, signed_attributes: bool = True
) -> bytes | CryptoResult:
    """The DER AlgorithmIdentifier that a SignerInfo means: a bare key algorithm (rsaEncryption, id-ecPublicKey,
    id-dsa, GOST R 34.10) is combined with the digest algorithm (RFC 3370 3.2, RFC 5753 2.1.1, RFC 4490 3), others
    stand for themselves.

    Returns MALFORMED or UNSUPPORTED instead when the pair is not allowed: not strong enough (RFC 9882 3.3 for ML-DSA),
    or not the digest that the suite fixes.
    """
    if len(signature_algorithm_der) > MAX_ALGORITHM or len(digest_algorithm_der) > MAX_ALGORITHM:
        return CryptoResult.MALFORMED
    return _cms_algorithm(signature_algorithm_der, digest_algorithm_der, signed_attributes)


def verify_cms(
    signature_algorithm_der: bytes,
    digest_algorithm_der: bytes,
    spki_der: bytes,
    message: bytes,
    signature: bytes,
    *,
    signed_attributes: bool = True,
) -> CryptoResult:
    """`verify` for a SignerInfo (RFC 5652 5.6).

    `message` is what was signed: the DER of the signed attributes with the SET OF tag, or the content itself. Never
    raises.
    """
    algorithm = cms_signature_algorithm(
        signature_algorithm_der, digest_algorithm_der, signed_attributes=signed_attributes
    )
    return algorithm if isinstance(algorithm, CryptoResult) else verify(algorithm, spki_der, message, signature)


def describe_key(spki_der: bytes, *, dsa_parameters: bytes | None = None) -> AlgorithmUse:
    """The use that a public key stands for; its OID as name and 0 bits when no suite knows it, "malformed" when it
    cannot be read or is no key of its algorithm, so that no policy ever finds it reliable. A DSA key that inherits its
    parameters is sized without them when they are not given."""
    if len(spki_der) > MAX_PUBLIC_KEY:
        return AlgorithmUse("malformed", 0, "signature")
    key = _load(spki_der, dsa_parameters)
    if isinstance(key, LoadedKey):
        return key.use
    try:
        info = subject_public_key_info(spki_der)
    except MalformedError:
        return AlgorithmUse("malformed", 0, "signature")
    bare = dsa.bare_use(info) if info.algorithm.oid == dsa.DSA and dsa_parameters is None else None
    return bare or AlgorithmUse("malformed" if key is CryptoResult.MALFORMED else info.algorithm.oid, 0, "signature")


def describe_signature(
    algorithm_der: bytes, spki_der: bytes, *, dsa_parameters: bytes | None = None
) -> tuple[AlgorithmUse, ...]:
    """The uses that a signature stands on: its digests, then the signature algorithm with the key's bits.

    An algorithm that is unknown or malformed appears by its OID (or "malformed") with 0 bits.
    """
    if len(algorithm_der) > MAX_ALGORITHM or len(spki_der) > MAX_PUBLIC_KEY:
        return (AlgorithmUse("malformed", 0, "signature"),)
    return _describe(algorithm_der, spki_der, dsa_parameters)


@lru_cache(maxsize=CHECK_CACHE)
def _describe(algorithm_der: bytes, spki_der: bytes, dsa_parameters: bytes | None) -> tuple[AlgorithmUse, ...]:
    try:
        identifier = algorithm_identifier(algorithm_der)
        scheme = _signatures.get(identifier.oid)
        if scheme is None:
            return (AlgorithmUse(identifier.oid, 0, "signature"),)
        digests = scheme.digests(identifier)
    except MalformedError:
        return (AlgorithmUse("malformed", 0, "signature"),)
    except UnsupportedError as error:
        return (AlgorithmUse(str(error), 0, "digest"), describe_key(spki_der, dsa_parameters=dsa_parameters))
    uses = tuple(AlgorithmUse(item.name, item.bits, "digest") for item in digests)
    return (*uses, describe_key(spki_der, dsa_parameters=dsa_parameters))


def key_bits(spki_der: bytes, *, dsa_parameters: bytes | None = None) -> int:
    """The size of a public key in bits as policies count it; 0 when it is unknown or malformed."""
    return describe_key(spki_der, dsa_parameters=dsa_parameters).bits


def forget_keys() -> None:
    """Drop every key that was loaded: for tests and measurements that change how keys compute (`curves.choose`)."""
    _load.cache_clear()
    _check.cache_clear()


def spki_leniencies(spki_der: bytes) -> tuple[str, ...]:
    """The names of the tolerances that reading this key needs (`negative-rsa-modulus`); empty for a clean one."""
    key = CryptoResult.MALFORMED if len(spki_der) > MAX_PUBLIC_KEY else _load(spki_der, None)
    return key.leniencies if isinstance(key, LoadedKey) else ()


def missing_part(oid: str) -> str | None:
    """The optional part of this product that computes the algorithm with this dotted OID, when it is not installed.
    None when nothing is missing or no part of the product knows the algorithm."""
    return slhdsa.EXTRA if oid in slhdsa.SUITE.signatures and not slhdsa.available() else None


def on_test_parameters(spki_der: bytes) -> bool:
    """Whether a key is on a curve that its standard publishes for tests only (RFC 7091 7)."""
    # The names stand in front; almost no key has them, so almost none is loaded for this.
    head = spki_der[:_PARAMETERS_WITHIN]
    if _TEST_ARC not in head or not any(name in head for name in _TEST_NAMES):
        return False
    return gost.TEST_PARAMETERS in spki_leniencies(spki_der)
