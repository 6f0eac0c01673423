"""What one accepted path teaches about the next question: the certificates above the end entity, and their status.

Everything is keyed by everything the remembered answer depends on: contents of anchors, pool and evidence, the time,
and the settings. A change of trust state is a different key, never a hit. Only questions with small pools are
remembered, where the key is cheap to build; a remembered path is the one that the search would propose first, so that
an answer does not depend on what was asked before.
"""

from itertools import count
from operator import attrgetter
from typing import NamedTuple

from policies.algorithms import AlgorithmPolicy
from validator.asn1.memory import Generations
from validator.path.certificate import Certificate
from validator.path.extension_values import PolicyInformation
from validator.path.name_constraints import constraint_index
from validator.path.policy_graph import Qualifiers
from validator.path.types import PathRequest, PathSettings, TrustAnchor
from validator.path.validation import PathState, PathValidation, conclude, state_above, violations
from validator.revocation.types import RevocationEvidence, Status, StatusAnswer

MAX_OFFERED = 32
_MAX_KEPT = 4_096
_MAX_ENDS, _MAX_STATUSES = 256, 64
Key = tuple[object, ...]


class _End(NamedTuple):
    """The output of 6.1.6 for every end entity with the very tuple `of` of policies; `policies` in order."""

    of: tuple[PolicyInformation, ...] | None
    success: bool
    policies: tuple[str, ...]
    qualifiers: Qualifiers

    @classmethod
    def of_policies(cls, of: tuple[PolicyInformation, ...] | None, validation: PathValidation) -> "_End":
        return cls(of, not validation.reasons, tuple(sorted(validation.policies)), validation.qualifiers)


class UpperPath:
    """The certificates above an end entity, trust anchor last, as they were accepted, and what follows from them for
    whoever comes next, worked out when somebody comes. `leniencies` are those they needed, `explored` what finding
    them had cost, `names` the fingerprints of these certificates and of all trust anchors of the question."""

    __slots__ = (
        "_constrained",
        "_ends",
        "_serials",
        "_settings",
        "_state",
        "_statuses",
        "anchor",
        "certificates",
        "explored",
        "leniencies",
        "names",
    )

    def __init__(
        self,
        certificates: tuple[Certificate, ...],
        anchor: TrustAnchor,
        request: PathRequest,
        leniencies: frozenset[str],
        explored: int,
    ) -> None:
        self.certificates = certificates
        self.anchor = anchor
        self.leniencies = leniencies
        self.explored = explored
        anchors = (one.certificate for one in request.anchors)
        self.names = frozenset(one.fingerprint for one in (*certificates, *anchors))
        self._settings = request.settings
        self._state: PathState | None = None
        self._constrained = False
        self._serials = tuple(one.serial_octets for one in certificates[:-1])
        self._ends: dict[int, _End] = {}
        self._statuses: dict[Key, tuple[StatusAnswer, ...]] = {}

    def accepted_end(self, leaf: Certificate, settings: PathSettings) -> "_End | None":
        """What RFC 5280 6.1.6 outputs for `leaf` under these certificates; None when it is not success."""
        details = leaf.details
        if details.policy_constraints is not None:
            return None
        # End entities of one issuer share the very tuple of their policies: extensions are decoded once per content.
        policies = details.policies
        known = self._ends.get(id(policies))
        if known is None or known.of is not policies:
            if len(self._ends) >= _MAX_ENDS:
                self._ends.clear()
            known = self._ends[id(policies)] = _End.of_policies(policies, conclude(self._above(), leaf))
        if not known.success:
            return None
        if self._constrained and violations((leaf, *self.certificates), settings, of_leaf_only=True):
            return None
        return known

    def _above(self) -> PathState:
        if self._state is None:
            self._constrained = any(constraint_index(one) is not None for one in self.certificates)
            self._state = state_above(self.certificates, self._settings)
        return self._state

    def statuses(self, key: Key) -> tuple[StatusAnswer, ...] | None:
        """The revocation answers about the CA certificates, in their order, that belong to `statuses_key`."""
        return self._statuses.get(key)

    def remember_statuses(
        self, key: Key | None, pool: tuple[Certificate, ...], answers: tuple[StatusAnswer, ...]
    ) -> None:
        """Keep the answers with which the path was accepted.

        Only where each is "good", signed by the issuer itself, and nobody outside the path is at hand who could have
        signed other evidence: then they depend on nothing but what is in the key.
        """
        if key is None or not set(pool) <= set(self.certificates):
            return
        for answer, issuer in zip(answers, self.certificates[1:], strict=True):
            if answer.status is not Status.GOOD or answer.signer_path[:1] != (issuer.fingerprint,):
                return
        if len(self._statuses) >= _MAX_STATUSES:
            self._statuses.clear()
        self._statuses[key] = answers

    def statuses_key(self, leaf: Certificate, evidence: RevocationEvidence) -> Key | None:
        """The evidence on which the answers about the CA certificates depend; None when `leaf` might have signed some
        of it, or when it is too much to compare."""
        usage = leaf.details.key_usage
        if usage is None or "cRLSign" in usage or evidence.malformed or len(evidence.crls) > MAX_OFFERED:
            return None
        answers = evidence.index.ocsps
        relevant = [one.sha256 for serial in self._serials for one in answers.get(serial, ())]
        return tuple(map(_sha256, evidence.crls)), tuple(relevant)


_fingerprint, _sha256 = attrgetter("fingerprint"), attrgetter("sha256")
_anchor = attrgetter("certificate.fingerprint", "sunset")
_upper: Generations[Key, UpperPath] = Generations(_MAX_KEPT)
_settings: dict[int, tuple[PathSettings, int]] = {}
_numbers: dict[Key, int] = {}
_policies: dict[int, AlgorithmPolicy | None] = {}
_next_number = count()
_MAX_SETTINGS, _MAX_POLICIES = 256, 64


def question_key(request: PathRequest) -> Key | None:
    """What the certificates above an end entity depend on, None when the question is too large to be remembered."""
    if len(request.pool) > MAX_OFFERED or len(request.anchors) > MAX_OFFERED or request.fetch is not None:
        return None
    leaf = request.leaf
    return (
        leaf.issuer.key,
        leaf.details.authority_key_id,
        tuple(map(_fingerprint, request.pool)),
        tuple(map(_anchor, request.anchors)),
        request.at,
        _settings_number(request.settings),
    )


def _settings_number(settings: PathSettings) -> int:
    """A number for what the settings say about the certificates above an end entity, the same for the same content.
    No number is ever given twice, so what is forgotten here can only be missed, not mistaken."""
    known = _settings.get(id(settings))
    if known is not None and known[0] is settings:
        return known[1]
    if len(_settings) >= _MAX_SETTINGS:
        _settings.clear()
    key = _settings_key(settings)
    number = _numbers.get(key)
    if number is None:
        if len(_numbers) >= _MAX_SETTINGS:
            _numbers.clear()
        number = _numbers[key] = next(_next_number)
    _settings[id(settings)] = (settings, number)
    return number


def _settings_key(settings: PathSettings) -> Key:
    return (
        _identity(settings.algorithms),
        settings.initial_policies,
        settings.require_explicit_policy,
        settings.inhibit_policy_mapping,
        settings.inhibit_any_policy,
        settings.revocation,
        settings.leniencies,
        settings.freshness_seconds,
        settings.undated_seconds,
        settings.produced_later,
        settings.known_until,
        settings.anchor_constraints,
        settings.anchor_expiry,
        settings.anchor_basic_constraints,
        settings.max_depth,
        settings.eku,
    )


def _identity(policy: AlgorithmPolicy | None) -> int:
    """A number for the policy object. It is kept, so that no other object ever gets its number."""
    if id(policy) not in _policies:
        if len(_policies) >= _MAX_POLICIES:
            _policies.clear()
            _numbers.clear()
            _settings.clear()
        _policies[id(policy)] = policy
    return id(policy)


def upper_path(key: Key | None) -> UpperPath | None:
    """The remembered certificates above an end entity."""
    return None if key is None else _upper.get(key)


def remember_upper_path(key: Key | None, upper: UpperPath) -> None:
    """Keep what an accepted path had above its end entity."""
    if key is not None:
        _upper.put(key, upper)
