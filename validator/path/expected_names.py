"""Whether a certificate carries the names and usages that the relying party expects (RFC 5280 4.2.1.3 to 4.2.1.12,
RFC 9525): alternative names only, never the common name; a wildcard is the whole leftmost label."""

import ipaddress
from collections.abc import Callable, Mapping
from functools import cached_property

from policies.reasons import Reason
from validator.path.alt_name import SMTP_UTF8_MAILBOX, host_fault, smtp_utf8_text
from validator.path.certificate import Certificate, who
from validator.path.checks import purposes_allowed, shown
from validator.path.comparable import comparable_domain, comparable_mailbox, comparable_uri
from validator.path.general_name import DN, DNS, EMAIL, IP, OTHER, URI, GeneralName
from validator.path.name import MAX_NAME_OCTETS
from validator.path.types import ExpectedName, PathSettings
from validator.path.written_name import key_from_text

# How many characters of what was asked for a reason repeats.
_SHOWN = 200
# In characters as asked for, with a dot at the end.
_MAX_DOMAIN = 254


def expectation_reasons(certificate: Certificate, settings: PathSettings) -> list[Reason]:
    """Why `certificate` is not what `settings.names`, `.eku` and `.key_usage` ask for; all of them have to hold."""
    if not settings.names and not settings.eku and not settings.key_usage:
        return []
    carried = CarriedNames(certificate)
    reasons = [
        Reason.of("TS-PATH-NAME-MISMATCH", kind=expected.kind, value=expected.value[:_SHOWN])
        for expected in settings.names
        if not carried.include(expected)
    ]
    if not purposes_allowed(certificate, settings.eku):
        missing = (settings.eku or frozenset()) - (certificate.details.extended_key_usage or frozenset())
        reasons.append(Reason.of("TS-PATH-EXTENDED-KEY-USAGE", subject=who(certificate), usage=shown(missing)))
    usages = certificate.details.key_usage
    if settings.key_usage and usages is not None and not settings.key_usage <= usages:
        reasons.append(Reason.of("TS-PATH-REQUIRED-KEY-USAGE", usage=shown(settings.key_usage - usages)))
    return reasons


class CarriedNames:
    """The names that one certificate carries, made ready for comparison once, however many are asked about."""

    def __init__(self, certificate: Certificate) -> None:
        self._certificate = certificate

    def include(self, expected: ExpectedName) -> bool:
        """The certificate carries the expected name; an unknown kind or an unreadable value is carried by none."""
        match = _MATCHERS.get(expected.kind)
        return match is not None and len(expected.value) <= MAX_NAME_OCTETS and match(self, expected.value)

    def _alternatives(self, kind: str) -> tuple[GeneralName, ...]:
        return tuple(name for name in self._certificate.details.subject_alt_names or () if name.kind == kind)

    def dns(self, value: str) -> bool:
        if len(value) > _MAX_DOMAIN:
            return False
        wanted = comparable_domain(value).encode("utf-8", "replace").removesuffix(b".")
        if host_fault(wanted) is not None:
            return False
        # A wildcard directly under a top-level domain would stand for everything in it.
        _, _, parent = wanted.partition(b".")
        return wanted in self._hosts or (b"." in parent and b"*." + parent in self._hosts)

    @cached_property
    def _hosts(self) -> frozenset[bytes]:
        return frozenset(name.value.lower() for name in self._alternatives(DNS))

    def ip(self, value: str) -> bool:
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return False
        # A zone (RFC 4007 11) says on which link of the asking machine; no certificate can.
        return "%" not in value and address.packed in self._addresses

    @cached_property
    def _addresses(self) -> frozenset[bytes]:
        return frozenset(name.value for name in self._alternatives(IP))

    def email(self, value: str) -> bool:
        return "@" in value and comparable_mailbox(value) in self._mailboxes

    @cached_property
    def _mailboxes(self) -> frozenset[str]:
        mailboxes = {name.value.decode("ascii") for name in self._alternatives(EMAIL)}
        for name in self._alternatives(OTHER):
            text = smtp_utf8_text(name.value) if name.type_id == SMTP_UTF8_MAILBOX else None
            if text is not None:
                mailboxes.add(text)
        return frozenset(map(comparable_mailbox, mailboxes))

    def uri(self, value: str) -> bool:
        return comparable_uri(value) in self._uris

    @cached_property
    def _uris(self) -> frozenset[str]:
        return frozenset(comparable_uri(name.value.decode("ascii")) for name in self._alternatives(URI))

    def dn(self, value: str) -> bool:
        wanted = key_from_text(value)
        return bool(wanted) and wanted in self._names

    @cached_property
    def _names(self) -> frozenset[bytes]:
        alternatives = (name.name.key for name in self._alternatives(DN) if name.name is not None)
        return frozenset({self._certificate.subject.key, *alternatives})


_MATCHERS: Mapping[str, Callable[[CarriedNames, str], bool]] = {
    "dns": CarriedNames.dns,
    "ip": CarriedNames.ip,
    "email": CarriedNames.email,
    "uri": CarriedNames.uri,
    "dn": CarriedNames.dn,
}
