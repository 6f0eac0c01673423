"""Certification requests (PKCS #10, RFC 2986): only the public key is taken, once possession is proved.

The subject and the extensions that a request asks for are not used: the profile and the registration own them.
"""

from dataclasses import dataclass
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from ca import reader
from ca.errors import ProofOfPossessionError, UnreadableRequestError
from ca.pem import der_of

_LARGEST = 65_536
_ACCEPTED_DIGESTS = (hashes.SHA256, hashes.SHA384, hashes.SHA512, hashes.SHA3_256, hashes.SHA3_384, hashes.SHA3_512)


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
        spki = _spki(encoded)
        request = x509.load_der_x509_csr(encoded)
        digest = request.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnreadableRequestError("The certification request cannot be read.") from error
    if digest is not None and not isinstance(digest, _ACCEPTED_DIGESTS):
        raise ProofOfPossessionError(f"The request is signed with {digest.name}, which proves nothing any more.")
    if not _verifies(request):
        raise ProofOfPossessionError("The request's signature does not verify with the public key in it.")
    return ProvenKey(spki)


def _spki(encoded: bytes) -> bytes:
    outer = reader.children(reader.one(encoded, 0x30), minimum=3, limit=3)
    return reader.expect(reader.children(reader.expect(outer[0], 0x30), minimum=3, limit=4)[2], 0x30).whole


def _verifies(request: x509.CertificateSigningRequest) -> bool:
    try:
        return request.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
