"""Policy processing: the outputs of RFC 5280 6.1.6 and the linear size of RFC 9618."""

from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from validator.path.extension_values import ANY_POLICY, PolicyInformation
from validator.path.policy_graph import PolicyGraph

ANY = ANY_POLICY


def chain(forge: SimpleNamespace, *levels: list[bytes], leaf: list[bytes]) -> tuple[bytes, list[bytes], list[bytes]]:
    pool, above = [], ("CN=Root", "root")
    for number, extra in enumerate(levels):
        below = (f"CN=CA{number}", f"ca{number}")
        pool.append(forge.authority(below[0], *above, below[1], extra=extra))
        above = below
    return forge.end_entity(issuer=above[0], signer=above[1], extra=leaf), [forge.root()], pool


def test_outputs_are_in_the_words_of_the_anchor(forge: SimpleNamespace) -> None:
    mapped = [forge.policies("1.2.1", "1.2.2"), forge.mappings(("1.2.1", "1.3.1"), ("1.2.2", "1.3.2"))]
    question = chain(forge, mapped, leaf=[forge.policies("1.3.2")])
    outcome = forge.ask(*question, require_explicit_policy=True)
    assert outcome.policies == ("1.2.2",)
    assert forge.ask(*question, require_explicit_policy=True, initial_policies=frozenset({"1.2.2"})).valid
    assert not forge.ask(*question, require_explicit_policy=True, initial_policies=frozenset({"1.2.1"})).valid
    assert not forge.ask(*question, require_explicit_policy=True, inhibit_policy_mapping=True).valid


def test_any_policy_meets_what_the_user_accepts(forge: SimpleNamespace) -> None:
    question = chain(forge, [forge.policies(ANY)], leaf=[forge.policies(ANY)])
    assert forge.ask(*question).policies == (ANY,)
    assert forge.ask(*question, initial_policies=frozenset({"1.2.1"})).policies == ("1.2.1",)
    assert not forge.ask(*question, inhibit_any_policy=True, require_explicit_policy=True).valid


def test_constraints_of_the_anchor_join_the_inputs_when_asked(forge: SimpleNamespace) -> None:
    leaf, _, pool = chain(forge, [forge.policies("1.2.1")], leaf=[forge.policies("1.2.1")])
    strict = forge.root(extra=[forge.policies("1.2.9"), forge.policy_constraints(0)])
    assert forge.ask(leaf, [strict], pool).valid
    assert not forge.ask(leaf, [strict], pool, anchor_constraints=True).valid
    short = forge.root(path_length=0)
    assert forge.ask(leaf, [short], pool).valid
    assert forge.codes(forge.ask(leaf, [short], pool, anchor_constraints=True)) == ("PATH-LENGTH",)


def test_require_explicit_policy_counts_down(forge: SimpleNamespace) -> None:
    # Two certificates follow, and the wrap-up (6.1.5 (a)) counts once more.
    for skip, valid in ((0, False), (1, False), (2, False), (3, True)):
        extra = [forge.policies("1.2.1"), forge.policy_constraints(skip)]
        question = chain(forge, extra, [], leaf=[])
        assert forge.ask(*question).valid is valid


def test_a_thousand_policies_mapped_on_each_other_stay_linear(forge: SimpleNamespace) -> None:
    own = [f"1.2.{number}" for number in range(1000)]
    levels = [
        [forge.policies(*own), forge.mappings(*((one, own[(position + 7) % 1000]) for position, one in enumerate(own)))]
        for _ in range(8)
    ]
    outcome = forge.ask(*chain(forge, *levels, leaf=[forge.policies(*own)]), require_explicit_policy=True)
    assert outcome.valid
    assert len(outcome.policies) == 1000


_named = st.sampled_from(["1.2.1", "1.2.2", "1.2.3"])
_policy = st.sampled_from(["1.2.1", "1.2.2", "1.2.3", ANY])
_level = st.tuples(
    st.one_of(st.none(), st.sets(_policy, min_size=1)),
    st.lists(st.tuples(_named, _named), max_size=3),
    st.booleans(),
    st.booleans(),
)  # fmt: skip


def _tree(levels: list[tuple[set[str] | None, list[tuple[str, str]], bool, bool]]) -> set[tuple[str, ...]]:
    """The valid policy tree of RFC 5280 6.1.3 written down as it stands: every branch by itself, exponential."""
    branches: set[tuple[tuple[str, frozenset[str]], ...]] = {((ANY, frozenset({ANY})),)}
    for depth, (own, mappings, any_counts, mapping_allowed) in enumerate(levels):
        last = depth == len(levels) - 1
        grown = set()
        matched = {policy for branch in branches for policy in branch[-1][1]}
        for branch in branches:
            policy, expected = branch[-1]
            for mine in (own or set()) - {ANY}:
                if mine in expected or (policy == ANY and mine not in matched - {ANY}):
                    grown.add((*branch, (mine, frozenset({mine}))))
            if ANY in (own or set()) and any_counts:
                grown |= {
                    (*branch, (want, frozenset({want}))) for want in expected - (own or set()) | (expected & {ANY})
                }
        branches = grown
        if mappings and not last:
            branches = _mapped(branches, mappings, mapping_allowed)
    return {tuple(policy for policy, _ in branch) for branch in branches}


def _mapped(branches: set, mappings: list[tuple[str, str]], allowed: bool) -> set:  # type: ignore[type-arg]
    targets: dict[str, set[str]] = {}
    for one, two in mappings:
        targets.setdefault(one, set()).add(two)
    present = {branch[-1][0] for branch in branches}
    result = set()
    for branch in branches:
        policy = branch[-1][0]
        if policy not in targets:
            result.add(branch)
        elif allowed:
            result.add((*branch[:-1], (policy, frozenset(targets[policy]))))
        if policy == ANY and allowed:
            for one, two in targets.items():
                if one not in present:
                    result.add((*branch[:-1], (one, frozenset(two))))
    return result


@settings(max_examples=400, deadline=None)
@given(st.lists(_level, min_size=1, max_size=4))
def test_the_graph_says_what_the_tree_says(
    levels: list[tuple[set[str] | None, list[tuple[str, str]], bool, bool]],
) -> None:
    graph = PolicyGraph.initial()
    for depth, (own, mappings, any_counts, mapping_allowed) in enumerate(levels):
        information = None if own is None else [PolicyInformation(policy, ()) for policy in sorted(own)]
        graph = graph.extended(information, any_counts)
        if mappings and depth < len(levels) - 1:
            graph = graph.mapped(mappings, mapping_allowed)
    branches = _tree(levels)
    roots = {next((policy for policy in branch if policy != ANY), ANY) for branch in branches}
    assert graph.constrained(None)[0] == roots
