"""What a lint is: a rule with an identifier, a clause and a check over the to-be-signed bytes, read back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cryptography import x509

from ca import reader
from ca.names import attributes_of
from ca.template import Blueprint
from ops.platform import der


class Subject:
    """What the rules look at: the plan, the bytes, and the certificate that another parser reads in the bytes."""

    def __init__(self, plan: Blueprint, tbs: bytes) -> None:
        self.plan = plan
        self.tbs = tbs
        # A certificate needs a signature to be read; this one verifies with nothing and never leaves.
        self.certificate = x509.load_der_x509_certificate(
            der.sequence(tbs, plan.issuer.algorithm, der.bit_string(b"\x00"))
        )
        self.extensions = {extension.oid.dotted_string: extension for extension in self.certificate.extensions}

    @cached_property
    def fields(self) -> tuple[reader.Node, ...]:
        """The elements of TBSCertificate."""
        return reader.children(reader.one(self.tbs, 0x30), minimum=8, limit=8)

    @cached_property
    def subject_attributes(self) -> tuple[tuple[str, str], ...]:
        """(attribute, text) pairs of the subject."""
        return attributes_of(self.fields[5].whole)

    @cached_property
    def statements(self) -> dict[str, reader.Node | None]:
        """QCStatements by OID with their statementInfo."""
        extension = self.extensions.get("1.3.6.1.5.5.7.1.3")
        if extension is None:
            return {}
        found: dict[str, reader.Node | None] = {}
        for statement in reader.children(reader.one(extension.value.public_bytes(), 0x30)):
            parts = reader.children(reader.expect(statement, 0x30), minimum=1, limit=2)
            found[reader.oid_text(parts[0])] = parts[1] if len(parts) == 2 else None
        return found

    def value(self, kind: type["x509.ExtensionType"]) -> "x509.ExtensionType | None":
        """The parsed extension of a type, or None."""
        extension = self.extensions.get(kind.oid.dotted_string)
        return extension.value if extension else None

    def policies(self) -> tuple[str, ...]:
        """The policy OIDs that the certificate asserts."""
        value = self.value(x509.CertificatePolicies)
        if not isinstance(value, x509.CertificatePolicies):
            return ()
        return tuple(policy.policy_identifier.dotted_string for policy in value)


def subject_of(plan: Blueprint, tbs: bytes) -> Subject:
    """The bytes read back. ValueError when another parser cannot read them at all."""
    return Subject(plan, tbs)


Check = Callable[[Subject], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A lint. `check` yields one clause of a sentence for every breach."""

    id: str
    clause: str
    check: Check
    applies: Callable[[Blueprint], bool]


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of a rule."""

    rule: Rule
    text: str

    @property
    def sentence(self) -> str:
        """The breach with its clause."""
        return f"{self.text} ({self.rule.id}, {self.rule.clause})."


RULES: dict[str, Rule] = {}


def _always(_plan: Blueprint) -> bool:
    return True


def rule(identifier: str, clause: str, applies: Callable[[Blueprint], bool] = _always) -> Callable[[Check], Check]:
    """Registers a check as a rule."""

    def register(check: Check) -> Check:
        if identifier in RULES:
            raise ValueError(f"the lint {identifier} is defined twice")
        RULES[identifier] = Rule(identifier, clause, check, applies)
        return check

    return register


@lru_cache(maxsize=256)
def path_length_of(certificate: bytes) -> int | None:
    """The path length constraint of a CA certificate, None when it has none."""
    try:
        value = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return None
    return value.value.path_length
