"""What a maker of signatures is: one named kind of key with everything that a certificate or a CMS writes about it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from policies.algorithms.model import CryptoResult
from policies.algorithms.registry import verify
from policies.errors import TrustspaceError

Random = Callable[[int], bytes]
"""Gives that many octets from a cryptographic generator; handed in, because this room draws no randomness itself."""


class UnknownMakerError(TrustspaceError):
    """A kind of signature key that no suite can make was asked for."""

    code = "TS-MAKER-UNKNOWN"
    next_step = "Use a key algorithm that `trustspace policy algorithms` lists as able to sign."
    exit_status = 2
    http_status = 422


class UnreadableKeyError(TrustspaceError):
    """A private key is not what its kind demands: wrong structure, parameters or range."""

    code = "TS-MAKER-KEY"
    next_step = "Use a private key of the named kind, as PKCS#8 DER without encryption."
    http_status = 422


class FaultySignatureError(TrustspaceError):
    """A signature just made does not verify: the machine, the code or the key is at fault, and nothing is given out."""

    code = "TS-MAKER-FAULT"
    next_step = "Do not sign on this machine until its memory and the key file have been checked."


@dataclass(frozen=True, slots=True)
class Maker:
    """One kind of signature key.

    `name` is the stable name ("gost-2012-256-a", "bign-256"). `key_algorithm` is the key's dotted OID, `digest_oid`
    that of the digest that the suite fixes (or that goes with it in signed attributes). The DER AlgorithmIdentifiers:
    `signature_algorithm_der` in certificates, CRLs, OCSP responses and requests; `cms_signature_algorithm_der` and
    `digest_algorithm_der` in a SignerInfo. `constant_time` is False where the private key goes through ordinary
    big-integer arithmetic, whose duration tells about the key to whoever can measure it: such a key is for tests,
    demonstrations and vectors, never for production.

    The three callables work on PKCS#8 DER without encryption and raise UnreadableKeyError.
    """

    name: str
    key_algorithm: str
    digest_oid: str
    digest_algorithm_der: bytes
    signature_algorithm_der: bytes
    cms_signature_algorithm_der: bytes
    generate: Callable[[Random], bytes]
    """Takes the source of randomness, gives a fresh private key as PKCS#8 DER."""
    public_key_info: Callable[[bytes], bytes]
    """Takes the PKCS#8 DER, gives the DER SubjectPublicKeyInfo."""
    signature: Callable[[bytes, bytes, Random], bytes] = field(repr=False)
    """Takes PKCS#8 DER, message and randomness, gives the signature octets. Use `sign`, which checks them."""
    constant_time: bool = False

    def sign(self, pkcs8_der: bytes, message: bytes, random: Random) -> bytes:
        """The octets of a signature over `message`, as they stand in a BIT STRING or a SignerInfo.

        Each is verified before it is given out: one faulty computation can betray the private key (Boneh, DeMillo,
        Lipton 1997). Raises UnreadableKeyError, FaultySignatureError.
        """
        value = self.signature(pkcs8_der, message, random)
        spki_der = self.public_key_info(pkcs8_der)
        if verify(self.signature_algorithm_der, spki_der, message, value) is not CryptoResult.VALID:
            raise FaultySignatureError(f"A {self.name} signature does not verify under its own key.")
        return value
