"""Why something was not fetched. Every error carries the address that was asked for, never what it answered."""

from ops.platform.errors import PlatformError


class FetchError(PlatformError):
    """Nothing was fetched. `url` is the address asked for (of the hop that failed)."""

    code = "TS-FETCH-ERROR"
    next_step = "Check the address, or give the object as a file."
    http_status = 502

    def __init__(self, sentence: str, *, url: str) -> None:
        super().__init__(sentence)
        self.url = url


class FetchUrlError(FetchError):
    """Not an address: unreadable, over-long, with credentials, or with characters that no address has."""

    code = "TS-FETCH-URL"


class FetchSchemeError(FetchError):
    """Neither http nor https."""

    code = "TS-FETCH-SCHEME"
    next_step = "Give the object as a file: only http and https are fetched."


class FetchNameError(FetchError):
    """The host name has no address."""

    code = "TS-FETCH-NAME"
    next_step = "Check the host name and this machine's name service."


class FetchAddressError(FetchError):
    """The host is in a network that must not be reached from here (private, loopback, link-local …)."""

    code = "TS-FETCH-ADDRESS"
    next_step = "If this internal service is meant, set TRUSTSPACE_ALLOW_PRIVATE_ADDRESSES=true."


class FetchConnectionError(FetchError):
    """The connection was refused, reset or not trusted (TLS)."""

    code = "TS-FETCH-CONNECTION"
    next_step = "Try again later; if it stays, tell the operator of that service."


class FetchTimeoutError(FetchError):
    """The whole exchange took longer than allowed."""

    code = "TS-FETCH-TIMEOUT"
    next_step = "Try again later; if it stays, tell the operator of that service."
    http_status = 504


class FetchSizeError(FetchError):
    """Body or headers are larger than allowed."""

    code = "TS-FETCH-SIZE"
    next_step = "If this object is meant, raise TRUSTSPACE_FETCH_MAX_BYTES."


class FetchProtocolError(FetchError):
    """The answer is not sound HTTP: truncated, malformed, or in an encoding that was not asked for."""

    code = "TS-FETCH-PROTOCOL"
    next_step = "Tell the operator of that service."


class FetchRedirectError(FetchError):
    """Too many redirects, one that changes the scheme, or one that leads nowhere."""

    code = "TS-FETCH-REDIRECT"
    next_step = "Check where the address leads, and give the final address."


class FetchContentTypeError(FetchError):
    """The answer is of another media type than asked for."""

    code = "TS-FETCH-CONTENT-TYPE"
    next_step = "Tell the operator of that service."


class FetchStatusError(FetchError):
    """The server answered with a status other than success; `status` holds it."""

    code = "TS-FETCH-STATUS"
    next_step = "Try again later; if it stays, tell the operator of that service."

    def __init__(self, sentence: str, *, url: str, status: int) -> None:
        super().__init__(sentence, url=url)
        self.status = status
