"""Digest algorithms: what an identifier means and how to compute it (FIPS 180-4, FIPS 202, RFC 8702).

The national ones are computed in `policies.algorithms.hashes`. A suite with a digest of its own adds a
`DigestAlgorithm` with `register`. States give one digest different identifiers: compare digests by their names.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from cryptography.hazmat.primitives import hashes

from policies.algorithms import hashes as national
from policies.algorithms.encoding import MalformedError, UnsupportedError, encode_integer, encode_object_identifier
from policies.algorithms.identifiers import algorithm_identifier
from policies.errors import TrustspaceError


class UnknownAlgorithmError(TrustspaceError):
    """A digest algorithm that no suite implements was asked for."""

    code = "TS-ALGORITHM-UNKNOWN"
    next_step = "Use an algorithm that `trustspace policy algorithms` lists, or install the national suite."
    http_status = 422


class RunningDigest(Protocol):
    """A digest under computation."""

    def update(self, data: national.Octets, /) -> None:
        """Add octets, from any contiguous buffer."""
        ...

    def digest(self) -> bytes:
        """The digest of everything added so far."""
        ...


@dataclass(frozen=True, slots=True)
class DigestAlgorithm:
    """One digest: dotted OID, catalogue name, output size in bits, a constructor, the object by which
    `cryptography` verifies signatures with it (None where it does not), and the OIDs that other states give it."""

    oid: str
    name: str
    bits: int
    new: Callable[[], RunningDigest]
    primitive: hashes.HashAlgorithm | None
    aliases: tuple[str, ...] = ()


class _Shake:
    """SHAKE with the fixed output length that RFC 8702 gives it in X.509 and CMS."""

    def __init__(self, name: str, octets: int) -> None:
        self._hash = hashlib.new(name)
        self._octets = octets

    def update(self, data: national.Octets, /) -> None:
        self._hash.update(data)

    def digest(self) -> bytes:
        return self._hash.digest(self._octets)  # type: ignore[call-arg]


def _plain(name: str) -> Callable[[], RunningDigest]:
    # MD5 and SHA-1 are computed to say what an old document holds; whether they count is the policy's answer.
    constructor = getattr(hashlib, name, None)
    if constructor is not None:
        return partial(constructor, usedforsecurity=False)
    return lambda: hashlib.new(name, usedforsecurity=False)


def _national(name: str, bits: int, oid: str, *aliases: str) -> DigestAlgorithm:
    return DigestAlgorithm(oid, name, bits, partial(national.new, name), None, aliases)


_SHAKE256_LEN = "2.16.840.1.101.3.4.2.18"

_ALGORITHMS = (
    DigestAlgorithm("1.2.840.113549.2.5", "MD5", 128, _plain("md5"), hashes.MD5()),  # noqa: S303
    DigestAlgorithm("1.3.14.3.2.26", "SHA-1", 160, _plain("sha1"), hashes.SHA1()),  # noqa: S303
    DigestAlgorithm("2.16.840.1.101.3.4.2.4", "SHA-224", 224, _plain("sha224"), hashes.SHA224()),
    DigestAlgorithm("2.16.840.1.101.3.4.2.1", "SHA-256", 256, hashlib.sha256, hashes.SHA256()),
    DigestAlgorithm("2.16.840.1.101.3.4.2.2", "SHA-384", 384, hashlib.sha384, hashes.SHA384()),
    DigestAlgorithm("2.16.840.1.101.3.4.2.3", "SHA-512", 512, hashlib.sha512, hashes.SHA512()),
    DigestAlgorithm("2.16.840.1.101.3.4.2.5", "SHA-512/224", 224, _plain("sha512_224"), hashes.SHA512_224()),
    DigestAlgorithm("2.16.840.1.101.3.4.2.6", "SHA-512/256", 256, _plain("sha512_256"), hashes.SHA512_256()),
    DigestAlgorithm("2.16.840.1.101.3.4.2.7", "SHA3-224", 224, hashlib.sha3_224, hashes.SHA3_224()),
    DigestAlgorithm("2.16.840.1.101.3.4.2.8", "SHA3-256", 256, hashlib.sha3_256, hashes.SHA3_256()),
    DigestAlgorithm("2.16.840.1.101.3.4.2.9", "SHA3-384", 384, hashlib.sha3_384, hashes.SHA3_384()),
    DigestAlgorithm("2.16.840.1.101.3.4.2.10", "SHA3-512", 512, hashlib.sha3_512, hashes.SHA3_512()),
    DigestAlgorithm("2.16.840.1.101.3.4.2.11", "SHAKE128", 256, lambda: _Shake("shake_128", 32), None),
    DigestAlgorithm(
        "2.16.840.1.101.3.4.2.12", "SHAKE256", 512, lambda: _Shake("shake_256", 64), None, (_SHAKE256_LEN,)
    ),
    _national("Streebog-256", 256, "1.2.643.7.1.1.2.2", "1.2.398.3.10.1.3.2"),
    _national("Streebog-512", 512, "1.2.643.7.1.1.2.3", "1.2.398.3.10.1.3.3"),
    _national("GOST94-CryptoPro", 256, "1.2.643.2.2.9"),
    # Kazakhstan (GOST 34.311-95), Kyrgyzstan and Kazakhstan before 1.2.398 (TUMAR).
    _national("GOST94-Test", 256, "1.2.398.3.10.1.3.1", "1.3.6.1.4.1.6801.1.2.1"),
    _national("belt-hash", 256, "1.2.112.0.2.0.34.101.31.81"),
    _national("bash256", 256, "1.2.112.0.2.0.34.101.77.11"),
    _national("bash384", 384, "1.2.112.0.2.0.34.101.77.12"),
    _national("bash512", 512, "1.2.112.0.2.0.34.101.77.13"),
    _national("SM3", 256, "1.2.156.10197.1.401"),
)
# RFC 4357 10: the digest of 1994 may name its substitution; the one that its identifier implies is said twice then.
# RFC 8419 2.3: beside Ed448 the digest is SHAKE256 with its output length of 512 bits said in the parameters.
_IMPLIED_PARAMETERS = {
    "1.2.643.2.2.9": encode_object_identifier("1.2.643.2.2.30.1"),
    _SHAKE256_LEN: encode_integer(512),
}
_by_oid: dict[str, DigestAlgorithm] = {}
_by_name: dict[str, DigestAlgorithm] = {}


def register(algorithm: DigestAlgorithm) -> None:
    """Make a digest known. Raises ValueError when one of its OIDs or its name already means another one."""
    oids = (algorithm.oid, *algorithm.aliases)
    known = (_by_name.get(algorithm.name, algorithm), *(_by_oid.get(oid, algorithm) for oid in oids))
    if any(other != algorithm for other in known):
        raise ValueError(f"digest {algorithm.oid} {algorithm.name} is already registered")
    _by_name[algorithm.name] = algorithm
    _by_oid.update(dict.fromkeys(oids, algorithm))


for _algorithm in _ALGORITHMS:
    register(_algorithm)


def digest_algorithm(oid: str) -> DigestAlgorithm:
    """The digest with this dotted OID. Raises UnknownAlgorithmError."""
    try:
        return _by_oid[oid]
    except KeyError:
        raise UnknownAlgorithmError(f"The digest algorithm {oid} is not supported.") from None


def digest_by_name(name: str) -> DigestAlgorithm:
    """The digest with this catalogue name ("SHA-256"). Raises UnknownAlgorithmError."""
    try:
        return _by_name[name]
    except KeyError:
        raise UnknownAlgorithmError(f"The digest algorithm {name} is not supported.") from None


def digest_algorithms() -> tuple[DigestAlgorithm, ...]:
    """Every digest that is known, each once."""
    return tuple(_by_name.values())


def digest_supported(oid: str) -> bool:
    """True when `digest` can compute the algorithm with this dotted OID."""
    return oid in _by_oid


def digest(oid: str, data: bytes) -> bytes:
    """The digest of `data` under the algorithm with this dotted OID. Raises UnknownAlgorithmError."""
    running = digest_algorithm(oid).new()
    running.update(data)
    return running.digest()


def new_digest(oid: str) -> RunningDigest:
    """An incremental digest for content that comes in pieces. Raises UnknownAlgorithmError."""
    return digest_algorithm(oid).new()


def digest_of_identifier(der: bytes) -> DigestAlgorithm:
    """The digest that a DER AlgorithmIdentifier names; parameters NULL or absent (RFC 5754 2), for the digest of
    1994 also its substitution (RFC 4357 10).

    Raises MalformedError, UnsupportedError (both internal to this room).
    """
    identifier = algorithm_identifier(der)
    found = _by_oid.get(identifier.oid)
    if found is None:
        raise UnsupportedError(identifier.oid)
    if identifier.parameters_absent_or_null or identifier.parameters == _IMPLIED_PARAMETERS.get(identifier.oid):
        return found
    if identifier.oid in _IMPLIED_PARAMETERS:
        raise UnsupportedError(f"{identifier.oid} with another substitution")
    raise MalformedError("digest parameters")
