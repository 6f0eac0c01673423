"""Which network addresses may be reached, and how a name becomes addresses.

The special-purpose registries of IANA (RFC 6890 and its updates) decide. Addresses that carry another one inside
(IPv4-mapped, IPv4-compatible, 6to4, Teredo, NAT64) are judged by the inner one as well.
"""

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Iterator, Sequence

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

Resolver = Callable[[str, int, float], Sequence[str]]
"""Host name, port, seconds allowed → numeric addresses. Raises `OSError`, or `TimeoutError` when time is up."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")
_SIX_TO_FOUR_RELAY = ipaddress.IPv4Network("192.88.99.0/24")
_CGNAT = ipaddress.IPv4Network("100.64.0.0/10")


def refusal(address: str, *, allow_private: bool) -> str | None:
    """Why `address` (numeric) must not be connected to, or None if it may.

    `allow_private` admits loopback, private, shared and link-local addresses; multicast, unspecified and reserved ones
    are refused always.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "not an address"
    for candidate in _with_embedded(parsed):
        reason = _refusal(candidate, allow_private)
        if reason is not None:
            return reason
    return None


def _refusal(address: IPAddress, allow_private: bool) -> str | None:
    if address.is_unspecified:
        return "unspecified"
    if address.is_multicast:
        return "multicast"
    kinds = {
        "loopback": address.is_loopback,
        "link-local": address.is_link_local,
        "shared (carrier-grade NAT)": isinstance(address, ipaddress.IPv4Address) and address in _CGNAT,
        "site-local": isinstance(address, ipaddress.IPv6Address) and address.is_site_local,
    }
    kind = next((name for name, applies in kinds.items() if applies), None)
    if kind is not None:
        return None if allow_private else kind
    if address.is_reserved or (isinstance(address, ipaddress.IPv4Address) and address in _SIX_TO_FOUR_RELAY):
        return "reserved"
    return None if allow_private or address.is_global else "private"


def _with_embedded(address: IPAddress) -> Iterator[IPAddress]:
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.ipv4_mapped is not None or address in _NAT64:
        # Nothing but another spelling of the inner address (RFC 4291 §2.5.5.2, RFC 6052 §2.1).
        yield inner
        return
    yield address
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    # "::" and "::1" are addresses of their own (RFC 4291 §2.5.2, §2.5.3), not IPv4-compatible ones.
    if address in _IPV4_COMPATIBLE and int(address) > 1:
        yield inner


def system_resolver(host: str, port: int, seconds: float) -> Sequence[str]:
    """The operating system's resolver, given up after `seconds` (its own time limits cannot be set from here)."""
    answers: queue.Queue[list[str] | OSError] = queue.Queue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([str(entry[4][0]) for entry in found])
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=ask, daemon=True, name="resolve").start()
    try:
        answer = answers.get(timeout=max(seconds, 0.001))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer
