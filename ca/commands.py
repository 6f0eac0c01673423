"""The work of `trustspace ca`: from texts and files to the service, and from its values to plain ones for printing."""

import getpass
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ca.errors import CaError, RequestRefusedError
from ca.issuance import Prepared
from ca.names import ATTRIBUTES, display
from ca.pem import der_of, pem
from ca.serial import serial_of, serial_text
from ca.service import CertificateAuthority
from ca.values import (
    Attributes,
    AuthorityKind,
    AuthorityView,
    CertificateRequest,
    CertificateView,
    CrossTerms,
    Issued,
    NewAuthority,
    Pkcs10,
    RevocationReason,
    StoredKey,
)
from ops.platform.installation import opened
from ops.platform.settings import load_settings
from policies.errors import UnreadableInputError

Plain = dict[str, Any]

_REASONS = {
    reason.name.lower().replace("_", ""): reason
    for reason in RevocationReason
    if reason is not RevocationReason.CERTIFICATE_HOLD
}
_SHORT = {kind.short.lower(): name for name, kind in ATTRIBUTES.items()}
_LARGEST_FILE = 1 << 20


@contextmanager
def _authority() -> Iterator[CertificateAuthority]:
    settings = load_settings()
    with opened(settings) as installation:
        yield CertificateAuthority(
            installation.database,
            installation.keys,
            installation.audit,
            installation.clock,
            settings.base_url,
            clock_tolerance=settings.clock_skew,
        )


def show(result: Plain, as_json: bool) -> None:
    """Print a result: one JSON object, or lines for people."""
    if as_json:
        print(json.dumps(result, ensure_ascii=False))  # noqa: T201 - the command's output
        return
    for line in _lines(result):
        print(line)  # noqa: T201 - the command's output


def _lines(value: Plain, indent: str = "") -> Iterator[str]:
    for name, item in value.items():
        if isinstance(item, dict):
            yield f"{indent}{name}:"
            yield from _lines(item, indent + "  ")
        elif isinstance(item, list):
            yield f"{indent}{name}:"
            for one in item:
                if isinstance(one, dict):
                    yield indent + "  - " + ", ".join(f"{key} {text}" for key, text in one.items() if text is not None)
                else:
                    yield f"{indent}  - {one}"
        elif item is not None:
            yield f"{indent}{name}: {item}"


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            octets = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise UnreadableInputError(f"The file {path.name} cannot be read.") from error
    if len(octets) > _LARGEST_FILE:
        raise UnreadableInputError(f"The file {path.name} is larger than 1 MB.")
    return octets


def _write(path: Path | None, octets: bytes) -> None:
    if path is not None:
        path.write_bytes(octets)


def _who(actor: str | None) -> str:
    return actor or getpass.getuser()


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _name(parts: Sequence[str]) -> Attributes:
    found = []
    for part in parts:
        kind, equals, text = part.partition("=")
        if not equals:
            raise RequestRefusedError(f"{part!r} is not of the form TYPE=TEXT.")
        found.append((_SHORT.get(kind.strip().lower(), kind.strip()), text.strip()))
    return tuple(found)


def _serial(text: str) -> int:
    try:
        return serial_of(text)
    except ValueError as error:
        raise RequestRefusedError(f"{text!r} is not a serial number in hexadecimal digits.") from error


def _reason(text: str) -> RevocationReason:
    found = _REASONS.get(text.lower().replace("-", "").replace("_", ""))
    if found is None:
        raise RequestRefusedError(f"{text!r} is not a reason; the reasons are {', '.join(sorted(_REASONS))}.")
    return found


def _issued(issued: Issued) -> Plain:
    return {
        "authority": issued.authority,
        "serial": serial_text(issued.serial),
        "profile": issued.profile,
        "sha256": issued.sha256,
        "notBefore": issued.not_before.isoformat(),
        "notAfter": issued.not_after.isoformat(),
        "certificate": issued.pem,
    }


def _prepared(prepared: Prepared) -> Plain:
    return {
        "prepared": prepared.id,
        "authority": prepared.authority,
        "serial": serial_text(prepared.serial),
        "tbsSha256": prepared.tbs_sha256,
        "approvalsRequired": prepared.approvals_required,
    }


def _view(view: AuthorityView) -> Plain:
    return {
        "name": view.name,
        "jurisdiction": view.jurisdiction,
        "kind": view.kind.value,
        "parent": view.parent,
        "subject": display(view.subject),
        "valid": view.certificate is not None,
        "crl": view.crl_url,
        "ocsp": view.ocsp_url,
    }


def _record(record: CertificateView) -> Plain:
    return {
        "serial": serial_text(record.serial),
        "state": record.state,
        "profile": record.profile,
        "subject": record.subject,
        "notAfter": record.not_after.isoformat() if record.not_after else None,
        "status": _status(record),
        "instrument": record.instrument,
    }


def _status(record: CertificateView) -> str:
    if record.revocation is None:
        return "valid" if record.state == "issued" else record.state
    return "suspended" if record.revocation.suspended else "revoked"


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
    new = NewAuthority(authority, jurisdiction, kind, _name(name), requested_by=_who(actor), **options)
    with _authority() as ca:
        prepared = ca.prepare_authority(new)
        if prepared.approvals_required:
            _write(out, prepared.tbs)
            return _prepared(prepared)
        issued = ca.issue(prepared.token)
        _write(out, issued.pem.encode())
        return {**_view(ca.authority(authority)), **_issued(issued)}


def authority_revoke(authority: str, reason: str, grounds: str, actor: str | None, confirm: bool) -> Plain:
    """Show the blast radius, and with `confirm` revoke."""
    chosen = _reason(reason)
    with _authority() as ca:
        radius = ca.blast_radius(authority)
        if confirm:
            ca.revoke_authority(authority, chosen, grounds=grounds, confirmed=radius, actor=_who(actor))
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
            return {"authorities": [_view(view) for view in ca.authorities()]}
        return {"certificates": [_record(record) for record in ca.certificates(authority)]}


def details(authority: str, serial: str | None) -> Plain:
    """One authority or one certificate."""
    with _authority() as ca:
        if serial is None:
            view = ca.authority(authority)
            certificate = pem("CERTIFICATE", view.certificate) if view.certificate else None
            return {**_view(view), "certificate": certificate}
        record = ca.certificate(authority, _serial(serial))
    history = [
        {"action": event.action, "at": event.at.isoformat(), "grounds": event.grounds, "by": event.actor}
        for event in record.history
    ]
    certificate = pem("CERTIFICATE", record.der) if record.der else None
    return {**_record(record), "history": history, "certificate": certificate}


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
    proof = Pkcs10(_read(csr)) if csr is not None else StoredKey(str(key))
    return CertificateRequest(
        authority,
        profile,
        _name(name),
        proof,
        not_after=_utc(not_after),
        policies=tuple(policy or ()),
        requested_by=_who(actor),
    )


def issue(asked: CertificateRequest, prepare: bool, out: Path | None) -> Plain:
    """Prepare and, unless approvals are wanted, issue."""
    with _authority() as ca:
        prepared = ca.prepare(asked)
        if prepare or prepared.approvals_required:
            _write(out, prepared.tbs)
            return _prepared(prepared)
        issued = ca.issue(prepared.token)
        _write(out, issued.pem.encode())
        return _issued(issued)


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
    target: str | bytes = _read(certificate) if certificate is not None else str(subject)
    with _authority() as ca:
        dates = (None, _utc(not_after))
        prepared = ca.prepare_cross(issuer, target, terms, dates=dates, requested_by=_who(actor))
        _write(out, prepared.tbs)
        return _prepared(prepared)


def link(old: str, new: str, actor: str | None) -> Plain:
    """Issue both link certificates."""
    with _authority() as ca:
        prepared = ca.prepare_link(old, new, requested_by=_who(actor))
        if any(one.approvals_required for one in prepared):
            return {"links": [_prepared(one) for one in prepared]}
        return {"links": [_issued(one) for one in ca.issue_batch([one.token for one in prepared])]}


def approver_add(approver: str, public_key: Path) -> Plain:
    """Register an approver."""
    with _authority() as ca:
        try:
            spki = der_of(_read(public_key))
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
        ca.approve(prepared, approver, _read(signature))
    return {"prepared": prepared, "approvedBy": approver}


def finish(prepared: int, out: Path | None) -> Plain:
    """Issue what was prepared."""
    with _authority() as ca:
        issued = ca.issue(ca.reopen(prepared).token)
        _write(out, issued.pem.encode())
        return _issued(issued)


def discard(prepared: int, grounds: str) -> Plain:
    """Give up what was prepared."""
    with _authority() as ca:
        ca.discard(prepared, grounds)
    return {"prepared": prepared, "discarded": True}


def revoke(
    issuer: str, serial: str, reason: str, grounds: str, invalidity: datetime | None, actor: str | None
) -> Plain:
    """Revoke and publish the list."""
    number, chosen = _serial(serial), _reason(reason)
    with _authority() as ca:
        ca.revoke(issuer, number, chosen, grounds=grounds, actor=_who(actor), invalidity_date=_utc(invalidity))
        return _changed(ca, issuer, number)


def suspend(issuer: str, serial: str, grounds: str, actor: str | None) -> Plain:
    """Suspend and publish the list."""
    number = _serial(serial)
    with _authority() as ca:
        ca.suspend(issuer, number, grounds=grounds, actor=_who(actor))
        return _changed(ca, issuer, number)


def release(issuer: str, serial: str, grounds: str, actor: str | None) -> Plain:
    """Release and publish the list."""
    number = _serial(serial)
    with _authority() as ca:
        ca.release(issuer, number, grounds=grounds, actor=_who(actor))
        return _changed(ca, issuer, number)


def _changed(ca: CertificateAuthority, issuer: str, serial: int) -> Plain:
    published = ca.publish_crl(issuer)
    return {**_record(ca.certificate(issuer, serial)), "crlNumber": published.number}


def block_key(spki_hash: str, grounds: str, actor: str | None) -> Plain:
    """Block a key and renew the lists."""
    with _authority() as ca:
        count = ca.block_key(spki_hash.lower(), grounds=grounds, actor=_who(actor))
        return {"spkiSha256": spki_hash.lower(), "revoked": count, "lists": list(ca.publish_due())}


def responder(authority: str) -> Plain:
    """Make a responder."""
    with _authority() as ca:
        return _issued(ca.create_responder(authority))


def crl(authority: str | None, out: Path | None, above: int) -> Plain:
    """Publish one list, or whatever is due."""
    with _authority() as ca:
        if authority is None:
            return {"published": list(ca.publish_due())}
        published = ca.publish_crl(authority, above=above)
    _write(out, published.der)
    return {
        "authority": authority,
        "number": published.number,
        "thisUpdate": published.this_update.isoformat(),
        "nextUpdate": published.next_update.isoformat(),
    }


def export(authority: str, out: Path) -> Plain:
    """Write what is published about an authority."""
    out.mkdir(parents=True, exist_ok=True)
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
            (out / (authority + name)).write_bytes(octets)
            written.append(authority + name)
    return {"written": written}
