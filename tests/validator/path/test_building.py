"""Finding a path among wrong turns: namesakes, cross-certificates, loops, rollovers, several anchors, decoys."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.platform import der
from validator.path.certificate import Certificate
from validator.path.pool import Pool


def test_no_anchor_no_trust(forge: SimpleNamespace) -> None:
    assert forge.codes(forge.ask(forge.end_entity(), [], [forge.authority(), forge.root()])) == ("NO-ANCHORS",)


def test_missing_issuer_is_named(forge: SimpleNamespace) -> None:
    outcome = forge.ask(forge.end_entity(), [forge.root()])
    assert forge.codes(outcome) == ("NO-ISSUER",)
    assert outcome.reasons[0].param("issuer") == "CN=CA"


def test_a_way_that_ends_nowhere_is_told_from_a_missing_issuer(forge: SimpleNamespace) -> None:
    stray = forge.authority(issuer="CN=Elsewhere", signer="elsewhere")
    assert forge.codes(forge.ask(forge.end_entity(), [forge.root()], [stray])) == ("NO-ANCHOR-REACHED",)


def test_self_signed_end_entity_outside_the_anchors(forge: SimpleNamespace) -> None:
    leaf = forge.certificate("CN=Leaf", "CN=Leaf", signer="leaf", owner="leaf")
    assert not forge.ask(leaf, [forge.root()], [leaf]).valid


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_self_signed_end_entity_with_a_certificate_by_another(forge: SimpleNamespace, order: tuple[int, int]) -> None:
    """A root of one state asked about under the other's: its own certificate in the pool does not close the way."""
    own = forge.root("CN=Neighbour", "neighbour")
    cross = forge.authority("CN=Neighbour", owner="neighbour")
    pool, anchors = [(own, cross)[position] for position in order], [forge.root()]
    outcome = forge.ask(own, anchors, pool)
    assert outcome.valid
    assert [one.der for one in outcome.certificates] == [own, cross, *anchors]
    # Nor does what was found out about another end entity change the answer, or about this one.
    assert forge.ask(forge.end_entity(issuer="CN=Neighbour", signer="neighbour"), anchors, pool).valid
    again = forge.ask(own, anchors, pool)
    assert (again.valid, again.certificates) == (True, outcome.certificates)


def test_a_certificate_does_not_stand_above_itself(forge: SimpleNamespace) -> None:
    """RFC 5280 6.1: no certificate appears twice, from whichever end the path is searched."""
    own = forge.root("CN=Neighbour", "neighbour")
    other = forge.authority("CN=Neighbour", owner="another")
    outcome = forge.ask(own, [forge.root()], [own, other])
    assert not outcome.valid
    for candidate in outcome.candidates:
        fingerprints = [one.fingerprint for one in candidate.certificates]
        assert len(set(fingerprints)) == len(fingerprints)


def test_anchor_asked_about_itself(forge: SimpleNamespace) -> None:
    anchor = forge.root()
    outcome = forge.ask(anchor, [anchor])
    assert outcome.valid
    assert len(outcome.certificates) == 1


def test_namesake_of_the_anchor_with_another_key(forge: SimpleNamespace) -> None:
    outcome = forge.ask(forge.authority(), [forge.root(label="impostor")])
    assert forge.codes(outcome) == ("SIGNATURE",)


@pytest.mark.parametrize("bad", [
    {"not_after": "past"}, {"signer": "other"}, {"extra": "no-ca"}, {"extra": "no-sign"}, {"extra": "unknown"},
    {"extra": "names"}, {"extra": "eku"}, {"extra": "zero"},
])  # fmt: skip
def test_another_certificate_of_the_same_ca_is_tried(forge: SimpleNamespace, bad: dict[str, str]) -> None:
    extras = {
        "no-ca": [forge.basic_constraints(False), forge.key_usage(0)],
        "no-sign": [forge.key_usage(0)],
        "unknown": [der.extension("1.2.3.4.5", der.null(), critical=True)],
        "names": [forge.name_constraints([forge.dn("O=Nobody")])],
        "eku": [forge.eku("1.3.6.1.5.5.7.3.4")],
        "zero": [],
    }
    changes: dict[str, object] = {}
    if "not_after" in bad:
        changes["not_after"] = forge.NOW - forge.YEAR / 2
    if "signer" in bad:
        changes["signer"] = "other"
    if "extra" in bad:
        changes["extra"] = extras[bad["extra"]]
    sub = forge.authority("CN=Sub", "CN=CA", "ca", "sub")
    leaf = forge.end_entity(issuer="CN=Sub", signer="sub")
    wrong = forge.authority(path_length=0 if bad.get("extra") == "zero" else None, **changes)
    arguments = {"eku": frozenset({"1.3.6.1.5.5.7.3.1"})}
    assert not forge.ask(leaf, [forge.root()], [sub, wrong], **arguments).valid
    for pool in ([sub, wrong, forge.authority()], [forge.authority(), wrong, sub]):
        assert forge.ask(leaf, [forge.root()], pool, **arguments).valid


def test_cross_signed_root_leads_to_the_other_anchor(forge: SimpleNamespace) -> None:
    cross = forge.authority("CN=Root", "CN=Other", "other", "root")
    outcome = forge.ask(forge.end_entity(), [forge.root("CN=Other", "other")], [forge.authority(), forge.root(), cross])
    assert outcome.valid
    assert len(outcome.certificates) == 4


def test_shortest_way_when_several_anchors_stand(forge: SimpleNamespace) -> None:
    cross = forge.authority("CN=Root", "CN=Other", "other", "root")
    anchors = [forge.root("CN=Other", "other"), forge.root()]
    assert len(forge.ask(forge.end_entity(), anchors, [forge.authority(), cross]).certificates) == 3


def test_link_certificates_carry_over_a_new_root_key(forge: SimpleNamespace) -> None:
    new_with_old = forge.authority("CN=Root", "CN=Root", "root", "new-root")
    under_new = forge.authority(signer="new-root")
    outcome = forge.ask(forge.end_entity(), [forge.root()], [under_new, new_with_old])
    assert outcome.valid
    old_with_new = forge.authority("CN=Root", "CN=Root", "new-root", "root")
    new_root = forge.root(label="new-root")
    assert forge.ask(forge.end_entity(), [new_root], [forge.authority(), old_with_new]).valid


def test_loops_end(forge: SimpleNamespace) -> None:
    pool = [
        forge.authority("CN=CA", "CN=B", "b", "ca"),
        forge.authority("CN=B", "CN=C", "c", "b"),
        forge.authority("CN=C", "CN=CA", "ca", "c"),
    ]
    assert forge.codes(forge.ask(forge.end_entity(), [forge.root()], pool)) == ("NO-ANCHOR-REACHED",)
    way_out = forge.authority("CN=C", "CN=Root", "root", "c")
    assert forge.ask(forge.end_entity(), [forge.root()], [*pool, way_out]).valid


def test_same_name_all_the_way(forge: SimpleNamespace) -> None:
    # Self-issued certificates of different keys: no name says where the path goes, only keys do.
    pool = [forge.authority("CN=Root", "CN=Root", f"k{number}", f"k{number + 1}") for number in range(30)]
    pool.append(forge.authority("CN=Root", "CN=Root", "root", "k0"))
    leaf = forge.end_entity(issuer="CN=Root", signer="k30")
    assert forge.ask(leaf, [forge.root()], pool[::-1]).valid


def test_a_name_constraint_on_an_intermediate_is_gone_round(forge: SimpleNamespace) -> None:
    # Top refuses the direct way's intermediate, so the longer way has to be found although it comes second.
    top = forge.authority("CN=Top", owner="top", extra=[forge.name_constraints(None, [forge.dn("CN=Short")])])
    short = [forge.authority("CN=Short", "CN=Top", "top", "short"), forge.authority("CN=CA", "CN=Short", "short", "ca")]
    long = [
        forge.authority("CN=A", "CN=Top", "top", "a"),
        forge.authority("CN=B", "CN=A", "a", "b"),
        forge.authority("CN=CA", "CN=B", "b", "ca"),
    ]
    outcome = forge.ask(forge.end_entity(), [forge.root()], [top, *short, *long])
    assert outcome.valid
    assert len(outcome.certificates) == 6


def test_a_path_without_policy_leads_to_trying_another(forge: SimpleNamespace) -> None:
    poor = forge.authority("CN=Poor", owner="poor")
    rich = [
        forge.authority("CN=Rich", owner="rich", extra=[forge.policies("1.2.3")]),
        forge.authority("CN=Between", "CN=Rich", "rich", "between", extra=[forge.policies("1.2.3")]),
    ]
    cas = [
        forge.authority("CN=CA", "CN=Poor", "poor", "ca", extra=[forge.policies("1.2.3")]),
        forge.authority("CN=CA", "CN=Between", "between", "ca", extra=[forge.policies("1.2.3")]),
    ]
    leaf = forge.end_entity(extra=[forge.policies("1.2.3")])
    outcome = forge.ask(leaf, [forge.root()], [poor, *rich, *cas], require_explicit_policy=True)
    assert outcome.valid
    assert outcome.policies == ("1.2.3",)
    assert len(outcome.certificates) == 5


_ANY = "2.5.29.32.0"
_BRIDGES = {
    "excluded": ("names", None, "O=bad"),
    "permitted": ("names", ("O=good", "CN=Leaf"), None),
    "inhibited any": ("policy", {"inhibit_any_policy": (0,), "policy_constraints": (0,)}, [_ANY]),
    "inhibited mapping": ("policy", {"policy_constraints": (0, 0)}, ["1.2.3", "1.2.5"]),
}


@pytest.mark.parametrize("kind", _BRIDGES)
@pytest.mark.parametrize(("crowd", "length"), [(4, 3), (10, 5), (20, 8)])
def test_what_a_bridge_forbids_is_gone_round(forge: SimpleNamespace, kind: str, crowd: int, length: int) -> None:
    """Beside the one long way there is a crowd of CAs that all certify each other and the long way's, and that the
    bridge at the top does not let pass, each by its own name or by what it does with policies."""
    sort, first, second = _BRIDGES[kind]
    policy = [forge.policies("1.2.3")] if sort == "policy" else []
    if sort == "names":
        sides = [None if side is None else [forge.dn(one) for one in side] for side in (first, second and [second])]
        limits, odd = [forge.name_constraints(*sides)], []
    else:
        limits = [*policy, *(getattr(forge, name)(*numbers) for name, numbers in first.items())]
        odd = [forge.policies(*second), *([] if _ANY in second else [forge.mappings(("1.2.3", "1.2.3"))])]
    top = ("CN=Top", "top")
    bad = [(f"O=bad,CN=B{number}", f"bad{number}") for number in range(crowd)]
    good = [(f"O=good,CN=G{number}", f"good{number}") for number in range(length)]

    def issued(subject: tuple[str, str], issuer: tuple[str, str], extra: list[bytes]) -> bytes:
        return forge.authority(subject[0], *issuer, subject[1], extra=extra)

    pool = [forge.authority(*("CN=Top", "CN=Root", "root", "top"), extra=limits)]
    pool += [issued(one, other, odd) for one in bad for other in (top, *bad) if one != other]
    pool += [issued(one, other, policy) for one in good for other in bad]
    pool += [issued(one, other, policy) for one, other in zip(good, [*good[1:], top], strict=True)]
    leaf = forge.end_entity(issuer=good[0][0], signer=good[0][1], extra=policy)
    for order in (pool, pool[::-1]):
        outcome = forge.ask(leaf, [forge.root()], order, deadline_seconds=60.0)
        assert outcome.valid
        assert len(outcome.certificates) == length + 3
        assert outcome.explored < 6 * len(pool)


def test_what_an_issuer_issued_comes_in_the_order_offered(forge: SimpleNamespace) -> None:
    offered = [forge.parsed(forge.authority(f"CN=S{number % 7}", f"CN=I{number % 3}")) for number in range(30)]
    own = [one for one in offered if one.issuer == offered[0].issuer]
    pool = Pool(tuple(offered), ())
    assert list(pool.issued_by(offered[0].issuer)) == sorted(
        own, key=lambda one: (_first(offered, one), offered.index(one))
    )
    later = forge.parsed(forge.authority("CN=S9", "CN=I0"))
    assert pool.add([later])
    assert list(pool.issued_by(offered[0].issuer))[-1] == later


def _first(offered: list[Certificate], one: Certificate) -> int:
    """Where the first certificate with the subject of `one` stands."""
    return next(place for place, other in enumerate(offered) if other.subject == one.subject)


def test_the_right_one_of_many_anchors_of_one_name_is_tried_first(forge: SimpleNamespace) -> None:
    anchors = [forge.root(label=f"namesake{number}") for number in range(300)]
    outcome = forge.ask(forge.authority(), [*anchors, forge.root()], max_signature_checks=3)
    assert outcome.valid


def test_depth_is_counted_in_intermediates(forge: SimpleNamespace) -> None:
    sub = forge.authority("CN=Sub", "CN=CA", "ca", "sub")
    arguments = (forge.end_entity(issuer="CN=Sub", signer="sub"), [forge.root()], [sub, forge.authority()])
    assert forge.ask(*arguments, max_depth=2).valid
    assert forge.codes(forge.ask(*arguments, max_depth=1)) == ("TOO-DEEP",)
    assert forge.ask(forge.authority(), [forge.root()], max_depth=0).valid


def _mesh(forge: SimpleNamespace, size: int) -> list[bytes]:
    pairs = [(one, two) for one in range(size) for two in range(size) if one != two]
    return [forge.authority(f"CN=M{one}", f"CN=M{two}", f"m{two}", f"m{one}") for one, two in pairs]


@pytest.mark.parametrize("entry", ["good", "expired", "forged", "too-short", "names", "no-policy"])
def test_cost_in_a_mesh_grows_with_edges_not_with_paths(forge: SimpleNamespace, entry: str) -> None:
    changes = {
        "good": {},
        "expired": {"not_after": forge.NOW - forge.YEAR / 2},
        "forged": {"signer": "other"},
        "too-short": {"path_length": 0},
        "names": {"extra": [forge.name_constraints([forge.dn("O=Nobody")])]},
        "no-policy": {},
    }[entry]
    for size in (4, 8, 12):
        last = size - 1
        pool = [*_mesh(forge, size), forge.authority("CN=M0", owner="m0", **changes)]
        leaf = forge.end_entity(issuer=f"CN=M{last}", signer=f"m{last}", extra=[forge.policies("1.2.3")])
        outcome = forge.ask(leaf, [forge.root()], pool, require_explicit_policy=entry == "no-policy")
        assert outcome.valid is (entry == "good")
        assert outcome.explored <= 2 * len(pool) + 4


def test_a_budget_is_a_reason(forge: SimpleNamespace) -> None:
    decoys = [forge.authority(signer="other", owner=f"d{number}") for number in range(60)]
    outcome = forge.ask(forge.end_entity(), [forge.root()], decoys, max_steps=20)
    assert "BUDGET" in forge.codes(outcome)
    outcome = forge.ask(forge.end_entity(), [forge.root()], decoys, max_signature_checks=3)
    assert "BUDGET" in forge.codes(outcome)


def test_ten_thousand_decoys_do_not_hide_the_issuer(forge: SimpleNamespace) -> None:
    decoys = [forge.authority(signer="other", owner=f"d{number % 50}") for number in range(10_000)]
    outcome = forge.ask(forge.end_entity(), [forge.root()], [*decoys, forge.authority()], deadline_seconds=30.0)
    assert outcome.valid
    assert outcome.explored < 10


def test_fetched_certificates_complete_the_path_and_decoys_do_not_prevent_it(forge: SimpleNamespace) -> None:
    location = der.sequence(der.oid("1.3.6.1.5.5.7.48.2"), forge.uri("http://ca.example/ca.cer"))
    leaf = forge.end_entity(extra=[der.extension("1.3.6.1.5.5.7.1.1", der.sequence(location))])
    decoy = forge.authority(signer="other")
    asked: list[str] = []

    def fetch(uri: str) -> bytes | None:
        asked.append(uri)
        return forge.authority()

    assert not forge.ask(leaf, [forge.root()], [decoy]).valid
    assert forge.ask(leaf, [forge.root()], [decoy], fetch=fetch).valid
    assert asked == ["http://ca.example/ca.cer"]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_order_of_the_pool_changes_nothing(forge: SimpleNamespace, data: st.DataObject) -> None:
    constraint = forge.name_constraints(None, [forge.dn("CN=M1")])
    pool = [
        *_mesh(forge, 4),
        forge.authority("CN=M0", owner="m0", path_length=1),
        forge.authority("CN=M2", owner="m2", extra=[constraint]),
        forge.authority("CN=M1", owner="m1", not_after=forge.NOW - forge.YEAR / 2),
    ]
    leaf = forge.end_entity(issuer="CN=M3", signer="m3")
    expected = forge.ask(leaf, [forge.root()], pool)
    assert expected.valid
    # Without the two good entries there is no path, in whatever order.
    closed = [one for one in pool if one not in (pool[12], pool[13])]
    assert forge.ask(leaf, [forge.root()], data.draw(st.permutations(pool))).valid
    assert not forge.ask(leaf, [forge.root()], data.draw(st.permutations(closed))).valid


def test_a_certificate_that_names_the_anchors_key_comes_before_those_that_only_name_the_anchor(
    forge: SimpleNamespace,
) -> None:
    decoys = [forge.authority(signer="thief", not_after=forge.NOW + 9 * forge.YEAR) for _ in range(30)]
    outcome = forge.ask(forge.end_entity(), [forge.root()], [*decoys, forge.authority()], max_signature_checks=3)
    assert outcome.valid
