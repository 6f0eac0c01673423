"""Names compare as RFC 5280 7.1 wants; expected names match as RFC 9525 wants; DER is read strictly."""

from functools import cache
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.platform import der as writer
from validator.asn1 import der
from validator.path.certificate import Certificate, MalformedCertificate, parse_certificate
from validator.path.name import parse_name
from validator.path.written_name import key_from_text


def one(tag: int, octets: bytes) -> bytes:
    value = writer.sequence(writer.oid("2.5.4.3"), writer.tlv(tag, octets))
    return writer.sequence(writer.set_of(value))


COMPARISONS = [
    ((0x0C, b"Ann"), (0x13, b"Ann"), True),
    ((0x0C, b"Ann"), (0x0C, b"aNN"), True),
    ((0x0C, b" Ann  Lee "), (0x13, b"ann lee"), True),
    ((0x0C, "Жанна".encode()), (0x1E, "ЖАННА".encode("utf-16-be")), True),
    ((0x0C, "straße".encode()), (0x0C, b"STRASSE"), True),
    ((0x0C, "e\u0301".encode()), (0x0C, "\u00e9".encode()), True),
    ((0x0C, "A\u00adnn".encode()), (0x0C, b"Ann"), True),
    ((0x0C, b"Ann"), (0x0C, b"Anna"), False),
    ((0x0C, b"AnnLee"), (0x0C, b"Ann Lee"), False),
    ((0x04, b"Ann"), (0x0C, b"Ann"), False),
    ((0x04, b"Ann"), (0x04, b"ann"), False),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "same"), COMPARISONS)
def test_comparison(first: tuple[int, bytes], second: tuple[int, bytes], same: bool) -> None:
    assert (parse_name(one(*first)) == parse_name(one(*second))) is same


@pytest.mark.parametrize(
    ("first", "second", "same"), [row for row in COMPARISONS if der.OCTET_STRING not in (row[0][0], row[1][0])]
)
def test_issuer_and_authority_and_subtree_may_be_written_differently(
    forge: SimpleNamespace, first: tuple[int, bytes], second: tuple[int, bytes], same: bool
) -> None:
    arguments = ([forge.root()], [forge.authority(one(*first))])
    assert forge.ask(forge.end_entity(issuer=one(*second)), *arguments).valid is same
    subtree = writer.explicit(4, one(*first))
    for permitted, excluded, verdict in (([subtree], None, same), (None, [subtree], not same)):
        pool = [forge.authority(extra=[forge.name_constraints(permitted, excluded)])]
        assert forge.ask(forge.end_entity(subject=one(*second)), [forge.root()], pool).valid is verdict


def test_order_of_rdns_counts_and_order_within_one_does_not(forge: SimpleNamespace) -> None:
    assert parse_name(forge.name("O=A", "CN=B")) != parse_name(forge.name("CN=B", "O=A"))
    parts = [writer.sequence(writer.oid(oid), writer.utf8_string("x")) for oid in ("2.5.4.3", "2.5.4.10")]
    forward, backward = (writer.sequence(writer.tlv(0x31, b"".join(order))) for order in (parts, parts[::-1]))
    assert parse_name(forward) == parse_name(backward)
    assert parse_name(backward).faults == ("unsorted-rdn",)


def test_an_attribute_that_stands_twice_makes_another_relative_name(forge: SimpleNamespace) -> None:
    part = writer.sequence(writer.oid("2.5.4.10"), writer.utf8_string("x"))
    once, twice = (writer.sequence(writer.set_of(*[part] * count)) for count in (1, 2))
    assert parse_name(once) != parse_name(twice)
    assert key_from_text("O=x+O=x") == parse_name(twice).key != key_from_text("O=x")


@given(st.lists(st.tuples(st.sampled_from(["CN", "O", "OU"]), st.text(min_size=1, max_size=12)), max_size=4))
def test_keys_are_unambiguous(parts: list[tuple[str, str]]) -> None:
    oids = {"CN": "2.5.4.3", "O": "2.5.4.10", "OU": "2.5.4.11"}
    try:
        values = [writer.sequence(writer.oid(oids[kind]), writer.utf8_string(text)) for kind, text in parts]
    except UnicodeEncodeError:
        return
    name = parse_name(writer.sequence(*(writer.set_of(value) for value in values)))
    assert len(name.rdn_keys) == len(parts)
    assert parse_name(name.der) == name
    for position in range(len(parts)):
        shorter = parse_name(writer.sequence(*(writer.set_of(value) for value in values[:position])))
        assert shorter != name
        assert name.rdn_keys[:position] == shorter.rdn_keys


def test_text_form_gives_the_same_key(forge: SimpleNamespace) -> None:
    name = parse_name(forge.name("C=KZ", "O=A, B+C", "CN=x\\y"))
    assert key_from_text(name.text()) == name.key
    assert key_from_text("CN=a,nonsense") is None
    assert key_from_text("CN=a\\ ") == key_from_text("CN=a")


@pytest.mark.parametrize(("presented", "kind", "value", "carried"), [
    ("dns:a.example.com", "dns", "A.example.com", True),
    ("dns:a.example.com", "dns", "a.example.com.", True),
    ("dns:*.example.com", "dns", "a.example.com", True),
    ("dns:*.example.com", "dns", "a.b.example.com", False),
    ("dns:*.example.com", "dns", "example.com", False),
    ("dns:*.com", "dns", "example.com", False),
    ("dns:example.com", "dns", "a.example.com", False),
    ("dns:xn--bcher-kva.example", "dns", "bücher.example", True),
    ("dns:example.com", "dns", "*.example.com", False),
    ("dns:example.com", "dns", "", False),
    ("ip:c0000201", "ip", "192.0.2.1", True),
    ("ip:c0000201", "ip", "192.0.2.2", False),
    ("ip:c0000201", "dns", "192.0.2.1", False),
    ("ip:20010db8000000000000000000000001", "ip", "2001:db8::1", True),
    ("email:u@Example.com", "email", "u@example.com", True),
    ("email:u@example.com", "email", "U@example.com", False),
    ("uri:https://a.example/x", "uri", "https://a.example/x", True),
    ("uri:https://a.example/x", "uri", "https://a.example/", False),
    ("uri:https://a.example/", "uri", "HTTPS://A.example:443", True),
    ("dns:strasse.example", "dns", "straße.example", False),
    ("dns:xn--strae-oqa.example", "dns", "straße.example", True),
    ("dns:*.example.com", "dns", "*.example.com", False),
    ("dns:*.example.com", "dns", ".example.com", False),
    ("dns:example.com", "dns", "example.com..", False),
    ("dns:example.com", "dns", "example.com\0.evil", False),
    ("ip:20010db8000000000000000000000001", "ip", "2001:DB8:0::1", True),
    ("ip:20010db8000000000000000000000001", "ip", "2001:db8::1%eth0", False),
    ("ip:c0000201", "ip", "::ffff:192.0.2.1", False),
    ("ip:c0000201", "ip", "192.0.2.01", False),
    ("email:u@xn--bcher-kva.example", "email", "u@bücher.example", True),
    ('email:"u"@example.com', "email", "u@example.com", True),
    ("smtp:ю@example.com", "email", "ю@EXAMPLE.com", True),
    ("smtp:ю@example.com", "email", "Ю@example.com", False),
    ("dn:O=Org,CN=x", "dn", "commonName=x, OID.2.5.4.10=Org", True),
    ("dn:O=Org,CN=x", "dn", "CN=#0c0178,O=Org", True),
    ("dn:O=Org,CN=x", "dn", "CN=#0c02,O=Org", False),
    ("dn:O=Org,CN=x", "dn", "O=Org,CN=x", False),
    ("dn:O=Org,E=u@example.com", "dn", "emailAddress=U@example.com,O=Org", True),
    ("dn:O=Org,CN=x", "dn", "CN=X,O=org", True),
    ("dns:a.example", "dn", "CN=leaf", True),
    ("dns:a.example", "dn", "CN=leafy", False),
    ("dns:a.example", "telex", "a.example", False),
])  # fmt: skip
def test_expected_names(forge: SimpleNamespace, presented: str, kind: str, value: str, carried: bool) -> None:
    form, _, text = presented.partition(":")
    if form == "smtp":
        name = forge.other("1.3.6.1.5.5.7.8.9", writer.utf8_string(text))
    else:
        name = forge.ip(bytes.fromhex(text)) if form == "ip" else getattr(forge, form)(text)
    leaf = forge.end_entity(extra=[forge.san(name)])
    outcome = forge.ask(leaf, [forge.root()], [forge.authority()], names=[(kind, value)])
    assert outcome.valid is carried
    assert forge.codes(outcome) == (() if carried else ("NAME-MISMATCH",))


SERVER, CLIENT, ANY = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0"


@pytest.mark.parametrize(("of_ca", "of_leaf", "asked", "valid"), [
    (None, [SERVER], SERVER, True), (None, [CLIENT], SERVER, False), (None, None, SERVER, True),
    ([SERVER], [SERVER], SERVER, True), ([CLIENT], [SERVER], SERVER, False), ([ANY], [SERVER], SERVER, True),
    ([CLIENT, SERVER], [SERVER], SERVER, True), (None, [ANY], SERVER, True), ([CLIENT], None, SERVER, False),
    ([CLIENT], [SERVER], None, True),
])  # fmt: skip
def test_extended_key_usage_nests(
    forge: SimpleNamespace, of_ca: list[str] | None, of_leaf: list[str] | None, asked: str | None, valid: bool
) -> None:
    ca = forge.authority(extra=[] if of_ca is None else [forge.eku(*of_ca)])
    leaf = forge.end_entity(extra=[] if of_leaf is None else [forge.eku(*of_leaf)])
    outcome = forge.ask(leaf, [forge.root()], [ca], eku=None if asked is None else frozenset({asked}))
    assert outcome.valid is valid


def test_key_usage_asked_for(forge: SimpleNamespace) -> None:
    arguments = (forge.end_entity(extra=[forge.key_usage(1)]), [forge.root()], [forge.authority()])
    assert forge.ask(*arguments, key_usage=frozenset({"nonRepudiation"})).valid
    outcome = forge.ask(*arguments, key_usage=frozenset({"digitalSignature"}))
    assert forge.codes(outcome) == ("REQUIRED-KEY-USAGE",)


@given(st.integers(-(1 << 200), 1 << 200))
def test_integers_round_trip(value: int) -> None:
    encoded = writer.integer(value)
    assert der.integer(encoded, der.single(encoded)) == value


@given(st.lists(st.integers(0, 1 << 70), min_size=1, max_size=8), st.integers(0, 2))
def test_object_identifiers_round_trip(arcs: list[int], first: int) -> None:
    dotted = ".".join(map(str, (first, arcs[0] % 40, *arcs[1:])))
    encoded = writer.oid(dotted)
    assert der.oid(encoded, der.single(encoded)) == dotted


@given(st.binary(max_size=200))
def test_any_octets_are_a_value_never_an_exception(data: bytes) -> None:
    assert isinstance(parse_certificate(data), MalformedCertificate)


@cache
def _made() -> list[bytes]:
    return []


def _good(forge: SimpleNamespace) -> bytes:
    if not _made():
        _made().append(forge.end_entity(extra=[forge.san(forge.dns("a.example")), forge.policies("1.2.3")]))
    return _made()[0]


@given(st.data())
def test_any_change_of_a_certificate_is_a_value_and_never_valid(forge: SimpleNamespace, data: st.DataObject) -> None:
    good = _good(forge)
    position = data.draw(st.integers(0, len(good) - 1))
    changed = bytearray(good)
    changed[position] ^= data.draw(st.integers(1, 255))
    value = parse_certificate(bytes(changed))
    if isinstance(value, Certificate):
        assert not forge.ask(bytes(changed), [forge.root()], [forge.authority()]).valid
