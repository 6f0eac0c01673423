"""What can go wrong in the status mirror."""

from policies.errors import TrustspaceError


class MirrorError(TrustspaceError):
    """Root of the mirror's errors."""

    code = "TS-MIRROR-ERROR"


class MirrorSourceError(MirrorError):
    """A source cannot be watched as it was described."""

    code = "TS-MIRROR-SOURCE"
    next_step = "Give an http or https address and the certificate of whoever issues the list or the response."
    exit_status = 2
    http_status = 422


class MirrorSourceUnknownError(MirrorError):
    """No source has this number."""

    code = "TS-MIRROR-SOURCE-UNKNOWN"
    next_step = "Choose a number from: trustspace mirror list"
    exit_status = 2
    http_status = 404


class MirrorRefusedError(MirrorError):
    """Something was received and is not what the source should give. What was there before stays in use."""

    code = "TS-MIRROR-REFUSED"
    next_step = "Ask the operator of that service; until then the last good information stays in use and ages."
    http_status = 502


class MirrorUnreadableError(MirrorRefusedError):
    """The octets are not a CRL or an OCSP response."""

    code = "TS-MIRROR-UNREADABLE"


class MirrorOtherIssuerError(MirrorRefusedError):
    """A CRL of somebody else, or a response about another certificate, stands at the address."""

    code = "TS-MIRROR-OTHER-ISSUER"


class MirrorSignatureError(MirrorRefusedError):
    """Nobody who may has signed it."""

    code = "TS-MIRROR-SIGNATURE"


class MirrorRollbackError(MirrorRefusedError):
    """Older than what was received before: its number or date went back."""

    code = "TS-MIRROR-ROLLBACK"


class MirrorFutureError(MirrorRefusedError):
    """Issued later than now, by more than clocks differ."""

    code = "TS-MIRROR-FUTURE"


class MirrorNoAnswerError(MirrorRefusedError):
    """The responder answered, but gave no status."""

    code = "TS-MIRROR-NO-ANSWER"
    next_step = "Ask again later; if it stays, tell the operator of that responder."
