"""What an audit entry and a signed head are, and the exact octets that are hashed and signed.

Entry hash = SHA-256(``trustspace-audit-entry-1`` LF canonical({body, log, previous, sequence})), where `body` is
{details, event, subject, time} and `previous` the hash of the entry before (64 zeros for the genesis entry).
Head signature = over ``trustspace-audit-head-1`` LF canonical({log, number, origin, previous, root, size, time}), where
`origin` is the hash of the genesis entry, `root` the hash of entry ``size - 1``, and `previous` the SHA-256 of the
signed octets of the head before (64 zeros for head 0). The two leading lines keep the domains apart.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from ops.platform.audit.canonical import (
    MAX_OCTETS,
    MAX_SIGNATURE,
    Plain,
    canonical,
    parse_object,
    parse_time,
    plain,
    time_text,
)
from ops.platform.audit.errors import AuditRecordError

GENESIS_EVENT: Final = "audit.genesis"
FORMAT: Final = "trustspace-audit-1"
NO_HASH: Final = bytes(32)

_EVENT = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ENTRY_DOMAIN = b"trustspace-audit-entry-1\n"
_HEAD_DOMAIN = b"trustspace-audit-head-1\n"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """What a caller wants on record: an event name (``ca.certificate.issued``), what it concerns, and details."""

    event: str
    subject: str
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One link of the chain. `body` is the canonical text; hashes are 32 octets."""

    log_id: str
    sequence: int
    previous_hash: bytes
    entry_hash: bytes
    body: str

    def content(self) -> Mapping[str, Plain]:
        """The body parsed: details, event, subject, time."""
        return parse_object(self.body)

    @property
    def event(self) -> str:
        """Name of the event."""
        return str(self.content()["event"])

    @property
    def subject(self) -> str:
        """Whom or what it concerns."""
        return str(self.content()["subject"])

    @property
    def at(self) -> datetime:
        """When it was logged, aware UTC."""
        return parse_time(str(self.content()["time"]))


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A signed statement of how long the log is and what it ends with. Whoever keeps one can prove a later change."""

    log_id: str
    number: int
    size: int
    root: bytes
    origin: bytes
    previous: bytes
    time: str
    signature: bytes

    @property
    def signed_octets(self) -> bytes:
        """The octets under the signature."""
        # Written out because it runs for every signed append: members in canonical (alphabetical) order.
        text = (
            f'{{"log":{canonical(self.log_id)},"number":{self.number},"origin":"{self.origin.hex()}",'
            f'"previous":"{self.previous.hex()}","root":"{self.root.hex()}","size":{self.size},"time":"{self.time}"}}'
        )
        return _HEAD_DOMAIN + text.encode()

    @property
    def head_hash(self) -> bytes:
        """SHA-256 of the signed octets: what the next head carries as `previous`."""
        return sha256(self.signed_octets).digest()

    @property
    def at(self) -> datetime:
        """When it was signed, aware UTC."""
        return parse_time(self.time)

    def line(self) -> str:
        """The head as one canonical line of an export, without line end."""
        fields: dict[str, Plain] = {
            "log": self.log_id,
            "number": self.number,
            "origin": self.origin.hex(),
            "previous": self.previous.hex(),
            "root": self.root.hex(),
            "signature": self.signature.hex(),
            "size": self.size,
            "time": self.time,
            "type": "head",
        }
        return canonical(fields)

    def with_signature(self, signature: bytes) -> "SignedHead":
        """The same head carrying `signature`; AuditRecordError when no export could hold it."""
        if len(signature) > MAX_SIGNATURE:
            raise AuditRecordError(f"A signature of {len(signature)} octets is too long for the audit log.")
        return replace(self, signature=signature)


def encode_body(record: AuditRecord, at: datetime) -> str:
    """The canonical body of a record; AuditRecordError when it has none or is longer than 65 536 octets."""
    if len(record.event) > 100 or not _EVENT.fullmatch(record.event):
        raise AuditRecordError(f"{record.event[:120]!r} is not the name of an event.")
    if len(record.subject) > 500 or _CONTROL.search(record.subject):
        raise AuditRecordError("The subject of an audit entry is one line of at most 500 characters.")
    fields: dict[str, Plain] = {
        "details": plain(record.details),
        "event": record.event,
        "subject": record.subject,
        "time": time_text(at),
    }
    body = canonical(fields)
    try:
        octets = len(body.encode())
    except UnicodeEncodeError as error:
        raise AuditRecordError("The audit entry holds text that is not Unicode.") from error
    if octets > MAX_OCTETS:
        raise AuditRecordError(f"The audit entry has {octets} octets; {MAX_OCTETS} are allowed.")
    return body


def entry_hash(log_id: str, sequence: int, previous: bytes, body: str) -> bytes:
    """The hash of an entry, 32 octets."""
    # Written out because it runs for every entry: the members of the object in canonical (alphabetical) order.
    text = f'{{"body":{body},"log":{canonical(log_id)},"previous":"{previous.hex()}","sequence":{sequence}}}'
    return sha256(_ENTRY_DOMAIN + text.encode()).digest()


def entry_line(entry: AuditEntry) -> str:
    """The entry as one canonical line of an export, without line end."""
    return (
        f'{{"body":{entry.body},"hash":"{entry.entry_hash.hex()}","log":{canonical(entry.log_id)},'
        f'"previous":"{entry.previous_hash.hex()}","sequence":{entry.sequence},"type":"entry"}}'
    )
