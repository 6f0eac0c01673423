"""Reads the lines of an exported log back into entries and heads. A line is canonical JSON or it is refused."""

import re
from typing import Final

from ops.platform.audit.canonical import MAX_OCTETS, MAX_SIGNATURE, Plain, canonical, parse_object, parse_time
from ops.platform.audit.entry import AuditEntry, SignedHead

# A body of the largest size with its hashes and the log's name around it.
MAX_LINE: Final = MAX_OCTETS + 1_024

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SIGNATURE = re.compile(rf"([0-9a-f]{{2}}){{1,{MAX_SIGNATURE}}}", re.ASCII)
_ENTRY_MEMBERS = frozenset(("body", "hash", "log", "previous", "sequence", "type"))
_BODY_MEMBERS = frozenset(("details", "event", "subject", "time"))
_HEAD_MEMBERS = frozenset(("log", "number", "origin", "previous", "root", "signature", "size", "time", "type"))


class LineError(ValueError):
    """The line is neither an entry nor a head in the one form that exports have."""


class UnhashedError(LineError):
    """The line is an entry, but one of its two hashes is missing."""


def parse_line(line: bytes) -> AuditEntry | SignedHead:
    """One line, with or without its line end. Raises LineError."""
    if len(line) > MAX_LINE:
        raise LineError("longer than any line of an export")
    try:
        members = parse_object(line.rstrip(b"\n").decode("utf-8"))
    except ValueError as error:
        raise LineError(str(error)) from error
    kind = members.get("type")
    if kind == "entry":
        return _entry(members)
    if kind == "head" and members.keys() == _HEAD_MEMBERS:
        return _head(members)
    raise LineError("neither an entry nor a head")


def _entry(members: dict[str, Plain]) -> AuditEntry:
    if not members.get("hash") or not members.get("previous"):
        raise UnhashedError("an entry without hash")
    body = members.get("body")
    if members.keys() != _ENTRY_MEMBERS or not isinstance(body, dict) or body.keys() != _BODY_MEMBERS:
        raise LineError("an entry with other members than an entry has")
    if not isinstance(body["details"], dict) or not isinstance(body["event"], str):
        raise LineError("an entry whose event is not text or whose details are not an object")
    _text(body, "subject")
    _time(body)
    return AuditEntry(
        _text(members, "log"),
        _count(members, "sequence"),
        _hash(members, "previous"),
        _hash(members, "hash"),
        canonical(body),
    )


def _head(members: dict[str, Plain]) -> SignedHead:
    signature = _text(members, "signature")
    if not _SIGNATURE.fullmatch(signature):
        raise LineError("a head whose signature is not hexadecimal")
    return SignedHead(
        _text(members, "log"),
        _count(members, "number"),
        _count(members, "size"),
        _hash(members, "root"),
        _hash(members, "origin"),
        _hash(members, "previous"),
        _time(members),
        bytes.fromhex(signature),
    )


def _text(members: dict[str, Plain], name: str) -> str:
    value = members[name]
    if not isinstance(value, str):
        raise LineError(f"{name} is not text")
    return value


def _time(members: dict[str, Plain]) -> str:
    value = _text(members, "time")
    try:
        parse_time(value)
    except ValueError as error:
        raise LineError("time is not a time in UTC") from error
    return value


def _count(members: dict[str, Plain], name: str) -> int:
    value = members[name]
    if type(value) is not int or not 0 <= value < 2**53:
        raise LineError(f"{name} is not a count")
    return value


def _hash(members: dict[str, Plain], name: str) -> bytes:
    value = members[name]
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise LineError(f"{name} is not a SHA-256 value")
    return bytes.fromhex(value)
