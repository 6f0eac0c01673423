"""What profiles may say, what certificates come out of them, and that every lint can bite."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from ca import extensions as ext
from ca import identity, lints, names, oids, reader
from ca.csr import ProvenKey, proven_key
from ca.errors import CaError, LintError, ProfileError, RequestRefusedError
from ca.profile import EU_STATES, Purpose, load_profiles, read_profile, shipped_profiles
from ca.room import Urls
from ca.template import Blueprint, Issuer, build_tbs
from ca.values import AuthorityKind, CertificateRequest, CrossTerms, NewAuthority
from ops.platform import der
from tests.ca.world import SEAL_SUBJECT, World, csr, name_of

URLS = Urls("http://pki.example.org", "https://pds.example.org")


def _text(name: str) -> str:
    return files("ca").joinpath("profiles").joinpath(f"{name}.toml").read_text(encoding="utf-8")


def test_every_purpose_has_a_shipped_profile() -> None:
    assert {profile.purpose for profile in shipped_profiles().values()} == set(Purpose)


def test_cross_certificates_need_two_people() -> None:
    assert shipped_profiles()["cross"].approvals == 2


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("legal-person", 'usage = ["nonRepudiation"]', 'usage = ["digitalSignature"]', "nonRepudiation"),
        ("legal-person", 'usage = ["nonRepudiation"]', 'usage = ["keyCertSign"]', "end entity sign"),
        ("legal-person", 'usage = ["nonRepudiation"]', 'usage = ["sing"]', "unknown key usage"),
        ("legal-person", 'type = "eseal"', 'type = "esign"', "QcType"),
        ("legal-person", '["en", "ru"]', '["ru"]', "English"),
        ("legal-person", '["en", "ru"]', '["en", "russian"]', "ISO 639-1"),
        ("legal-person", '"0.4.0.194112.1.3"]', '"0.4.0.194112.1.2"]', "policy"),
        ("legal-person", "device = true", "device = false", "policy"),
        ("legal-person", "1.2.398.3.3.2.1", "2.5.29.32.0", "anyPolicy"),
        ("legal-person", "1.2.398.3.3.2.1", "1.2.x", "not an object identifier"),
        ("legal-person", "longest_days = 1826", "longest_days = 9999", "1830 days"),
        ("legal-person", "days = 1095", "days = 1830", "usual validity"),
        ("legal-person", "backdate_minutes = 5", "preparation_hours = 48", "24 hours"),
        ("legal-person", 'required = ["countryName", ', "required = [", "countryName"),
        ("legal-person", '"organizationName"', '"favouriteDrink"', "unknown subject attribute"),
        ("legal-person", '["1.3.6.1.5.5.7.3.36"]', '["1.3.6.1.5.5.7.3.9"]', "trust service"),
        ("tsa", "extended_usage_critical = true", "extended_usage_critical = false", "critical"),
        ("tsa", '["1.3.6.1.5.5.7.3.8"]', '["1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9"]', "exactly"),
        ("ocsp", "longest_days = 92", "longest_days = 365", "three months"),
        ("ocsp", "no_check = true", "no_check = false", "no status information"),
        ("cross", "approvals = 2", "approvals = 0", "without approval"),
        ("issuing", '["keyCertSign", "cRLSign"]', '["keyCertSign", "digitalSignature"]', "nothing else for a CA"),
        ("issuing", 'purpose = "issuing"', 'purpose = "king"', "purpose"),
        ("issuing", "open_policies = true", "open_policies = true\nunknown = 1", "unknown"),
        ("issuing", "open_policies = true", "open_policies = ", "TOML"),
    ],
)
def test_profile_that_says_what_it_may_not_is_refused_at_load(name: str, old: str, new: str, words: str) -> None:
    text = _text(name)
    assert old in text
    with pytest.raises(ProfileError, match=words) as caught:
        read_profile(name, text.replace(old, new))
    assert caught.value.code == "TS-CA-PROFILE-INVALID"


def test_own_profiles_replace_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "root.toml").write_text(_text("root").replace("days = 7300", "days = 3650"))
    (tmp_path / "legal-soft.toml").write_text(_text("issuing"))
    loaded = load_profiles(tmp_path)
    assert loaded["root"].period == timedelta(days=3650)
    assert {"legal-soft", "issuing"} <= loaded.keys()
    (tmp_path / "Bad Name.toml").write_text(_text("root"))
    with pytest.raises(ProfileError):
        load_profiles(tmp_path)


def test_shipped_files_have_no_key_that_is_not_read() -> None:
    for name in shipped_profiles():
        assert tomllib.loads(_text(name))["purpose"]


def _statements(certificate: x509.Certificate) -> dict[str, bytes]:
    value = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(oids.QC_STATEMENTS)).value
    found = {}
    for statement in reader.children(reader.one(value.public_bytes(), 0x30)):
        parts = reader.children(statement)
        found[reader.oid_text(parts[0])] = parts[1].whole if len(parts) == 2 else b""
    return found


@pytest.mark.parametrize("country", ["KZ", "BY", "RU", "AM", "KG", "EE"])
def test_legislation_is_the_issuers_own_and_absent_in_the_union(kz: World, country: str) -> None:
    if country != "KZ":
        kz.hierarchy(country)
    subject = tuple((kind, country if kind == "countryName" else text) for kind, text in name_of(country, "Seal"))
    issued = kz.ca.issue_now(CertificateRequest(f"{country.lower()}-ca", "legal-person", subject, csr()))
    found = _statements(x509.load_der_x509_certificate(issued.der))
    assert {oids.QC_COMPLIANCE, oids.QC_SSCD, oids.QC_PDS, oids.QC_RETENTION, oids.QC_TYPE} <= found.keys()
    assert found[oids.QC_TYPE] == der.sequence(der.oid(oids.QC_TYPE_ESEAL))
    named = found.get(oids.QC_CC_LEGISLATION)
    assert named == (None if country in EU_STATES else der.sequence(der.printable_string(country)))


def test_services_carry_no_qualified_statements(kz: World) -> None:
    for profile in ("tsa", "ttp"):
        request = CertificateRequest("kz-ca", profile, name_of("KZ", f"Unit {profile}"), csr())
        certificate = x509.load_der_x509_certificate(kz.ca.issue_now(request).der)
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        assert usage.critical
        assert oids.QC_STATEMENTS not in {one.oid.dotted_string for one in certificate.extensions}


def test_shared_authority_certifies_trusted_third_parties_only(world: World) -> None:
    hub = (("countryName", "RU"), ("organizationName", "Hub"), ("commonName", "Hub Root"))
    world.ca.create_authority(NewAuthority("hub", "EAEU", AuthorityKind.HUB, hub))
    shared = (("countryName", "RU"), ("organizationName", "Hub"), ("commonName", "CA of the TTP service"))
    world.ca.create_authority(NewAuthority("ttp-ca", "EAEU", AuthorityKind.TTP, shared, parent="hub"))
    issued = world.ca.issue_now(CertificateRequest("ttp-ca", "ttp", name_of("BY", "TTP BY"), csr()))
    assert issued.der
    for profile in ("tsa", "legal-person"):
        with pytest.raises(RequestRefusedError, match="does not issue under"):
            world.ca.issue_now(CertificateRequest("ttp-ca", profile, name_of("BY", "Other"), csr()))


def test_qualified_certificate_under_no_states_law_is_refused(world: World) -> None:
    hub = (("countryName", "RU"), ("organizationName", "Hub"), ("commonName", "Hub Root"))
    world.ca.create_authority(NewAuthority("hub", "EAEU", AuthorityKind.HUB, hub))
    below = (("countryName", "RU"), ("organizationName", "Hub"), ("commonName", "Hub CA"))
    world.ca.create_authority(NewAuthority("hub-ca", "EAEU", AuthorityKind.ISSUING, below, parent="hub"))
    with pytest.raises(LintError, match="qc-legislation"):
        world.seal("hub-ca")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"require_explicit_policy": None}, "explicit policy"),
        ({"inhibit_any_policy": None}, "inhibit anyPolicy"),
        ({"permitted_countries": ()}, "permit the names"),
        ({"mappings": (("1.2.3", "1.2.4"),)}, "not among"),
        ({"policies": ("2.5.29.32.0",), "mappings": ()}, "anyPolicy"),
        ({"policies": (), "mappings": ()}, "no policy"),
        ({"instrument": " "}, "legal instrument"),
    ],
)
def test_leaky_edge_is_refused(kz: World, changes: dict[str, Any], words: str) -> None:
    kz.hierarchy("BY")
    with pytest.raises(LintError, match=words):
        kz.ca.prepare_cross("kz-root", "by-root", kz.terms("KZ", "BY", **changes))


def test_edge_to_itself_and_mapping_to_any_policy_are_refused(kz: World) -> None:
    kz.hierarchy("BY")
    with pytest.raises(LintError, match="itself"):
        kz.ca.prepare_cross("kz-root", "kz-root", kz.terms("KZ", "BY"))
    ours = kz.policy("KZ")
    with pytest.raises(LintError, match="anyPolicy"):
        kz.ca.prepare_cross("kz-root", "by-root", kz.terms("KZ", "BY", mappings=((ours, "2.5.29.32.0"),)))


def test_edge_carries_its_terms(kz: World) -> None:
    kz.hierarchy("BY")
    terms = kz.terms("KZ", "BY", excluded_countries=("RS",), inhibit_policy_mapping=0)
    issued = kz.cross("kz-root", "by-root", terms)
    extensions = x509.load_der_x509_certificate(issued.der).extensions
    constraints = extensions.get_extension_for_class(x509.NameConstraints).value
    trees = [constraints.permitted_subtrees, constraints.excluded_subtrees]
    countries = [[names.country_of(tree.value.public_bytes()) for tree in one or []] for one in trees]
    assert countries == [["BY"], ["RS"]]
    policy = extensions.get_extension_for_class(x509.PolicyConstraints).value
    assert (policy.require_explicit_policy, policy.inhibit_policy_mapping) == (0, 0)
    assert extensions.get_extension_for_class(x509.InhibitAnyPolicy).value.skip_certs == 0
    assert extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 1
    assert kz.ca.certificate("kz-root", issued.serial).instrument == "model-treaty"


def test_issuing_authority_cannot_certify_another(kz: World) -> None:
    below = NewAuthority("kz-sub", "KZ", AuthorityKind.ISSUING, name_of("KZ", "Sub KZ"), parent="kz-ca")
    with pytest.raises(LintError, match="path length"):
        kz.ca.create_authority(below)
    with pytest.raises(CaError):
        kz.ca.authority("kz-sub")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "Not A Slug"}, "small letters"),
        ({"kind": AuthorityKind.ISSUING}, "needs a parent"),
        ({"parent": "kz-root"}, "has no parent"),
        ({"subject": name_of("BY", "Root")}, "jurisdiction"),
        ({"key_algorithm": "dsa-1024"}, "no key of the kind"),
        ({"profile": "legal-person"}, "does not fit"),
        ({"name": "kz-root"}, "already"),
        ({"predecessor": "kz-root"}, "same subject"),
    ],
)
def test_authority_that_cannot_be_is_refused(kz: World, changes: dict[str, Any], words: str) -> None:
    new = replace(NewAuthority("kz-2", "KZ", AuthorityKind.ROOT, name_of("KZ", "Root 2")), **changes)
    before = kz.ca.authorities()
    with pytest.raises(CaError, match=words):
        kz.ca.create_authority(new)
    assert kz.ca.authorities() == before
    assert kz.events(new.name)[-1] == "ca.request.refused"


def test_received_cross_certificate_is_published_and_a_foreign_one_is_not(kz: World) -> None:
    kz.hierarchy("BY")
    edge = kz.cross("by-root", "kz-root", kz.terms("BY", "KZ"))
    with pytest.raises(RequestRefusedError, match="not for the name"):
        kz.ca.receive_certificate("kz-ca", edge.der)
    with pytest.raises(RequestRefusedError, match="cannot be read"):
        kz.ca.receive_certificate("kz-root", b"junk")
    kz.ca.receive_certificate("kz-root", edge.pem.encode())
    kz.ca.receive_certificate("kz-root", edge.der)
    assert kz.ca.certifying("kz-root").count(edge.der) == 2


# Every lint is shown a certificate that breaks it: the plan stays, the bytes or the plan are changed.


def _issuer(jurisdiction: str = "KZ", **changes: Any) -> Issuer:
    subject = names.encode_name((("countryName", "KZ"), ("organizationName", "CA"), ("commonName", "CA")))
    return Issuer(
        **{
            "name": "kz-ca",
            "jurisdiction": jurisdiction,
            "subject": subject,
            "spki": b"",
            "key_id": b"k" * 20,
            "algorithm": der.algorithm("1.2.840.10045.4.3.2"),
            "begin": None,
            "end": None,
            "path_length": None,
            **changes,
        }
    )


def _plan(profile: str = "legal-person", **changes: Any) -> Blueprint:
    start = datetime(2026, 6, 1, tzinfo=UTC)
    chosen = shipped_profiles()[profile]
    fields: dict[str, Any] = {
        "profile": chosen, "issuer": _issuer(), "serial": 1 << 152, "subject": names.encode_name(SEAL_SUBJECT),
        "key": _KEY, "not_before": start, "not_after": start + timedelta(days=30),
        "policies": chosen.policies_for("KZ") or ("1.2.3.4",),
    }  # fmt: skip
    if profile == "cross":
        fields["cross"] = CrossTerms("treaty", ("1.2.3.4",), (("1.2.3.4", "1.2.3.5"),), ("BY",))
    return Blueprint(**{**fields, **changes})


_KEY: ProvenKey = proven_key(csr().octets)
_PERSON = names.encode_name(identity.natural_person("KZ", given_name="A", surname="B", identifier="850615300129"))


def _broken(plan: Blueprint, tbs: bytes) -> set[str]:
    return {finding.rule.id for finding in lints.findings(lints.subject_of(plan, tbs))}


@pytest.mark.parametrize("profile", sorted(shipped_profiles()))
def test_what_the_template_writes_has_no_finding(profile: str) -> None:
    subject = _PERSON if profile in ("natural-person", "organisation-person") else names.encode_name(SEAL_SUBJECT)
    plan = _plan(profile, subject=subject)
    if profile == "link":
        plan = replace(plan, subject=plan.issuer.subject)
    assert _broken(plan, build_tbs(plan, URLS)) == set()


def _reprofiled(name: str, **changes: Any) -> Callable[[], tuple[Blueprint, Blueprint]]:
    """The plan, and the plan under a changed profile that the bytes are made from."""

    def make() -> tuple[Blueprint, Blueprint]:
        plan = _plan(name)
        return plan, replace(plan, profile=replace(plan.profile, **changes))

    return make


def _replanned(name: str, **changes: Any) -> Callable[[], tuple[Blueprint, Blueprint]]:
    def make() -> tuple[Blueprint, Blueprint]:
        plan = _plan(name)
        return plan, replace(plan, **changes)

    return make


def _both(name: str, **changes: Any) -> Callable[[], tuple[Blueprint, Blueprint]]:
    def make() -> tuple[Blueprint, Blueprint]:
        plan = _plan(name, **changes)
        return plan, plan

    return make


_QUALIFIED = shipped_profiles()["legal-person"].qualified
assert _QUALIFIED is not None
_TERMS = _plan("cross").cross
assert _TERMS is not None
_OTHER_KEY = proven_key(csr().octets)

BREACHES: dict[str, Callable[[], tuple[Blueprint, Blueprint]]] = {
    "rfc5280.serial-number": _both("legal-person", serial=7),
    "rfc5280.issuer-octets": _replanned("legal-person", issuer=_issuer(subject=names.encode_name(SEAL_SUBJECT))),
    "rfc5280.subject-octets": _replanned("legal-person", subject=_PERSON),
    "rfc5280.subject-key-octets": _replanned("legal-person", key=_OTHER_KEY),
    "rfc5280.signature-algorithm": _replanned(
        "legal-person", issuer=_issuer(algorithm=der.algorithm("1.2.840.10045.4.3.3"))
    ),
    "rfc5280.validity": _both("legal-person", issuer=_issuer(end=_plan().not_before)),
    "rfc5280.key-identifiers": _replanned("legal-person", issuer=_issuer(key_id=b"x" * 20)),
    "rfc5280.key-usage": _reprofiled("legal-person", key_usage=("nonRepudiation", "digitalSignature")),
    "rfc5280.basic-constraints": _both("issuing", issuer=_issuer(path_length=0)),
    "rfc5280.end-entity-extensions": _replanned("legal-person", cross=_TERMS),
    "rfc5280.certificate-policies": _both("legal-person", policies=(oids.ANY_POLICY,)),
    "rfc5280.extended-key-usage": _reprofiled("legal-person", extended_key_usage=(oids.EKU_OCSP_SIGNING,)),
    "etsi.qc-presence": _reprofiled("legal-person", qualified=None),
    "etsi.qc-legislation": _replanned("legal-person", issuer=_issuer("EE")),
    "etsi.qc-compliance-and-type": _reprofiled("legal-person", qualified=replace(_QUALIFIED, seal=False)),
    "etsi.qc-device-and-policy": _reprofiled("legal-person", qualified=replace(_QUALIFIED, device=False)),
    "etsi.qc-disclosure": _reprofiled("legal-person", qualified=replace(_QUALIFIED, disclosure_languages=("ru",))),
    "etsi.qc-limit": _both("legal-person", limit=("KZT", -1, 0)),
    "etsi.status-pointers": _reprofiled("legal-person", points_to_issuer=False),
    "etsi.natural-person-name": _both("natural-person"),
    "etsi.legal-person-name": _both("legal-person", subject=_PERSON),
    "national.identifiers": _both(
        "natural-person",
        subject=names.encode_name((("countryName", "KZ"), ("surname", "B"), ("serialNumber", "IIN850615300120"))),
    ),
    "bridge.terms": _both("legal-person", cross=_TERMS),
    "bridge.policy-mappings": _both("cross", cross=replace(_TERMS, mappings=(("1.9", "1.2"),))),
    "bridge.explicit-policy": _both("cross", cross=replace(_TERMS, require_explicit_policy=None)),
    "bridge.inhibit-any-policy": _both("cross", cross=replace(_TERMS, inhibit_any_policy=None)),
    "bridge.country-constraints": _both("cross", cross=replace(_TERMS, permitted_countries=())),
    "bridge.instrument": _both("cross", cross=replace(_TERMS, instrument="")),
    "bridge.not-to-itself": _both("cross", subject=_issuer().subject),
}


@pytest.mark.parametrize("rule", sorted(BREACHES))
def test_lint_bites(rule: str) -> None:
    plan, written = BREACHES[rule]()
    assert rule in _broken(plan, build_tbs(written, URLS))


def _patched(plan: Blueprint, old: bytes, new: bytes) -> bytes:
    tbs = build_tbs(plan, URLS)
    fields = [node.whole for node in reader.children(reader.one(tbs, 0x30))]
    listed = reader.children(reader.children(reader.one(fields[7], 0xA3))[0])
    changed = [new if node.whole == old else node.whole for node in listed]
    assert new in changed
    return der.sequence(*fields[:7], der.explicit(3, der.sequence(*changed)))


def test_lint_bites_on_criticality() -> None:
    plan = _plan()
    good = ext.key_usage(plan.profile.key_usage)
    bad = good.replace(b"\x01\x01\xff", b"", 1)
    bad = der.tlv(0x30, bad[2:])
    assert "rfc5280.criticality" in _broken(plan, _patched(plan, good, bad))


def test_lint_bites_on_a_beginning_before_the_issuers() -> None:
    plan = _plan()
    later = replace(plan, issuer=_issuer(begin=plan.not_before + timedelta(seconds=1)))
    assert "rfc5280.validity" in _broken(later, build_tbs(plan, URLS))


def test_lint_bites_on_a_name_without_country_first() -> None:
    pair = der.set_of(der.sequence(der.oid(oids.COMMON_NAME), der.utf8_string("x")))
    plan = _plan(subject=der.sequence(pair))
    assert "etsi.country-first" in _broken(plan, build_tbs(plan, URLS))


def test_every_lint_is_shown_to_bite() -> None:
    assert set(BREACHES) | {"rfc5280.criticality", "etsi.country-first"} == set(lints.RULES)


def test_legislation_of_another_state_is_refused() -> None:
    plan = _plan()
    tbs = build_tbs(plan, URLS)
    right = ext.qc_legislation("KZ")
    assert right in tbs
    for wrong in ("EE", "BY"):
        assert "etsi.qc-legislation" in _broken(plan, tbs.replace(right, ext.qc_legislation(wrong)))
