"""Every fault that one certificate can have by itself: a reason, in the end entity, in a CA, and never an exception."""

from types import SimpleNamespace

import pytest

from ops.platform import der
from validator.path.certificate import MalformedCertificate, parse_certificate


def _faulty(forge: SimpleNamespace) -> dict[str, tuple[str, dict[str, object]]]:
    """Fault → (expected reason, changes to an otherwise right end entity certificate)."""
    f = forge
    unknown = der.extension("1.2.3.4.5", der.null(), critical=True)
    some_policy = der.octet_string(der.sequence(der.sequence(der.oid("1.2.3"))))
    encoded_false = der.sequence(der.oid("2.5.29.32"), b"\x01\x01\x00", some_policy)
    point = der.sequence(der.explicit(0, der.tlv(0xA0, f.uri("http://a.example/c.crl"))))
    crl_pointer = der.extension("2.5.29.31", der.sequence(point))
    common_name = der.oid("2.5.4.3")
    unsorted = der.sequence(common_name, der.utf8_string("zz")) + der.sequence(common_name, der.utf8_string("a"))
    attributes = "2.5.29.9"
    odd_statement = der.sequence(der.oid("1.3.6.1.5.5.7.2.1"), der.utf8_string("https://ca.example"))
    odd_notice = der.sequence(der.oid("1.3.6.1.5.5.7.2.2"), der.sequence(der.utf8_string("a"), der.utf8_string("b")))
    unknown_qualifier = der.sequence(der.oid("1.2.3.4"), der.null())
    crl_issuer = [f.san(f.dns("a.example"), critical=True), f.key_usage(0, 6)]
    trailing = der.extension("2.5.29.14", der.octet_string(b"a") + b"\x00")

    def qualified(policy: str, qualifier: bytes) -> bytes:
        return der.extension("2.5.29.32", der.sequence(der.sequence(der.oid(policy), der.sequence(qualifier))))

    def named(value: bytes) -> bytes:
        return der.sequence(der.set_of(der.sequence(common_name, value)))

    return {
        "negative-serial": ("SERIAL-NUMBER", {"serial": der.integer(-5)}),
        "zero-serial": ("SERIAL-NUMBER", {"serial": der.integer(0)}),
        "long-serial": ("SERIAL-NUMBER", {"serial": der.integer(1 << 160)}),
        "v1-with-extensions": ("VERSION", {"version": None}),
        "v2-with-extensions": ("VERSION", {"version": 1}),
        "algorithms-differ": ("ALGORITHM-MISMATCH", {"inner": der.algorithm("1.2.840.10045.4.3.3")}),
        "parameters-differ": ("ALGORITHM-MISMATCH", {"inner": der.algorithm("1.2.840.10045.4.3.2", der.null())}),
        "empty-issuer": ("EMPTY-ISSUER", {"issuer": ""}),
        "ends-before-it-begins": ("VALIDITY-ORDER", {"not_before": f.NOW + f.YEAR, "not_after": f.NOW - f.YEAR}),
        "empty-subject": ("EMPTY-SUBJECT", {"subject": ""}),
        "empty-subject-uncritical-san": ("EMPTY-SUBJECT", {"subject": "", "extra": [f.san(f.dns("a.example"))]}),
        "empty-subject-of-crl-issuer": ("EMPTY-SUBJECT", {"subject": "", "extra": crl_issuer}),
        "duplicate-extension": ("EXTENSION-DUPLICATE", {"extra": [f.key_usage(0), f.key_usage(0)]}),
        "unknown-critical": ("UNKNOWN-CRITICAL-EXTENSION", {"extra": [unknown]}),
        "critical-aki": ("EXTENSION-CRITICALITY", {"extra": [f.aki("ca", critical=True)]}),
        "critical-ski": ("EXTENSION-CRITICALITY", {"extra": [f.ski("leaf", critical=True)]}),
        "missing-aki": ("KEY-IDENTIFIER-MISSING", {"without": ["2.5.29.35"]}),
        "encoded-default": ("ENCODED-DEFAULT", {"extra": [encoded_false]}),
        "encoded-ca-false": ("ENCODED-DEFAULT", {"extra": [der.extension("2.5.29.19", der.sequence(b"\x01\x01\x00"))]}),
        "ber-boolean": ("EXTENSION-MALFORMED", {"extra": [der.extension("2.5.29.19", der.sequence(b"\x01\x01\x01"))]}),
        "cert-sign-in-leaf": ("KEY-CERT-SIGN-WITHOUT-CA", {"extra": [f.key_usage(0, 5)]}),
        "name-constraints-in-leaf": ("EXTENSION-PLACE", {"extra": [f.name_constraints([f.dns("example")])]}),
        "policy-constraints-in-leaf": ("EXTENSION-PLACE", {"extra": [f.policy_constraints(5)]}),
        "inhibit-any-policy-in-leaf": ("EXTENSION-PLACE", {"extra": [f.inhibit_any_policy(5)]}),
        "policy-mappings-in-leaf": (
            "EXTENSION-PLACE",
            {"extra": [f.policies("1.2.3"), f.mappings(("1.2.3", "1.2.4"))]},
        ),
        "path-length-without-ca": ("PATH-LENGTH-WITHOUT-CA", {"extra": [f.basic_constraints(False, 0)]}),
        "negative-path-length": ("EXTENSION-MALFORMED", {"extra": [f.basic_constraints(True, -1), f.key_usage(5)]}),
        "empty-eku": ("EXTENSION-MALFORMED", {"extra": [f.eku()]}),
        "empty-san": ("EXTENSION-MALFORMED", {"extra": [f.san()]}),
        "empty-policies": ("EXTENSION-MALFORMED", {"extra": [f.policies()]}),
        "policy-twice": ("EXTENSION-MALFORMED", {"extra": [f.policies("1.2.3", "1.2.3")]}),
        "statement-not-ia5": ("EXTENSION-MALFORMED", {"extra": [qualified("1.2.3", odd_statement)]}),
        "notice-of-two-texts": ("EXTENSION-MALFORMED", {"extra": [qualified("1.2.3", odd_notice)]}),
        "any-policy-qualified": ("EXTENSION-MALFORMED", {"extra": [qualified("2.5.29.32.0", unknown_qualifier)]}),
        "no-attributes": ("EXTENSION-MALFORMED", {"extra": [der.extension(attributes, der.sequence())]}),
        "attribute-without-value": (
            "EXTENSION-MALFORMED",
            {"extra": [der.extension(attributes, der.sequence(der.sequence(der.oid("1.2.3"), der.set_of())))]},
        ),
        "aki-of-no-octets": (
            "KEY-IDENTIFIER-MISSING",
            {"extra": [der.extension("2.5.29.35", der.sequence(der.implicit(0, b"")))]},
        ),
        "crl-issuer-by-domain-name": (
            "EXTENSION-MALFORMED",
            {"extra": [der.extension("2.5.29.31", der.sequence(der.sequence(der.tlv(0xA2, f.dns("a.example")))))]},
        ),
        "empty-key-usage": ("EXTENSION-MALFORMED", {"extra": [der.extension("2.5.29.15", b"\x03\x01\x00")]}),
        "key-usage-long": ("EXTENSION-MALFORMED", {"extra": [der.extension("2.5.29.15", b"\x03\x02\x00\x80")]}),
        "trailing-octets-in-extension": ("EXTENSION-MALFORMED", {"extra": [trailing]}),
        "empty-extensions": ("EXTENSION-MALFORMED", {"raw_extensions": der.explicit(3, der.sequence())}),
        "unique-identifier-in-v1": ("VERSION", {"version": None, "raw_extensions": b"", "unique": b"\x81\x02\x00\x01"}),
        "san-bad-characters": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.dns("a b.example"))]}),
        "san-underscore": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.dns("a_b.example"))]}),
        "san-leading-dot": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.dns(".example.com"))]}),
        "san-trailing-dot": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.dns("example.com."))]}),
        "san-empty-dns": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.dns(""))]}),
        "san-ip-as-dns": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.dns("192.0.2.1"))]}),
        "san-inner-wildcard": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.dns("a.*.example"))]}),
        "san-partial-wildcard": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.dns("a*.example.com"))]}),
        "san-long-label": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.dns("a" * 64 + ".example"))]}),
        "san-short-ip": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.ip(b"\x01\x02\x03"))]}),
        "san-address-and-mask": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.ip(bytes(8)))]}),
        "san-mail-without-at": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.email("example.com"))]}),
        "san-relative-uri": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.uri("/path"))]}),
        "san-uri-port": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.uri("https://a.example:x/"))]}),
        "san-uri-two-at": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.uri("https://a@b@c.example/"))]}),
        "san-uri-percent": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.uri("https://a.example/%2"))]}),
        "san-uri-number": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.uri("https://3221225985/"))]}),
        "san-uri-hexadecimal": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.uri("https://0xc0000201/"))]}),
        "san-uri-address": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.uri("https://[2001:db8::1::2]/"))]}),
        "san-mail-address": ("ALTERNATIVE-NAME-FORM", {"extra": [f.san(f.email("u@[192.0.2]"))]}),
        "san-smtp-utf8-ascii": (
            "ALTERNATIVE-NAME-FORM",
            {"extra": [f.san(f.other("1.3.6.1.5.5.7.8.9", der.utf8_string("u@a.example")))]},
        ),
        "san-not-ia5": ("EXTENSION-MALFORMED", {"extra": [f.san(der.implicit(2, "é.example".encode()))]}),
        "no-rev-avail-beside-crl": (
            "NO-REV-AVAIL-CONFLICT",
            {"extra": [der.extension("2.5.29.56", der.null()), crl_pointer]},
        ),
        "key-without-algorithm": ("KEY-MALFORMED", {"public_key": der.sequence(der.sequence(), der.bit_string(b"x"))}),
        "unsorted-rdn": ("NAME-ENCODING", {"subject": der.sequence(der.tlv(0x31, unsorted))}),
        "printable-with-at": ("NAME-ENCODING", {"subject": named(der.tlv(0x13, b"a@b"))}),
        "string-of-no-string-type": ("NAME-ENCODING", {"subject": named(der.octet_string(b"Leaf"))}),
        "san-undecodable-name": (
            "NAME-ENCODING",
            {"extra": [f.san(der.explicit(4, named(der.tlv(0x0C, b"\xff"))))]},
        ),
        "undecodable-name": ("NAME-ENCODING", {"subject": named(der.tlv(0x0C, b"\xff"))}),
        "numeric-with-letters": ("NAME-ENCODING", {"subject": named(der.tlv(0x12, b"12a"))}),
        "visible-with-control": ("NAME-ENCODING", {"subject": named(der.tlv(0x1A, b"a\x07"))}),
        "constructed-string": ("NAME-ENCODING", {"subject": named(der.tlv(0x2C, der.utf8_string("a")))}),
    }  # fmt: skip


FAULTS = [
    "negative-serial", "zero-serial", "long-serial", "v1-with-extensions", "v2-with-extensions", "algorithms-differ",
    "parameters-differ", "empty-issuer", "ends-before-it-begins", "empty-subject", "empty-subject-uncritical-san",
    "duplicate-extension", "unknown-critical", "critical-aki", "critical-ski", "missing-aki", "encoded-default",
    "encoded-ca-false", "ber-boolean", "cert-sign-in-leaf", "name-constraints-in-leaf", "path-length-without-ca",
    "negative-path-length", "empty-eku", "empty-san", "empty-policies", "policy-twice", "empty-key-usage",
    "key-usage-long", "trailing-octets-in-extension", "empty-extensions", "unique-identifier-in-v1",
    "san-bad-characters", "san-underscore", "san-leading-dot", "san-trailing-dot", "san-empty-dns", "san-ip-as-dns",
    "san-inner-wildcard", "san-partial-wildcard", "san-long-label", "san-short-ip", "san-address-and-mask",
    "san-mail-without-at", "san-relative-uri", "san-uri-port", "san-uri-two-at", "san-uri-percent", "san-uri-number",
    "san-uri-hexadecimal", "san-uri-address", "san-mail-address", "san-smtp-utf8-ascii", "san-not-ia5",
    "no-rev-avail-beside-crl", "key-without-algorithm", "unsorted-rdn", "printable-with-at", "undecodable-name",
    "string-of-no-string-type", "san-undecodable-name", "numeric-with-letters", "visible-with-control",
    "constructed-string", "empty-subject-of-crl-issuer", "statement-not-ia5", "notice-of-two-texts",
    "policy-constraints-in-leaf", "inhibit-any-policy-in-leaf", "policy-mappings-in-leaf",
    "crl-issuer-by-domain-name", "any-policy-qualified", "no-attributes", "attribute-without-value", "aki-of-no-octets",
]  # fmt: skip


def test_the_list_of_faults_is_complete(forge: SimpleNamespace) -> None:
    assert sorted(FAULTS) == sorted(_faulty(forge))


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_in_the_end_entity(forge: SimpleNamespace, fault: str) -> None:
    expected, changes = _faulty(forge)[fault]
    outcome = forge.ask(forge.end_entity(**changes), [forge.root()], [forge.authority()])
    assert not outcome.valid
    assert expected in forge.codes(outcome)


# What is no fault in a CA's certificate, or another one, and what makes the path another.
_OF_THE_HOLDER = {
    "empty-issuer", "empty-subject", "empty-subject-uncritical-san", "empty-subject-of-crl-issuer", "unsorted-rdn",
    "printable-with-at", "undecodable-name", "numeric-with-letters", "visible-with-control", "constructed-string",
    "string-of-no-string-type", "key-without-algorithm", "cert-sign-in-leaf", "name-constraints-in-leaf",
    "path-length-without-ca", "encoded-ca-false", "policy-constraints-in-leaf", "inhibit-any-policy-in-leaf",
    "policy-mappings-in-leaf", "duplicate-extension",
}  # fmt: skip
_OF_EVERYBODY = [fault for fault in FAULTS if fault not in _OF_THE_HOLDER]


@pytest.mark.parametrize("fault", _OF_EVERYBODY)
def test_the_same_fault_in_a_ca(forge: SimpleNamespace, fault: str) -> None:
    expected, changes = _faulty(forge)[fault]
    outcome = forge.ask(forge.end_entity(), [forge.root()], [forge.authority(**changes)])
    assert not outcome.valid
    assert expected in forge.codes(outcome)


@pytest.mark.parametrize("fault", _OF_EVERYBODY)
def test_an_anchor_is_a_name_and_a_key_unless_it_is_held_to_its_certificate(forge: SimpleNamespace, fault: str) -> None:
    # 6.1.1 (d); RFC 5937 section 4. A self-signed certificate needs no authorityKeyIdentifier (4.2.1.1).
    expected, changes = _faulty(forge)[fault]
    path = forge.end_entity(), [forge.root(**changes)], [forge.authority()]
    assert forge.ask(*path).valid
    held = forge.ask(*path, anchor_constraints=True, anchor_basic_constraints=True)
    assert (expected in forge.codes(held)) is (expected != "KEY-IDENTIFIER-MISSING")


def test_without_fault_it_is_valid(forge: SimpleNamespace) -> None:
    outcome = forge.ask(forge.end_entity(), [forge.root()], [forge.authority()])
    assert outcome.valid
    assert outcome.reasons == ()
    assert len(outcome.certificates) == 3


_OF_CA = {
    "non-critical-basic-constraints": ("EXTENSION-CRITICALITY", lambda f: [f.basic_constraints(True, critical=False)]),
    "non-critical-name-constraints": (
        "EXTENSION-CRITICALITY",
        lambda f: [f.name_constraints([f.dn("CN=Leaf")], critical=False)],
    ),
    "non-critical-policy-constraints": ("EXTENSION-CRITICALITY", lambda f: [f.policy_constraints(5, critical=False)]),
    "non-critical-inhibit-any": ("EXTENSION-CRITICALITY", lambda f: [f.inhibit_any_policy(5, critical=False)]),
    "not-a-ca": ("NOT-A-CA", lambda f: [f.basic_constraints(False)]),
    "no-cert-sign": ("KEY-USAGE", lambda f: [f.key_usage(0)]),
    "empty-name-constraints": ("EXTENSION-MALFORMED", lambda f: [f.name_constraints()]),
    "empty-permitted": ("EXTENSION-MALFORMED", lambda f: [f.name_constraints([])]),
    "minimum": ("EXTENSION-MALFORMED", lambda f: [f.name_constraints([f.dns("example") + der.implicit(0, b"\x01")])]),
    "maximum": ("EXTENSION-MALFORMED", lambda f: [f.name_constraints([f.dns("example") + der.implicit(1, b"\x01")])]),
    "dns-leading-period": ("NAME-CONSTRAINT-FORM", lambda f: [f.name_constraints([f.dns(".example.com")])]),
    "dns-wildcard": ("NAME-CONSTRAINT-FORM", lambda f: [f.name_constraints([f.dns("*.example.com")])]),
    "ip-without-mask": ("NAME-CONSTRAINT-FORM", lambda f: [f.name_constraints([f.ip(bytes(4))])]),
    "ip-hole-in-mask": (
        "NAME-CONSTRAINT-FORM",
        lambda f: [f.name_constraints([f.ip(bytes([10, 0, 0, 0, 255, 0, 255, 0]))])],
    ),
    "mail-with-two-at": ("NAME-CONSTRAINT-FORM", lambda f: [f.name_constraints([f.email("a@b@c")])]),
    "uri-with-scheme": ("NAME-CONSTRAINT-FORM", lambda f: [f.name_constraints([f.uri("https://example.com")])]),
    "empty-policy-constraints": ("EXTENSION-MALFORMED", lambda f: [f.policy_constraints()]),
    "maps-any-policy": ("POLICY-MAPPING-ANY", lambda f: [f.policies("1.2.3"), f.mappings(("2.5.29.32.0", "1.2.4"))]),
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(_OF_CA))
def test_fault_in_a_ca(forge: SimpleNamespace, fault: str) -> None:
    expected, extra = _OF_CA[fault]
    outcome = forge.ask(forge.end_entity(), [forge.root()], [forge.authority(extra=extra(forge))])
    assert not outcome.valid
    assert expected in forge.codes(outcome)


@pytest.mark.parametrize(("leniency", "changes"), [
    ("negative-serial", {"serial": der.integer(-5)}),
    ("zero-serial", {"serial": der.integer(0)}),
    ("long-serial", {"serial": der.integer(1 << 250)}),
    ("missing-key-identifiers", {"without": ["2.5.29.35"]}),
    ("obsolete-extensions", {"extra": [der.extension("2.5.29.2", der.null(), critical=True)]}),
])  # fmt: skip
def test_a_leniency_is_granted_only_by_name_and_reported(
    forge: SimpleNamespace, leniency: str, changes: dict[str, object]
) -> None:
    leaf, anchors, pool = forge.end_entity(**changes), [forge.root()], [forge.authority()]
    assert not forge.ask(leaf, anchors, pool).valid
    lenient = forge.ask(leaf, anchors, pool, leniencies=frozenset({leniency}))
    assert lenient.valid
    assert lenient.leniencies == (leniency,)


@pytest.mark.parametrize(("rule", "damage"), [
    ("truncated", lambda encoded: b""),
    ("length-out-of-bounds", lambda encoded: encoded[:-1]),
    ("trailing-data", lambda encoded: encoded + b"\x00"),
    ("unexpected-tag", lambda encoded: b"\x31" + encoded[1:]),
    ("indefinite-length", lambda encoded: b"\x30\x80" + encoded[4:] + b"\x00\x00"),
    ("non-minimal-length", lambda encoded: b"\x30\x83\x00" + encoded[2:]),
])  # fmt: skip
def test_what_is_no_certificate_has_a_reason(forge: SimpleNamespace, rule: str, damage: object) -> None:
    value = parse_certificate(damage(forge.end_entity()))  # type: ignore[operator]
    assert isinstance(value, MalformedCertificate)
    assert value.reason.param("rule") == rule


@pytest.mark.parametrize("validity", [
    der.tlv(0x17, b"2601010000Z"),
    der.tlv(0x17, b"260101000000+0100"),
    der.tlv(0x18, b"20260101000000.5Z"),
    der.tlv(0x18, b"202601010000Z"),
    der.tlv(0x17, b"261301000000Z"),
    der.tlv(0x17, b"260230000000Z"),
    der.tlv(0x17, b"2601010000\xb200Z"),
])  # fmt: skip
def test_times_have_one_form(forge: SimpleNamespace, validity: bytes) -> None:
    value = parse_certificate(forge.end_entity(validity=der.sequence(validity, der.time(forge.NOW))))
    assert isinstance(value, MalformedCertificate)
    assert value.reason.param("rule") == "bad-time"


def test_generalized_time_before_2050_is_processed(forge: SimpleNamespace) -> None:
    # 4.1.2.5: applications MUST be able to process dates in either form.
    validity = der.sequence(der.tlv(0x18, b"20200101000000Z"), der.tlv(0x17, b"491231235959Z"))
    assert forge.ask(forge.end_entity(validity=validity), [forge.root()], [forge.authority()]).valid


@pytest.mark.parametrize(
    ("qualifier", "value", "known"),
    [
        ("1.3.6.1.5.5.7.2.1", der.ia5_string("https://ca.example/cps"), True),
        ("1.3.6.1.5.5.7.2.2", der.sequence(der.utf8_string("No warranty.")), True),
        ("1.3.6.1.5.5.7.2.9", der.null(), False),
    ],
)
@pytest.mark.parametrize("critical", [False, True])
def test_critical_policies_have_to_be_understood_with_their_qualifiers(
    forge: SimpleNamespace, qualifier: str, value: bytes, known: bool, critical: bool
) -> None:
    information = der.sequence(der.oid("1.2.3.4"), der.sequence(der.sequence(der.oid(qualifier), value)))
    extension = der.extension("2.5.29.32", der.sequence(information), critical=critical)
    outcome = forge.ask(forge.end_entity(extra=[extension]), [forge.root()], [forge.authority()])
    assert forge.codes(outcome) == (() if known or not critical else ("UNKNOWN-CRITICAL-EXTENSION",))


# 4.1.2.2, 4.1.2.5, 4.1.2.8, appendix B: what a reader has to be ready for, next to what is forbidden.
_MILLION_REASONS = der.sequence(
    der.explicit(0, der.tlv(0xA0, der.implicit(6, b"http://a.example/c"))),
    der.implicit(1, b"\x00" + b"\xff" * 125_000),
)
_AT_THE_LIMIT = {
    # Reading named bits costs as much as there are, not its square.
    "a-million-bits": {"extra": [der.extension("2.5.29.31", der.sequence(_MILLION_REASONS))]},
    "serial-of-20-octets": {"serial": der.integer((1 << 159) - 1)},
    "unique-identifiers": {"unique": b"\x81\x03\x00\x01\x02\x82\x02\x00\x01"},
    "ends-in-9999": {"validity": der.sequence(der.tlv(0x17, b"500101000000Z"), der.tlv(0x18, b"99991231235959Z"))},
    "version-1": {"version": None, "raw_extensions": b""},
    "version-2": {"version": 1, "raw_extensions": b"", "unique": b"\x82\x02\x00\x01"},
    "begins-in-year-0": {"validity": der.sequence(der.tlv(0x18, b"00000101000000Z"), der.tlv(0x17, b"491231235959Z"))},
    "begins-in-year-1": {"validity": der.sequence(der.tlv(0x18, b"00010101000000Z"), der.tlv(0x17, b"491231235959Z"))},
    "twenty-arcs": {"extra": [der.extension("1.2" + ".268435455" * 18, b"")]},
    "extension-that-is-no-der": {"extra": [der.extension("1.2.3.4", b"\xff\xff")]},
    "two-hundred-extensions": {"extra": [der.extension(f"1.2.3.{arc}", b"") for arc in range(200)]},
    "name-beyond-the-upper-bound": {
        "subject": der.sequence(der.set_of(der.sequence(der.oid("2.5.4.3"), der.utf8_string("a" * 40_000))))
    },
}


@pytest.mark.parametrize("limit", sorted(_AT_THE_LIMIT))
def test_what_is_allowed_is_accepted(forge: SimpleNamespace, limit: str) -> None:
    leaf = forge.end_entity(**_AT_THE_LIMIT[limit])
    assert forge.codes(forge.ask(leaf, [forge.root()], [forge.authority()])) == ()


def test_a_fault_in_a_directory_name_is_found_in_the_next_certificate_of_the_kind(forge: SimpleNamespace) -> None:
    def leaf(value: bytes) -> bytes:
        name = der.sequence(der.set_of(der.sequence(der.oid("2.5.4.3"), value)))
        return forge.end_entity(extra=[forge.san(der.explicit(4, name))])

    arguments = ([forge.root()], [forge.authority()])
    assert forge.ask(leaf(der.utf8_string("Ann")), *arguments).valid
    for _ in range(2):
        assert forge.codes(forge.ask(leaf(der.tlv(0x0C, b"\xff")), *arguments)) == ("NAME-ENCODING",)
