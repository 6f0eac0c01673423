"""Name constraints of every form (RFC 5280 4.2.1.10, RFC 9549, RFC 9598): one row, one verdict."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.platform import der
from validator.asn1.der import single
from validator.path.extension_values import NameConstraints
from validator.path.general_name import read_general_name
from validator.path.name_constraints import ConstraintIndex

UPN = "1.3.6.1.4.1.311.20.2.3"
SMTP_UTF8 = "1.3.6.1.5.5.7.8.9"
DOCUMENTATION_PREFIX = "ip:20010db8" + 24 * "0" + "ffffffff" + 24 * "0"
OK, NOT_PERMITTED, EXCLUDED, UNSUPPORTED = "", "NAME-NOT-PERMITTED", "NAME-EXCLUDED", "NAME-CONSTRAINT-UNSUPPORTED"


def general(forge: SimpleNamespace, text: str) -> bytes:
    kind, _, value = text.partition(":")
    if kind == "ip":
        return forge.ip(bytes.fromhex(value))
    if kind == "upn":
        return forge.other(UPN, der.utf8_string(value))
    if kind == "smtp":
        return forge.other(SMTP_UTF8, der.utf8_string(value))
    if kind == "srv":
        return forge.other("1.3.6.1.5.5.7.8.7", der.ia5_string(value))
    if kind == "rid":
        return der.implicit(8, der.oid(value)[2:])
    return getattr(forge, kind)(value)


# permitted, excluded, name in the end entity, verdict
ROWS = [
    ("dns:example.com", "", "dns:example.com", OK),
    ("dns:example.com", "", "dns:EXAMPLE.com", OK),
    ("dns:example.com", "", "dns:a.b.example.com", OK),
    ("dns:example.com", "", "dns:badexample.com", NOT_PERMITTED),
    ("dns:example.com", "", "dns:com", NOT_PERMITTED),
    ("dns:example.com", "", "dns:*.example.com", OK),
    ("dns:a.example.com", "", "dns:*.example.com", NOT_PERMITTED),
    ("dns:example.com", "", "ip:c0000201", OK),
    ("dns:", "", "dns:anything.example", OK),
    ("", "dns:", "dns:anything.example", EXCLUDED),
    ("", "dns:example.com", "dns:a.example.com", EXCLUDED),
    ("", "dns:example.com", "dns:example.org", OK),
    ("", "dns:a.example.com", "dns:*.example.com", EXCLUDED),
    ("", "dns:a.b.example.com", "dns:*.example.com", OK),
    ("dns:example.com", "dns:a.example.com", "dns:a.example.com", EXCLUDED),
    ("dns:example.com", "dns:a.example.com", "dns:b.example.com", OK),
    ("dns:a.example|dns:b.example", "", "dns:x.b.example", OK),
    ("dns:a.example", "", "email:u@b.example", OK),
    ("email:example.com", "", "email:u@example.com", OK),
    ("email:example.com", "", "email:u@EXAMPLE.COM", OK),
    ("email:example.com", "", "email:u@a.example.com", NOT_PERMITTED),
    ("email:.example.com", "", "email:u@a.example.com", OK),
    ("email:.example.com", "", "email:u@a.b.example.com", OK),
    ("email:.example.com", "", "email:u@example.com", NOT_PERMITTED),
    ("email:u@example.com", "", "email:u@example.com", OK),
    ("email:u@example.com", "", "email:u@Example.com", OK),
    ("email:u@example.com", "", "email:U@example.com", NOT_PERMITTED),
    ("email:u@example.com", "", "email:v@example.com", NOT_PERMITTED),
    ("", "email:example.com", "email:u@example.com", EXCLUDED),
    ("", "email:u@example.com", "email:v@example.com", OK),
    ("email:u@example.com", "", 'email:"u"@example.com', OK),
    ("", "email:u@example.com", 'email:"u"@example.com', EXCLUDED),
    ("", "email:u@example.com", r'email:"\u"@example.com', EXCLUDED),
    ("", 'email:"u"@example.com', "email:u@example.com", EXCLUDED),
    ("email:example.com", "", 'email:"u@example.org"@example.com', OK),
    ("email:example.org", "", 'email:"u@example.org"@example.com', NOT_PERMITTED),
    ("", "email:example.com", "email:u@a.example.com", OK),
    ("email:example.com", "", "email:u@[192.0.2.1]", NOT_PERMITTED),
    ("email:example.com", "", "smtp:ю@example.com", OK),
    ("email:example.com", "", "smtp:ю@example.org", NOT_PERMITTED),
    ("", "email:example.com", "smtp:ю@example.com", EXCLUDED),
    ("", "email:.example.com", "smtp:ю@a.example.com", EXCLUDED),
    ("uri:example.com", "", "uri:https://example.com/a", OK),
    ("uri:example.com", "", "uri:https://u@example.com:8443/a?b#c", OK),
    ("uri:example.com", "", "uri:https://EXAMPLE.com", OK),
    ("uri:example.com", "", "uri:https://a.example.com/", NOT_PERMITTED),
    ("uri:.example.com", "", "uri:https://a.example.com/", OK),
    ("uri:.example.com", "", "uri:https://example.com/", NOT_PERMITTED),
    ("uri:example.com", "", "uri:https://example.com@evil.example/", NOT_PERMITTED),
    ("uri:example.com", "", "uri:https://example.org/@example.com", NOT_PERMITTED),
    ("uri:example.com", "", "uri:https://example.org?@example.com", NOT_PERMITTED),
    ("uri:example.com", "", "uri:https://example.org#@example.com", NOT_PERMITTED),
    ("", "uri:example.com", "uri:https://[2001:db8::1]:443/", UNSUPPORTED),
    ("", "uri:com", "uri:https://example.com/", OK),
    ("uri:example.com", "", "uri:https://192.0.2.1/", UNSUPPORTED),
    ("uri:example.com", "", "uri:urn:isbn:1", UNSUPPORTED),
    ("", "uri:example.com", "uri:urn:isbn:1", UNSUPPORTED),
    ("", "uri:example.com", "uri:ftp://example.com/x", EXCLUDED),
    ("ip:c0000200ffffff00", "", "ip:c0000217", OK),
    ("ip:c0000200ffffff00", "", "ip:c0000317", NOT_PERMITTED),
    ("ip:c0000201ffffff00", "", "ip:c0000217", OK),
    ("", "ip:c0000200ffffff00", "ip:c0000217", EXCLUDED),
    ("", "ip:0000000000000000", "ip:c0000217", EXCLUDED),
    ("", "ip:0000000000000000", "ip:20010db8000000000000000000000001", OK),
    ("ip:c0000200ffffff00", "", "ip:20010db8000000000000000000000001", NOT_PERMITTED),
    (DOCUMENTATION_PREFIX, "", "ip:20010db8000000000000000000000001", OK),
    (DOCUMENTATION_PREFIX, "", "ip:20010db9000000000000000000000001", NOT_PERMITTED),
    ("dn:O=Org", "", "dn:O=Org,CN=x", NOT_PERMITTED),
    ("dn:CN=Leaf|dn:O=Org", "", "dn:O=Org,CN=x", OK),
    ("dn:CN=Leaf|dn:O=Org", "", "dn:O=oRG ,CN=x", OK),
    ("dn:CN=Leaf|dn:O=Org", "", "dn:O=Orga,CN=x", NOT_PERMITTED),
    ("dn:CN=Leaf|dn:O=Org,OU=A", "", "dn:O=Org", NOT_PERMITTED),
    ("", "dn:O=Org", "dn:O=Org,CN=x", EXCLUDED),
    ("", "dn:CN=Leaf", "dns:a.example", EXCLUDED),
    ("dn:CN=Leaf|dn:", "", "dn:O=Org", OK),
    ("", "dn:", "dns:a.example", EXCLUDED),
    ("dn:O=A|dn:CN=Leaf|dn:O=A,OU=B,OU=C", "", "dn:O=A,OU=X", OK),
    ("dn:O=A,OU=B|dn:CN=Leaf|dn:O=A,OU=B,OU=C", "", "dn:O=A", NOT_PERMITTED),
    ("dn:O=A,OU=B|dn:CN=Leaf|dn:O=B", "", "dn:O=X,O=A,OU=B", NOT_PERMITTED),
    ("upn:u@example", "", "upn:u@example", OK),
    ("upn:u@example", "", "smtp:ю@example", OK),
    ("upn:u@example", "", "upn:v@example", NOT_PERMITTED),
    ("", "upn:u@example", "upn:u@example", EXCLUDED),
    ("", "upn:u@example", "upn:v@example", UNSUPPORTED),
    ("upn:u@example", "", "dns:a.example", OK),
    # RFC 4985 4
    ("srv:example.com", "", "srv:_mail.example.com", OK),
    ("srv:Example.com", "", "srv:_ntp.1.example.COM", OK),
    ("srv:example.com", "", "srv:_mail.sample1.com", NOT_PERMITTED),
    ("srv:_mail", "", "srv:_MAIL.1.example.com", OK),
    ("srv:_mail", "", "srv:_ntp.example.com", NOT_PERMITTED),
    ("srv:_mail.example.com", "", "srv:_mail.example.com", OK),
    ("srv:_mail.example.com", "", "srv:_ntp.example.com", NOT_PERMITTED),
    ("srv:_mail.example.com", "", "srv:_mail.1.example.com", UNSUPPORTED),
    ("", "srv:example.com", "srv:_mail.1.example.com", EXCLUDED),
    ("", "srv:_mail", "srv:_mail.example.com", EXCLUDED),
    ("", "srv:_mail", "srv:_ntp.example.com", OK),
    ("", "srv:_mail.example.com", "srv:_mail.example.org", OK),
    ("srv:example.com", "", "srv:example.com", UNSUPPORTED),
    ("srv:exa mple.com", "", "srv:_mail.example.com", UNSUPPORTED),
    ("srv:example.com", "", "dns:example.org", OK),
    ("rid:1.2.3", "", "rid:1.2.3", UNSUPPORTED),
    ("", "rid:1.2.3", "rid:1.2.4", UNSUPPORTED),
    ("rid:1.2.3", "", "dns:a.example", OK),
]  # fmt: skip


@pytest.mark.parametrize(("permitted", "excluded", "presented", "verdict"), ROWS)
def test_constraint_of_every_form(
    forge: SimpleNamespace, permitted: str, excluded: str, presented: str, verdict: str
) -> None:
    trees = [[general(forge, one) for one in side.split("|")] if side else None for side in (permitted, excluded)]
    leaf = forge.end_entity(extra=[forge.san(general(forge, presented))])
    outcome = forge.ask(leaf, [forge.root()], [forge.authority(extra=[forge.name_constraints(*trees)])])
    assert outcome.valid is (verdict == OK)
    if verdict:
        assert forge.codes(outcome) == (verdict,)


@pytest.mark.parametrize(("subject", "extra", "verdict"), [
    ("CN=Leaf,E=u@example.com", [], OK),
    ("CN=Leaf,E=u@example.org", [], NOT_PERMITTED),
    # 4.2.1.10: the attribute stands in only for a missing subjectAltName.
    ("CN=Leaf,E=u@example.org", ["dns:a.example"], OK),
    ("CN=Leaf,E=u@example.org", ["email:u@example.com"], OK),
    ("CN=Leaf,E=u@example.com,E=u@example.org", [], NOT_PERMITTED),
    ("CN=Leaf,E=example.com", [], UNSUPPORTED),
])  # fmt: skip
def test_mail_address_in_the_subject(forge: SimpleNamespace, subject: str, extra: list[str], verdict: str) -> None:
    alternatives = [forge.san(*(general(forge, one) for one in extra))] if extra else []
    leaf = forge.end_entity(subject=subject, extra=alternatives)
    constraints = forge.name_constraints([forge.email("example.com")])
    outcome = forge.ask(leaf, [forge.root()], [forge.authority(extra=[constraints])])
    assert forge.codes(outcome) == ((verdict,) if verdict else ())


@pytest.mark.parametrize(("extra", "in_permitted", "in_excluded"), [
    # 4.1.2.6: the attribute ignores case altogether; 7.5: rfc822Name in its host only.
    ([], OK, EXCLUDED), (["email:U@example.com"], NOT_PERMITTED, OK),
])  # fmt: skip
def test_case_of_a_mail_address(forge: SimpleNamespace, extra: list[str], in_permitted: str, in_excluded: str) -> None:
    alternatives = [forge.san(*(general(forge, one) for one in extra))] if extra else []
    leaf = forge.end_entity(subject="CN=Leaf,E=U@example.com", extra=alternatives)
    mailbox = [forge.email("u@example.com")]
    for trees, verdict in (((mailbox, None), in_permitted), ((None, mailbox), in_excluded)):
        pool = [forge.authority(extra=[forge.name_constraints(*trees)])]
        assert forge.codes(forge.ask(leaf, [forge.root()], pool)) == ((verdict,) if verdict else ())


def subtrees(number: int, *trees: bytes) -> bytes:
    return der.tlv(0xA0 | number, b"".join(trees))


SUBTREE = der.sequence(der.implicit(2, b"example.com"))
SHAPES = {
    "whole": (der.sequence(subtrees(0, SUBTREE)), True),
    "minimum, written out": (der.sequence(subtrees(0, der.sequence(SUBTREE[2:], der.implicit(0, b"\0")))), False),
    "minimum": (der.sequence(subtrees(0, der.sequence(SUBTREE[2:], der.implicit(0, b"\1")))), False),
    "maximum": (der.sequence(subtrees(0, der.sequence(SUBTREE[2:], der.implicit(1, b"\5")))), False),
    "nothing": (der.sequence(), False),
    "nothing permitted": (der.sequence(subtrees(0)), False),
    "nothing excluded": (der.sequence(subtrees(0, SUBTREE), subtrees(1)), False),
    "wrong order": (der.sequence(subtrees(1, SUBTREE), subtrees(0, SUBTREE)), False),
    "permitted twice": (der.sequence(subtrees(0, SUBTREE), subtrees(0, SUBTREE)), False),
    "another field": (der.sequence(subtrees(0, SUBTREE), subtrees(2, SUBTREE)), False),
    "another form": (der.sequence(subtrees(0, der.sequence(der.implicit(9, b"example.com")))), False),
    "trailing octet": (der.sequence(subtrees(0, SUBTREE)) + b"\0", False),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shape_of_the_extension(forge: SimpleNamespace, shape: str) -> None:
    value, readable = SHAPES[shape]
    authority = forge.authority(extra=[der.extension("2.5.29.30", value, critical=True)])
    leaf = forge.end_entity(extra=[forge.san(forge.dns("a.example.com"))])
    assert forge.ask(leaf, [forge.root()], [authority]).valid is readable


BASES = {
    "": ["dns:", "email:", "uri:", "dns:example.com", "email:.example.com", "uri:.example.com", "ip:" + 16 * "0"],
    "not-a-domain-name": ["dns:.example.com", "dns:example.com.", "dns:*.example.com", "dns:.", "dns:a..example.com",
                          "dns:a_b.example.com", "email:*.example.com", "uri:https://example.com", "uri:example.com:1",
                          "uri:u@example.com", "uri:[2001:db8::1]", "email:[192.0.2.1]"],
    "address-as-domain-name": ["dns:192.0.2.1", "uri:192.0.2.1", "dns:0x7f000001"],
    "not-a-mailbox": ["email:@example.com", "email:a@b@example.com"],
    "address-length": ["ip:", "ip:c0000200", "ip:" + 14 * "0", "ip:" + 18 * "0", "ip:" + 32 * "0"],
    "mask-not-contiguous": ["ip:c0000200ff00ff00", "ip:c000020000ffffff"],
}  # fmt: skip


@pytest.mark.parametrize(("base", "fault"), [(base, fault) for fault, bases in BASES.items() for base in bases])
def test_form_of_a_base(forge: SimpleNamespace, base: str, fault: str) -> None:
    pool = [forge.authority(extra=[forge.name_constraints([general(forge, base)])])]
    outcome = forge.ask(forge.end_entity(), [forge.root()], pool)
    assert outcome.valid is (fault == "")
    assert [dict(reason.params).get("fault") for reason in outcome.reasons] == ([fault] if fault else [])


@pytest.mark.parametrize(("form", "tag", "value"), [("x400", 0xA3, der.sequence()), ("edi", 0xA5, der.tlv(0xA1, b"x"))])
def test_form_that_nobody_can_compare_matters_only_where_it_appears(
    forge: SimpleNamespace, form: str, tag: int, value: bytes
) -> None:
    name = der.tlv(tag, value)
    with_it, without = (forge.end_entity(extra=[forge.san(one)]) for one in (name, forge.dns("a.example")))
    for trees in (([name], None), (None, [name])):
        pool = [forge.authority(extra=[forge.name_constraints(*trees)])]
        assert forge.codes(forge.ask(with_it, [forge.root()], pool)) == (UNSUPPORTED,)
        assert forge.ask(without, [forge.root()], pool).valid


def test_empty_subject_is_in_no_directory_subtree(forge: SimpleNamespace) -> None:
    anyone, someone = [forge.dn("")], [forge.dn("O=Org")]
    for trees, name, verdict in (
        ((someone, None), "dns:a.example", OK), ((None, anyone), "dns:a.example", OK),
        ((someone, None), "dn:O=Org,CN=x", OK), ((someone, None), "dn:O=Other", NOT_PERMITTED),
    ):  # fmt: skip
        leaf = forge.end_entity(subject=der.sequence(), extra=[forge.san(general(forge, name), critical=True)])
        pool = [forge.authority(extra=[forge.name_constraints(*trees)])]
        assert forge.codes(forge.ask(leaf, [forge.root()], pool)) == ((verdict,) if verdict else ())


def test_an_authority_is_bound_by_those_above_and_not_by_itself(forge: SimpleNamespace) -> None:
    constraints, evil = forge.name_constraints([forge.dns("example.com")]), forge.san(forge.dns("evil.example"))
    leaf = forge.end_entity(issuer="CN=Low", signer="low")
    low = forge.authority("CN=Low", "CN=CA", "ca", "low", extra=[evil])
    arguments = (leaf, [forge.root()], [low, forge.authority(extra=[constraints])])
    assert forge.codes(forge.ask(*arguments)) == (NOT_PERMITTED,)
    assert forge.ask(forge.end_entity(), [forge.root()], [forge.authority(extra=[constraints, evil])]).valid
    # An authority that is itself asked about may constrain others.
    assert forge.ask(low, [forge.root()], [forge.authority()]).valid


def test_common_name_is_no_dns_name(forge: SimpleNamespace) -> None:
    leaf = forge.end_entity(subject="CN=evil.example")
    constraints = forge.name_constraints([forge.dns("good.example")])
    pool = [forge.authority(extra=[constraints])]
    assert forge.ask(leaf, [forge.root()], pool).valid
    assert not forge.ask(leaf, [forge.root()], pool, names=[("dns", "evil.example")]).valid


def test_constraints_of_every_certificate_above_hold(forge: SimpleNamespace) -> None:
    wide = forge.authority("CN=Wide", owner="wide", extra=[forge.name_constraints([forge.dns("example")])])
    narrow_constraints = [forge.name_constraints([forge.dns("a.example"), forge.dns("other")])]
    narrow = forge.authority("CN=CA", "CN=Wide", "wide", "ca", extra=narrow_constraints)
    for presented, valid in (("x.a.example", True), ("b.example", False), ("x.other", False)):
        leaf = forge.end_entity(extra=[forge.san(forge.dns(presented))])
        assert forge.ask(leaf, [forge.root()], [wide, narrow]).valid is valid


def test_self_issued_intermediate_is_exempt_but_the_end_entity_is_not(forge: SimpleNamespace) -> None:
    constraints = forge.name_constraints([forge.dn("O=Org")])
    old = forge.authority("CN=CA", owner="old", extra=[constraints])
    rollover = forge.authority("CN=CA", "CN=CA", "old", "ca")
    assert forge.ask(forge.end_entity(subject="O=Org,CN=x"), [forge.root()], [old, rollover]).valid
    leaf = forge.end_entity(subject="CN=CA", issuer="CN=CA")
    assert forge.codes(forge.ask(leaf, [forge.root()], [old, rollover])) == (NOT_PERMITTED,)


def test_constraints_of_the_anchor_count_only_when_asked(forge: SimpleNamespace) -> None:
    anchor = forge.root(extra=[forge.name_constraints([forge.dn("CN=CA"), forge.dn("O=Org")])])
    arguments = (forge.end_entity(), [anchor], [forge.authority()])
    assert forge.ask(*arguments).valid
    assert NOT_PERMITTED in forge.codes(forge.ask(*arguments, anchor_constraints=True))


# A base that cannot be read leaves everything open, so it does not only add.
BASES_USED = sorted({text for row in ROWS for side in row[:2] for text in side.split("|") if text and " " not in text})
NAMES_USED = sorted({row[2] for row in ROWS})


@settings(max_examples=150, deadline=None)
@given(
    bases=st.lists(st.sampled_from(BASES_USED), min_size=2, max_size=6, unique=True),
    names=st.lists(st.sampled_from(NAMES_USED), min_size=1, max_size=3, unique=True),
    side=st.sampled_from(["permitted", "excluded"]),
    data=st.data(),
)
def test_every_subtree_counts_for_itself(
    forge: SimpleNamespace, bases: list[str], names: list[str], side: str, data: st.DataObject
) -> None:
    leaf = forge.parsed(forge.end_entity(extra=[forge.san(*(general(forge, name) for name in names))]))

    def refused(some: list[str]) -> bool:
        trees = tuple(read_general_name(one, single(one)) for one in (general(forge, base) for base in some))
        constraints = NameConstraints(**{"permitted": None, "excluded": None, side: trees})
        return ConstraintIndex(constraints).violation(leaf) is not None

    whole = refused(bases)
    assert refused(data.draw(st.permutations(bases))) is whole
    fewer = bases[:-1]
    if side == "excluded":
        assert whole or not refused(fewer)
    elif _form(bases[-1]) in map(_form, fewer):
        assert not whole or refused(fewer)


def _form(text: str) -> str:
    return text.partition(":")[0]
