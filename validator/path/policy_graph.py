"""Policy processing as a graph of linear size instead of a tree that doubles (RFC 9618, updating RFC 5280 6.1).

A graph has one layer per certificate and one node per policy and layer. Nodes are immutable once their layer is
built, so that the layers of CA certificates can be shared between the paths that begin with them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from validator.path.extension_values import ANY_POLICY, PolicyInformation

Qualifiers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One policy at one depth. `parents` are policies of the layer above; `expected` the policies that satisfy it
    in the layer below."""

    parents: tuple[str, ...]
    expected: tuple[str, ...]
    qualifiers: Qualifiers


Layer = Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class PolicyGraph:
    """The layers, the trust anchor's first. A graph whose last layer is empty is NULL (RFC 5280 6.1.2 (a))."""

    layers: tuple[Layer, ...]

    @classmethod
    def initial(cls) -> "PolicyGraph":
        """One node: any policy is acceptable."""
        return cls(({ANY_POLICY: Node((), (ANY_POLICY,), ())},))

    @property
    def null(self) -> bool:
        """No policy is left."""
        return not self.layers[-1]

    def extended(self, policies: Iterable[PolicyInformation] | None, any_policy_counts: bool) -> "PolicyGraph":
        """The graph after 6.1.3 (d) and (e) for a certificate with `policies` (None: no such extension)."""
        if policies is None or self.null:
            return PolicyGraph((*self.layers, {}))
        above = self.layers[-1]
        accepting: dict[str, list[str]] = {}
        for policy, node in above.items():
            for expected in node.expected:
                accepting.setdefault(expected, []).append(policy)
        layer: dict[str, Node] = {}
        wildcard: PolicyInformation | None = None
        for information in policies:
            policy = information.policy
            if policy == ANY_POLICY:
                wildcard = information
                continue
            parents = accepting.get(policy) or ([ANY_POLICY] if ANY_POLICY in above else None)
            if parents:
                layer[policy] = Node(tuple(parents), (policy,), information.qualifiers)
        if wildcard is not None and any_policy_counts:
            for policy, parents in accepting.items():
                if policy not in layer:
                    layer[policy] = Node(tuple(parents), (policy,), wildcard.qualifiers)
        return PolicyGraph((*self.layers, layer))

    def mapped(self, mappings: Iterable[tuple[str, str]], allowed: bool) -> "PolicyGraph":
        """The graph after 6.1.4 (b) for the mappings (issuer's policy, subject's policy) of a CA certificate."""
        targets: dict[str, dict[str, None]] = {}
        for issuer_policy, subject_policy in mappings:
            targets.setdefault(issuer_policy, {})[subject_policy] = None
        layer = dict(self.layers[-1])
        if not targets or not layer:
            return self
        wildcard = layer.get(ANY_POLICY)
        for policy, expected in targets.items():
            node = layer.get(policy)
            if not allowed:
                layer.pop(policy, None)
            elif node is not None:
                layer[policy] = Node(node.parents, tuple(expected), node.qualifiers)
            elif wildcard is not None:
                layer[policy] = Node((ANY_POLICY,), tuple(expected), wildcard.qualifiers)
        return PolicyGraph((*self.layers[:-1], layer))

    def constrained(self, acceptable: frozenset[str] | None) -> tuple[frozenset[str], Qualifiers]:
        """The user-constrained policy set (6.1.5 (g), 6.1.6) and the qualifiers to display: those that stand with these
        policies where the anchor's domain asserts them, and with the end entity's valid policies.

        `acceptable` is the user-initial-policy-set, None for any-policy. Policies are those of the trust anchor's
        domain. An empty set means that the intersection is NULL.
        """
        if self.null:
            return frozenset(), ()
        last = self.layers[-1]
        places, alive = self._roots(acceptable)
        found = {policy for _, policy in places}
        if ANY_POLICY in last:
            found |= {ANY_POLICY} if acceptable is None else acceptable
            alive = alive | {ANY_POLICY}
        # A policy that stands under anyPolicy nodes has what was said with anyPolicy said about it.
        deepest = max((depth for depth, _ in places), default=0)
        shown = [layer[ANY_POLICY].qualifiers for layer in self.layers[:deepest] if ANY_POLICY in layer]
        shown += [self.layers[depth][policy].qualifiers for depth, policy in places]
        shown += [node.qualifiers for policy, node in last.items() if policy in alive]
        qualifiers = dict.fromkeys(qualifier for some in shown for qualifier in some)
        return frozenset(found), tuple(qualifiers)

    def expected(self, acceptable: frozenset[str] | None) -> frozenset[str]:
        """The policies that the next certificate may assert, so that something acceptable in the words of the trust
        anchor comes of it; anyPolicy when it may assert any."""
        last = self.layers[-1]
        _, alive = self._roots(acceptable)
        found = {expected for policy in alive for expected in last[policy].expected}
        return frozenset(found | {ANY_POLICY} if ANY_POLICY in last else found)

    def _roots(self, acceptable: frozenset[str] | None) -> tuple[list[tuple[int, str]], set[str]]:
        """Acceptable policies of the anchor's domain, with their depth, that reach the last layer, and the policies
        that they reach there."""
        useful = self._useful()
        roots: list[tuple[int, str]] = []
        alive: set[str] = set()
        for depth in range(1, len(self.layers)):
            reached: set[str] = set()
            for policy in useful[depth]:
                if policy == ANY_POLICY:
                    continue
                parents = self.layers[depth][policy].parents
                if ANY_POLICY in parents and (acceptable is None or policy in acceptable):
                    roots.append((depth, policy))
                    reached.add(policy)
                elif any(parent in alive for parent in parents):
                    reached.add(policy)
            alive = reached
        return roots, alive

    def _useful(self) -> list[set[str]]:
        """Per layer the policies from which the last layer can be reached (6.1.3 (d) (3), done once at the end)."""
        useful = [set(self.layers[-1])]
        for layer in reversed(self.layers[1:]):
            useful.append({parent for policy in useful[-1] for parent in layer[policy].parents})
        return useful[::-1]
