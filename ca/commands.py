"""The work of `trustspace ca`: one function for each command."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from ca.errors import CaError, RequestRefusedError
from ca.pem import der_of, pem
from ca.plain import (
    Plain,
    issued_plain,
    name_of,
    prepared_plain,
    read_file,
    reason_of,
    record_plain,
    serial_number,
    utc,
    view_plain,
    who,
)
from ca.serial import serial_text
from ca.service import CertificateAuthority
from ca.values import AuthorityKind, CertificateRequest, CrossTerms, NewAuthority, Pkcs10, StoredKey
from ops.platform.installation import opened
from ops.platform.output import OutputFileError, check_output_file, write_output_file
from ops.platform.settings import load_settings
from policies.errors import UnreadableInputError


@contextmanager
def _authority() -> Iterator[CertificateAuthority]:
    with opened(load_settings()) as installation:
        yield CertificateAuthority.of(installation)


def init() -> Plain:
    """Open, recover, count."""
    with _authority() as ca:
        voided = ca.recover()
        return {"authorities": len(ca.authorities()), "profiles": len(ca.profiles), "voided": len(voided)}


def profiles() -> Plain:
    """Names, purposes and summaries."""
    from ca.profile import shipped_profiles

    rows = [
        {"name": one.name, "approvals": one.approvals, "summary": one.summary} for one in shipped_profiles().values()
    ]
    return {"profiles": rows}


def authority_create(
    authority: str, jurisdiction: str, name: Sequence[str], options: Plain, actor: str | None, out: Path | None
) -> Plain:
    """Create an authority; when its profile wants approvals, leave it prepared."""
    try:
        kind = AuthorityKind(options.pop("kind"))
    except ValueError as error:
        raise RequestRefusedError("The kind of an authority is root, issuing, hub or ttp.") from error
    check_output_file(out)
    new = NewAuthority(authority, jurisdiction, kind, name_of(name), requested_by=who(actor), **options)
    with _authority() as ca:
        prepared = ca.prepare_authority(new)
        if prepared.approvals_required:
            write_output_file(out, prepared.tbs)
            return prepared_plain(prepared)
        issued = ca.issue(prepared.token)
        write_output_file(out, issued.pem.encode())
        return {**view_plain(ca.authority(authority)), **issued_plain(issued)}


def authority_revoke(authority: str, reason: str, grounds: str, actor: str | None, confirm: bool) -> Plain:
    """Show the blast radius, and with `confirm` revoke."""
    chosen = reason_of(reason)
    with _authority() as ca:
        radius = ca.blast_radius(authority)
        if confirm:
            ca.revoke_authority(authority, chosen, grounds=grounds, confirmed=radius, actor=who(actor))
            for issuer in {issuer for issuer, _ in radius.certificates + radius.cross_certificates}:
                ca.publish_crl(issuer)
    return {
        "authority": authority,
        "revoked": confirm,
        "authoritiesBelow": list(radius.authorities),
        "endEntityCertificates": radius.end_entities,
        "ownCertificates": [f"{issuer}/{serial_text(serial)}" for issuer, serial in radius.certificates],
        "crossCertificates": [f"{issuer}/{serial_text(serial)}" for issuer, serial in radius.cross_certificates],
    }


def listing(authority: str | None) -> Plain:
    """All authorities, or one's certificates."""
    with _authority() as ca:
        if authority is None:
            return {"authorities": [view_plain(view) for view in ca.authorities()]}
        return {"certificates": [record_plain(record) for record in ca.certificates(authority)]}


def details(authority: str, serial: str | None) -> Plain:
    """One authority or one certificate."""
    with _authority() as ca:
        if serial is None:
            view = ca.authority(authority)
            certificate = pem("CERTIFICATE", view.certificate) if view.certificate else None
            return {**view_plain(view), "certificate": certificate}
        record = ca.certificate(authority, serial_number(serial))
    history = [
        {"action": event.action, "at": event.at.isoformat(), "grounds": event.grounds, "by": event.actor}
        for event in record.history
    ]
    certificate = pem("CERTIFICATE", record.der) if record.der else None
    return {**record_plain(record), "history": history, "certificate": certificate}


def request(
    authority: str,
    profile: str,
    name: Sequence[str],
    csr: Path | None,
    key: str | None,
    policy: Sequence[str] | None,
    not_after: datetime | None,
    actor: str | None,
) -> CertificateRequest:
    """The request that the options describe."""
    if (csr is None) == (key is None):
        raise RequestRefusedError("Give either a request with --csr or a stored key with --key.")
    proof = Pkcs10(read_file(csr)) if csr is not None else StoredKey(str(key))
    return CertificateRequest(
        authority,
        profile,
        name_of(name),
        proof,
        not_after=utc(not_after),
        policies=tuple(policy or ()),
        requested_by=who(actor),
    )


def issue(asked: CertificateRequest, prepare: bool, out: Path | None) -> Plain:
    """Prepare and, unless approvals are wanted, issue."""
    check_output_file(out)
    with _authority() as ca:
        prepared = ca.prepare(asked)
        if prepare or prepared.approvals_required:
            write_output_file(out, prepared.tbs)
            return prepared_plain(prepared)
        issued = ca.issue(prepared.token)
        write_output_file(out, issued.pem.encode())
        return issued_plain(issued)


def cross_terms(
    instrument: str,
    policies: Sequence[str],
    mappings: Sequence[str],
    permitted: Sequence[str],
    excluded: Sequence[str],
    path_length: int | None,
    inhibit_mapping: int | None,
) -> CrossTerms:
    """The terms that the options describe."""
    pairs = [tuple(mapping.split("=")) for mapping in mappings]
    if any(len(pair) != 2 for pair in pairs):
        raise RequestRefusedError("A mapping is written OURS=THEIRS.")
    return CrossTerms(
        instrument=instrument,
        policies=tuple(policies),
        mappings=tuple((pair[0], pair[1]) for pair in pairs),
        permitted_countries=tuple(permitted),
        excluded_countries=tuple(excluded),
        path_length=path_length,
        inhibit_policy_mapping=inhibit_mapping,
    )


def cross(
    issuer: str,
    subject: str | None,
    certificate: Path | None,
    terms: CrossTerms,
    not_after: datetime | None,
    actor: str | None,
    out: Path | None,
) -> Plain:
    """Prepare a cross-certificate and write the bytes to approve."""
    if (subject is None) == (certificate is None):
        raise RequestRefusedError("Give either --subject or --certificate.")
    check_output_file(out)
    target: str | bytes = read_file(certificate) if certificate is not None else str(subject)
    with _authority() as ca:
        dates = (None, utc(not_after))
        prepared = ca.prepare_cross(issuer, target, terms, dates=dates, requested_by=who(actor))
        write_output_file(out, prepared.tbs)
        return prepared_plain(prepared)


def link(old: str, new: str, actor: str | None) -> Plain:
    """Issue both link certificates."""
    with _authority() as ca:
        prepared = ca.prepare_link(old, new, requested_by=who(actor))
        if any(one.approvals_required for one in prepared):
            return {"links": [prepared_plain(one) for one in prepared]}
        return {"links": [issued_plain(one) for one in ca.issue_batch([one.token for one in prepared])]}


def approver_add(approver: str, public_key: Path) -> Plain:
    """Register an approver."""
    with _authority() as ca:
        try:
            spki = der_of(read_file(public_key))
        except ValueError as error:
            raise UnreadableInputError("The public key cannot be read.") from error
        ca.register_approver(approver, spki)
    return {"approver": approver}


def approver_retire(approver: str) -> Plain:
    """Retire an approver."""
    with _authority() as ca:
        ca.retire_approver(approver)
    return {"approver": approver, "active": False}


def approve(prepared: int, approver: str, signature: Path) -> Plain:
    """Record an approval."""
    with _authority() as ca:
        ca.approve(prepared, approver, read_file(signature))
    return {"prepared": prepared, "approvedBy": approver}


def finish(prepared: int, out: Path | None) -> Plain:
    """Issue what was prepared."""
    check_output_file(out)
    with _authority() as ca:
        issued = ca.issue(ca.reopen(prepared).token)
        write_output_file(out, issued.pem.encode())
        return issued_plain(issued)


def discard(prepared: int, grounds: str) -> Plain:
    """Give up what was prepared."""
    with _authority() as ca:
        ca.discard(prepared, grounds)
    return {"prepared": prepared, "discarded": True}


def revoke(
    issuer: str, serial: str, reason: str, grounds: str, invalidity: datetime | None, actor: str | None
) -> Plain:
    """Revoke and publish the list."""
    number, chosen = serial_number(serial), reason_of(reason)
    with _authority() as ca:
        ca.revoke(issuer, number, chosen, grounds=grounds, actor=who(actor), invalidity_date=utc(invalidity))
        return _changed(ca, issuer, number)


def suspend(issuer: str, serial: str, grounds: str, actor: str | None) -> Plain:
    """Suspend and publish the list."""
    number = serial_number(serial)
    with _authority() as ca:
        ca.suspend(issuer, number, grounds=grounds, actor=who(actor))
        return _changed(ca, issuer, number)


def release(issuer: str, serial: str, grounds: str, actor: str | None) -> Plain:
    """Release and publish the list."""
    number = serial_number(serial)
    with _authority() as ca:
        ca.release(issuer, number, grounds=grounds, actor=who(actor))
        return _changed(ca, issuer, number)


def _changed(ca: CertificateAuthority, issuer: str, serial: int) -> Plain:
    published = ca.publish_crl(issuer)
    return {**record_plain(ca.certificate(issuer, serial)), "crlNumber": published.number}


def block_key(spki_hash: str, grounds: str, actor: str | None) -> Plain:
    """Block a key and renew the lists."""
    with _authority() as ca:
        count = ca.block_key(spki_hash.lower(), grounds=grounds, actor=who(actor))
        return {"spkiSha256": spki_hash.lower(), "revoked": count, "lists": list(ca.publish_due())}


def responder(authority: str, key_algorithm: str | None) -> Plain:
    """Make a responder."""
    with _authority() as ca:
        return issued_plain(ca.create_responder(authority, key_algorithm=key_algorithm))


def crl(authority: str | None, out: Path | None, above: int) -> Plain:
    """Publish one list, or whatever is due."""
    check_output_file(out)
    with _authority() as ca:
        if authority is None:
            return {"published": list(ca.publish_due())}
        published = ca.publish_crl(authority, above=above)
    write_output_file(out, published.der)
    return {
        "authority": authority,
        "number": published.number,
        "thisUpdate": published.this_update.isoformat(),
        "nextUpdate": published.next_update.isoformat(),
    }


def export(authority: str, out: Path) -> Plain:
    """Write what is published about an authority."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputFileError(f"The folder {out} cannot be made: {error.strerror}.") from error
    written = []
    with _authority() as ca:
        for name, make in (
            (".cer", ca.aia_certificate),
            (".p7c", ca.aia_bundle),
            (".crl", lambda one: ca.crl(one).der),
        ):
            try:
                octets = make(authority)
            except CaError as error:
                if error.code == "TS-CA-AUTHORITY-UNKNOWN":
                    raise
                continue
            write_output_file(out / (authority + name), octets)
            written.append(authority + name)
    return {"written": written}
