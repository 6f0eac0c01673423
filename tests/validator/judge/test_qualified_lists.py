"""From a signed trust list to the legal quality of a signature: the whole way, and every way in which it must not go.

The lists are written by this software and signed here, in the form that published lists have; that published lists
verify is tested with real ones, where they are at hand.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID
from lxml import etree
from typer.testing import CliRunner

from policies.recognition import Mechanism
from policies.trustlists import (
    Agreement,
    DigitalIdentity,
    Equivalence,
    EquivalencePeriod,
    ListPointer,
    Provider,
    Scheme,
    ServiceKey,
    ServicePeriod,
    StatusMapping,
    TrustList,
    TrustService,
    uris,
)
from policies.trustlists.agreement import ContentMapping
from policies.trustlists.criteria import Assertion, CriteriaList, QcStatement, QcStatementSetCriterion
from policies.trustlists.model import AdditionalInformation, Address, Localised, PostalAddress
from policies.trustlists.xml_base import DS, XADES
from policies.trustlists.xml_reader import read_trust_list
from policies.trustlists.xml_writer import write_trust_list
from validator.cli.trust_list import app
from validator.errors import TrustMaterialError
from validator.evidence import Evidence, export_evidence, import_evidence
from validator.gather import GatherRequest, Source, gather
from validator.gather.list_signature import ListSignatureError, verify_list_signature
from validator.judge import Verdict, judge, judgement_policy
from validator.recognise import RecognitionContext, mechanisms, recognise

LIST = Mechanism.LIST_EQUIVALENCE
CORPUS = Path(__file__).resolve().parents[3].parent / "shared" / "corpus"
NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DATA = b"Supply contract No 1"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
OPERATOR_KEY = rsa.generate_private_key(65537, 2048)
STRANGER_KEY = rsa.generate_private_key(65537, 2048)


# --- statements and lists ----------------------------------------------------------------------------------------


def statements(*, device: bool = True, legislation: str | None = None) -> x509.UnrecognizedExtension:
    """QCStatements: QcCompliance, QcType eSign, and what is asked for more."""
    found = [
        sequence(oid_of("04008e460101")),
        sequence(oid_of("04008e460106") + sequence(oid_of("04008e46010601"))),
    ]
    if device:
        found.append(sequence(oid_of("04008e460104")))
    if legislation:
        found.append(sequence(oid_of("04008e460107") + sequence(b"\x13\x02" + legislation.encode())))
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), sequence(b"".join(found)))


def oid_of(contents: str) -> bytes:
    octets = bytes.fromhex(contents)
    return b"\x06" + bytes((len(octets),)) + octets


def sequence(contents: bytes) -> bytes:
    assert len(contents) < 128
    return b"\x30" + bytes((len(contents),)) + contents


def service(certificate: Any, kind: str = uris.CA_QC, status: str = uris.GRANTED, **changes: Any) -> TrustService:
    plain = ServicePeriod(
        type=kind,
        names=(Localised("en", "Model authority"),),
        identity=DigitalIdentity(certificates=(certificate.der,)),
        status=status,
        start=datetime(2018, 1, 1, tzinfo=UTC),
        additional=(),
    )
    return TrustService(current=replace(plain, **changes))


ADDRESS = Address(
    postal=(PostalAddress(language="en", street="1", locality="Tallinn", country="EE"),),
    electronic=(Localised("en", "mailto:tl@example.org"),),
)


def listed(*services: TrustService, territory: str = "EE", **changes: Any) -> TrustList:
    scheme = Scheme(
        version=6,
        sequence=7,
        type=uris.EU_GENERIC,
        operator=(Localised("en", "Operator"),),
        address=ADDRESS,
        names=(Localised("en", f"{territory}: list"),),
        information=(Localised("en", "https://example.org"),),
        status_determination="http://uri.etsi.org/TrstSvc/TrustedList/StatusDetn/EUappropriate",
        territory=territory,
        issued=NOW - 30 * DAY,
        next_update=NOW + 30 * DAY,
    )
    provider = Provider(names=(Localised("en", "Model"),), address=ADDRESS, services=services)
    return TrustList(scheme=replace(scheme, **changes), providers=(provider,) if services else ())


def operator(key: rsa.RSAPrivateKey = OPERATOR_KEY) -> bytes:
    """The certificate of a list's signer, DER."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "list signer")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW - 400 * DAY).not_valid_after(NOW + 400 * DAY)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


# --- signing a list ----------------------------------------------------------------------------------------------


def signed(trust_list: TrustList, key: rsa.RSAPrivateKey = OPERATOR_KEY) -> bytes:
    return sign(write_trust_list(trust_list), key)


def sign(octets: bytes, key: rsa.RSAPrivateKey = OPERATOR_KEY) -> bytes:
    """XAdES baseline B, enveloped, as annex B of TS 119 612 has it."""
    root = etree.fromstring(octets)
    certificate = operator(key)
    signature = etree.SubElement(root, f"{{{DS}}}Signature", nsmap={"ds": DS, "xades": XADES})
    info = etree.SubElement(signature, f"{{{DS}}}SignedInfo")
    value = etree.SubElement(signature, f"{{{DS}}}SignatureValue")
    data = etree.SubElement(etree.SubElement(signature, f"{{{DS}}}KeyInfo"), f"{{{DS}}}X509Data")
    etree.SubElement(data, f"{{{DS}}}X509Certificate").text = base64.b64encode(certificate).decode()
    properties = signed_properties(signature, certificate)
    method(info, "CanonicalizationMethod", EXCLUSIVE)
    method(info, "SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
    enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
    reference(info, "", (enveloped, EXCLUSIVE), canonical(etree.fromstring(octets)))
    found = reference(info, "#props", (EXCLUSIVE,), canonical(properties))
    found.set("Type", "http://uri.etsi.org/01903#SignedProperties")
    made = key.sign(canonical(info), padding.PKCS1v15(), hashes.SHA256())
    value.text = base64.b64encode(made).decode()
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def signed_properties(signature: Any, certificate: bytes) -> Any:
    outer = etree.SubElement(etree.SubElement(signature, f"{{{DS}}}Object"), f"{{{XADES}}}QualifyingProperties")
    properties = etree.SubElement(outer, f"{{{XADES}}}SignedProperties", Id="props")
    own = etree.SubElement(properties, f"{{{XADES}}}SignedSignatureProperties")
    etree.SubElement(own, f"{{{XADES}}}SigningTime").text = "2026-05-02T12:00:00Z"
    cert = etree.SubElement(etree.SubElement(own, f"{{{XADES}}}SigningCertificateV2"), f"{{{XADES}}}Cert")
    digest(etree.SubElement(cert, f"{{{XADES}}}CertDigest"), certificate)
    return properties


def reference(info: Any, uri: str, transforms: tuple[str, ...], octets: bytes) -> Any:
    element = etree.SubElement(info, f"{{{DS}}}Reference", URI=uri)
    holder = etree.SubElement(element, f"{{{DS}}}Transforms")
    for item in transforms:
        method(holder, "Transform", item)
    digest(element, octets)
    return element


def digest(parent: Any, octets: bytes) -> None:
    method(parent, "DigestMethod", "http://www.w3.org/2001/04/xmlenc#sha256")
    value = base64.b64encode(hashlib.sha256(octets).digest()).decode()
    etree.SubElement(parent, f"{{{DS}}}DigestValue").text = value


def method(parent: Any, name: str, uri: str) -> None:
    etree.SubElement(parent, f"{{{DS}}}{name}", Algorithm=uri)


def canonical(element: Any) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True)


# --- judging -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def state(make_world: Callable[..., Any]) -> Any:
    return make_world(country="EE")


@pytest.fixture(scope="module")
def cms(state: Any) -> bytes:
    holder = state.issue("qualified", state.ca, more=(statements(),))
    return state.cms(DATA, stamp=NOW - 10 * DAY, holder=holder)


def validated(state: Any, data: bytes, *lists: bytes, at: datetime = NOW, policy: str = "default") -> Verdict:
    evidence = gather(
        GatherRequest(
            document=Source("document", data),
            detached=(Source("data", DATA),),
            crls=tuple(Source(f"{n}", item) for n, item in enumerate(state.crls())),
            trust_lists=tuple(Source(f"list-{n}", item) for n, item in enumerate(lists)),
        )
    )
    return judge(evidence, judgement_policy(policy), at)


def codes(verdict: Verdict) -> set[str]:
    return {reason.code for reason in verdict.signatures[0].reasons}


def covering(certificate: Any, **changes: Any) -> TrustService:
    """An entry for signatures."""
    return service(certificate, additional=(AdditionalInformation(uri=uris.FOR_ESIGNATURES),), **changes)


def test_a_listed_authority_makes_a_qualified_signature_and_time_stamp(state: Any, cms: bytes) -> None:
    both = listed(covering(state.ca), service(state.tsa, uris.TSA_QTST))
    found = validated(state, cms, signed(both))
    assert found.signatures[0].indication == "TOTAL-PASSED"
    assert found.signatures[0].qualification == "QESIG"
    assert found.signatures[0].qualification_basis == "list"
    assert found.timestamps[0].qualification == "QTSA"


def test_the_root_in_the_list_speaks_for_its_issuers(state: Any, cms: bytes) -> None:
    assert validated(state, cms, signed(listed(covering(state.root)))).signatures[0].qualification == "QESIG"


@pytest.mark.parametrize(
    ("changes", "word", "code"),
    [
        ({"status": uris.WITHDRAWN}, "INDETERMINATE-ADESIG", "TS-QUAL-NOT-GRANTED"),
        ({"kind": uris.CA_PKC}, "ADESIG", "TS-QUAL-NO-CA-QC"),
        ({"start": NOW - 20 * DAY}, "ADESIG", "TS-QUAL-NO-SERVICE"),
    ],
)
def test_the_entry_decides(state: Any, cms: bytes, changes: dict, word: str, code: str) -> None:
    found = validated(state, cms, signed(listed(covering(state.ca, **changes))))
    assert found.signatures[0].qualification == word
    assert code in codes(found)


def test_a_withdrawn_service_anchors_what_is_proven_older(state: Any, cms: bytes) -> None:
    granted = covering(state.ca)
    withdrawn = replace(granted.current, status=uris.WITHDRAWN, start=NOW - 5 * DAY)
    entry = TrustService(current=withdrawn, history=(granted.current,))
    evidence = gather(
        GatherRequest(document=Source("document", cms), trust_lists=(Source("list", signed(listed(entry))),))
    )
    assert [item.sunset for item in evidence.trust.anchors] == [NOW - 5 * DAY]


def test_without_lists_the_word_is_the_certificates_claim(state: Any, cms: bytes) -> None:
    found = validated(state, cms)
    assert found.signatures[0].qualification_basis == "claim"
    assert found.timestamps[0].qualification == "NA"


def test_a_list_that_does_not_know_the_issuer_decides_nothing(state: Any, cms: bytes, make_world: Any) -> None:
    other = make_world(country="LV")
    found = validated(state, cms, signed(listed(covering(other.ca), territory="LV")))
    assert found.signatures[0].qualification == "NA"
    assert found.signatures[0].indication == "INDETERMINATE"
    assert "TS-QUAL-NO-LIST" in codes(found)


def test_an_overdue_list_anchors_but_never_qualifies(state: Any, cms: bytes) -> None:
    overdue = signed(listed(covering(state.ca), next_update=NOW - DAY))
    found = validated(state, cms, overdue)
    assert found.signatures[0].indication == "TOTAL-PASSED"
    assert found.signatures[0].qualification == "NA"
    assert {"TS-TL-EXPIRED", "TS-QUAL-NO-LIST"} <= codes(found)
    closed = validated(state, cms, signed(listed(covering(state.ca), next_update=None)))
    assert closed.signatures[0].qualification == "NA"
    assert "TS-TL-CLOSED" in codes(closed)


def test_a_version_that_is_not_known_and_a_list_of_tomorrow_never_qualify(state: Any, cms: bytes) -> None:
    for changes, code in (({"version": 7}, "TS-TL-VERSION"), ({"issued": NOW + DAY}, "TS-TL-FUTURE")):
        found = validated(state, cms, signed(listed(covering(state.ca), **changes)))
        assert found.signatures[0].qualification == "NA"
        assert code in codes(found)


def test_a_changed_list_gives_no_trust_at_all(state: Any, cms: bytes) -> None:
    octets = signed(listed(covering(state.ca, status=uris.WITHDRAWN)))
    found = validated(state, cms, octets.replace(b"Svcstatus/withdrawn", b"Svcstatus/granted"))
    assert found.signatures[0].indication == "INDETERMINATE"
    assert found.signatures[0].qualification == "NA"
    assert "TS-TL-SIGNATURE" in codes(found)


@pytest.mark.parametrize(
    ("found", "changed", "why"),
    [
        (b"<TrustServiceStatusList ", b'<TrustServiceStatusList xmlns:p="relative" p:a="" ', "no canonical form"),
        (b"</xades:SignedProperties>", b"<a/>" * 1_001 + b"</xades:SignedProperties>", "too many"),
    ],
)
def test_a_list_that_cannot_or_need_not_be_canonicalised_is_broken(found: bytes, changed: bytes, why: str) -> None:
    octets = signed(listed())
    assert found in octets
    with pytest.raises(ListSignatureError, match=why):
        verify_list_signature(octets.replace(found, changed), NOW - 30 * DAY)


def test_an_unsigned_list_gives_no_trust_at_all(state: Any, cms: bytes) -> None:
    found = validated(state, cms, write_trust_list(listed(covering(state.ca))))
    assert found.signatures[0].indication == "INDETERMINATE"
    assert "TS-TL-SIGNATURE" in codes(found)


def test_what_is_no_list_is_refused(state: Any, cms: bytes) -> None:
    for octets in (b"", b"<a/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"\x30\x03\x02\x01\x01"):
        with pytest.raises(TrustMaterialError):
            validated(state, cms, octets)


# --- lists of lists ----------------------------------------------------------------------------------------------


def list_of_lists(*pointers: ListPointer) -> bytes:
    lists = listed(territory="EU", type=uris.EU_LIST_OF_LISTS, pointers=pointers)
    return signed(lists, STRANGER_KEY)


def test_only_a_key_that_the_list_of_lists_names_may_have_signed(state: Any, cms: bytes) -> None:
    octets = signed(listed(covering(state.ca)))
    pointer = ListPointer(location="https://example.org/ee", territory="EE", type=uris.EU_GENERIC)
    named = list_of_lists(replace(pointer, signers=(operator(),)))
    assert validated(state, cms, octets, named).signatures[0].qualification == "QESIG"
    other = list_of_lists(replace(pointer, signers=(operator(STRANGER_KEY),)))
    found = validated(state, cms, octets, other)
    assert found.signatures[0].indication == "INDETERMINATE"
    assert "TS-TL-SIGNER" in codes(found)


@pytest.mark.parametrize(
    "changes",
    [
        {"territory": "ee"},
        {"territory": "EE", "type": "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/CClist"},
        {"territory": "LV"},
        {"territory": "EL"},
        {"territory": None},
    ],
)
def test_a_list_beside_those_that_a_list_of_lists_points_to_is_a_strangers(
    state: Any, cms: bytes, changes: dict[str, Any]
) -> None:
    beside = signed(listed(covering(state.ca), **changes))
    pointer = ListPointer(
        location="https://example.org/ee", territory="EE", type=uris.EU_GENERIC, signers=(operator(STRANGER_KEY),)
    )
    found = validated(state, cms, beside, list_of_lists(pointer))
    assert found.signatures[0].indication == "INDETERMINATE"
    assert found.signatures[0].qualification == "NA"
    assert "TS-TL-SIGNER" in codes(found)


def test_a_list_of_lists_that_was_changed_vouches_for_nobody(state: Any, cms: bytes) -> None:
    octets = signed(listed(covering(state.ca)))
    pointer = ListPointer(
        location="https://example.org/ee", territory="EE", type=uris.EU_GENERIC, signers=(operator(),)
    )
    strangers = list_of_lists(replace(pointer, signers=(operator(STRANGER_KEY),)))
    changed = list_of_lists(pointer).replace(b"example.org/ee", b"example.com/ee")
    for lists in ((changed,), (changed, strangers), (strangers, changed)):
        found = validated(state, cms, octets, *lists)
        assert found.signatures[0].indication == "INDETERMINATE"
        assert found.signatures[0].qualification == "NA"
    whole = list_of_lists(pointer)
    for lists in ((changed, whole), (whole, changed)):
        assert validated(state, cms, octets, *lists).signatures[0].qualification == "QESIG"


def test_no_list_can_take_the_name_of_another(state: Any, cms: bytes) -> None:
    first, second = (signed(listed(covering(state.ca), issued=NOW - days * DAY)) for days in (30, 31))
    digest = hashlib.sha256(first).hexdigest()
    posing = signed(listed(territory=f"EE-7-{digest[:12]}", sequence=1))
    evidence = gather(
        GatherRequest(
            document=Source("document", cms),
            trust_lists=tuple(Source(f"list-{n}", item) for n, item in enumerate((first, second, posing))),
        )
    )
    names = [item.name for item in evidence.trust.lists]
    assert len(set(names)) == 3
    assert "?-1" in names


def test_a_list_below_one_that_cannot_be_used_cannot_be_used(state: Any, cms: bytes) -> None:
    octets = signed(listed(covering(state.ca)))
    pointer = ListPointer(
        location="https://example.org/ee", territory="EE", type=uris.EU_GENERIC, signers=(operator(),)
    )
    lists = listed(territory="EU", type=uris.EU_LIST_OF_LISTS, pointers=(pointer,), next_update=NOW - DAY)
    found = validated(state, cms, octets, signed(lists, STRANGER_KEY))
    assert found.signatures[0].qualification == "NA"
    assert "TS-TL-EXPIRED" in codes(found)


def test_an_agreement_reads_another_states_services_as_ones_own(make_world: Any) -> None:
    foreign = make_world(country="ZZ")
    holder = foreign.issue("agreed", foreign.ca, more=(statements(legislation="ZZ"),))
    data = foreign.cms(DATA, stamp=NOW - 10 * DAY, holder=holder)
    kind, granted = "http://zz.example/CA", "http://zz.example/granted"
    octets = signed(listed(service(foreign.ca, kind, granted), territory="ZZ"))
    period = EquivalencePeriod(
        status=uris.ENACTED,
        start=NOW - 2000 * DAY,
        pointing=(ServiceKey(type=uris.CA_QC, additional=(uris.FOR_ESIGNATURES,)),),
        pointed=(ServiceKey(type=kind),),
        valid=(StatusMapping(pointing=(uris.GRANTED,), pointed=(granted,)),),
        contents=(compliance(),),
    )
    for status, word in ((uris.ENACTED, "QESIG"), (uris.REPEALED, "ADESIG")):
        agreement = Agreement(
            technical_type="1", version="1", pointing_legislation="EU", pointed_legislation="ZZ",
            equivalences=(Equivalence(identifier="QCForESig", current=replace(period, status=status)),),
        )  # fmt: skip
        pointer = ListPointer(
            location="https://example.org/zz", territory="ZZ", type=uris.EU_GENERIC, signers=(operator(),),
            agreement=agreement,
        )  # fmt: skip
        found = validated(foreign, data, octets, list_of_lists(pointer))
        assert found.signatures[0].indication == "TOTAL-PASSED"
        assert found.signatures[0].qualification == word
        enacted = status == uris.ENACTED
        (answer,) = recognise(found, "EE")
        assert answer.answer.decision == ("RECOGNISED" if enacted else "NOT-RECOGNISED")
        assert (answer.answer.basis is not None) is enacted
        # The agreement is between the Union and ZZ, in this direction.
        assert recognise(found, "KZ")[0].answer.decision == "NOT-RECOGNISED"


def test_a_list_of_the_home_counts_only_where_the_forum_takes_it(state: Any, cms: bytes) -> None:
    (signature,) = validated(state, cms, signed(listed(covering(state.ca)))).signatures
    context = RecognitionContext()
    taken = {forum for forum in ("DE", "KZ", "RU", "VN") if LIST in mechanisms(signature, forum, context)}
    assert taken == {"DE", "KZ"}
    by_decision = RecognitionContext(accepted_lists=frozenset(("EE",)))
    assert LIST in mechanisms(signature, "VN", by_decision)


def compliance() -> ContentMapping:
    def stated(*items: QcStatement) -> QcStatementSetCriterion:
        return QcStatementSetCriterion(statements=items)

    qualified, law = QcStatement(identifier=uris.QCS_COMPLIANCE), uris.QCS_LEGISLATION
    own = CriteriaList(
        assertion=Assertion.ALL,
        criteria=(
            stated(qualified),
            CriteriaList(assertion=Assertion.NONE, criteria=(stated(QcStatement(identifier=law)),)),
        ),
    )
    theirs = CriteriaList(
        assertion=Assertion.ALL, criteria=(stated(qualified, QcStatement(identifier=law, legislation="ZZ")),)
    )
    return ContentMapping(context=uris.CONTEXT_COMPLIANCE, pointing=own, pointed=theirs)


# --- the signature of a list -------------------------------------------------------------------------------------


def altered(octets: bytes, change: Callable[[Any], None]) -> bytes:
    root = etree.fromstring(octets)
    change(root)
    return etree.tostring(root)


def signature_of(root: Any) -> Any:
    return root.find(f"{{{DS}}}Signature")


def wrapped(root: Any) -> None:
    """The signed list moved into an extension of another one, its signature still whole."""
    inner = etree.fromstring(etree.tostring(root))
    signature = signature_of(root)
    etree.SubElement(signature, f"{{{DS}}}Object").append(inner)


def second_signature(root: Any) -> None:
    root.append(etree.fromstring(etree.tostring(signature_of(root))))


def other_properties(root: Any) -> None:
    """Another element of the same Id before the signed one."""
    root.insert(0, etree.Element(f"{{{XADES}}}SignedProperties", Id="props"))


def without_reference(root: Any) -> None:
    info = signature_of(root).find(f"{{{DS}}}SignedInfo")
    info.remove(info.findall(f"{{{DS}}}Reference")[0])


def weak_digest(root: Any) -> None:
    for item in root.iter(f"{{{DS}}}DigestMethod"):
        item.set("Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1")


def other_certificate(root: Any) -> None:
    next(root.iter(f"{{{DS}}}X509Certificate")).text = base64.b64encode(operator(STRANGER_KEY)).decode()


@pytest.mark.parametrize(
    "change",
    [wrapped, second_signature, other_properties, without_reference, weak_digest, other_certificate],
    ids=lambda item: item.__name__,
)
def test_every_other_form_of_signature_is_refused(state: Any, change: Callable[[Any], None]) -> None:
    octets = signed(listed(covering(state.ca)))
    verify_list_signature(octets, NOW)
    with pytest.raises(ListSignatureError):
        verify_list_signature(altered(octets, change), NOW)


def test_a_signature_of_another_time_than_its_certificate_is_refused(state: Any) -> None:
    octets = signed(listed(covering(state.ca)))
    with pytest.raises(ListSignatureError, match="not valid when"):
        verify_list_signature(octets, NOW - 500 * DAY)


PUBLISHED = ("e35d2b0b56-tsl-ee.xml", "0b9c0032df-EE_T.xml")


@pytest.mark.skipif(not (CORPUS / "trust-lists").exists(), reason="../shared/corpus/trust-lists is absent")
@pytest.mark.parametrize("file", PUBLISHED)
def test_published_lists_verify(file: str) -> None:
    octets = (CORPUS / "trust-lists" / file).read_bytes()
    issued = read_trust_list(octets).scheme.issued
    verify_list_signature(octets, issued)
    with pytest.raises(ListSignatureError, match="changed"):
        verify_list_signature(octets.replace(b"<Locality>", b"<Locality>X", 1), issued)


# --- services that ended, and responders -------------------------------------------------------------------------


def ended(certificate: Any, when: datetime) -> TrustService:
    """An authority that was granted until `when`."""
    granted = covering(certificate)
    return TrustService(current=replace(granted.current, status=uris.WITHDRAWN, start=when), history=(granted.current,))


@pytest.mark.parametrize(("days", "indication"), [(5, "TOTAL-PASSED"), (15, "INDETERMINATE")])
def test_what_is_proven_older_than_the_withdrawal_keeps_its_worth(
    state: Any, cms: bytes, days: int, indication: str
) -> None:
    """The signature is proven to be ten days old."""
    entry = ended(state.ca, NOW - days * DAY)
    found = validated(state, cms, signed(listed(entry, service(state.tsa, uris.TSA_QTST))))
    assert found.signatures[0].indication == indication
    assert found.signatures[0].qualification == ("QESIG" if days < 10 else "INDETERMINATE-ADESIG")


def test_a_withdrawal_makes_what_nothing_proves_older_undecided(state: Any) -> None:
    holder = state.issue("unproven", state.ca, more=(statements(),))
    found = validated(state, state.cms(DATA, holder=holder), signed(listed(ended(state.ca, NOW - 5 * DAY))))
    assert found.signatures[0].indication == "INDETERMINATE"
    assert found.signatures[0].sub_indication == "NO_CERTIFICATE_CHAIN_FOUND_NO_POE"


def test_responders_of_a_list_anchor_nothing_else_and_come_only_with_it(
    state: Any, cms: bytes, make_world: Any
) -> None:
    other = make_world(country="LV")
    own = signed(listed(covering(state.ca), service(state.signer, uris.OCSP_QC)))
    foreign = signed(listed(covering(other.ca), service(other.signer, uris.OCSP_QC), territory="LV"))
    evidence = gather(
        GatherRequest(document=Source("document", cms), trust_lists=(Source("own", own), Source("other", foreign)))
    )
    assert {(item.source, item.purposes) for item in evidence.trust.anchors} == {("EE-7", ()), ("EE-7", ("ocsp",))}
    only = signed(listed(service(state.ca, uris.OCSP_QC)))
    assert validated(state, cms, only).signatures[0].indication == "INDETERMINATE"


def response(state: Any, holder: Any, responder: Any, at: datetime) -> bytes:
    """A good answer about `holder`, signed by somebody whom its issuer did not certify for that."""
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=holder.certificate,
            issuer=state.ca.certificate,
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.GOOD,
            this_update=at,
            next_update=at + DAY,
            revocation_time=None,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.NAME, responder.certificate)
        .certificates([responder.certificate])
    )
    key = load_der_private_key(responder.asn1_key.dump(), None)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_a_listed_responder_is_believed_while_its_certificate_lasts(state: Any, make_world: Any) -> None:
    holder = state.issue("asked", state.ca, more=(statements(),))
    data = state.cms(DATA, holder=holder)
    authority = covering(state.ca)
    # The library that makes the responses writes the time of day into them.
    at = datetime.now(UTC) + timedelta(minutes=1)
    found = []
    for lasts in (at + 100 * DAY, at - DAY):
        responder = state.issue("signer", state.root, end=lasts)
        for entries in ((authority, service(responder, uris.OCSP_QC)), (authority,)):
            answer = response(state, holder, responder, at - DAY / 24)
            evidence = gather(
                GatherRequest(
                    document=Source("document", data),
                    detached=(Source("data", DATA),),
                    ocsps=(Source("ocsp", answer),),
                    trust_lists=(Source("list", signed(listed(*entries))),),
                )
            )
            found.append(judge(evidence, judgement_policy("default"), at).indication)
    assert found == ["TOTAL-PASSED", "INDETERMINATE", "INDETERMINATE", "INDETERMINATE"]


# --- evidence ----------------------------------------------------------------------------------------------------


def test_evidence_keeps_what_the_lists_said_and_their_order_never_matters(state: Any, cms: bytes) -> None:
    pointer = ListPointer(
        location="https://example.org/ee", territory="EE", type=uris.EU_GENERIC, signers=(operator(),)
    )
    sources = [
        Source("list", signed(listed(covering(state.ca), service(state.tsa, uris.TSA_QTST)))),
        Source("lists", list_of_lists(pointer)),
    ]
    crls = tuple(Source(f"{n}", item) for n, item in enumerate(state.crls()))

    def gathered(*lists: Source) -> Evidence:
        documents = {"document": Source("document", cms), "detached": (Source("data", DATA),)}
        return gather(GatherRequest(**documents, crls=crls, trust_lists=lists))

    one = gathered(*sources)
    assert gathered(*reversed(sources)) == one
    kept = import_evidence(export_evidence(one))
    assert kept == one
    verdicts = [judge(item, judgement_policy("default"), NOW) for item in (one, kept)]
    assert verdicts[0] == verdicts[1]
    assert verdicts[0].signatures[0].qualification == "QESIG"


# --- the command -------------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, list[dict]]:
    found = CliRunner().invoke(app, [*arguments, "--json"])
    return found.exit_code, [json.loads(line) for line in found.output.splitlines() if line.startswith("{")]


def test_the_command_tells_services_and_faults(state: Any, tmp_path: Path) -> None:
    good, late, unsigned = tmp_path / "good.xml", tmp_path / "late.xml", tmp_path / "unsigned.xml"
    good.write_bytes(signed(listed(covering(state.ca))))
    late.write_bytes(signed(listed(covering(state.ca), sequence=6)))
    unsigned.write_bytes(write_trust_list(listed(covering(state.ca))))
    at = ("--at", NOW.isoformat())
    assert run("check", str(good), *at) == (0, [])
    status, rows = run("show", str(good), *at)
    assert (status, [row.get("status") for row in rows]) == (0, [None, "granted"])
    assert run("show", str(good), "--at", "2001-01-01")[1][1]["status"] is None
    assert [row["code"] for row in run("check", str(unsigned), *at)[1]] == ["TS-TL-SIGNATURE"]
    assert run("check", str(unsigned), *at)[0] == 1
    assert run("check", str(good), "--at", (NOW + 90 * DAY).isoformat())[0] == 1
    assert run("check", str(late), "--previous", str(good), *at)[1][0]["code"] == "TS-TL-SEQUENCE"
    pointer = ListPointer(location="https://example.org/ee", territory="EE", type=uris.EU_GENERIC)
    above = tmp_path / "above.xml"
    above.write_bytes(list_of_lists(replace(pointer, signers=(operator(STRANGER_KEY),))))
    assert [row["code"] for row in run("check", str(good), "--list-of-lists", str(above), *at)[1]] == ["TS-TL-SIGNER"]


def test_the_command_refuses_what_is_no_list(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"<a/>")
    found = CliRunner().invoke(app, ["check", str(tmp_path / "a.xml")])
    assert isinstance(found.exception, TrustMaterialError)
    assert found.exception.exit_status == 2
