"""The jurisdiction files: complete, marked, consistent, and their rules do what they say."""

import re

import pytest

from policies.jurisdictions import (
    CertificateClaims,
    Jurisdiction,
    JurisdictionKind,
    UnknownJurisdictionError,
    claimed_level,
    jurisdictions,
    load_jurisdiction,
    rank,
    unions_of,
)
from policies.jurisdictions.loader import jurisdiction_from_toml
from policies.reasons import LANGUAGES
from policies.vocabulary import Mark, SignatureLevel
from validator.path.profile import LENIENCIES
from validator.revocation.leniencies import LENIENCIES as REVOCATION_LENIENCIES

ALL = [item for item in jurisdictions().values() if item.kind is not JurisdictionKind.PROFILE]
COMPLIANCE, DEVICE, LEGISLATION = "0.4.0.1862.1.1", "0.4.0.1862.1.4", "0.4.0.1862.1.7"


def test_the_model_space_is_there() -> None:
    assert set(jurisdictions()) == {
        "AM", "BY", "KZ", "KG", "RU", "EAEU", "EE", "EU", "VN", "RS", "CN", "rfc5280",
    }  # fmt: skip
    assert load_jurisdiction("EAEU").members == {"AM", "BY", "KZ", "KG", "RU"}


def test_the_strict_profile_forgives_nothing() -> None:
    strict = load_jurisdiction("rfc5280")
    assert strict.leniencies == ()
    assert strict.revocation_freshness_seconds is None


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.code)
def test_a_jurisdiction_is_named_in_every_language_and_has_its_own_law(item: Jurisdiction) -> None:
    assert set(item.names) >= set(LANGUAGES)
    assert item.domestic_basis is not None
    assert item.legal_text(item.domestic_basis).in_force_from is not None
    assert item.levels


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.code)
def test_every_item_says_how_it_is_known(item: Jurisdiction) -> None:
    for part in (*item.legal_texts, *item.levels, *item.identifiers, *item.facts, *item.leniencies):
        assert part.mark in Mark
        assert part.source.strip()


def test_leniencies_are_those_that_the_engines_know() -> None:
    assert {name for item in ALL for name in item.leniency_names} <= LENIENCIES | REVOCATION_LENIENCIES.keys()


@pytest.mark.parametrize(
    ("code", "attribute", "value", "identifier"),
    [
        ("KZ", "2.5.4.5", "IIN123456789012", "123456789012"),
        ("KZ", "2.5.4.11", "BIN123456789012", "123456789012"),
        ("RU", "1.2.643.100.1", "1234567890123", "1234567890123"),
        ("BY", "2.5.4.97", "TAXBY-123456789", "123456789"),
        ("EE", "2.5.4.5", "PNOEE-38001085718", "38001085718"),
        ("EE", "2.5.4.97", "NTREE-12345678", "12345678"),
        ("EU", "2.5.4.97", "NTRDE+HE-123456", "123456"),
    ],
)
def test_identifiers_are_read(code: str, attribute: str, value: str, identifier: str) -> None:
    rules = [rule for rule in load_jurisdiction(code).identifiers if rule.attribute == attribute]
    found = [match["id"] for rule in rules if (match := re.fullmatch(rule.pattern, value))]
    assert identifier in found


@pytest.mark.parametrize(
    ("code", "claims", "level"),
    [
        ("EE", CertificateClaims(qc_statements=frozenset({COMPLIANCE, DEVICE})), SignatureLevel.QUALIFIED),
        ("EE", CertificateClaims(qc_statements=frozenset({COMPLIANCE})), SignatureLevel.ADVANCED_QUALIFIED_CERTIFICATE),
        (
            "EE",
            CertificateClaims(qc_statements=frozenset({COMPLIANCE, DEVICE, LEGISLATION}), qc_legislation=("KZ",)),
            None,
        ),
        (
            "KZ",
            CertificateClaims(qc_statements=frozenset({COMPLIANCE, DEVICE, LEGISLATION}), qc_legislation=("KZ",)),
            SignatureLevel.QUALIFIED,
        ),
        (
            "KZ",
            CertificateClaims(qc_statements=frozenset({COMPLIANCE, DEVICE, LEGISLATION}), qc_legislation=("BY",)),
            None,
        ),
        ("KZ", CertificateClaims(qc_statements=frozenset({COMPLIANCE, DEVICE})), None),
        ("KZ", CertificateClaims(policies=frozenset({"1.2.398.3.3.2.1"})), None),
        (
            "KZ",
            CertificateClaims(
                policies=frozenset({"1.2.398.3.3.2.1"}), extended_key_usages=frozenset({"1.2.398.3.3.4.1.2"})
            ),
            SignatureLevel.QUALIFIED,
        ),
        ("BY", CertificateClaims(policies=frozenset({"1.2.112.0.2.0.34.101.78.2.63"})), SignatureLevel.QUALIFIED),
        ("CN", CertificateClaims(qc_statements=frozenset({COMPLIANCE, DEVICE})), None),
    ],
)
def test_claimed_level(code: str, claims: CertificateClaims, level: SignatureLevel | None) -> None:
    rule = claimed_level(load_jurisdiction(code), claims)
    assert (rule.level if rule else None) == level


def test_levels_are_ordered() -> None:
    assert [rank(level) for level in SignatureLevel] == [0, 1, 2, 3]
    assert rank(SignatureLevel.QUALIFIED) > rank(SignatureLevel.ADVANCED_QUALIFIED_CERTIFICATE)


def test_unions_count_and_hubs_do_not() -> None:
    assert unions_of("EE") == {"EU"}
    assert unions_of("KZ") == frozenset()


def test_an_unknown_code_is_a_stable_error() -> None:
    with pytest.raises(UnknownJurisdictionError) as caught:
        load_jurisdiction("XX")
    assert caught.value.as_dict()["code"] == "TS-JURISDICTION-UNKNOWN"
    assert caught.value.exit_status == 2


GOOD = """
code = "XA"
kind = "state"
algorithm_policy = "default"
domestic_basis = "a"
names = { en = "X" }
[[legal]]
id = "a"
citation = "A 1"
title = "On A"
mark = "memory"
source = "test"
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"default"', '"none"'),
        ('domestic_basis = "a"', 'domestic_basis = "b"'),
        ('mark = "memory"', 'mark = "sure"'),
        ('source = "test"\n', ""),
        ('kind = "state"', 'kind = "planet"'),
        ('{ en = "X" }', '{ de = "X" }'),
        ('title = "On A"', 'titel = "On A"'),
    ],
)
def test_a_faulty_file_is_refused(old: str, new: str) -> None:
    assert jurisdiction_from_toml(GOOD).code == "XA"
    with pytest.raises(ValueError, match=r"."):
        jurisdiction_from_toml(GOOD.replace(old, new))


@pytest.mark.parametrize(
    "part",
    [
        '[[level]]\nname = "l"\nlevel = "qualified"\nlegal_text = "a"\nmark = "memory"\nsource = "s"\nproofs = [{}]\n',
        '[[identifier]]\nname = "i"\nholder = "legal"\nattribute = "1.2"\nplace = "subject"\npattern = ".+"\n'
        'mark = "memory"\nsource = "s"\n',
        '[[identifier]]\nname = "i"\nholder = "thing"\nattribute = "1.2"\nplace = "subject"\npattern = "(?P<id>.)"\n'
        'mark = "memory"\nsource = "s"\n',
    ],
)
def test_rules_that_decide_nothing_are_refused(part: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        jurisdiction_from_toml(GOOD + part)
