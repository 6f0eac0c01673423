"""Creates authorities: a name, a key, a place in a hierarchy, and the first certificate through the one chokepoint."""

import re
from hashlib import sha1, sha256

from sqlmodel import Session, select

from ca.clockguard import trusted_now
from ca.csr import ProvenKey
from ca.errors import AuthorityExistsError, CaError, RequestRefusedError
from ca.facts import authority_row, own_certificate
from ca.keycheck import require_admitted
from ca.models import AuthorityRow
from ca.names import country_of, encode_name
from ca.national import admitted
from ca.orders import Order, profile_of
from ca.preparation import Prepared, prepare_in
from ca.profile import Profile, Purpose
from ca.room import Room
from ca.values import AuthorityKind, NewAuthority
from ops.platform.keys import KeyAlgorithm, UnknownLabelError

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_PROFILE = {
    AuthorityKind.ROOT: "root",
    AuthorityKind.HUB: "root",
    AuthorityKind.ISSUING: "issuing",
    AuthorityKind.TTP: "ttp-authority",
}


def prepare_authority(room: Room, new: NewAuthority) -> Prepared:
    """Make the authority's key and row and prepare its certificate: self-signed, or by its parent.

    May be repeated after an interruption until the certificate is issued. Raises AuthorityExistsError,
    RequestRefusedError and its kin; then at most an unused key is left. It is never destroyed here, because another
    process may have begun to use it.
    """
    subject = _checked_subject(new)
    _check_place(room, new)
    spki = _key(room, new)

    def work(session: Session) -> Prepared:
        row = _row(room, session, new, subject, spki)
        outcome = prepare_in(room, session, [_order(room, session, new, row)])[0]
        if isinstance(outcome, CaError):
            raise outcome
        return outcome

    return room.database.run_write(work)


def key_label(name: str) -> str:
    """The key store label of an authority's signing key."""
    return f"ca/{name}"


def _checked_subject(new: NewAuthority) -> bytes:
    if not _NAME.fullmatch(new.name):
        raise RequestRefusedError(f"The name {new.name!r} may hold only small letters, digits and hyphens.")
    top = new.kind in (AuthorityKind.ROOT, AuthorityKind.HUB)
    if top == (new.parent is not None) and new.kind is not AuthorityKind.TTP:
        raise RequestRefusedError(f"An authority of the kind {new.kind} {'has no' if top else 'needs a'} parent.")
    if not 2 <= len(new.jurisdiction) <= 8 or not new.jurisdiction.isascii() or not new.jurisdiction.isupper():
        raise RequestRefusedError(f"{new.jurisdiction!r} is not the code of a state or union.")
    subject = encode_name(new.subject)
    if len(new.jurisdiction) == 2 and country_of(subject) != new.jurisdiction:
        raise RequestRefusedError("The country in the authority's name is not the jurisdiction that it stands under.")
    return subject


def _check_place(room: Room, new: NewAuthority) -> None:
    # What is commonly mistyped is found out before a key is made for it.
    if new.key_algorithm not in set(KeyAlgorithm):
        raise RequestRefusedError(
            f"The key store makes no key of the kind {new.key_algorithm!r}.",
            next_step=f"Choose one of {', '.join(KeyAlgorithm)}.",
        )
    require_admitted(new.key_algorithm, admitted(_profile(room, new), new.jurisdiction))
    with room.database.read() as session:
        for name in (new.parent, new.predecessor):
            if name:
                authority_row(session, name)


def _key(room: Room, new: NewAuthority) -> bytes:
    label = key_label(new.name)
    try:
        return room.keys.public_key(label)
    except UnknownLabelError:
        return room.keys.generate(label, KeyAlgorithm(new.key_algorithm)).spki


def _row(room: Room, session: Session, new: NewAuthority, subject: bytes, spki: bytes) -> AuthorityRow:
    known = session.exec(select(AuthorityRow).where(AuthorityRow.name == new.name)).one_or_none()
    if known is not None:
        assert known.id is not None
        if own_certificate(session, known.id) is not None or known.subject != subject:
            raise AuthorityExistsError(f"There is an authority {new.name!r} already.")
        return known
    parent = authority_row(session, new.parent) if new.parent else None
    predecessor = authority_row(session, new.predecessor) if new.predecessor else None
    if predecessor is not None and predecessor.subject != subject:
        raise RequestRefusedError("A successor has the same subject name as the authority whose key it replaces.")
    row = AuthorityRow(
        name=new.name,
        jurisdiction=new.jurisdiction,
        kind=new.kind.value,
        parent_id=parent.id if parent else None,
        predecessor_id=predecessor.id if predecessor else None,
        key_label=key_label(new.name),
        subject=subject,
        name_hash=sha256(subject).hexdigest(),
        # OCSP identifies issuers by SHA-1 of their name; collisions do not matter there (RFC 6960 4.3).
        ocsp_name_hash=sha1(subject, usedforsecurity=False).hexdigest(),
        spki=spki,
        key_id=ProvenKey(spki).key_id,
        created_at=trusted_now(room, session),
    )
    session.add(row)
    session.flush()
    room.audit.append(session, "ca.authority.created", new.name, {"subject": subject, "spki": spki, "kind": new.kind})
    return row


def _order(room: Room, session: Session, new: NewAuthority, row: AuthorityRow) -> Order:
    profile = _profile(room, new)
    if profile.purpose not in (Purpose.ROOT, Purpose.ISSUING) or (profile.purpose is Purpose.ROOT) != (not new.parent):
        raise RequestRefusedError(f"The profile {profile.name} does not fit an authority of the kind {new.kind}.")
    policies = new.policies or policies_below(room, new.jurisdiction, AuthorityKind(row.kind))
    return Order(
        issuer=new.parent or new.name,
        profile=profile,
        subject=row.subject,
        key=ProvenKey(row.spki),
        asked=(new.not_before, new.not_after),
        policies=() if profile.purpose is Purpose.ROOT else policies,
        requested_by=new.requested_by,
        subject_authority=new.name,
    )


def _profile(room: Room, new: NewAuthority) -> Profile:
    usual = "root" if new.parent is None else _PROFILE[new.kind]
    return profile_of(room, new.profile or usual)


def policies_below(room: Room, jurisdiction: str, kind: AuthorityKind = AuthorityKind.ISSUING) -> tuple[str, ...]:
    """Every policy under which end entities are certified in a jurisdiction: what the CA above them asserts."""
    served = (Purpose.TTP, Purpose.OCSP) if kind is AuthorityKind.TTP else tuple(Purpose)
    found = (
        policy
        for profile in room.profiles.values()
        if not profile.purpose.is_ca and profile.purpose in served
        for policy in profile.policies_for(jurisdiction)
    )
    return tuple(dict.fromkeys(found))
