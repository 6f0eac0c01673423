"""Makers of GOST R 34.10 signatures for Russia, Kazakhstan and Kyrgyzstan.

Private keys are the little-endian number in PKCS#8: raw in its OCTET STRING as TC 26 and the GOST engine of OpenSSL
write it, or in one more OCTET STRING as Kazakhstan's own tools do. Each state's form is written, both are read.
NOT CONSTANT-TIME: see `policies.algorithms.making`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from policies.algorithms import gost, gost_kg, gost_kz, gost_ru
from policies.algorithms.curves import Curve, Domain, curve_of
from policies.algorithms.digests import digest_algorithm
from policies.algorithms.encoding import OCTET_STRING, SEQUENCE, encode, encode_object_identifier
from policies.algorithms.identifiers import DER_NULL, encode_algorithm
from policies.algorithms.making.model import FaultySignatureError, Maker, Random, UnreadableKeyError
from policies.algorithms.making.pkcs8 import (
    nonce_below,
    number_below,
    private_key_info,
    private_number,
    read,
    subject_public_key_info,
)

_ATTEMPTS = 64


@dataclass(frozen=True, slots=True)
class GostKind:
    """What tells the kinds apart: the curve, the identifiers, and how keys and signature lie in octets.

    `read_too` are the AlgorithmIdentifiers under which others write keys of this kind; such a key keeps its own."""

    domain: Domain
    key_algorithm_der: bytes
    digest_oid: str
    public_octets: Callable[[bytes], bytes]
    private_octets: Callable[[bytes], bytes]
    signature_octets: Callable[[int, int, int], bytes]
    read_too: frozenset[bytes] = frozenset()

    def private(self, pkcs8_der: bytes) -> tuple[bytes, int]:
        """The DER AlgorithmIdentifier and the private number of a key of this kind. Raises UnreadableKeyError."""
        algorithm_der, octets = read(pkcs8_der)
        if algorithm_der != self.key_algorithm_der and algorithm_der not in self.read_too:
            raise UnreadableKeyError("The private key is of another kind.")
        size = self.domain.octets
        if len(octets) == size + 2 and octets[:2] == bytes((OCTET_STRING, size)):
            octets = octets[2:]
        return algorithm_der, private_number(octets, self.domain.q, size)


def _generate(kind: GostKind, random: Random) -> bytes:
    number = number_below(kind.domain.q, random)
    octets = kind.private_octets(number.to_bytes(kind.domain.octets, "little"))
    return private_key_info(kind.key_algorithm_der, octets)


def _public_key_info(kind: GostKind, pkcs8_der: bytes) -> bytes:
    algorithm_der, private = kind.private(pkcs8_der)
    point = curve_of(kind.domain).base_multiple(private)
    assert point is not None  # 0 < private < q
    return subject_public_key_info(algorithm_der, kind.public_octets(gost.encode_point(kind.domain, point)))


def _sign(kind: GostKind, pkcs8_der: bytes, message: bytes, random: Random) -> bytes:
    _, private = kind.private(pkcs8_der)
    running = digest_algorithm(kind.digest_oid).new()
    running.update(message)
    r, s = _numbers(curve_of(kind.domain), private, running.digest(), random)
    return kind.signature_octets(r, s, kind.domain.octets)


def _numbers(curve: Curve, private: int, digest: bytes, random: Random) -> tuple[int, int]:
    for _ in range(_ATTEMPTS):
        found = gost.sign(curve, private, digest, nonce_below(curve.domain.q, private, digest, random))
        if found is not None:
            return found
    raise FaultySignatureError("No usable nonce was drawn: the source of randomness is broken.")


def _raw(octets: bytes) -> bytes:
    return octets


def _in_octet_string(octets: bytes) -> bytes:
    return encode(OCTET_STRING, octets)


def _parameters(*oids: str) -> bytes:
    return encode(SEQUENCE, b"".join(encode_object_identifier(oid) for oid in oids))


def _maker(name: str, kind: GostKind, key_oid: str, algorithms: tuple[bytes, bytes, bytes]) -> Maker:
    digest, signature, cms_signature = algorithms
    return Maker(
        name=name,
        key_algorithm=key_oid,
        digest_oid=kind.digest_oid,
        digest_algorithm_der=digest,
        signature_algorithm_der=signature,
        cms_signature_algorithm_der=cms_signature,
        generate=partial(_generate, kind),
        public_key_info=partial(_public_key_info, kind),
        signature=partial(_sign, kind),
    )


def _russian(name: str, curve: str) -> Maker:
    """RFC 9215 2 and 4.1 for certificates; TC 26 (RFC 4490 3) for CMS: the key's OID with NULL."""
    domain = gost_ru.SETS[curve]
    key, signature, digest = (
        (gost_ru.KEY_256, gost_ru.SIGNATURE_256, gost_ru.DIGEST_256)
        if domain.octets == 32
        else (gost_ru.KEY_512, gost_ru.SIGNATURE_512, gost_ru.DIGEST_512)
    )
    bare, named = encode_algorithm(key, _parameters(curve)), encode_algorithm(key, _parameters(curve, digest))
    written = named if curve in gost_ru.CRYPTOPRO_SETS else bare
    read_too = frozenset({bare, named})
    kind = GostKind(domain, written, digest, _in_octet_string, _raw, gost.encode_russian, read_too)
    algorithms = (encode_algorithm(digest, DER_NULL), encode_algorithm(signature), encode_algorithm(key, DER_NULL))
    return _maker(name, kind, key, algorithms)


def _kazakh(name: str, key: str, digest: str) -> Maker:
    """Every AlgorithmIdentifier with NULL, the signature's own also in a SignerInfo."""
    described = gost_kz.KINDS[key]
    algorithm = encode_algorithm(key, _parameters(described.curve, described.digest_parameters))
    kind = GostKind(described.domain, algorithm, digest, _in_octet_string, _in_octet_string, gost.encode_kazakh)
    signature = encode_algorithm(described.signature, DER_NULL)
    return _maker(name, kind, key, (encode_algorithm(digest, DER_NULL), signature, signature))


def _kyrgyz() -> Maker:
    algorithm, signature = encode_algorithm(gost_kg.KEY, DER_NULL), encode_algorithm(gost_kg.SIGNATURE, DER_NULL)
    kind = GostKind(gost_kg.DOMAIN, algorithm, gost_kg.DIGEST, gost_kg.encode_blob, _raw, gost.encode_kazakh)
    return _maker("tumar-kg", kind, gost_kg.KEY, (encode_algorithm(gost_kg.DIGEST, DER_NULL), signature, signature))


_RUSSIAN = {
    "gost-2012-256-a": "1.2.643.7.1.2.1.1.1",
    "gost-2012-256-b": "1.2.643.7.1.2.1.1.2",
    "gost-2012-256-c": "1.2.643.7.1.2.1.1.3",
    "gost-2012-256-d": "1.2.643.7.1.2.1.1.4",
    "gost-2012-256-cryptopro-a": "1.2.643.2.2.35.1",
    "gost-2012-256-cryptopro-b": "1.2.643.2.2.35.2",
    "gost-2012-256-cryptopro-c": "1.2.643.2.2.35.3",
    "gost-2012-256-cryptopro-xch-a": "1.2.643.2.2.36.0",
    "gost-2012-256-cryptopro-xch-b": "1.2.643.2.2.36.1",
    "gost-2012-512-a": "1.2.643.7.1.2.1.2.1",
    "gost-2012-512-b": "1.2.643.7.1.2.1.2.2",
    "gost-2012-512-c": "1.2.643.7.1.2.1.2.3",
}
MAKERS: tuple[Maker, ...] = (
    *(_russian(name, curve) for name, curve in _RUSSIAN.items()),
    _kazakh("gost-kz-2015-256", gost_kz.KEY_2015_256, gost_kz.DIGEST_2015_256),
    _kazakh("gost-kz-2015-512", gost_kz.KEY_2015_512, gost_kz.DIGEST_2015_512),
    _kazakh("gost-kz-2004", gost_kz.KEY_2004, gost_kz.DIGEST_95),
    _kyrgyz(),
)
