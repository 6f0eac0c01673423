"""Whether a certificate carries the names and usages that the relying party expects (RFC 5280 4.2.1.3 to 4.2.1.12,
RFC 9525): alternative names only, never the common name; a wildcard is the whole leftmost label."""

import ipaddress
from collections.abc import Callable, Mapping

from policies.reasons import Reason
from validator.path.alt_name import SMTP_UTF8_MAILBOX, host_fault, smtp_utf8_text
from validator.path.certificate import Certificate, who
from validator.path.checks import purposes_allowed
from validator.path.comparable import comparable_domain, comparable_mailbox, comparable_uri
from validator.path.general_name import DN, DNS, EMAIL, IP, OTHER, URI, GeneralName
from validator.path.name import MAX_NAME_OCTETS, key_from_text
from validator.path.types import ExpectedName, PathSettings

# How many characters of what was asked for a reason repeats.
_SHOWN = 200


def expectation_reasons(certificate: Certificate, settings: PathSettings) -> list[Reason]:
    """Why `certificate` is not what `settings.names`, `.eku` and `.key_usage` ask for; all of them have to hold."""
    if not settings.names and not settings.eku and not settings.key_usage:
        return []
    reasons = [
        Reason.of("TS-PATH-NAME-MISMATCH", kind=expected.kind, value=expected.value[:_SHOWN])
        for expected in settings.names
        if not carries(certificate, expected)
    ]
    if not purposes_allowed(certificate, settings.eku):
        missing = sorted((settings.eku or frozenset()) - (certificate.details.extended_key_usage or frozenset()))
        usage = ", ".join(missing)[:_SHOWN]
        reasons.append(Reason.of("TS-PATH-EXTENDED-KEY-USAGE", subject=who(certificate), usage=usage))
    usages = certificate.details.key_usage
    if settings.key_usage and usages is not None and not settings.key_usage <= usages:
        reasons.append(
            Reason.of("TS-PATH-REQUIRED-KEY-USAGE", usage=", ".join(sorted(settings.key_usage - usages))[:_SHOWN])
        )
    return reasons


def carries(certificate: Certificate, expected: ExpectedName) -> bool:
    """The certificate carries the expected name; an unknown kind or an unreadable value is carried by none."""
    match = _MATCHERS.get(expected.kind)
    return match is not None and len(expected.value) <= MAX_NAME_OCTETS and match(certificate, expected.value)


def _alternatives(certificate: Certificate, kind: str) -> tuple[GeneralName, ...]:
    return tuple(name for name in certificate.details.subject_alt_names or () if name.kind == kind)


def _dns(certificate: Certificate, value: str) -> bool:
    if len(value) > 254:
        # Nothing that long is a domain name, and IDNA takes the square of its length.
        return False
    wanted = comparable_domain(value).encode("utf-8", "replace").removesuffix(b".")
    if host_fault(wanted) is not None:
        return False
    return any(_dns_match(name.value.lower(), wanted) for name in _alternatives(certificate, DNS))


def _dns_match(presented: bytes, wanted: bytes) -> bool:
    if not presented.startswith(b"*."):
        return presented == wanted
    # A wildcard directly under a top-level domain would stand for everything in it.
    return b"." in presented[2:] and wanted.partition(b".")[2] == presented[2:]


def _ip(certificate: Certificate, value: str) -> bool:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    # A zone (RFC 4007 11) says on which link of the asking machine; no certificate can.
    wanted = b"" if "%" in value else address.packed
    return any(name.value == wanted for name in _alternatives(certificate, IP))


def _email(certificate: Certificate, value: str) -> bool:
    wanted = comparable_mailbox(value)
    mailboxes = {name.value.decode("ascii") for name in _alternatives(certificate, EMAIL)}
    for name in _alternatives(certificate, OTHER):
        text = smtp_utf8_text(name.value) if name.type_id == SMTP_UTF8_MAILBOX else None
        if text is not None:
            mailboxes.add(text)
    return "@" in value and any(comparable_mailbox(mailbox) == wanted for mailbox in mailboxes)


def _uri(certificate: Certificate, value: str) -> bool:
    wanted = comparable_uri(value)
    return any(comparable_uri(name.value.decode("ascii")) == wanted for name in _alternatives(certificate, URI))


def _dn(certificate: Certificate, value: str) -> bool:
    wanted = key_from_text(value)
    if not wanted:
        return False
    names = (certificate.subject, *(name.name for name in _alternatives(certificate, DN)))
    return any(name is not None and name.key == wanted for name in names)


_MATCHERS: Mapping[str, Callable[[Certificate, str], bool]] = {
    "dns": _dns,
    "ip": _ip,
    "email": _email,
    "uri": _uri,
    "dn": _dn,
}
