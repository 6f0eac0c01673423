"""The chokepoint: prepare, approve, issue; each refusal with its code and nothing half-done."""

import pickle
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import text

from ca.errors import (
    ApprovalError,
    BlockedKeyError,
    CaError,
    ClockError,
    ProofOfPossessionError,
    RequestRefusedError,
    ReusedKeyError,
    SigningError,
    TokenError,
    UnreadableRequestError,
    ValidityError,
    WeakKeyError,
)
from ca.token import IssuanceToken, Redeemed
from ca.values import CertificateRequest, Pkcs10, RevocationReason, StoredKey
from ops.platform.clock import FixedClock
from ops.platform.database import Database
from ops.platform.keys import UnknownLabelError
from tests.ca.world import SEAL_SUBJECT, Approver, World, csr, open_world, rsa_key, spki_of


def test_issued_certificate_is_stored_logged_and_verifies(kazakhstan: World) -> None:
    issued = kazakhstan.seal()
    certificate = x509.load_der_x509_certificate(issued.der)
    certificate.verify_directly_issued_by(kazakhstan.certificate("kz-ca"))
    record = kazakhstan.ca.certificate("kz-ca", issued.serial)
    assert (record.state, record.der, record.revocation) == ("issued", issued.der, None)
    assert certificate.serial_number == issued.serial
    assert kazakhstan.events(f"kz-ca/{issued.serial:040x}") == [
        "ca.certificate.prepared",
        "ca.certificate.signing",
        "ca.certificate.issued",
    ]


def test_signed_bytes_are_the_prepared_ones(kz: World) -> None:
    prepared = kz.ca.prepare(kz.request())
    issued = kz.ca.issue(prepared.token)
    assert x509.load_der_x509_certificate(issued.der).tbs_certificate_bytes == prepared.tbs


def test_issuer_is_copied_as_der(kz: World) -> None:
    certificate = x509.load_der_x509_certificate(kz.seal().der)
    assert certificate.issuer.public_bytes() == kz.ca.authority("kz-ca").subject


def test_no_moment_of_a_certificate_lies_before_its_fresh_issuer(kz: World) -> None:
    certificate = x509.load_der_x509_certificate(kz.seal().der)
    assert certificate.not_valid_before_utc == kz.certificate("kz-ca").not_valid_before_utc


def test_token_works_once(kazakhstan: World) -> None:
    prepared = kazakhstan.ca.prepare(kazakhstan.request())
    kazakhstan.ca.issue(prepared.token)
    with pytest.raises(TokenError) as caught:
        kazakhstan.ca.issue(prepared.token)
    assert caught.value.code == "TS-CA-TOKEN-SPENT"


def test_reopening_makes_a_new_token_and_voids_the_old_one(kazakhstan: World) -> None:
    prepared = kazakhstan.ca.prepare(kazakhstan.request())
    again = kazakhstan.ca.reopen(prepared.id)
    assert again.tbs == prepared.tbs
    with pytest.raises(TokenError):
        kazakhstan.ca.issue(prepared.token)
    assert kazakhstan.ca.issue(again.token).serial == prepared.serial


def test_token_cannot_be_made_copied_or_replaced(kz: World) -> None:
    prepared = kz.ca.prepare(kz.request())
    with pytest.raises(TypeError):
        IssuanceToken(object(), prepared.id, prepared.tbs_sha256, b"guess")
    with pytest.raises(TypeError):
        pickle.dumps(prepared.token)
    with pytest.raises(TypeError):
        Redeemed(object(), None)  # type: ignore[arg-type]


def test_changed_stored_bytes_are_not_signed(kazakhstan: World) -> None:
    prepared = kazakhstan.ca.prepare(kazakhstan.request())
    with kazakhstan.database.write() as session:
        other = prepared.tbs[:-1] + bytes((prepared.tbs[-1] ^ 1,))
        session.execute(text("UPDATE ca_certificate SET tbs = :tbs WHERE id = :id"), {"tbs": other, "id": prepared.id})
    with pytest.raises(TokenError):
        kazakhstan.ca.issue(prepared.token)
    assert kazakhstan.ca.certificate("kz-ca", prepared.serial).der is None


def test_discarded_certificate_cannot_be_issued(kazakhstan: World) -> None:
    prepared = kazakhstan.ca.prepare(kazakhstan.request())
    kazakhstan.ca.discard(prepared.id, "asked for by mistake")
    with pytest.raises(TokenError):
        kazakhstan.ca.issue(prepared.token)
    assert kazakhstan.ca.certificate("kz-ca", prepared.serial).state == "void"


def test_batch_issues_all_with_distinct_serials(kazakhstan: World) -> None:
    outcomes = kazakhstan.ca.prepare_batch([kazakhstan.request() for _ in range(20)])
    issued = kazakhstan.ca.issue_batch([one.token for one in outcomes if not isinstance(one, CaError)])
    assert len({one.serial for one in issued}) == 20


def test_batch_tells_which_request_was_refused(kazakhstan: World) -> None:
    good, weak = kazakhstan.request(), kazakhstan.request(key=csr(rsa_key(1024)))
    outcomes = kazakhstan.ca.prepare_batch([good, weak, kazakhstan.request(subject=SEAL_SUBJECT[:-1])])
    codes = [one.code if isinstance(one, CaError) else "prepared" for one in outcomes]
    assert codes == ["prepared", "TS-CA-KEY-WEAK", "TS-CA-REQUEST-REFUSED"]


def _tampered(request: Pkcs10) -> Pkcs10:
    return Pkcs10(request.octets[:-3] + bytes((request.octets[-3] ^ 1,)) + request.octets[-2:])


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"key": Pkcs10(b"not a request")}, UnreadableRequestError, "TS-CA-REQUEST-UNREADABLE"),
        ({"key": Pkcs10(b"")}, UnreadableRequestError, "TS-CA-REQUEST-UNREADABLE"),
        ({"key": Pkcs10(b"\x30" * 70_000)}, UnreadableRequestError, "TS-CA-REQUEST-UNREADABLE"),
        ({"key": _tampered(csr())}, ProofOfPossessionError, "TS-CA-POP-FAILED"),
        ({"key": csr(rsa_key(1024))}, WeakKeyError, "TS-CA-KEY-WEAK"),
        ({"key": csr(rsa_key(2048))}, None, "issued"),
        ({"key": csr(ec.generate_private_key(ec.SECP256K1()))}, WeakKeyError, "TS-CA-KEY-WEAK"),
        ({"key": csr(ec.generate_private_key(ec.SECP192R1()))}, WeakKeyError, "TS-CA-KEY-WEAK"),
        ({"profile": "issuing"}, RequestRefusedError, "TS-CA-REQUEST-REFUSED"),
        ({"profile": "no-such"}, CaError, "TS-CA-PROFILE-UNKNOWN"),
        ({"policies": ("2.5.29.32.0",)}, RequestRefusedError, "TS-CA-REQUEST-REFUSED"),
        ({"policies": ("1.2.3.4",)}, RequestRefusedError, "TS-CA-REQUEST-REFUSED"),
        ({"subject": (*SEAL_SUBJECT, ("givenName", "Айгерим"))}, RequestRefusedError, "TS-CA-REQUEST-REFUSED"),
        ({"subject": SEAL_SUBJECT[1:]}, RequestRefusedError, "TS-CA-REQUEST-REFUSED"),
        ({"limit": ("KZT", -5, 0)}, RequestRefusedError, "TS-CA-LINT-FAILED"),
    ],
)
def test_refusal_has_code_sentence_and_next_step(
    kz: World, changes: dict[str, object], error: type[Exception] | None, code: str
) -> None:
    if error is None:
        assert changes["key"]
        with pytest.raises(RequestRefusedError, match="does not admit a key of the kind rsa-2048"):
            kz.seal(**changes)
        return
    with pytest.raises(error) as caught:
        kz.seal(**changes)
    refused = caught.value
    assert isinstance(refused, (CaError, UnreadableRequestError))
    assert refused.code == code
    assert refused.sentence.endswith(".")
    assert refused.next_step


def test_refusal_leaves_a_void_serial_and_an_entry(kazakhstan: World) -> None:
    request = kazakhstan.request(not_after=kazakhstan.clock.now() + timedelta(days=9000))
    with pytest.raises(ValidityError):
        kazakhstan.ca.issue_now(request)
    (record,) = kazakhstan.ca.certificates("kz-ca")
    assert (record.state, record.der) == ("void", None)
    assert kazakhstan.events(f"kz-ca/{record.serial:040x}") == ["ca.request.refused"]


def test_refusal_before_a_serial_is_logged_too(kazakhstan: World) -> None:
    with pytest.raises(WeakKeyError):
        kazakhstan.seal(key=csr(rsa_key(1024)))
    assert kazakhstan.events("kz-ca")[-1] == "ca.request.refused"


def test_key_of_another_subject_is_refused_and_renewal_is_not(kazakhstan: World) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    kazakhstan.seal(key=csr(key))
    kazakhstan.seal(key=csr(key))
    other = tuple((kind, "ТОО «Иная»" if kind == "commonName" else value) for kind, value in SEAL_SUBJECT)
    with pytest.raises(ReusedKeyError) as caught:
        kazakhstan.seal(key=csr(key), subject=other)
    assert caught.value.code == "TS-CA-KEY-REUSED"


def test_blocked_key_is_refused_and_its_certificates_are_revoked(kazakhstan: World) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    issued = kazakhstan.seal(key=csr(key))
    assert kazakhstan.ca.block_key(sha256(spki_of(key)).hexdigest(), grounds="published on a website") == 1
    with pytest.raises(BlockedKeyError):
        kazakhstan.seal(key=csr(key))
    revocation = kazakhstan.ca.certificate("kz-ca", issued.serial).revocation
    assert revocation is not None
    assert revocation.reason is RevocationReason.KEY_COMPROMISE


def test_ed25519_request_is_issued(kz: World) -> None:
    assert kz.seal(key=csr(ed25519.Ed25519PrivateKey.generate())).der


def test_clock_that_stepped_back_stops_everything(kazakhstan: World) -> None:
    kazakhstan.seal()
    kazakhstan.clock.advance(timedelta(hours=-1))
    with pytest.raises(ClockError):
        kazakhstan.seal()


def test_clock_away_from_its_witness_stops_everything(kz: World, plain_database: Database, tmp_path: Path) -> None:
    witness = FixedClock(kz.clock.now())
    watched = open_world(plain_database, tmp_path, kz.clock, witness=witness)
    kz.clock.advance(timedelta(days=1))
    with pytest.raises(ClockError):
        watched.seal()
    witness.advance(timedelta(days=1))
    assert watched.seal().der


def test_preparation_does_not_keep_for_ever(kazakhstan: World) -> None:
    prepared = kazakhstan.ca.prepare(kazakhstan.request())
    kazakhstan.clock.advance(timedelta(hours=25))
    with pytest.raises(TokenError):
        kazakhstan.ca.issue(prepared.token)
    assert kazakhstan.ca.recover() == (("kz-ca", prepared.serial),)


def test_revoked_authority_issues_nothing(kazakhstan: World) -> None:
    prepared = kazakhstan.ca.prepare(kazakhstan.request())
    own = kazakhstan.certificate("kz-ca").serial_number
    kazakhstan.ca.revoke("kz-root", own, RevocationReason.CA_COMPROMISE, grounds="token stolen")
    for attempt in (lambda: kazakhstan.ca.issue(prepared.token), kazakhstan.seal):
        with pytest.raises(RequestRefusedError) as caught:
            attempt()
        assert caught.value.code == "TS-CA-AUTHORITY-NOT-VALID"


def test_key_that_fails_leaves_a_void_serial(kazakhstan: World, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = kazakhstan.ca.prepare(kazakhstan.request())
    other = kazakhstan.stored_key("other").label
    sign = kazakhstan.keys.sign

    class Confused:
        def __getattr__(self, name: str) -> object:
            return getattr(kazakhstan.keys, name)

        def sign(self, label: str, message: bytes) -> bytes:
            return sign(other if label == "ca/kz-ca" else label, message)

    room = replace(kazakhstan.ca._room, keys=Confused())  # type: ignore[arg-type]
    monkeypatch.setattr(kazakhstan.ca, "_room", room)
    with pytest.raises(SigningError):
        kazakhstan.ca.issue(prepared.token)
    assert kazakhstan.ca.certificate("kz-ca", prepared.serial).state == "void"


def test_approvals_are_signatures_over_the_exact_bytes(world: World) -> None:
    world.hierarchy("KZ")
    world.hierarchy("BY")
    prepared = world.ca.prepare_cross("kz-root", "by-root", world.terms("KZ", "BY"))
    with pytest.raises(ApprovalError, match="0 of 2"):
        world.ca.issue(prepared.token)
    world.approve(prepared, 1)
    with pytest.raises(ApprovalError, match="1 of 2"):
        world.ca.issue(prepared.token)
    first, second, third = world.approvers
    with pytest.raises(ApprovalError, match="already"):
        world.ca.approve(prepared.id, first.name, first.sign(prepared.tbs))
    with pytest.raises(ApprovalError, match="not a signature"):
        world.ca.approve(prepared.id, second.name, second.sign(prepared.tbs + b"\x00"))
    with pytest.raises(ApprovalError, match="not a signature"):
        world.ca.approve(prepared.id, second.name, third.sign(prepared.tbs))
    with pytest.raises(ApprovalError, match="not registered"):
        world.ca.approve(prepared.id, "nobody", third.sign(prepared.tbs))
    world.ca.approve(prepared.id, second.name, second.sign(prepared.tbs))
    assert world.ca.issue(prepared.token).der


def test_requester_cannot_approve(world: World) -> None:
    world.hierarchy("KZ")
    world.hierarchy("BY")
    prepared = world.ca.prepare_cross("kz-root", "by-root", world.terms("KZ", "BY"), requested_by="officer-0")
    with pytest.raises(ApprovalError, match="cannot approve it too"):
        world.approve(prepared)


def test_approval_written_into_the_table_approves_nothing(world: World) -> None:
    world.hierarchy("KZ")
    world.hierarchy("BY")
    prepared = world.ca.prepare_cross("kz-root", "by-root", world.terms("KZ", "BY"))
    world.approve(prepared, 1)
    with world.database.write() as session:
        session.execute(
            text(
                "INSERT INTO ca_approval (certificate_id, approver_id, signature, approved_at) "
                "SELECT certificate_id, approver_id + 1, signature, approved_at FROM ca_approval"
            )
        )
        session.execute(text("UPDATE ca_certificate SET approvals_required = 0"))
    with pytest.raises(ApprovalError):
        world.ca.issue(prepared.token)


def test_retired_approver_counts_no_more(world: World) -> None:
    world.hierarchy("KZ")
    world.hierarchy("BY")
    prepared = world.ca.prepare_cross("kz-root", "by-root", world.terms("KZ", "BY"))
    world.approve(prepared)
    world.ca.retire_approver(world.approvers[0].name)
    with pytest.raises(ApprovalError):
        world.ca.issue(prepared.token)


def test_approver_keys_are_their_own(world: World) -> None:
    person = Approver("first")
    world.ca.register_approver("first", spki_of(person.key))
    with pytest.raises(ApprovalError):
        world.ca.register_approver("second", spki_of(person.key))


def test_profile_owns_the_extensions_not_the_request(kz: World) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    greedy = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Somebody Else")]))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
    certificate = x509.load_der_x509_certificate(kz.seal(key=Pkcs10(greedy)).der)
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert "Somebody Else" not in certificate.subject.rfc4514_string()


def test_unknown_stored_key_is_refused_with_its_code(kz: World) -> None:
    with pytest.raises(UnknownLabelError):
        kz.ca.prepare(CertificateRequest("kz-ca", "legal-person", SEAL_SUBJECT, StoredKey("no-such-key")))
