"""Domain names, mailboxes and URIs as text made ready for comparison (RFC 5280 7.2 to 7.5, RFC 9549, RFC 9598 5).

Two texts name the same when what is made of them is equal. Internationalised labels become A-labels as IDNA2008 has
them (RFC 5890), after the mapping of RFC 5895: the sharp s stays itself.
"""

import re
import unicodedata

from validator.path.alt_name import unquoted

_FULL_STOPS = re.compile("[\u3002\uff0e\uff61]")
# Scheme, authority, path, and the rest with its `?` or `#` (RFC 3986 appendix B).
_PARTS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?://([^/?#]*))?([^?#]*)(.*)", re.DOTALL)
_AUTHORITY = re.compile(r"((?:.*@)?)(\[[^\]]*\]|[^:]*)((?::[0-9]*)?)", re.DOTALL)
# The schemes that RFC 5280 7.4 wants normalised by their own rules, and their ports.
_PORTS = {"ldap": ":389", "http": ":80", "https": ":443", "ftp": ":21"}
_MAX_LABEL = 63
# Longer ones than servers take (RFC 9110 4.1 recommends 8000 octets) are equal only octet for octet.
_MAX_URI = 8_000
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def comparable_domain(text: str) -> str:
    """A domain name in lower case and A-labels (7.2, 7.3); what is no domain name stays what it is."""
    if text.isascii():
        return text.lower()
    return ".".join(map(_a_label, _FULL_STOPS.sub(".", text).split(".")))


def _a_label(label: str) -> str:
    if len(label) > _MAX_LABEL:
        # No label of the DNS is longer, and Punycode takes the square of its length.
        return label
    mapped = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", label).lower())
    return mapped if mapped.isascii() else "xn--" + mapped.encode("punycode", "replace").decode("ascii")


def comparable_mailbox(text: str) -> str:
    """A mailbox (7.5, RFC 9598 5): the domain ignores case, the local part is compared as it is, without quotes."""
    local, at, domain = text.rpartition("@")
    return unquoted(local.encode("utf-8", "replace")).decode("utf-8", "replace") + at + comparable_domain(domain)


def comparable_uri(text: str) -> str:
    """A URI or IRI (7.4): syntax-based normalisation, and that of the schemes which have to be known."""
    if len(text) > _MAX_URI:
        return text
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return text
    scheme, authority, path, rest = parts[1].lower(), parts[2], _escaped(parts[3]), _escaped(parts[4])
    if authority is None:
        return f"{scheme}:{path}{rest}"
    found = _AUTHORITY.fullmatch(authority)
    if found is not None:
        port = "" if found[3] in (":", _PORTS.get(scheme)) else found[3]
        authority = _escaped(found[1]) + comparable_domain(found[2]) + port
    path = _without_dot_segments(path)
    return f"{scheme}://{authority}{path or ('/' if scheme in _PORTS else '')}{rest}"


def _escaped(text: str) -> str:
    # RFC 3987 3.1 and RFC 3986 6.2.2: UTF-8 and upper-case percent-encoding, and none of unreserved characters.
    ascii_only = "".join(one if one.isascii() else _percent(one) for one in text)
    return re.sub("%([0-9A-Fa-f]{2})", lambda found: _unescaped(int(found[1], 16)), ascii_only)


def _percent(character: str) -> str:
    return "".join(f"%{octet:02X}" for octet in character.encode("utf-8", "replace"))


def _unescaped(octet: int) -> str:
    return chr(octet) if chr(octet) in _UNRESERVED else f"%{octet:02X}"


def _without_dot_segments(path: str) -> str:
    # RFC 3986 5.2.4.
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del kept[max(1, len(kept) - 1) :]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)
