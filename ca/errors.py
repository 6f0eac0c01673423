"""Everything that the certificate authority refuses, each with a stable code, a sentence and the next step.

A refusal leaves nothing half-done: the reserved serial is void and the audit log names the code.
"""

from policies.errors import TrustspaceError, UnreadableInputError


class CaError(TrustspaceError):
    """The root of this room's tree."""

    code = "TS-CA-ERROR"
    exit_status = 1
    http_status = 500


class UnknownAuthorityError(CaError):
    """No authority of that name is in this installation."""

    code = "TS-CA-AUTHORITY-UNKNOWN"
    next_step = "List the authorities with `trustspace ca list` and use one of their names."
    http_status = 404


class AuthorityExistsError(CaError):
    """The name is taken: names address authorities in URLs and never change their meaning."""

    code = "TS-CA-AUTHORITY-EXISTS"
    next_step = "Choose another name, or use the authority that exists."
    http_status = 409


class UnknownCertificateError(CaError):
    """No certificate with that issuer and serial was issued or reserved here."""

    code = "TS-CA-CERTIFICATE-UNKNOWN"
    next_step = "Check the issuer's name and the serial number; both together address a certificate."
    http_status = 404


class ProfileError(CaError):
    """A profile file says what no profile may say; refused when it is loaded."""

    code = "TS-CA-PROFILE-INVALID"
    next_step = "Correct the named setting in the profile file and load it again."
    exit_status = 2
    http_status = 500


class UnknownProfileError(CaError):
    """No profile of that name is loaded."""

    code = "TS-CA-PROFILE-UNKNOWN"
    next_step = "List the profiles with `trustspace ca profiles` and use one of their names."
    http_status = 404


class RequestRefusedError(CaError):
    """The request asks for what the profile, the issuer or the law does not allow."""

    code = "TS-CA-REQUEST-REFUSED"
    next_step = "Change the request as the sentence says and send it again."
    http_status = 422


class ProofOfPossessionError(RequestRefusedError):
    """The request's own signature does not verify with the key it names (RFC 2986 section 3)."""

    code = "TS-CA-POP-FAILED"
    next_step = "Make the request again with the private key that belongs to the public key in it."


class UnreadableRequestError(UnreadableInputError):
    """The octets are not a certification request at all."""

    code = "TS-CA-REQUEST-UNREADABLE"
    next_step = "Send a PKCS #10 request in DER or PEM, at most 64 kB."


class WeakKeyError(RequestRefusedError):
    """The public key is of a kind or strength that can be broken."""

    code = "TS-CA-KEY-WEAK"
    next_step = "Generate a new key, for example ECDSA on P-256 or RSA with 3072 bits, and request again."


class ReusedKeyError(RequestRefusedError):
    """The key is already certified for somebody else."""

    code = "TS-CA-KEY-REUSED"
    next_step = "Generate a key of your own; a key identifies one subject only."


class BlockedKeyError(RequestRefusedError):
    """The key is on the list of blocked keys."""

    code = "TS-CA-KEY-BLOCKED"
    next_step = "Generate a new key; this one is known to be compromised."


class IdentifierError(RequestRefusedError):
    """A national identifier is not well formed."""

    code = "TS-CA-IDENTIFIER-INVALID"
    next_step = "Correct the identifier as written in the national register."


class LintError(RequestRefusedError):
    """The certificate that would result breaks a rule of its profile or of the standards."""

    code = "TS-CA-LINT-FAILED"
    next_step = "Correct the request or the profile; the sentence names the rule and its clause."


class ValidityError(RequestRefusedError):
    """The validity asked for is not possible under this issuer and profile."""

    code = "TS-CA-VALIDITY-REFUSED"
    next_step = "Ask for dates within the profile's bounds and the issuer certificate's own validity."


class ClockError(CaError):
    """The clock stepped back or disagrees with its witness; nothing is signed until it is right."""

    code = "TS-CA-CLOCK-SUSPECT"
    next_step = "Check the time synchronisation of this machine, then try again."
    http_status = 503


class ApprovalError(CaError):
    """An approval is missing, does not verify, or comes from nobody who may approve."""

    code = "TS-CA-APPROVAL-INVALID"
    next_step = "Have the exact prepared bytes signed by as many registered approvers as the profile requires."
    http_status = 403


class TokenError(CaError):
    """The issuance token was already redeemed, is void, or does not match what was prepared."""

    code = "TS-CA-TOKEN-SPENT"
    next_step = "Prepare the certificate again; a token works once."
    http_status = 409


class SigningError(CaError):
    """The key could not be used or gave a signature that does not verify."""

    code = "TS-CA-SIGNING-FAILED"
    next_step = "Check the key store; the serial is void and nothing was issued. Then prepare again."
    http_status = 503


class RevocationError(CaError):
    """The change of status asked for is not possible from the present one."""

    code = "TS-CA-STATUS-REFUSED"
    next_step = "Look at the certificate's status and history with `trustspace ca show`."
    http_status = 409


class StaleStatusError(CaError):
    """The published status information is past its next update, so it is not served."""

    code = "TS-CA-STATUS-STALE"
    next_step = "Have a new list signed with `trustspace ca crl`; stale status is never served."
    http_status = 503
