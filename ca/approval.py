"""Approvals: each a signature by a registered person's own key over the exact to-be-signed bytes.

They are verified again when the certificate is issued, so that a row written into the table by whoever administers the
database approves nothing.
"""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from ca.clockguard import trusted_now
from ca.errors import ApprovalError, UnknownCertificateError, WeakKeyError
from ca.models import ApprovalRow, ApproverRow, AuthorityRow, CertificateRow, CertificateState
from ca.room import Room
from ca.verify import SignatureMismatchError, natural_algorithm, require_signature


def register_approver(room: Room, name: str, spki: bytes) -> None:
    """Let somebody approve from now on. `spki` is the DER of their public key, which nobody else may have."""
    natural_algorithm(spki)  # refuses a key that could never approve

    def work(session: Session) -> None:
        known = session.exec(select(ApproverRow)).all()
        if any(row.name == name or row.spki == spki for row in known):
            raise ApprovalError(f"The approver {name!r} or that key is registered already.")
        session.add(ApproverRow(name=name, spki=spki, created_at=trusted_now(room, session)))
        room.audit.append(session, "ca.approver.registered", name, {"spki": spki})

    room.database.run_write(work)


def retire_approver(room: Room, name: str) -> None:
    """Let somebody approve no more; approvals given for what is not yet issued count no more either."""

    def work(session: Session) -> None:
        row = session.exec(select(ApproverRow).where(ApproverRow.name == name)).one_or_none()
        if row is None:
            raise ApprovalError(f"There is no approver {name!r}.")
        row.active = False
        session.add(row)
        room.audit.append(session, "ca.approver.retired", name, {})

    room.database.run_write(work)


def approve(room: Room, certificate_id: int, approver: str, signature: bytes) -> None:
    """Record an approval. `signature` is over the prepared bytes, by the approver's key and its natural digest.

    Raises ApprovalError when it does not verify, comes from nobody who may approve or from who asked for the
    certificate, or was given already.
    """

    def work(session: Session) -> None:
        row = session.get(CertificateRow, certificate_id)
        if row is None:
            raise UnknownCertificateError(f"Nothing was prepared under the number {certificate_id}.")
        if row.state != CertificateState.PREPARED.value:
            raise ApprovalError(f"The certificate is {row.state}; only a prepared one is approved.")
        person = session.exec(select(ApproverRow).where(ApproverRow.name == approver)).one_or_none()
        _require_valid(row, person, approver, signature)
        assert person is not None
        assert person.id is not None
        now = trusted_now(room, session)
        session.add(
            ApprovalRow(certificate_id=certificate_id, approver_id=person.id, signature=signature, approved_at=now)
        )
        authority = session.get_one(AuthorityRow, row.issuer_id)
        details = {"by": approver, "tbs": row.tbs_hash, "signature": signature}
        room.audit.append(session, "ca.certificate.approved", f"{authority.name}/{row.serial}", details)

    try:
        room.database.run_write(work)
    except IntegrityError as error:
        raise ApprovalError(f"{approver} has approved this certificate already.") from error


def _require_valid(row: CertificateRow, person: ApproverRow | None, name: str, signature: bytes) -> None:
    if person is None or not person.active:
        raise ApprovalError(f"{name!r} is not registered to approve.")
    if person.name == row.requested_by:
        raise ApprovalError(f"{name} asked for this certificate and cannot approve it too.")
    if row.tbs is None:
        raise ApprovalError("There are no prepared bytes to approve.")
    try:
        require_signature(person.spki, signature, row.tbs)
    except (SignatureMismatchError, WeakKeyError) as error:
        raise ApprovalError(f"The approval by {name} is not a signature over the prepared bytes.") from error


def require_approvals(session: Session, row: CertificateRow, required: int) -> list[str]:
    """The names of who approved, when they are `required` or more; every stored signature is verified again.

    Raises ApprovalError when one does not verify or too few are given.
    """
    given = session.exec(
        select(ApprovalRow, ApproverRow)
        .join(ApproverRow, col(ApproverRow.id) == col(ApprovalRow.approver_id))
        .where(ApprovalRow.certificate_id == row.id)
    ).all()
    for approval, person in given:
        _require_valid(row, person, person.name, approval.signature)
    if len(given) < required:
        raise too_few_approvals(len(given), required)
    return sorted(person.name for _, person in given)


def too_few_approvals(given: int, required: int) -> ApprovalError:
    """The error of a certificate that lacks approvals."""
    return ApprovalError(f"The certificate has {given} of {required} approvals.")
