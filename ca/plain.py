"""Between texts, files and values: what the operator types becomes values, what the room gives becomes plain ones."""

import getpass
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ca.errors import RequestRefusedError
from ca.names import ATTRIBUTES, display
from ca.preparation import Prepared
from ca.serial import serial_of, serial_text
from ca.values import Attributes, AuthorityView, CertificateView, Issued, RevocationReason
from policies.errors import UnreadableInputError

Plain = dict[str, Any]

_REASONS = {
    reason.name.lower().replace("_", ""): reason
    for reason in RevocationReason
    if reason is not RevocationReason.CERTIFICATE_HOLD
}
_SHORT = {kind.short.lower(): name for name, kind in ATTRIBUTES.items()}
_LARGEST_FILE = 1 << 20


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


def read_file(path: Path) -> bytes:
    """The octets of a file of at most 1 MB. Raises UnreadableInputError."""
    try:
        with path.open("rb") as file:
            octets = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise UnreadableInputError(f"The file {path.name} cannot be read.") from error
    if len(octets) > _LARGEST_FILE:
        raise UnreadableInputError(f"The file {path.name} is larger than 1 MB.")
    return octets


def who(actor: str | None) -> str:
    """Who acts: the name given, or the system user."""
    return actor or getpass.getuser()


def utc(moment: datetime | None) -> datetime | None:
    """A moment typed without zone is UTC."""
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def name_of(parts: Sequence[str]) -> Attributes:
    """Attributes from `TYPE=TEXT`, long or short types."""
    found = []
    for part in parts:
        kind, equals, text = part.partition("=")
        if not equals:
            raise RequestRefusedError(f"{part!r} is not of the form TYPE=TEXT.")
        found.append((_SHORT.get(kind.strip().lower(), kind.strip()), text.strip()))
    return tuple(found)


def serial_number(text: str) -> int:
    """A serial from hexadecimal digits."""
    try:
        return serial_of(text)
    except ValueError as error:
        raise RequestRefusedError(f"{text!r} is not a serial number in hexadecimal digits.") from error


def reason_of(text: str) -> RevocationReason:
    """A revocation reason by its RFC 5280 name."""
    found = _REASONS.get(text.lower().replace("-", "").replace("_", ""))
    if found is None:
        raise RequestRefusedError(f"{text!r} is not a reason; the reasons are {', '.join(sorted(_REASONS))}.")
    return found


def issued_plain(issued: Issued) -> Plain:
    """An issued certificate."""
    return {
        "authority": issued.authority,
        "serial": serial_text(issued.serial),
        "profile": issued.profile,
        "sha256": issued.sha256,
        "notBefore": issued.not_before.isoformat(),
        "notAfter": issued.not_after.isoformat(),
        "certificate": issued.pem,
    }


def prepared_plain(prepared: Prepared) -> Plain:
    """A prepared certificate."""
    return {
        "prepared": prepared.id,
        "authority": prepared.authority,
        "serial": serial_text(prepared.serial),
        "tbsSha256": prepared.tbs_sha256,
        "approvalsRequired": prepared.approvals_required,
    }


def view_plain(view: AuthorityView) -> Plain:
    """An authority."""
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


def record_plain(record: CertificateView) -> Plain:
    """A certificate's record."""
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
