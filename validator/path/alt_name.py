"""The syntax of general names in subjectAltName and in name constraints (RFC 5280 4.2.1.6 and 4.2.1.10, RFC 9598).

Each function answers None for a well-formed name and a short stable word for what is wrong otherwise.
"""

import ipaddress
import re

from validator.asn1 import der
from validator.path.general_name import DN, DNS, EMAIL, IP, OTHER, URI, GeneralName

SMTP_UTF8_MAILBOX = "1.3.6.1.5.5.7.8.9"

# The preferred name syntax of RFC 1034 as loosened by RFC 1123 2.1: letters, digits, inner hyphens, 63 octets a label.
_LABEL = rb"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rb"%b(?:\.%b)*" % (_LABEL, _LABEL))
_ATOM = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = re.compile(rb"%b(?:\.%b)*" % (_ATOM, _ATOM))
_QUOTED = re.compile(rb'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"')
# RFC 3986: the octets a URI may hold, a percent sign only before two hexadecimal digits; user information has no `@`.
_URI = re.compile(
    rb"[A-Za-z][A-Za-z0-9+.-]*:(?:[\x21\x23\x24\x26-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]|%[0-9A-Fa-f]{2})+"
)
_AUTHORITY = re.compile(rb"(?:[^@\[\]]*@)?(\[[0-9A-Fa-f:.]*\]|[^@:\[\]]*)(?::[0-9]*)?")
_NUMERIC_LAST_LABEL = re.compile(rb"(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)")


def host_fault(value: bytes, wildcard: bool = False) -> str | None:
    """What is wrong with a fully qualified domain name; a leading `*.` is allowed on request."""
    if wildcard and value.startswith(b"*."):
        value = value[2:]
    if not value:
        return "empty"
    if len(value) > 253:
        return "too-long"
    if not _HOST.fullmatch(value):
        return "not-a-domain-name"
    # A name whose last label is a number is an address in disguise (RFC 1123 2.1).
    return "address-as-domain-name" if _NUMERIC_LAST_LABEL.fullmatch(value) else None


def mailbox_fault(value: bytes) -> str | None:
    """What is wrong with an RFC 5321 Mailbox in ASCII."""
    local, at, host = value.rpartition(b"@")
    if not at or not local or len(local) > 64:
        return "not-a-mailbox"
    if not (_DOT_ATOM.fullmatch(local) or _QUOTED.fullmatch(local)):
        return "not-a-mailbox"
    return None if _is_address_literal(host) else host_fault(host)


def unquoted(local: bytes) -> bytes:
    """The local part of a mailbox without the quotes and backslashes that are no part of it (RFC 5321 4.1.2)."""
    if len(local) < 2 or not local.startswith(b'"') or not local.endswith(b'"'):
        return local
    return re.sub(rb"\\(.)", rb"\1", local[1:-1], flags=re.DOTALL)


def _is_address_literal(host: bytes) -> bool:
    # RFC 5321 4.1.3.
    if not host.startswith(b"[") or not host.endswith(b"]"):
        return False
    inner = host[1:-1]
    return is_address(b"[" + inner[5:] + b"]") if inner[:5].lower() == b"ipv6:" else is_address(inner)


def uri_host(value: bytes) -> bytes | None:
    """The host of an absolute URI with authority, without user information and port, an IPv6 address in its brackets;
    None when there is none or the authority is not as RFC 3986 3.2 wants it."""
    _, colon, rest = value.partition(b":")
    if not colon or not rest.startswith(b"//"):
        return None
    authority = _AUTHORITY.fullmatch(re.split(rb"[/?#]", rest[2:], maxsplit=1)[0])
    return authority[1] or None if authority else None


def is_address(host: bytes) -> bool:
    """The host of a URI is an IP address as RFC 3986 3.2.2 writes it."""
    text = host.decode("ascii", "replace")
    try:
        if text.startswith("["):
            ipaddress.IPv6Address(text[1:-1])
        else:
            ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def smtp_utf8_text(value: bytes) -> str | None:
    """The mailbox inside an otherName of type SmtpUTF8Mailbox (`value` is its DER), None when it is not one."""
    try:
        element = der.single(value, der.UTF8_STRING)
        text = element.contents(value).decode("utf-8")
    except (der.DerError, UnicodeDecodeError):
        return None
    local, at, host = text.rpartition("@")
    # RFC 9598 section 3: the domain is A-labels and NR-LDH labels, there is no byte order mark.
    if not at or not local or local.startswith("\ufeff") or not host.isascii() or host_fault(host.encode()) is not None:
        return None
    return text


def _smtp_utf8_fault(value: bytes) -> str | None:
    text = smtp_utf8_text(value)
    # RFC 9598 section 3: a mailbox with an ASCII local part MUST be an rfc822Name.
    return "not-a-mailbox" if text is None or text.rpartition("@")[0].isascii() else None


def general_name_fault(name: GeneralName) -> str | None:
    """What is wrong with a name of subjectAltName or issuerAltName."""
    if name.kind == DNS:
        return host_fault(name.value, wildcard=True)
    if name.kind == EMAIL:
        return mailbox_fault(name.value)
    if name.kind == IP:
        return None if len(name.value) in (4, 16) else "address-length"
    if name.kind == URI:
        return _uri_fault(name.value)
    if name.kind == DN:
        return "empty" if name.name is None or name.name.empty else None
    if name.kind == OTHER and name.type_id == SMTP_UTF8_MAILBOX:
        return _smtp_utf8_fault(name.value)
    return None


def _uri_fault(value: bytes) -> str | None:
    if not _URI.fullmatch(value):
        return "not-an-absolute-uri"
    if value.partition(b":")[2].startswith(b"//"):
        # 4.2.1.6: a scheme with authority needs a fully qualified domain name or an address as host.
        host = uri_host(value)
        if host is None or (not is_address(host) and host_fault(host) is not None):
            return "uri-host"
    return None


def constraint_fault(base: GeneralName) -> str | None:
    """What is wrong with the base of a GeneralSubtree."""
    if base.kind == DNS:
        return host_fault(base.value) if base.value else None
    if base.kind == URI:
        return host_fault(base.value.removeprefix(b".")) if base.value else None
    if base.kind == EMAIL:
        if b"@" in base.value:
            return mailbox_fault(base.value)
        return host_fault(base.value.removeprefix(b".")) if base.value else None
    if base.kind == IP:
        return _range_fault(base.value)
    return None


def _range_fault(value: bytes) -> str | None:
    if len(value) not in (8, 32):
        return "address-length"
    half = len(value) // 2
    mask = int.from_bytes(value[half:], "big")
    inverted = mask ^ ((1 << 8 * half) - 1)
    # RFC 4632 prefixes are contiguous: the inverted mask is one less than a power of two.
    return "mask-not-contiguous" if inverted & inverted + 1 else None
