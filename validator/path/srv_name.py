"""Name constraints on SRVName, the otherName of a service in a domain: `_service.domain` (RFC 4985 2 and 4)."""

from collections.abc import Iterable

from validator.asn1 import der
from validator.path.alt_name import host_fault
from validator.path.general_name import OTHER, GeneralName

SRV_NAME = "1.3.6.1.5.5.7.8.7"


class ServiceSubtrees:
    """The SRVName bases of one side of an extension: a domain, a service, or a service in a domain."""

    __slots__ = ("_domains", "_readable", "_services", "_whole")

    def __init__(self, bases: Iterable[GeneralName]) -> None:
        parts = [_parts(base.value) for base in bases if base.kind == OTHER and base.type_id == SRV_NAME]
        self._readable = None not in parts
        known = [one for one in parts if one is not None]
        self._domains = frozenset(domain for service, domain in known if not service)
        self._services = frozenset(service for service, domain in known if not domain)
        self._whole = frozenset((service, domain) for service, domain in known if service and domain)

    def holds(self, value: bytes) -> bool | None:
        """Whether the SRVName with this DER is in one of the subtrees, None when that cannot be said."""
        parts = _parts(value)
        if parts is None or not parts[0] or not parts[1] or not self._readable:
            return None
        service, domain = parts
        above = _ancestors(domain)
        if parts in self._whole or service in self._services or not self._domains.isdisjoint((domain, *above)):
            return True
        # Section 4 does not say whether a service in a domain speaks of the domains below.
        return None if any((service, one) in self._whole for one in above) else False


def _parts(value: bytes) -> tuple[str, str] | None:
    """Service with its underscore and domain, in lower case; one of them may be empty."""
    try:
        text = der.single(value, der.IA5_STRING).contents(value).decode("ascii").lower()
    except (der.DerError, UnicodeDecodeError):
        return None
    service, _, domain = text.partition(".") if text.startswith("_") else ("", "", text)
    if service == "_" or (domain and host_fault(domain.encode()) is not None) or not (service or domain):
        return None
    return service, domain


def _ancestors(domain: str) -> list[str]:
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(1, len(labels))]
