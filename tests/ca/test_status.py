"""Revocation, suspension, release; lists and their numbers; what revoking an edge or an authority touches."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from ca.errors import RequestRefusedError, RevocationError, StaleStatusError, UnknownCertificateError
from ca.values import Crl, RevocationReason
from tests.ca.world import World, csr

KEY_COMPROMISE = RevocationReason.KEY_COMPROMISE


def _listed(crl: Crl) -> dict[int, x509.RevokedCertificate]:
    return {entry.serial_number: entry for entry in x509.load_der_x509_crl(crl.der)}


def test_revocation_is_listed_with_reason_dates_and_history(kazakhstan: World) -> None:
    issued = kazakhstan.seal()
    lost = kazakhstan.clock.now() - timedelta(days=3)
    kazakhstan.ca.revoke(
        "kz-ca", issued.serial, KEY_COMPROMISE, grounds="card lost", actor="officer", invalidity_date=lost
    )
    entry = _listed(kazakhstan.ca.publish_crl("kz-ca"))[issued.serial]
    assert entry.revocation_date_utc == kazakhstan.clock.now()
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.key_compromise
    invalid = entry.extensions.get_extension_for_class(x509.InvalidityDate).value
    assert invalid.invalidity_date_utc == lost
    (event,) = kazakhstan.ca.certificate("kz-ca", issued.serial).history
    assert (event.action, event.grounds, event.actor) == ("revoked", "card lost", "officer")
    assert kazakhstan.events(f"kz-ca/{issued.serial:040x}")[-1] == "ca.certificate.revoked"


def test_hold_and_release_and_hold_again(kazakhstan: World) -> None:
    issued = kazakhstan.seal()
    for round_number in range(2):
        kazakhstan.ca.suspend("kz-ca", issued.serial, grounds=f"order {round_number}")
        assert issued.serial in _listed(kazakhstan.ca.publish_crl("kz-ca"))
        kazakhstan.ca.release("kz-ca", issued.serial, grounds="lifted")
        assert issued.serial not in _listed(kazakhstan.ca.publish_crl("kz-ca"))
    kazakhstan.ca.suspend("kz-ca", issued.serial, grounds="order")
    kazakhstan.ca.revoke("kz-ca", issued.serial, KEY_COMPROMISE, grounds="confirmed")
    actions = [event.action for event in kazakhstan.ca.certificate("kz-ca", issued.serial).history]
    assert actions == ["suspended", "released", "suspended", "released", "suspended", "revoked"]


def test_status_that_cannot_be_is_refused(kazakhstan: World) -> None:
    issued, ca = kazakhstan.seal(), kazakhstan.ca
    with pytest.raises(RevocationError):
        ca.release("kz-ca", issued.serial, grounds="never held")
    with pytest.raises(RevocationError):
        ca.revoke("kz-ca", issued.serial, RevocationReason.CERTIFICATE_HOLD, grounds="wrong verb")
    with pytest.raises(RevocationError):
        ca.revoke("kz-ca", issued.serial, KEY_COMPROMISE, grounds="  ")
    future = kazakhstan.clock.now() + timedelta(days=1)
    with pytest.raises(RevocationError):
        ca.revoke("kz-ca", issued.serial, KEY_COMPROMISE, grounds="x", invalidity_date=future)
    ca.revoke("kz-ca", issued.serial, KEY_COMPROMISE, grounds="x")
    for again in (
        lambda: ca.revoke("kz-ca", issued.serial, KEY_COMPROMISE, grounds="twice"),
        lambda: ca.suspend("kz-ca", issued.serial, grounds="late"),
        lambda: ca.release("kz-ca", issued.serial, grounds="late"),
    ):
        with pytest.raises(RevocationError):
            again()
    with pytest.raises(UnknownCertificateError):
        ca.revoke("kz-root", issued.serial, KEY_COMPROMISE, grounds="wrong issuer")
    prepared = ca.prepare(kazakhstan.request())
    with pytest.raises(RevocationError):
        ca.revoke("kz-ca", prepared.serial, KEY_COMPROMISE, grounds="not signed")


def test_list_carries_number_key_and_the_promise_to_keep_the_expired(kazakhstan: World) -> None:
    crl = kazakhstan.ca.publish_crl("kz-ca")
    read = x509.load_der_x509_crl(crl.der)
    assert read.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == crl.number
    key_id = read.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert key_id == kazakhstan.ca.authority("kz-ca").key_id
    assert "2.5.29.60" in {extension.oid.dotted_string for extension in read.extensions}
    assert read.issuer.public_bytes() == kazakhstan.ca.authority("kz-ca").subject
    assert read.is_signature_valid(kazakhstan.certificate("kz-ca").public_key())


def test_expired_revoked_certificate_stays_listed(kazakhstan: World) -> None:
    issued = kazakhstan.seal(not_after=kazakhstan.clock.now() + timedelta(days=2))
    kazakhstan.ca.revoke("kz-ca", issued.serial, KEY_COMPROMISE, grounds="x")
    kazakhstan.clock.advance(timedelta(days=400))
    assert issued.serial in _listed(kazakhstan.ca.publish_crl("kz-ca"))


def test_numbers_only_grow_also_after_a_restore(kazakhstan: World) -> None:
    numbers = [kazakhstan.ca.publish_crl("kz-ca").number for _ in range(3)]
    numbers.append(kazakhstan.ca.publish_crl("kz-ca", above=1000).number)
    numbers.append(kazakhstan.ca.publish_crl("kz-ca", above=7).number)
    assert numbers == [1, 2, 3, 1001, 1002]


def test_stale_list_is_never_served(kazakhstan: World) -> None:
    with pytest.raises(StaleStatusError):
        kazakhstan.ca.crl("kz-ca")
    crl = kazakhstan.ca.publish_crl("kz-ca")
    kazakhstan.clock.set(crl.next_update)
    assert kazakhstan.ca.crl("kz-ca").number == crl.number
    kazakhstan.clock.advance(timedelta(seconds=1))
    with pytest.raises(StaleStatusError):
        kazakhstan.ca.crl("kz-ca")


@pytest.mark.parametrize("lifetime", [timedelta(seconds=1), timedelta(days=400)])
def test_lifetime_out_of_bounds_is_refused(kz: World, lifetime: timedelta) -> None:
    with pytest.raises(RequestRefusedError):
        kz.ca.publish_crl("kz-ca", lifetime=lifetime)


def test_due_is_what_is_missing_changed_or_half_gone(kazakhstan: World) -> None:
    ca = kazakhstan.ca
    assert ca.publish_due() == ("kz-ca", "kz-root")
    assert ca.publish_due() == ()
    issued = kazakhstan.seal()
    assert ca.publish_due() == ()
    ca.suspend("kz-ca", issued.serial, grounds="order")
    assert ca.publish_due() == ("kz-ca",)
    ca.release("kz-ca", issued.serial, grounds="lifted")
    assert ca.publish_due() == ("kz-ca",)
    kazakhstan.clock.advance(timedelta(days=3, hours=12))
    assert ca.publish_due() == ("kz-ca", "kz-root")


def test_responder_is_renewed_at_half_life(kz: World) -> None:
    kz.ca.create_responder("kz-ca")
    kz.ca.publish_due()
    kz.clock.advance(timedelta(days=16))
    kz.ca.publish_due()
    responders = [one for one in kz.ca.certificates("kz-ca") if one.purpose == "ocsp"]
    assert len(responders) == 2


def _mesh(world: World) -> dict[tuple[str, str], int]:
    states = ("KZ", "BY", "KG")
    for state in states:
        world.hierarchy(state)
    return {
        (ours, theirs): world.cross(f"{ours.lower()}-root", f"{theirs.lower()}-root", world.terms(ours, theirs)).serial
        for ours in states
        for theirs in states
        if ours != theirs
    }


def _revoked(world: World) -> set[tuple[str, int]]:
    return {
        (authority.name, record.serial)
        for authority in world.ca.authorities()
        for record in world.ca.certificates(authority.name)
        if record.revocation is not None
    }


def test_revoking_an_edge_touches_that_edge_only(world: World) -> None:
    edges = _mesh(world)
    world.ca.revoke("kz-root", edges["KZ", "BY"], RevocationReason.CESSATION_OF_OPERATION, grounds="treaty ended")
    assert _revoked(world) == {("kz-root", edges["KZ", "BY"])}
    assert world.seal("by-ca").der
    for authority in world.ca.authorities():
        expected = {edges["KZ", "BY"]} if authority.name == "kz-root" else set()
        assert set(_listed(world.ca.publish_crl(authority.name))) == expected
    assert len(world.ca.cross_certificates()) == 5


def test_revoking_an_authority_says_first_what_it_ends(world: World) -> None:
    edges = _mesh(world)
    for _ in range(3):
        world.seal("by-ca")
    radius = world.ca.blast_radius("by-root")
    assert radius.authorities == ("by-ca",)
    assert radius.end_entities == 3
    assert {pair[0] for pair in radius.certificates} == {"by-root"}
    touching = {(f"{ours.lower()}-root", serial) for (ours, theirs), serial in edges.items() if "BY" in (ours, theirs)}
    assert set(radius.cross_certificates) == touching
    world.seal("by-ca")
    with pytest.raises(RevocationError, match="changed"):
        world.ca.revoke_authority("by-root", RevocationReason.CA_COMPROMISE, grounds="stolen", confirmed=radius)
    assert _revoked(world) == set()
    present = world.ca.blast_radius("by-root")
    world.ca.revoke_authority("by-root", RevocationReason.CA_COMPROMISE, grounds="stolen", confirmed=present)
    towards = {(f"{ours.lower()}-root", serial) for (ours, theirs), serial in edges.items() if theirs == "BY"}
    assert _revoked(world) == towards | set(present.certificates)


def test_both_keys_of_a_rollover_list_everything(world: World) -> None:
    from ca.values import AuthorityKind, NewAuthority
    from tests.ca.world import name_of

    _root, issuing = world.hierarchy("KZ")
    new = NewAuthority("kz-root-2", "KZ", AuthorityKind.ROOT, name_of("KZ", "Root KZ"), predecessor="kz-root")
    world.ca.create_authority(new)
    assert issuing.certificate is not None
    serial = x509.load_der_x509_certificate(issuing.certificate).serial_number
    world.ca.revoke("kz-root", serial, RevocationReason.SUPERSEDED, grounds="rollover")
    for name in ("kz-root", "kz-root-2"):
        crl = x509.load_der_x509_crl(world.ca.publish_crl(name).der)
        assert [entry.serial_number for entry in crl] == [serial]
        assert crl.is_signature_valid(world.certificate(name).public_key())


def test_blocking_touches_every_issuer_that_certified_the_key(world: World) -> None:
    from hashlib import sha256

    from tests.ca.world import spki_of

    world.hierarchy("KZ")
    world.hierarchy("BY")
    key = ec.generate_private_key(ec.SECP256R1())
    made = [world.seal(name, key=csr(key)) for name in ("kz-ca", "by-ca")]
    world.ca.revoke("kz-ca", made[0].serial, KEY_COMPROMISE, grounds="first")
    assert world.ca.block_key(sha256(spki_of(key)).hexdigest(), grounds="published") == 1
    assert _revoked(world) == {(one.authority, one.serial) for one in made}
    with pytest.raises(RevocationError):
        world.ca.block_key("not a digest", grounds="x")
