"""Nothing that is remembered may answer for other circumstances: every change of an input changes the answer."""

from datetime import timedelta
from hashlib import sha1
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from ops.platform import der
from validator.path import remembered
from validator.path.types import RevocationMode
from validator.revocation.crl import parse_crl
from validator.revocation.ocsp import parse_ocsp
from validator.revocation.types import RevocationEvidence


def crl(forge: SimpleNamespace, issuer: str, label: str, *revoked: int) -> bytes:
    day = timedelta(days=1)
    entries = [der.sequence(der.integer(serial), der.time(forge.NOW - day)) for serial in revoked]
    extensions = der.explicit(0, der.sequence(forge.aki(label), der.extension("2.5.29.20", der.integer(1))))
    listed = der.sequence(*entries) if entries else b""
    times = der.time(forge.NOW - day / 2) + der.time(forge.NOW + day)
    return forge.sign(
        label, der.sequence(der.integer(1), forge.ECDSA_SHA256, forge.as_name(issuer), times, listed, extensions)
    )


def test_a_revoked_ca_is_noticed_after_it_was_good(forge: SimpleNamespace) -> None:
    root, ca = forge.root(), forge.authority()
    leaves = [forge.end_entity() for _ in range(3)]
    good = [crl(forge, "CN=Root", "root"), crl(forge, "CN=CA", "ca")]
    bad = [crl(forge, "CN=Root", "root", forge.parsed(ca).serial), good[1]]

    def asked(leaf: bytes, lists: list[bytes], **changes: object) -> tuple[str, ...]:
        evidence = RevocationEvidence.of(parse_crl(one) for one in lists)
        settings = {"revocation": RevocationMode.REQUIRE, **changes}
        return tuple(forge.codes(forge.ask(leaf, [root], [ca], evidence=evidence, **settings)))

    for leaf in leaves:
        assert asked(leaf, good) == ()
    assert asked(leaves[0], bad) == ("REVOKED",)
    assert asked(leaves[0], good) == ()
    assert asked(leaves[0], good[1:]) == ("REVOCATION-UNKNOWN",)
    assert asked(leaves[0], good, at=forge.NOW + timedelta(days=3)) == ("REVOCATION-STALE", "REVOCATION-STALE")
    assert asked(leaves[0], [good[0], crl(forge, "CN=CA", "ca", forge.parsed(leaves[0]).serial)]) == ("REVOKED",)


def test_other_anchors_or_pool_are_another_question(forge: SimpleNamespace) -> None:
    root, ca = forge.root(), forge.authority()
    assert forge.ask(forge.end_entity(), [root], [ca]).valid
    assert forge.ask(forge.end_entity(), [root], [ca]).valid
    assert not forge.ask(forge.end_entity(), [forge.root("CN=Else", "else")], [ca]).valid
    assert not forge.ask(forge.end_entity(), [root], []).valid
    assert not forge.ask(forge.end_entity(), [root], [ca], at=forge.NOW + 3 * forge.YEAR).valid
    assert not forge.ask(forge.end_entity(), [root], [ca], max_depth=0).valid
    assert not forge.ask(forge.end_entity(signer="thief"), [root], [ca]).valid
    assert not forge.ask(forge.end_entity(), [root], [ca], require_explicit_policy=True).valid


def test_the_answer_does_not_depend_on_what_was_asked_before(forge: SimpleNamespace) -> None:
    root = forge.root()
    first = forge.authority(extra=[forge.name_constraints(None, [forge.dn("CN=Barred")])])
    second = forge.authority(not_after=forge.NOW + forge.YEAR / 2)
    pool = [first, second]
    free, barred = forge.end_entity(), forge.end_entity(subject="CN=Barred")
    alone = forge.ask(barred, [root], pool)
    assert forge.ask(free, [root], pool).certificates[1].fingerprint == forge.parsed(first).fingerprint
    again = forge.ask(barred, [root], pool)
    assert again.valid
    assert (again.certificates, again.explored) == (alone.certificates, alone.explored)
    assert again.certificates[1].fingerprint == forge.parsed(second).fingerprint


KINDS: dict[str, dict[str, object]] = {
    "good": {},
    "expired": {"not_after": "yesterday"},
    "not yet valid": {"not_before": "tomorrow"},
    "forged": {"signer": "thief"},
    "other policies": {"extra": ["policies"]},
    "unknown critical extension": {"extra": ["unknown"]},
    "critical policies": {"extra": ["critical"]},
    "no key identifiers": {"without": ["2.5.29.35"]},
    "barred name": {"subject": "CN=Barred"},
    "purpose": {"extra": ["purpose"]},
    "two names": {"extra": ["names"]},
    "bad name": {"extra": ["bad-name"]},
    "self-issued": {"subject": "CN=CA", "owner": "ca-2"},
    "the authority itself": {"subject": "CN=CA", "issuer": "CN=Root", "signer": "root", "owner": "ca", "ca": True},
}
CIRCUMSTANCES: tuple[dict[str, object], ...] = (
    {},
    {"require_explicit_policy": True},
    {"initial_policies": frozenset({"1.2.3"}), "require_explicit_policy": True},
    {"eku": frozenset({"1.3.6.1.5.5.7.3.4"})},
    {"names": (("email", "a@example.org"),)},
    {"anchor_constraints": True, "anchor_expiry": True, "anchor_basic_constraints": True},
    {"max_depth": 1},
    {"revocation": RevocationMode.REQUIRE},
    {"revocation": RevocationMode.IF_DECLARED},
)


def leaf_of_kind(forge: SimpleNamespace, kind: str) -> bytes:
    extensions = {
        "policies": forge.policies("1.2.3", "1.2.4"),
        "unknown": der.extension("1.2.3.4.5", der.null(), critical=True),
        "critical": forge.policies("1.2.3", critical=True),
        "purpose": forge.eku("1.3.6.1.5.5.7.3.1"),
        "names": forge.san(forge.email("a@example.org"), forge.dns("a.example.org")),
        "bad-name": forge.san(forge.email("not a mailbox")),
    }
    moments = {"yesterday": forge.NOW - timedelta(days=1), "tomorrow": forge.NOW + timedelta(days=1)}
    changes = dict(KINDS[kind])
    changes["extra"] = [extensions[name] for name in changes.get("extra", ())]  # type: ignore[attr-defined]
    for name in ("not_before", "not_after"):
        if name in changes:
            changes[name] = moments[str(changes[name])]
    return bytes(forge.end_entity(**changes))


@pytest.mark.parametrize("circumstances", CIRCUMSTANCES, ids=str)
@pytest.mark.parametrize("barred", [False, True])
def test_a_known_issuer_changes_no_answer(
    forge: SimpleNamespace, circumstances: dict[str, object], barred: bool
) -> None:
    limits = [forge.name_constraints(None, [forge.dn("CN=Barred")])] if barred else []
    root, ca = forge.root(), forge.authority(extra=limits)
    leaves = {kind: leaf_of_kind(forge, kind) for kind in KINDS} | {"in the pool": ca}
    lists = [crl(forge, "CN=Root", "root"), crl(forge, "CN=CA", "ca", forge.parsed(leaves["two names"]).serial)]
    evidence = RevocationEvidence.of(parse_crl(one) for one in lists)

    def asked(leaf: bytes) -> object:
        return forge.ask(leaf, [root], [ca], evidence=evidence, **circumstances)

    alone = {}
    for kind, leaf in leaves.items():
        remembered._upper.clear()
        alone[kind] = asked(leaf)
    remembered._upper.clear()
    for kind, leaf in [*leaves.items(), *reversed(leaves.items())]:
        assert asked(leaf) == alone[kind], kind
    if not circumstances:
        assert len(remembered._upper) > 0


def ocsp_response(forge: SimpleNamespace, leaf: bytes, responder: bytes, signer: str) -> bytes:
    hour = timedelta(hours=1)
    ids = [sha1(octets, usedforsecurity=False).digest() for octets in (forge.as_name("CN=CA"), forge.spki("ca")[26:])]
    named = der.sequence(
        der.algorithm("1.3.14.3.2.26"), *map(der.octet_string, ids), der.integer(forge.parsed(leaf).serial)
    )
    following = der.explicit(0, der.generalized_time(forge.NOW + hour))
    single = der.sequence(named, der.implicit(0, b""), der.generalized_time(forge.NOW - hour), following)
    data = der.sequence(
        der.explicit(1, forge.as_name("CN=Responder")), der.generalized_time(forge.NOW - hour), der.sequence(single)
    )
    signature = forge.key(signer).sign(data, ec.ECDSA(hashes.SHA256()))
    basic = der.sequence(data, forge.ECDSA_SHA256, der.bit_string(signature), der.explicit(0, der.sequence(responder)))
    body = der.sequence(der.oid("1.3.6.1.5.5.7.48.1.1"), der.octet_string(basic))
    return der.sequence(der.enumerated(0), der.explicit(0, body))


def test_delegated_responders_are_asked_about_each_time(forge: SimpleNamespace) -> None:
    root, ca = forge.root(), forge.authority()
    purpose, exempt = forge.eku("1.3.6.1.5.5.7.3.9"), der.extension("1.3.6.1.5.5.7.48.1.5", der.null())
    kinds: dict[str, tuple[bool, dict[str, object]]] = {
        "good": (True, {"extra": [purpose, exempt]}),
        "expired": (False, {"extra": [purpose, exempt], "not_after": forge.NOW - timedelta(days=1)}),
        "no purpose": (False, {"extra": [exempt]}),
        "no exemption": (False, {"extra": [purpose]}),
        "forged": (False, {"extra": [purpose, exempt], "signer": "thief"}),
        "unknown extension": (
            False,
            {"extra": [purpose, exempt, der.extension("1.2.3.4.5", der.null(), critical=True)]},
        ),
    }
    lists = [parse_crl(crl(forge, "CN=Root", "root"))]

    def asked(leaf: bytes, response: bytes, *more: object) -> object:
        evidence = RevocationEvidence.of([*lists, parse_ocsp(response), *more])
        return forge.ask(leaf, [root], [ca], evidence=evidence, revocation=RevocationMode.REQUIRE)

    questions = []
    for _, changes in kinds.values():
        leaf = forge.end_entity()
        responder = forge.end_entity("CN=Responder", owner="responder", **changes)
        questions.append((leaf, ocsp_response(forge, leaf, responder, "responder")))
    alone = []
    for leaf, response in questions:
        remembered._upper.clear()
        alone.append(asked(leaf, response))
    assert [one.valid for one in alone] == [good for good, _ in kinds.values()]
    for position in (*range(len(questions)), *reversed(range(len(questions)))):
        assert asked(*questions[position]) == alone[position]
    revoked = parse_crl(crl(forge, "CN=Root", "root", forge.parsed(ca).serial))
    assert not asked(*questions[0], revoked).valid
    assert asked(*questions[0]) == alone[0]
