"""Certification requests (PKCS #10, RFC 2986): only the public key is taken, once possession is proved.

The subject and the extensions that a request asks for are not used: the profile and the registration own them.
"""

from dataclasses import dataclass
from hashlib import sha256

from cryptography import x509

from ca import reader
from ca.errors import ProofOfPossessionError, UnreadableRequestError
from ca.pem import der_of
from policies.algorithms import CryptoResult, describe_signature, verify

_LARGEST = 65_536
# With one of these a signature made today proves possession; the national ones are fixed by their suites.
_ACCEPTED_DIGESTS = frozenset(
    {"SHA-256", "SHA-384", "SHA-512", "SHA-512/256", "SHA3-256", "SHA3-384", "SHA3-512", "SHAKE256", "SM3"}
    | {"Streebog-256", "Streebog-512", "GOST94-CryptoPro", "GOST94-Test", "belt-hash", "bash256", "bash384", "bash512"}
)


@dataclass(frozen=True, slots=True)
class ProvenKey:
    """A public key whose holder proved possession. `spki` is DER exactly as it came; `key_id` 20 octets."""

    spki: bytes

    @property
    def spki_hash(self) -> str:
        """SHA-256 of the SubjectPublicKeyInfo, hex: the name under which keys are compared and blocked."""
        return sha256(self.spki).hexdigest()

    @property
    def key_id(self) -> bytes:
        """The leftmost 160 bits of SHA-256 over the key's BIT STRING (RFC 7093 2, method 1)."""
        return sha256(public_key_bits(self.spki)).digest()[:20]


def public_key_bits(spki: bytes) -> bytes:
    """Contents of the subjectPublicKey BIT STRING without the octet of unused bits."""
    key = reader.children(reader.one(spki, 0x30), minimum=2)[1]
    return reader.expect(key, 0x03).contents[1:]


def proven_key(octets: bytes) -> ProvenKey:
    """The key of a request whose own signature verifies (RFC 2986 3).

    Raises UnreadableRequestError when the octets are no request, ProofOfPossessionError when the signature does not
    verify or was made with a broken digest.
    """
    if len(octets) > _LARGEST:
        raise UnreadableRequestError("The certification request is larger than 64 kB.")
    try:
        encoded = der_of(octets)
        x509.load_der_x509_csr(encoded)  # the structure as a whole is another parser's to judge
        parts = reader.children(reader.one(encoded, 0x30), minimum=3, limit=3)
        spki = _spki(parts[0])
        algorithm, signature = reader.expect(parts[1], 0x30).whole, reader.expect(parts[2], 0x03).contents[1:]
    except ValueError as error:
        raise UnreadableRequestError("The certification request cannot be read.") from error
    _require_sound_digest(algorithm, spki)
    if verify(algorithm, spki, parts[0].whole, signature) is not CryptoResult.VALID:
        raise ProofOfPossessionError("The request's signature does not verify with the public key in it.")
    return ProvenKey(spki)


def _require_sound_digest(algorithm: bytes, spki: bytes) -> None:
    for use in describe_signature(algorithm, spki):
        if use.purpose == "digest" and use.name not in _ACCEPTED_DIGESTS:
            raise ProofOfPossessionError(f"The request is signed with {use.name}, which proves nothing any more.")


def _spki(info: reader.Node) -> bytes:
    return reader.expect(reader.children(reader.expect(info, 0x30), minimum=3, limit=4)[2], 0x30).whole
