"""What a key store promises: keys are made, named, used and destroyed in it, and never leave it.

The algorithms are those that the hierarchies of the trust space are built with; signatures come out in the encodings
that X.509, CMS and OCSP carry (RFC 3279 2.2.3, RFC 4055, RFC 5758, RFC 8410, RFC 8017 8.2.1).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

DigestName = Literal["sha256", "sha384", "sha512"]
SchemeName = Literal["pkcs1v15", "pss"]


class KeyAlgorithm(StrEnum):
    """Kinds of key that a store makes. The values are stable: they stand in files, databases and profiles."""

    EC_P256 = "ec-p256"
    EC_P384 = "ec-p384"
    RSA_3072 = "rsa-3072"
    RSA_4096 = "rsa-4096"
    ED25519 = "ed25519"

    @property
    def natural_digest(self) -> DigestName:
        """The digest used when the caller names none: of the same strength as the key."""
        return "sha384" if self is KeyAlgorithm.EC_P384 else "sha256"

    @property
    def is_rsa(self) -> bool:
        """Whether the scheme argument of `sign` matters for this kind of key."""
        return self in (KeyAlgorithm.RSA_3072, KeyAlgorithm.RSA_4096)


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
        and a salt as long as the digest. Ed25519: 64 octets (RFC 8032). `digest` None means the key's natural digest;
        Ed25519 fixes its own, so `digest` and `scheme` have no effect there, and `scheme` has none for ECDSA.
        """
        ...

    def sign_digest(self, label: str, value: bytes, *, digest: DigestName, scheme: SchemeName = "pkcs1v15") -> bytes:
        """Sign a digest value that the caller computed with `digest` (CSC ``signatures/signHash``).

        Encodings as in `sign`. TS-KEYS-UNSUPPORTED when the length does not fit the digest, and for Ed25519, which
        signs messages only.
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
