"""What the signer has to tell a person: one small tree, a stable code for each case."""

from policies.errors import TrustspaceError, UnreadableInputError


class SignerError(TrustspaceError):
    """The root of the signer's errors."""

    code = "TS-SIGN-FAILED"
    http_status = 422


class DocumentRefusedError(UnreadableInputError):
    """The document cannot be signed as it is. Nothing was written and no key was used."""

    code = "TS-SIGN-DOCUMENT-REFUSED"
    next_step = "Give the complete, original file."


class EmptyDocumentError(DocumentRefusedError):
    """Zero octets."""

    code = "TS-SIGN-EMPTY"


class TooLargeError(DocumentRefusedError):
    """Larger than the limit."""

    code = "TS-SIGN-TOO-LARGE"
    http_status = 413
    next_step = "Sign a smaller file, or sign it detached in CAdES."


class NotPdfError(DocumentRefusedError):
    """No PDF header."""

    code = "TS-SIGN-NOT-PDF"
    next_step = "PAdES signs PDF files only; choose CAdES for other files."


class BrokenPdfError(DocumentRefusedError):
    """A PDF whose structure cannot be read: truncated or damaged."""

    code = "TS-SIGN-PDF-BROKEN"
    next_step = "Obtain the complete file again; do not repair a file that somebody has already signed."


class EncryptedPdfError(DocumentRefusedError):
    """A PDF under encryption."""

    code = "TS-SIGN-PDF-ENCRYPTED"
    next_step = "Save the document without a password, then sign it."


class SigningForbiddenError(DocumentRefusedError):
    """Somebody certified the document and allowed no further signature (ISO 32000-2 12.8.2.2)."""

    code = "TS-SIGN-DOCMDP-FORBIDS"
    exit_status = 1
    http_status = 409
    next_step = "Ask the author for a version that allows signatures, or sign it detached in CAdES."


class FormatNotYetError(SignerError):
    """A format that this version does not write."""

    code = "TS-SIGN-FORMAT-NOT-YET"
    exit_status = 2
    http_status = 501
    next_step = "Choose pades for a PDF and cades for everything else."


class AlgorithmRefusedError(SignerError):
    """The key's algorithm or size is not one that this signer uses."""

    code = "TS-SIGN-ALGORITHM"
    next_step = "Use an RSA key of 2048 bits or more, a NIST or brainpool curve, Ed25519 or ML-DSA."


class CredentialUnknownError(SignerError):
    """No such credential."""

    code = "TS-SIGN-CREDENTIAL-UNKNOWN"
    exit_status = 2
    http_status = 404
    next_step = "List the credentials and give the identifier of one of them."


class CredentialTakenError(SignerError):
    """The identifier or the certificate is registered already."""

    code = "TS-SIGN-CREDENTIAL-TAKEN"
    exit_status = 2
    http_status = 409
    next_step = "Choose another identifier, or use the credential that exists."


class CredentialUnusableError(SignerError):
    """The credential exists but must not sign now: disabled, outside its validity, or its key does not match."""

    code = "TS-SIGN-CREDENTIAL-UNUSABLE"
    http_status = 409
    next_step = "Use another credential or ask the operator to renew this one."


class AuthorisationError(SignerError):
    """The holder's authorisation is missing, used, expired, or was given for other documents."""

    code = "TS-SIGN-NOT-AUTHORISED"
    http_status = 403
    next_step = "Ask the holder to authorise exactly these documents again."


class SignatureValueError(SignerError):
    """The key holder's answer is not a signature over what was prepared."""

    code = "TS-SIGN-VALUE-WRONG"
    http_status = 502
    next_step = "Check that the key belongs to the certificate; nothing was handed out."


class PlaceholderError(SignerError):
    """The signature does not fit into the space reserved for it."""

    code = "TS-SIGN-PLACEHOLDER"
    http_status = 500
    next_step = "Sign again with a larger reserve."


class RevocationMissingError(SignerError):
    """Revocation data that the level needs cannot be had."""

    code = "TS-SIGN-REVOCATION-MISSING"
    http_status = 502
    next_step = "Wait until the issuer publishes again, or give the CRL or OCSP response by hand."


class CertificateRevokedError(SignerError):
    """A certificate that the signature would rest on is revoked or on hold."""

    code = "TS-SIGN-CERTIFICATE-REVOKED"
    http_status = 409
    next_step = "Use a credential whose certificates are in force."


class ChainMissingError(SignerError):
    """An issuer's certificate is missing and cannot be fetched."""

    code = "TS-SIGN-CHAIN-MISSING"
    http_status = 502
    next_step = "Give the issuer's certificate by hand."


class SelfValidationError(SignerError):
    """The finished signature does not validate, so it is not handed out."""

    code = "TS-SIGN-SELF-VALIDATION"
    http_status = 500
    next_step = "Read the reasons; nothing was handed out and the input file is unchanged."


class OutputError(SignerError):
    """The result cannot be written where it was asked for."""

    code = "TS-SIGN-OUTPUT"
    exit_status = 2
    next_step = "Choose a folder that exists and can be written, and a name that is not the input's."


class TimestampError(SignerError):
    """The root of what can go wrong with a time-stamp."""

    code = "TS-TSA-FAILED"
    http_status = 502


class TsaUnreachableError(TimestampError):
    """The time-stamp authority does not answer."""

    code = "TS-TSA-UNREACHABLE"
    next_step = "Try again later or name another time-stamp authority; nothing was signed at a lower level instead."


class TsaRejectedError(TimestampError):
    """The authority answered, and refused."""

    code = "TS-TSA-REJECTED"
    next_step = "Read the authority's reason; another digest or policy may be needed."


class TsaAnswerError(TimestampError):
    """The authority's answer is not a token for what was asked."""

    code = "TS-TSA-ANSWER-WRONG"
    next_step = "Do not use this authority until its operator has explained the answer."


class TsaUnitUnknownError(TimestampError):
    """No such time-stamping unit."""

    code = "TS-TSA-UNIT-UNKNOWN"
    exit_status = 2
    http_status = 404
    next_step = "List the units and give the name of one of them, or the address of a time-stamp authority."


class TsaUnitTakenError(TimestampError):
    """The unit's name is used already; names are never used twice, because serial numbers belong to them."""

    code = "TS-TSA-UNIT-TAKEN"
    exit_status = 2
    http_status = 409
    next_step = "Choose a name that no unit of this installation ever had."


class TsaUnitError(TimestampError):
    """The time-stamping unit may not be started: certificate, key and rules do not fit."""

    code = "TS-TSA-UNIT-REFUSED"
    exit_status = 2
    http_status = 500
    next_step = "Issue a certificate with the time-stamping profile for this very key."
