"""Validates one complete path from its trust anchor down: RFC 5280 6.1 with RFC 6818, RFC 9618 and RFC 5937.

Signatures and revocation are not decided here: they belong to a pair of certificates, not to the whole path, and the
search decides them once per pair. Everything that depends on the whole path is here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from policies.reasons import Reason
from validator.path.certificate import Certificate, who
from validator.path.extension_values import ANY_POLICY
from validator.path.name_constraints import constraint_index, violation_reason
from validator.path.policy_graph import PolicyGraph, Qualifiers
from validator.path.types import PathSettings


@dataclass(frozen=True, slots=True)
class PathState:
    """The variables of RFC 5280 6.1.2 after some certificates. Counters count down as 6.1.4 says; one more than the
    path's length stands for "no limit" and is written as None."""

    graph: PolicyGraph
    explicit_policy: int | None
    policy_mapping: int | None
    inhibit_any: int | None
    path_length: int | None
    acceptable: frozenset[str] | None
    reasons: tuple[Reason, ...] = ()

    def allows_as_much_as(self, other: "PathState") -> bool:
        """No counter ends before that of `other`."""
        return (
            _reaches(self.explicit_policy, other.explicit_policy)
            and _reaches(self.policy_mapping, other.policy_mapping)
            and _reaches(self.inhibit_any, other.inhibit_any)
            and _reaches(self.path_length, other.path_length)
        )


def _reaches(counter: int | None, other: int | None) -> bool:
    return counter is None or (other is not None and counter >= other)


@dataclass(frozen=True, slots=True)
class PathValidation:
    """What 6.1.6 outputs: no `reasons` means success. `policies` is the user-constrained policy set."""

    reasons: tuple[Reason, ...]
    policies: frozenset[str]
    qualifiers: Qualifiers


def _any_time() -> None:
    """No limit."""


def validate(
    chain: Sequence[Certificate], settings: PathSettings, in_time: Callable[[], None] = _any_time
) -> PathValidation:
    """Validate `chain` (end entity first, trust anchor last, at least two certificates).

    The reasons are in the order in which the standard would meet them, from the anchor down. `in_time` is called before
    the work on each certificate; what it raises ends the validation.
    """
    state = state_above(tuple(chain[1:]), settings, in_time)
    in_time()
    validation = conclude(state, chain[0])
    constraints = violations(chain, settings, in_time=in_time)
    return replace(validation, reasons=(*constraints, *validation.reasons)) if constraints else validation


def state_above(
    authorities: tuple[Certificate, ...], settings: PathSettings, in_time: Callable[[], None] = _any_time
) -> PathState:
    """The variables of 6.1.2 after the certificates above an end entity, trust anchor last.

    The state after each of them is kept, because an issuer's paths share it. It depends on nothing but the contents of
    the certificates and the inputs of 6.1.1 in the key.
    """
    inputs = (
        settings.initial_policies,
        settings.require_explicit_policy,
        settings.inhibit_policy_mapping,
        settings.inhibit_any_policy,
        settings.anchor_constraints,
    )
    from_above = authorities[::-1]
    fingerprints = tuple(certificate.fingerprint for certificate in from_above)
    state: PathState | None = None
    done = len(from_above)
    while done and state is None:
        state = _prefixes.get((fingerprints[:done], inputs))
        done -= state is None
    if state is None:
        state, done = _initial(from_above[0], settings), 1
        _keep((fingerprints[:1], inputs), state)
    for length in range(done + 1, len(from_above) + 1):
        in_time()
        certificate = from_above[length - 1]
        state = next_state(state, certificate)
        _keep((fingerprints[:length], inputs), state)
    return state


def next_state(state: PathState, authority: Certificate) -> PathState:
    """The variables after one more CA certificate, name constraints aside."""
    return _prepare_next(_basic(state, authority, final=False), authority)


def conclude(state: PathState, leaf: Certificate) -> PathValidation:
    """The last certificate and the wrap-up, name constraints aside."""
    return _wrap_up(_basic(state, leaf, final=True), leaf)


_prefixes: dict[tuple[object, ...], PathState] = {}
_MAX_PREFIXES, _MAX_NODES = 4_096, 100_000
_kept_nodes = 0


def _keep(key: tuple[object, ...], state: PathState) -> None:
    global _kept_nodes
    if len(_prefixes) >= _MAX_PREFIXES or _kept_nodes > _MAX_NODES:
        _prefixes.clear()
        _kept_nodes = 0
    _prefixes[key] = state
    _kept_nodes += len(state.graph.layers[-1])


def _initial(anchor: Certificate, settings: PathSettings) -> PathState:
    acceptable = settings.initial_policies
    if acceptable is not None and ANY_POLICY in acceptable:
        acceptable = None
    state = PathState(
        graph=PolicyGraph.initial(),
        explicit_policy=0 if settings.require_explicit_policy else None,
        policy_mapping=0 if settings.inhibit_policy_mapping else None,
        inhibit_any=0 if settings.inhibit_any_policy else None,
        path_length=None,
        acceptable=acceptable,
    )
    return _anchor_constraints(state, anchor) if settings.anchor_constraints else state


def _anchor_constraints(state: PathState, anchor: Certificate) -> PathState:
    """The anchor's own limits become inputs of the validation (RFC 5937 section 4)."""
    details = anchor.details
    acceptable = state.acceptable
    if details.policies is not None:
        own = frozenset(information.policy for information in details.policies)
        if ANY_POLICY not in own:
            acceptable = own if acceptable is None else acceptable & own
    limits = details.policy_constraints
    return replace(
        state,
        acceptable=acceptable,
        explicit_policy=_least(state.explicit_policy, limits.require_explicit_policy if limits else None),
        policy_mapping=_least(state.policy_mapping, limits.inhibit_policy_mapping if limits else None),
        inhibit_any=_least(state.inhibit_any, details.inhibit_any_policy),
        path_length=details.basic_constraints.path_length if details.basic_constraints else None,
    )


def _least(first: int | None, second: int | None) -> int | None:
    if first is None or second is None:
        return second if first is None else first
    return min(first, second)


def _basic(state: PathState, certificate: Certificate, *, final: bool) -> PathState:
    """6.1.3 (d), (e), (f) for one certificate."""
    self_issued = certificate.self_issued
    counts = state.inhibit_any is None or state.inhibit_any > 0 or (not final and self_issued)
    graph = state.graph.extended(certificate.details.policies, counts)
    reasons = state.reasons
    if graph.null and state.explicit_policy == 0 and not reasons:
        reasons = (Reason.of("TS-PATH-POLICY"),)
    return PathState(
        graph=graph,
        explicit_policy=state.explicit_policy,
        policy_mapping=state.policy_mapping,
        inhibit_any=state.inhibit_any,
        path_length=state.path_length,
        acceptable=state.acceptable,
        reasons=reasons,
    )


def _prepare_next(state: PathState, certificate: Certificate) -> PathState:
    """6.1.4 (a), (b), (h) to (m) for a CA certificate."""
    details = certificate.details
    reasons = state.reasons
    graph = state.graph
    if details.policy_mappings:
        if any(ANY_POLICY in pair for pair in details.policy_mappings):
            reasons = (*reasons, Reason.of("TS-PATH-POLICY-MAPPING-ANY", subject=who(certificate)))
        graph = graph.mapped(details.policy_mappings, state.policy_mapping is None or state.policy_mapping > 0)
    explicit, mapping = state.explicit_policy, state.policy_mapping
    inhibit_any, length = state.inhibit_any, state.path_length
    if not certificate.self_issued:
        if length == 0:
            reasons = (*reasons, Reason.of("TS-PATH-PATH-LENGTH"))
        explicit, mapping, inhibit_any, length = map(_less_one, (explicit, mapping, inhibit_any, length))
    limits = details.policy_constraints
    if limits is not None:
        explicit = _least(explicit, limits.require_explicit_policy)
        mapping = _least(mapping, limits.inhibit_policy_mapping)
    own_length = details.basic_constraints.path_length if details.basic_constraints else None
    return PathState(
        graph=graph,
        explicit_policy=explicit,
        policy_mapping=mapping,
        inhibit_any=_least(inhibit_any, details.inhibit_any_policy),
        path_length=_least(length, own_length),
        acceptable=state.acceptable,
        reasons=reasons,
    )


def _less_one(counter: int | None) -> int | None:
    return counter - 1 if counter else counter


def violations(
    chain: Sequence[Certificate],
    settings: PathSettings,
    *,
    of_leaf_only: bool = False,
    in_time: Callable[[], None] = _any_time,
) -> tuple[Reason, ...]:
    """6.1.3 (b) and (c): every constraining certificate against every certificate below it, or against the end entity
    where the others are known to be right."""
    reasons: list[Reason] = []
    first = len(chain) - 1 if settings.anchor_constraints else len(chain) - 2
    for above in range(first, 0, -1):
        index = constraint_index(chain[above])
        if index is None:
            continue
        for below in range(0 if of_leaf_only else above - 1, -1, -1):
            # Self-issued certificates are exempt unless they are the final one.
            if below and chain[below].self_issued:
                continue
            in_time()
            violation = index.violation(chain[below])
            if violation is not None:
                reasons.append(violation_reason(violation, chain[below]))
    return tuple(reasons)


def _wrap_up(state: PathState, leaf: Certificate) -> PathValidation:
    """6.1.5 (a), (b), (g)."""
    explicit = _less_one(state.explicit_policy)
    limits = leaf.details.policy_constraints
    if limits is not None and limits.require_explicit_policy == 0:
        explicit = 0
    policies, qualifiers = state.graph.constrained(state.acceptable)
    reasons = state.reasons
    if explicit == 0 and not policies and not any(reason.code == "TS-PATH-POLICY" for reason in reasons):
        reasons = (*reasons, Reason.of("TS-PATH-POLICY"))
    return PathValidation(reasons, policies, qualifiers)
