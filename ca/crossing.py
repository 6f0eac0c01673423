"""Edges between hierarchies, and between two keys of one root: cross- and link certificates.

A cross-certificate's path runs from our anchor into the other hierarchy: its policies are ours, its mappings say
which of theirs count as which of ours, its constraints say for whose names (RFC 5280 4.2.1.5, .10, .11, .14; RFC 4210
4.4).
"""

from datetime import datetime

from sqlmodel import Session

from ca.authorities import policies_below
from ca.csr import ProvenKey, proven_key
from ca.errors import CaError, RequestRefusedError
from ca.facts import authority_row
from ca.foreign import proven_ca
from ca.keycheck import check_key
from ca.names import encode_name
from ca.national import admitted_anywhere
from ca.orders import Order, profile_of
from ca.preparation import Prepared, prepare_in
from ca.room import Room
from ca.values import Attributes, CrossTerms, Pkcs10

ForeignCa = bytes | tuple[Attributes, Pkcs10]
Dates = tuple[datetime | None, datetime | None]


def prepare_cross(
    room: Room,
    issuer: str,
    subject: str | ForeignCa,
    terms: CrossTerms,
    *,
    profile: str = "cross",
    dates: Dates = (None, None),
    requested_by: str = "operator",
) -> Prepared:
    """Prepare a cross-certificate by `issuer` for another CA.

    `subject` is the name of an authority of this installation, or a foreign CA's self-signed certificate (DER or PEM),
    or a foreign CA's (name, certification request). Raises RequestRefusedError and its kin.
    """
    chosen = profile_of(room, profile)
    foreign = None if isinstance(subject, str) else _foreign(subject)
    if foreign is not None:
        check_key(foreign[1].spki, admitted_anywhere(chosen))

    def work(session: Session) -> Prepared:
        if isinstance(subject, str):
            row = authority_row(session, subject)
            name, key, ours = row.subject, ProvenKey(row.spki), row.name
        else:
            assert foreign is not None
            name, key, ours = *foreign, None
        order = Order(
            issuer=issuer,
            profile=chosen,
            subject=name,
            key=key,
            asked=dates,
            policies=terms.policies,
            requested_by=requested_by,
            subject_authority=ours,
            cross=terms,
        )
        return _first(room, session, order)

    return room.database.run_write(work)


def _foreign(subject: ForeignCa) -> tuple[bytes, ProvenKey]:
    if isinstance(subject, bytes):
        return proven_ca(subject)
    attributes, request = subject
    return encode_name(attributes), proven_key(request.octets)


def _first(room: Room, session: Session, order: Order) -> Prepared:
    outcome = prepare_in(room, session, [order])[0]
    if isinstance(outcome, CaError):
        raise outcome
    return outcome


def prepare_link(
    room: Room, old: str, new: str, *, profile: str = "link", requested_by: str = "operator"
) -> tuple[Prepared, Prepared]:
    """Prepare both link certificates of a root rollover: (new key under the old one, old key under the new one).

    `new` was created with `predecessor=old`. They assert every policy of the jurisdiction, because a self-issued
    certificate without policies would end policy processing (RFC 5280 6.1.3 e).
    """
    chosen = profile_of(room, profile)

    def work(session: Session) -> tuple[Prepared, Prepared]:
        elder, younger = authority_row(session, old), authority_row(session, new)
        if younger.predecessor_id != elder.id or elder.subject != younger.subject:
            raise RequestRefusedError(f"{new} was not created as the successor of {old}.")
        policies = policies_below(room, elder.jurisdiction)

        def order(issuer: str, name: str, spki: bytes) -> Order:
            key = ProvenKey(spki)
            return Order(issuer, chosen, elder.subject, key, (None, None), policies, requested_by, name)

        newer = _first(room, session, order(old, new, younger.spki))
        return newer, _first(room, session, order(new, old, elder.spki))

    return room.database.run_write(work)
