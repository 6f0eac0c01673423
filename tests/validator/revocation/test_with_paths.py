"""Revocation inside certification paths: the real path engine validates the signers."""

from types import SimpleNamespace

import pytest

from validator.path.engine import build_path
from validator.path.types import PathRequest, PathSettings, RevocationMode, TrustAnchor
from validator.revocation.types import RevocationEvidence, Status


@pytest.fixture(scope="module")
def world(pki: SimpleNamespace):
    """Root, issuing CA, leaf, and a good CRL of each CA."""
    root = pki.authority("Path root")
    sub = pki.sub_authority(root, "Path sub", serial=20)
    leaf = sub.issue("Path leaf", pki.key_usage(0), serial=21)
    return SimpleNamespace(root=root, sub=sub, leaf=leaf, root_list=pki.crl(root), sub_list=pki.crl(sub))


@pytest.fixture
def asked(pki: SimpleNamespace, world):
    def ask(*evidence, pool=(), mode=RevocationMode.REQUIRE, leaf=None):
        return build_path(
            PathRequest(
                leaf=leaf or world.leaf,
                anchors=(TrustAnchor(world.root.certificate),),
                pool=(world.sub.certificate, *pool),
                evidence=RevocationEvidence.of(evidence),
                at=pki.NOW,
                settings=PathSettings(revocation=mode),
            )
        )

    return ask


def test_every_certificate_needs_a_status(asked, world):
    assert asked(world.root_list, world.sub_list).valid
    assert not asked(world.root_list).valid
    assert not asked(world.sub_list).valid


def test_revoked_leaf_and_revoked_ca(pki, asked, world):
    assert not asked(world.root_list, pki.crl(world.sub, pki.entry(21))).valid
    assert not asked(pki.crl(world.root, pki.entry(20)), world.sub_list).valid


def test_delegated_responder(pki, asked, world):
    def answered(*extensions):
        delegate = world.sub.issue("Path responder", *extensions, pki.key_usage(0), serial=22)
        about = pki.single(pki.cert_id(world.leaf, world.sub.certificate))
        return pki.ocsp(pki.by_name(delegate.subject.der), "Path responder", about, certificates=(delegate,))

    assert asked(world.root_list, answered(pki.OCSP_SIGNING, pki.NO_CHECK)).valid
    assert not asked(world.root_list, answered(pki.OCSP_SIGNING)).valid
    assert not asked(world.root_list, answered(pki.NO_CHECK)).valid


def test_revoked_delegate_is_not_believed(pki, asked, world):
    delegate = world.sub.issue("Checked path responder", pki.OCSP_SIGNING, pki.key_usage(0), serial=23)
    about = pki.single(pki.cert_id(world.leaf, world.sub.certificate))
    response = pki.ocsp(pki.by_name(delegate.subject.der), "Checked path responder", about, certificates=(delegate,))

    def list_about_delegate(*entries):
        # A partition for CRL reasons only: it says nothing complete about the leaf.
        return pki.crl(world.sub, *entries, extensions=(pki.idp(reasons=(1, 2)),))

    about_delegate = pki.single(pki.cert_id(delegate, world.sub.certificate))
    vouching = pki.ocsp(pki.by_name(world.sub.subject), world.sub.label, about_delegate)
    assert asked(world.root_list, response, vouching).valid
    assert not asked(world.root_list, response, vouching, list_about_delegate(pki.entry(23))).valid


def test_crl_signer_of_another_anchor(pki, asked, world):
    """RFC 5280 6.3.3 (f): the signer's path has to end in the same trust anchor."""
    elsewhere = pki.authority("Elsewhere root")
    label = "elsewhere crl key"
    stranger = pki.certificate(world.sub.subject, label, elsewhere.subject, elsewhere.label, pki.key_usage(6))
    forged = pki.parse_crl(pki.crl_octets(world.sub.subject, label))
    evidence = (world.root_list, forged, pki.crl(elsewhere))
    assert not asked(*evidence, pool=(stranger, elsewhere.certificate)).valid


def test_separate_crl_key_under_the_same_parent(pki, asked, world):
    label = "sub crl key"
    signer = pki.certificate(
        world.sub.subject, label, world.root.subject, world.root.label, pki.key_usage(6), serial=24
    )
    listed = pki.parse_crl(pki.crl_octets(world.sub.subject, label))
    assert asked(world.root_list, listed, pool=(signer,)).valid
    revoking = pki.crl(world.root, pki.entry(24), number=2)
    assert not asked(revoking, listed, pool=(signer,)).valid


def test_exempt_certificates(pki, asked, world):
    for extension in (pki.NO_REV_AVAIL, pki.SHORT_TERM):
        short = world.sub.issue("Short-lived", extension, pki.key_usage(0), serial=25)
        found = asked(world.root_list, leaf=short)
        assert found.valid
        assert found.statuses[0].status is Status.NOT_REQUIRED


def test_shuffled_evidence_gives_the_same_outcome(pki, asked, world):
    other = pki.authority("Noise CA")
    noise = [pki.crl(other, number=n) for n in range(1, 6)]
    evidence = [world.root_list, world.sub_list, *noise]
    first = asked(*evidence)
    for turn in range(1, len(evidence)):
        again = asked(*evidence[turn:], *evidence[:turn])
        assert (again.valid, again.statuses, again.reasons) == (first.valid, first.statuses, first.reasons)
