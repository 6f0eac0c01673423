"""Credentials, one-use authorisations, units: on both databases, with the audit log beside."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from ops.platform.audit import AuditLog
from ops.platform.clock import FixedClock
from ops.platform.database import Database
from ops.platform.keys import KeyAlgorithm, SoftwareKeyStore
from signer.errors import (
    AuthorisationError,
    CredentialTakenError,
    CredentialUnknownError,
    CredentialUnusableError,
    SelfValidationError,
    TsaUnitError,
    TsaUnitTakenError,
    TsaUnitUnknownError,
)
from signer.model import AdesLevel, SelfCheck, SignatureFormat, SigningOptions, SigningServices
from signer.service import SigningService
from signer.tsa.request import message_imprint, write_request
from signer.tsa.service import TimestampUnits
from signer.tsa.token import read_token
from signer.tsa.unit import UnitPolicy

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
PADES, CADES = SignatureFormat.PADES, SignatureFormat.CADES
B = SigningOptions()
POLICY = UnitPolicy("1.3.6.1.4.1.55555.1.1")


class Public:
    """The public half of a key that is in a store, as the test hierarchy wants it."""

    def __init__(self, spki: bytes) -> None:
        self._key = load_der_public_key(spki)

    def public_key(self) -> Any:
        return self._key


class Room:
    """Everything that a signing service stands on."""

    def __init__(self, database: Database, keys: SoftwareKeyStore, pki: Any) -> None:
        self.clock = FixedClock(NOW)
        self.database, self.keys, self.pki = database, keys, pki
        if "audit" not in keys.labels():
            keys.generate("audit", KeyAlgorithm.EC_P256)
        self.audit = AuditLog(keys, "audit", self.clock, "test")
        with database.write() as session:
            self.audit.create(session)
        self.service = SigningService(database, keys, self.audit, self.clock)
        self.units = TimestampUnits(database, keys, self.audit, self.clock)

    def key(self, label: str, algorithm: KeyAlgorithm = KeyAlgorithm.EC_P256) -> Public:
        return Public(self.keys.generate(label, algorithm).spki)

    def credential(self, name: str = "kz-1", **options: Any) -> Any:
        issued = self.pki.issue(name, self.key(name), **options)
        return self.service.credentials.add(
            name, owner="Оңтүстік Сауда", key_label=name, certificate=issued.der, chain=issued.issuers
        )

    def events(self) -> list[tuple[str, str]]:
        with self.database.read() as session:
            return [(entry.event, entry.subject) for entry in self.audit.entries(session)]


@pytest.fixture
def room(database: Database, tmp_path: Path, pki: Any) -> Iterator[Room]:
    keys = SoftwareKeyStore(tmp_path / "keys", "passphrase", work_factor=12)
    yield Room(database, keys, pki)
    keys.close()


def test_a_registered_key_signs(room: Room, pdf: bytes) -> None:
    room.credential()
    signed = room.service.sign(pdf, "kz-1", PADES, B, SigningServices(), granted_by="test")
    assert signed.startswith(pdf)
    assert [event for event, _ in room.events()] == [
        "audit.genesis",
        "signer.credential.added",
        "signer.authorisation.granted",
        "signer.key.use",
        "signer.signed",
    ]


@pytest.mark.parametrize("algorithm", [kind for kind in KeyAlgorithm if not kind.is_made_here])
def test_every_kind_of_key_of_the_store_signs(
    tmp_path: Path, pki: Any, pdf: bytes, services: SigningServices, algorithm: KeyAlgorithm
) -> None:
    database = Database(f"sqlite:///{tmp_path}/keys.sqlite")
    database.create_tables()
    keys = SoftwareKeyStore(tmp_path / "keys", "passphrase", work_factor=12)
    room = Room(database, keys, pki)
    issued = pki.issue("Any", room.key("any", algorithm))
    for name, pss in (("v15", False), ("pss", True)) if algorithm.is_rsa else (("only", False),):
        if name == "pss":
            issued = pki.issue("Any PSS", Public(keys.public_key("any")))
        room.service.credentials.add(
            name, owner="o", key_label="any", certificate=issued.der, chain=issued.issuers, pss=pss
        )
        for format in SignatureFormat:
            options = SigningOptions(level=AdesLevel.LT)
            assert room.service.sign(pdf, name, format, options, services, granted_by="test")
    keys.close()
    database.close()


def test_credentials_are_listed_and_found(room: Room) -> None:
    added = room.credential("b")
    room.credential("a")
    assert [item.id for item in room.service.credentials.all()] == ["a", "b"]
    assert room.service.credentials.get("b") == added
    assert room.service.credentials.all("nobody") == ()
    assert added.identity.chain == (room.pki.issuing.der, room.pki.root.der)
    with pytest.raises(CredentialUnknownError):
        room.service.credentials.get("c")


def test_a_key_of_another_certificate_is_refused(room: Room) -> None:
    room.key("mine")
    other = room.pki.issue("Other")
    with pytest.raises(CredentialUnusableError, match="does not belong"):
        room.service.credentials.add("x", owner="o", key_label="mine", certificate=other.der)
    assert room.service.credentials.all() == ()


def test_an_identifier_or_certificate_is_registered_once(room: Room) -> None:
    added = room.credential()
    for name in ("kz-1", "kz-2"):
        with pytest.raises(CredentialTakenError):
            room.service.credentials.add(name, owner="o", key_label="kz-1", certificate=added.identity.certificate)
    assert len(room.service.credentials.all()) == 1


def test_a_disabled_credential_does_not_sign(room: Room, pdf: bytes) -> None:
    room.credential()
    room.service.credentials.disable("kz-1", "certificate revoked")
    with pytest.raises(CredentialUnusableError, match="certificate revoked"):
        room.service.sign(pdf, "kz-1", PADES, B, SigningServices(), granted_by="test")
    assert room.events()[-1] == ("signer.credential.disabled", "kz-1")


def test_an_expired_credential_does_not_sign(room: Room, pdf: bytes) -> None:
    room.credential(days=(-30, 1))
    room.clock.advance(timedelta(days=2))
    with pytest.raises(CredentialUnusableError, match="not in force"):
        room.service.sign(pdf, "kz-1", PADES, B, SigningServices(), granted_by="test")


def test_a_batch_is_one_authorisation(room: Room) -> None:
    room.credential()
    documents = [f"document {number}".encode() for number in range(300)]
    signed = room.service.sign_many(documents, "kz-1", CADES, B, SigningServices(), granted_by="agency")
    assert len(set(signed)) == 300
    assert [event for event, _ in room.events()].count("signer.key.use") == 1


class TestAuthorisation:
    """Good for exactly what it names, once, for a while."""

    @pytest.fixture
    def prepared(self, room: Room, pdf: bytes) -> Any:
        found = room.credential()
        return found, room.service.prepare((pdf, pdf + b"\n"), found, CADES, B, SigningServices())

    def test_it_is_used_once(self, room: Room, prepared: Any) -> None:
        credential, items = prepared
        granted = room.service.authorise(credential, items, "holder")
        assert len(room.service.answer(granted.id, credential, items)) == 2
        with pytest.raises(AuthorisationError, match="used already"):
            room.service.answer(granted.id, credential, items)

    def test_it_names_its_documents_in_order(self, room: Room, prepared: Any) -> None:
        credential, items = prepared
        granted = room.service.authorise(credential, items, "holder")
        for others in (items[:1], items[::-1], (*items, items[0]), ()):
            with pytest.raises(AuthorisationError, match="other documents"):
                room.service.answer(granted.id, credential, others)
        assert room.service.answer(granted.id, credential, items)

    def test_it_expires(self, room: Room, prepared: Any) -> None:
        credential, items = prepared
        granted = room.service.authorise(credential, items, "holder")
        room.clock.set(granted.expires_at + timedelta(seconds=1))
        with pytest.raises(AuthorisationError, match="expired"):
            room.service.answer(granted.id, credential, items)

    def test_it_belongs_to_its_credential(self, room: Room, prepared: Any) -> None:
        credential, items = prepared
        granted = room.service.authorise(credential, items, "holder")
        other = room.credential("kz-2")
        with pytest.raises(AuthorisationError, match="no such"):
            room.service.answer(granted.id, other, items)
        with pytest.raises(AuthorisationError, match="another certificate"):
            room.service.authorise(other, items, "holder")

    @pytest.mark.parametrize("guess", ["", "0" * 64, "' OR 1=1 --"])
    def test_it_cannot_be_guessed(self, room: Room, prepared: Any, guess: str) -> None:
        credential, items = prepared
        room.service.authorise(credential, items, "holder")
        with pytest.raises(AuthorisationError):
            room.service.answer(guess, credential, items)

    def test_of_many_at_once_one_wins(self, room: Room, prepared: Any) -> None:
        credential, items = prepared
        granted = room.service.authorise(credential, items, "holder")

        def attempt(_: int) -> int:
            try:
                return len(room.service.answer(granted.id, credential, items))
            except AuthorisationError:
                return 0

        with ThreadPoolExecutor(8) as threads:
            assert sorted(threads.map(attempt, range(8))) == [0] * 7 + [2]

    def test_an_empty_list_is_refused(self, room: Room, prepared: Any) -> None:
        with pytest.raises(AuthorisationError, match="1 to"):
            room.service.authorise(prepared[0], (), "holder")

    def test_it_is_not_in_the_log(self, room: Room, prepared: Any) -> None:
        credential, items = prepared
        granted = room.service.authorise(credential, items, "holder")
        with room.database.read() as session:
            bodies = "".join(entry.body for entry in room.audit.entries(session))
        assert granted.id not in bodies
        assert items[0].document_digest.hex() in bodies


def test_the_key_is_not_used_when_the_log_cannot_be_written(
    room: Room, pdf: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    credential = room.credential()
    prepared = room.service.prepare((pdf,), credential, PADES, B, SigningServices())
    granted = room.service.authorise(credential, prepared, "holder")

    def full(*_: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(room.audit, "append", full)
    monkeypatch.setattr(SoftwareKeyStore, "sign", lambda *_, **__: pytest.fail("the key was used"))
    with pytest.raises(RuntimeError):
        room.service.answer(granted.id, credential, prepared)


def test_the_validator_is_asked_even_when_nobody_named_it(room: Room, pdf: bytes) -> None:
    room.credential()
    refusing = SigningServices(judge=lambda *_: SelfCheck(False, "INDETERMINATE"))
    with pytest.raises(SelfValidationError):
        room.service.sign(pdf, "kz-1", PADES, B, refusing, granted_by="test")
    credential = room.service.credentials.get("kz-1")
    (prepared,) = room.service.prepare((pdf,), credential, PADES, B, SigningServices())
    granted = room.service.authorise(credential, (prepared,), "holder")
    (value,) = room.service.answer(granted.id, credential, (prepared,))
    assert room.service.finalise(prepared, value, SigningServices()).startswith(pdf)


class TestUnits:
    """Time-stamping units of an installation."""

    def add(self, room: Room, name: str = "tsu-1") -> None:
        issued = room.pki.tsu(room.key(name))
        room.units.add(name, key_label=name, certificate=issued.der, chain=issued.issuers, policy=POLICY)

    def test_a_unit_is_registered_and_opened(self, room: Room) -> None:
        self.add(room)
        assert room.units.names() == ("tsu-1",)
        token = read_token(room.units.open("tsu-1").stamp(bytes(32), "sha256"))
        assert token.gen_time == NOW
        assert room.events()[-2:] == [("signer.tsa.unit.added", "tsu-1"), ("signer.tsa.serials.reserved", "tsu-1")]

    def test_opening_again_takes_the_next_block(self, room: Room) -> None:
        self.add(room)
        serials = {read_token(room.units.open("tsu-1").stamp(bytes(32), "sha256")).serial >> 64 for _ in range(3)}
        assert len(serials) == 3

    def test_a_name_is_used_once(self, room: Room) -> None:
        self.add(room)
        issued = room.pki.tsu(room.key("other"))
        with pytest.raises(TsaUnitTakenError):
            room.units.add("tsu-1", key_label="other", certificate=issued.der, chain=(), policy=POLICY)

    def test_an_unknown_unit_is_an_error(self, room: Room) -> None:
        with pytest.raises(TsaUnitUnknownError):
            room.units.open("none")

    def test_a_wrong_certificate_is_refused_and_nothing_is_kept(self, room: Room) -> None:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
        issued = room.pki.issue("No unit", room.key("k"), extra=((purposes, True),))
        with pytest.raises(TsaUnitError):
            room.units.add("tsu-1", key_label="k", certificate=issued.der, chain=(), policy=POLICY)
        assert room.units.names() == ()

    def test_a_clock_behind_the_last_run_does_not_stamp(self, room: Room) -> None:
        self.add(room)
        room.clock.advance(timedelta(hours=2))
        room.units.open("tsu-1")
        room.clock.advance(timedelta(hours=-1))
        request = write_request(message_imprint("sha256", bytes(32)), nonce=1)
        authority = room.units.open("tsu-1")
        authority.respond(request)
        assert dict(authority.counts) == {"time-not-available": 1}

    def test_words_about_the_clock_are_logged(self, room: Room) -> None:
        self.add(room)
        authority = room.units.open("tsu-1")
        room.units.clock_event(authority, "no signal")
        assert authority.guard.fault == "no signal"
        room.units.clock_event(authority, None)
        assert authority.guard.fault is None
        assert [event for event, _ in room.events()][-2:] == ["signer.tsa.clock.bad", "signer.tsa.clock.good"]
