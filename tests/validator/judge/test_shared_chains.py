"""Answers among what can bear on a certificate are those among everything: over any choice of certificates, lists and
responses, whichever were asked about before."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import product

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from validator.evidence import AnchorFacts, Evidence, ObjectKind, StoredObject, TrustMode, TrustState
from validator.judge import judgement_policy
from validator.judge.chains import PathFacts, Purpose
from validator.judge.engine_chains import EngineChains
from validator.judge.shared_chains import SharedChains
from validator.judge.surroundings import read_objects

# Later than any run of this test: the library that makes the responses writes the time of making into them.
NOW, DAY = datetime(2090, 6, 1, tzinfo=UTC), timedelta(days=1)
TIMES = (NOW, NOW - 20 * DAY, NOW - 400 * DAY)
POLICIES = (judgement_policy("default"), judgement_policy("BY/court"))


@cache
def key(label: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "BY"), x509.NameAttribute(NameOID.COMMON_NAME, text)])


@cache
def certificate(
    subject: str, owner: str, issuer: str, signer: str, serial: int, ca: bool = False, use: str = "", days: int = 300
) -> x509.Certificate:
    """`owner` and `signer` are labels of keys; `use` "stamp" or "ocsp" for the end entities that are to do that, "crl"
    for one that signs lists, "listed" for one about which that one's list speaks."""
    builder = x509.CertificateBuilder(name(issuer), name(subject), key(owner).public_key(), serial)
    builder = builder.not_valid_before(NOW - days * DAY).not_valid_after(NOW + 300 * DAY)
    builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
    usage = x509.KeyUsage(not ca, not ca, False, False, False, ca, ca or use == "crl", False, False)
    builder = builder.add_extension(usage, critical=True)
    own = x509.SubjectKeyIdentifier.from_public_key(key(owner).public_key())
    builder = builder.add_extension(own, critical=False)
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(key(signer).public_key())
    builder = builder.add_extension(above, critical=False)
    access = x509.UniformResourceIdentifier("http://ocsp.example/")
    described = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, access)
    builder = builder.add_extension(x509.AuthorityInformationAccess([described]), critical=False)
    purposes = {"stamp": ExtendedKeyUsageOID.TIME_STAMPING, "ocsp": ExtendedKeyUsageOID.OCSP_SIGNING}
    if use == "listed":
        point = x509.DistributionPoint(None, None, None, [x509.DirectoryName(name("Lists"))])
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    if use in purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purposes[use]]), critical=use == "stamp")
    return builder.sign(key(signer), hashes.SHA256())


def revocation_list(
    issuer: str, signer: str, issued: int, revoked: tuple[int, ...] = (), indirect: str | None = None
) -> bytes:
    """`indirect` names the authority whose certificates are revoked where that is not the issuer of the list."""
    at = NOW - issued * DAY
    builder = x509.CertificateRevocationListBuilder(name(issuer), at, at + 30 * DAY)
    builder = builder.add_extension(x509.CRLNumber(1000 - issued), critical=False)
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(key(signer).public_key())
    builder = builder.add_extension(above, critical=False)
    for serial in revoked:
        entry = x509.RevokedCertificateBuilder(serial, at - DAY)
        if indirect is not None:
            entry = entry.add_extension(x509.CertificateIssuer([x509.DirectoryName(name(indirect))]), critical=True)
        builder = builder.add_revoked_certificate(entry.build())
    if indirect is not None:
        scope = x509.IssuingDistributionPoint(None, None, False, False, None, True, False)
        builder = builder.add_extension(scope, critical=True)
    return builder.sign(key(signer), hashes.SHA256()).public_bytes(Encoding.DER)


def response(
    about: x509.Certificate, issuer: x509.Certificate, responder: x509.Certificate, signer: str, issued: int,
    *, by_name: bool, carried: bool, good: bool = True,
) -> bytes:  # fmt: skip
    at = NOW - issued * DAY
    status = ocsp.OCSPCertStatus.GOOD if good else ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        about, issuer, hashes.SHA1(), status, at, at + 10 * DAY, None if good else at - DAY, None
    )
    encoding = ocsp.OCSPResponderEncoding.NAME if by_name else ocsp.OCSPResponderEncoding.HASH
    builder = builder.responder_id(encoding, responder)
    builder = builder.certificates([responder]) if carried else builder
    return builder.sign(key(signer), hashes.SHA256()).public_bytes(Encoding.DER)


@cache
def universe() -> tuple[tuple[StoredObject, ...], tuple[str, ...]]:
    """Two roots that cross-certify each other, authorities with several keys and certificates, namesakes with foreign
    keys, end entities with the same serial number, lists and responses by those who may and by those who may not; and
    the fingerprints of who may be a trust anchor."""
    root, other = certificate("Root", "r", "Root", "r", 1, ca=True), certificate("Other", "o", "Other", "o", 2, ca=True)
    ca = certificate("CA", "a", "Root", "r", 3, ca=True)
    sub = certificate("Sub", "s", "CA", "a", 4, ca=True)
    one, two = certificate("One", "1", "CA", "a", 7), certificate("Two", "2", "CA", "a", 8)
    same = certificate("Same", "3", "Sub", "s", 7)
    stamp = certificate("Stamp", "t", "CA", "a", 9, use="stamp")
    named, hashed = (
        certificate("Named", "n", "CA", "a", 10, use="ocsp"),
        certificate("Hashed", "h", "CA", "a", 11, use="ocsp"),
    )
    impostor = certificate("CA", "x", "CA", "x", 12, ca=True)
    certificates = (
        root, other, ca, sub, one, two, same, stamp, named, hashed, impostor,
        certificate("Root", "r", "Other", "o", 5, ca=True),
        certificate("Other", "o", "Root", "r", 6, ca=True),
        certificate("CA", "a2", "CA", "a", 13, ca=True),
        certificate("CA", "a", "Other", "o", 14, ca=True, days=30),
        certificate("Root", "1", "CA", "a", 15),
        certificate("Lists", "l", "Root", "r", 17, use="crl"),
        certificate("Four", "4", "CA", "a", 18, use="listed"),
        certificate("One", "1", "Sub", "s", 16),
    )  # fmt: skip
    lists = (
        revocation_list("Root", "r", 2), revocation_list("Root", "r", 30), revocation_list("Other", "o", 45),
        revocation_list("CA", "a", 3), revocation_list("CA", "a", 25, (8,)), revocation_list("CA", "x", 1, (7, 8, 9)),
        revocation_list("Sub", "s", 4, (7,)), revocation_list("CA", "a2", 2),
        revocation_list("Lists", "l", 2, (7,), indirect="CA"),
    )  # fmt: skip
    responses = (
        response(one, ca, named, "n", 1, by_name=True, carried=False),
        response(one, ca, named, "n", 22, by_name=True, carried=True),
        response(two, ca, hashed, "h", 1, by_name=False, carried=True, good=False),
        response(two, ca, hashed, "h", 2, by_name=False, carried=False),
        response(same, sub, sub, "s", 1, by_name=True, carried=False),
        response(stamp, ca, ca, "a", 1, by_name=False, carried=False),
        response(named, ca, ca, "a", 1, by_name=True, carried=False),
        response(one, ca, impostor, "x", 0, by_name=True, carried=True, good=False),
        ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(Encoding.DER),
        response(hashed, ca, ca, "a", 1, by_name=True, carried=False),
    )
    encoded = [item.public_bytes(Encoding.DER) for item in certificates]
    objects = (
        *(stored(ObjectKind.CERTIFICATE, item) for item in encoded),
        *(stored(ObjectKind.CRL, item) for item in (*lists, b"\x30\x03no")),
        *(stored(ObjectKind.OCSP, item) for item in (*responses, b"\x30\x03no")),
    )
    tops = tuple(sha256(item.public_bytes(Encoding.DER)).hexdigest() for item in (root, other, ca, stamp))
    return objects, tops


def stored(kind: ObjectKind, octets: bytes) -> StoredObject:
    return StoredObject(kind=kind, sha256=sha256(octets).hexdigest(), der=octets)


def evidence(objects: tuple[StoredObject, ...], anchors: tuple[AnchorFacts, ...]) -> Evidence:
    trust = TrustState(mode=TrustMode.GIVEN, anchors=anchors)
    return Evidence(container="cms", documents=(), trust=trust, objects=objects)


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    """Most of the universe in any order, some of its certificates trusted."""
    objects, tops = universe()
    mixed = random.Random(draw(st.integers(0, 2**32)))
    kept = mixed.sample(objects, draw(st.integers(len(objects) // 3, len(objects))))
    chosen = draw(st.lists(st.sampled_from(tops), unique=True, min_size=1))
    sunset = draw(st.none() | st.just(NOW - 10 * DAY))
    purposes: tuple[str, ...] = draw(st.sampled_from(((), ("signature",))))
    return evidence(
        tuple(kept),
        tuple(AnchorFacts(certificate=item, source="s", sunset=sunset, purposes=purposes) for item in chosen),
    )


def whole(facts: Evidence, policy_number: int) -> EngineChains:
    """Who answers about everything at once, and has answered nobody before."""
    found = read_objects(facts.objects)
    anchors = tuple(item for item in facts.trust.anchors if item.certificate in found.certificates)
    return EngineChains(found, found.pool, anchors, POLICIES[policy_number], NOW)


def answers(chains: EngineChains | SharedChains, names: list[str]) -> Iterator[object]:
    """Everything that can be asked about these certificates."""
    for leaf in names:
        yield leaf, chains.certificate(leaf), chains.unsound(leaf)
        yield tuple(chains.anchored(leaf, purpose) for purpose in Purpose)
        for at, purpose, revocation in product(TIMES, Purpose, (True, False)):
            path = chains.path(leaf, at, purpose, revocation=revocation)
            yield path
            yield from about(chains, path)


def about(chains: EngineChains | SharedChains, path: PathFacts) -> Iterator[object]:
    for position in range(len(path.certificates) - 1):
        one, issuer = path.certificates[position : position + 2]
        yield chains.signature_uses(one, issuer)
        yield chains.statements(path, position)
        for at, until in ((NOW, None), (TIMES[1], NOW), (TIMES[1], None)):
            answer = chains.status(path, position, at, until=until)
            yield answer, chains.evidence_uses(answer)


def hold_to_everything(facts: Evidence, policy: int, names: list[str]) -> None:
    shared = SharedChains(facts, POLICIES[policy], NOW)
    for one, other in zip(answers(shared, names), answers(whole(facts, policy), names), strict=True):
        assert one == other


@given(facts=evidences(), policy=st.integers(0, len(POLICIES) - 1), seed=st.integers(0, 2**32))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=(Phase.generate,))
def test_the_same_answers_as_among_everything(facts: Evidence, policy: int, seed: int) -> None:
    names = [item.sha256 for item in facts.objects if item.kind is ObjectKind.CERTIFICATE]
    random.Random(seed).shuffle(names)
    hold_to_everything(facts, policy, [*names, "not at hand"])


@pytest.mark.parametrize("only", ["by name", "carried", "by key"])
def test_the_signer_of_a_response_is_found(only: str) -> None:
    """Its certificate is at hand beside the response, or in it and its own status known from another response."""
    objects, tops = universe()
    certificates, lists, responses = (
        [item for item in objects if item.kind is kind]
        for kind in (ObjectKind.CERTIFICATE, ObjectKind.CRL, ObjectKind.OCSP)
    )
    root, ca, one, two, named, hashed = (certificates[at] for at in (0, 2, 4, 5, 8, 9))
    leaf, beside = {
        "by name": (one, (responses[0], named, lists[3])),
        "carried": (two, (responses[2], responses[9])),
        "by key": (two, (responses[3], hashed, responses[9])),
    }[only]
    facts = evidence((root, ca, leaf, lists[0], lists[1], *beside), (AnchorFacts(certificate=tops[0], source="s"),))
    chains = SharedChains(facts, POLICIES[0], NOW)
    path = chains.path(leaf.sha256, NOW, Purpose.SIGNATURE, revocation=False)
    assert [item.source for item in chains.statements(path, 0)][-1:] == [beside[0].sha256]
    hold_to_everything(facts, 0, [leaf.sha256])


def test_the_universe_has_answers_of_every_kind() -> None:
    objects, tops = universe()
    facts = evidence(objects, tuple(AnchorFacts(certificate=item, source="s") for item in tops[:2]))
    found = list(answers(SharedChains(facts, POLICIES[0], NOW), [item.sha256 for item in objects[:19]]))
    statuses = {str(item[0].status) for item in found if isinstance(item, tuple) and hasattr(item[0], "status")}
    assert {"good", "revoked", "unknown", "stale"} <= statuses
    paths = [item for item in found if isinstance(item, PathFacts)]
    assert {item.valid for item in paths} == {True, False}
    assert max(len(item.certificates) for item in paths) > 3


def test_what_cannot_bear_on_a_certificate_is_left_out() -> None:
    objects, tops = universe()
    read = read_objects(objects)
    around = read.around(objects[4].sha256, tops[:1])
    assert around is not None
    subjects = {item.subject.text() for item in around.pool}
    assert {"CN=CA,C=BY", "CN=Root,C=BY", "CN=Named,C=BY"} <= subjects
    assert not subjects & {"CN=Two,C=BY", "CN=Same,C=BY", "CN=Stamp,C=BY"}


def test_signers_of_one_issuer_have_their_surroundings_in_common() -> None:
    objects, tops = universe()
    read = read_objects(item for item in objects if item.kind is not ObjectKind.OCSP)
    one, two = (read.around(objects[at].sha256, tops[:1]) for at in (4, 5))
    assert one is not None
    assert two is not None
    assert one.pool == two.pool
    assert one.key[1:] == two.key[1:]
    assert one.key != two.key


class Before:
    """What was asked first: signer Two under one root, without the lists of its authority."""

    policy, at = POLICIES[0], NOW

    def __init__(self) -> None:
        self.objects, tops = universe()
        self.root, self.leaf = tops[0], self.objects[5].sha256
        self.lists = [item for item in self.objects if item.kind is ObjectKind.CRL][3:5]
        self.evidence = evidence(
            tuple(item for item in self.objects if item not in self.lists),
            (AnchorFacts(certificate=self.root, source="s"),),
        )
        self.chains = SharedChains(self.evidence, self.policy, self.at)
        self.path = self.chains.path(self.leaf, self.at, Purpose.SIGNATURE, revocation=True)


@pytest.fixture
def before() -> Before:
    return Before()


def test_other_anchors_are_another_question(before: Before) -> None:
    ended = (AnchorFacts(certificate=before.root, source="s", sunset=NOW - DAY),)
    after = SharedChains(evidence(before.evidence.objects, ended), before.policy, before.at)
    path = after.path(before.leaf, before.at, Purpose.SIGNATURE, revocation=True)
    assert path.anchor == ended[0]
    assert path != before.path


def test_another_list_is_another_question(before: Before) -> None:
    after = SharedChains(evidence(before.objects, before.evidence.trust.anchors), before.policy, before.at)
    assert after.statements(before.path, 0) != before.chains.statements(before.path, 0)


def test_another_time_is_another_question(before: Before) -> None:
    late = before.at + 700 * DAY
    after = SharedChains(before.evidence, before.policy, late)
    assert after.statements(before.path, 0) == before.chains.statements(before.path, 0)
    assert after.conclusions(before.leaf) is not before.chains.conclusions(before.leaf)


def test_another_policy_is_another_question(before: Before) -> None:
    for policy in (POLICIES[1], replace(before.policy, title="Another object of the same digest")):
        after = SharedChains(before.evidence, policy, before.at)
        assert after.conclusions(before.leaf) is not before.chains.conclusions(before.leaf)


def test_the_same_question_is_remembered(before: Before) -> None:
    after = SharedChains(before.evidence, before.policy, before.at)
    assert after.conclusions(before.leaf) is before.chains.conclusions(before.leaf)


def test_a_flood_is_answered_for_alone(before: Before) -> None:
    """Where the limits on the work decide, an answer must not depend on what others have had computed already."""
    flood = tuple(stored(ObjectKind.CRL, revocation_list("CA", "a", issued)) for issued in range(100, 220))
    facts = evidence((*before.objects, *flood), before.evidence.trust.anchors)
    one, other = (SharedChains(facts, before.policy, before.at).conclusions(before.leaf) for _ in range(2))
    assert one is not other
