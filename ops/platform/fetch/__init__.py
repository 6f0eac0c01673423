"""The guarded client: the only way to another machine for anything that a document or certificate names.

An address found in a certificate is hostile input. `Fetcher` refuses what is not http(s), resolves a name once and
connects to exactly the address that it checked, bounds size, headers, time and redirects, and uses no proxy.
"""

from ops.platform.fetch.addresses import refusal, system_resolver
from ops.platform.fetch.client import Fetcher, FetchLimits, FetchResult
from ops.platform.fetch.errors import (
    FetchAddressError,
    FetchConnectionError,
    FetchContentTypeError,
    FetchError,
    FetchNameError,
    FetchProtocolError,
    FetchRedirectError,
    FetchSchemeError,
    FetchSizeError,
    FetchStatusError,
    FetchTimeoutError,
    FetchUrlError,
)

__all__ = [
    "FetchAddressError",
    "FetchConnectionError",
    "FetchContentTypeError",
    "FetchError",
    "FetchLimits",
    "FetchNameError",
    "FetchProtocolError",
    "FetchRedirectError",
    "FetchResult",
    "FetchSchemeError",
    "FetchSizeError",
    "FetchStatusError",
    "FetchTimeoutError",
    "FetchUrlError",
    "Fetcher",
    "refusal",
    "system_resolver",
]
