"""The only module of this room that reaches a private key, through three typed doors.

A certificate needs a redeemed token; a list and an OCSP answer are built here from their own to-be-signed parts and
cannot be confused with a certificate, because each door checks the shape of what it signs. A test over the syntax tree
of all packages proves that there is no fourth.
"""

from cryptography import x509

from ca.errors import SigningError
from ca.token import Redeemed
from ca.verify import SignatureMismatchError, require_signature
from ops.platform import der
from ops.platform.keys import KeyStore


def signature_algorithm(keys: KeyStore, label: str) -> bytes:
    """AlgorithmIdentifier of the signatures that a key makes, DER."""
    return keys.signature_algorithm(label)


def sign_certificate(keys: KeyStore, label: str, issuer_spki: bytes, redeemed: Redeemed) -> bytes:
    """The certificate over the bytes of a redeemed token, DER.

    The result is read back: its to-be-signed part is compared octet for octet with what was linted, and its signature
    is verified with the issuer's certified key, so that neither a confused key label nor a fault in the token goes out.
    Raises SigningError, and the key store's errors.
    """
    tbs = redeemed.take()
    certificate = _signed(keys, label, issuer_spki, tbs)
    if x509.load_der_x509_certificate(certificate).tbs_certificate_bytes != tbs:
        raise SigningError("The signed bytes are not octet for octet the checked ones.")
    return certificate


def sign_crl(keys: KeyStore, label: str, issuer_spki: bytes, tbs: bytes) -> bytes:
    """The CertificateList over a TBSCertList, DER (RFC 5280 5.1). SigningError for anything else."""
    # TBSCertList begins with INTEGER 1, TBSCertificate with [0]: neither can be taken for the other.
    if tbs[:1] != b"\x30" or not _contents(tbs).startswith(b"\x02\x01\x01\x30"):
        raise SigningError("Only a certificate revocation list of version 2 is signed here.")
    return _signed(keys, label, issuer_spki, tbs)


def sign_ocsp(keys: KeyStore, label: str, response_data: bytes, certificate: bytes) -> bytes:
    """BasicOCSPResponse over a ResponseData, DER, with the responder's certificate (RFC 6960 4.2.1)."""
    # ResponseData of version 1 begins with the responder id, [1] or [2]; nothing else signed here does.
    if response_data[:1] != b"\x30" or _contents(response_data)[:1] not in (b"\xa1", b"\xa2"):
        raise SigningError("Only OCSP response data is signed here.")
    chain = der.explicit(0, der.sequence(certificate))
    # Not verified again: an answer lives for hours, and verifying costs three times the signature.
    return der.sequence(
        response_data, keys.signature_algorithm(label), der.bit_string(keys.sign(label, response_data)), chain
    )


def _contents(encoded: bytes) -> bytes:
    skip = 2 if encoded[1] < 0x80 else 2 + (encoded[1] & 0x7F)
    return encoded[skip : skip + 4]


def _signed(keys: KeyStore, label: str, spki: bytes, tbs: bytes) -> bytes:
    signature = keys.sign(label, tbs)
    try:
        require_signature(spki, signature, tbs)
    except SignatureMismatchError as error:
        raise SigningError(f"The key {label} gave a signature that does not verify with the certified key.") from error
    return der.sequence(tbs, keys.signature_algorithm(label), der.bit_string(signature))
