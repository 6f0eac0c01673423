"""Name constraints of every form, indexed so that a name costs a few look-ups however many subtrees there are.

RFC 5280 4.2.1.10 and 6.1.3 (b), (c), RFC 9549, RFC 9598 6 (rfc822Name subtrees reach SmtpUTF8Mailbox) and RFC 4985 4
(SRVName). Each certificate's constraints hold by themselves for everything below it, so a path is right exactly when
every pair of constraining certificate and certificate below is: no subtrees are ever intersected.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from policies.reasons import Reason
from validator.path.alt_name import SMTP_UTF8_MAILBOX, host_fault, smtp_utf8_text, unquoted, uri_host
from validator.path.attribute_text import EMAIL_ADDRESS
from validator.path.certificate import Certificate, who
from validator.path.extension_values import NameConstraints
from validator.path.general_name import DN, DNS, EMAIL, IP, OTHER, URI, GeneralName
from validator.path.srv_name import SRV_NAME, ServiceSubtrees

PERMITTED, EXCLUDED, UNSUPPORTED = "not-permitted", "excluded", "unsupported"
_WHOLE = b""
_MAX_KNOWN = 1_000
# No name of the DNS is longer (RFC 1035 2.3.4).
_MAX_HOST = 255


@dataclass(frozen=True, slots=True)
class Violation:
    """A name that constraints do not let pass: `problem` is one of this module's three words."""

    problem: str
    name: GeneralName


class _NameTree:
    """Distinguished names, so that one walk along a name finds whether any of them is its beginning (4.2.1.10)."""

    __slots__ = ("_ends", "_steps")

    def __init__(self, names: Iterable[tuple[bytes, ...]]) -> None:
        self._steps: dict[tuple[int, bytes], int] = {}
        self._ends: set[int] = set()
        for keys in names:
            node = 0
            for key in keys:
                node = self._steps.setdefault((node, key), len(self._steps) + 1)
            self._ends.add(node)

    def holds(self, keys: tuple[bytes, ...]) -> bool:
        """A name with these keys, one per RDN, is below one of the names."""
        node: int | None = 0
        for key in keys:
            if node in self._ends:
                return True
            node = None if node is None else self._steps.get((node, key))
        return node in self._ends


@dataclass(frozen=True, slots=True)
class _Subtrees:
    """One side (permitted or excluded) of an extension. `kinds` are the forms it speaks about."""

    kinds: frozenset[str]
    dns: frozenset[bytes]
    dns_parents: frozenset[bytes]
    hosts: frozenset[bytes]
    domains: frozenset[bytes]
    mailboxes: frozenset[bytes]
    folded_mailboxes: frozenset[bytes]
    uris: frozenset[bytes]
    uri_domains: frozenset[bytes]
    networks: Mapping[int, tuple[tuple[int, frozenset[int]], ...]]
    names: _NameTree
    others: frozenset[tuple[str | None, bytes]]
    services: ServiceSubtrees


def _form(name: GeneralName) -> str:
    # Each type of otherName is a form of its own.
    return f"{OTHER} {name.type_id}" if name.kind == OTHER else name.kind


def _index(bases: tuple[GeneralName, ...]) -> _Subtrees:
    by_kind: dict[str, set[bytes]] = {}
    networks: dict[int, dict[int, set[int]]] = {}
    names, others = set(), set()
    for base in bases:
        by_kind.setdefault(base.kind, set()).add(base.value.lower())
        if base.kind == IP:
            half = len(base.value) // 2
            mask = int.from_bytes(base.value[half:], "big")
            masked = int.from_bytes(base.value[:half], "big") & mask
            networks.setdefault(half, {}).setdefault(mask, set()).add(masked)
        elif base.name is not None:
            names.add(base.name.rdn_keys)
        elif base.kind == OTHER:
            others.add((base.type_id, base.value))
    mailboxes = [_mailbox(base.value) for base in bases if base.kind == EMAIL and b"@" in base.value]
    mails, uris = by_kind.get(EMAIL, set()), by_kind.get(URI, set())
    return _Subtrees(
        kinds=frozenset(_form(base) for base in bases),
        dns=frozenset(by_kind.get(DNS, ())),
        dns_parents=frozenset(value.partition(b".")[2] for value in by_kind.get(DNS, ())),
        hosts=frozenset(value for value in mails if b"@" not in value and value[:1] != b"."),
        domains=frozenset(value[1:] for value in mails if value[:1] == b"."),
        mailboxes=frozenset(mailboxes),
        folded_mailboxes=frozenset(mailbox.lower() for mailbox in mailboxes),
        uris=frozenset(value for value in uris if value[:1] != b"."),
        uri_domains=frozenset(value[1:] for value in uris if value[:1] == b"."),
        networks={
            size: tuple((mask, frozenset(found)) for mask, found in masks.items()) for size, masks in networks.items()
        },
        names=_NameTree(names),
        others=frozenset(others),
        services=ServiceSubtrees(bases),
    )


def _mailbox(value: bytes) -> bytes:
    # The host ignores case, the local part does not (RFC 5280 7.5); quotes are no part of it (RFC 5321 4.1.2).
    local, at, host = value.rpartition(b"@")
    return unquoted(local) + at + host.lower()


def _suffixes(host: bytes) -> Iterator[bytes]:
    yield host
    while b"." in host:
        host = host.partition(b".")[2]
        yield host
    yield _WHOLE


def _proper_suffixes(host: bytes) -> Iterator[bytes]:
    suffixes = _suffixes(host)
    next(suffixes)
    return suffixes


def _in_dns(trees: _Subtrees, value: bytes) -> bool:
    return any(suffix in trees.dns for suffix in _suffixes(value.lower().rstrip(b".")))


def _wildcard_meets(trees: _Subtrees, value: bytes) -> bool:
    # `*.example.org` stands for every name one label below, so an exclusion of one of them catches it.
    if not value.startswith(b"*."):
        return False
    return value[2:].lower() in trees.dns_parents


def _in_email(trees: _Subtrees, name: GeneralName) -> bool:
    host = name.value.rpartition(b"@")[2].lower()
    mailbox = _mailbox(name.value)
    # 4.1.2.6: the attribute emailAddress, unlike rfc822Name, ignores case altogether.
    of_attribute = name.type_id == EMAIL_ADDRESS
    if mailbox in trees.mailboxes or (of_attribute and mailbox.lower() in trees.folded_mailboxes):
        return True
    if host in trees.hosts or _WHOLE in trees.hosts:
        return True
    return any(suffix in trees.domains for suffix in _proper_suffixes(host))


def _in_uri(trees: _Subtrees, host: bytes) -> bool:
    if host in trees.uris or _WHOLE in trees.uris:
        return True
    return any(suffix in trees.uri_domains for suffix in _proper_suffixes(host))


def _in_ip(trees: _Subtrees, value: bytes) -> bool:
    number = int.from_bytes(value, "big")
    return any(number & mask in networks for mask, networks in trees.networks.get(len(value), ()))


class ConstraintIndex:
    """The constraints of one certificate, ready to be asked about names."""

    __slots__ = ("_excluded", "_known", "_permitted")

    def __init__(self, constraints: NameConstraints) -> None:
        self._permitted = _index(constraints.permitted or ())
        self._excluded = _index(constraints.excluded or ())
        self._known: dict[str, Violation | None] = {}

    def violation(self, certificate: Certificate) -> Violation | None:
        """The first name of `certificate` that is excluded, not permitted, or of a form that cannot be decided."""
        if certificate.fingerprint not in self._known:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            self._known[certificate.fingerprint] = self._violation(certificate)
        return self._known[certificate.fingerprint]

    def _violation(self, certificate: Certificate) -> Violation | None:
        for name in certificate_names(certificate):
            problem = self._problem(name)
            if problem is not None:
                return Violation(problem, name)
        return None

    def _problem(self, name: GeneralName) -> str | None:
        form = _form(name)
        if name.kind == OTHER and name.type_id == SMTP_UTF8_MAILBOX:
            text = smtp_utf8_text(name.value)
            if text is None:
                return UNSUPPORTED
            mailbox = GeneralName(EMAIL, text.encode("utf-8"))
            if EMAIL in self._excluded.kinds or EMAIL in self._permitted.kinds:
                problem = self._decide(mailbox, EMAIL)
                if problem is not None:
                    return problem
        return self._decide(name, form)

    def _decide(self, name: GeneralName, form: str) -> str | None:
        if form in self._excluded.kinds:
            inside = _within(self._excluded, name)
            if inside is None:
                return UNSUPPORTED
            if inside or (name.kind == DNS and _wildcard_meets(self._excluded, name.value)):
                return EXCLUDED
            if name.kind == OTHER and name.type_id != SRV_NAME:
                # Only equality is known of a foreign name form; anything else may still fall in the subtree.
                return UNSUPPORTED
        if form in self._permitted.kinds:
            inside = _within(self._permitted, name)
            if inside is None:
                return UNSUPPORTED
            return None if inside else PERMITTED
        return None


def _within(trees: _Subtrees, name: GeneralName) -> bool | None:
    """Whether `name` falls in one of the subtrees of its form; None when that cannot be said."""
    if name.kind == DNS:
        # A wildcard anywhere but in the whole leftmost label stands for nobody knows what.
        known = len(name.value) <= _MAX_HOST and b"*" not in name.value.removeprefix(b"*.")
        return _in_dns(trees, name.value) if known else None
    if name.kind == EMAIL:
        _, at, domain = name.value.rpartition(b"@")
        return _in_email(trees, name) if at and len(domain) <= _MAX_HOST else None
    if name.kind == IP:
        return _in_ip(trees, name.value) if len(name.value) in (4, 16) else None
    if name.kind == DN and name.name is not None:
        return trees.names.holds(name.name.rdn_keys)
    if name.kind == URI:
        host = uri_host(name.value)
        # 4.2.1.10: a URI whose host is no fully qualified domain name is refused under any URI constraint.
        return None if host is None or host_fault(host) is not None else _in_uri(trees, host.lower())
    if name.kind != OTHER:
        return None
    if name.type_id == SRV_NAME:
        return trees.services.holds(name.value)
    return (name.type_id, name.value) in trees.others


def certificate_names(certificate: Certificate) -> Iterator[GeneralName]:
    """Every name that constraints apply to: the subject, its e-mail addresses when there is no subjectAltName
    (4.2.1.10), and the alternative names."""
    subject = certificate.subject
    if not subject.empty:
        yield GeneralName(DN, subject.der, subject)
    alternatives = certificate.details.subject_alt_names
    if alternatives is None:
        for attribute in subject.values(EMAIL_ADDRESS):
            octets = attribute.octets if attribute.text is None else attribute.text.encode("utf-8", "replace")
            yield GeneralName(EMAIL, octets, None, EMAIL_ADDRESS)
        return
    yield from alternatives


def violation_reason(violation: Violation, certificate: Certificate) -> Reason:
    """A violation by a name of `certificate` as a reason."""
    name, subject = violation.name, who(certificate)
    if violation.problem == UNSUPPORTED:
        return Reason.of("TS-PATH-NAME-CONSTRAINT-UNSUPPORTED", kind=name.kind, subject=subject)
    code = "TS-PATH-NAME-EXCLUDED" if violation.problem == EXCLUDED else "TS-PATH-NAME-NOT-PERMITTED"
    return Reason.of(code, kind=name.kind, value=name.text[:200], subject=subject)


_indexes: dict[str, ConstraintIndex] = {}


def constraint_index(certificate: Certificate) -> ConstraintIndex | None:
    """The index of the certificate's constraints, None when it has none; kept by content."""
    constraints = certificate.details.name_constraints
    if constraints is None:
        return None
    index = _indexes.get(certificate.fingerprint)
    if index is None:
        # An index of ten thousand subtrees takes some megabytes.
        if len(_indexes) >= 32:
            _indexes.clear()
        index = _indexes[certificate.fingerprint] = ConstraintIndex(constraints)
    return index
