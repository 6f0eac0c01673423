"""A path under construction, from the end entity upwards, and what may be decided about one more certificate on it."""

from collections.abc import Callable
from dataclasses import dataclass

from policies.reasons import Reason
from validator.path.certificate import Certificate
from validator.path.extension_values import AuthorityKeyIdentifier
from validator.path.general_name import DN
from validator.path.name_constraints import Violation, constraint_index, violation_reason
from validator.path.policy_reach import PolicyReach
from validator.path.types import PathSettings

MAX_PATH_CERTIFICATES = 1_001


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A certificate and the link it stands above (None for the end entity).

    `length` counts certificates so far, `intermediates` the non-self-issued ones between this and the end entity.
    `reach` are the policies that can still be valid, None where nobody minds.
    """

    certificate: Certificate
    below: "Link | None"
    length: int
    intermediates: int
    reach: PolicyReach | None

    @classmethod
    def of(cls, leaf: Certificate, minding: PathSettings | None = None) -> "Link":
        """The beginning of every path of a question, `minding` the policies under these settings if given."""
        return cls(leaf, None, 1, 0, None if minding is None else PolicyReach.of(leaf, minding))

    def extended(self, certificate: Certificate) -> "Link":
        """The path with one more certificate on top."""
        reach = None if self.reach is None else self.reach.above(certificate)
        return Link(certificate, self, self.length + 1, self.intermediates_below_next(), reach)

    def intermediates_below_next(self) -> int:
        """`intermediates` of any certificate put on top of this one."""
        return self.intermediates + (self.below is not None and not self.certificate.self_issued)

    def covers(self, other: "Link") -> bool:
        """Policies valid on the path `other` are valid on this one, as far as anybody minds."""
        return self.reach is None or other.reach is None or self.reach.covers(other.reach)

    def chain(self) -> tuple[Certificate, ...]:
        """The certificates, end entity first."""
        found: list[Certificate] = []
        link: Link | None = self
        while link is not None:
            found.append(link.certificate)
            link = link.below
        return tuple(reversed(found))

    def holds(self, certificate: Certificate) -> bool:
        """The same entity is already on the path above the end entity, or the same certificate (RFC 4158 2.4.2)."""
        if self.passes(certificate.subject.key, certificate.spki):
            return True
        return self.chain()[0] == certificate

    def passes(self, subject: bytes, spki: bytes) -> bool:
        """An entity (key of its name, public key) is on the path above the end entity."""
        link: Link | None = self
        while link is not None and link.below is not None:
            if link.certificate.spki == spki and link.certificate.subject.key == subject:
                return True
            link = link.below
        return False

    def obstacle(self, in_time: Callable[[], None]) -> "Obstacle | None":
        """What stands in the way of the certificate on top of this path, whatever will stand above it: its path
        length, or its name constraints with a certificate below (RFC 5280 6.1.3 (b), (c), 6.1.4 (l), (m)). `in_time` is
        called before the names of each certificate are looked at."""
        top = self.certificate
        constraints = top.details.basic_constraints
        limit = None if constraints is None else constraints.path_length
        if limit is not None and self.intermediates > limit:
            return Obstacle(intermediates=limit + 1)
        index = constraint_index(top)
        if index is None:
            return None
        # From the end entity upwards: what it is refused for, no other path mends.
        for position, one in enumerate(self.chain()[:-1]):
            if position and one.self_issued:
                continue
            in_time()
            violation = index.violation(one)
            if violation is not None:
                return Obstacle(certificate=one, violation=violation)
        return None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a certificate cannot stand on a path: so many intermediates are below it, or this certificate is, whose
    names it does not allow."""

    intermediates: int | None = None
    certificate: Certificate | None = None
    violation: Violation | None = None

    def reason(self) -> Reason:
        """The obstacle as a reason."""
        if self.certificate is None or self.violation is None:
            return Reason.of("TS-PATH-PATH-LENGTH")
        return violation_reason(self.violation, self.certificate)


def issuer_hint(child: Certificate, candidate: Certificate) -> int:
    """How badly the candidate fits the child's authorityKeyIdentifier: 0 fits, 1 unknown, 2 differs (4.2.1.1).

    A hint for the order only: identifiers may differ between cross-certificates of one key.
    """
    wanted = child.details.authority_key_id
    if wanted is None:
        return 1
    if wanted.key_id is not None:
        # Looked for in the encoding, because decoding ten thousand decoys would cost more than it saves.
        if wanted.key_id in candidate.der:
            return 0 if _names_issuer(wanted, candidate) else 1
        return 2
    return 0 if _names_issuer(wanted, candidate) else 2


def _names_issuer(wanted: AuthorityKeyIdentifier, candidate: Certificate) -> bool:
    if wanted.serial is None:
        return True
    issuers = {name.name.key for name in wanted.issuer if name.kind == DN and name.name is not None}
    return wanted.serial == candidate.serial and candidate.issuer.key in issuers
