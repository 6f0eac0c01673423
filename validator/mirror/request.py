"""Builds OCSP requests (RFC 6960 4.1)."""

from ops.platform import der
from policies.algorithms import digest
from validator.path.certificate import Certificate
from validator.revocation.keys import SHA_1, public_key_octets

CONTENT_TYPE = "application/ocsp-request"
_NONCE = "1.3.6.1.5.5.7.48.1.2"


def ocsp_request(certificate: Certificate, issuer: Certificate, *, nonce: bytes | None = None) -> bytes:
    """DER of an OCSPRequest for one certificate; `nonce` 1 to 128 octets (RFC 9654 2.1).

    The certificate is named by SHA-1, which every responder knows (RFC 5019 2.1.1); here the digest only names.
    """
    identifier = der.sequence(
        der.algorithm(SHA_1, der.null()),
        der.octet_string(digest(SHA_1, certificate.issuer.der)),
        der.octet_string(digest(SHA_1, public_key_octets(issuer.spki))),
        der.tlv(0x02, certificate.serial_octets),
    )
    extensions = b""
    if nonce is not None:
        if not 1 <= len(nonce) <= 128:
            raise ValueError("a nonce has 1 to 128 octets (RFC 9654 2.1)")
        extensions = der.explicit(2, der.sequence(der.extension(_NONCE, der.octet_string(nonce))))
    return der.sequence(der.sequence(der.sequence(der.sequence(identifier)), extensions))
