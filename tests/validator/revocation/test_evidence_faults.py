"""Faults and oddities of CRLs and OCSP responses as rows: the clause, and whether a path that needs revocation
information stands on the evidence. The real path engine answers; a row breaks one rule or is a neighbour that breaks
none."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest

from validator.cli.path_batch import answer_text
from validator.path.engine import build_path
from validator.path.types import PathRequest, PathSettings, RevocationMode, TrustAnchor
from validator.revocation.types import RevocationEvidence

HOUR = timedelta(hours=1)
PRIVATE = "1.3.6.1.4.1.55555.9"


@pytest.fixture(scope="module")
def world(pki: SimpleNamespace):
    """Root, issuing CA, leaf; `crl` and `ocsp` make octets in the CA's name, `one` a single response about the leaf."""
    root = pki.authority("Faults root")
    ca = pki.sub_authority(root, "Faults CA", serial=20)
    leaf = ca.issue("Faults leaf", pki.key_usage(0), serial=1000)
    about = pki.cert_id(leaf, ca.certificate)
    return SimpleNamespace(
        root=root,
        ca=ca,
        leaf=leaf,
        x=pki.der.extension,
        entry=pki.entry,
        crl=lambda *entries, **rest: pki.crl_octets(ca.subject, ca.label, *entries, **rest),
        one=lambda status=pki.GOOD, **rest: pki.single(about, status, **rest),
        ocsp=lambda *singles, **rest: pki.ocsp_octets(pki.by_name(ca.subject), ca.label, *singles, **rest),
    )


def stands(pki, world, lists=(), responses=(), pool=(), mode=RevocationMode.REQUIRE, produced_later=True) -> bool:
    """The path to the leaf is valid on these lists and responses; the CA's own status is known."""
    own = pki.crl(world.root)
    evidence = [own, *map(pki.parse_crl, lists), *map(pki.parse_ocsp, responses)]
    request = PathRequest(
        leaf=world.leaf,
        anchors=(TrustAnchor(world.root.certificate),),
        pool=(world.ca.certificate, *pool),
        evidence=RevocationEvidence.of(evidence),
        at=pki.NOW,
        settings=PathSettings(undated_seconds=86_400, revocation=mode, produced_later=produced_later),
    )
    return build_path(request).valid


Octets = Callable[[SimpleNamespace, SimpleNamespace], object]


def _aki(p, w, *parts, critical=False):
    return w.crl(with_aki=False, extensions=(w.x("2.5.29.35", p.der.sequence(*parts), critical=critical),))


def _entry(p, w, oid, value, critical=False, serial=5):
    return w.crl(w.entry(serial, p.NOW - p.DAY, w.x(oid, value, critical=critical)))


def _names(p):
    return p.der.sequence(p.uri("http://a.example/"))


CRL_ROWS: dict[str, tuple[str, bool, Octets]] = {
    "baseline": ("6.3.3", True, lambda p, w: w.crl()),
    "version 1": ("5, 5.1.2.1", True, lambda p, w: w.crl(version=b"", extension_field=b"")),
    "version 3": ("5.1.2.1", False, lambda p, w: w.crl(version=p.der.integer(2))),
    "version 1 written out": ("5.1.2.1", False, lambda p, w: w.crl(version=p.der.integer(0), extension_field=b"")),
    "version 1, entry with extensions": (
        "5.1.2.1", False, lambda p, w: w.crl(w.entry(5, p.NOW, p.reason(1)), version=b"", extension_field=b""),
    ),
    "version 2 without extensions": ("5.2.3", False, lambda p, w: w.crl(extension_field=b"")),
    "issuer in other letters and spaces": (
        "7.1", True, lambda p, w: p.crl_octets(p.name("O=TEST", "CN=faults   ca "), w.ca.label),
    ),
    "issuer's RDNs turned round": (
        "7.1", False, lambda p, w: p.crl_octets(p.name("CN=Faults CA", "O=Test"), w.ca.label),
    ),
    "thisUpdate at the asked time": ("5.1.2.4", True, lambda p, w: w.crl(this=p.NOW)),
    "thisUpdate as GeneralizedTime": ("5.1.2.4", True, lambda p, w: w.crl(this=p.der.generalized_time(p.NOW - p.DAY))),
    "nextUpdate as GeneralizedTime": (
        "5.1.2.5", True, lambda p, w: w.crl(following=p.der.generalized_time(p.NOW + p.DAY)),
    ),
    "revocation date as GeneralizedTime": (
        "5.1.2.6", True, lambda p, w: w.crl(p.der.sequence(p.der.integer(5), p.der.generalized_time(p.NOW - p.DAY))),
    ),
    "our revocation date as GeneralizedTime": (
        "5.1.2.6", False,
        lambda p, w: w.crl(p.der.sequence(p.der.integer(1000), p.der.generalized_time(p.NOW - p.DAY))),
    ),
    "GeneralizedTime with a fraction": (
        "4.1.2.5.2", False, lambda p, w: w.crl(this=p.der.tlv(0x18, b"20260531120000.5Z")),
    ),
    "nextUpdate missing": ("5.1.2.5", False, lambda p, w: w.crl(following=None)),
    "nextUpdate one second ahead": ("5.1.2.5", True, lambda p, w: w.crl(following=p.NOW + timedelta(seconds=1))),
    "nextUpdate at the end of the calendar": (
        "5.1.2.5", True, lambda p, w: w.crl(following=p.NOW.replace(year=9999, month=12, day=31)),
    ),
    "serial number twice": ("5.1.2.6", True, lambda p, w: w.crl(w.entry(5), w.entry(5))),
    "serial number negative": ("5.1.2.6", True, lambda p, w: w.crl(w.entry(-1000))),
    "revocation date ahead": ("6.3.3 (i)", False, lambda p, w: w.crl(w.entry(1000, p.NOW + p.DAY))),
    "reason code critical": (
        "5.3.1", False, lambda p, w: _entry(p, w, "2.5.29.21", p.der.enumerated(1), critical=True),
    ),
    "reason code not critical": ("5.3.1", True, lambda p, w: _entry(p, w, "2.5.29.21", p.der.enumerated(1))),
    "reason code as INTEGER": ("5.3.1", False, lambda p, w: _entry(p, w, "2.5.29.21", p.der.integer(1))),
    "invalidity date critical": (
        "5.3.2", False, lambda p, w: _entry(p, w, "2.5.29.24", p.der.generalized_time(p.NOW), critical=True),
    ),
    "invalidity date as UTCTime": (
        "5.3.2", False, lambda p, w: _entry(p, w, "2.5.29.24", p.der.tlv(0x17, b"260530120000Z")),
    ),
    "hold instruction": ("5.3", True, lambda p, w: _entry(p, w, "2.5.29.23", p.der.oid("1.2.840.10040.2.3"))),
    "hold instruction critical": (
        "5.3", False, lambda p, w: _entry(p, w, "2.5.29.23", p.der.oid("1.2.840.10040.2.3"), critical=True),
    ),
    "our entry with an unknown extension": (
        "5.3", False, lambda p, w: _entry(p, w, PRIVATE, p.der.null(), serial=1000),
    ),
    "key identifier critical": (
        "4.2.1.1", False, lambda p, w: _aki(p, w, p.der.implicit(0, p.key_id(w.ca.label)), critical=True),
    ),
    "key identifier of another key": ("5.2.1", False, lambda p, w: _aki(p, w, p.der.implicit(0, p.key_id("nobody")))),
    "key identifier empty": ("5.2.1", False, lambda p, w: _aki(p, w)),
    "key named by certificate only": (
        "5.2.1", False,
        lambda p, w: _aki(p, w, p.der.explicit(1, p.directory(w.root.subject)), p.der.implicit(2, b"\x14")),
    ),
    "CRL number of 20 octets": ("5.2.3", True, lambda p, w: w.crl(number=(1 << 159) - 1)),
    "CRL number of 21 octets": ("5.2.3", False, lambda p, w: w.crl(number=1 << 159)),
    "CRL number not minimal": (
        "X.690 8.3.2", False, lambda p, w: w.crl(number=None, extensions=(w.x("2.5.29.20", b"\x02\x02\x00\x01"),)),
    ),
    "CRL number with trailing octet": (
        "5.2.3", False, lambda p, w: w.crl(number=None, extensions=(w.x("2.5.29.20", p.der.integer(1) + b"\0"),)),
    ),
    "issuer's other names critical": (
        "5.2.2", True, lambda p, w: w.crl(extensions=(w.x("2.5.29.18", _names(p), critical=True),)),
    ),
    "issuer's other names unreadable": ("5.2.2", False, lambda p, w: w.crl(extensions=(w.x("2.5.29.18", b"\x05\0"),))),
    "authority information access critical": (
        "5.2.7", False, lambda p, w: w.crl(extensions=(w.x("1.3.6.1.5.5.7.1.1", _names(p), critical=True),)),
    ),
    "unknown extension twice": (
        "4.2", False, lambda p, w: w.crl(extensions=(w.x(PRIVATE, p.der.null()), w.x(PRIVATE, p.der.null()))),
    ),
    "BOOLEAN of 01": (
        "X.690 11.1", False,
        lambda p, w: w.crl(
            extensions=(p.der.sequence(p.der.oid(PRIVATE), b"\x01\x01\x01", p.der.octet_string(p.der.null())),)
        ),
    ),
    "all reasons one by one": ("5.2.5", True, lambda p, w: w.crl(extensions=(p.idp(reasons=range(1, 9)),))),
    "users' and CAs' certificates only": ("5.2.5", False, lambda p, w: w.crl(extensions=(p.idp(user=True, ca=True),))),
    "a certificate in place of a list": ("5.1", False, lambda p, w: w.ca.certificate.der),
}  # fmt: skip

OCSP_ROWS: dict[str, tuple[str, bool, Octets]] = {
    "baseline": ("RFC 6960 3.2", True, lambda p, w: w.ocsp(w.one())),
    "no nextUpdate, of the last day": (
        "RFC 6960 2.4", True, lambda p, w: w.ocsp(w.one(this=p.NOW - p.DAY, following=None)),
    ),
    "no nextUpdate, older": (
        "RFC 6960 3.2 (5)", False,
        lambda p, w: w.ocsp(w.one(this=p.NOW - p.DAY - HOUR, following=None), produced=p.NOW - p.DAY),
    ),
    "nextUpdate at the asked time": ("RFC 6960 3.2 (6)", False, lambda p, w: w.ocsp(w.one(following=p.NOW))),
    "nextUpdate one second ahead": (
        "RFC 6960 3.2 (6)", True, lambda p, w: w.ocsp(w.one(following=p.NOW + timedelta(seconds=1))),
    ),
    "thisUpdate as UTCTime": (
        "RFC 6960 4.2.1", False,
        lambda p, w: w.ocsp(w.one().replace(p.der.generalized_time(p.NOW - p.DAY), b"\x17\x0f260531120000Z00")),
    ),
    "nonce of one octet": ("RFC 9654 2.1", True, lambda p, w: _nonce(p, w, 1)),
    "nonce of 128 octets": ("RFC 9654 2.1", True, lambda p, w: _nonce(p, w, 128)),
    "nonce empty": ("RFC 9654 2.1", False, lambda p, w: _nonce(p, w, 0)),
    "nonce of 129 octets": ("RFC 9654 2.1", False, lambda p, w: _nonce(p, w, 129)),
    "good and revoked at once": ("RFC 6960 2.2", False, lambda p, w: w.ocsp(w.one(), w.one(p.revoked_status()))),
    "another certificate revoked": (
        "RFC 6960 3.2 (1)", True,
        lambda p, w: w.ocsp(
            p.single(p.cert_id(w.leaf, w.ca.certificate, serial=9), p.revoked_status()), w.one()
        ),
    ),
    "response type unknown": (
        "RFC 6960 4.2.1", False, lambda p, w: _wrapped(p, w.ocsp(w.one(), bare=True), kind="1.2.3.4"),
    ),
    "trailing octet inside": ("X.690", False, lambda p, w: _wrapped(p, w.ocsp(w.one(), bare=True) + b"\0")),
    "body beside tryLater": (
        "RFC 6960 4.2.1", False, lambda p, w: _wrapped(p, w.ocsp(w.one(), bare=True), status=3),
    ),
}  # fmt: skip


def _nonce(p, w, length):
    return w.ocsp(w.one(), extensions=(w.x("1.3.6.1.5.5.7.48.1.2", p.der.octet_string(b"n" * length)),))


def _wrapped(p, basic, kind="1.3.6.1.5.5.7.48.1.1", status=0):
    body = p.der.sequence(p.der.oid(kind), p.der.octet_string(basic))
    return p.der.sequence(p.der.enumerated(status), p.der.explicit(0, body))


@pytest.mark.parametrize("row", CRL_ROWS)
def test_list(pki, world, row):
    clause, expected, make = CRL_ROWS[row]
    assert stands(pki, world, lists=[make(pki, world)]) is expected, clause


@pytest.mark.parametrize("row", OCSP_ROWS)
def test_response(pki, world, row):
    clause, expected, make = OCSP_ROWS[row]
    assert stands(pki, world, responses=[make(pki, world)]) is expected, clause


def test_a_key_may_have_several_identifiers(pki, world):
    """4.2.1.1: cross-certificates of one key may give it another identifier than the certificate on the path."""
    named = pki.crl_octets(world.ca.subject, world.ca.label, with_aki=False, extensions=(pki.aki("other name"),))
    cross = pki.certificate(
        world.ca.subject, world.ca.label, world.root.subject, world.root.label,
        pki.basic_constraints(True), pki.key_usage(5, 6), serial=21, key_identifier=pki.key_id("other name"),
    )  # fmt: skip
    assert not stands(pki, world, lists=[named])
    assert stands(pki, world, lists=[named], pool=[cross])


def test_a_list_that_is_due_does_not_spoil_an_older_one_that_is_not(pki, world):
    older = world.crl(this=pki.NOW - 3 * pki.DAY, following=pki.NOW + pki.DAY, number=1)
    due = {"this": pki.NOW - 2 * pki.DAY, "following": pki.NOW - HOUR, "number": 2}
    assert stands(pki, world, lists=[older, world.crl(**due)])
    assert not stands(pki, world, lists=[older, world.crl(pki.entry(1000), **due)])
    held = pki.entry(1000, pki.NOW - 3 * pki.DAY, pki.reason(6))
    assert not stands(pki, world, lists=[older, world.crl(held, **due)])


def test_a_fault_does_not_undo_a_revocation(pki, world):
    """What breaks the profile makes nothing good; what its authentic issuer revoked stays revoked, beside sound
    evidence that is silent and where no information is required."""
    lists = [world.crl(pki.entry(1000), number=-1), world.crl(pki.entry(1000), number=None)]
    version = pki.der.explicit(0, pki.der.integer(0))
    responses = [world.ocsp(world.one(pki.revoked_status()), version=version)]
    for faulty in lists:
        assert not stands(pki, world, lists=[faulty, world.crl()])
        assert not stands(pki, world, lists=[faulty], mode=RevocationMode.IF_DECLARED)
    for faulty in responses:
        assert not stands(pki, world, lists=[world.crl()], responses=[faulty])
        assert not stands(pki, world, responses=[faulty], mode=RevocationMode.IF_DECLARED)
    # Without the revocation, or without the issuer's signature, they are as if they were not there.
    others = [world.crl(number=-1), world.crl(pki.entry(1000), number=-1, flip=True)]
    for faulty in others:
        assert stands(pki, world, lists=[faulty, world.crl()])
        assert stands(pki, world, lists=[faulty], mode=RevocationMode.IF_DECLARED)


def test_a_response_revokes_whatever_its_reason(pki, world):
    """removeFromCRL means nothing in a response; its status is "revoked" (RFC 6960 2.2), and no list undoes it."""
    removed = world.ocsp(world.one(pki.revoked_status(code=8)))
    assert not stands(pki, world, responses=[removed])
    assert not stands(pki, world, lists=[world.crl()], responses=[removed])


def test_a_responder_that_need_not_be_checked_is_not_believed_once_revoked(pki, world):
    """id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1) lets a client trust without asking, not against what it knows."""
    extensions = (pki.OCSP_SIGNING, pki.NO_CHECK, pki.key_usage(0))
    delegate = world.ca.issue("Faults responder", *extensions, serial=30)
    response = pki.ocsp_octets(
        pki.by_name(delegate.subject.der), "Faults responder", world.one(), certificates=(delegate,)
    )
    # A partition that covers some reasons only: it makes nothing good.
    some = pki.idp(reasons=(1, 2))
    assert stands(pki, world, lists=[world.crl(extensions=(some,))], responses=[response])
    assert not stands(pki, world, lists=[world.crl(pki.entry(30), extensions=(some,))], responses=[response])


def test_the_command_line_takes_a_recent_response_without_next_update(pki, world):
    def valid(age: timedelta) -> bool:
        response = world.ocsp(world.one(this=pki.NOW - age, following=None), produced=pki.NOW - age)
        encoded = {
            "leaf": world.leaf.der,
            "anchors": [world.root.certificate.der],
            "pool": [world.ca.certificate.der],
            "crls": [pki.crl_octets(world.root.subject, world.root.label)],
            "ocsps": [response],
        }
        row = {
            key: list(map(_text, value)) if isinstance(value, list) else _text(value) for key, value in encoded.items()
        }
        line = json.dumps({"id": "1", "at": pki.NOW.isoformat(), "revocation": "require", **row})
        return bool(answer_text(line, lambda: pki.NOW)["valid"])

    assert valid(pki.DAY)
    assert not valid(pki.DAY + HOUR)


def _text(octets: bytes) -> str:
    return "base64:" + base64.b64encode(octets).decode()


def test_a_response_is_measured_by_what_it_states_and_not_by_when_it_was_signed(pki, world):
    """RFC 6960 3.2 and 4.2.2.1 compare thisUpdate and nextUpdate with the time; producedAt is compared with nothing.
    Who must have known it by then asks for more."""
    delegate = world.ca.issue("Late responder", pki.OCSP_SIGNING, pki.NO_CHECK, pki.key_usage(0), serial=31)
    late = pki.NOW + 40 * pki.DAY
    responses = [
        world.ocsp(world.one(), produced=late),
        pki.ocsp_octets(
            pki.by_name(delegate.subject.der), "Late responder", world.one(), certificates=(delegate,), produced=late
        ),
    ]
    for response in responses:
        assert stands(pki, world, responses=[response])
        assert not stands(pki, world, responses=[response], produced_later=False)
    assert not stands(pki, world, responses=[world.ocsp(world.one(this=pki.NOW + HOUR), produced=late)])
