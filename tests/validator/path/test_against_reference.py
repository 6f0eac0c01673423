"""The engine against every path written down and judged one by one, in worlds drawn by chance, each run the same."""

from functools import cache
from random import Random
from types import SimpleNamespace

import pytest

from tests.validator.path.reference import Card, Inputs, every_path, judge
from tests.validator.path.worlds import World, drawn, evidence, octets
from validator.path.types import PathOutcome, RevocationMode
from validator.revocation.ocsp import parse_ocsp
from validator.revocation.types import RevocationEvidence

ANY = "2.5.29.32.0"
WORLDS, BATCH = 1_200, 300


class Asker:
    """Puts the question of a world to the engine, and reads the answer back as cards."""

    def __init__(self, forge: SimpleNamespace) -> None:
        self._forge = forge
        self._octets = cache(lambda card: octets(forge, card))

    def ask(self, world: World, order: Random | None = None) -> tuple[PathOutcome, list[Card]]:
        asked = world.inputs
        pool = list(world.pool)
        if order is not None:
            order.shuffle(pool)
        cards = {world.leaf, *world.anchors, *world.pool}
        found = [evidence(self._forge, card) for card in dict.fromkeys((world.leaf, *pool))]
        responses = [parse_ocsp(one) for one in found if one is not None and asked.revocation != "none"]
        outcome = self._forge.ask(
            self._octets(world.leaf), map(self._octets, world.anchors), map(self._octets, pool),
            initial_policies=asked.initial, require_explicit_policy=asked.explicit, eku=asked.usages,
            inhibit_policy_mapping=asked.no_mapping, inhibit_any_policy=asked.no_any, max_depth=asked.max_depth,
            anchor_expiry=asked.anchor_expiry, anchor_constraints=asked.anchor_constraints,
            revocation=RevocationMode(asked.revocation),
            evidence=RevocationEvidence.of(responses), deadline_seconds=60.0,
        )  # fmt: skip
        by_octets = {self._octets(card): card for card in cards}
        return outcome, [by_octets[certificate.der] for certificate in outcome.certificates]


@pytest.fixture(scope="module")
def asker(forge: SimpleNamespace) -> Asker:
    return Asker(forge)


@pytest.mark.parametrize("first", range(0, WORLDS, BATCH))
def test_a_path_is_found_exactly_where_there_is_one(asker: Asker, first: int) -> None:
    valid = 0
    for seed in range(first, first + BATCH):
        world = drawn(Random(seed))
        outcome, path = asker.ask(world)
        there = any(judge(*way, world.inputs) is not None for way in ways(world))
        assert outcome.valid is there, f"world {seed}: {world}"
        assert asker.ask(world, Random(seed))[0].valid is there, f"world {seed} in another order: {world}"
        if there:
            valid += 1
            assert judge(path[:-1], path[-1], world.inputs) == frozenset(outcome.policies), f"world {seed}: {world}"
    assert BATCH // 5 < valid < BATCH


def ways(world: World) -> object:
    return every_path(world.leaf, world.anchors, world.pool)


def test_any_policy_that_does_not_count_hides_no_other_way(asker: Asker) -> None:
    """Two ways to one CA look alike when anyPolicy counts; under initial-any-policy-inhibit only one is good."""
    top, one, two, near = (("oa", name) for name in ("top", "one", "two", "near"))
    policy, both = frozenset({"1.2.2"}), frozenset({"1.2.1", ANY})
    pool = [
        Card(1, one, top, "k1", "k0", policies=policy),
        Card(2, two, one, "k2", "k1", policies=both),
        Card(3, two, one, "k2", "k1", policies=policy | {ANY}),
        Card(4, near, two, "k3", "k2", policies=policy),
    ]
    leaf = Card(5, ("oa", "leaf"), near, "leaf", "k3", ca=False, policies=policy)
    for order in (pool, pool[::-1], [pool[2], pool[1], *pool[::3]]):
        world = World(leaf, [Card(6, top, top, "k0", "k0")], order, Inputs(explicit=True, no_any=True))
        outcome, path = asker.ask(world)
        assert outcome.valid
        assert pool[2] in path
    inhibiting = World(
        leaf,
        world.anchors,
        [Card(1, one, top, "k1", "k0", policies=policy, no_any=0), *pool[1:]],
        Inputs(explicit=True),
    )
    assert asker.ask(inhibiting)[0].valid


@pytest.mark.parametrize("status", ["revoked", "unknown"])
@pytest.mark.parametrize("anchors", [1, 2])
def test_one_good_certificate_among_many_of_the_same_ca(asker: Asker, status: str, anchors: int) -> None:
    top, sub, low = (("oa", name) for name in ("top", "sub", "low"))
    pool = [Card(100 + number, sub, top, "k1", "k0", status=status) for number in range(80)]
    pool += [Card(300 + number, low, sub, "k2", "k1", status=status) for number in range(80)]
    pool[40:40] = [Card(1, sub, top, "k1", "k0"), Card(2, low, sub, "k2", "k1")]
    leaf = Card(3, ("oa", "leaf"), low, "leaf", "k2", ca=False)
    roots = [Card(4, top, top, "k0", "k0"), Card(5, low, low, "other", "other")][:anchors]
    outcome, path = asker.ask(World(leaf, roots, pool, Inputs(revocation="require")))
    assert outcome.valid
    assert [card.serial for card in path] == [3, 2, 1, 4]
    assert outcome.explored < 12 * len(pool)
