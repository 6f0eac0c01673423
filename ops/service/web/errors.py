"""What the web application refuses: one code, one sentence and one next step for the API and for the page."""

from policies.errors import TrustspaceError, UnreadableInputError


class WebError(TrustspaceError):
    """The root of this room's tree."""

    code = "TS-WEB-ERROR"


class FormError(WebError):
    """The request is not the multipart form that the interface describes."""

    code = "TS-WEB-FORM"
    next_step = "Send multipart/form-data with one file and at most a few dozen parts, as the API description says."
    exit_status = 2
    http_status = 400


class MediaTypeError(FormError):
    """The body is of another media type."""

    code = "TS-WEB-MEDIA-TYPE"
    next_step = "Send the file as multipart/form-data in the part named `file`."
    http_status = 415


class NoFileError(UnreadableInputError):
    """No document was sent."""

    code = "TS-WEB-NO-FILE"
    next_step = "Choose the signed file and send the form again."


class FieldError(UnreadableInputError):
    """A field holds a value that it cannot have. `field` is its name."""

    code = "TS-WEB-FIELD"
    next_step = "Correct the field that the sentence names."

    def __init__(self, field: str, sentence: str, *, next_step: str | None = None) -> None:
        super().__init__(sentence, next_step=next_step)
        self.field = field


class TooLargeError(WebError):
    """The request body is larger than the service accepts."""

    code = "TS-WEB-TOO-LARGE"
    next_step = "Send a smaller file, or judge it on your own machine with `trustspace validate FILE`."
    exit_status = 2
    http_status = 413


class SlowError(WebError):
    """The body of a request came too slowly."""

    code = "TS-WEB-SLOW"
    next_step = "Check the connection and send the request again."
    http_status = 408


class WorkerError(WebError):
    """Judging the document needed more time or memory than a request is given, and was stopped."""

    code = "TS-WEB-WORKER"
    next_step = "Judge the file on your own machine with `trustspace validate FILE`, which has no such bounds."
    http_status = 503


class BusyError(WebError):
    """More documents are waiting than the service takes on."""

    code = "TS-WEB-BUSY"
    next_step = "Try again in a minute."
    http_status = 503


class NotFoundError(WebError):
    """Nothing is at this address."""

    code = "TS-WEB-NOT-FOUND"
    next_step = "Start at the first page, or read the API description at /api/v1/openapi.json."
    http_status = 404


class ReportGoneError(NotFoundError):
    """The report was never here, or its time is over."""

    code = "TS-WEB-REPORT-GONE"
    next_step = "Send the document again: reports are kept in memory for an hour and then forgotten."


class MethodError(WebError):
    """The address does not answer to this method."""

    code = "TS-WEB-METHOD"
    next_step = "Read the API description at /api/v1/openapi.json."
    http_status = 405


class InternalError(WebError):
    """Something failed that nobody foresaw; what, is in the log without the document."""

    code = "TS-INTERNAL"
    next_step = "Report this with the code and the time at which it happened."


class AddressError(WebError):
    """The address to serve at cannot be taken."""

    code = "TS-WEB-ADDRESS"
    next_step = "Stop what uses the port, or choose another with --port."
    exit_status = 2
