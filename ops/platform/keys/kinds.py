"""Which kind of key a public key is, by its key OID and parameter set together, never by a length.

RFC 5480 2.1, RFC 5639 4.1, RFC 8410 3, RFC 9881 4, RFC 9909 4, RFC 9215 4.2, STB 34.101.45, GM/T 0006; the Kazakh and
Kyrgyz identifiers are those of the states' own authorities.
"""

from functools import lru_cache
from types import MappingProxyType
from typing import Final

from ops.platform.keys.errors import UnsupportedKeyError
from ops.platform.keys.model import KeyAlgorithm
from policies.algorithms import describe_key
from policies.algorithms.encoding import OBJECT_IDENTIFIER, SEQUENCE, MalformedError, elements, object_identifier
from policies.algorithms.identifiers import AlgorithmIdentifier, subject_public_key_info

_RSA_ENCRYPTION: Final = "1.2.840.113549.1.1.1"
_EC: Final = "1.2.840.10045.2.1"
_RU_256, _RU_512 = "1.2.643.7.1.1.1.1", "1.2.643.7.1.1.1.2"

# (key OID, parameter set or None where there is only one).
_KINDS: Final = MappingProxyType(
    {
        (_EC, "1.2.840.10045.3.1.7"): KeyAlgorithm.EC_P256,
        (_EC, "1.3.132.0.34"): KeyAlgorithm.EC_P384,
        (_EC, "1.3.132.0.35"): KeyAlgorithm.EC_P521,
        (_EC, "1.3.36.3.3.2.8.1.1.7"): KeyAlgorithm.EC_BRAINPOOL_P256,
        (_EC, "1.3.36.3.3.2.8.1.1.11"): KeyAlgorithm.EC_BRAINPOOL_P384,
        (_EC, "1.2.156.10197.1.301"): KeyAlgorithm.SM2,
        ("1.3.101.112", None): KeyAlgorithm.ED25519,
        ("2.16.840.1.101.3.4.3.17", None): KeyAlgorithm.ML_DSA_44,
        ("2.16.840.1.101.3.4.3.18", None): KeyAlgorithm.ML_DSA_65,
        ("2.16.840.1.101.3.4.3.19", None): KeyAlgorithm.ML_DSA_87,
        ("2.16.840.1.101.3.4.3.20", None): KeyAlgorithm.SLH_DSA_SHA2_128S,
        ("2.16.840.1.101.3.4.3.21", None): KeyAlgorithm.SLH_DSA_SHA2_128F,
        ("2.16.840.1.101.3.4.3.23", None): KeyAlgorithm.SLH_DSA_SHA2_192F,
        ("2.16.840.1.101.3.4.3.25", None): KeyAlgorithm.SLH_DSA_SHA2_256F,
        (_RU_256, "1.2.643.7.1.2.1.1.1"): KeyAlgorithm.GOST_2012_256_A,
        (_RU_256, "1.2.643.7.1.2.1.1.2"): KeyAlgorithm.GOST_2012_256_B,
        (_RU_256, "1.2.643.7.1.2.1.1.3"): KeyAlgorithm.GOST_2012_256_C,
        (_RU_256, "1.2.643.7.1.2.1.1.4"): KeyAlgorithm.GOST_2012_256_D,
        (_RU_256, "1.2.643.2.2.35.1"): KeyAlgorithm.GOST_2012_256_CRYPTOPRO_A,
        (_RU_256, "1.2.643.2.2.35.2"): KeyAlgorithm.GOST_2012_256_CRYPTOPRO_B,
        (_RU_256, "1.2.643.2.2.35.3"): KeyAlgorithm.GOST_2012_256_CRYPTOPRO_C,
        (_RU_256, "1.2.643.2.2.36.0"): KeyAlgorithm.GOST_2012_256_CRYPTOPRO_XCH_A,
        (_RU_256, "1.2.643.2.2.36.1"): KeyAlgorithm.GOST_2012_256_CRYPTOPRO_XCH_B,
        (_RU_512, "1.2.643.7.1.2.1.2.1"): KeyAlgorithm.GOST_2012_512_A,
        (_RU_512, "1.2.643.7.1.2.1.2.2"): KeyAlgorithm.GOST_2012_512_B,
        (_RU_512, "1.2.643.7.1.2.1.2.3"): KeyAlgorithm.GOST_2012_512_C,
        ("1.2.398.3.10.1.1.1.1", "1.2.398.3.10.1.1.1.1.1"): KeyAlgorithm.GOST_KZ_2004,
        ("1.2.398.3.10.1.1.2.1", "1.2.398.3.10.1.1.2.1.1"): KeyAlgorithm.GOST_KZ_2015_256,
        ("1.2.398.3.10.1.1.2.2", "1.2.398.3.10.1.1.2.2.1"): KeyAlgorithm.GOST_KZ_2015_512,
        ("1.3.6.1.4.1.6801.1.5.8", None): KeyAlgorithm.TUMAR_KG,
        ("1.2.112.0.2.0.34.101.45.2.1", "1.2.112.0.2.0.34.101.45.3.1"): KeyAlgorithm.BIGN_256,
        ("1.2.112.0.2.0.34.101.45.2.1", "1.2.112.0.2.0.34.101.45.3.2"): KeyAlgorithm.BIGN_384,
        ("1.2.112.0.2.0.34.101.45.2.1", "1.2.112.0.2.0.34.101.45.3.3"): KeyAlgorithm.BIGN_512,
    }
)
_RSA_KINDS: Final = MappingProxyType({3072: KeyAlgorithm.RSA_3072, 4096: KeyAlgorithm.RSA_4096})


def is_rsa_key(spki: bytes) -> bool:
    """Whether a SubjectPublicKeyInfo (DER) says that it is an RSA key, of whatever size and soundness."""
    try:
        return subject_public_key_info(spki).algorithm.oid == _RSA_ENCRYPTION
    except MalformedError:
        return False


@lru_cache(maxsize=1_024)
def kind_of(spki: bytes) -> KeyAlgorithm:
    """The kind of a public key (DER SubjectPublicKeyInfo) that a store makes.

    UnsupportedKeyError when it is malformed, not a point of its curve, or of no such kind.
    """
    kind = _named_kind(spki)
    # Reading the key here means that whoever has a kind has a key that can verify.
    if kind is None or describe_key(spki).bits == 0:
        raise UnsupportedKeyError("This is not a public key that a key store makes.")
    return kind


def _named_kind(spki: bytes) -> KeyAlgorithm | None:
    try:
        algorithm = subject_public_key_info(spki).algorithm
        if algorithm.oid == _RSA_ENCRYPTION:
            return _RSA_KINDS.get(describe_key(spki).bits)
        return _KINDS.get((algorithm.oid, _parameter_set(algorithm)))
    except MalformedError:
        return None


def _parameter_set(algorithm: AlgorithmIdentifier) -> str | None:
    if algorithm.parameters_absent_or_null:
        return None
    assert algorithm.parameters is not None
    tag, contents = elements(algorithm.parameters)[0]
    if tag == SEQUENCE:
        # SEQUENCE { publicKeyParamSet, digestParamSet OPTIONAL } of RFC 9215 4.2 and its Kazakh likeness.
        parts = elements(contents)
        if not parts:
            raise MalformedError("empty parameters")
        tag, contents = parts[0]
    if tag != OBJECT_IDENTIFIER:
        raise MalformedError("parameter set is not named")
    return object_identifier(contents)
