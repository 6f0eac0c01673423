"""What a key store promises: keys are made, named, used and destroyed in it, and never leave it.

The algorithms are those that the hierarchies of the trust space are built with; signatures come out in the encodings
that X.509, CMS and OCSP carry (RFC 3279 2.2.3, RFC 4055, RFC 5758, RFC 8410, RFC 8017 8.2.1, RFC 9881, and the national
standards for the national kinds).
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal, Protocol

Sha2Name = Literal["sha256", "sha384", "sha512"]
NationalDigestName = Literal[
    "streebog256",
    "streebog512",
    "streebog256-kz",
    "streebog512-kz",
    "gost94-kz",
    "gost94-kg",
    "belt",
    "bash384",
    "bash512",
    "sm3",
]
DigestName = Sha2Name | NationalDigestName
SchemeName = Literal["pkcs1v15", "pss"]

DIGEST_OIDS: Final[MappingProxyType[str, str]] = MappingProxyType(
    {
        "sha256": "2.16.840.1.101.3.4.2.1",
        "sha384": "2.16.840.1.101.3.4.2.2",
        "sha512": "2.16.840.1.101.3.4.2.3",
        "streebog256": "1.2.643.7.1.1.2.2",
        "streebog512": "1.2.643.7.1.1.2.3",
        "streebog256-kz": "1.2.398.3.10.1.3.2",
        "streebog512-kz": "1.2.398.3.10.1.3.3",
        "gost94-kz": "1.2.398.3.10.1.3.1",
        "gost94-kg": "1.3.6.1.4.1.6801.1.2.1",
        "belt": "1.2.112.0.2.0.34.101.31.81",
        "bash384": "1.2.112.0.2.0.34.101.77.12",
        "bash512": "1.2.112.0.2.0.34.101.77.13",
        "sm3": "1.2.156.10197.1.401",
    }
)
"""Dotted OID by digest name. One function may have several names where states gave it identifiers of their own."""


class KeyAlgorithm(StrEnum):
    """Kinds of key that a store makes. The values are stable: they stand in files, databases and profiles.

    The national ones and SLH-DSA are names of `policies.algorithms.making.makers`.
    """

    EC_P256 = "ec-p256"
    EC_P384 = "ec-p384"
    EC_P521 = "ec-p521"
    EC_BRAINPOOL_P256 = "ec-brainpool-p256"
    EC_BRAINPOOL_P384 = "ec-brainpool-p384"
    RSA_3072 = "rsa-3072"
    RSA_4096 = "rsa-4096"
    ED25519 = "ed25519"
    ML_DSA_44 = "ml-dsa-44"
    ML_DSA_65 = "ml-dsa-65"
    ML_DSA_87 = "ml-dsa-87"
    SLH_DSA_SHA2_128S = "slh-dsa-sha2-128s"
    SLH_DSA_SHA2_128F = "slh-dsa-sha2-128f"
    SLH_DSA_SHA2_192F = "slh-dsa-sha2-192f"
    SLH_DSA_SHA2_256F = "slh-dsa-sha2-256f"
    GOST_2012_256_A = "gost-2012-256-a"
    GOST_2012_256_B = "gost-2012-256-b"
    GOST_2012_256_C = "gost-2012-256-c"
    GOST_2012_256_D = "gost-2012-256-d"
    GOST_2012_256_CRYPTOPRO_A = "gost-2012-256-cryptopro-a"
    GOST_2012_256_CRYPTOPRO_B = "gost-2012-256-cryptopro-b"
    GOST_2012_256_CRYPTOPRO_C = "gost-2012-256-cryptopro-c"
    GOST_2012_256_CRYPTOPRO_XCH_A = "gost-2012-256-cryptopro-xch-a"
    GOST_2012_256_CRYPTOPRO_XCH_B = "gost-2012-256-cryptopro-xch-b"
    GOST_2012_512_A = "gost-2012-512-a"
    GOST_2012_512_B = "gost-2012-512-b"
    GOST_2012_512_C = "gost-2012-512-c"
    GOST_KZ_2004 = "gost-kz-2004"
    GOST_KZ_2015_256 = "gost-kz-2015-256"
    GOST_KZ_2015_512 = "gost-kz-2015-512"
    TUMAR_KG = "tumar-kg"
    BIGN_256 = "bign-256"
    BIGN_384 = "bign-384"
    BIGN_512 = "bign-512"
    SM2 = "sm2"

    @property
    def natural_digest(self) -> DigestName:
        """The digest used when the caller names none: the one that the suite fixes, else of the key's strength."""
        return _NATURAL.get(self, "sha256")

    @property
    def is_rsa(self) -> bool:
        """Whether the scheme argument of `sign` matters for this kind of key."""
        return self in (KeyAlgorithm.RSA_3072, KeyAlgorithm.RSA_4096)

    @property
    def is_ecdsa(self) -> bool:
        """Whether signatures are ECDSA values over one of the SHA-2 digests."""
        return self.value.startswith("ec-")

    @property
    def is_national(self) -> bool:
        """Whether the suite is a state's own, which fixes the digest."""
        return self in _NATIONAL

    @property
    def is_made_here(self) -> bool:
        """Whether in software the arithmetic is ours, so that its duration depends on the key."""
        return self.is_national or self.value.startswith("slh-dsa-")

    @property
    def signs_messages_only(self) -> bool:
        """Whether `sign_digest` is refused: the algorithm hashes by itself, or what it hashes is more than the
        message."""
        return not (self.is_rsa or self.is_ecdsa)


_NATIONAL: Final[MappingProxyType[KeyAlgorithm, DigestName]] = MappingProxyType(
    {
        KeyAlgorithm.GOST_2012_256_A: "streebog256",
        KeyAlgorithm.GOST_2012_256_B: "streebog256",
        KeyAlgorithm.GOST_2012_256_C: "streebog256",
        KeyAlgorithm.GOST_2012_256_D: "streebog256",
        KeyAlgorithm.GOST_2012_256_CRYPTOPRO_A: "streebog256",
        KeyAlgorithm.GOST_2012_256_CRYPTOPRO_B: "streebog256",
        KeyAlgorithm.GOST_2012_256_CRYPTOPRO_C: "streebog256",
        KeyAlgorithm.GOST_2012_256_CRYPTOPRO_XCH_A: "streebog256",
        KeyAlgorithm.GOST_2012_256_CRYPTOPRO_XCH_B: "streebog256",
        KeyAlgorithm.GOST_2012_512_A: "streebog512",
        KeyAlgorithm.GOST_2012_512_B: "streebog512",
        KeyAlgorithm.GOST_2012_512_C: "streebog512",
        KeyAlgorithm.GOST_KZ_2004: "gost94-kz",
        KeyAlgorithm.GOST_KZ_2015_256: "streebog256-kz",
        KeyAlgorithm.GOST_KZ_2015_512: "streebog512-kz",
        KeyAlgorithm.TUMAR_KG: "gost94-kg",
        KeyAlgorithm.BIGN_256: "belt",
        KeyAlgorithm.BIGN_384: "bash384",
        KeyAlgorithm.BIGN_512: "bash512",
        KeyAlgorithm.SM2: "sm3",
    }
)
_NATURAL: Final[MappingProxyType[KeyAlgorithm, DigestName]] = MappingProxyType(
    {
        KeyAlgorithm.EC_P384: "sha384",
        KeyAlgorithm.EC_BRAINPOOL_P384: "sha384",
        KeyAlgorithm.EC_P521: "sha512",
        KeyAlgorithm.SLH_DSA_SHA2_192F: "sha512",
        KeyAlgorithm.SLH_DSA_SHA2_256F: "sha512",
        **_NATIONAL,
    }
)


@dataclass(frozen=True, slots=True)
class PublicKeyInfo:
    """The public half of a key in a store. `spki` is the DER of SubjectPublicKeyInfo (RFC 5280 4.1.2.7)."""

    label: str
    algorithm: KeyAlgorithm
    spki: bytes


class KeyStore(Protocol):
    """Keys under labels: 1 to 100 ASCII letters, digits and ``. _ : / @ -``, the first a letter or a digit.

    There is no method that hands out a private key, and none will be added. Every method raises a
    `ops.platform.keys.KeyStoreError` with a stable code: TS-KEYS-LABEL, TS-KEYS-UNKNOWN-LABEL, TS-KEYS-LABEL-TAKEN,
    TS-KEYS-UNSUPPORTED, TS-KEYS-CORRUPT, TS-KEYS-CLOSED and the store's own.
    """

    def generate(self, label: str, algorithm: KeyAlgorithm) -> PublicKeyInfo:
        """Make a key; it is durable when this returns. Never replaces an existing key (TS-KEYS-LABEL-TAKEN)."""
        ...

    def public_key(self, label: str) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        ...

    def algorithm(self, label: str) -> KeyAlgorithm:
        """The kind of the key."""
        ...

    def labels(self) -> tuple[str, ...]:
        """All labels, sorted."""
        ...

    def sign(
        self, label: str, message: bytes, *, digest: DigestName | None = None, scheme: SchemeName = "pkcs1v15"
    ) -> bytes:
        """Sign the whole `message` (it is hashed here) and return the signature value.

        ECDSA: DER of ``SEQUENCE { r, s }``. RSA: k octets, big-endian; `scheme` "pss" uses MGF1 with the same digest
        and a salt as long as the digest. Others: the octets of their standard, as a certificate's BIT STRING holds
        them. `digest` None means the key's natural digest; Ed25519, ML-DSA and SLH-DSA fix their own, so `digest` has
        no effect there; a national kind refuses any but its own. `scheme` matters for RSA alone.
        """
        ...

    def sign_digest(self, label: str, value: bytes, *, digest: DigestName, scheme: SchemeName = "pkcs1v15") -> bytes:
        """Sign a digest value that the caller computed with `digest` (CSC ``signatures/signHash``).

        Encodings as in `sign`. TS-KEYS-UNSUPPORTED when the length does not fit the digest, and for the kinds that
        sign messages only (`KeyAlgorithm.signs_messages_only`).
        """
        ...

    def signature_algorithm(
        self, label: str, *, digest: DigestName | None = None, scheme: SchemeName = "pkcs1v15"
    ) -> bytes:
        """DER AlgorithmIdentifier of the signature that `sign` makes with the same arguments."""
        ...

    def destroy(self, label: str) -> None:
        """Remove the key for good; durable when this returns."""
        ...

    def close(self) -> None:
        """Forget every loaded key and end the session; later calls raise TS-KEYS-CLOSED."""
        ...
