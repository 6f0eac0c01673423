"""What this room reads, as other people's code reads it: cryptography's parser and the openssl command."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as other_ocsp

from ops.platform import der
from validator.revocation.crl import CertificateList, parse_crl
from validator.revocation.entries import EntryIndex


def test_lists_of_others_read_the_same(corpus: Path):
    files = sorted((corpus / "pkits" / "crls").iterdir())
    assert len(files) == 173
    compared = 0
    for file in files:
        ours = parse_crl(file.read_bytes())
        if not isinstance(ours, CertificateList):
            # One list of the suite has a signature that is no BIT STRING of whole octets.
            assert file.name == "BadCRLSignatureCACRL.crl"
            continue
        theirs = x509.load_der_x509_crl(ours.der)
        assert (ours.this_update, ours.next_update) == (theirs.last_update_utc, theirs.next_update_utc)
        assert ours.tbs == theirs.tbs_certlist_bytes
        assert ours.signature == theirs.signature
        assert len(ours.entries or ()) == len(theirs)
        for revoked in theirs:
            found = ours.find(der.integer_contents(revoked.serial_number))
            assert revoked.revocation_date_utc in {entry.revocation_time for entry in found}
            compared += 1
    assert compared > 30


def test_response_reads_the_same(pki: SimpleNamespace):
    ca = pki.authority("Outside CA")
    leaf = ca.issue("Outside leaf", serial=77)
    about = pki.single(pki.cert_id(leaf, ca.certificate), pki.revoked_status(code=4))
    ours = pki.ocsp(pki.by_key(ca.label), ca.label, about)
    theirs = other_ocsp.load_der_ocsp_response(ours.der)
    assert theirs.serial_number == 77
    assert theirs.revocation_time_utc == ours.responses[0].revocation_time
    assert theirs.tbs_response_bytes == ours.tbs
    assert theirs.responder_key_hash == ours.responder_key_hash


@pytest.mark.parametrize("revoked", [False, True])
def test_openssl_agrees(pki: SimpleNamespace, require: Callable[[str], str], tmp_path: Path, revoked: bool):
    openssl = require("openssl")
    ca = pki.authority("OpenSSL CA")
    leaf = ca.issue("OpenSSL leaf", pki.basic_constraints(False), serial=77)
    listed = pki.crl(ca, *([pki.entry(77)] if revoked else [pki.entry(78)]))
    for label, value in (("ca", ca.certificate.der), ("leaf", leaf.der)):
        (tmp_path / label).write_bytes(x509.load_der_x509_certificate(value).public_bytes(Encoding.PEM))
    (tmp_path / "crl").write_bytes(x509.load_der_x509_crl(listed.der).public_bytes(Encoding.PEM))
    moment = str(int(pki.NOW.timestamp()))
    command = [openssl, "verify", "-crl_check", "-attime", moment, "-CAfile", "ca", "-CRLfile", "crl", "leaf"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode == 0) is (pki.ask(leaf, ca, listed).status == "good") is (not revoked), done.stderr


def test_large_list_is_searched_only_when_authentic(pki: SimpleNamespace, monkeypatch: pytest.MonkeyPatch):
    ca = pki.authority("Large CA")
    leaf = ca.issue("Large leaf", serial=77)
    entries = [pki.entry(1 << 100 | serial) for serial in range(9_000)]
    forged, genuine = pki.crl(ca, *entries, flip=True), pki.crl(ca, *entries, pki.entry(77))
    built: list[EntryIndex] = []
    build = EntryIndex._build
    monkeypatch.setattr(EntryIndex, "_build", lambda self: built.append(self) or build(self))
    assert pki.ask(leaf, ca, forged).status == "unknown"
    assert built == []
    for _ in range(3):
        assert pki.ask(leaf, ca, forged, genuine).status == "revoked"
    assert built == [genuine.entries]


def test_what_is_too_large_is_refused_unread(pki: SimpleNamespace, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("validator.revocation.crl.MAX_CRL_OCTETS", 100)
    parsed = parse_crl(b"\x30" * 101)
    assert parsed.reason.code == "TS-REV-TOO-LARGE"
    assert parsed.reason.mapping() == {"kind": "crl", "size": "101", "limit": "100"}


@pytest.mark.parametrize("case", ["issuer", "delegate", "plain certificate", "forged", "stale"])
def test_openssl_agrees_on_responses(pki: SimpleNamespace, require: Callable[[str], str], tmp_path: Path, case: str):
    openssl = require("openssl")
    ca = pki.authority("OpenSSL OCSP CA")
    leaf = ca.issue("OpenSSL OCSP leaf", serial=77)
    extensions = (
        (pki.key_usage(0),) if case == "plain certificate" else (pki.OCSP_SIGNING, pki.NO_CHECK, pki.key_usage(0))
    )
    delegate = ca.issue("OpenSSL responder", *extensions, serial=78)
    days = 9 if case == "stale" else 1
    about = pki.single(
        pki.cert_id(leaf, ca.certificate),
        this=pki.NOW - days * pki.DAY,
        following=pki.NOW - pki.DAY if case == "stale" else pki.NOW + pki.DAY,
    )
    if case in ("delegate", "plain certificate"):
        responder = pki.by_name(delegate.subject.der)
        response = pki.ocsp(responder, "OpenSSL responder", about, certificates=(delegate,))
    else:
        response = pki.ocsp(pki.by_key(ca.label), ca.label, about, flip=case == "forged")
    for label, value in (("ca", ca.certificate.der), ("leaf", leaf.der)):
        (tmp_path / label).write_bytes(x509.load_der_x509_certificate(value).public_bytes(Encoding.PEM))
    (tmp_path / "response").write_bytes(response.der)
    moment = str(int(pki.NOW.timestamp()))
    command = [openssl, "ocsp", "-respin", "response", "-issuer", "ca", "-cert", "leaf", "-CAfile", "ca", "-no_nonce"]
    done = subprocess.run([*command, "-attime", moment], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    verified, ours = "Response verify OK" in done.stderr, pki.ask(leaf, ca, response)
    assert verified is (case in ("issuer", "delegate", "stale")), done.stderr
    # The command measures nextUpdate by the machine's clock, so staleness is ours alone.
    assert ours.status == {"issuer": "good", "delegate": "good", "stale": "stale"}.get(case, "unknown")
