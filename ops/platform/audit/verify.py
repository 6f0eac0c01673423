"""Judges an exported audit log with nothing but the file's lines and the signing key's public half.

Pure: no files, no database, no clock; memory does not grow with the file. Every line is checked whatever was wrong
before it, and the answer is a report, never a bare yes or no. What no verifier can see from the file alone is a tail
that was cut off together with its heads: give it a head that somebody kept (`expected_head`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from ops.platform.audit.canonical import parse_object
from ops.platform.audit.entry import GENESIS_EVENT, NO_HASH, AuditEntry, SignedHead, entry_hash
from ops.platform.audit.lines import LineError, UnhashedError, parse_line
from ops.platform.audit.signing import head_is_signed
from policies.reasons import Reason, definition
from policies.vocabulary import Severity

MAX_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """What was found in an exported log.

    `findings` are reasons of the area "audit" in the order of the file, at most `MAX_FINDINGS`; `omitted` counts the
    others. `entries` and `heads` count the lines that could be read as such. `last_head` is the last head whose
    signature verified: keep it and give it to the next verification. `key_hash` is the SHA-256 of the key's
    SubjectPublicKeyInfo, in hexadecimal.
    """

    log_id: str | None
    entries: int
    heads: int
    last_head: SignedHead | None
    key_hash: str
    findings: tuple[Reason, ...]
    omitted: int
    errors: int

    @property
    def is_good(self) -> bool:
        """Whether nothing of severity error was found."""
        return self.errors == 0


def verify_export(
    lines: Iterable[bytes], public_key: bytes, *, expected_head: SignedHead | None = None
) -> VerificationReport:
    """Judge an export. `public_key` is SubjectPublicKeyInfo, DER; `expected_head` a head kept from earlier.

    Raises UnsupportedKeyError (`ops.platform.keys`) when `public_key` is not a key that a key store makes; whatever the
    lines hold becomes findings.
    """
    verification = _Verification(public_key, expected_head)
    for number, line in enumerate(lines, start=1):
        verification.line(number, line)
    return verification.report()


class _Verification:
    """State of one pass over the lines: where the chain stands and what was found."""

    def __init__(self, public_key: bytes, expected: SignedHead | None) -> None:
        self._key = public_key
        self._expected = expected
        self._findings: list[Reason] = []
        self._found = self._errors = 0
        self._number = self._entries = self._heads = 0
        self._log_id: str | None = None
        self._origin: bytes | None = None
        self._size = 0
        self._last_hash = NO_HASH
        self._last_time = ""
        self._next_head = 0
        self._last_head_hash = NO_HASH
        self._signed_size = 0
        self._last_head: SignedHead | None = None
        if expected is not None and not head_is_signed(expected, public_key):
            self._add("TS-AUDIT-KEPT-HEAD-UNSIGNED", head=expected.number)

    def line(self, number: int, line: bytes) -> None:
        self._number = number
        try:
            value = parse_line(line)
        except UnhashedError:
            self._add("TS-AUDIT-UNHASHED", line=number)
            return
        except LineError as error:
            self._add("TS-AUDIT-LINE", line=number, fault=error)
            return
        if self._log_id is None:
            self._log_id = value.log_id
        elif value.log_id != self._log_id:
            self._add("TS-AUDIT-OTHER-LOG", line=number, log=value.log_id)
            return
        if isinstance(value, AuditEntry):
            self._entry(value)
        else:
            self._head(value)

    def _entry(self, entry: AuditEntry) -> None:
        content = parse_object(entry.body)
        computed = entry_hash(entry.log_id, entry.sequence, entry.previous_hash, entry.body)
        if computed != entry.entry_hash:
            self._add("TS-AUDIT-CHANGED", line=self._number, sequence=entry.sequence)
        self._entries += 1
        if self._origin is None:
            self._first(entry, content)
        else:
            self._next(entry, content)
        self._last_time = str(content["time"])
        # Going on from what the entry itself states reports each break once, where it is.
        self._size, self._last_hash = entry.sequence + 1, entry.entry_hash

    def _first(self, entry: AuditEntry, content: Mapping[str, object]) -> None:
        self._origin = entry.entry_hash
        details = content["details"]
        if entry.sequence != 0 or entry.previous_hash != NO_HASH or content["event"] != GENESIS_EVENT:
            self._add("TS-AUDIT-NO-GENESIS", line=self._number, sequence=entry.sequence)
        elif not isinstance(details, dict) or details.get("publicKey") != self._key.hex():
            self._add("TS-AUDIT-OTHER-KEY", line=self._number)
        elif details.get("log") != entry.log_id:
            self._add("TS-AUDIT-OTHER-LOG", line=self._number, log=details.get("log"))

    def _next(self, entry: AuditEntry, content: Mapping[str, object]) -> None:
        if entry.sequence == 0 or content["event"] == GENESIS_EVENT:
            self._add("TS-AUDIT-RESTARTED", line=self._number, sequence=entry.sequence)
        elif entry.sequence != self._size:
            self._add("TS-AUDIT-SEQUENCE", line=self._number, expected=self._size, found=entry.sequence)
        elif entry.previous_hash != self._last_hash:
            self._add("TS-AUDIT-LINK", line=self._number, sequence=entry.sequence)
        if str(content["time"]) < self._last_time:
            self._add("TS-AUDIT-TIME", line=self._number, sequence=entry.sequence)

    def _head(self, head: SignedHead) -> None:
        self._heads += 1
        if not head_is_signed(head, self._key):
            self._add("TS-AUDIT-HEAD-UNSIGNED", line=self._number, head=head.number)
            return
        if head.number != self._next_head or head.previous != self._last_head_hash:
            self._add("TS-AUDIT-HEAD-SEQUENCE", line=self._number, expected=self._next_head, found=head.number)
        if head.size > self._size:
            self._add("TS-AUDIT-TRUNCATED", line=self._number, size=head.size, found=self._size)
        elif head.size < self._size or head.root != self._last_hash or head.origin != self._origin:
            self._add("TS-AUDIT-HEAD-DIFFERS", line=self._number, head=head.number)
        else:
            self._signed_size = head.size
        self._next_head, self._last_head_hash, self._last_head = head.number + 1, head.head_hash, head
        expected = self._expected
        if expected is not None and head.number == expected.number and head.head_hash != expected.head_hash:
            self._add("TS-AUDIT-KEPT-HEAD-DIFFERS", head=expected.number, time=expected.time)

    def report(self) -> VerificationReport:
        if self._entries == 0:
            self._add("TS-AUDIT-EMPTY")
        elif self._signed_size != self._size:
            self._add("TS-AUDIT-TAIL-UNSIGNED", size=self._size, signed=self._signed_size)
        self._compare_with_kept_head()
        return VerificationReport(
            self._log_id,
            self._entries,
            self._heads,
            self._last_head,
            sha256(self._key).hexdigest(),
            tuple(self._findings),
            self._found - len(self._findings),
            self._errors,
        )

    def _compare_with_kept_head(self) -> None:
        expected = self._expected
        if expected is None:
            self._add("TS-AUDIT-NO-KEPT-HEAD")
            return
        if self._log_id is not None and expected.log_id != self._log_id:
            self._add("TS-AUDIT-KEPT-HEAD-OTHER-LOG", log=expected.log_id)
        elif self._origin is not None and expected.origin != self._origin:
            self._add("TS-AUDIT-KEPT-HEAD-OTHER-CHAIN", head=expected.number, time=expected.time)
        elif self._size < expected.size or self._next_head <= expected.number:
            self._add("TS-AUDIT-SHORTER-THAN-KEPT-HEAD", size=expected.size, found=self._size, time=expected.time)

    def _add(self, code: str, **params: object) -> None:
        self._found += 1
        if definition(code).severity is Severity.ERROR:
            self._errors += 1
        if len(self._findings) < MAX_FINDINGS:
            self._findings.append(Reason.of(code, **params))
