"""Small worlds of certification authorities drawn by chance, as cards and as the octets that they stand for."""

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

from ops.platform import der
from policies.algorithms import digest
from tests.validator.path.reference import ANY, Card, Inputs
from validator.revocation.keys import key_sha1

FAULTS = (
    "none", "current", "ca", "may_sign", "path_length", "usages", "odd_extension", "forged", "status", "hint",
    "policies", "mappings", "explicit", "no_mapping", "no_any", "permitted", "excluded",
)  # fmt: skip
_OF_ANCHORS = ("path_length", "usages", "explicit", "no_mapping", "no_any", "permitted", "excluded")
_SHA_1 = "1.3.14.3.2.26"
_POLICIES = ("1.2.1", "1.2.2", "1.2.3")


@dataclass(frozen=True)
class World:
    """One question with everything that belongs to it."""

    leaf: Card
    anchors: list[Card]
    pool: list[Card]
    inputs: Inputs


def drawn(random: Random) -> World:
    """A world: few names with one or two keys each, so that ways cross and close; often one good way among many."""
    kinds = random.sample(FAULTS, random.choice((1, 2, 2, 3, 5)))
    rate = random.choice((0.1, 0.3, 0.5, 0.7))
    names = [("o" + random.choice("ab"), f"ca{number}") for number in range(random.randint(1, 6))]
    keys = random.choice((1, 1, 1, 2))
    entities = [(name, f"{name[1]}k{number}") for name in names for number in range(keys)]
    serials = iter(range(1, 1_000))

    def card(subject: tuple[str, ...], owner: str, issuer: tuple[tuple[str, ...], str], **more: Any) -> Card:
        plain = Card(next(serials), subject, issuer[0], owner, issuer[1], **more)
        return _spoilt(random, plain, kinds, rate, names, [key for _, key in entities])

    pool = []
    for _ in range(random.randint(2, 15)):
        subject, owner = random.choice(entities)
        pool.append(card(subject, owner, random.choice(entities), policies=_some(random, kinds)))
    leaf = card(("oa", "leaf"), "leaf", random.choice(entities), ca=False, policies=_some(random, kinds))
    if random.random() < 0.9:
        leaf = replace(leaf, current=True, odd_extension=False, forged=False, status="good")
    anchors = []
    for subject, owner in random.sample(entities, min(len(entities), random.choice((1, 1, 2)))):
        plain = Card(next(serials), subject, subject, owner, owner, policies=_some(random, kinds))
        limits = [kind for kind in kinds if kind in _OF_ANCHORS]
        spoilt = _spoilt(random, plain, limits, rate, names, [])
        anchors.append(replace(spoilt, current=random.random() < 0.8))
    if random.random() < 0.2:
        pool += anchors[:1]
    if random.random() < 0.1:
        pool.append(leaf)
    return World(leaf, anchors, pool, _asked(random, kinds))


def _some(random: Random, kinds: list[str]) -> frozenset[str] | None:
    if not {"policies", "mappings", "explicit", "no_any", "no_mapping"} & set(kinds):
        return None
    chance = random.random()
    if chance < 0.1:
        return None
    return frozenset(random.sample((*_POLICIES, ANY), random.choice((1, 1, 2, 3))))


def _asked(random: Random, kinds: list[str]) -> Inputs:
    some = random.random
    return Inputs(
        initial=frozenset(random.sample(_POLICIES, random.choice((1, 2)))) if some() < 0.3 else None,
        explicit=some() < (0.5 if "policies" in kinds else 0.1),
        no_mapping=some() < 0.1,
        no_any=some() < 0.1,
        usages=frozenset({"1.3.6.1.5.5.7.3.1"}) if "usages" in kinds else None,
        max_depth=random.randint(0, 4) if some() < 0.15 else None,
        revocation=random.choice(("require", "if-declared")) if "status" in kinds else "none",
        anchor_expiry=some() < 0.2,
        anchor_constraints=some() < 0.3,
    )


def _spoilt(
    random: Random, card: Card, kinds: list[str], rate: float, names: list[tuple[str, ...]], keys: list[str]
) -> Card:
    values: dict[str, Any] = {}
    for kind in kinds:
        if random.random() > rate or kind in ("none", "policies"):
            continue
        if card.ca or kind in ("current", "odd_extension", "forged", "status", "hint"):
            values[kind] = _value(random, kind, names, keys)
    if values.get("ca") is False or values.get("may_sign") is False:
        for kind in ("path_length", "permitted", "excluded", "mappings", "explicit", "no_mapping", "no_any"):
            values.pop(kind, None)
    if values.get("ca") is False:
        values.pop("may_sign", None)
    if card.policies is None:
        values.pop("mappings", None)
    return replace(card, **values)


def _value(random: Random, kind: str, names: list[tuple[str, ...]], keys: list[str]) -> Any:
    bases = [("oa",), ("ob",), *names, ("oa", "leaf")]
    return {
        "current": False, "ca": False, "may_sign": False, "odd_extension": True, "forged": True,
        "path_length": random.randint(0, 2), "explicit": random.randint(0, 3), "no_mapping": random.randint(0, 2),
        "no_any": random.randint(0, 2), "hint": random.choice(keys or ["none"]),
        "status": random.choice(("revoked", "unknown")),
        "usages": frozenset(random.choice((["1.3.6.1.5.5.7.3.2"], ["any"], ["1.3.6.1.5.5.7.3.1", "1.2.3"]))),
        "mappings": tuple((random.choice(_POLICIES), random.choice(_POLICIES)) for _ in range(random.choice((1, 2)))),
        "permitted": tuple(random.sample(bases, 2)), "excluded": (random.choice(bases),),
    }[kind]  # fmt: skip


def octets(forge: SimpleNamespace, card: Card) -> bytes:
    """The certificate that a card stands for."""
    extra = []
    if card.hint is not None:
        extra.append(forge.aki(card.hint))
    if card.ca:
        extra += [forge.key_usage(5, 6) if card.may_sign else forge.key_usage(6)]
    if card.usages is not None:
        extra.append(forge.eku(*("2.5.29.37.0" if one == "any" else one for one in sorted(card.usages))))
    if card.odd_extension:
        extra.append(der.extension("1.2.3.4.5", der.null(), critical=True))
    if card.policies is not None:
        extra.append(forge.policies(*sorted(card.policies)))
    if card.mappings:
        extra.append(forge.mappings(*dict.fromkeys(card.mappings)))
    if card.explicit is not None or card.no_mapping is not None:
        extra.append(forge.policy_constraints(card.explicit, card.no_mapping))
    if card.no_any is not None:
        extra.append(forge.inhibit_any_policy(card.no_any))
    if card.permitted is not None or card.excluded:
        bases = [
            None if side is None else [forge.dn(written(base)) for base in side]
            for side in (card.permitted, card.excluded or None)
        ]
        extra.append(forge.name_constraints(*bases))
    return forge.certificate(
        written(card.subject), written(card.issuer), signer="forger" if card.forged else card.signer, owner=card.owner,
        ca=card.ca, path_length=card.path_length, extra=[*([] if card.hint else [forge.aki(card.signer)]), *extra],
        not_after=forge.NOW + (forge.YEAR if card.current else -timedelta(days=1)),
        serial=der.integer(card.serial),
    )  # fmt: skip


def written(name: tuple[str, ...]) -> str:
    """A name of a card as the forge takes it."""
    return ",".join(f"{kind}={text}" for kind, text in zip(("O", "CN"), name, strict=False))


def evidence(forge: SimpleNamespace, card: Card) -> bytes | None:
    """The OCSP response of the card's issuer about it, None where it says nothing."""
    if card.status == "unknown":
        return None
    issuer, spki = forge.name(*written(card.issuer).split(",")), forge.spki(card.signer)
    about = der.sequence(
        der.algorithm(_SHA_1, der.null()),
        der.octet_string(digest(_SHA_1, issuer)),
        der.octet_string(key_sha1(spki)),
        der.integer(card.serial),
    )
    since = der.generalized_time(forge.NOW - timedelta(days=2))
    status = der.implicit(0, b"") if card.status == "good" else der.explicit(1, since)
    times = (
        der.generalized_time(forge.NOW - timedelta(days=1)),
        der.explicit(0, der.generalized_time(forge.NOW + timedelta(days=1))),
    )
    single = der.sequence(about, status, *times)
    tbs = der.sequence(
        der.explicit(1, issuer), der.generalized_time(forge.NOW - timedelta(days=1)), der.sequence(single)
    )
    body = der.sequence(der.oid("1.3.6.1.5.5.7.48.1.1"), der.octet_string(forge.sign(card.signer, tbs)))
    return der.sequence(der.enumerated(0), der.explicit(0, body))
