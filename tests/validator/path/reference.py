"""A second opinion on small worlds: every path written down, each judged by RFC 5280 6.1 as it stands, sentence by
sentence and as slowly as that is. Certificates are what they say, not octets, so nothing is shared with the engine.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

ANY = "2.5.29.32.0"


@dataclass(frozen=True)
class Card:
    """One certificate as its issuer meant it. Names are tuples of texts, most general first; keys are labels. `forged`:
    the signature was made with another key; `status` is what the issuer's evidence says: good, revoked or unknown."""

    serial: int
    subject: tuple[str, ...]
    issuer: tuple[str, ...]
    owner: str
    signer: str
    ca: bool = True
    may_sign: bool = True
    path_length: int | None = None
    usages: frozenset[str] | None = None
    current: bool = True
    odd_extension: bool = False
    forged: bool = False
    status: str = "good"
    hint: str | None = None
    policies: frozenset[str] | None = None
    mappings: tuple[tuple[str, str], ...] = ()
    explicit: int | None = None
    no_mapping: int | None = None
    no_any: int | None = None
    permitted: tuple[tuple[str, ...], ...] | None = None
    excluded: tuple[tuple[str, ...], ...] = ()

    @property
    def self_issued(self) -> bool:
        return self.subject == self.issuer


@dataclass(frozen=True)
class Inputs:
    """6.1.1, and what the engine can be asked besides."""

    initial: frozenset[str] | None = None
    explicit: bool = False
    no_mapping: bool = False
    no_any: bool = False
    usages: frozenset[str] | None = None
    max_depth: int | None = None
    revocation: str = "none"
    anchor_expiry: bool = False
    anchor_constraints: bool = False


@dataclass(eq=False)
class Node:
    """A node of the valid policy tree."""

    policy: str
    expected: set[str]
    parent: "Node | None"
    children: "list[Node]" = field(default_factory=list)

    def child(self, policy: str, expected: set[str]) -> None:
        self.children.append(Node(policy, expected, self))

    def at(self, depth: int) -> "list[Node]":
        return [self] if depth == 0 else [node for child in self.children for node in child.at(depth - 1)]


def _drop(node: Node) -> None:
    assert node.parent is not None
    node.parent.children.remove(node)


def _pruned(tree: Node, depth: int) -> Node | None:
    """6.1.3 (d) (3): no nodes of a smaller depth without children."""
    for level in range(depth - 1, 0, -1):
        for node in tree.at(level):
            if not node.children:
                _drop(node)
    return tree if tree.children or depth == 0 else None


def judge(path: list[Card], anchor: Card, inputs: Inputs) -> frozenset[str] | None:
    """The user-constrained policy set of a valid path (end entity first, without the anchor), None for any other."""
    n = len(path)
    if inputs.max_depth is not None and n - 1 > inputs.max_depth:
        return None
    if inputs.anchor_expiry and not anchor.current:
        return None
    tree: Node | None = Node(ANY, {ANY}, None)
    permitted: list[tuple[tuple[str, ...], ...]] = []
    excluded: list[tuple[str, ...]] = []
    explicit = 0 if inputs.explicit else n + 1
    no_any = 0 if inputs.no_any else n + 1
    mapping = 0 if inputs.no_mapping else n + 1
    key, issuer, length = anchor.owner, anchor.subject, n
    initial = inputs.initial
    if inputs.anchor_constraints:
        # RFC 5937 4: what the anchor's certificate says about itself joins the inputs.
        length = n if anchor.path_length is None else anchor.path_length
        permitted += [] if anchor.permitted is None else [anchor.permitted]
        excluded += anchor.excluded
        explicit = min(explicit, n + 1 if anchor.explicit is None else anchor.explicit)
        mapping = min(mapping, n + 1 if anchor.no_mapping is None else anchor.no_mapping)
        no_any = min(no_any, n + 1 if anchor.no_any is None else anchor.no_any)
        if anchor.policies is not None and ANY not in anchor.policies:
            initial = anchor.policies if initial is None else initial & anchor.policies
        if not _meant_for(anchor, inputs.usages):
            return None
    for i, card in enumerate(reversed(path), 1):
        final = i == n
        # 6.1.3 (a) to (c)
        if card.signer != key or card.forged or card.issuer != issuer or not card.current:
            return None
        if card.status == "revoked" and inputs.revocation != "none":
            return None
        if card.status == "unknown" and inputs.revocation == "require":
            return None
        if final or not card.self_issued:
            if any(not any(_below(card.subject, base) for base in trees) for trees in permitted):
                return None
            if any(_below(card.subject, base) for base in excluded):
                return None
        # 6.1.3 (d) to (f)
        tree = _grown(tree, card, i, no_any > 0 or (not final and card.self_issued))
        if explicit == 0 and tree is None:
            return None
        if card.odd_extension or not _meant_for(card, inputs.usages):
            return None
        if final:
            break
        # 6.1.4
        if tree is not None and card.mappings:
            tree = _mapped(tree, card, i, mapping > 0)
        key, issuer = card.owner, card.subject
        permitted += [] if card.permitted is None else [card.permitted]
        excluded += card.excluded
        if not card.self_issued:
            explicit, mapping, no_any = max(explicit - 1, 0), max(mapping - 1, 0), max(no_any - 1, 0)
        explicit = min(explicit, n + 1 if card.explicit is None else card.explicit)
        mapping = min(mapping, n + 1 if card.no_mapping is None else card.no_mapping)
        no_any = min(no_any, n + 1 if card.no_any is None else card.no_any)
        if not card.ca or not card.may_sign:
            return None
        if not card.self_issued:
            if length <= 0:
                return None
            length -= 1
        length = min(length, n if card.path_length is None else card.path_length)
    # 6.1.5
    explicit = max(explicit - 1, 0)
    if path[0].explicit == 0:
        explicit = 0
    found = _constrained(tree, n, initial)
    return found if explicit > 0 or found else None


def _below(name: tuple[str, ...], base: tuple[str, ...]) -> bool:
    return name[: len(base)] == base


def _meant_for(card: Card, usages: frozenset[str] | None) -> bool:
    return not usages or card.usages is None or "any" in card.usages or usages <= card.usages


def _grown(tree: Node | None, card: Card, i: int, any_counts: bool) -> Node | None:
    if tree is None or card.policies is None:
        return None
    above = tree.at(i - 1)
    for policy in card.policies - {ANY}:
        matches = [node for node in above if policy in node.expected]
        for node in matches or [node for node in above if node.policy == ANY]:
            node.child(policy, {policy})
    if ANY in card.policies and any_counts:
        for node in above:
            for policy in node.expected - {child.policy for child in node.children}:
                node.child(policy, {policy})
    return _pruned(tree, i)


def _mapped(tree: Node, card: Card, i: int, allowed: bool) -> Node | None:
    for policy in {one for one, _ in card.mappings}:
        same = [node for node in tree.at(i) if node.policy == policy]
        if not allowed:
            for node in same:
                _drop(node)
            continue
        targets = {two for one, two in card.mappings if one == policy}
        for node in same:
            node.expected = set(targets)
        if not same and any(node.policy == ANY for node in tree.at(i)):
            for node in tree.at(i - 1):
                if node.policy == ANY:
                    node.child(policy, set(targets))
    return _pruned(tree, i)


def _constrained(tree: Node | None, n: int, initial: frozenset[str] | None) -> frozenset[str]:
    """6.1.5 (g)."""
    if tree is None:
        return frozenset()
    starts = [node for depth in range(1, n + 1) for node in tree.at(depth) if node.parent and node.parent.policy == ANY]
    if initial is not None and ANY not in initial:
        for node in starts:
            if node.policy != ANY and node.policy not in initial:
                _drop(node)
        kept = {node.policy for node in starts} & initial
        for node in tree.at(n):
            if node.policy == ANY:
                assert node.parent is not None
                for policy in initial - kept:
                    node.parent.child(policy, {policy})
                _drop(node)
        tree = _pruned(tree, n)
        if tree is None:
            return frozenset()
        starts = [
            node for depth in range(1, n + 1) for node in tree.at(depth) if node.parent and node.parent.policy == ANY
        ]
    return frozenset(node.policy for node in starts if node.policy != ANY or _is_last(node, n))


def _is_last(node: Node, n: int) -> bool:
    depth, one = 0, node
    while one.parent is not None:
        depth, one = depth + 1, one.parent
    return depth == n


def every_path(leaf: Card, anchors: list[Card], pool: list[Card]) -> Iterator[tuple[list[Card], Card]]:
    """Every way up from the end entity in which no certificate stands twice, and no name with its key (RFC 4158 2.4.2),
    which RFC 5280 6.1 would leave open."""

    def above(path: list[Card]) -> Iterator[tuple[list[Card], Card]]:
        for anchor in anchors:
            if anchor.subject == path[-1].issuer:
                yield path, anchor
        entities = {(card.subject, card.owner) for card in path[1:]}
        for card in pool:
            if card.subject == path[-1].issuer and card not in path and (card.subject, card.owner) not in entities:
                yield from above([*path, card])

    yield from above([leaf])
