"""Composite ML-DSA: one key and one signature made of ML-DSA and RSA, ECDSA or EdDSA; both halves have to verify.

draft-ietf-lamps-pq-composite-sigs-19: its eighteen identifiers are registered (1.3.6.1.5.5.7.6.37 to .54, SMI Security
for PKIX Algorithms) and the document is with the RFC Editor, so what they mean is final. Verify only. Parameters
absent, empty context. What is signed is Prefix ‖ Label ‖ length of the context (0) ‖ digest of the message; ML-DSA has
the label as its context. Keys and signatures are the ML-DSA octets, whose length is fixed, then the traditional ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from policies.algorithms import ecdsa, eddsa, rsa
from policies.algorithms.digests import DigestAlgorithm, digest, digest_by_name
from policies.algorithms.encoding import MalformedError, encode_object_identifier
from policies.algorithms.identifiers import DER_NULL, AlgorithmIdentifier, SubjectPublicKeyInfo
from policies.algorithms.mldsa import ML_DSA_44, ML_DSA_65, ML_DSA_87, MLDSAPublicKey
from policies.algorithms.mldsa import load_key as load_mldsa
from policies.algorithms.model import AlgorithmUse, CryptoResult
from policies.algorithms.rsa import encode_pss_parameters
from policies.algorithms.suite import Check, LoadedKey, SignatureScheme, Suite

NAME = "ML-DSA composite"
PREFIX = b"CompositeAlgorithmSignatures2025"
_ARC = "1.3.6.1.5.5.7.6."
# By ML-DSA set: its OID, octets of a public key and of a signature (FIPS 204 table 2).
_ML_DSA = {44: (ML_DSA_44, 1_312, 2_420), 65: (ML_DSA_65, 1_952, 3_309), 87: (ML_DSA_87, 2_592, 4_627)}
_STRONG = frozenset({"SHA-384", "SHA3-384", "SHA-512", "SHA3-512", "SHAKE256"})

Load = Callable[[SubjectPublicKeyInfo, bytes | None], LoadedKey]


@dataclass(frozen=True, slots=True)
class _Traditional:
    """The other half: how its key reads, what its signature algorithm is, and the size that its key must have."""

    key: AlgorithmIdentifier
    signature: AlgorithmIdentifier
    load: Load
    scheme: SignatureScheme
    bits: int


@dataclass(frozen=True, slots=True)
class Composite:
    """One registered combination: its label (ASCII), the digest of the message by catalogue name, both halves."""

    label: bytes
    digest: str
    level: int
    traditional: _Traditional


def _rsa(bits: int, oid: str, digest_name: str = "") -> _Traditional:
    parameters = (
        encode_pss_parameters(digest_name, digest_name, digest_by_name(digest_name).bits // 8)
        if digest_name
        else DER_NULL
    )
    key = AlgorithmIdentifier(rsa.RSA_ENCRYPTION, DER_NULL)
    return _Traditional(key, AlgorithmIdentifier(oid, parameters), rsa.load_key, rsa.SUITE.signatures[oid], bits)


def _ec(curve: str, oid: str, bits: int) -> _Traditional:
    key = AlgorithmIdentifier(ecdsa.EC_PUBLIC_KEY, encode_object_identifier(curve))
    return _Traditional(key, AlgorithmIdentifier(oid, None), ecdsa.load_key, ecdsa.SUITE.signatures[oid], bits)


def _ed(oid: str, bits: int) -> _Traditional:
    identifier = AlgorithmIdentifier(oid, None)
    return _Traditional(identifier, identifier, eddsa.load_key, eddsa.SUITE.signatures[oid], bits)


_SHA256_RSA, _SHA384_RSA = "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12"
_SHA256_EC, _SHA384_EC, _SHA512_EC = (f"1.2.840.10045.4.3.{last}" for last in (2, 3, 4))
_PSS_2048, _PSS_3072 = (_rsa(bits, rsa.RSASSA_PSS, "SHA-256") for bits in (2_048, 3_072))
_PSS_4096 = _rsa(4_096, rsa.RSASSA_PSS, "SHA-384")
_P256, _P384 = _ec("1.2.840.10045.3.1.7", _SHA256_EC, 256), _ec("1.3.132.0.34", _SHA384_EC, 384)
_P521 = _ec("1.3.132.0.35", _SHA512_EC, 521)
_BP256 = _ec("1.3.36.3.3.2.8.1.1.7", _SHA256_EC, 256)
_BP384 = _ec("1.3.36.3.3.2.8.1.1.11", _SHA384_EC, 384)
_ED25519, _ED448 = _ed(eddsa.ED25519, 256), _ed(eddsa.ED448, 456)

_ROWS: tuple[tuple[int, str, _Traditional], ...] = (
    (44, "RSA2048-PSS-SHA256", _PSS_2048),
    (44, "RSA2048-PKCS15-SHA256", _rsa(2_048, _SHA256_RSA)),
    (44, "Ed25519-SHA512", _ED25519),
    (44, "ECDSA-P256-SHA256", _P256),
    (65, "RSA3072-PSS-SHA512", _PSS_3072),
    (65, "RSA3072-PKCS15-SHA512", _rsa(3_072, _SHA256_RSA)),
    (65, "RSA4096-PSS-SHA512", _PSS_4096),
    (65, "RSA4096-PKCS15-SHA512", _rsa(4_096, _SHA384_RSA)),
    (65, "ECDSA-P256-SHA512", _P256),
    (65, "ECDSA-P384-SHA512", _P384),
    (65, "ECDSA-BP256-SHA512", _BP256),
    (65, "Ed25519-SHA512", _ED25519),
    (87, "ECDSA-P384-SHA512", _P384),
    (87, "ECDSA-BP384-SHA512", _BP384),
    (87, "Ed448-SHAKE256", _ED448),
    (87, "RSA3072-PSS-SHA512", _PSS_3072),
    (87, "RSA4096-PSS-SHA512", _PSS_4096),
    (87, "ECDSA-P521-SHA512", _P521),
)
_DIGESTS = {"SHA256": "SHA-256", "SHA512": "SHA-512", "SHAKE256": "SHAKE256"}
COMPOSITES: Mapping[str, Composite] = MappingProxyType(
    {
        f"{_ARC}{37 + at}": Composite(
            f"COMPSIG-MLDSA{level}-{name}".encode("ascii"), _DIGESTS[name.rpartition("-")[2]], level, traditional
        )
        for at, (level, name, traditional) in enumerate(_ROWS)
    }
)


def load_key(info: SubjectPublicKeyInfo, _inherited: bytes | None) -> LoadedKey:
    """The ML-DSA key and, behind it, an RSAPublicKey, an uncompressed point or the octets of an EdDSA key."""
    if info.algorithm.parameters is not None:
        raise MalformedError("composite parameters must be absent")
    composite = COMPOSITES[info.algorithm.oid]
    oid, octets, _ = _ML_DSA[composite.level]
    lattice = load_mldsa(SubjectPublicKeyInfo(AlgorithmIdentifier(oid, None), info.key[:octets]), None)
    other = composite.traditional
    rest = info.key[octets:]
    if other.key.oid == ecdsa.EC_PUBLIC_KEY and rest[:1] != b"\x04":
        raise MalformedError("composite points are uncompressed")
    traditional = other.load(SubjectPublicKeyInfo(other.key, rest), None)
    if traditional.use.bits != other.bits or traditional.leniencies:
        raise MalformedError("the traditional key of a composite has another size")
    return LoadedKey(AlgorithmUse(NAME, composite.level, "signature"), (lattice.material, traditional))


def _digests(identifier: AlgorithmIdentifier) -> tuple[DigestAlgorithm, ...]:
    if identifier.parameters is not None:
        raise MalformedError("composite parameters must be absent")
    return (digest_by_name(COMPOSITES[identifier.oid].digest),)


def _prepare(identifier: AlgorithmIdentifier, key: LoadedKey) -> Check:
    oid = _digests(identifier)[0].oid
    assert isinstance(key.material, tuple)
    lattice, traditional = key.material
    composite = COMPOSITES[identifier.oid]
    check = composite.traditional.scheme.prepare(composite.traditional.signature, traditional)
    return partial(_verify, composite, oid, lattice, check)


def _verify(
    composite: Composite, digest_oid: str, lattice: MLDSAPublicKey, check: Check, message: bytes, signature: bytes
) -> CryptoResult:
    octets = _ML_DSA[composite.level][2]
    signed = PREFIX + composite.label + b"\x00" + digest(digest_oid, message)
    try:
        lattice.verify(signature[:octets], signed, composite.label)
    except (InvalidSignature, ValueError):
        return CryptoResult.INVALID
    except UnsupportedAlgorithm:
        return CryptoResult.UNSUPPORTED
    return check(signed, signature[octets:])


SUITE = Suite(
    name="composite ml-dsa",
    keys=dict.fromkeys(COMPOSITES, load_key),
    signatures={oid: SignatureScheme(frozenset({oid}), _digests, _prepare) for oid in COMPOSITES},
    cms={},
    cms_digests={
        oid: _STRONG | ({"SHA-256", "SHA3-256"} if item.level == 44 else set()) for oid, item in COMPOSITES.items()
    },
)
